package templates

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func render(t *testing.T, made *Templates, l pim.Letter) pim.Text {
	t.Helper()
	got, err := made.Render(l)
	require.NoError(t, err)
	return got
}

func TestSubjectsAreThoseThatPeopleFilterBy(t *testing.T) {
	made := newTemplates(t)
	for want, l := range map[string]pim.Letter{
		"PIM: Review Alain Charon's request to activate the Exchange Administrator role":       entra().pending(),
		"PIM: Alain Charon's request to activate the Exchange Administrator role was approved": entra().approved(pim.ApproverRecipient),
		"PIM: Your request to activate the Exchange Administrator role was approved":           entra().approved(pim.RequestorRecipient),
		"PIM: Alain Charon's request to activate the Backup Reader role was denied":            azure().denied(pim.ApproverRecipient),
		"PIM: Your request to activate the Backup Reader role was denied":                      azure().denied(pim.RequestorRecipient),
		"PIM: Your request to activate the Owner role timed out":                               group(pim.Owner).timedOut(),
		"PIM: Your request to activate the Member role failed":                                 group(pim.Member).failed(),
		"PIM: Alain Charon activated the Exchange Administrator role":                          entra().completed(pim.AdminRecipient),
		"PIM: You activated the Exchange Administrator role":                                   entra().completed(pim.RequestorRecipient),

		"PIM: Alain Charon was permanently assigned the Backup Reader role":                   assign(azure()).permanent().assigned(pim.AdminRecipient),
		"PIM: Alain Charon was assigned the Backup Reader role":                               assign(azure()).assigned(pim.AdminRecipient),
		"PIM: Alain Charon was made eligible for the Member role":                             assign(group(pim.Member)).eligible().assigned(pim.AdminRecipient),
		"PIM: Alain Charon was permanently made eligible for the Exchange Administrator role": assign(entra()).eligible().permanent().assigned(pim.AdminRecipient),
		"PIM: You were permanently assigned the Backup Reader role":                           assign(azure()).permanent().assigned(pim.RequestorRecipient),
		"PIM: You were assigned the Backup Reader role":                                       assign(azure()).assigned(pim.RequestorRecipient),
		"PIM: You were made eligible for the Backup Reader role":                              assign(azure()).eligible().assigned(pim.RequestorRecipient),
		"PIM: You were permanently made eligible for the Backup Reader role":                  assign(azure()).eligible().permanent().assigned(pim.RequestorRecipient),
		"PIM: Alain Charon's Backup Reader role expires in 14 days":                           assign(azure()).expiring(14*day, pim.AdminRecipient),
		"PIM: Your Backup Reader role expires in 1 day":                                       assign(azure()).expiring(day, pim.RequestorRecipient),
		"PIM: Your Backup Reader role expires in 1 hour 30 minutes":                           assign(azure()).expiring(90*time.Minute, pim.RequestorRecipient),
		"PIM: Alain Charon's Owner role can be extended":                                      assign(group(pim.Owner)).extendable(pim.AdminRecipient),
		"PIM: Your Owner role can be extended":                                                assign(group(pim.Owner)).extendable(pim.RequestorRecipient),
		"PIM: Alain Charon's Owner role has expired":                                          assign(group(pim.Owner)).expired(pim.AdminRecipient),
		"PIM: Your Owner role has expired":                                                    assign(group(pim.Owner)).expired(pim.RequestorRecipient),
		"PIM: Alain Charon's Owner role was extended":                                         assign(group(pim.Owner)).extended(pim.AdminRecipient),
		"PIM: Your Owner role was extended":                                                   assign(group(pim.Owner)).extended(pim.RequestorRecipient),
		"PIM: Alain Charon's Owner role was renewed":                                          assign(group(pim.Owner)).renewed(pim.AdminRecipient),
		"PIM: Your Owner role was renewed":                                                    assign(group(pim.Owner)).renewed(pim.RequestorRecipient),
		"PIM: Review Alain Charon's request to extend the Owner role":                         assign(group(pim.Owner)).extendRequested(),
		"PIM: Review Alain Charon's request to renew the Owner role":                          assign(group(pim.Owner)).renewRequested(),
		"PIM: Alain Charon's request to extend the Owner role was denied":                     assign(group(pim.Owner)).refused(pim.SelfExtend, pim.AdminRecipient),
		"PIM: Alain Charon's request to renew the Owner role was denied":                      assign(group(pim.Owner)).refused(pim.SelfRenew, pim.AdminRecipient),
		"PIM: Your request to extend the Owner role was denied":                               assign(group(pim.Owner)).refused(pim.SelfExtend, pim.RequestorRecipient),
		"PIM: Your request to renew the Owner role was denied":                                assign(group(pim.Owner)).refused(pim.SelfRenew, pim.RequestorRecipient),
		"PIM: Tier 1 operators's request to extend the Owner role was denied":                 toAnother(assign(group(pim.Owner)).toGroup().refused(pim.SelfExtend, pim.RequestorRecipient)),
		"PIM: Alain Charon was assigned the Backup Reader role outside of PIM":                assign(azure()).outside(),
		"PIM: Privileged Identity Management is enabled for Contoso":                          enabledLetter(),
		"PIM: Your weekly PIM digest for Contoso":                                             ordinaryWeek().letter(),
	} {
		require.Equal(t, want, render(t, made, l).Subject)
	}
}

