package workflows

import (
	"fmt"
	"strings"
	"time"

	"pimnotify/pim"
)

// publish brings what the Temporal UI shows up to date: the status by which runs are found, and the story of this one.
func (a *activation) publish() { a.screen.show(a.status, a.mails.unreach, a.story()) }

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
	a.mails.obstacles(&b)
	b.WriteString(fmt.Sprintf("Role %s at %s, asked by %s.\n\n", code(a.in.RoleID), code(a.in.ScopeID), code(a.in.PrincipalID)))
	b.WriteString(fmt.Sprintf("- %s requested\n", clock(a.in.CreatedDateTime)))
	happenings(&b, a.changes)
	a.mails.table(&b, "activation."+a.in.ID+".")
	return b.String()
}

// happenings are changes, a line each.
func happenings(b *strings.Builder, changes []pim.Change) {
	for _, change := range changes {
		b.WriteString(fmt.Sprintf("- %s %s", clock(change.At), change.What))
		if change.RequestID != "" {
			b.WriteString(fmt.Sprintf(", request %s", code(change.RequestID)))
		}
		if change.By != "" {
			b.WriteString(fmt.Sprintf(" by %s", code(change.By)))
		}
		b.WriteString("\n")
	}
}

// obstacles say why mails have not left.
func (m *mailroom) obstacles(b *strings.Builder) {
	if held := m.held(); held != "" {
		b.WriteString(fmt.Sprintf("**Mails are held back: %s.** They go out when that is put right.\n\n", strings.TrimPrefix(held, pim.HeldPrefix)))
	}
	if m.err != nil {
		b.WriteString("**Some mails cannot be prepared, and are given up.** The failed activity in the history says why.\n\n")
	}
	if len(m.asking) > 0 {
		b.WriteString(fmt.Sprintf("Just now: %s. Where that takes long, the pending activity says what it waits for.\n\n", strings.Join(m.asking, "; ")))
	}
}

// table says of each event what became of its mails. The ids of one run's events begin alike.
func (m *mailroom) table(b *strings.Builder, prefix string) {
	if len(m.order) == 0 {
		return
	}
	b.WriteString("\n| mails | what became of them |\n|---|---|\n")
	for _, id := range m.order[max(0, len(m.order)-mostRecent):] {
		event := m.results[id]
		var parts []string
		if len(event.Counts) > 0 {
			parts = append(parts, event.Counts.String())
		}
		if event.Withdrawn != "" {
			parts = append(parts, event.Withdrawn)
		}
		if len(parts) == 0 {
			parts = []string{"nobody is told of this"}
		}
		b.WriteString(fmt.Sprintf("| %s | %s |\n", strings.TrimPrefix(id, prefix), strings.Join(parts, ", ")))
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
