package workflows_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

func TestRunSaysWhereTheRequestStands(t *testing.T) {
	h := newHouse(t)
	var states []workflows.ActivationState
	look := func(h *house) { states = append(states, h.state()) }
	h.after(time.Minute, look).after(10*time.Minute, look).after(20*time.Minute, approve("u2")).after(time.Hour, look)
	h.run(startingAfter(3*time.Hour, asked()))
	states = append(states, h.state())

	require.Equal(t, []string{
		"PendingApproval: the approval engine, which takes a while before it asks",
		"PendingApproval: a decision",
		"Granted: the start",
		"Provisioned: ",
	}, func() (all []string) {
		for _, s := range states {
			all = append(all, string(s.Status)+": "+s.WaitingOn)
		}
		return all
	}())
	require.Nil(t, states[1].Decision)
	require.Equal(t, &workflows.DecideInput{
		DecisionID: "d-u2", ReviewResult: pim.Approve, ReviewedBy: "u2", ReviewedDateTime: nine.Add(20 * time.Minute),
	}, states[2].Decision)
	require.Len(t, states[2].Changes, 1)
	require.Len(t, states[3].Changes, 2)
	require.Equal(t, []int{1, 2}, []int{states[3].Changes[0].Seq, states[3].Changes[1].Seq}, "the acceptance, 0, is the starter's")
}

func TestUpdateAnswersWithWhatItChanged(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.run(asked())
	require.Equal(t, h.state().Changes, h.done["Approve by u2"].Changes)
	approved, activated := h.state().Changes[0], h.state().Changes[1]
	require.Equal(t, pim.Change{
		Seq: 1, At: nine.Add(20 * time.Minute), What: pim.WhatApproved, Status: pim.Granted, By: "u2", DecisionID: "d-u2",
		Withdraw: []pim.EventRef{{ID: "activation.r1.pendingApproval", Kind: pim.ActivationPendingApproval, DueDateTime: nine.Add(requestMailDelay)}},
		Schedule: []pim.Due{{
			Event: pim.EventRef{ID: "activation.r1.approved", Kind: pim.ActivationApproved, DueDateTime: nine.Add(26 * time.Minute)},
			Part:  pim.PartOthers, DueDateTime: nine.Add(26 * time.Minute),
		}},
	}, approved)
	require.Equal(t, pim.Provisioned, activated.Status)
	require.Empty(t, activated.By, "nobody made it active: it was approved")
}

func TestReportIsOnRecordUnderItsOwnID(t *testing.T) {
	h := newHouse(t).after(time.Minute, report(workflows.UpdateCancel))
	h.run(asked())
	require.Equal(t, "p-cancel", h.done[workflows.UpdateCancel].Changes[0].DecisionID)
}

func TestDetailsTellTheStory(t *testing.T) {
	h := newHouse(t)
	var early, late string
	h.after(time.Minute, func(h *house) { early = h.details() })
	h.after(20*time.Minute, approve("u2")).after(23*time.Minute, func(h *house) { late = h.details() })
	h.run(asked())
	require.Equal(t, `## Waiting for approval

Waiting for the approval engine, which takes a while before it asks, until **2026-11-23 09:05:00 UTC**.

Role `+"`backup-reader` at `/`, asked by `u7`"+`.

- 2026-11-23 09:00:00 UTC requested
`, early)
	require.Equal(t, `## Active

Role `+"`backup-reader` at `/`, asked by `u7`"+`.

- 2026-11-23 09:00:00 UTC requested
- 2026-11-23 09:20:00 UTC approved by `+"`u2`"+`
- 2026-11-23 09:20:00 UTC activated

| mails | what became of them |
|---|---|
| pendingApproval | 3 sent |
| completed | 3 sent |
`, late)
}

func TestIDCannotBreakOutOfTheDetails(t *testing.T) {
	in := asked()
	in.PrincipalID = "u7` **approved**"
	h := newHouse(t)
	h.run(in)
	require.Contains(t, h.details(), "asked by `u7' **approved**`.")
}

func TestEveryStatusHasASentence(t *testing.T) {
	for status, end := range map[string]func(*house){
		"Denied": deny("u2"), "Cancelled": report(workflows.UpdateCancel), "Failed": report(workflows.UpdateFailed), "Nobody answered in time": func(*house) {},
	} {
		h := newHouse(t).after(time.Minute, end)
		h.run(asked())
		require.True(t, strings.HasPrefix(h.details(), "## "+status+"\n"), h.details())
	}
}

