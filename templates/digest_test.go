package templates

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"pimnotify/pim"
)

func TestTheDigestShowsTheNumbersOfTheWeekUnderThePortalsNames(t *testing.T) {
	got := render(t, newTemplates(t), ordinaryWeek().letter())
	require.Equal(t, []string{
		"1,204 | Users activated | +17 against the week before | How often users activated a role for which they are eligible.",
		"2 | Users made permanent | −2 against the week before | How often users with an eligible assignment were made permanent.",
		"17 | Role assignments in Privileged Identity Management | as the week before | How often users were made eligible for a role in PIM.",
		"1 | Role assignments outside of PIM | +1 against the week before | How often users were assigned a permanent role outside of PIM.",
	}, tilesIn(t, got))
	require.Contains(t, got.Plain, `
1,204  Users activated
       +17 against the week before
       How often users activated a role for which they are eligible.

    2  Users made permanent
       −2 against the week before
       How often users with an eligible assignment were made permanent.

   17  Role assignments in Privileged Identity Management
       as the week before
       How often users were made eligible for a role in PIM.

    1  Role assignments outside of PIM
       +1 against the week before
       How often users were assigned a permanent role outside of PIM.

Overview of your top roles
`)
}

// tilesIn are the tiles of the HTML part, as they are read one after the other.
func tilesIn(t *testing.T, got pim.Text) []string {
	t.Helper()
	var all []string
	for _, cell := range parsePage(t, got.HTML).all("td") {
		if attribute(cell, "class") == "tile" {
			all = append(all, cellText(cell))
		}
	}
	return all
}

// cellText is what stands in a cell, a bar between its lines.
func cellText(n *html.Node) string {
	return strings.ReplaceAll(strings.TrimSpace(text(n)), "\n", " | ")
}

func TestATileGoesWithTheAlertAboutWhatIsAssignedOutsideOfPIM(t *testing.T) {
	made := newTemplates(t)
	got := render(t, made, ordinaryWeek().alertOff().letter())
	require.Len(t, tilesIn(t, got), 3)
	require.NotContains(t, got.HTML, "outside of PIM")
	require.NotContains(t, got.Plain, "outside of PIM")

	again := ordinaryWeek()
	again.digest.Previous.AssignedOutsidePIM = nil
	require.Contains(t, tilesIn(t, render(t, made, again.letter()))[3], "1 | Role assignments outside of PIM | not counted the week before |")
}

func TestAChangeIsSaidInWordsAndWithItsSign(t *testing.T) {
	for want, c := range map[string][2]int{
		"+3 against the week before":         {5, 2},
		"−2 against the week before":         {0, 2},
		"+1,204 against the week before":     {1204, 0},
		"−1,000,000 against the week before": {0, 1_000_000},
		"as the week before":                 {7, 7},
	} {
		require.Equal(t, want, change(c[0], &c[1]))
	}
	require.Equal(t, "not counted the week before", change(7, nil))
	for _, tile := range tilesIn(t, render(t, newTemplates(t), ordinaryWeek().first().letter())) {
		require.Contains(t, tile, " | no week before | ")
	}
}

func TestLargeNumbersAreGrouped(t *testing.T) {
	for want, n := range map[string]int{"0": 0, "999": 999, "1,000": 1000, "12,345": 12345, "123,456": 123456, "1,234,567": 1234567} {
		require.Equal(t, want, grouped(n))
	}
}

func TestTheTopRolesAreATableInBothParts(t *testing.T) {
	got := render(t, newTemplates(t), ordinaryWeek().letter())
	require.Contains(t, got.Plain, `
Permanent  Eligible  Role
        3        41  Global Administrator
        0        28  Exchange Administrator
        2        12  Privileged Role Administrator
        1         9  Security Administrator
        8         0  Reports Reader
`)
	var rows []string
	for _, row := range parsePage(t, got.HTML).all("tr") {
		var cells []string
		for cell := range row.ChildNodes() {
			cells = append(cells, cellText(cell))
		}
		if len(cells) == 3 {
			rows = append(rows, strings.Join(cells, ", "))
		}
	}
	require.Equal(t, []string{
		"Role, Permanent, Eligible",
		"Global Administrator, 3, 41", "Exchange Administrator, 0, 28", "Privileged Role Administrator, 2, 12", "Security Administrator, 1, 9", "Reports Reader, 8, 0",
	}, rows)
}

func TestColumnsStayStraightWhateverStandsInThem(t *testing.T) {
	plain := render(t, newTemplates(t), hostileWeek().letter()).Plain
	require.Contains(t, plain, `
Permanent  Eligible  Role
1,234,567    98,765  <b>Global</b> & "Security" Administrator Bcc: everybody@contoso.example
       40     1,204  Administrator of the region מזרח and of 東京支店
        0         1  Administrator of every_single_mailbox_`)
	require.Contains(t, plain, "\n        1         0  (unnamed)\n")
	require.Contains(t, plain, "\n12,345,678  Users activated\n            +12,344,491 against")

	wide := ordinaryWeek()
	wide.digest.Figures.TopRoles = []pim.RoleFigure{{Role: "Reader", Permanent: 12_345_678, Eligible: 9_876_543}, {Role: "Writer"}}
	require.Contains(t, render(t, newTemplates(t), wide.letter()).Plain, `
 Permanent   Eligible  Role
12,345,678  9,876,543  Reader
         0          0  Writer
`)
}

