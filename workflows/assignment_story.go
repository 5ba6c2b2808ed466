package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"pimnotify/pim"
)

// mostRecent is how many steps and events the Temporal UI shows of a run that may have thousands. The record has all of them.
const mostRecent = 20

// publish brings what the Temporal UI shows up to date.
func (a *assignment) publish() {
	a.mails.unreach = a.mails.unreach && a.Now.Pending != nil
	a.Unreachable = (a.Unreachable || a.mails.unreach) && a.Now.Pending != nil
	a.screen.show(a.Status, a.Unreachable, a.story())
}

// story tells in Markdown what the assignment is, what comes next and what has happened. It names people by id only.
func (a *assignment) story() string {
	var b strings.Builder
	b.WriteString(fmt.Sprintf("## %s\n\n", a.sentence()))
	if a.waitingFor != "" {
		b.WriteString(fmt.Sprintf("Waiting for %s, until **%s**.\n\n", a.waitingFor, clock(a.waitingUntil)))
	}
	if a.Unreachable {
		b.WriteString("**Nobody who could decide on the request can be reached by mail.** It can still be decided.\n\n")
	}
	a.mails.obstacles(&b)
	b.WriteString(fmt.Sprintf("Role %s at %s, assigned to %s.\n\n", code(a.in.RoleID), code(a.in.ScopeID), code(a.in.PrincipalID)))
	switch {
	case a.in.Carried == nil:
		b.WriteString(fmt.Sprintf("- %s assigned", clock(a.in.CreatedDateTime)))
		if a.in.AssignedBy != "" {
			b.WriteString(fmt.Sprintf(" by %s", code(a.in.AssignedBy)))
		}
		b.WriteString("\n")
	case workflow.GetInfo(a.ctx).ContinuedExecutionRunID == "":
		b.WriteString("- it was brought in: what happened before is in the record\n")
	default:
		b.WriteString("- what happened before is in the record, and in the run before this one\n")
	}
	happenings(&b, a.recent)
	for _, due := range a.Upcoming {
		b.WriteString(fmt.Sprintf("- *%s %s, to be told*\n", clock(due.DueDateTime), due.Event.Kind.Short()))
	}
	a.mails.table(&b, "assignment."+a.in.ID+".")
	return b.String()
}

// sentence is what the assignment is, in a line.
func (a *assignment) sentence() string {
	given := map[pim.AssignmentType]string{pim.Eligible: "Eligible", pim.Active: "Active"}[a.Now.AssignmentType]
	end := "permanently"
	if !a.Now.Term.Permanent() {
		end = "until " + clock(a.Now.Term.End)
	}
	switch {
	case a.outside():
		return "Assigned outside of PIM"
	case a.Removed:
		return "Removed"
	case a.Expired:
		return "Ended at " + clock(a.Now.Term.End)
	case !a.Started:
		return fmt.Sprintf("%s from %s, %s", given, clock(a.Now.Term.Start), end)
	}
	if p := a.Now.Pending; p != nil {
		return fmt.Sprintf("%s %s; the request %s waits for an administrator", given, end, code(p.ID))
	}
	return fmt.Sprintf("%s %s", given, end)
}
