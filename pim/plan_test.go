package pim_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// person has the address of its id, as the directory knows it.
func person(id string) pim.Principal { return pim.Principal{ID: id, Mail: id + "@contoso.example"} }

func column(a pim.Audience, people ...pim.Principal) pim.Filled {
	return pim.Filled{Audience: a, People: people}
}

// lines writes a plan as one would read it aloud: order, who, as what, with whose text, and what becomes of it.
func lines(plan []pim.Recipient) []string {
	var all []string
	for _, r := range plan {
		who := r.PrincipalID
		if who == "" {
			who = r.Address
		}
		line := fmt.Sprintf("%d %s %s %s %s", r.Order, who, r.Audience, r.RecipientType, r.Status)
		if r.Reason != "" {
			line += " " + r.Reason
		}
		all = append(all, line)
	}
	return all
}

var alain = person("alain")

func TestPeopleAreToldColumnByColumnAndByAddressInside(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain,
		Columns: []pim.Filled{
			column(pim.Requestor, alain),
			column(pim.PrivilegedRoleAdministrator, person("zoe"), person("ben"), person("b-n")),
			column(pim.SecurityAdministrator, pim.Principal{ID: "1", Mail: "é@contoso.example"}, pim.Principal{ID: "2", Mail: "z@contoso.example"}),
			column(pim.GlobalAdministrator, person("adam")),
		},
	})
	require.Equal(t, []string{
		"1 alain requestor Requestor planned",
		"2 b-n privilegedRoleAdministrator Admin planned",
		"3 ben privilegedRoleAdministrator Admin planned",
		"4 zoe privilegedRoleAdministrator Admin planned",
		"5 2 securityAdministrator Admin planned", // bytewise: z before é
		"6 1 securityAdministrator Admin planned",
		"7 adam globalAdministrator Admin planned",
	}, lines(plan))
	require.Equal(t, "alain@contoso.example", plan[0].Address)
}

func TestOrderDoesNotDependOnTheDirectorysOrder(t *testing.T) {
	shared := "desk@contoso.example"
	crowd := []pim.Principal{person("c"), person("a"), {ID: "y", Mail: shared}, {ID: "x", Mail: shared}, {ID: "n"}, {ID: "m"}, person("b")}
	plan := func() []pim.Recipient {
		return pim.Plan(pim.PlanInput{Event: pim.ActivationPendingApproval, Requestor: alain, Columns: []pim.Filled{column(pim.Approver, crowd...)}})
	}
	want := plan()
	before := slices.Clone(crowd)
	for range len(crowd) {
		crowd = append(crowd[1:], crowd[0])
		require.Equal(t, want, plan())
	}
	require.Equal(t, before, crowd, "the plan sorts a copy")
	require.Equal(t, "x", want[3].PrincipalID, "of two people with one address, the first by id")
}

func TestOnePersonGetsOneMailWithTheTextOfTheFirstAudience(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain,
		Columns: []pim.Filled{
			column(pim.Requestor, alain),
			column(pim.PrivilegedRoleAdministrator, alain, person("ben"), person("ben")),
			column(pim.SecurityAdministrator, pim.Principal{ID: "ben's other account", Mail: "ben@contoso.example"}),
			column(pim.GlobalAdministrator, pim.Principal{ID: "ben", Mail: "ben@elsewhere.example"}, person("cleo")),
		},
	})
	require.Equal(t, []string{
		"1 alain requestor Requestor planned",
		"2 ben privilegedRoleAdministrator Admin planned",
		"3 cleo globalAdministrator Admin planned",
	}, lines(plan))
}

func TestRequestorIsNeverAskedAndNeverToldAsAnApprover(t *testing.T) {
	for event, audience := range map[pim.EventKind]pim.Audience{
		pim.ActivationPendingApproval: pim.ResourceOwner, // told only because it has to be decided
		pim.ActivationApproved:        pim.Approver,
		pim.ActivationDenied:          pim.Approver,
	} {
		plan := pim.Plan(pim.PlanInput{
			Event: event, Requestor: alain, Columns: []pim.Filled{column(pim.Approver, alain, person("ben")), column(audience, alain)},
			Rules: pim.Rules{pim.ApproverEndUserAssignment: {
				NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{alain.Mail},
			}},
		})
		require.Equal(t, []string{"1 ben approver Approver planned", "0 alain approver Approver skipped ownRequest"}, lines(plan), event)
	}
}

