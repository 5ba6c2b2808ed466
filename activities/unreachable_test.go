package activities_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
)

// alarming is a tenant that wants its administrators told where nobody can be reached.
func alarming() settings {
	on := pim.DefaultSettings()
	on.UnreachableApproverMail = true
	return settings{of: on}
}

// nobody is what a process asks for when it has learned that a Notify reached nobody who could act.
func nobody(in activities.NotifyInput) activities.NotifyInput {
	due := in.Due[0]
	due.Part, due.DueDateTime = pim.PartUnreachable, time.Now()
	in.Due = []pim.Due{due}
	return in
}

const noMailbox = "u25"

// who is what told says, without the subjects; sent are those of them who were sent a mail.
func who(told []string) (all []string) {
	for _, line := range told {
		name, _, _ := strings.Cut(line, " PIM: ")
		all = append(all, name)
	}
	return all
}

func sent(told []string) (all []string) {
	for _, line := range told {
		if name, _, is := strings.Cut(line, " PIM: "); is {
			all = append(all, name)
		}
	}
	return all
}

func TestWhereNoApproverIsReachedTheAdministratorsAreToldSo(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		alarms := 0
		h.Unreachable = func() { alarms++ }
		h.Settings = alarming()
		in := h.accept(t, "r1", noMailbox)
		require.True(t, h.notify(t, in).Unreachable)
		require.Empty(t, h.inbox.Messages(), "the process asks for the rest")

		result := h.notify(t, nobody(in))
		require.True(t, result.Settled())
		require.False(t, result.Unreachable, "an alarm raises none")
		require.Equal(t, 1, alarms)
		require.Equal(t, []string{"grady", "henrietta", "u25 skipped noAddress"}, who(h.told(t, in.Due[0])))
		for i, r := range h.rows(t, in)[:2] {
			require.Equal(t, []any{pim.PrivilegedRoleAdministrator, i + 1}, []any{r.Audience, r.Order})
		}
		m := h.mail(t, in.Due[0], "grady")
		require.Equal(t, "PIM: No approver can be reached for Alain Charon's request to activate the Backup Reader role", m.Subject)
		require.Contains(t, m.Text, "This mail does not make you an approver: only the approvers named in the request can decide it.")
		require.Contains(t, m.Text, "restore drill")
		require.Contains(t, m.Text, "the request expires on ")
		require.Contains(t, m.Text, "View the request:\nhttps://portal.contoso.example/requests/r1")

		require.Equal(t, result, h.notify(t, nobody(in)), "nothing is told twice")
		require.Len(t, h.inbox.Requests(), 2)
	})
}

func TestWhereTheTenantDoesNotWantItNobodyIsToldThatNobodyWasReached(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", noMailbox)
		h.notify(t, in)
		result := h.notify(t, nobody(in))
		require.True(t, result.Settled())
		require.Equal(t, pim.Counts{pim.StatusSkipped: 1}, counts(result))
		h.Settings = alarming()
		require.Equal(t, result, h.notify(t, nobody(in)), "what holds is what held when it was planned")
		require.Empty(t, h.inbox.Requests())
	})
}

// The alarm is about a request that waits.
func TestADecisionWithdrawsTheWordThatNobodyWasReached(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		h.Settings = alarming()
		in := h.accept(t, "r1", noMailbox)
		h.notify(t, in)
		word := nobody(in)
		word.Changes = append(word.Changes, decided(in))
		result := h.notify(t, word)
		require.True(t, result.Settled())
		require.Equal(t, "withdrawn:approved", result.Events[0].Withdrawn)
		require.Empty(t, h.inbox.Requests())
	})
}

// Owners are told of the request in any case, and the word is for those who were not.
func TestWhoWasToldOfTheRequestIsNotToldThatNobodyWasReached(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]func(*pim.ActivationRequest){"azure": production, "group": tier0Group} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 0)
			h.Settings = alarming()
			in := h.accept(t, "r1", noMailbox, where)
			first := counts(h.notify(t, in))
			require.Positive(t, first[pim.StatusSent])
			require.Equal(t, first, counts(h.notify(t, nobody(in))))
		})
	}
}

