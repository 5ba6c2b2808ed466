package activities_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// balance lays the record beside the inbox, at the end of every test: no row is without a status that is known, what the record
// calls sent arrived, what it calls anything else did not, and nobody has more mails than answers that were lost allow.
func (h *house) balance(t *testing.T) {
	t.Helper()
	arrived, lost := map[string][]inbox.Received{}, map[string]int{}
	for _, m := range h.inbox.Messages() {
		arrived[m.Tags["mail"]] = append(arrived[m.Tags["mail"]], m)
	}
	for _, r := range h.inbox.Requests() {
		if strings.HasPrefix(r.Answer, "accepted, ") {
			lost[r.Tags["mail"]]++
		}
	}
	if h.lost {
		for mail, messages := range arrived {
			lost[mail] += len(messages) - 1
		}
	}
	for _, event := range h.events {
		rows, err := h.record.Recipients(context.Background(), tenant, event)
		if err != nil {
			require.ErrorIs(t, err, pim.ErrNotFound)
			continue
		}
		byStatus, addresses := pim.Counts{}, map[string]bool{}
		for _, r := range rows {
			byStatus[r.Status]++
			if r.Address != "" && r.Status != pim.StatusSkipped { // who was left out of one part can be told with another
				require.False(t, addresses[r.Address], "somebody stands in the plan of %s twice", event)
				addresses[r.Address] = true
			}
			checkRow(t, r, arrived[r.MailID], lost[r.MailID])
			delete(arrived, r.MailID)
		}
		sum := 0
		for _, status := range pim.AllRecipientStatuses {
			sum += byStatus[status]
		}
		require.Equal(t, len(rows), sum, "a row of %s has no status: %v", event, byStatus)
	}
	require.Empty(t, arrived, "mails that no row knows")
}

func checkRow(t *testing.T, r pim.Delivery, arrived []inbox.Received, lost int) {
	t.Helper()
	answered := len(arrived) - lost
	switch r.Status {
	case pim.StatusSent, pim.StatusDelivered, pim.StatusBounced, pim.StatusComplained:
		require.Contains(t, []int{0, 1}, answered, "mail %s: %d arrived, %d answers lost", r.MailID, len(arrived), lost)
		require.NotEmpty(t, arrived)
		require.Equal(t, arrived[len(arrived)-1].ID, r.MessageID)
		require.Equal(t, arrived[len(arrived)-1].Subject, r.Subject)
		require.NotNil(t, r.SentDateTime)
	case pim.StatusPlanned, pim.StatusUnknown, pim.StatusCancelled, pim.StatusFailed, pim.StatusSkipped, pim.StatusCapped, pim.StatusSuppressed:
		require.Zero(t, answered, "mail %s is %s: %d arrived, %d answers lost", r.MailID, r.Status, len(arrived), lost)
	default:
		require.Failf(t, "left behind", "mail %s is %s", r.MailID, r.Status)
	}
	for _, m := range arrived {
		require.Equal(t, []string{r.Address}, m.To)
	}
}