// twin is somebody whom the directory knows twice.
func twin(p pim.Principal) pim.Principal { return pim.Principal{ID: p.ID + " too", Mail: p.Mail} }

func TestWhoeverHasTheRequestorsAddressIsTheRequestor(t *testing.T) {
	for event, audience := range map[pim.EventKind]pim.Audience{
		pim.ActivationPendingApproval: pim.ResourceOwner,
		pim.ActivationApproved:        pim.Approver,
		pim.AssignmentExtendRequested: pim.GlobalAdministrator,
	} {
		plan := pim.Plan(pim.PlanInput{Event: event, Requestor: alain, Columns: []pim.Filled{column(audience, twin(alain), person("ben"))}})
		require.Equal(t, []string{
			fmt.Sprintf("1 ben %s Approver planned", audience), fmt.Sprintf("0 alain too %s Approver skipped ownRequest", audience),
		}, lines(plan), event)
	}
	plan := pim.Plan(pim.PlanInput{Event: pim.ActivationCompleted, Requestor: alain, Columns: []pim.Filled{column(pim.GlobalAdministrator, twin(alain))}})
	require.Equal(t, []string{"1 alain too globalAdministrator Admin planned"}, lines(plan), "as an administrator they are due it")

	nowhere := pim.Principal{ID: "nowhere"}
	plan = pim.Plan(pim.PlanInput{Event: pim.ActivationApproved, Requestor: nowhere, Columns: []pim.Filled{column(pim.Approver, pim.Principal{ID: "neither"})}})
	require.Equal(t, []string{"0 neither approver Approver skipped noAddress"}, lines(plan), "two without an address are two")
}

// In profile entra the requestor has a column of their own; in strict they have not, and are told as the administrator they are.
func TestRequestorWhoIsAnAdministratorIsStillToldThatTheRoleIsActive(t *testing.T) {
	for profile, want := range map[pim.Profile]string{
		pim.Entra:  "1 alain requestor Requestor planned",
		pim.Strict: "1 alain globalAdministrator Admin planned",
	} {
		in := pim.PlanInput{Event: pim.ActivationCompleted, Requestor: alain}
		for _, c := range pim.Columns(pim.DirectoryRole, in.Event, profile, pim.PartAll, false) {
			if c.Audience == pim.Requestor || c.Audience == pim.GlobalAdministrator {
				in.Columns = append(in.Columns, column(c.Audience, alain))
			}
		}
		require.Equal(t, []string{want}, lines(pim.Plan(in)), profile)
	}
}

func TestRuleOfTheRequestorSilencesNoAdministrator(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain,
		Columns: []pim.Filled{column(pim.Requestor, alain), column(pim.GlobalAdministrator, alain)},
		Rules:   pim.Rules{pim.RequestorEndUserAssignment: {NotificationLevel: pim.LevelNone, IsDefaultRecipientsEnabled: true}},
	})
	require.Equal(t, []string{"1 alain globalAdministrator Admin planned"}, lines(plan))
}

func TestWhoeverIsLeftOutIsOnRecordWithTheReason(t *testing.T) {
	nowhere := pim.Principal{ID: "nowhere"}
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain,
		Columns: []pim.Filled{
			column(pim.Requestor, alain),
			column(pim.PrivilegedRoleAdministrator, nowhere, person("ben")),
			column(pim.GlobalAdministrator, nowhere),
		},
		Rules: pim.Rules{pim.RequestorEndUserAssignment: {NotificationLevel: pim.LevelCritical, IsDefaultRecipientsEnabled: true}},
	})
	require.Equal(t, []string{
		"1 ben privilegedRoleAdministrator Admin planned",
		"0 alain requestor Requestor skipped ruleOff",
		"0 nowhere privilegedRoleAdministrator Admin skipped noAddress",
	}, lines(plan))
}

