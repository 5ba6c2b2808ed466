package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"pimnotify/pim"
)

// publish brings what the Temporal UI shows up to date: the status by which runs are found, and the story of this one.
func (a *activation) publish() {
	if a.published != a.status {
		a.published = a.status
		a.upsert(PimStatus.ValueSet(string(a.status)))
	}
	if a.mails.unreach && !a.alarmed {
		a.alarmed = true
		a.upsert(PimUnreachable.ValueSet(true))
	}
	workflow.SetCurrentDetails(a.ctx, a.story())
}

// upsert cannot fail but for a programming mistake, which the tests find: attributes are typed, and registered before a worker
// starts.
func (a *activation) upsert(update temporal.SearchAttributeUpdate) {
	if err := workflow.UpsertTypedSearchAttributes(a.ctx, update); err != nil {
		workflow.GetLogger(a.ctx).Error("search attribute not set", "error", err)
	}
}

// story tells in Markdown what has happened and what comes next. It names people by id only.
func (a *activation) story() string {
	var b strings.Builder
	b.WriteString(fmt.Sprintf("## %s\n\n", statusSentence[a.status]))
	if a.waitingFor != "" {
		b.WriteString(fmt.Sprintf("Waiting for %s, until **%s**.\n\n", a.waitingFor, clock(a.waitingUntil)))
	}
	if a.mails.unreach {
		b.WriteString("**Nobody who could approve this can be reached by mail.** It can still be decided.\n\n")
	}
	if held := a.mails.held(); held != "" {
		b.WriteString(fmt.Sprintf("**Mails are held back: %s.** They go out when that is put right.\n\n", strings.TrimPrefix(held, pim.HeldPrefix)))
	}
	b.WriteString(fmt.Sprintf("Role %s at %s, asked by %s.\n\n", code(a.in.RoleID), code(a.in.ScopeID), code(a.in.PrincipalID)))
	b.WriteString(fmt.Sprintf("- %s requested\n", clock(a.in.CreatedDateTime)))
	for _, change := range a.changes {
		b.WriteString(fmt.Sprintf("- %s %s", clock(change.At), change.What))
		if change.By != "" {
			b.WriteString(fmt.Sprintf(" by %s", code(change.By)))
		}
		b.WriteString("\n")
	}
	a.mailTable(&b)
	return b.String()
}

func (a *activation) mailTable(b *strings.Builder) {
	if len(a.mails.order) == 0 {
		return
	}
	b.WriteString("\n| mails | what became of them |\n|---|---|\n")
	for _, id := range a.mails.order {
		event := a.mails.results[id]
		var parts []string
		for _, status := range pim.AllRecipientStatuses {
			if n := event.Counts[status]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, status))
			}
		}
		if event.Withdrawn != "" {
			parts = append(parts, event.Withdrawn)
		}
		if len(parts) == 0 {
			parts = []string{"nobody is told of this"}
		}
		b.WriteString(fmt.Sprintf("| %s | %s |\n", strings.TrimPrefix(id, "activation."+a.in.ID+"."), strings.Join(parts, ", ")))
	}
}

var statusSentence = map[pim.RequestStatus]string{
	pim.PendingApproval: "Waiting for approval",
	pim.Granted:         "Approved, not active yet",
	pim.Provisioned:     "Active",
	pim.Denied:          "Denied",
	pim.Canceled:        "Cancelled",
	pim.TimedOut:        "Nobody answered in time",
	pim.Failed:          "Failed",
	pim.Revoked:         "Given back",
}

// code shows an id as it is, whatever is in it.
func code(id string) string { return "`" + strings.ReplaceAll(id, "`", "'") + "`" }

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
