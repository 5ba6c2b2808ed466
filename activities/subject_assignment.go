package activities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pimnotify/pim"
)

// assignment tells of a role that somebody was given, and of what became of that.
type assignment struct {
	in    NotifyInput
	made  time.Time
	given pim.Assignment
	tales map[occasion]*tale
}

func newAssignment(ctx context.Context, ledger memory, in NotifyInput, accepted pim.Accepted) (*subject, error) {
	a := &assignment{in: in, made: accepted.AcceptedAt}
	if err := read(accepted, &a.given); err != nil {
		return nil, err
	}
	g := a.given
	if g.CreatedDateTime != nil {
		a.made = *g.CreatedDateTime
	}
	var err error
	if a.tales, err = tales(ctx, ledger, in); err != nil {
		return nil, err
	}
	return &subject{in: in, kind: g.ResourceKind, role: g.RuledRole(), scope: g.Scope, adminsAt: g.AdministratorsScope(), story: a}, nil
}

// introduce finds out who has the role: one person, or the people of a group, each of whom is told. The others who have a part
// in it, the administrators and whoever asked, are only named.
func (a *assignment) introduce(ctx context.Context, directory Directory) ([]pim.Person, error) {
	assignees, err := directory.Expand(ctx, a.in.Tenant, []pim.Principal{a.given.Principal})
	if err != nil {
		return nil, fmt.Errorf("assignee: %w", err)
	}
	if i := slices.IndexFunc(assignees, func(p pim.Person) bool { return p.Same(a.given.Principal) }); i >= 0 {
		a.given.Principal = assignees[i].Principal
	} else if err := a.nameGroup(ctx, directory); err != nil {
		return nil, fmt.Errorf("assigned group: %w", err)
	}
	others := []*pim.Principal{&a.given.AssignedBy}
	for _, t := range a.tales {
		others = append(others, t.people()...)
	}
	if err := name(ctx, directory, a.in.Tenant, others...); err != nil {
		return nil, fmt.Errorf("who assigned it, asked and decided: %w", err)
	}
	return assignees, nil
}

// nameGroup says of the assignee, in whose place its members are told, what the directory knows of it.
func (a *assignment) nameGroup(ctx context.Context, directory Directory) error {
	group, known, err := directory.Principal(ctx, a.in.Tenant, a.given.Principal.ID)
	if err != nil || !known {
		return err
	}
	if group.DisplayName == "" {
		group.DisplayName = a.given.Principal.DisplayName
	}
	a.given.Principal = group
	return nil
}

// plan has whoever asked as the requestor, who may be one of the administrators to be asked, and otherwise the assignee. An
// alert is only planned where the tenant's profile knows it; where it is switched off, that is on record.
func (a *assignment) plan(event pim.EventRef, settings pim.Settings) (pim.PlanInput, bool) {
	t := a.tales[occasionOf(event)]
	in := pim.PlanInput{AssignmentType: t.AssignmentType, Requestor: a.given.Principal}
	if t.extension != nil {
		in.Requestor = t.extension.Request.RequestedBy
	}
	if t.decision != nil {
		in.DecidedBy = t.decision.ReviewedBy
	}
	if event.Kind != pim.AssignmentAssignedOutsidePIM {
		return in, true
	}
	if !settings.Alerts.AssignedOutsidePIM {
		in.Silenced = pim.ReasonAlertOff
	}
	return in, a.given.Alerts(settings.Profile)
}

func (a *assignment) complete(letter *pim.Letter, event pim.EventRef) {
	t := a.tales[occasionOf(event)]
	given := a.given
	given.AssignmentType = t.AssignmentType
	letter.RequestID = t.RequestID
	letter.Asked = a.made
	letter.Deadline = t.Expires
	letter.Decision = t.decision
	letter.Assignment = &pim.AssignmentLetter{
		ID: a.in.Resource.ID, Assignment: given, Term: t.Term, PreviousEnd: t.PreviousEnd, Before: t.before, RenewUntil: t.RenewUntil,
		Extension: t.extension,
	}
}
