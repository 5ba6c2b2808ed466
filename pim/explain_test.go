package pim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

var (
	asked    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	dueAt    = asked.Add(6*time.Minute + 12*time.Second)
	sentAt   = dueAt.Add(3 * time.Second)
	explains = asked.Add(time.Hour)

	isabella = pim.Principal{ID: "u1", DisplayName: "Isabella Simonsen", Mail: "isabella@contoso.example", Type: pim.User}
	joni     = pim.Principal{ID: "u9", DisplayName: "Joni Sherman"}
	tierZero = pim.Principal{ID: "g1", DisplayName: "Tier-0 approvers"}
)

// told is Isabella's mail, which asks her to approve r1, as it is with this status and reason.
func told(status pim.RecipientStatus, reason string, adjust ...func(*pim.MailTrace)) pim.ExplainInput {
	m := pim.MailTrace{
		Delivery: pim.Delivery{
			MailID: "m1", Address: isabella.Mail, PrincipalID: isabella.ID, DisplayName: isabella.DisplayName, Audience: pim.Approver, Order: 1,
			Status: status, Reason: reason, DueDateTime: dueAt, Attempt: 1, RecipientType: pim.ApproverRecipient,
		},
		Part: pim.PartOthers,
		Why: &pim.Why{
			Column: pim.Approver, Cell: "yes", Profile: pim.Entra, Rule: pim.ApproverEndUserAssignment, Level: pim.LevelAll, Via: []pim.Principal{tierZero},
		},
	}
	switch status {
	case pim.StatusSent, pim.StatusDelivered, pim.StatusBounced, pim.StatusComplained:
		m.SentDateTime, m.MessageID = &sentAt, "0100018f"
	case pim.StatusSending:
		m.LeaseUntil = sentAt.Add(30 * time.Second)
	case pim.StatusUnknown:
		m.UnknownSince = sentAt
	case pim.StatusSkipped:
		m.Order, m.Attempt = 0, 0
	default:
	}
	for _, a := range adjust {
		a(&m)
	}
	in := about(pim.ActivationPendingApproval)
	in.Trace.Parts[0].PlannedDateTime = dueAt
	in.Trace.Mails = []pim.MailTrace{m}
	return in
}

// alarmed has Isabella told, as an administrator, that nobody who could decide was reached.
func alarmed(named pim.Approval) pim.ExplainInput {
	in := told(pim.StatusSent, "", func(m *pim.MailTrace) {
		m.Part, m.Audience, m.RecipientType, m.DueDateTime = pim.PartUnreachable, pim.PrivilegedRoleAdministrator, pim.AdminRecipient, dueAt.Add(time.Minute)
		m.Why = &pim.Why{Column: pim.PrivilegedRoleAdministrator, Profile: pim.Entra, State: pim.HolderPermanent}
	})
	in.Named = named
	in.Trace.Parts = append(in.Trace.Parts, pim.PartTrace{Part: pim.PartUnreachable, DueDateTime: dueAt.Add(time.Minute), PlannedDateTime: dueAt.Add(time.Minute)})
	return in
}

// about is an event of r1 of which the record has nothing but the moment.
func about(kind pim.EventKind) pim.ExplainInput {
	r1 := pim.Resource{Collection: pim.ActivationRequests, ID: "r1"}
	return pim.ExplainInput{
		Trace: pim.EventTrace{
			Event: pim.NewEvent(r1, kind, "", dueAt), Resource: r1, Parts: []pim.PartTrace{{Part: pim.PartOthers, DueDateTime: dueAt}},
		},
		Who: isabella, Kind: pim.DirectoryRole, Delay: 6*time.Minute + 12*time.Second, Now: explains,
	}
}

// withdrawn has the mail or the event withdrawn by a step.
func withdrawn(in pim.ExplainInput, what pim.What, by *pim.Principal) pim.ExplainInput {
	in.Trace.Withdrawn = pim.WithdrawnPrefix + string(what)
	in.Trace.By = &pim.TimelineEntry{At: asked.Add(time.Minute), What: what, By: by}
	return in
}

// leftOut is Isabella, of whom a planned event has nothing, as she stands now.
func leftOut(kind pim.EventKind, j pim.Judged) pim.ExplainInput {
	in := about(kind)
	in.Trace.Parts[0].PlannedDateTime = dueAt
	j.Kind, j.Scope, j.Told = pim.DirectoryRole, "/", true
	if j.Profile == "" {
		j.Profile = pim.Entra
	}
	in.Judged = &j
	return in
}

