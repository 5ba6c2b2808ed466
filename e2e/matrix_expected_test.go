package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// expectation is what the page says of one event.
type expectation struct {
	events  []pim.EventKind // the rows of its table
	columns []pim.Audience
	cells   []string
	told    []string // audience and name, in order
	left    []string // name, status and reason, sorted
	tally   map[pim.Audience]int
}

// column is an audience with its people, in the order in which they are told.
type column struct {
	as     pim.Audience
	people []string
}

// expected reads the page: which columns of the event's row are told in this profile; who stands in them; the requestor first,
// approvers, then administrators from left to right, and where they have to decide and nobody was named, those who can do so now
// before the others; each once.
func (c comparison) expected(t *testing.T, v visit) (e expectation) {
	t.Helper()
	matrix, standings := c.page.matrix(t, v.kind), c.page.standings(t)
	e.events, e.columns, e.cells, e.tally = matrix.events, matrix.columns, matrix.cells[v.event], map[pim.Audience]int{}
	require.NotEmpty(t, e.cells, "%s is not in the table of %s", v.event, v.kind)
	var first, approvers, now, later []column
	for i, audience := range e.columns {
		isTold, asApprover := told(t, e.cells[i], v.profile, v.named)
		if !isTold {
			continue
		}
		switch audience {
		case pim.Requestor:
			first = append(first, column{audience, []string{v.about.who}})
		case pim.Approver:
			if v.named {
				approvers = append(approvers, column{audience, []string{"approver-direct", approver, "approver-" + noMail, "requestor"}})
			}
		default:
			s := standings[audience]
			switch {
			case asApprover:
				approvers = append(approvers, column{pim.Approver, s.people(everyState...)})
			case decidedByAdministrators(v):
				now = append(now, column{audience, s.people("permanent", "active", "activated")})
				later = append(later, column{audience, s.people("eligible")})
			default:
				now = append(now, column{audience, s.people(everyState...)})
			}
		}
	}
	e.tell(v, slices.Concat(first, approvers, now, later))
	return e
}

// decidedByAdministrators says whether the event asks administrators to act, as nobody was named who should.
func decidedByAdministrators(v visit) bool {
	switch v.event {
	case pim.ActivationPendingApproval:
		return !v.named
	case pim.AssignmentExtendRequested, pim.AssignmentRenewRequested:
		return true
	default:
		return false
	}
}

// tell goes through the columns: nobody is asked of their own request, nobody is told what they decided, nobody without an
// address is told at all, and nobody is told twice.
func (e *expectation) tell(v visit, columns []column) {
	seen, left := map[string]bool{}, map[string]string{}
	for _, c := range columns {
		slices.SortFunc(c.people, func(a, b string) int { return strings.Compare(a+"@", b+"@") }) // by address, bytewise
		for _, name := range c.people {
			switch {
			case seen[name]:
			case c.as == pim.Approver && name == "requestor":
				left[name] = name + ": skipped ownRequest"
			case name == v.decider:
				left[name] = name + ": skipped ownDecision"
			case strings.HasSuffix(name, noMail):
				left[name] = name + ": skipped noAddress"
			default:
				seen[name] = true
				e.told = append(e.told, string(c.as)+" "+name)
				e.tally[c.as]++
			}
		}
	}
	for name, line := range left {
		if !seen[name] {
			e.left = append(e.left, line)
		}
	}
	slices.Sort(e.left)
}

// subjects are those of docs/requirements.md, section 6: to everybody else, and to the user themself.
var subjects = map[pim.EventKind][2]string{
	"activation.pendingApproval":    {"Review {user}'s request to activate the {role} role", ""},
	"activation.approved":           {"{user}'s request to activate the {role} role was approved", "Your request to activate the {role} role was approved"},
	"activation.denied":             {"{user}'s request to activate the {role} role was denied", "Your request to activate the {role} role was denied"},
	"activation.timedOut":           {"", "Your request to activate the {role} role timed out"},
	"activation.failed":             {"", "Your request to activate the {role} role failed"},
	"activation.completed":          {"{user} activated the {role} role", "You activated the {role} role"},
	"assignment.assigned":           {"{user} was {given} the {role} role", "You were {given} the {role} role"},
	"assignment.expiring":           {"{user}'s {role} role expires in 1 hour", "Your {role} role expires in 1 hour"},
	"assignment.extendable":         {"{user}'s {role} role can be extended", "Your {role} role can be extended"},
	"assignment.extendRequested":    {"Review {user}'s request to extend the {role} role", ""},
	"assignment.renewRequested":     {"Review {user}'s request to renew the {role} role", ""},
	"assignment.extended":           {"{user}'s {role} role was extended", "Your {role} role was extended"},
	"assignment.renewed":            {"{user}'s {role} role was renewed", "Your {role} role was renewed"},
	"assignment.refused":            {"{user}'s request to {verb} the {role} role was denied", "Your request to {verb} the {role} role was denied"},
	"assignment.expired":            {"{user}'s {role} role has expired", "Your {role} role has expired"},
	"assignment.assignedOutsidePim": {"{user} was assigned the {role} role outside of PIM", ""},
	"pim.enabled":                   {"Privileged Identity Management is enabled for {organization}", ""},
	"digest.weekly":                 {"Your weekly PIM digest for {organization}", ""},
}

func subject(v visit, audience pim.Audience) string {
	text := subjects[v.event][0]
	if audience == pim.Requestor {
		text = subjects[v.event][1]
	}
	return "PIM: " + strings.NewReplacer(
		"{user}", v.about.who, "{role}", v.about.role, "{given}", v.about.given, "{verb}", v.about.verb,
		"{organization}", "The "+string(v.profile)+" organisation",
	).Replace(text)
}
