package templates

import "pimnotify/pim"

// digestWords are what only the weekly digest says.
type digestWords struct {
	From, Until string // the week's borders on the clocks of Zone
	Zone        string
	Quiet       bool // nothing happened in the week
	Tiles       tiles
	TopRoles    topRoles
}

// digest adds what the mail says that tells of a week.
func (w *words) digest(l pim.Letter) {
	d := l.Digest
	zone := zoneCalled(d.Figures.TimeZone)
	w.From, w.Until, w.Zone = onTheClock(d.Figures.From, zone), onTheClock(d.Figures.To, zone), zone.String()
	w.Quiet = d.Figures.Empty()
	w.Tiles = tilesOf(d.Figures, d.Previous)
	w.TopRoles = topRolesOf(d.Figures.TopRoles)

	var t table
	t.add("Organization", called(l.Organization.DisplayName, l.Organization.ID), oneLine(l.Organization.ID))
	t.add("From", w.From+" "+w.Zone, moment(d.Figures.From))
	t.add("To", w.Until+" "+w.Zone, moment(d.Figures.To))
	t.add("Counted", "Microsoft Entra roles only", "")
	w.Facts = t
}

// topRoles is a table of roles. In the plain text the numbers stand before the role, where they end under each other however
// long its name is, and in whatever script.
type topRoles struct {
	Permanent, Eligible string // the heads of the columns of numbers
	Lines               []topRole
}

// topRole is a role with its numbers: plain, and as wide as all of their column.
type topRole struct {
	Role                              string
	Permanent, Eligible               string
	AlignedPermanent, AlignedEligible string
}

func topRolesOf(figures []pim.RoleFigure) topRoles {
	permanent, eligible := []string{"Permanent"}, []string{"Eligible"}
	var all []topRole
	for _, f := range figures {
		r := topRole{Role: called(f.Role), Permanent: grouped(f.Permanent), Eligible: grouped(f.Eligible)}
		permanent, eligible = append(permanent, r.Permanent), append(eligible, r.Eligible)
		all = append(all, r)
	}
	permanent, eligible = aligned(permanent), aligned(eligible)
	for i := range all {
		all[i].AlignedPermanent, all[i].AlignedEligible = permanent[i+1], eligible[i+1]
	}
	return topRoles{Permanent: permanent[0], Eligible: eligible[0], Lines: all}
}
