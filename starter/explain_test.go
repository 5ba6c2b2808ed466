package starter_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/mail"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

func TestExplainSaysWhatLedToEveryMailOfARequestAndToEveryAbsence(t *testing.T) {
	onBoth(t, func(t *testing.T, p *press) {
		a, in := p.put(t, "r1", request())
		changes := p.decided(t, a, in, pim.Principal{ID: "u9", DisplayName: "Joni Sherman"})
		asked := a.First.Schedule[0]

		p.explain(t, asked.Event.ID, "u1", "scheduled", "notPlannedYet", "Isabella Simonsen (u1) stands in the column approver", "and would be told.")
		p.explain(t, asked.Event.ID, "u2", "scheduled", "notPlannedYet", "would be left out (matrixSaysNo).")
		p.rules = pim.Rules{pim.ApproverEndUserAssignment: {NotificationLevel: pim.LevelNone}}
		p.explain(t, asked.Event.ID, "u1", "scheduled", "notPlannedYet", "and would be left out (ruleOff).")
		p.rules = pim.Rules{pim.ApproverEndUserAssignment: {
			NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"soc@contoso.example"},
		}}
		p.explain(t, asked.Event.ID, "soc@contoso.example", "scheduled", "notPlannedYet", "soc@contoso.example is an additional recipient, and would be told.")
		p.rules = nil
		p.explain(t, asked.Event.ID, "u25", "scheduled", "notPlannedYet", "and would be left out (noAddress).")
		p.tell(t, a, nil, asked)

		e := p.explain(t, asked.Event.ID, "u1", "sent", "",
			"Isabella Simonsen (u1) stood in the column approver, through the group Tier-0 approvers (g1).",
			`The matrix said "yes" for approver of activation.pendingApproval, and the tenant's profile was entra.`,
			"The rule Notification_Approver_EndUser_Assignment governed it, at level All.", "the approval engine's delay, drawn for this request, was",
			"as message 0100018f.")
		require.Equal(t, in.RequestMailDelay, e.EngineDelay)
		require.Equal(t, asked.DueDateTime.Truncate(time.Microsecond), *e.DueDateTime)
		require.Equal(t, 1, e.Order)
		require.Equal(t, 1, e.Attempt)
		require.Nil(t, e.JudgedAt)
		require.Equal(t, pim.CellSays{ResourceKind: pim.DirectoryRole, Event: pim.ActivationPendingApproval, Column: pim.Approver, Says: "yes", Profile: pim.Entra}, *e.Cell)
		e = p.explain(t, asked.Event.ID, " JONI@Contoso.example ", "sent", "", "through the group Tier-0 approvers (g1) and in it Night-shift approvers (g2).")
		require.NotContains(t, e.Sentences[0], "had the address", "it is their own")
		p.explain(t, asked.Event.ID, "u25", "skipped", "noAddress", "neither the directory nor the request had an address")
		e = p.explain(t, asked.Event.ID, "u7", "leftOut", "requestorNeverAsked", "Alain Charon (u7) is the requestor, and the requestor is never asked to decide.")
		require.Equal(t, p.clock.Truncate(time.Millisecond), *e.JudgedAt)
		p.explain(t, asked.Event.ID, "u5", "leftOut", "approversNamed", "this request names its approvers or needs none")
		p.explain(t, asked.Event.ID, "adele@contoso.example", "leftOut", "matrixSaysNo", "Adele Vance (u2) stands in the column globalAdministrator now, holding its role permanently")
		p.explain(t, asked.Event.ID, "u11", "leftOut", "noRole", "Lidia Holloway (u11) stands in none of the columns")
		p.explain(t, asked.Event.ID, "nobody@contoso.example", "leftOut", "noRole", "nobody@contoso.example stands in none")
		p.explain(t, asked.Event.ID, "g1", "leftOut", "groupItself", "Tier-0 approvers (g1) is a group")

		for _, c := range changes {
			for _, due := range c.Schedule {
				p.tell(t, a, changes, due)
			}
		}
		const completed, approved = "activation.r1.completed", "activation.r1.approved"
		p.explain(t, completed, "u6", "sent", "", "stood in the column privilegedRoleAdministrator, holding its role for a time.", "They stood in the column securityAdministrator too")
		p.explain(t, completed, "u7", "sent", "", "Alain Charon (u7) stood in the column requestor.")
		p.explain(t, completed, "u4", "leftOut", "stateDoesNotCount", "Diego Siciliani (u4) holds the role of the column globalAdministrator as eligible only now")
		p.explain(t, approved, "u7", "leftOut", "toldOfTheOutcome", "see the event activation.r1.completed")
		p.explain(t, approved, "u9", "sent", "")
		p.organise(t, strings.Replace(string(directory.Sample()), "principal: u4, state: eligible", "principal: u4, state: permanent", 1))
		p.explain(t, completed, "u4", "leftOut", "cameLater", "holding its role permanently, and would be told.")
		p.explain(t, completed, "u2", "sent", "")
	})
}

