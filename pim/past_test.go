package pim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// pastAssignment was made a hundred days ago, for ninety, was extended on request and removed.
func pastAssignment() pim.PastAssignment {
	p := pim.PastAssignment{ID: "a1", Assignment: given(), Status: pim.Revoked}
	p.CreatedDateTime, p.ScheduleInfo = at(-100*day), pim.ScheduleInfo{Expiration: duration("P90D")}
	p.History = []pim.PastStep{
		{At: *at(-20 * day), What: pim.WhatExtendRequested, By: pim.Principal{ID: "u7"}, RequestID: "x1", Justification: "not done yet", ScheduleInfo: pim.ScheduleInfo{Expiration: duration("P30D")}},
		{At: *at(-19 * day), What: pim.WhatExtended, By: pim.Principal{ID: "u2"}, RequestID: "x1"},
		{At: *at(-9 * day), What: pim.WhatUpdated, By: pim.Principal{ID: "u2"}, AssignmentType: pim.Eligible},
		{At: *at(-8 * day), What: pim.WhatRemoved, By: pim.Principal{ID: "u2"}},
	}
	return p.WithDefaults()
}

// pastActivation was asked for and approved a hundred days ago.
func pastActivation() pim.PastActivation {
	p := pim.PastActivation{ID: "r1", ActivationRequest: good()}
	p.CreatedDateTime, p.ScheduleInfo = at(-100*day), pim.ScheduleInfo{Expiration: duration("PT8H")}
	p.History = []pim.PastStep{{At: *at(-100*day + time.Hour), What: pim.WhatApproved, By: pim.Principal{ID: "u8"}}}
	return p.WithDefaults()
}

func TestThePastIsJudgedAsOfWhenItWas(t *testing.T) {
	for name, change := range map[string]func(*pim.PastAssignment){
		"as it is":                 func(*pim.PastAssignment) {},
		"over since long":          func(p *pim.PastAssignment) { p.ScheduleInfo = pim.ScheduleInfo{Expiration: until(-99 * day)} },
		"without a history":        func(p *pim.PastAssignment) { p.History = nil },
		"made just now":            func(p *pim.PastAssignment) { p.CreatedDateTime, p.History = at(0), nil },
		"begun before it was made": func(p *pim.PastAssignment) { p.ScheduleInfo.StartDateTime = at(-150 * day) },
		"to begin in nine years":   func(p *pim.PastAssignment) { p.ScheduleInfo.StartDateTime = at(9 * 365 * day) },
		"an end within the skew": func(p *pim.PastAssignment) {
			p.ScheduleInfo = pim.ScheduleInfo{StartDateTime: at(-101 * day), Expiration: until(-100*day - time.Minute)}
		},
		"all steps at one moment":    func(p *pim.PastAssignment) { p.History[1].At = p.History[0].At },
		"a step as it was made":      func(p *pim.PastAssignment) { p.History = p.History[:1]; p.History[0].At = *p.CreatedDateTime },
		"steps that nobody is known": func(p *pim.PastAssignment) { p.History[3].By = pim.Principal{} },
	} {
		p := pastAssignment()
		change(&p)
		require.Empty(t, p.Validate(nine), name)
	}
	require.Empty(t, pastActivation().Validate(nine))
}

func TestWhatIsWrongWithThePastIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil             func(*pim.PastAssignment)
		location, message string
	}{
		"no id":               {func(p *pim.PastAssignment) { p.ID = "" }, "id", "is required"},
		"a bad id":            {func(p *pim.PastAssignment) { p.ID = "a/b" }, "id", "must be 1 to 128"},
		"never made":          {func(p *pim.PastAssignment) { p.CreatedDateTime = nil }, "createdDateTime", "is required: when it happened"},
		"made tomorrow":       {func(p *pim.PastAssignment) { p.CreatedDateTime, p.History = at(time.Second), nil }, "createdDateTime", "must not lie in the future"},
		"only validated":      {func(p *pim.PastAssignment) { p.IsValidationOnly = true }, "isValidationOnly", "never happened"},
		"the API's own rules": {func(p *pim.PastAssignment) { p.Principal.ID = "" }, "principal.id", "is required"},
		"over before it was made": {
			func(p *pim.PastAssignment) { p.ScheduleInfo = pim.ScheduleInfo{Expiration: until(-101 * day)} },
			"scheduleInfo.expiration.endDateTime", "must lie after createdDateTime",
		},
		"too far ahead": {
			func(p *pim.PastAssignment) { p.ScheduleInfo = pim.ScheduleInfo{Expiration: until(11 * 366 * day)} },
			"scheduleInfo.expiration.endDateTime", "must not be more than 10 years ahead",
		},
		"a step without a time":   {func(p *pim.PastAssignment) { p.History[3].At = time.Time{} }, "history[3].at", "is required"},
		"a step of tomorrow":      {func(p *pim.PastAssignment) { p.History[3].At = nine.Add(1) }, "history[3].at", "must not lie in the future"},
		"steps out of order":      {func(p *pim.PastAssignment) { p.History[3].At = *at(-50 * day) }, "history[3].at", "must not lie before what happened before it, at 2026-11-14T09:00:00Z"},
		"a step before it was":    {func(p *pim.PastAssignment) { p.History = p.History[3:]; p.History[0].At = *at(-200 * day) }, "history[0].at", "must not lie before"},
		"a step of nothing":       {func(p *pim.PastAssignment) { p.History[3].What = "" }, "history[3].what", "is required: canceled, extendRequested, extended"},
		"a step of an activation": {func(p *pim.PastAssignment) { p.History[3].What = pim.WhatApproved }, "history[3].what", "must be canceled, extendRequested"},
		"a step of time itself":   {func(p *pim.PastAssignment) { p.History[3].What = pim.WhatExpired }, "history[3].what", "must be canceled"},
		"by somebody without id":  {func(p *pim.PastAssignment) { p.History[3].By = pim.Principal{DisplayName: "x"} }, "history[3].by.id", "is required"},
		"a removal to somewhere":  {func(p *pim.PastAssignment) { p.History[3].ScheduleInfo = p.ScheduleInfo }, "history[3].scheduleInfo", "must be left out of a step removed"},
		"a removal to something":  {func(p *pim.PastAssignment) { p.History[3].AssignmentType = pim.Active }, "history[3].assignmentType", "must be left out of a step removed"},
		"an odd type":             {func(p *pim.PastAssignment) { p.History[2].AssignmentType = "some" }, "history[2].assignmentType", "must be eligible or active"},
		"an update of nothing":    {func(p *pim.PastAssignment) { p.History[2].AssignmentType = "" }, "history[2].scheduleInfo", "is required of a step updated"},
		"extended to nowhere":     {func(p *pim.PastAssignment) { p.History[1].RequestID = "" }, "history[1].scheduleInfo", "is required of a step extended"},
		"a request for nothing":   {func(p *pim.PastAssignment) { p.History[0].ScheduleInfo = pim.ScheduleInfo{} }, "history[0].scheduleInfo", "is required of a step extendRequested"},
		"a request without id":    {func(p *pim.PastAssignment) { p.History[0].RequestID = "" }, "history[0].requestId", "is required of a step extendRequested"},
		"a request's bad id":      {func(p *pim.PastAssignment) { p.History[0].RequestID = "a b" }, "history[0].requestId", "must be 1 to 128"},
		"a removal of a request":  {func(p *pim.PastAssignment) { p.History[3].RequestID = "x1" }, "history[3].requestId", "must be left out of a step removed"},
		"extended into the past": {
			func(p *pim.PastAssignment) {
				p.History[1] = pim.PastStep{At: *at(-19 * day), What: pim.WhatExtended, ScheduleInfo: pim.ScheduleInfo{Expiration: until(-19*day - 1)}}
			}, "history[1].scheduleInfo.expiration.endDateTime", "must lie after at",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := pastAssignment()
			c.spoil(&p)
			problems := p.Validate(nine)
			require.Len(t, problems, 1)
			require.Equal(t, c.location, problems[0].Location)
			require.Contains(t, problems[0].Message, c.message)
		})
	}
	p := pastActivation()
	p.Principal.Type = pim.Group
	p.History[0].ScheduleInfo = p.ScheduleInfo
	problems := p.Validate(nine)
	require.Len(t, problems, 2)
	require.Equal(t, "principal.type", problems[0].Location)
	require.Equal(t, "history[0].scheduleInfo", problems[1].Location)
}
