package pim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pimnotify/pim"
)

// A small world, so that the same people meet in many audiences: forty ids, thirty addresses, some people without one.
func anybody(t *rapid.T) pim.Principal {
	p := pim.Principal{ID: fmt.Sprintf("u%d", rapid.IntRange(1, 40).Draw(t, "id"))}
	if n := rapid.IntRange(0, 30).Draw(t, "address"); n > 0 {
		p.Mail = address(n)
	}
	return p
}

func address(n int) string { return fmt.Sprintf("m%d@contoso.example", n) }

func anyRule(t *rapid.T) pim.Rule {
	r := pim.Rule{
		NotificationLevel:          rapid.SampledFrom([]pim.NotificationLevel{pim.LevelNone, pim.LevelCritical, pim.LevelAll, pim.LevelAll}).Draw(t, "level"),
		IsDefaultRecipientsEnabled: rapid.Bool().Draw(t, "defaults"),
	}
	for _, n := range rapid.SliceOfN(rapid.IntRange(1, 30), 0, 4).Draw(t, "additional") {
		r.NotificationRecipients = append(r.NotificationRecipients, address(n))
	}
	return r
}

// anyPlan is an event of any kind, with everybody that its columns ask for.
func anyPlan(t *rapid.T) pim.PlanInput {
	kind := rapid.SampledFrom([]pim.ResourceKind{pim.DirectoryRole, pim.AzureResource, pim.GroupResource}).Draw(t, "kind")
	in := pim.PlanInput{
		Event: rapid.SampledFrom([]pim.EventKind{
			pim.ActivationPendingApproval, pim.ActivationApproved, pim.ActivationDenied, pim.ActivationFailed, pim.ActivationCompleted,
			pim.AssignmentAssigned, pim.AssignmentExtendRequested, pim.AssignmentExtended, pim.AssignmentAssignedOutsidePIM, pim.PIMEnabled,
		}).Draw(t, "event"),
		AssignmentType: rapid.SampledFrom([]pim.AssignmentType{pim.Eligible, pim.Active}).Draw(t, "type"),
		Requestor:      anybody(t),
		DecidedBy:      anybody(t),
		Silenced:       rapid.SampledFrom([]string{"", "", "", pim.ReasonAlertOff}).Draw(t, "silenced"),
		Rules:          pim.Rules{},
	}
	for _, id := range pim.AllRuleIDs {
		if rapid.Bool().Draw(t, "rule changed") {
			in.Rules[id] = anyRule(t)
		}
	}
	profile := rapid.SampledFrom([]pim.Profile{pim.Strict, pim.Entra}).Draw(t, "profile")
	for _, c := range pim.Columns(kind, in.Event, profile, pim.PartAll, rapid.Bool().Draw(t, "nobody named")) {
		people := rapid.SliceOfN(rapid.Custom(anybody), 0, 30).Draw(t, "people")
		if c.Audience == pim.Requestor {
			people = []pim.Principal{in.Requestor}
		}
		in.Columns = append(in.Columns, pim.Filled{Audience: c.Audience, People: people})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "earlier") {
		in.Earlier = append(in.Earlier, pim.Recipient{
			Order: pim.Cap - 20 + i, PrincipalID: fmt.Sprintf("u%d", i+1), Address: address(i + 1), Status: pim.StatusPlanned,
		})
	}
	return in
}

func TestWhateverIsPlanned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyPlan(t)
		plan := pim.Plan(in)
		nobodyTwice(t, in, plan)
		ordersAreDense(t, in, plan)
		everybodyIsAccountedFor(t, in, plan)
		nobodyIsAskedAboutTheirOwnRequest(t, in, plan)
		nobodyIsToldOfTheirOwnExtension(t, in, plan)
		silenceIsComplete(t, in, plan)
	})
}

func nobodyTwice(t *rapid.T, in pim.PlanInput, plan []pim.Recipient) {
	ids, addresses := map[string]bool{}, map[string]bool{}
	for _, r := range slices.Concat(in.Earlier, plan) {
		if (r.PrincipalID != "" && ids[r.PrincipalID]) || (r.Address != "" && addresses[r.Address]) {
			t.Fatalf("%s %s stands in the plan twice:\n%s", r.PrincipalID, r.Address, strings.Join(lines(plan), "\n"))
		}
		ids[r.PrincipalID], addresses[r.Address] = true, true
	}
}

// ordersAreDense: told and capped ones are counted without a gap, the first thousand are planned, skipped ones have no place.
func ordersAreDense(t *rapid.T, in pim.PlanInput, plan []pim.Recipient) {
	next := 1
	for _, r := range in.Earlier {
		next = max(next, r.Order+1)
	}
	for i, r := range plan {
		switch {
		case r.Status == pim.StatusSkipped && r.Order == 0 && r.Reason != "":
			continue
		case r.Status == pim.StatusPlanned && r.Order == next && next <= pim.Cap && r.Address != "" && r.Reason == "":
		case r.Status == pim.StatusCapped && r.Order == next && next > pim.Cap && r.Reason == pim.ReasonOverCap:
		default:
			t.Fatalf("place %d should be %d: %s", i, next, lines(plan)[i])
		}
		if i > 0 && plan[i-1].Status == pim.StatusSkipped {
			t.Fatalf("%s stands behind somebody who is skipped", lines(plan)[i])
		}
		next++
	}
}

func everybodyIsAccountedFor(t *rapid.T, in pim.PlanInput, plan []pim.Recipient) {
	known := slices.Concat(in.Earlier, plan)
	for _, column := range in.Columns {
		for _, p := range column.People {
			if !slices.ContainsFunc(known, func(r pim.Recipient) bool {
				return r.PrincipalID == p.ID || (p.Mail != "" && r.Address == p.Mail)
			}) {
				t.Fatalf("%s %s of %s is nowhere in the plan", p.ID, p.Mail, column.Audience)
			}
		}
	}
}

func nobodyIsAskedAboutTheirOwnRequest(t *rapid.T, in pim.PlanInput, plan []pim.Recipient) {
	for _, r := range plan {
		own := r.PrincipalID == in.Requestor.ID || (in.Requestor.Mail != "" && r.Address == in.Requestor.Mail)
		if r.RecipientType == pim.ApproverRecipient && own && r.Status != pim.StatusSkipped {
			t.Fatalf("the requestor %s is told as an approver", r.PrincipalID)
		}
	}
}

func nobodyIsToldOfTheirOwnExtension(t *rapid.T, in pim.PlanInput, plan []pim.Recipient) {
	for _, r := range plan {
		own := r.PrincipalID == in.DecidedBy.ID || (in.DecidedBy.Mail != "" && r.Address == in.DecidedBy.Mail)
		if in.Event == pim.AssignmentExtended && own && r.Status != pim.StatusSkipped {
			t.Fatalf("%s is told of the extension that they made", in.DecidedBy.ID)
		}
		if in.Event != pim.AssignmentExtended && r.Reason == pim.ReasonOwnDecision {
			t.Fatalf("%s is left out of %s", r.PrincipalID, in.Event)
		}
	}
}

func silenceIsComplete(t *rapid.T, in pim.PlanInput, plan []pim.Recipient) {
	for _, r := range plan {
		if in.Silenced != "" && r.Status != pim.StatusSkipped {
			t.Fatalf("%s is told of an event that is silenced", r.PrincipalID)
		}
		if in.Silenced == "" && r.Reason == pim.ReasonAlertOff {
			t.Fatalf("%s is left out by a silence that nobody asked for", r.PrincipalID)
		}
	}
}