func stands(s pim.Stand) pim.Judged {
	s.Person = isabella
	if s.Audience == "" {
		s.Audience = s.Column
	}
	j := pim.Judged{Stands: []pim.Stand{s}}
	if s.Told && s.Counts {
		j.Would = &pim.Recipient{PrincipalID: isabella.ID, Status: pim.StatusPlanned}
	}
	return j
}

// explained is one reason there is, the set-up in which it is the answer, and the sentence that says so.
type explained struct {
	reason   string // which of those that there are: a status, or "skipped noAddress", "condition noRole", "withdrawn approved"
	in       pim.ExplainInput
	status   pim.ExplanationStatus
	sentence string
}

func everyReason() []explained {
	group := leftOut(pim.ActivationCompleted, pim.Judged{})
	group.Who = pim.Principal{ID: "g1", DisplayName: "Tier-0 approvers", Type: pim.Group}
	untold := leftOut(pim.AssignmentAssignedOutsidePIM, pim.Judged{Profile: pim.Strict})
	untold.Judged.Told = false
	outcome := leftOut(pim.ActivationApproved, stands(pim.Stand{Column: pim.Requestor, Cell: "entra", Told: true, Counts: true}))
	scheduled := about(pim.ActivationPendingApproval)
	asks := stands(pim.Stand{Column: pim.Approver, Cell: "yes", Told: true, Counts: true})
	asks.Kind, asks.Told = pim.DirectoryRole, true
	scheduled.Judged = &asks

	all := []explained{
		{"planned", told(pim.StatusPlanned, ""), "planned", "At 2026-11-23T13:00:00Z it was still waiting for its turn to be sent."},
		{"sending", told(pim.StatusSending, ""), "sending", "At 2026-11-23T13:00:00Z a worker was sending it, at attempt 1; its claim lasted until 2026-11-23T12:06:45Z."},
		{"unknown", told(pim.StatusUnknown, "timeout"), "unknown", "Attempt 1 left, and its answer was lost: SES gave no answer in time. Whether SES took the mail was unknown from 2026-11-23T12:06:15Z on."},
		{"sent", told(pim.StatusSent, ""), "sent", "SES took it at 2026-11-23T12:06:15Z, at attempt 1, as message 0100018f."},
		{"delivered", told(pim.StatusDelivered, ""), "delivered", "The recipient's mail server took it."},
		{"bounced", told(pim.StatusBounced, ""), "bounced", "The recipient's mail server sent it back (bounced)."},
		{"complained", told(pim.StatusComplained, ""), "complained", "The recipient marked it as spam (complained)."},
		{"suppressed", told(pim.StatusSuppressed, ""), "suppressed", "The address was on the suppression list (suppressed), so the mail was kept from it."},
		{"failed", told(pim.StatusFailed, "messageRejected"), "failed", "It failed for good at attempt 1: SES rejected the message."},
		{"skipped", told(pim.StatusSkipped, "neverHeardOf"), "skipped", "They were left out, for the reason neverHeardOf."},
		{"capped", told(pim.StatusCapped, pim.ReasonOverCap, func(m *pim.MailTrace) { m.Order = 1203 }), "capped", "They were number 1203 in the order of the event, which went to the first 1000. Their right to act stayed as it was."},
		{"cancelled", withdrawn(told(pim.StatusCancelled, "withdrawn:approved"), pim.WhatApproved, &joni), "cancelled", "The mail was still to be sent then, and was withdrawn with the event."},

		{"sent", alarmed(pim.Approval{}), "sent", "Nobody who could decide was reached by the mails of activation.r1.pendingApproval, and the tenant's setting unreachableApproverMail was on: so these administrators were told."},
		{"sent", alarmed(pim.Approval{IsRequired: true, Approvers: []pim.Principal{tierZero}}), "sent", "That made none of them an approver: the request named its approvers, and they alone decide."},
		{"bounced", told(pim.StatusBounced, "bounce:General"), "bounced", "The recipient's mail server sent it back (bounce:General)."},
		{"cancelled", told(pim.StatusCancelled, "unknown:suppressed:bounce"), "cancelled", "The mail was given up, for the reason suppressed:bounce."},
		{"cancelled", withdrawn(told(pim.StatusCancelled, "unknown:withdrawn:approved"), pim.WhatApproved, &joni), "cancelled", "Attempt 1 left, and its answer was lost, so it may have arrived."},

		{"skipped noAddress", told(pim.StatusSkipped, pim.ReasonNoAddress), "skipped", "They were skipped: neither the directory nor the request had an address for them."},
		{"skipped ruleOff", told(pim.StatusSkipped, pim.ReasonRuleOff, func(m *pim.MailTrace) { m.Why.Level = pim.LevelNone }), "skipped", "They were skipped: the rule Notification_Approver_EndUser_Assignment, at level None, kept mails of this event back."},
		{"skipped ruleOff", told(pim.StatusSkipped, pim.ReasonRuleOff, func(m *pim.MailTrace) { m.Why.DefaultsOff = true }), "skipped", "They were skipped: the default recipients of the rule Notification_Approver_EndUser_Assignment were off."},
		{"skipped ownRequest", told(pim.StatusSkipped, pim.ReasonOwnRequest), "skipped", "They were skipped: the request was their own, and the requestor is never asked or told as an approver."},
		{"skipped ownDecision", told(pim.StatusSkipped, pim.ReasonOwnDecision), "skipped", "They were skipped: the decision was their own, and whoever extends, renews or refuses is left out of its mail."},
		{"skipped alertOff", told(pim.StatusSkipped, pim.ReasonAlertOff), "skipped", "They were skipped: the tenant had switched the alert about assignments outside of PIM off."},
		{"skipped overCap", told(pim.StatusCapped, pim.ReasonOverCap), "capped", "They were number 1 in the order of the event, which went to the first 1000. Their right to act stayed as it was."},

		{"condition notPlannedYet", scheduled, "scheduled", "At 2026-11-23T13:00:00Z its recipients were still to be planned: who is told is decided when the mail is due."},
		{"condition noRole", leftOut(pim.ActivationCompleted, pim.Judged{}), "leftOut", "Isabella Simonsen (u1) stands in none of the columns approver, privilegedRoleAdministrator, securityAdministrator, globalAdministrator, requestor at the scope / now, so the event is none of theirs."},
		{"condition matrixSaysNo", leftOut(pim.ActivationApproved, stands(pim.Stand{Column: pim.GlobalAdministrator, Cell: "no", State: pim.HolderPermanent})), "leftOut", "Isabella Simonsen (u1) stands in the column globalAdministrator now, holding its role permanently, and the matrix says no for globalAdministrator of activation.approved."},
		{"condition profileStrict", leftOut(pim.AssignmentAssigned, pim.Judged{Profile: pim.Strict, Stands: stands(pim.Stand{Column: pim.GlobalAdministrator, Cell: "entra", State: pim.HolderPermanent}).Stands}), "leftOut", `Isabella Simonsen (u1) stands in the column globalAdministrator now, holding its role permanently. The matrix says "entra" there, which is for profile entra only, and the tenant's profile is strict now.`},
		{"condition approversNamed", leftOut(pim.ActivationPendingApproval, stands(pim.Stand{Column: pim.PrivilegedRoleAdministrator, Cell: "fallback", State: pim.HolderActivated})), "leftOut", `Isabella Simonsen (u1) stands in the column privilegedRoleAdministrator now, holding its role as eligible and activated. The matrix says "fallback" there: they are told only where nobody is named to approve, and this request names its approvers or needs none.`},
		{"condition requestorNeverAsked", leftOut(pim.ActivationPendingApproval, stands(pim.Stand{Column: pim.Requestor, Cell: "no"})), "leftOut", "Isabella Simonsen (u1) is the requestor, and the requestor is never asked to decide."},
		{"condition stateDoesNotCount", leftOut(pim.ActivationCompleted, stands(pim.Stand{Column: pim.GlobalAdministrator, Cell: "yes", State: pim.HolderEligible, Told: true})), "leftOut", "Isabella Simonsen (u1) holds the role of the column globalAdministrator as eligible only now, and only these states count there: permanent, active, activated."},
		{"condition ruleLetsNothing", leftOut(pim.ActivationCompleted, pim.Judged{Named: []pim.RuleID{pim.AdminAdminEligibility}}), "leftOut", "The address is named now by Notification_Admin_Admin_Eligibility, which governs other events or keeps mails of this one back."},
		{"condition groupItself", group, "leftOut", "Tier-0 approvers (g1) is a group: its members are told, each for themself. Ask about one of them."},
		{"condition toldOfTheOutcome", outcome, "leftOut", "Isabella Simonsen (u1) is the requestor, who was told what came of the approval in the same moment, and got that mail alone: see the event activation.r1.completed or activation.r1.failed."},
		{"condition nothingToTell", untold, "leftOut", "With the tenant's settings of now, in profile strict, assignment.assignedOutsidePim is told to nobody for this assignment or week."},
		{"condition cameLater", leftOut(pim.ActivationCompleted, stands(pim.Stand{Column: pim.GlobalAdministrator, Cell: "yes", State: pim.HolderActive, Told: true, Counts: true, Via: []pim.Principal{tierZero}})), "leftOut", "Isabella Simonsen (u1) stands in the column globalAdministrator now, holding its role for a time, through the group Tier-0 approvers (g1), and would be told. When the recipients were planned they stood elsewhere, or the settings were others."},
	}
	for what, sentence := range map[pim.What]string{
		pim.WhatRequested: "Joni Sherman (u9) made the request at", pim.WhatApproved: "Joni Sherman (u9) approved the request at",
		pim.WhatDenied: "Joni Sherman (u9) denied the request at", pim.WhatActivated: "Joni Sherman (u9) activated the role at",
		pim.WhatCanceled: "Joni Sherman (u9) cancelled the request at", pim.WhatTimedOut: "The request timed out at",
		pim.WhatFailed: "Joni Sherman (u9) reported that the activation failed at", pim.WhatDeactivated: "Joni Sherman (u9) gave the role back at",
		pim.WhatAssigned: "Joni Sherman (u9) made the assignment at", pim.WhatAssignedOutsidePIM: "Joni Sherman (u9) made the assignment outside of PIM at",
		pim.WhatStarted: "The assignment started at", pim.WhatExtendRequested: "Joni Sherman (u9) asked for an extension at",
		pim.WhatRenewRequested: "Joni Sherman (u9) asked for a renewal at", pim.WhatExtended: "Joni Sherman (u9) extended the assignment at",
		pim.WhatRenewed: "Joni Sherman (u9) renewed the assignment at", pim.WhatRefused: "Joni Sherman (u9) refused the request at",
		pim.WhatUpdated: "Joni Sherman (u9) updated the assignment at", pim.WhatMadePermanent: "Joni Sherman (u9) made the assignment permanent at",
		pim.WhatRemoved: "Joni Sherman (u9) removed the assignment at", pim.WhatExpired: "The assignment expired at",
		pim.WhatEnabled: "Joni Sherman (u9) enabled PIM at", pim.WhatDisabled: "Joni Sherman (u9) disabled PIM at",
	} {
		in := withdrawn(told(pim.StatusCancelled, pim.WithdrawnPrefix+string(what)), what, &joni)
		all = append(all, explained{"withdrawn " + string(what), in, "cancelled", sentence + " 2026-11-23T12:01:00Z."})
	}
	return all
}