func TestAWeekWithNothingInItSaysSo(t *testing.T) {
	made := newTemplates(t)
	got := render(t, made, emptyWeek().letter())
	require.Contains(t, got.Plain, "\nNothing happened in Privileged Identity Management for Contoso from ")
	require.Contains(t, got.Plain, "\nOverview of your top roles\nNobody holds a Microsoft Entra role permanently, and nobody is eligible for one.\n")
	require.Len(t, tilesIn(t, got), 4, "a number that is nought is a number")

	held := emptyWeek()
	held.digest.Figures.TopRoles = ordinaryWeek().digest.Figures.TopRoles
	got = render(t, made, held.letter())
	require.Contains(t, got.Plain, "\nNothing happened in ")
	require.Contains(t, got.Plain, "  Global Administrator\n", "who holds a role is no event")
}

func TestTheDigestSaysOfWhichTenantWeekAndRolesItIs(t *testing.T) {
	got := render(t, newTemplates(t), ordinaryWeek().letter())
	require.Contains(t, got.Plain, "for Contoso from Mon 16 Nov 2026, 08:00 to Mon 23 Nov 2026, 08:00 (time zone Europe/Oslo). Only Microsoft Entra roles are counted.\n")
	require.Contains(t, got.Plain, "\nOrganization: Contoso (contoso)\n")
	require.Contains(t, got.Plain, "\nFrom: Mon 16 Nov 2026, 08:00 Europe/Oslo (Mon 16 Nov 2026, 07:00 UTC)\n")
	require.Contains(t, got.Plain, "\nTo: Mon 23 Nov 2026, 08:00 Europe/Oslo (Mon 23 Nov 2026, 07:00 UTC)\n")
	require.Contains(t, got.Plain, "\nCounted: Microsoft Entra roles only\n")
	require.Contains(t, got.Plain, "\nTake action:\nhttps://portal.contoso.example/pim/insights\n")
	require.Contains(t, got.Plain, "because you are an administrator of Contoso, or are named in the settings of its weekly digest.\n")
}

func TestTheBordersOfAWeekAreOnTheClocksOfItsZone(t *testing.T) {
	made := newTemplates(t)
	for name, c := range map[string]struct {
		from, to time.Time
		want     string
	}{
		"Europe/Oslo":      {utc(2026, 10, 19, 6, 0), utc(2026, 10, 26, 7, 0), "Mon 19 Oct 2026, 08:00 to Mon 26 Oct 2026, 08:00 (time zone Europe/Oslo)"},
		"America/New_York": {utc(2026, 3, 2, 13, 0), utc(2026, 3, 9, 12, 0), "Mon 2 Mar 2026, 08:00 to Mon 9 Mar 2026, 08:00 (time zone America/New_York)"},
		"Asia/Kolkata":     {utc(2026, 11, 15, 18, 30), utc(2026, 11, 22, 18, 30), "Mon 16 Nov 2026, 00:00 to Mon 23 Nov 2026, 00:00 (time zone Asia/Kolkata)"},
		"UTC":              {utc(2026, 11, 16, 8, 0), utc(2026, 11, 23, 8, 0), "Mon 16 Nov 2026, 08:00 to Mon 23 Nov 2026, 08:00 (time zone UTC)"},
	} {
		l := ordinaryWeek().letter()
		l.Digest.Figures.TimeZone, l.Digest.Figures.From, l.Digest.Figures.To = name, c.from, c.to
		plain := render(t, made, l).Plain
		require.Contains(t, plain, "from "+c.want+".")
		require.Contains(t, plain, moment(c.from))
		require.Contains(t, plain, moment(c.to))
	}
}

func utc(year, month, day, hour, minute int) time.Time {
	return time.Date(year, time.Month(month), day, hour, minute, 0, 0, time.UTC)
}

func TestAZoneThatNobodyKnowsIsUTC(t *testing.T) {
	made := newTemplates(t)
	for _, name := range []string{"", "Local", "Europe/Nowhere", "../../etc/passwd", hostile} {
		l := ordinaryWeek().letter()
		l.Digest.Figures.TimeZone = name
		plain := render(t, made, l).Plain
		require.Contains(t, plain, "from Mon 16 Nov 2026, 07:00 to Mon 23 Nov 2026, 07:00 (time zone UTC).", "%q", name)
		require.Contains(t, plain, "\nFrom: Mon 16 Nov 2026, 07:00 UTC\n", "it is not said twice")
	}
}
