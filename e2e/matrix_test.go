package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// The walk goes through every cell of the tables in docs/requirements.md, in both profiles, from the HTTP API to the mail that
// arrives. What is expected comes from that page alone: who is told from its tables, who that is from what it says of columns.
func TestEveryCellOfTheTablesInTheRequirementsIsWhatArrives(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(settings, []byte("tenants:\n  strict: {profile: strict, digest: {weekday: "+inThreeDays()+"}}\n"+
		"  entra: {profile: entra, digest: {weekday: "+inThreeDays()+"}}\n"), 0o600))
	w := newWorld(t, options{directory: walkDirectory("strict", "entra"), env: map[string]string{
		"PIMNOTIFY_SETTINGS": settings, "PIMNOTIFY_ENGINE_DELAY": "0",
		"PIMNOTIFY_EXPIRY_NOTICES": "1h,30m", "PIMNOTIFY_RENEW_WINDOW": "1h",
	}})
	found := make(chan visit, 1000)
	together(t, wholeWalk(w, found)...)
	close(found)
	c := comparison{page: requirements(t), cells: map[string]string{}, arrived: map[string][]inbox.Received{}, walked: map[string]bool{}}
	for _, m := range w.inbox.Messages() {
		require.Len(t, m.To, 1, "nobody sees another's address")
		_, domain, _ := strings.Cut(m.To[0], "@")
		of := strings.TrimSuffix(domain, ".example") + " " + m.Header("X-PIM-Event-Id")
		c.arrived[of] = append(c.arrived[of], m)
	}
	for v := range found {
		c.compare(t, v)
	}
	t.Logf("%d cells:\n%s", len(c.cells), c.table())
	c.everyCellIsWalked(t)
	assert.Empty(t, slices.Collect(maps.Keys(c.arrived)), "something arrived that nothing on the walk tells of")
}

// wholeWalk is everything that happens on it, all of it at once. What time brings comes first, to begin with its waiting.
func wholeWalk(w *world, found chan<- visit) (all []func(testing.TB)) {
	for _, profile := range []pim.Profile{"strict", "entra"} {
		for _, place := range places {
			s := stretch{place: place, world: w.of(string(profile)), profile: profile, found: found}
			for _, gives := range []pim.AssignmentType{pim.Eligible, pim.Active} {
				all = append(all, s.noticed(gives), s.ended(gives), s.extended(gives))
			}
			for _, named := range []bool{true, false} {
				all = append(all, s.approved(named), s.denied(named))
			}
			all = append(all, s.timedOut, s.failed)
			if place.kind != "group" { // there is no such alert for groups
				all = append(all, s.outside)
			}
			if place.kind == "directoryRole" {
				all = append(all, s.enabled, s.weekly)
			}
		}
	}
	return all
}

// comparison holds what came of the walk against the page.
type comparison struct {
	page    page
	cells   map[string]string           // lines of the table that is printed, by where they stand in it
	arrived map[string][]inbox.Received // by tenant and event; what was compared is taken out
	walked  map[string]bool             // by profile, kind, event, and whether somebody was named to approve
}

// compare holds one event against the page: who is in the record as told, in which order and as what; who is in it as left out,
// and why; and what arrived.
func (c comparison) compare(t *testing.T, v visit) {
	t.Helper()
	e := c.expected(t, v)
	var told, left []string
	tally := map[pim.Audience]int{}
	for _, d := range v.recipients(t, v.id) {
		name := d.PrincipalID
		switch d.Status {
		case pim.StatusSent:
			assert.Equal(t, name+"@"+string(v.profile)+".example", d.Address)
			assert.Equal(t, subject(v, d.Audience), d.Subject, "%s to %s", v.id, d.Address)
			told = append(told, string(d.Audience)+" "+name)
			tally[d.Audience]++
			assert.Equal(t, len(told), d.Order, "%s to %s", v.id, d.Address)
		default:
			left = append(left, fmt.Sprintf("%s: %s %s", name, d.Status, d.Reason))
		}
	}
	slices.Sort(left)
	assert.Equal(t, e.told, told, "told of %s", v.id)
	assert.Equal(t, e.left, left, "left out of %s", v.id)
	c.delivered(t, v, e)
	c.note(v, e, tally)
}

// delivered holds what arrived of one event against what was expected to.
func (c comparison) delivered(t *testing.T, v visit, e expectation) {
	t.Helper()
	of := string(v.profile) + " " + v.id
	arrived := map[string]string{}
	for _, m := range c.arrived[of] {
		assert.Equal(t, string(v.event), m.Header("X-PIM-Event"))
		name := local(m.To[0])
		arrived[name] = m.Subject
	}
	want := map[string]string{}
	for _, line := range e.told {
		audience, name, _ := strings.Cut(line, " ")
		want[name] = subject(v, pim.Audience(audience))
	}
	assert.Equal(t, want, arrived, "what arrived of %s", v.id)
	assert.Equal(t, len(want), len(c.arrived[of]), "nobody is told of %s twice", v.id) //nolint:testifylint // not all of the mails, if this fails
	delete(c.arrived, of)
}

// note keeps a line for each cell of an event's row.
func (c comparison) note(v visit, e expectation, tally map[pim.Audience]int) {
	approvers := ""
	if strings.HasPrefix(string(v.event), "activation.") {
		approvers = map[bool]string{true: "named", false: "none named"}[v.named]
	}
	for i, column := range e.columns {
		as := column
		if strings.HasPrefix(e.cells[i], "fallback") {
			as = pim.Approver
		}
		expected, got := e.tally[as], tally[as]
		if as == pim.Approver && (as == column) != v.named {
			expected, got = 0, 0 // those are counted in the other column
		}
		place := slices.IndexFunc(places, func(p place) bool { return p.name == v.place.name })
		row := slices.Index(e.events, v.event)
		c.cells[fmt.Sprintf("%s %d %02d %s %d", v.profile, place, row, approvers, i)] = fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d",
			v.profile, v.place.name, v.event, approvers, column, e.cells[i], expected, got)
	}
	c.walked[fmt.Sprintf("%s %s%s %s %t", v.profile, v.kind, v.access, v.event, v.named)] = true
}

// everyCellIsWalked fails where the page has a row that did not come up.
func (c comparison) everyCellIsWalked(t *testing.T) {
	t.Helper()
	for _, profile := range []string{"strict", "entra"} {
		for _, place := range places {
			for _, event := range c.page.matrix(t, place.kind).events {
				row := fmt.Sprintf("%s %s%s %s", profile, place.kind, place.access, event)
				switch event {
				case pim.ActivationPendingApproval, pim.ActivationApproved, pim.ActivationDenied:
					require.True(t, c.walked[row+" true"], "%s, where somebody is named to approve", row)
					require.True(t, c.walked[row+" false"], "%s, where nobody is", row)
				default:
					require.True(t, c.walked[row+" true"] || c.walked[row+" false"], row)
				}
			}
		}
	}
}

func (c comparison) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "profile\tplace\tevent\tapprovers\tcolumn\tcell\texpected\tgot")
	for _, where := range slices.Sorted(maps.Keys(c.cells)) {
		_, _ = fmt.Fprintln(w, c.cells[where])
	}
	_ = w.Flush()
	return b.String()
}