func TestEveryReasonThereIsHasItsSentence(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range everyReason() {
		t.Run(c.reason, func(t *testing.T) {
			e := pim.Explain(c.in)
			require.Equal(t, c.status, e.Status)
			require.Contains(t, e.Sentences, c.sentence)
			if condition, is := strings.CutPrefix(c.reason, "condition "); is {
				require.Equal(t, condition, e.Reason)
			}
			readable(t, e.Sentences)
		})
		covered[c.reason] = true
	}
	var there []string
	there = append(there, constants(t, ".", func(_, kind string) bool { return kind == "RecipientStatus" })...)
	for _, reason := range constants(t, ".", func(name, kind string) bool { return kind == "" && strings.HasPrefix(name, "Reason") }) {
		there = append(there, "skipped "+reason)
	}
	for _, condition := range constants(t, ".", func(_, kind string) bool { return kind == "Condition" }) {
		there = append(there, "condition "+condition)
	}
	for _, what := range constants(t, ".", func(_, kind string) bool { return kind == "What" }) {
		there = append(there, "withdrawn "+what)
	}
	require.ElementsMatch(t, there, slices.Collect(maps.Keys(covered)), "a reason without a sentence, or a sentence without a reason")
}

// What SES answers, and what happens on the way to it, has words too: all that the adapter and the drain name, and all that stands in
// requirements.md.
func TestEveryCauseThereIsHasWords(t *testing.T) {
	there := constants(t, "../mail/ses", func(name, kind string) bool { return kind == "" && strings.HasPrefix(name, "Reason") })
	there = append(there, constants(t, "../activities", func(name, kind string) bool { return kind == "" && strings.HasPrefix(name, "reason") })...)
	require.Contains(t, there, "dailyQuota")
	require.Contains(t, there, "lease")
	page, err := os.ReadFile("../docs/requirements.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "## 9. Reasons")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	status, causes := "", regexp.MustCompile("`(?:held:)?([A-Za-z]+)`")
	for _, row := range strings.Split(section, "\n") {
		cells := strings.Split(row, "|")
		if len(cells) < 4 {
			continue
		}
		if named := strings.Trim(cells[1], " `"); named != "" {
			status = named
		}
		if !slices.Contains([]string{"planned", "failed", "unknown"}, status) {
			continue // their reasons are no causes
		}
		for _, name := range causes.FindAllStringSubmatch(cells[2], -1) {
			there = append(there, name[1])
		}
	}
	require.Contains(t, there, "recipientNotVerified")
	for _, cause := range there {
		for _, in := range []pim.ExplainInput{told(pim.StatusPlanned, pim.HeldPrefix+cause), told(pim.StatusFailed, cause), told(pim.StatusUnknown, cause)} {
			sentences := strings.Join(pim.Explain(in).Sentences, " ")
			require.NotContains(t, sentences, "the reason was "+cause)
			readable(t, pim.Explain(in).Sentences)
		}
	}
	unheard := pim.Explain(told(pim.StatusPlanned, "held:sunspots")).Sentences
	require.Contains(t, unheard[len(unheard)-1], "the reason was sunspots", "the test can fail")
}

// readable: each sentence is one, ends, and has its times in UTC.
func readable(t *testing.T, sentences []string) {
	t.Helper()
	require.NotEmpty(t, sentences)
	for _, s := range sentences {
		require.True(t, strings.HasSuffix(s, "."), s)
		require.NotContains(t, s, "%!", s)
		require.NotContains(t, s, "0001-01-01", s)
		require.NotContains(t, s, " +0000", s)
		require.NotRegexp(t, `not [^.]*\bnot\b|never [^.]*\bnot\b|not un`, s, "a double negative")
	}
}

// constants are the values of a folder's text constants whose name and declared type are wanted.
func constants(t *testing.T, folder string, wanted func(name, kind string) bool) (values []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, is := n.(*ast.ValueSpec)
			if !is {
				return true
			}
			kind := ""
			if named, is := spec.Type.(*ast.Ident); is {
				kind = named.Name
			}
			for i, ident := range spec.Names {
				if i >= len(spec.Values) || !wanted(ident.Name, kind) {
					continue
				}
				if literal, is := spec.Values[i].(*ast.BasicLit); is && literal.Kind == token.STRING {
					text, err := strconv.Unquote(literal.Value)
					require.NoError(t, err)
					values = append(values, text)
				}
			}
			return true
		})
	}
	require.NotEmpty(t, values)
	return values
}

