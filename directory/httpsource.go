package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

const (
	// maxAsked and maxQuery bound what one call asks for: servers refuse long request lines.
	maxAsked = 100
	maxQuery = 4 << 10
	// maxCalls bounds what one question may cost, whatever the service makes up: a group of 100,000 fits.
	maxCalls = 1200
	// maxText bounds an id, as in a directory file.
	maxText = 512
)

// service is the source of an HTTP directory.
type service struct{ calls *caller }

var _ Source = service{}

func (s service) Tenants(ctx context.Context) ([]string, error) {
	return get(ctx, s.calls, nil, readTenants, "tenants")
}

// Tenant asks for the tenant itself, so that one that does not exist is told from one that holds nothing.
func (s service) Tenant(ctx context.Context, id string) (Tenant, error) {
	if !pim.ValidID(id) {
		return nil, fmt.Errorf("%s: %w", yamlfile.Mention(id), pim.ErrUnknownTenant)
	}
	read := func(data []byte) (pim.Organization, error) { return readOrganization(data, id) }
	organization, err := get(ctx, s.calls, nil, read, "tenants", id)
	if status := (statusError{}); errors.As(err, &status) && status.status == http.StatusNotFound {
		return nil, fmt.Errorf("%s: %w", id, pim.ErrUnknownTenant)
	}
	if err != nil {
		return nil, err
	}
	return &question{
		calls: s.calls, organization: organization,
		entries: map[string]*Entry{}, missing: map[string]bool{}, named: map[string]bool{},
	}, nil
}

// question is one tenant while one question is answered. What it has been told, it does not ask again: a principal stays the
// same however often the answer comes upon it.
type question struct {
	calls        *caller
	organization pim.Organization
	entries      map[string]*Entry
	missing      map[string]bool // asked for, and not known
	named        map[string]bool // by the service itself, as a member, owner or holder
	asked        int
}

var _ Tenant = (*question)(nil)

func (q *question) Organization(context.Context) (pim.Organization, error) {
	return q.organization, nil
}

func (q *question) Find(ctx context.Context, ids []string) ([]*Entry, error) {
	var fresh []string
	for _, id := range ids {
		if q.entries[id] == nil && !q.missing[id] {
			fresh = append(fresh, id)
		}
	}
	for _, batch := range batches(fresh, "id", 0) {
		if err := q.find(ctx, batch); err != nil {
			return nil, err
		}
	}
	found := make([]*Entry, 0, len(ids))
	for _, id := range ids {
		if e := q.entries[id]; e != nil {
			found = append(found, e)
		} else {
			q.missing[id] = true
		}
	}
	return found, q.undescribed()
}

func (q *question) find(ctx context.Context, ids []string) error {
	read := func(data []byte) (map[string]*Entry, error) { return readPrincipals(data, ids) }
	found, err := look(ctx, q, url.Values{"id": ids}, read, "principals")
	if err != nil {
		return err
	}
	for id, e := range found {
		q.entries[id] = e
		q.name(e.Members...)
		for _, owner := range e.Owners {
			q.name(owner.PrincipalID)
		}
	}
	return nil
}

func (q *question) name(ids ...string) {
	for _, id := range ids {
		q.named[id] = true
	}
}

// undescribed finds somebody whom the service names and does not describe. A file that does so is not read at all: such a person
// would be told nothing, and nobody would notice.
func (q *question) undescribed() error {
	for id := range q.missing {
		if q.named[id] {
			return fmt.Errorf("the directory names %s as a member, owner or holder, and describes nobody of that id", yamlfile.Mention(id))
		}
	}
	return nil
}

func (q *question) Grants(ctx context.Context, role string, scopes []string) ([]Grant, error) {
	var all []Grant
	for _, batch := range batches(scopes, "scope", len(url.QueryEscape(role))) {
		read := func(data []byte) ([]Grant, error) { return readGrants(data, batch) }
		grants, err := look(ctx, q, url.Values{"role": {role}, "scope": batch}, read, "grants")
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			q.name(g.PrincipalID)
		}
		all = append(all, grants...)
	}
	return all, q.undescribed()
}

// DirectoryRoleGrants asks in one call. A service that is older than this call answers 404, which is an error like any other: taken
// for an empty list, it would say that nobody holds a role.
func (q *question) DirectoryRoleGrants(ctx context.Context) (map[string][]Grant, error) {
	roles, err := look(ctx, q, nil, readRoleGrants, "directoryRoleGrants")
	if err != nil {
		return nil, err
	}
	for _, grants := range roles {
		for _, g := range grants {
			q.name(g.PrincipalID)
		}
	}
	return roles, q.undescribed()
}

func (q *question) Parents(ctx context.Context, scopes []string) (map[string]string, error) {
	parents := map[string]string{}
	for _, batch := range batches(scopes, "id", 0) {
		read := func(data []byte) (map[string]string, error) { return readParents(data, batch) }
		some, err := look(ctx, q, url.Values{"id": batch}, read, "scopes")
		if err != nil {
			return nil, err
		}
		for id, parent := range some {
			parents[id] = parent
		}
	}
	return parents, nil
}

// look makes one of the calls that a question may cost.
func look[T any](ctx context.Context, q *question, query url.Values, read func([]byte) (T, error), what string) (none T, err error) {
	if q.asked++; q.asked > maxCalls {
		return none, fmt.Errorf("more than %d calls for one question: groups or scopes have no end", maxCalls)
	}
	return get(ctx, q.calls, query, read, "tenants", q.organization.ID, what)
}

// batches cuts what is asked for into calls. What the service cannot know, because no id looks like that, is not asked for.
func batches(ids []string, key string, taken int) [][]string {
	var all [][]string
	size := maxQuery // so that the first one begins a batch
	for _, id := range ids {
		if !plausible(id) {
			continue
		}
		more := len(key) + len(url.QueryEscape(id)) + len("&=")
		if last := len(all) - 1; last < 0 || size+more > maxQuery || len(all[last]) == maxAsked {
			all, size = append(all, nil), taken
		}
		size += more
		all[len(all)-1] = append(all[len(all)-1], id)
	}
	return all
}

// plausible reports whether a text can be an id, a role or a scope.
func plausible(text string) bool {
	return text != "" && len(text) <= maxText && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