func TestLevelsAndDefaultRecipientsOfARule(t *testing.T) {
	for name, c := range map[string]struct {
		event pim.EventKind
		level pim.NotificationLevel
		on    bool
		want  []string
	}{
		"all":                                {pim.ActivationApproved, pim.LevelAll, true, []string{"1 ben approver Approver planned", "2 soc@x.example additional Approver planned"}},
		"critical, and nothing to do":        {pim.ActivationApproved, pim.LevelCritical, true, []string{"0 ben approver Approver skipped ruleOff"}},
		"critical, and something to do":      {pim.ActivationPendingApproval, pim.LevelCritical, true, []string{"1 ben approver Approver planned", "2 soc@x.example additional Approver planned"}},
		"none":                               {pim.ActivationPendingApproval, pim.LevelNone, true, []string{"0 ben approver Approver skipped ruleOff"}},
		"additional recipients alone":        {pim.ActivationPendingApproval, pim.LevelAll, false, []string{"1 soc@x.example additional Approver planned", "0 ben approver Approver skipped ruleOff"}},
		"nobody by default, critical either": {pim.ActivationApproved, pim.LevelCritical, false, []string{"0 ben approver Approver skipped ruleOff"}},
	} {
		plan := pim.Plan(pim.PlanInput{
			Event: c.event, Requestor: alain, Columns: []pim.Filled{column(pim.Approver, person("ben"))},
			Rules: pim.Rules{pim.ApproverEndUserAssignment: {
				NotificationLevel: c.level, IsDefaultRecipientsEnabled: c.on, NotificationRecipients: []string{"soc@x.example"},
			}},
		})
		require.Equal(t, c.want, lines(plan), name)
	}
}

func TestAdditionalRecipientsComeLastSortedAndOnceEach(t *testing.T) {
	additional := func(addresses ...string) pim.Rule {
		return pim.Rule{NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: addresses}
	}
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain,
		Columns: []pim.Filled{
			column(pim.Requestor, alain), column(pim.SecurityAdministrator, person("zoe")), column(pim.GlobalAdministrator),
		},
		Rules: pim.Rules{
			pim.RequestorEndUserAssignment: additional("soc@x.example", "audit@x.example"),
			pim.AdminEndUserAssignment:     additional("soc@x.example", "board@x.example", "zoe@contoso.example"),
			pim.ApproverEndUserAssignment:  additional("nobody@x.example"), // governs nothing of this event
		},
	})
	require.Equal(t, []string{
		"1 alain requestor Requestor planned",
		"2 zoe securityAdministrator Admin planned",
		"3 audit@x.example additional Requestor planned",
		"4 board@x.example additional Admin planned",
		"5 soc@x.example additional Requestor planned", // named by two rules: the text of the first
	}, lines(plan))
}

func TestPersonWhomTheRuleLeavesOutIsToldAsAnAdditionalRecipient(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain, Columns: []pim.Filled{column(pim.GlobalAdministrator, person("ben"))},
		Rules: pim.Rules{pim.AdminEndUserAssignment: {NotificationLevel: pim.LevelAll, NotificationRecipients: []string{"ben@contoso.example"}}},
	})
	require.Equal(t, []string{"1 ben@contoso.example additional Admin planned"}, lines(plan))
}

func TestThousandAreToldAndTheRestIsOnRecord(t *testing.T) {
	crowd := func(prefix string, n int) []pim.Principal {
		var all []pim.Principal
		for i := range n {
			all = append(all, person(fmt.Sprintf("%s%04d", prefix, i)), pim.Principal{ID: fmt.Sprintf("%s-nowhere-%d", prefix, i)})
		}
		return all
	}
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain,
		Columns: []pim.Filled{
			column(pim.Requestor, alain),
			column(pim.PrivilegedRoleAdministrator, crowd("a", 600)...),
			column(pim.SecurityAdministrator, append(crowd("b", 600), crowd("a", 300)...)...),
			column(pim.GlobalAdministrator, crowd("c", 298)...),
		},
		Rules: pim.Rules{pim.AdminEndUserAssignment: {
			NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"soc@x.example"},
		}},
	})
	counts := pim.Counts{}
	for _, r := range plan {
		counts[r.Status]++
	}
	require.Equal(t, pim.Counts{pim.StatusPlanned: 1000, pim.StatusCapped: 500, pim.StatusSkipped: 1498}, counts,
		"those without an address do not use up the thousand")
	for i, r := range plan[:1500] {
		require.Equal(t, i+1, r.Order, "capped ones are counted on")
		if i < pim.Cap {
			require.Equal(t, pim.StatusPlanned, r.Status)
			continue
		}
		require.Equal(t, pim.StatusCapped, r.Status)
		require.Equal(t, pim.ReasonOverCap, r.Reason)
	}
	require.Equal(t, pim.SecurityAdministrator, plan[999].Audience)
	require.Equal(t, "b0398", plan[999].PrincipalID, "the requestor, 600 and 399")
	require.Equal(t, "soc@x.example", plan[1499].Address)
}

