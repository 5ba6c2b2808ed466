package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// record is what the record says of one story with two mails, one of which left.
func record() ([]told, map[string]letter) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	sent := at.Add(2500 * time.Millisecond)
	t := told{
		story:  story{title: "Approved"},
		begins: at,
		view: pim.View{
			Timeline: []pim.TimelineEntry{
				{At: at, What: pim.WhatRequested, Status: pim.PendingApproval, By: &pim.Principal{ID: "u7", DisplayName: "Alain Charon"}},
				{At: at.Add(time.Second), What: pim.WhatApproved, Status: pim.Granted, By: &pim.Principal{ID: "u8"}, Justification: "ok"},
			},
			Events: []pim.Event{
				{ID: "activation.r1.pendingApproval", Kind: pim.ActivationPendingApproval, Status: pim.EventCancelled, Reason: "withdrawn:approved"},
				{ID: "activation.r1.completed", Kind: pim.ActivationCompleted, Status: pim.EventComplete},
			},
		},
		mails: map[string][]pim.Delivery{"activation.r1.completed": {
			{Address: "alain@contoso.example", Audience: pim.Requestor, Status: pim.StatusSent, Subject: "PIM: You activated it", MessageID: "m1", SentDateTime: &sent},
			{PrincipalID: "u25", DisplayName: "Break Glass", Audience: pim.GlobalAdministrator, Status: pim.StatusSkipped, Reason: pim.ReasonNoAddress},
		}},
	}
	l := letter{MessageID: "m1", Subject: "PIM: You activated it"}
	l.Destination.To = []string{"alain@contoso.example"}
	return []told{t}, map[string]letter{"m1": l}
}

func TestTheDemonstrationAgreesWithAnInboxThatHasWhatTheRecordSays(t *testing.T) {
	all, inbox := record()
	n, err := verify(all, nil, inbox)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestTheDemonstrationFailsWhenTheInboxSaysOtherwise(t *testing.T) {
	for name, change := range map[string]func(map[string]letter){
		"a mail is missing": func(inbox map[string]letter) { delete(inbox, "m1") },
		"a mail too many":   func(inbox map[string]letter) { inbox["m2"] = letter{MessageID: "m2"} },
		"another subject":   func(inbox map[string]letter) { l := inbox["m1"]; l.Subject = "PIM: else"; inbox["m1"] = l },
		"another recipient": func(inbox map[string]letter) {
			l := inbox["m1"]
			l.Destination.To = []string{"eve@contoso.example"}
			inbox["m1"] = l
		},
		"two recipients in one mail": func(inbox map[string]letter) {
			l := inbox["m1"]
			l.Destination.To = append(l.Destination.To, "eve@contoso.example")
			inbox["m1"] = l
		},
	} {
		t.Run(name, func(t *testing.T) {
			all, inbox := record()
			change(inbox)
			_, err := verify(all, nil, inbox)
			require.Error(t, err)
		})
	}
}

func TestTheDemonstrationFailsWhenAMailIsNotHeardOf(t *testing.T) {
	all, _ := record()
	require.ErrorContains(t, allDelivered(all), "activation.r1.completed to alain@contoso.example is sent")
	all[0].mails["activation.r1.completed"][0].Status = pim.StatusDelivered
	require.NoError(t, allDelivered(all))
}

func TestTheDemonstrationFailsWhenNobodyWasTold(t *testing.T) {
	all, _ := record()
	all[0].mails = nil
	_, err := verify(all, nil, nil)
	require.ErrorContains(t, err, "nobody was told")
}

func TestAStoryIsToldInTheOrderInWhichItHappened(t *testing.T) {
	all, _ := record()
	var out bytes.Buffer
	all[0].print(&out, 1)
	require.Equal(t, `
1. Approved

     +0.0 s  requested by Alain Charon: PendingApproval
     +1.0 s  approved by u8: Granted ("ok")
     +2.5 s  PIM: You activated it
               -> requestor: alain@contoso.example
   withheld  activation.pendingApproval, to anyone: the request was approved first
   withheld  activation.completed, to Break Glass as globalAdministrator: the directory has no address
`, out.String())
}
