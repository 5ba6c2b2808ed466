package directory

import (
	"slices"
	"strings"

	"pimnotify/internal/address"
	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

// clouds are the values of a tenant's cloud. The first one holds where the file says nothing.
var clouds = []string{pim.PublicCloud, "usGov", "china"}

// Parse reads a directory from the text of a file; name is what errors call it. The error is a *Broken.
func Parse(name string, data []byte) (*Directory, error) {
	x, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	return Of(x), nil
}

func parse(name string, data []byte) (*index, error) {
	x := &index{tenants: map[string]*tenant{}}
	err := yamlfile.Read(name, data, x.read)
	slices.Sort(x.names)
	return x, err
}

func (x *index) read(root yamlfile.Node) {
	all := root.Record("tenants")["tenants"]
	tenants := all.Fields()
	if len(tenants) == 0 && root.Mistakes() == 0 {
		all.Wrong("must describe at least one tenant")
	}
	for _, f := range tenants {
		if problem := pim.ValidateID(f.Key(), f.Name); problem != nil {
			f.Wrong("%s", problem.Message)
		}
		x.names = append(x.names, f.Name)
		x.tenants[f.Name] = readTenant(f.Name, f.Node)
	}
}

// reading is one tenant while it is read: what can only be checked once all of it is known waits here.
type reading struct {
	*tenant
	lines  map[string]int // where each principal is described
	refs   []reference
	scopes map[string]yamlfile.Node // each scope's parent, as the file writes it
	order  []string                 // of scopes
}

// reference is a place that names a principal.
type reference struct {
	id string
	at yamlfile.Node
}

func readTenant(id string, n yamlfile.Node) *tenant {
	before := n.Mistakes()
	r := &reading{
		tenant: &tenant{entries: map[string]*Entry{}, grants: map[string][]Grant{}, parents: map[string]string{}},
		lines:  map[string]int{}, scopes: map[string]yamlfile.Node{},
	}
	keys := n.Record("displayName", "cloud", "users", "groups", "scopes", "holders")
	r.organization = pim.Organization{ID: id, DisplayName: id, Cloud: clouds[0]}
	if name, _ := keys["displayName"].Text(); strings.TrimSpace(name) != "" {
		r.organization.DisplayName = name
	}
	if cloud := keys["cloud"]; !cloud.Empty() {
		r.organization.Cloud = cloud.OneOf(clouds...)
	}
	for _, user := range keys["users"].Items() {
		r.user(user)
	}
	for _, group := range keys["groups"].Items() {
		r.group(group)
	}
	for _, scope := range keys["scopes"].Items() {
		r.scope(scope)
	}
	for _, holder := range keys["holders"].Items() {
		r.holder(holder)
	}
	if n.Mistakes() == before { // otherwise most of what follows would follow from what is wrong already
		r.checkReferences()
		r.checkParents()
	}
	return r.tenant
}

func (r *reading) user(n yamlfile.Node) {
	keys := n.Record("id", "displayName", "mail")
	name, _ := keys["displayName"].Text()
	e := &Entry{Principal: pim.Principal{DisplayName: name, Type: pim.User}}
	if mail, _ := keys["mail"].Text(); strings.TrimSpace(mail) != "" {
		normal, err := address.Normalize(mail)
		if err != nil {
			keys["mail"].Wrong("%s", err.Error())
		}
		e.Principal.Mail = normal
	}
	r.describe(e, keys["id"])
}

func (r *reading) group(n yamlfile.Node) {
	keys := n.Record("id", "displayName", "members", "owners")
	name, _ := keys["displayName"].Text()
	e := &Entry{Principal: pim.Principal{DisplayName: name, Type: pim.Group}}
	for _, member := range keys["members"].Items() {
		e.Members = append(e.Members, r.refer(member))
	}
	for _, owner := range keys["owners"].Items() {
		keys := owner.Record("principal", "state")
		e.Owners = append(e.Owners, Grant{PrincipalID: r.refer(keys["principal"]), State: state(keys["state"])})
	}
	r.describe(e, keys["id"])
}

// describe takes an entry in under its id, which no other user or group of the tenant may have.
func (r *reading) describe(e *Entry, id yamlfile.Node) {
	e.Principal.ID = id.Opaque()
	switch line, twice := r.lines[e.Principal.ID]; {
	case e.Principal.ID == "":
	case twice:
		id.Wrong("must be unique among users and groups: %s is described in line %d already", yamlfile.Mention(e.Principal.ID), line)
	default:
		r.lines[e.Principal.ID] = id.Line()
		r.entries[e.Principal.ID] = e
	}
}

func (r *reading) scope(n yamlfile.Node) {
	keys := n.Record("id", "parent")
	id, parent := keys["id"].Opaque(), keys["parent"].Opaque()
	if id == "" || parent == "" {
		return
	}
	id = plainScope(id)
	if first, twice := r.scopes[id]; twice {
		keys["id"].Wrong("must be unique: %s has its parent in line %d already", id, first.Line())
		return
	}
	r.scopes[id] = keys["parent"]
	r.order = append(r.order, id)
	r.parents[id] = plainScope(parent)
}

func (r *reading) holder(n yamlfile.Node) {
	keys := n.Record("role", "scope", "principal", "state")
	role := roleName(keys["role"].Opaque())
	if right, wrong := misspelt(role); wrong {
		keys["role"].Wrong("must be written %s", right)
	}
	grant := Grant{Scope: keys["scope"].Opaque(), PrincipalID: r.refer(keys["principal"]), State: state(keys["state"])}
	r.grants[role] = append(r.grants[role], grant)
}

// refer notes that the file names a principal here.
func (r *reading) refer(at yamlfile.Node) string {
	id := at.Opaque()
	if id != "" {
		r.refs = append(r.refs, reference{id, at})
	}
	return id
}