func TestOnlyThoseWhoCanDecideAreOfferedTo(t *testing.T) {
	made := newTemplates(t)
	for _, c := range []struct {
		story    story
		audience pim.Audience
		offered  bool
	}{
		{azure(), pim.Approver, true},
		{azure(), pim.Additional, true},
		{azure(), pim.ResourceOwner, false},
		{azure(), pim.UserAccessAdministrator, false},
		{group(pim.Member), pim.GroupOwner, false},
		{azure().fallback(), pim.ResourceOwner, true},
		{azure().fallback(), pim.UserAccessAdministrator, true},
		{group(pim.Member).fallback(), pim.GroupOwner, true},
	} {
		l := c.story.pending()
		l.Audience = c.audience
		got := render(t, made, l)
		for _, part := range []string{got.Plain, text(parsePage(t, got.HTML).root)} {
			require.Equal(t, c.offered, strings.Contains(part, "Approve or deny"), c.audience)
			require.Equal(t, !c.offered, strings.Contains(part, "View the request"), c.audience)
			require.Equal(t, !c.offered, strings.Contains(part, "Only the approvers named in the request can decide it."), c.audience)
			require.Contains(t, part, "https://portal.contoso.example/pim/requests/r1")
		}
		require.Contains(t, got.Subject, "PIM: Review Alain Charon's request")
	}
}

func (s story) fallback() story {
	s.Request.Approval.Approvers = nil
	return s
}

func TestWhatNobodyWroteWordsForIsAnError(t *testing.T) {
	made := newTemplates(t)
	for _, l := range []pim.Letter{
		entra().letter("activation.unheardOf", pim.AdminRecipient),
		entra().letter(pim.ActivationPendingApproval, pim.RequestorRecipient),
		entra().letter(pim.ActivationCompleted, ""),
		{},
	} {
		_, err := made.Render(l)
		require.ErrorContains(t, err, fmt.Sprintf("no mail says %q to recipient type %q", l.Kind, l.RecipientType))
	}
}

func TestALetterWithoutARequestIDIsAnErrorThatNamesTheMail(t *testing.T) {
	l := entra().pending()
	l.RequestID = ""
	_, err := newTemplates(t).Render(l)
	require.ErrorContains(t, err, "render activation_pending: no link can be made of request id")
}

func TestBothPartsHoldEverythingThatALetterKnows(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		l, canaries := marked(s.Letter)
		got := render(t, made, l)
		shown := text(parsePage(t, got.HTML).root)
		for what, canary := range canaries {
			require.Contains(t, shown, canary, "%s: %s in the HTML part", s.Name, what)
			require.Contains(t, got.Plain, canary, "%s: %s in the plain text", s.Name, what)
		}
	}
}

// marked is a letter with a value of its own in each field that its sample has, and what has to be read of each.
func marked(l pim.Letter) (pim.Letter, map[string]string) {
	canaries := map[string]string{}
	if says(l, "role") {
		m := matterOf(l)
		canaries["kind of resource"] = map[pim.ResourceKind]string{
			pim.DirectoryRole: "Microsoft Entra role", pim.AzureResource: "Azure resource", pim.GroupResource: "Group, as " + string(m.access),
		}[m.kind]
	}
	for field, put := range fields {
		if says(l, field) {
			canaries[field] = "canary of " + field
			put(&l, canaries[field])
		}
	}
	at := func(what string, t *time.Time, day int) {
		if t != nil && !t.IsZero() {
			*t = time.Date(2031, time.May, day, 10, day, 0, 0, time.UTC)
			canaries[what] = fmt.Sprintf("%d May 2031, 10:%02d UTC", day, day)
		}
	}
	if l.RequestID != "" {
		l.RequestID = "canary-of-request-id"
		canaries["request id"] = l.RequestID
	}
	at("asked", &l.Asked, 10)
	at("deadline", &l.Deadline, 11)
	switch {
	case l.Digest != nil:
		markDigest(&l, canaries, at)
	case l.Assignment != nil:
		markAssignment(&l, canaries, at)
	default:
		markActivation(&l, canaries, at)
	}
	if l.Decision != nil {
		at("decided", &decision(&l).ReviewedDateTime, 16)
	}
	return l, canaries
}

