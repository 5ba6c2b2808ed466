package templates

import "pimnotify/pim"

// matter is what a letter is about: who gets which role where. A letter has it from a request or from an assignment.
type matter struct {
	kind      pim.ResourceKind
	access    pim.AccessID
	principal pim.Principal
	role      pim.Role
	scope     pim.Scope
	ticket    pim.TicketInfo
}

func matterOf(l pim.Letter) matter {
	if l.Assignment != nil {
		a := l.Assignment.Assignment
		return matter{a.ResourceKind, a.AccessID, a.Principal, a.Role, a.Scope, a.TicketInfo}
	}
	r := l.Request
	return matter{r.ResourceKind, r.AccessID, r.Principal, r.Role, r.Scope, r.TicketInfo}
}

// place says where a role applies, so that it reads after the role's name.
func (m matter) place(o pim.Organization) (relation, scope string) {
	name := short(m.scopeName(o))
	switch {
	case m.kind == pim.GroupResource:
		return "of the group", name
	case m.kind == pim.AzureResource:
		return "on", name
	case wholeOrganization(m.scope):
		return "in", name
	default: // an administrative unit, an application
		return "for", name
	}
}

func wholeOrganization(s pim.Scope) bool { return s.ID == "/" || s.ID == "" }

func (m matter) scopeName(o pim.Organization) string {
	if m.kind != pim.AzureResource && wholeOrganization(m.scope) {
		return called(m.scope.DisplayName, o.DisplayName, o.ID)
	}
	return called(m.scope.DisplayName, m.scope.ID)
}

// scopeDetail tells two scopes of one name apart.
func (m matter) scopeDetail() string {
	if m.kind != pim.AzureResource && wholeOrganization(m.scope) {
		return "Whole organization"
	}
	return oneLine(m.scope.ID)
}

func (m matter) resourceKind() string {
	switch m.kind {
	case pim.DirectoryRole:
		return "Microsoft Entra role"
	case pim.AzureResource:
		return "Azure resource role"
	case pim.GroupResource:
		if m.access == pim.Owner {
			return "Group, as owner"
		}
		return "Group, as member"
	}
	return oneLine(string(m.kind))
}
