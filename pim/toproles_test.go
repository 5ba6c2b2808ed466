package pim_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
)

func TestTopRolesAreTheFiveWithTheMostPeople(t *testing.T) {
	got := pim.TopRoles([]pim.RoleFigure{
		{Role: "Reports Reader", Permanent: 8},
		{Role: "Nobody's", Permanent: 0, Eligible: 0},
		{Role: "User Administrator", Permanent: 1, Eligible: 2},
		{Role: "security operator", Permanent: 5, Eligible: 5},
		{Role: "Security Reader", Eligible: 10},
		{Role: "Security Administrator", Permanent: 9, Eligible: 1},
		{Role: "Global Administrator", Permanent: 3, Eligible: 41},
		{Role: "Helpdesk Administrator", Permanent: 2, Eligible: 1},
	})
	require.Equal(t, []pim.RoleFigure{
		{Role: "Global Administrator", Permanent: 3, Eligible: 41},
		{Role: "Security Administrator", Permanent: 9, Eligible: 1},
		{Role: "Security Reader", Eligible: 10},
		{Role: "security operator", Permanent: 5, Eligible: 5}, // capitals come first
		{Role: "Reports Reader", Permanent: 8},
	}, got)
}

// A digest's figures are kept as JSON, in which an empty list and none at all are not the same.
func TestTopRolesOfAnOrganisationWithoutAdministratorsAreAnEmptyList(t *testing.T) {
	for _, figures := range [][]pim.RoleFigure{nil, {}, {{Role: "Nobody's"}, {Role: "Nobody's either"}}} {
		require.Equal(t, []pim.RoleFigure{}, pim.TopRoles(figures))
	}
}

func TestNoRoleThatIsLeftOutComesBeforeOneThatIsNamed(t *testing.T) {
	name := rapid.StringOfN(rapid.SampledFrom([]rune("aAbZé")), 0, 3, -1)
	figure := rapid.Custom(func(t *rapid.T) pim.RoleFigure {
		number := rapid.IntRange(0, 3)
		return pim.RoleFigure{Role: name.Draw(t, "role"), Permanent: number.Draw(t, "permanent"), Eligible: number.Draw(t, "eligible")}
	})
	rapid.Check(t, func(r *rapid.T) {
		figures := rapid.SliceOfNDistinct(figure, 0, 12, func(f pim.RoleFigure) string { return f.Role }).Draw(r, "figures")
		asGiven := slices.Clone(figures)
		top := pim.TopRoles(figures)
		require.Equal(r, asGiven, figures, "the argument stays as it is")

		before := func(a, b pim.RoleFigure) bool {
			x, y := a.Permanent+a.Eligible, b.Permanent+b.Eligible
			return x > y || (x == y && a.Role < b.Role)
		}
		held := 0
		for _, f := range figures {
			if f.Permanent+f.Eligible == 0 {
				require.NotContains(r, top, f)
				continue
			}
			held++
			if !slices.Contains(top, f) {
				require.True(r, before(top[len(top)-1], f), "%v is left out", f)
			}
		}
		require.Len(r, top, min(held, 5))
		for i, f := range top {
			require.Contains(r, figures, f)
			require.True(r, i == 0 || before(top[i-1], f), "%v", top)
		}
		require.Equal(r, top, pim.TopRoles(rapid.Permutation(figures).Draw(r, "in another order")))
	})
}
