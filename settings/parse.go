package settings

import (
	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

// Parse reads settings from the text of a file; name is what errors call it. The defaults hold where the file says nothing. The
// error is a *Broken.
func Parse(name string, data []byte, defaults pim.Settings) (*All, error) {
	r := &reading{name: name, all: &All{defaults: defaults, tenants: map[string]*tenant{}}}
	if err := yamlfile.Read(name, data, r.read); err != nil {
		return nil, err
	}
	return r.all, nil
}

// reading is a file while it is read.
type reading struct {
	name string
	all  *All
}

func (r *reading) read(root yamlfile.Node) {
	tenants := root.Record("tenants")["tenants"]
	if tenants.Empty() && root.Mistakes() == 0 {
		// An editor that empties the file before it writes it must not switch every rule back.
		tenants.Wrong("is required; where no tenant sets anything, write tenants: {}")
	}
	for _, f := range tenants.Fields() {
		if problem := pim.ValidateID(f.Key(), f.Name); problem != nil {
			f.Wrong("%s", problem.Message)
		}
		r.all.tenants[f.Name] = r.tenant(f.Node)
	}
}

func (r *reading) tenant(n yamlfile.Node) *tenant {
	s := r.all.defaults
	keys := n.Record("profile", "engineDelay", "approvalTimeout", "expiryNotices", "renewWindow", "alerts", "digest",
		"unknownOutcome", "unreachableApproverMail", "policies")
	s.Profile = profile(keys["profile"], s.Profile)
	s.EngineDelay = engineDelay(keys["engineDelay"], s.EngineDelay)
	s.ApprovalTimeout = span(keys["approvalTimeout"], s.ApprovalTimeout)
	s.ExpiryNotices = notices(keys["expiryNotices"], s.ExpiryNotices)
	s.RenewWindow = span(keys["renewWindow"], s.RenewWindow)
	s.Alerts.AssignedOutsidePIM = keys["alerts"].Record("assignedOutsidePim")["assignedOutsidePim"].Bool(s.Alerts.AssignedOutsidePIM)
	s.Digest = digest(keys["digest"], s.Digest)
	s.UnknownOutcome = outcome(keys["unknownOutcome"], s.UnknownOutcome)
	s.UnreachableApproverMail = keys["unreachableApproverMail"].Bool(s.UnreachableApproverMail)
	return &tenant{settings: s, policies: r.policies(keys["policies"])}
}

// place is what tells one policy from another: reading refuses a second one of the same place.
type place struct {
	kind        pim.ResourceKind
	role, scope string
}

func (r *reading) policies(n yamlfile.Node) []policy {
	var policies []policy
	lines := map[place]int{}
	for _, item := range n.Items() {
		p := r.policy(item)
		policies = append(policies, p)
		at := place{p.kind, roleName(p.role), p.scope}
		if at.kind == "" || at.role == "" || at.scope == "" {
			continue
		}
		if first, twice := lines[at]; twice {
			item.Wrong("must be for another role or scope: what is changed for %s at %s begins in line %d already",
				yamlfile.Mention(p.role), yamlfile.Mention(p.scope), first)
			continue
		}
		lines[at] = item.Line()
	}
	return policies
}

func (r *reading) policy(n yamlfile.Node) policy {
	keys := n.Record("resourceKind", "role", "scope", "rules")
	p := policy{
		kind: pim.ResourceKind(keys["resourceKind"].OneOf(string(pim.DirectoryRole), string(pim.AzureResource), string(pim.GroupResource))),
		role: keys["role"].Opaque(), scope: keys["scope"].Opaque(), rules: map[pim.RuleID]*rule{},
	}
	checkRole(keys["role"], p)
	if p.scope != "" {
		p.scope = plainScope(p.scope)
	}
	before := n.Mistakes()
	rules := keys["rules"].Items()
	if len(rules) == 0 && n.Mistakes() == before {
		keys["rules"].Wrong("is required: at least one rule")
	}
	for _, item := range rules {
		changed := readRule(item)
		changed.origin = Origin{File: r.name, Line: item.Line(), Key: item.Key(), Role: p.role, Scope: p.scope}
		if first, twice := p.rules[changed.ID]; twice {
			item.Wrong("must be another rule: %s stands in line %d already", changed.ID, first.origin.Line)
			continue
		}
		p.rules[changed.ID] = changed
	}
	return p
}