func TestLaterPartGoesOnWhereTheEarlierOneEnded(t *testing.T) {
	rules := pim.Rules{pim.RequestorEndUserAssignment: {
		NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"soc@x.example"},
	}}
	first := pim.Plan(pim.PlanInput{
		Event: pim.ActivationApproved, Requestor: alain, Rules: rules, Columns: []pim.Filled{column(pim.Requestor, alain)},
	})
	require.Equal(t, []string{"1 alain requestor Requestor planned", "2 soc@x.example additional Requestor planned"}, lines(first))
	then := pim.Plan(pim.PlanInput{
		Event: pim.ActivationApproved, Requestor: alain, Rules: rules, Earlier: first,
		Columns: []pim.Filled{column(pim.Approver, alain, person("ben"), pim.Principal{ID: "soc", Mail: "soc@x.example"})},
	})
	require.Equal(t, []string{"3 ben approver Approver planned"}, lines(then), "nobody is told, or listed, a second time")
}

func TestCapIsOfTheEventAndNotOfItsParts(t *testing.T) {
	earlier := []pim.Recipient{{Order: 999, PrincipalID: "x", Address: "x@contoso.example", Status: pim.StatusPlanned}}
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationApproved, Requestor: alain, Earlier: earlier, Columns: []pim.Filled{column(pim.Approver, person("a"), person("b"))},
	})
	require.Equal(t, []string{"1000 a approver Approver planned", "1001 b approver Approver capped overCap"}, lines(plan))
}

func TestWhoeverWasLeftOutOfOnePartCanStillBeToldInAnother(t *testing.T) {
	earlier := []pim.Recipient{
		{PrincipalID: "ben", Address: "ben@contoso.example", Audience: pim.Requestor, Status: pim.StatusSkipped, Reason: pim.ReasonRuleOff},
		{PrincipalID: "alain", Address: alain.Mail, Audience: pim.Requestor, Status: pim.StatusSkipped, Reason: pim.ReasonRuleOff},
	}
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationApproved, Requestor: alain, Earlier: earlier, Columns: []pim.Filled{column(pim.Approver, person("ben"), alain)},
	})
	require.Equal(t, []string{"1 ben approver Approver planned"}, lines(plan), "and is not listed as left out twice")
}

func TestWhoWouldHaveBeenToldOfASilencedEventIsOnRecordWithTheReason(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.AssignmentAssignedOutsidePIM, Requestor: alain, Silenced: pim.ReasonAlertOff,
		Columns: []pim.Filled{
			column(pim.PrivilegedRoleAdministrator, person("zoe"), person("ben")),
			column(pim.SecurityAdministrator, person("ben")),
			column(pim.GlobalAdministrator, pim.Principal{ID: "nowhere"}),
		},
	})
	require.Equal(t, []string{
		"0 ben privilegedRoleAdministrator Admin skipped alertOff",
		"0 zoe privilegedRoleAdministrator Admin skipped alertOff",
		"0 nowhere globalAdministrator Admin skipped alertOff",
	}, lines(plan))
}

func TestSilenceCoversAdditionalRecipientsAndTellsNothingOfWhoIsLeftOutAnyway(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.AssignmentExtended, AssignmentType: pim.Active, Requestor: alain, DecidedBy: person("ben"), Silenced: "quiet",
		Columns: []pim.Filled{column(pim.Requestor, alain), column(pim.ResourceOwner, person("ben"), person("cleo"))},
		Rules: pim.Rules{pim.AdminAdminAssignment: {
			NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"soc@x.example"},
		}},
	})
	require.Equal(t, []string{
		"0 alain requestor Requestor skipped quiet",
		"0 ben owner Admin skipped ownDecision",
		"0 cleo owner Admin skipped quiet",
		"0 soc@x.example additional Admin skipped quiet",
	}, lines(plan))
}