func markActivation(l *pim.Letter, canaries map[string]string, at func(string, *time.Time, int)) {
	s := &l.Request.ScheduleInfo
	if s.Expiration.Type == pim.AfterDuration {
		s.Expiration.Duration, canaries["duration"] = "PT7H11M", "7 hours 11 minutes"
	}
	if l.ActiveFrom.IsZero() && s.StartDateTime != nil {
		start, end := *s.StartDateTime, *s.Expiration.EndDateTime
		s.StartDateTime, s.Expiration.EndDateTime = &start, &end
		at("start", &start, 12)
		at("end", &end, 13)
	}
	at("active from", &l.ActiveFrom, 14)
	at("active until", &l.ActiveUntil, 15)
}

func markAssignment(l *pim.Letter, canaries map[string]string, at func(string, *time.Time, int)) {
	held(l)
	asker(l)
	a := l.Assignment
	a.ID = "canary-of-id"
	canaries["id"] = a.ID
	canaries["type"] = map[pim.AssignmentType]string{pim.Eligible: "Eligible, ", pim.Active: "Active, "}[a.Assignment.AssignmentType]
	if a.Assignment.Origin == pim.OutsidePIM {
		canaries["origin"] = "Outside of Privileged Identity Management"
	}
	at("start", &a.Term.Start, 12)
	if l.Kind == pim.AssignmentExtended {
		delete(canaries, "start") // it has been held since long before
	}
	at("end", &a.Term.End, 13)
	if a.Term.Permanent() {
		canaries["end"] = "Never"
	}
	at("previous end", &a.PreviousEnd, 14)
	at("renew until", &a.RenewUntil, 15)
	if a.Before > 0 {
		a.Before, canaries["before"] = 9*day, "expires in 9 days"
	}
	if x := a.Extension; x != nil {
		at("extension asked", &x.Asked, 17)
		if x.Request.ScheduleInfo.Expiration.Type == pim.AfterDuration {
			x.Request.ScheduleInfo.Expiration.Duration, canaries["asked for"] = "P71D", "71 days"
		}
	}
}

func markDigest(l *pim.Letter, canaries map[string]string, at func(string, *time.Time, int)) {
	l.Organization.ID = "canary-of-tenant"
	canaries["tenant"] = l.Organization.ID
	firstRole(l)
	f := &l.Digest.Figures
	at("from", &f.From, 12)
	at("to", &f.To, 13)
	f.UsersActivated, canaries["activated"] = 1001, "1,001"
	f.UsersMadePermanent, canaries["made permanent"] = 1002, "1,002"
	f.AssignedInPIM, canaries["in PIM"] = 1003, "1,003"
	if f.AssignedOutsidePIM != nil {
		outside := 1004
		f.AssignedOutsidePIM, canaries["outside of PIM"] = &outside, "1,004"
	}
	for i := range f.TopRoles {
		f.TopRoles[i].Permanent, f.TopRoles[i].Eligible = 2001+i, 3001+i
		canaries[fmt.Sprint("permanent ", i)], canaries[fmt.Sprint("eligible ", i)] = grouped(2001+i), grouped(3001+i)
	}
}

func TestBothPartsSayTheSameSentences(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		got := render(t, made, s.Letter)
		p := parsePage(t, got.HTML)
		require.Contains(t, got.Plain, "\n"+text(p.all("h1")[0])+"\n")
		for _, paragraph := range p.all("p") {
			switch said := text(paragraph); {
			case strings.HasPrefix(said, "Or open "), paragraph.Parent.Data == "td" && strings.HasPrefix(attribute(paragraph.FirstChild, "style"), "display:inline-block"):
			default:
				require.Contains(t, got.Plain, said+"\n", s.Name)
			}
		}
	}
}

func TestAReaderWithoutANameIsGreetedWithoutOne(t *testing.T) {
	l := entra().completed(pim.AdminRecipient)
	l.To = pim.Principal{Mail: "audit@contoso.example"}
	got := render(t, newTemplates(t), l)
	require.Contains(t, got.Plain, "\nHello,\n")
	require.Contains(t, got.HTML, ">Hello,</p>")
}