// The main case: what was approved before the engine asked is told to nobody, and whoever wonders learns who approved and when.
func TestExplainNamesWhoApprovedBeforeTheFirstMailLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, p *press) {
		a, in := p.put(t, "r1", request())
		change := p.decided(t, a, in, pim.Principal{ID: "u9", DisplayName: "Joni Sherman"})[0]
		change.At = noon.Add(time.Minute)
		require.NoError(t, p.record.Record(t.Context(), tenant, a.Resource, change))
		for _, told := range []bool{false, true} { // a run that is told of it later changes nothing
			if told {
				p.tell(t, a, []pim.Change{change}, a.First.Schedule[0])
			}
			e := p.explain(t, "activation.r1.pendingApproval", "u1", "cancelled", "withdrawn:approved",
				"Joni Sherman (u9) approved the request at 2026-11-23T12:01:00Z.",
				"so it was withheld from everybody and recipients were never planned.",
				"Isabella Simonsen (u1) stands in the column approver, through the group Tier-0 approvers (g1), and would be told.")
			require.Equal(t, pim.WhatApproved, e.Decision.What)
			require.Equal(t, pim.Principal{ID: "u9", DisplayName: "Joni Sherman"}, *e.Decision.By)
			require.Equal(t, "we spoke", e.Decision.Justification)
			require.Equal(t, noon.Add(time.Minute), e.Decision.At)
		}
		p.explain(t, "activation.r1.pendingApproval", "u2", "cancelled", "withdrawn:approved", "would be left out (matrixSaysNo).")
	})
}

// Somebody whom a rule kept from being told of the request can be told that nobody was reached: that mail is what they ask about.
func TestExplainSaysWhyAnAdministratorWasToldThatNobodyWasReached(t *testing.T) {
	onBoth(t, func(t *testing.T, p *press) {
		p.of.UnreachableApproverMail = true
		p.rules = pim.Rules{pim.ApproverEndUserAssignment: {NotificationLevel: pim.LevelNone}}
		r := request()
		r.ResourceKind, r.Scope = pim.AzureResource, pim.Scope{ID: "/subscriptions/s1"}
		a, _ := p.put(t, "r1", r)
		asked := a.First.Schedule[0]
		require.True(t, p.tell(t, a, nil, asked).Unreachable)
		p.explain(t, asked.Event.ID, "u11", "skipped", "ruleOff")
		word := asked
		word.Part, word.DueDateTime = pim.PartUnreachable, asked.DueDateTime.Add(time.Second)
		p.tell(t, a, nil, word)

		e := p.explain(t, asked.Event.ID, "u11", "sent", "",
			"Lidia Holloway (u11) stood in the column owner, holding its role permanently.",
			"Nobody who could decide was reached by the mails of activation.r1.pendingApproval, and the tenant's setting unreachableApproverMail was on",
			"That made none of them an approver", "when it was found that nobody who could decide was reached.")
		require.Nil(t, e.Cell)
		require.Equal(t, word.DueDateTime.Truncate(time.Microsecond), *e.DueDateTime)
		p.explain(t, asked.Event.ID, "u1", "skipped", "ruleOff", "They were skipped: the default recipients of the rule Notification_Approver_EndUser_Assignment were off.")
		p.explain(t, asked.Event.ID, "u16", "skipped", "ruleOff", "Patti Fernandez (u16) stood in the column owner, holding its role as eligible only")
	})
}

func TestExplainSaysWhatKeepsAMailFromLeaving(t *testing.T) {
	onBoth(t, func(t *testing.T, p *press) {
		for id, c := range map[string]struct {
			outcome        mail.Outcome
			status, reason string
			sentence       string
		}{
			"refused": {mail.Outcome{Class: mail.Refused, Reason: "messageRejected", Detail: "Address is bad"}, "failed", "messageRejected", "It failed for good at attempt 1: SES rejected the message."},
			"unknown": {mail.Outcome{Class: mail.Unknown, Reason: "timeout"}, "unknown", "timeout", "Attempt 1 left, and its answer was lost: SES gave no answer in time."},
			"held":    {mail.Outcome{Class: mail.Held, Reason: "sendingPaused"}, "planned", "held:sendingPaused", "It was held back: sending was paused in SES."},
		} {
			p.outcome = c.outcome
			a, in := p.put(t, id, request())
			p.tell(t, a, nil, a.First.Schedule[0])
			event := a.First.Schedule[0].Event.ID
			e := p.explain(t, event, "u1", c.status, c.reason, c.sentence)
			require.Equal(t, c.outcome.Detail, e.Detail)
			if c.status == "planned" {
				change := p.decided(t, a, in, pim.Principal{ID: "u8", DisplayName: "Johanna Lorenz"})[0]
				require.NoError(t, p.record.Record(t.Context(), tenant, a.Resource, change))
				p.explain(t, event, "u1", "cancelled", "withdrawn:approved", "Johanna Lorenz (u8) approved the request at", "was withdrawn with the event.")
			}
		}
	})
}