// The case for which the page on PIM's mails says that approvers may hear nothing: somebody approved before they were asked.
func TestApprovedBeforeTheFirstMailLeftNamesWhoApprovedAndWhen(t *testing.T) {
	in := withdrawn(about(pim.ActivationPendingApproval), pim.WhatApproved, &joni)
	judged := stands(pim.Stand{
		Column: pim.Approver, Cell: "yes", Told: true, Counts: true, Via: []pim.Principal{tierZero}, Rule: pim.ApproverEndUserAssignment, Level: pim.LevelAll,
	})
	judged.Kind, judged.Told = pim.DirectoryRole, true
	in.Judged = &judged
	e := pim.Explain(in)
	require.Equal(t, pim.ExplanationStatus(pim.StatusCancelled), e.Status)
	require.Equal(t, "withdrawn:approved", e.Reason)
	require.Equal(t, "u9", e.Decision.By.ID)
	require.Equal(t, pim.Duration("PT6M12S"), e.EngineDelay)
	require.Equal(t, []string{
		"It was due at 2026-11-23T12:06:12Z: the approval engine's delay, drawn for this request, was 6m12s.",
		"Joni Sherman (u9) approved the request at 2026-11-23T12:01:00Z.",
		"That was before the first mail of activation.r1.pendingApproval left, so it was withheld from everybody and recipients were never planned.",
		"Now, at 2026-11-23T13:00:00Z, Isabella Simonsen (u1) stands in the column approver, through the group Tier-0 approvers (g1), and would be told.",
	}, e.Sentences)
}

