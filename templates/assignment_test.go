package templates

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestMailsAboutAssignmentsLeadToTheTaskOfTheirReader(t *testing.T) {
	made := newTemplates(t)
	const portal = "https://portal.contoso.example/pim"
	admin, requestor := pim.AdminRecipient, pim.RequestorRecipient
	for name, c := range map[string]struct {
		letter pim.Letter
		want   string
	}{
		"activate what one was given": {assign(azure()).eligible().assigned(requestor), "/roles"},
		"extend":                      {assign(azure()).expiring(day, admin), "/assignments/a1"},
		"ask to extend":               {assign(azure()).extendable(requestor), "/assignments/a1"},
		"renew":                       {assign(azure()).expired(admin), "/assignments/a1"},
		"ask to renew":                {assign(azure()).expired(requestor), "/assignments/a1"},
		"decide on an extension":      {assign(azure()).extendRequested(), "/requests/x1"},
		"decide on a renewal":         {assign(azure()).renewRequested(), "/requests/x1"},
		"see what was refused":        {assign(azure()).refused(pim.SelfExtend, admin), "/requests/x1"},
		"take action":                 {assign(entra()).outside(), "/insights"},
		"take action at the start":    {enabledLetter(), "/insights"},
	} {
		require.Contains(t, render(t, made, c.letter).Plain, ":\n"+portal+c.want+"\n", name)
	}
}

func TestALetterThatLacksWhatItTellsOfIsAnErrorThatNamesTheMail(t *testing.T) {
	made := newTemplates(t)
	withoutID := assign(azure()).expired(pim.AdminRecipient)
	withoutID.Assignment.ID = ".."
	withoutRequest := assign(azure()).extendRequested()
	withoutRequest.RequestID = ""
	for want, l := range map[string]pim.Letter{
		"render assignment_extended_admin: the letter has no assignment":                    {Kind: pim.AssignmentExtended, RecipientType: pim.AdminRecipient},
		"render assignment_refused_requestor: the letter has no request to extend or renew": assign(azure()).unasked().refused(pim.SelfExtend, pim.RequestorRecipient),
		"render assignment_expired_admin: no link can be made of assignment id \"..\"":      withoutID,
		"render assignment_extend_requested: no link can be made of request id \"\"":        withoutRequest,
		"render digest_weekly: the letter has no digest":                                    {Kind: pim.DigestWeekly, RecipientType: pim.AdminRecipient},
		`no mail says "assignment.extendRequested" to recipient type "Requestor"`:           {Kind: pim.AssignmentExtendRequested, RecipientType: pim.RequestorRecipient},
	} {
		_, err := made.Render(l)
		require.ErrorContains(t, err, want)
	}
}

func TestWhatAnAssignmentGivesIsSaidInOneSentence(t *testing.T) {
	made := newTemplates(t)
	for want, l := range map[string]pim.Letter{
		"\nAlain Charon was permanently assigned the Backup Reader role on Production by Isabella Simonsen.\n":                                                                                                                        assign(azure()).permanent().assigned(pim.AdminRecipient),
		"\nYou were made eligible for the Backup Reader role on Production by Isabella Simonsen, as a member of the group Tier 1 operators. The assignment ends on Sat 22 May 2027, 08:59 UTC. Activate the role when you need it.\n": assign(azure()).toGroup().eligible().assigned(pim.RequestorRecipient),
		"The assignment begins on Wed 25 Nov 2026, 08:59 UTC and ends on Sat 22 May 2027, 08:59 UTC.":                                                                                                                                 assign(azure()).later().assigned(pim.AdminRecipient),
		"The assignment begins on Wed 25 Nov 2026, 08:59 UTC.\n":                                                                                                                                                                      assign(azure()).later().permanent().assigned(pim.AdminRecipient),
		"\nYour active assignment to the Member role of the group Tier 0, as a member of the group Tier 1 operators, expires in 1 day, on":                                                                                            assign(group(pim.Member)).toGroup().expiring(day, pim.RequestorRecipient),
		"\nAlain Charon asks to extend their active assignment to the Backup Reader role on Production permanently. Unless":                                                                                                           assign(azure()).forGood().extendRequested(),
		"\nAlain Charon asks to renew Tier 1 operators's active assignment to the Backup Reader role on Production for 90 days. The assignment ended on":                                                                              assign(azure()).toGroup().renewRequested(),
		"\nAlain Charon's active assignment to the Backup Reader role on Production was renewed at their request.":                                                                                                                    undecided(assign(azure()).renewed(pim.AdminRecipient)),
		"\nAn administrator denied your request to renew":                                                                                                                                                                             undecided(assign(azure()).refused(pim.SelfRenew, pim.RequestorRecipient)),
	} {
		require.Contains(t, render(t, made, l).Plain, want)
	}
}

func undecided(l pim.Letter) pim.Letter {
	l.Decision = nil
	return l
}

func TestReasonsAreQuotedUnderTheNameOfWhoeverGaveThem(t *testing.T) {
	made := newTemplates(t)
	unknown := assign(azure()).assigned(pim.AdminRecipient)
	unknown.Assignment.Assignment.AssignedBy = pim.Principal{}
	require.Contains(t, render(t, made, unknown).Plain, "\nThe administrator who assigned it wrote:\n> On call")

	plain := render(t, made, assign(azure()).toGroup().extended(pim.AdminRecipient)).Plain
	require.Contains(t, plain, "\nAlain Charon wrote:\n> The move takes longer than planned.\n")
	require.Contains(t, plain, "\nIsabella Simonsen wrote:\n> Until the move is over.\n")
	require.Contains(t, plain, "at Alain Charon's request.")
	require.NotContains(t, plain, "On call for backups", "the reason of the assignment is not that of its extension")
	require.Contains(t, plain, "\nApproved by: Isabella Simonsen")

	unasked := render(t, made, assign(azure()).unasked().extended(pim.AdminRecipient)).Plain
	require.Contains(t, unasked, "\nExtended by: Isabella Simonsen")
	require.NotContains(t, unasked, "request")
}

func TestNoSettingIsBlamedForMailsThatNoneGoverns(t *testing.T) {
	made := newTemplates(t)
	require.NotContains(t, render(t, made, assign(entra()).outside()).Plain, "notification settings")
	require.Contains(t, render(t, made, enabledLetter()).Plain, "You receive this mail because you are an administrator of Contoso.\n")
	require.Contains(t, render(t, made, assign(entra()).assigned(pim.RequestorRecipient)).Plain, "because you have or had an assignment to the Exchange Administrator role in Contoso, or are named")
}