func TestExplainSaysWhichRuleAndWhichProfileKeptAMailBack(t *testing.T) {
	onBoth(t, func(t *testing.T, p *press) {
		p.rules = pim.Rules{pim.AdminEndUserAssignment: {
			ID: pim.AdminEndUserAssignment, RecipientType: pim.AdminRecipient, NotificationLevel: pim.LevelCritical, IsDefaultRecipientsEnabled: true,
			NotificationRecipients: []string{"soc@contoso.example"},
		}, pim.RequestorEndUserAssignment: {
			ID: pim.RequestorEndUserAssignment, RecipientType: pim.RequestorRecipient, NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true,
			NotificationRecipients: []string{"audit@contoso.example"},
		}}
		r := request()
		r.Approval, r.Principal = pim.Approval{}, pim.Principal{ID: "u8"}
		a, in := p.put(t, "r1", r)
		changes := workflows.Foreseen(in)
		p.tell(t, a, changes, changes[0].Schedule...)
		const completed = "activation.r1.completed"
		e := p.explain(t, completed, "u2", "skipped", "ruleOff", "the rule Notification_Admin_EndUser_Assignment, at level Critical, kept mails of this event back.")
		require.Equal(t, pim.LevelCritical, e.Level)
		require.Equal(t, pim.HolderPermanent, e.State)
		p.explain(t, completed, "audit@contoso.example", "sent", "", "audit@contoso.example was an additional recipient, named by the rule Notification_Requestor_EndUser_Assignment.")
		p.explain(t, completed, "soc@contoso.example", "leftOut", "ruleLetsNothing", "The address is named now by Notification_Admin_EndUser_Assignment")

		p.rules = pim.Rules{pim.RequestorEndUserAssignment: {NotificationLevel: pim.LevelAll, NotificationRecipients: []string{"late@contoso.example"}}}
		p.explain(t, completed, "late@contoso.example", "leftOut", "cameLater", "late@contoso.example is an additional recipient now, and would be told.")
		p.rules = nil // what the plan knew stays
		p.explain(t, completed, "u2", "skipped", "ruleOff", "at level Critical")

		p.of.Profile = pim.Strict
		a, in = p.put(t, "r2", r)
		changes = workflows.Foreseen(in)
		p.tell(t, a, changes, changes[0].Schedule...)
		p.explain(t, "activation.r2.completed", "u8", "leftOut", "profileStrict", "which is for profile entra only, and the tenant's profile is strict now.")
		p.explain(t, "activation.r2.completed", "u2", "sent", "", "the tenant's profile was strict.")
	})
}

func TestExplainOfAnAssignmentKnowsItsGroupAndItsActor(t *testing.T) {
	onBoth(t, func(t *testing.T, p *press) {
		given := given()
		given.Principal = pim.Principal{ID: "g2"}
		_, _, err := p.PutAssignment(t.Context(), tenant, "a1", given)
		require.NoError(t, err)
		a, err := p.record.Accepted(t.Context(), tenant, pim.Resource{Collection: pim.Assignments, ID: "a1"})
		require.NoError(t, err)
		p.tell(t, a, nil, a.First.Schedule[0])
		e := p.explain(t, "assignment.a1.assigned", "u9", "sent", "", "stood in the column requestor, through the group Night-shift approvers (g2).")
		require.Equal(t, pim.Duration(""), e.EngineDelay)
		p.explain(t, "assignment.a1.assigned", "u16", "sent", "", "holding its role as eligible only, through the group Platform engineers (g3) and in it Database engineers (g4).")
		p.explain(t, "assignment.a1.expiring.2", "u9", "scheduled", "notPlannedYet", "would be told")

		by := pim.Principal{ID: "u11", DisplayName: "Lidia Holloway"}
		id, err := p.record.Propose(t.Context(), tenant, a.Resource, pim.Proposal{Decision: pim.Decision{ReviewedBy: by, ReviewedDateTime: p.clock}})
		require.NoError(t, err)
		now := p.clock
		extended := pim.Due{
			Event: pim.NewEvent(a.Resource, pim.AssignmentExtended, "n~1", now), Part: pim.PartAll, DueDateTime: now,
			Telling: &pim.Telling{AssignmentType: pim.Eligible, Term: pim.Term{Number: 2, Start: now, End: now.Add(time.Hour)}, DecisionRef: id},
		}
		change := pim.Change{Seq: 1, At: now, What: pim.WhatExtended, Status: pim.Provisioned, By: "u11", DecisionID: id, Schedule: []pim.Due{extended}}
		for _, due := range a.First.Schedule[1:] {
			change.Withdraw = append(change.Withdraw, due.Event)
		}
		p.tell(t, a, []pim.Change{change}, extended)
		p.explain(t, extended.Event.ID, "u11", "skipped", "ownDecision", "the decision was their own")
		p.explain(t, "assignment.a1.expiring.2", "u9", "cancelled", "withdrawn:extended", "Lidia Holloway (u11) extended the assignment at")
	})
}

