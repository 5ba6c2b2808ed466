package pim

import "time"

// DigestFigures are the numbers of one tenant's weekly digest. They are of Microsoft Entra roles alone.
type DigestFigures struct {
	From time.Time `json:"from"` // the previous slot
	To   time.Time `json:"to"`   // this one, which is no part of it
	// TimeZone is the one in which people read these two: Europe/Oslo.
	TimeZone string `json:"timeZone"`

	// UsersActivated is how often users activated a role for which they are eligible.
	UsersActivated int `json:"usersActivated"`
	// UsersMadePermanent is how often users with an eligible assignment were made permanent: theirs became active for good, or they
	// were given such an assignment of the same role and scope beside it.
	UsersMadePermanent int `json:"usersMadePermanent"`
	// AssignedInPIM is how often users were made eligible for a role in PIM.
	AssignedInPIM int `json:"assignedInPim"`
	// AssignedOutsidePIM is how often users were assigned a permanent role outside of PIM; nil where the alert about that is off.
	AssignedOutsidePIM *int `json:"assignedOutsidePim,omitempty"`

	TopRoles []RoleFigure `json:"topRoles"` // five at most
}

// Empty reports whether nothing happened in the week. Who holds which role is no event.
func (f DigestFigures) Empty() bool {
	return f.UsersActivated+f.UsersMadePermanent+f.AssignedInPIM == 0 && (f.AssignedOutsidePIM == nil || *f.AssignedOutsidePIM == 0)
}

// RoleFigure is one of the top roles: how many people hold it permanently, and how many are eligible for it. Somebody who has
// activated it counts as eligible.
type RoleFigure struct {
	Role      string `json:"role"` // its display name
	Permanent int    `json:"permanent"`
	Eligible  int    `json:"eligible"`
}

// DigestLetter is what a digest's mail can say.
type DigestLetter struct {
	Figures  DigestFigures
	Previous *DigestFigures // of the week before; nil where there is none
}