func TestNamesThatShowNothingFallBackToTheirIDs(t *testing.T) {
	l := azure().approved(pim.ApproverRecipient)
	decision(&l).ReviewedBy = pim.Principal{ID: "u1"}
	l.Request.Principal.DisplayName, l.Request.Role.DisplayName = "\u200b", "\u202e\u202c"
	l.Request.Scope.DisplayName, l.Organization.DisplayName = " ", ""
	got := render(t, newTemplates(t), l)
	require.Equal(t, "PIM: u7's request to activate the acdd72a7 role was approved", got.Subject)
	require.Contains(t, got.Plain, "u1 approved u7's request to activate the acdd72a7 role on /subscriptions/s1.")
	require.Contains(t, got.Plain, "Privileged Identity Management for contoso\n")
}

func TestALongNameIsCutInSentencesAndWholeInTheFacts(t *testing.T) {
	name := strings.Repeat("Wolfeschlegelstein ", 60)
	l := entra().pending()
	l.Request.Principal.DisplayName = name
	got := render(t, newTemplates(t), l)
	requireHeader(t, got.Subject)
	require.Contains(t, got.Subject, "…'s request to activate the Exchange Administrator role")
	require.Contains(t, got.Plain, "\nRequestor: "+strings.TrimSpace(name)+" (alain@contoso.example)\n")
}

func TestStartsThatAreNotInTheFutureAreNotAnnounced(t *testing.T) {
	made := newTemplates(t)
	l := entra().pending()
	past := l.Asked.Add(-time.Hour)
	l.Request.ScheduleInfo.StartDateTime = &past
	require.Contains(t, render(t, made, l).Plain, "\nStart: As soon as it is approved\n")

	l = entra().approved(pim.RequestorRecipient)
	require.Contains(t, render(t, made, l).Plain, "It becomes active soon.")
	l = entra().future().approved(pim.RequestorRecipient)
	require.Contains(t, render(t, made, l).Plain, "It becomes active on Wed 25 Nov 2026, 08:59 UTC.")
}

func TestAnApprovalIsMentionedOnlyWhereThereWasOne(t *testing.T) {
	made := newTemplates(t)
	for _, reader := range []pim.RecipientType{pim.AdminRecipient, pim.RequestorRecipient} {
		require.Contains(t, render(t, made, entra().completed(reader)).Plain, "Isabella Simonsen approved")
		require.Contains(t, render(t, made, entra().unasked().completed(reader)).Plain, "No approval was required.")
		unknown := entra().completed(reader)
		unknown.Decision = nil
		plain := render(t, made, unknown).Plain
		require.NotContains(t, plain, "pprov", "somebody had to approve, and it is not known who did")
	}
}

func TestADecisionThatNobodyIsKnownToHaveMadeIsStillTold(t *testing.T) {
	made := newTemplates(t)
	l := entra().denied(pim.RequestorRecipient)
	l.Decision = nil
	got := render(t, made, l)
	require.Contains(t, got.Plain, "An approver denied your request to activate the Exchange Administrator role in Contoso.")
	require.NotContains(t, got.Plain, "Denied by")
}

func TestTheRequestMailSaysWhatIsAskedForInOneSentence(t *testing.T) {
	made := newTemplates(t)
	require.Contains(t, render(t, made, azure().pending()).Plain,
		"\nAlain Charon asks to activate the Backup Reader role on Production for 8 hours. If nobody approves or denies it, the request expires on Tue 24 Nov 2026, 08:59 UTC.\n")
	require.Contains(t, render(t, made, group(pim.Member).future().pending()).Plain,
		"\nAlain Charon asks to activate the Member role of the group Tier 0 for 12 hours, beginning on Wed 25 Nov 2026, 08:59 UTC. If")
	unit := entra()
	unit.Request.Scope = pim.Scope{ID: "/administrativeUnits/au1", DisplayName: "Oslo office"}
	require.Contains(t, render(t, made, unit.pending()).Plain, "the Exchange Administrator role for Oslo office for 8 hours.")
}

func TestMailsAreSmallEnoughNotToBeClipped(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		require.Less(t, len(render(t, made, s.Letter).HTML), 30_000, s.Name)
	}
}

func TestPagesCanBeReadByEverybody(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		p := parsePage(t, render(t, made, s.Letter).HTML)
		require.Equal(t, "en", attribute(p.all("html")[0], "lang"))
		require.NotEmpty(t, text(p.all("title")[0]))
		require.Len(t, p.all("h1"), 1)
		for _, table := range p.all("table") {
			require.True(t, attribute(table, "role") == "presentation" || len(p.all("th")) > 0)
		}
	}
}

func TestManyMailsAreRenderedAtOnce(t *testing.T) {
	made := newTemplates(t)
	want := render(t, made, entra().pending())
	var all sync.WaitGroup
	got := make([]pim.Text, 64)
	for i := range got {
		all.Go(func() { got[i], _ = made.Render(entra().pending()) })
	}
	all.Wait()
	for _, text := range got {
		require.Equal(t, want, text)
	}
}