// An event of which the record has heard only that it is withdrawn, and one that was brought in.
func TestExplainOfAnAssignmentNeedsNoMoreThanTheRecordHas(t *testing.T) {
	onBoth(t, func(t *testing.T, p *press) {
		made, err := p.Recall(tenant, pastAssignment("a1", long()))
		require.NoError(t, err)
		_, err = p.record.Import(t.Context(), []pim.Imported{made})
		require.NoError(t, err)
		p.explain(t, "assignment.a1.expired", "u7", "scheduled", "notPlannedYet", "Alain Charon (u7) stands in the column requestor, and would be told.")

		a := pim.Resource{Collection: pim.Assignments, ID: "a1"}
		unheard := pim.NewEvent(a, pim.AssignmentExpiring, "9", noon)
		require.NoError(t, p.record.Record(t.Context(), tenant, a, pim.Change{Seq: 9, At: noon, What: pim.WhatRemoved, Status: pim.Revoked, By: "u11", Withdraw: []pim.EventRef{unheard}}))
		e := p.explain(t, unheard.ID, "u11", "cancelled", "withdrawn:removed", "u11 removed the assignment at 2026-11-23T12:00:00Z.")
		require.Equal(t, pim.AdminAdminEligibility, e.Rule)
	})
}

func TestExplainOfSomebodyPastTheThousandth(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	rule := pim.DefaultRule(pim.RequestorEndUserAssignment)
	for i := range 1000 {
		rule.NotificationRecipients = append(rule.NotificationRecipients, fmt.Sprintf("n%04d@contoso.example", i))
	}
	p.rules = pim.Rules{rule.ID: rule}
	r := request()
	r.Approval = pim.Approval{}
	a, in := p.put(t, "r1", r)
	changes := workflows.Foreseen(in)
	p.tell(t, a, changes, changes[0].Schedule...)
	e := p.explain(t, "activation.r1.completed", "n0999@contoso.example", "capped", "overCap", "They were number 1006 in the order of the event, which went to the first 1000.")
	require.Equal(t, 1006, e.Order)
	require.Equal(t, pim.Additional, e.Audience)
}

func TestExplainOfAnAlertThatAStrictTenantDoesNotHave(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	alert := func(id string) {
		given := given()
		given.Origin, given.AssignmentType = pim.OutsidePIM, pim.Active
		_, _, err := p.PutAssignment(t.Context(), tenant, id, given)
		require.NoError(t, err)
		a, err := p.record.Accepted(t.Context(), tenant, pim.Resource{Collection: pim.Assignments, ID: id})
		require.NoError(t, err)
		p.tell(t, a, nil, a.First.Schedule[0])
	}
	p.of.Profile = pim.Strict
	alert("a1")
	p.explain(t, "assignment.a1.assignedOutsidePim", "u11", "leftOut", "nothingToTell", "in profile strict")
	p.of.Profile, p.of.Alerts.AssignedOutsidePIM = pim.Entra, false
	alert("a2")
	p.explain(t, "assignment.a2.assignedOutsidePim", "u11", "skipped", "alertOff", "switched the alert about assignments outside of PIM off")
}

