package e2e

import (
	"fmt"
	"slices"
	"strings"

	"pimnotify/pim"
)

// holding is that somebody holds an administrators' role, or owns the group, in the organisation that the walk is made in.
type holding struct {
	role  string // as docs/requirements.md calls it
	scope string
	state pim.HolderState
	who   string
	group bool // through a group in a group, with a cycle between the two
}

const (
	here     = "/subscriptions/s1/resourceGroups/rg1"
	tier0    = "tier0" // the group of the walk
	ownsIt   = "owner of the group"
	noMail   = "silent" // whoever is called so has no address
	approver = "approver-nested"
)

var everyState = []pim.HolderState{"permanent", "active", "activated", "eligible"}

// holdings has, for each role, somebody in each state, somebody in nested groups, somebody without an address, and for Azure
// resources all of that at the scope and above it, and nobody to be told beside it.
func holdings() (all []holding) {
	inEachState := func(prefix, role, scope string) {
		for _, state := range everyState {
			all = append(all, holding{role: role, scope: scope, state: state, who: prefix + "-" + string(state)})
		}
	}
	besides := func(prefix, role, scope string) {
		all = append(all,
			holding{role: role, scope: scope, state: "permanent", who: prefix + "-nested", group: true},
			holding{role: role, scope: scope, state: "permanent", who: prefix + "-" + noMail})
	}
	for prefix, role := range map[string]string{
		"pra": "Privileged Role Administrator", "sa": "Security Administrator", "ga": "Global Administrator",
	} {
		inEachState(prefix, role, "/")
		besides(prefix, role, "/")
	}
	for prefix, role := range map[string]string{"own": "Owner", "uaa": "User Access Administrator"} {
		inEachState(prefix+"-here", role, here)
		inEachState(prefix+"-mg", role, "/managementGroups/m1") // above the subscription, as only the directory knows
		besides(prefix, role, "/subscriptions/s1")
		for name, at := range map[string]holding{
			"top":        {scope: "/", state: "permanent"},
			"top-maybe":  {scope: "/", state: "eligible"},
			"root":       {scope: "/managementGroups/root", state: "activated"},
			"strongest":  {scope: here, state: "eligible"},
			"neighbour":  {scope: "/subscriptions/s1/resourceGroups/rg10", state: "permanent"}, // a prefix, and not by whole segments
			"elsewhere":  {scope: "/subscriptions/s2", state: "permanent"},
			"underneath": {scope: here + "/providers/p1", state: "permanent"},
		} {
			all = append(all, holding{role: role, scope: at.scope, state: at.state, who: prefix + "-" + name})
		}
		// Eligible here, active above: the stronger counts.
		all = append(all, holding{role: role, scope: "/managementGroups/m1", state: "active", who: prefix + "-strongest"})
	}
	// Who stands in two columns is told once.
	all = append(all,
		holding{role: "Owner", scope: here, state: "eligible", who: "two-columns"},
		holding{role: "User Access Administrator", scope: here, state: "permanent", who: "two-columns"})
	inEachState("gowner", ownsIt, tier0)
	besides("gowner", ownsIt, tier0)
	inEachState("gother", ownsIt, "another")
	return all
}

// above are the scopes whose holders count at the walk's own.
func above(where string) []string {
	switch where {
	case "of the tenant":
		return []string{"/"}
	case "at the scope or above it":
		return []string{here, "/subscriptions/s1/resourceGroups", "/subscriptions/s1", "/subscriptions", "/", "/managementGroups/m1", "/managementGroups/root"}
	default:
		return []string{tier0}
	}
}

// people are everybody who stands in a column in one of these states, sorted.
func (s standing) people(states ...pim.HolderState) (names []string) {
	for _, h := range holdings() {
		if h.role == s.role && slices.Contains(above(s.where), h.scope) && slices.Contains(s.states, h.state) && slices.Contains(states, h.state) {
			names = append(names, h.who)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// walkDirectory is that organisation as a directory, once for each tenant.
func walkDirectory(tenants ...string) []byte {
	var b strings.Builder
	b.WriteString("tenants:\n")
	for _, tenant := range tenants {
		writeOrganisation(&b, tenant)
	}
	return []byte(b.String())
}

func writeOrganisation(b *strings.Builder, tenant string) {
	var groups, holders strings.Builder
	owners := map[string][]string{}
	users := map[string]bool{"requestor": true, "assignee": true, "approver-direct": true, "approver-" + noMail: true, approver: true}
	for i, h := range holdings() {
		users[h.who] = true
		principal := h.who
		if h.group {
			principal = fmt.Sprintf("team-%d", i)
			fmt.Fprintf(&groups, "      - {id: team-%d, displayName: team, members: [crew-%d]}\n", i, i)
			fmt.Fprintf(&groups, "      - {id: crew-%d, displayName: crew, members: [%s, team-%d]}\n", i, h.who, i)
		}
		if h.role == ownsIt {
			owners[h.scope] = append(owners[h.scope], fmt.Sprintf("{principal: %s, state: %s}", principal, h.state))
			continue
		}
		fmt.Fprintf(&holders, "      - {role: %s, scope: %s, principal: %s, state: %s}\n", h.role, h.scope, principal, h.state)
	}
	for group, list := range owners {
		fmt.Fprintf(&groups, "      - {id: %s, displayName: %s, owners: [%s]}\n", group, strings.ToUpper(group), strings.Join(list, ", "))
	}
	fmt.Fprintf(b, "  %s:\n    displayName: The %s organisation\n    cloud: public\n    users:\n", tenant, tenant)
	for name := range users {
		mail := fmt.Sprintf(", mail: %s@%s.example", name, tenant)
		if strings.HasSuffix(name, noMail) {
			mail = ""
		}
		fmt.Fprintf(b, "      - {id: %s, displayName: %s%s}\n", name, name, mail)
	}
	b.WriteString("    groups:\n")
	b.WriteString("      - {id: approvers, displayName: Approvers, members: [requestor, night-shift, approver-" + noMail + "]}\n")
	b.WriteString("      - {id: night-shift, displayName: Night shift, members: [" + approver + ", approvers]}\n")
	b.WriteString(groups.String())
	b.WriteString("    scopes:\n      - {id: /subscriptions/s1, parent: /managementGroups/m1}\n      - {id: /managementGroups/m1, parent: /managementGroups/root}\n")
	b.WriteString("    holders:\n" + holders.String())
}