// Where a rule keeps the mails from approvers and Owners alike, it does not keep the alarm from anybody.
func TestARuleThatIsOffDoesNotSilenceTheWordThatNobodyWasReached(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	on := alarming()
	on.rules = func(pim.ResourceKind, pim.Role, pim.Scope) pim.Rules {
		return pim.Rules{pim.ApproverEndUserAssignment: {NotificationLevel: pim.LevelNone}}
	}
	h.Settings = on
	in := h.accept(t, "r1", tier0, production)
	require.True(t, h.notify(t, in).Unreachable)
	h.notify(t, nobody(in))
	require.Equal(t, []string{"adele", "lidia", "lynne", "nestor", "pradeep"}, sent(h.told(t, in.Due[0])), "who is active now")

	fallback := h.accept(t, "r2", "", production, func(r *pim.ActivationRequest) { r.Approval.Approvers = nil })
	require.True(t, h.notify(t, fallback).Unreachable)
	h.notify(t, nobody(fallback))
	require.Contains(t, h.mail(t, fallback.Due[0], "lidia").Text, "The request names no approvers, so the administrators of the role decide it. You can do so yourself.")
	require.Contains(t, h.mail(t, fallback.Due[0], "lidia").Text, "Approve or deny:\n")
}

func TestWhoAsksIsNotToldThatNobodyWasReached(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.Settings = alarming()
	in := h.accept(t, "r1", noMailbox, func(r *pim.ActivationRequest) { r.Principal = pim.Principal{ID: "u5"} }) // grady
	h.notify(t, in)
	h.notify(t, nobody(in))
	require.Equal(t, []string{"henrietta", "u25 skipped noAddress", "grady skipped ownRequest"}, who(h.told(t, in.Due[0])))
}

// The word comes to an event of which somebody was reached after all: the process heard of another one.
func TestWhereAnApproverIsReachedNobodyIsToldOtherwise(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		h.Settings = alarming()
		in := h.accept(t, "r1", tier0)
		before := counts(h.notify(t, in))
		require.Equal(t, before, counts(h.notify(t, nobody(in))))
	})
}

func TestWhenTheLastApproverHasBouncedTheAdministratorsAreToldSo(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		h.Settings = alarming()
		in := h.accept(t, "r1", tier0)
		h.notify(t, in)
		messages := h.inbox.Messages()
		for _, m := range messages {
			h.observe(t, m, pim.ObservedBounce)
		}
		result := h.notify(t, nobody(in))
		require.Equal(t, pim.Counts{pim.StatusBounced: 4, pim.StatusSkipped: 1, pim.StatusSent: 2}, counts(result))
		require.Equal(t, 5, row(t, h.rows(t, in), "grady@contoso.example").Order, "the order is the event's")
	})
}

// In profile strict nobody is asked to decide on an extension of an Entra role.
func TestAdministratorsAreToldOfAnExtensionThatNobodyIsAskedToDecideOn(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		strict := alarming()
		strict.of.Profile = pim.Strict
		h.Settings = strict
		for _, kind := range []pim.EventKind{pim.AssignmentExtendRequested, pim.AssignmentRenewRequested} {
			a := h.assign(t, "a-"+kind.Short(), given(pim.DirectoryRole))
			due := a.requested(t, kind, alain)
			require.True(t, h.notify(t, a.about(due)).Unreachable)
			result := h.notify(t, nobody(a.about(due)))
			require.False(t, result.Unreachable)
			require.Equal(t, []string{"grady", "henrietta"}, who(h.told(t, due)))
			m := h.mail(t, due, "grady")
			verb := map[pim.EventKind]string{pim.AssignmentExtendRequested: "extend", pim.AssignmentRenewRequested: "renew"}[kind]
			require.Equal(t, "PIM: Nobody can be reached for Alain Charon's request to "+verb+" the Exchange Administrator role", m.Subject)
			require.Contains(t, m.Text, "Alain Charon wrote:\n> the move takes longer")
			require.Contains(t, m.Text, "Approve or deny:\nhttps://portal.contoso.example/requests/x1")
		}
	})
}