func TestExplainOfSomebodyUnderAnotherIDOfTheSameAddress(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	p.organise(t, strings.Replace(string(directory.Sample()), "    users:\n", "    users:\n      - {id: u1b, displayName: Isabella at night, mail: isabella@contoso.example}\n", 1))
	a, _ := p.put(t, "r1", request())
	p.tell(t, a, nil, a.First.Schedule[0])
	p.explain(t, a.First.Schedule[0].Event.ID, "u1b", "sent", "",
		"Isabella at night (u1b) had the address isabella@contoso.example, under which Isabella Simonsen (u1) was told: one address got one mail.")
}

func TestExplainOfADigest(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	p.of.Digest.AdditionalRecipients = []string{"audit@contoso.example"}
	_, err := p.record.KeepDigest(t.Context(), tenant, "2026-11-23", pim.DigestFigures{From: noon.Add(-7 * day), To: noon, TimeZone: "UTC"})
	require.NoError(t, err)
	digest := pim.Resource{Collection: pim.Digest}
	p.tell(t, pim.Accepted{Acceptance: pim.Acceptance{Tenant: tenant, Resource: digest}}, nil,
		pim.Due{Event: pim.NewEvent(digest, pim.DigestWeekly, "2026-11-23", noon), Part: pim.PartAll, DueDateTime: noon})
	p.explain(t, "digest.2026-11-23", "u2", "sent", "", "Adele Vance (u2) stood in the column globalAdministrator, holding its role permanently.")
	p.explain(t, "digest.2026-11-23", "audit@contoso.example", "sent", "", "one of the additional recipients that the tenant's settings named.")
	p.explain(t, "digest.2026-11-23", "u11", "leftOut", "noRole")
}

func TestExplainOfATenantsOwnEvents(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	on := true
	_, err := p.PutPIM(t.Context(), tenant, pim.PIMChange{IsEnabled: &on, ChangedBy: pim.Principal{ID: "u2"}})
	require.NoError(t, err)
	a, err := p.record.Accepted(t.Context(), tenant, pim.Resource{Collection: pim.PIMSetting})
	require.NoError(t, err)
	p.tell(t, a, nil, a.First.Schedule[0])
	p.explain(t, "pim.enabled.1", "u2", "sent", "", "stood in the column globalAdministrator, holding its role permanently.")
	p.explain(t, "pim.enabled.1", "u4", "leftOut", "stateDoesNotCount")
}

func TestExplainNamesTheEventOrThePersonThatThereIsNot(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	a, _ := p.put(t, "r1", request())
	var missing *starter.NotFound
	_, err := p.Explain(t.Context(), tenant, "activation.r9.completed", "u1")
	require.ErrorAs(t, err, &missing)
	require.ErrorContains(t, err, "there is no event activation.r9.completed of this tenant")
	_, err = p.Explain(t.Context(), tenant, a.First.Schedule[0].Event.ID, "u99")
	require.ErrorAs(t, err, &missing)
	require.ErrorContains(t, err, "has nothing on u99, and the directory knows nobody of that id now")
	_, err = p.Explain(t.Context(), "nowhere", "activation.r1.completed", "u1")
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
	_, err = p.Explain(t.Context(), "fabrikam", a.First.Schedule[0].Event.ID, "u1")
	require.ErrorContains(t, err, "there is no event", "another tenant's")
	var invalid *pim.Invalid
	_, err = p.Explain(t.Context(), tenant, a.First.Schedule[0].Event.ID, " ")
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "query.recipient", invalid.Problems[0].Location)
}

// observations are what SES has said of whatever mail.
type observations []pim.SESReport

func (o observations) Reported(context.Context, string, string) ([]pim.SESReport, error) {
	return o, nil
}

func TestExplainTellsWhatSESHasReportedSince(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	a, _ := p.put(t, "r1", request())
	p.tell(t, a, nil, a.First.Schedule[0])
	event := a.First.Schedule[0].Event.ID
	require.Empty(t, p.explain(t, event, "u1", "sent", "").Reported, "nobody listens: silence")
	p.house.Observations = observations{{At: noon.Add(time.Hour), What: "Bounce", Detail: "550 no such user"}}
	p.explain(t, event, "u1", "sent", "", "SES reported Bounce at 2026-11-23T13:00:00Z: 550 no such user.")
}

func TestARecordIsExplainedWhileTheDirectoryIsAway(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	a, _ := p.put(t, "r1", request())
	p.tell(t, a, nil, a.First.Schedule[0])
	p.house.Client.Directory = awayDirectory{}
	p.explain(t, a.First.Schedule[0].Event.ID, "u1", "sent", "")
	_, err := p.Explain(t.Context(), tenant, a.First.Schedule[0].Event.ID, "u2")
	var away *starter.Unavailable
	require.ErrorAs(t, err, &away)
	require.Equal(t, starter.AwayDirectory, away.What)
}