func TestAMailThatWentIsExplainedFromTheMatrixToSES(t *testing.T) {
	in := told(pim.StatusDelivered, "", func(m *pim.MailTrace) { m.Attempt = 2 })
	why := *in.Trace.Mails[0].Why
	why.Also = []pim.Aside{{Column: pim.GlobalAdministrator}, {Column: pim.Requestor, Reason: pim.ReasonOwnRequest}}
	in.Trace.Mails[0].Why = &why
	in.Reported = []pim.SESReport{{At: sentAt.Add(time.Second), What: "Delivery", Detail: "250 OK"}}
	require.Equal(t, []string{
		"The recipients of activation.r1.pendingApproval were planned at 2026-11-23T12:06:12Z.",
		"Isabella Simonsen (u1) stood in the column approver, through the group Tier-0 approvers (g1).",
		`The matrix said "yes" for approver of activation.pendingApproval, and the tenant's profile was entra.`,
		"The rule Notification_Approver_EndUser_Assignment governed it, at level All.",
		"They stood in the column globalAdministrator too; one person got one mail, with the text of the first column.",
		"They stood in the column requestor too, where the reason ownRequest would have left them out.",
		"It was due at 2026-11-23T12:06:12Z: the approval engine's delay, drawn for this request, was 6m12s.",
		"It was number 1 in the order of the event, of at most 1000.",
		"Sending it was begun 2 times.",
		"SES took it at 2026-11-23T12:06:15Z, at attempt 2, as message 0100018f.",
		"The recipient's mail server took it.",
		"SES reported Delivery at 2026-11-23T12:06:16Z: 250 OK.",
	}, pim.Explain(in).Sentences)
}