func TestNobodyToTellIsAnEmptyPlan(t *testing.T) {
	require.Empty(t, pim.Plan(pim.PlanInput{Event: pim.ActivationCompleted, Requestor: alain}))
	require.Empty(t, pim.Plan(pim.PlanInput{Event: pim.ActivationPendingApproval, Requestor: alain, Columns: []pim.Filled{column(pim.Approver)}}))
}

func TestAddressesThatSettingsNameAreToldLastAsAdministratorsAndOnce(t *testing.T) {
	in := pim.PlanInput{
		Event:      pim.DigestWeekly,
		Columns:    []pim.Filled{{Audience: pim.GlobalAdministrator, People: []pim.Principal{{ID: "u2", Mail: "adele@contoso.example"}}}},
		Additional: []string{"zoe@contoso.example", "adele@contoso.example", "audit@contoso.example", "zoe@contoso.example"},
	}
	var told []string
	for _, r := range pim.Plan(in) {
		require.Equal(t, pim.AdminRecipient, r.RecipientType)
		told = append(told, fmt.Sprintf("%d %s %s", r.Order, r.Address, r.Audience))
	}
	require.Equal(t, []string{"1 adele@contoso.example globalAdministrator", "2 audit@contoso.example additional", "3 zoe@contoso.example additional"}, told)
}

// unreachable is the plan of the word that nobody was reached, after others had been planned.
func unreachable(rules pim.Rules, earlier []pim.Recipient, columns ...pim.Filled) []string {
	return lines(pim.Plan(pim.PlanInput{
		Event: pim.ActivationPendingApproval, Part: pim.PartUnreachable, Requestor: alain, Rules: rules, Earlier: earlier, Columns: columns,
	}))
}

func TestAdministratorsWhoAreToldThatNobodyWasReachedStandAsThemselves(t *testing.T) {
	require.Equal(t, []string{
		"1 ben privilegedRoleAdministrator Admin planned",
		"2 zoe privilegedRoleAdministrator Admin planned",
		"0 glass privilegedRoleAdministrator Admin skipped noAddress",
		"0 alain privilegedRoleAdministrator Admin skipped ownRequest",
	}, unreachable(nil, nil, column(pim.PrivilegedRoleAdministrator, person("zoe"), alain, person("ben"), pim.Principal{ID: "glass"})))
}

// A rule may be what kept the approvers from being told.
func TestNoRuleGovernsTheWordThatNobodyWasReached(t *testing.T) {
	off := pim.Rules{}
	for _, id := range pim.AllRuleIDs {
		off[id] = pim.Rule{ID: id, NotificationLevel: pim.LevelNone, NotificationRecipients: []string{"soc@contoso.example"}}
	}
	require.Equal(t, []string{"1 ben owner Admin planned"}, unreachable(off, nil, column(pim.ResourceOwner, person("ben"))))
}

func TestWhoWasToldOfTheRequestHearsOfItOnce(t *testing.T) {
	earlier := []pim.Recipient{
		{Order: 1, Address: "zoe@contoso.example", PrincipalID: "zoe", Audience: pim.Approver, Status: pim.StatusBounced},
		{Order: 2, Address: "ben@contoso.example", PrincipalID: "ben", Audience: pim.ResourceOwner, Status: pim.StatusSent},
		{Address: "ada@contoso.example", PrincipalID: "ada", Audience: pim.ResourceOwner, Status: pim.StatusSkipped, Reason: pim.ReasonRuleOff},
		{PrincipalID: "glass", Audience: pim.ResourceOwner, Status: pim.StatusSkipped, Reason: pim.ReasonNoAddress},
	}
	require.Equal(t, []string{"3 ada owner Admin planned", "4 uma userAccessAdministrator Admin planned"}, unreachable(nil, earlier,
		column(pim.ResourceOwner, person("zoe"), person("ben"), person("ada"), pim.Principal{ID: "glass"}),
		column(pim.UserAccessAdministrator, person("ada"), person("uma"))))
	full := []pim.Recipient{{Order: pim.Cap, Address: "last@contoso.example", Audience: pim.Approver, Status: pim.StatusBounced}}
	require.Equal(t, []string{"1001 uma userAccessAdministrator Admin capped overCap"},
		unreachable(nil, full, column(pim.UserAccessAdministrator, person("uma"))), "the cap is the event's")
}