func TestWithdrawnAndEmptyEventsAreNamedInTheDetails(t *testing.T) {
	h := newHouse(t).after(6*time.Minute, deny("u2"))
	h.post.takes = func(activities.NotifyInput) time.Duration { return 2 * time.Minute }
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if in.Due[0].Event.Kind == pim.ActivationPendingApproval {
			return activities.NotifyResult{Events: []activities.EventResult{{
				ID: in.Due[0].Event.ID, Withdrawn: "withdrawn:denied", Counts: pim.Counts{pim.StatusSent: 1, pim.StatusCancelled: 2},
			}}}, nil
		}
		return activities.NotifyResult{Events: []activities.EventResult{{ID: in.Due[0].Event.ID}}}, nil
	}
	h.run(asked())
	require.Contains(t, h.details(), "| pendingApproval | 1 sent, 2 cancelled, withdrawn:denied |")
	require.Contains(t, h.details(), "| denied | nobody is told of this |")
}

// attributes keeps the values of the search attributes as they are set.
func attributes(h *house) *[]string {
	var values []string
	h.env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		set, _ := args.Get(0).(temporal.SearchAttributes)
		if status, ok := set.GetKeyword(workflows.PimStatus); ok {
			values = append(values, status)
		}
		if unreachable, ok := set.GetBool(workflows.PimUnreachable); ok && unreachable {
			values = append(values, "unreachable")
		}
	}).Return(nil)
	return &values
}

func TestStatusByWhichRunsAreFoundChangesWithTheRequestAndNotOtherwise(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2")).after(22*time.Minute, report(workflows.UpdateDeactivated))
	values := attributes(h)
	h.run(asked())
	require.Equal(t, []string{"Provisioned", "Revoked"}, *values, "each costs the history an event")
}

func TestRunWhoseApproversCannotBeReachedIsFoundAsSuch(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		return activities.NotifyResult{Unreachable: in.Due[0].Event.Kind == pim.ActivationPendingApproval}, nil
	}
	var details string
	h.after(10*time.Minute, func(h *house) { details = h.details() })
	values := attributes(h)
	require.Equal(t, pim.Provisioned, h.run(asked()), "it can still be decided")
	require.Equal(t, []string{"unreachable", "Provisioned"}, *values)
	require.Contains(t, details, "**Nobody who could approve this can be reached by mail.**")
}

// Bounces come when the mails have long been settled.
func TestRunWhoseApproversTurnOutToBeUnreachableIsFoundAsSuch(t *testing.T) {
	bounced := func(h *house) { h.env.SignalWorkflow(workflows.SignalUnreachable, nil) }
	h := newHouse(t).after(11*time.Minute, bounced).after(12*time.Minute, bounced).after(20*time.Minute, approve("u2"))
	var details string
	h.after(13*time.Minute, func(h *house) { details = h.details() })
	values := attributes(h)
	require.Equal(t, pim.Provisioned, h.run(asked()), "it can still be decided")
	require.Equal(t, []string{"unreachable", "Provisioned"}, *values, "once, however often it is told")
	require.Contains(t, details, "**Nobody who could approve this can be reached by mail.**")
}

// What a Notify is given goes into the history for good. Every text in it has to be an id, a name of this program or a time.
func TestHistoryHoldsNoTextOfAPerson(t *testing.T) {
	known := map[string]bool{
		"contoso": true, "activationRequests": true, "r1": true, "u2": true, "d-u2": true, "": true,
		"approved": true, "activated": true, "Granted": true, "Provisioned": true, "others": true, "all": true,
		"activation.r1.pendingApproval": true, "activation.r1.approved": true, "activation.r1.completed": true,
		"activation.pendingApproval": true, "activation.approved": true, "activation.completed": true,
	}
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.run(asked())
	for _, c := range h.post.calls {
		text, err := json.Marshal(c.in)
		require.NoError(t, err)
		var tree any
		require.NoError(t, json.Unmarshal(text, &tree))
		texts(tree, func(s string) {
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				require.True(t, known[s], "%q", s)
			}
		})
	}
	// Nor has any type that goes into a history room for one.
	for _, payload := range []any{
		workflows.ActivationInput{}, workflows.ActivationResult{}, workflows.DecideInput{}, workflows.ReportInput{}, workflows.Recorded{},
		workflows.Refusal{}, activities.NotifyInput{}, activities.NotifyResult{},
	} {
		fields(reflect.TypeOf(payload), func(name string) {
			for _, word := range []string{"mail", "address", "displayname", "justification", "subject", "body", "ticket", "reason"} {
				if strings.Contains(strings.ToLower(name), word) && name != "RequestMailDelay" {
					require.Fail(t, "a field for a person's text", "%T: %s", payload, name)
				}
			}
		})
	}
}

func texts(tree any, each func(string)) {
	switch v := tree.(type) {
	case string:
		each(v)
	case []any:
		for _, e := range v {
			texts(e, each)
		}
	case map[string]any:
		for _, e := range v {
			texts(e, each)
		}
	}
}

func fields(t reflect.Type, each func(string)) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		fields(t.Elem(), each)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				each(f.Name)
				fields(f.Type, each)
			}
		}
	default:
	}
}
