package pim

import (
	"cmp"
	"slices"
)

// mostRoles is how many roles a digest names.
const mostRoles = 5

// TopRoles are the roles with the most people, permanent and eligible together: five at most, the largest first, and where two have
// as many, by name. A role that nobody holds is none of them. The figures themselves stay as they were.
func TopRoles(figures []RoleFigure) []RoleFigure {
	top := make([]RoleFigure, 0, len(figures))
	for _, f := range figures {
		if f.people() > 0 {
			top = append(top, f)
		}
	}
	slices.SortFunc(top, func(a, b RoleFigure) int {
		return cmp.Or(cmp.Compare(b.people(), a.people()), cmp.Compare(a.Role, b.Role))
	})
	return top[:min(len(top), mostRoles)]
}

func (f RoleFigure) people() int { return f.Permanent + f.Eligible }
