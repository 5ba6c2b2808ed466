package directory

import (
	"slices"
	"strings"

	"pimnotify/internal/address"
	"pimnotify/pim"
)

// clouds are the values of a tenant's cloud. The first one holds where the file says nothing.
var clouds = []string{"public", "usGov", "china"}

// Parse reads a directory from the text of a file; name is what errors call it. The error is a *Broken.
func Parse(name string, data []byte) (*Directory, error) {
	x, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	return Of(x), nil
}

func parse(name string, data []byte) (*index, error) {
	found := &mistakes{file: name}
	x := &index{tenants: map[string]*tenant{}}
	root := readYAML(found, data)
	if len(found.all) == 0 {
		x.read(root)
	}
	slices.Sort(x.names)
	return x, found.err()
}

func (x *index) read(root node) {
	tenants := root.record("tenants")["tenants"].fields()
	if len(tenants) == 0 && len(root.found.all) == 0 {
		root.found.add(root.line, "tenants", "must describe at least one tenant")
	}
	for _, f := range tenants {
		if problem := pim.ValidateID(f.key, f.name); problem != nil {
			f.wrong("%s", problem.Message)
		}
		x.names = append(x.names, f.name)
		x.tenants[f.name] = readTenant(f.name, f.node)
	}
}

// reading is one tenant while it is read: what can only be checked once all of it is known waits here.
type reading struct {
	*tenant
	lines  map[string]int // where each principal is described
	refs   []reference
	scopes map[string]node // each scope's parent, as the file writes it
	order  []string        // of scopes
}

// reference is a place that names a principal.
type reference struct {
	id string
	at node
}

func readTenant(id string, n node) *tenant {
	before := len(n.found.all)
	r := &reading{
		tenant: &tenant{entries: map[string]*Entry{}, grants: map[string][]Grant{}, parents: map[string]string{}},
		lines:  map[string]int{}, scopes: map[string]node{},
	}
	keys := n.record("displayName", "cloud", "users", "groups", "scopes", "holders")
	r.organization = pim.Organization{ID: id, DisplayName: id, Cloud: clouds[0]}
	if name, _ := keys["displayName"].text(); strings.TrimSpace(name) != "" {
		r.organization.DisplayName = name
	}
	if cloud := keys["cloud"]; !cloud.empty() {
		r.organization.Cloud = oneOf(cloud, clouds)
	}
	for _, user := range keys["users"].items() {
		r.user(user)
	}
	for _, group := range keys["groups"].items() {
		r.group(group)
	}
	for _, scope := range keys["scopes"].items() {
		r.scope(scope)
	}
	for _, holder := range keys["holders"].items() {
		r.holder(holder)
	}
	if len(n.found.all) == before { // otherwise most of what follows would follow from what is wrong already
		r.checkReferences()
		r.checkParents()
	}
	return r.tenant
}

func (r *reading) user(n node) {
	keys := n.record("id", "displayName", "mail")
	name, _ := keys["displayName"].text()
	e := &Entry{Principal: pim.Principal{DisplayName: name, Type: pim.User}}
	if mail, _ := keys["mail"].text(); strings.TrimSpace(mail) != "" {
		normal, err := address.Normalize(mail)
		if err != nil {
			keys["mail"].wrong("%s", err.Error())
		}
		e.Principal.Mail = normal
	}
	r.describe(e, keys["id"])
}

func (r *reading) group(n node) {
	keys := n.record("id", "displayName", "members", "owners")
	name, _ := keys["displayName"].text()
	e := &Entry{Principal: pim.Principal{DisplayName: name, Type: pim.Group}}
	for _, member := range keys["members"].items() {
		e.Members = append(e.Members, r.refer(member))
	}
	for _, owner := range keys["owners"].items() {
		keys := owner.record("principal", "state")
		e.Owners = append(e.Owners, Grant{PrincipalID: r.refer(keys["principal"]), State: state(keys["state"])})
	}
	r.describe(e, keys["id"])
}

// describe takes an entry in under its id, which no other user or group of the tenant may have.
func (r *reading) describe(e *Entry, id node) {
	e.Principal.ID = opaque(id)
	switch line, twice := r.lines[e.Principal.ID]; {
	case e.Principal.ID == "":
	case twice:
		id.wrong("must be unique among users and groups: %s is described in line %d already", mention(e.Principal.ID), line)
	default:
		r.lines[e.Principal.ID] = id.line
		r.entries[e.Principal.ID] = e
	}
}

func (r *reading) scope(n node) {
	keys := n.record("id", "parent")
	id, parent := opaque(keys["id"]), opaque(keys["parent"])
	if id == "" || parent == "" {
		return
	}
	id = plainScope(id)
	if first, twice := r.scopes[id]; twice {
		keys["id"].wrong("must be unique: %s has its parent in line %d already", id, first.line)
		return
	}
	r.scopes[id] = keys["parent"]
	r.order = append(r.order, id)
	r.parents[id] = plainScope(parent)
}

func (r *reading) holder(n node) {
	keys := n.record("role", "scope", "principal", "state")
	role := roleName(opaque(keys["role"]))
	for name := range pim.RoleIDs {
		if role != name && strings.EqualFold(role, name) {
			keys["role"].wrong("must be written %s", name)
		}
	}
	grant := Grant{Scope: opaque(keys["scope"]), PrincipalID: r.refer(keys["principal"]), State: state(keys["state"])}
	r.grants[role] = append(r.grants[role], grant)
}

// refer notes that the file names a principal here.
func (r *reading) refer(at node) string {
	id := opaque(at)
	if id != "" {
		r.refs = append(r.refs, reference{id, at})
	}
	return id
}
