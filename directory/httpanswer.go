package directory

import (
	"fmt"
	"slices"
	"strings"

	"pimnotify/internal/address"
	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

// What a service answers, field by field. A pointer tells what is missing from what is empty: every field is required, because one
// that is missing is as likely to be forgotten as to be meant.
type (
	listAnswer[T any] struct {
		Value *[]T `json:"value"`
	}
	tenantAnswer struct {
		ID          *string `json:"id"`
		DisplayName *string `json:"displayName"`
		Cloud       *string `json:"cloud"`
	}
	principalAnswer struct {
		ID          *string        `json:"id"`
		Type        *string        `json:"type"`
		DisplayName *string        `json:"displayName"`
		Mail        *string        `json:"mail"`    // users only
		Members     *[]string      `json:"members"` // groups only
		Owners      *[]ownerAnswer `json:"owners"`  // groups only
	}
	ownerAnswer struct {
		PrincipalID *string `json:"principalId"`
		State       *string `json:"state"`
	}
	grantAnswer struct {
		Scope       *string `json:"scope"`
		PrincipalID *string `json:"principalId"`
		State       *string `json:"state"`
	}
	roleGrantAnswer struct {
		Role        *string `json:"role"`
		Scope       *string `json:"scope"`
		PrincipalID *string `json:"principalId"`
		State       *string `json:"state"`
	}
	scopeAnswer struct {
		ID     *string `json:"id"`
		Parent *string `json:"parent"`
	}
)

func readTenants(data []byte) ([]string, error) {
	list, err := readList[string](data)
	if err != nil {
		return nil, err
	}
	for i, id := range list {
		if problem := pim.ValidateID(fmt.Sprintf("value[%d]", i), id); problem != nil {
			return nil, fmt.Errorf("%s %s", problem.Location, problem.Message)
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func readOrganization(data []byte, asked string) (pim.Organization, error) {
	var a tenantAnswer
	if err := decode(data, &a); err != nil {
		return pim.Organization{}, err
	}
	r := record{}
	organization := pim.Organization{ID: r.text("id", a.ID), DisplayName: r.free("displayName", a.DisplayName), Cloud: r.oneOf("cloud", a.Cloud, clouds...)}
	if r.wrong == nil && organization.ID != asked {
		r.fail("id", "must be the tenant that was asked for")
	}
	if strings.TrimSpace(organization.DisplayName) == "" {
		organization.DisplayName = organization.ID
	}
	return organization, r.wrong
}

func readPrincipals(data []byte, asked []string) (map[string]*Entry, error) {
	list, err := readList[principalAnswer](data)
	if err != nil {
		return nil, err
	}
	wanted := setOf(asked)
	found := make(map[string]*Entry, len(list))
	for i, a := range list {
		r := record{at: fmt.Sprintf("value[%d].", i)}
		e := r.principal(a)
		r.answers(wanted, found[e.Principal.ID] != nil, e.Principal.ID)
		if r.wrong != nil {
			return nil, r.wrong
		}
		found[e.Principal.ID] = e
	}
	return found, nil
}

func (r *record) principal(a principalAnswer) *Entry {
	kind := r.oneOf("type", a.Type, string(pim.User), string(pim.Group), string(pim.ServicePrincipal))
	e := &Entry{Principal: pim.Principal{ID: r.text("id", a.ID), DisplayName: r.free("displayName", a.DisplayName), Type: pim.PrincipalType(kind)}}
	if e.Principal.Type == pim.User {
		e.Principal.Mail = r.mail("mail", a.Mail)
	} else if a.Mail != nil {
		r.fail("mail", "must be left out: it is read of users only")
	}
	if e.Principal.Type == pim.Group {
		r.group(e, a)
	} else if a.Members != nil || a.Owners != nil {
		r.fail("members", "and owners must be left out: only a group has them")
	}
	return e
}

func (r *record) group(e *Entry, a principalAnswer) {
	if a.Members == nil || a.Owners == nil {
		r.fail("members", "and owners are required of a group, empty where it has none")
		return
	}
	for i, member := range *a.Members {
		e.Members = append(e.Members, r.text(fmt.Sprintf("members[%d]", i), &member))
	}
	for i, o := range *a.Owners {
		at := fmt.Sprintf("owners[%d].", i)
		e.Owners = append(e.Owners, Grant{PrincipalID: r.text(at+"principalId", o.PrincipalID), State: r.state(at+"state", o.State)})
	}
}

func readGrants(data []byte, asked []string) ([]Grant, error) {
	list, err := readList[grantAnswer](data)
	if err != nil {
		return nil, err
	}
	wanted := setOf(asked)
	grants := make([]Grant, 0, len(list))
	for i, a := range list {
		r := record{at: fmt.Sprintf("value[%d].", i)}
		g := Grant{Scope: r.text("scope", a.Scope), PrincipalID: r.text("principalId", a.PrincipalID), State: r.state("state", a.State)}
		if r.wrong == nil && !wanted[plainScope(g.Scope)] {
			r.fail("scope", "must be one of those that were asked for")
		}
		if r.wrong != nil {
			return nil, r.wrong
		}
		grants = append(grants, g)
	}
	return grants, nil
}

func readRoleGrants(data []byte) (map[string][]Grant, error) {
	list, err := readList[roleGrantAnswer](data)
	if err != nil {
		return nil, err
	}
	grants := map[string][]Grant{}
	for i, a := range list {
		r := record{at: fmt.Sprintf("value[%d].", i)}
		role := r.text("role", a.Role)
		g := Grant{Scope: r.text("scope", a.Scope), PrincipalID: r.text("principalId", a.PrincipalID), State: r.state("state", a.State)}
		if right, wrong := misspelt(role); wrong {
			r.fail("role", "must be written "+right)
		}
		if !entraScope(g.Scope) {
			r.fail("scope", "must be / or that of an administrative unit, such as /administrativeUnits/a1")
		}
		if r.wrong != nil {
			return nil, r.wrong
		}
		grants[role] = append(grants[role], g)
	}
	return grants, nil
}

func readParents(data []byte, asked []string) (map[string]string, error) {
	list, err := readList[scopeAnswer](data)
	if err != nil {
		return nil, err
	}
	wanted := setOf(asked)
	parents := make(map[string]string, len(list))
	for i, a := range list {
		r := record{at: fmt.Sprintf("value[%d].", i)}
		id, parent := plainScope(r.text("id", a.ID)), plainScope(r.text("parent", a.Parent))
		_, twice := parents[id]
		r.answers(wanted, twice, id)
		if r.wrong != nil {
			return nil, r.wrong
		}
		parents[id] = parent
	}
	return parents, nil
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// record is one object of an answer while it is read: the first thing that is wrong with it stays.
type record struct {
	at    string
	wrong error
}

func (r *record) fail(key, says string) {
	if r.wrong == nil {
		r.wrong = fmt.Errorf("%s%s %s", r.at, key, says)
	}
}

// answers checks that an object was asked for, and comes once.
func (r *record) answers(wanted map[string]bool, twice bool, id string) {
	switch {
	case r.wrong != nil:
	case !wanted[id]:
		r.fail("id", "must be one of those that were asked for")
	case twice:
		r.fail("id", "must come once: "+yamlfile.Mention(id)+" comes twice")
	}
}

// free is text that may be empty.
func (r *record) free(key string, value *string) string {
	if value == nil {
		r.fail(key, "is required")
		return ""
	}
	return *value
}

// text is an id, or what is used like one.
func (r *record) text(key string, value *string) string {
	text := r.free(key, value)
	if value != nil && !plausible(text) {
		r.fail(key, fmt.Sprintf("must be 1 to %d bytes without control characters", maxText))
	}
	return text
}

// mail is an address in its normal spelling, or nothing where the directory knows of none.
func (r *record) mail(key string, value *string) string {
	text := r.free(key, value)
	if strings.TrimSpace(text) == "" {
		return ""
	}
	normal, err := address.Normalize(text)
	if err != nil {
		r.fail(key, err.Error())
	}
	return normal
}

func (r *record) state(key string, value *string) pim.HolderState {
	var states []string
	for _, s := range strongestFirst {
		states = append(states, string(s))
	}
	return pim.HolderState(r.oneOf(key, value, states...))
}

func (r *record) oneOf(key string, value *string, allowed ...string) string {
	text := r.free(key, value)
	if value != nil && !slices.Contains(allowed, text) {
		r.fail(key, "must be "+strings.Join(allowed[:len(allowed)-1], ", ")+" or "+allowed[len(allowed)-1])
	}
	return text
}
