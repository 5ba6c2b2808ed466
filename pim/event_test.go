package pim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestEventIDsAreDeterministic(t *testing.T) {
	due := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		resource   string
		kind       pim.EventKind
		occurrence string
		want       string
	}{
		{"activationRequests/r1", pim.ActivationPendingApproval, "", "activation.r1.pendingApproval"},
		{"activationRequests/r1", pim.ActivationApproved, "", "activation.r1.approved"},
		{"activationRequests/r1", pim.ActivationDenied, "", "activation.r1.denied"},
		{"activationRequests/r1", pim.ActivationTimedOut, "", "activation.r1.timedOut"},
		{"activationRequests/r1", pim.ActivationFailed, "", "activation.r1.failed"},
		{"activationRequests/a.b-c_d", pim.ActivationCompleted, "", "activation.a.b-c_d.completed"},
		{"assignments/a1", "assignment.assigned", "", "assignment.a1.assigned"},
		{"assignments/a1", "assignment.expiring", "1", "assignment.a1.expiring.1"},
		{"assignments/a1", "assignment.expiring", "2~2", "assignment.a1.expiring.2~2"},
		{"assignments/a1", "assignment.extended", "r~x1", "assignment.a1.extended.r~x1"},
		{"assignments/a1", "assignment.expired", "~3", "assignment.a1.expired~3"},
		{"assignments/a1", "assignment.refused", pim.OccurrenceOfRequest("x1"), "assignment.a1.refused.r~x1"},
		{"assignments/a1", "assignment.renewed", pim.OccurrenceOfNumber(2), "assignment.a1.renewed.n~2"},
		{"pim", "pim.enabled", "2", "pim.enabled.2"},
	} {
		resource, err := pim.ParseResource(c.resource)
		require.NoError(t, err)
		event := pim.NewEvent(resource, c.kind, c.occurrence, due)
		require.Equal(t, pim.EventRef{ID: c.want, Kind: c.kind, Occurrence: c.occurrence, DueDateTime: due}, event)
	}
}

func TestResourceIsReadBackAsItWasWritten(t *testing.T) {
	for _, r := range []pim.Resource{
		{Collection: pim.ActivationRequests, ID: "r1"}, {Collection: pim.Assignments, ID: "a.1-x_y"},
		{Collection: pim.PIMSetting}, {Collection: pim.Digest},
	} {
		got, err := pim.ParseResource(r.String())
		require.NoError(t, err)
		require.Equal(t, r, got)
	}
}

func TestResourceOfNoKnownFormIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "/", "r1", "activationRequests", "activationRequests/", "activationRequests/r1/", "activationRequests/r1/r2",
		"activationRequests/..", "activationRequests/r 1", "ActivationRequests/r1", "assignments", "assignments/", "pim/1", "digest/",
		"roles/r1", "activationRequests/" + strings.Repeat("x", 129),
	} {
		got, err := pim.ParseResource(text)
		require.ErrorContains(t, err, "must be activationRequests/{id}, assignments/{id}, pim or digest", "%q", text)
		require.Zero(t, got)
	}
}