// Neither the matrix nor a rule had a say in it, and the engine did not delay it.
func TestWhoWasToldThatNobodyWasReachedLearnsWhy(t *testing.T) {
	e := pim.Explain(alarmed(pim.Approval{IsRequired: true, Approvers: []pim.Principal{tierZero}}))
	require.Nil(t, e.Cell)
	require.Empty(t, e.Rule)
	require.Empty(t, e.EngineDelay)
	require.Equal(t, pim.HolderPermanent, e.State)
	require.Equal(t, []string{
		"The recipients of activation.r1.pendingApproval were planned at 2026-11-23T12:07:12Z.",
		"Isabella Simonsen (u1) stood in the column privilegedRoleAdministrator, holding its role permanently.",
		"Nobody who could decide was reached by the mails of activation.r1.pendingApproval, and the tenant's setting unreachableApproverMail was on: so these administrators were told.",
		"That made none of them an approver: the request named its approvers, and they alone decide.",
		"It was due at 2026-11-23T12:07:12Z, when it was found that nobody who could decide was reached.",
		"It was number 1 in the order of the event, of at most 1000.",
		"SES took it at 2026-11-23T12:06:15Z, at attempt 1, as message 0100018f.",
	}, e.Sentences)
}

func TestWhatWasPlannedBeforeReasonsWereKeptSaysSo(t *testing.T) {
	in := told(pim.StatusSent, "", func(m *pim.MailTrace) { m.Why = nil })
	require.Contains(t, pim.Explain(in).Sentences, "The plan was made by an earlier version of this program, which kept the outcome and left the reasons out.")
}

func TestSentencesAreLegibleWhateverSomebodyIsCalled(t *testing.T) {
	in := withdrawn(about(pim.ActivationPendingApproval), pim.WhatApproved, &pim.Principal{ID: "u9", DisplayName: "Joni\r\n\x1b[31m\u202eSherman\u200b"})
	in.Judged = &pim.Judged{Kind: pim.DirectoryRole, Told: true}
	require.Contains(t, pim.Explain(in).Sentences, "Joni   [31mSherman (u9) approved the request at 2026-11-23T12:01:00Z.")
}
