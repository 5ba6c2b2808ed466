package directory

import (
	"context"
	"fmt"
	"strings"

	"pimnotify/internal/address"
	"pimnotify/pim"
)

// Directory answers the questions that requests and mails raise, from one source.
type Directory struct{ source Source }

// Of is the directory that looks things up in a source.
func Of(source Source) *Directory { return &Directory{source} }

// Tenants lists the ids of all tenants, sorted.
func (d *Directory) Tenants(ctx context.Context) ([]string, error) {
	tenants, err := d.source.Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the directory's tenants: %w", err)
	}
	return tenants, nil
}

// Organization describes a tenant. The error is a pim.ErrUnknownTenant where the directory has none of that id.
func (d *Directory) Organization(ctx context.Context, tenant string) (pim.Organization, error) {
	t, err := d.open(ctx, tenant)
	if err != nil {
		return pim.Organization{}, err
	}
	organization, err := t.Organization(ctx)
	if err != nil {
		return pim.Organization{}, fmt.Errorf("look up the organization of %s: %w", tenant, err)
	}
	return organization, nil
}

// Principal looks one principal up, a group as such. The second result is false where the directory does not know it.
func (d *Directory) Principal(ctx context.Context, tenant, id string) (pim.Principal, bool, error) {
	t, err := d.open(ctx, tenant)
	if err != nil {
		return pim.Principal{}, false, err
	}
	found, err := t.Find(ctx, []string{id})
	if err != nil {
		return pim.Principal{}, false, fmt.Errorf("look up a principal of %s: %w", tenant, err)
	}
	if len(found) == 0 {
		return pim.Principal{}, false, nil
	}
	return found[0].Principal, true, nil
}

// People says which people stand behind principals: groups are expanded, however deep, each visited once, and each person comes
// once, in the order in which they were reached.
//
// What the directory knows of a person wins, field by field, over what the caller says: the caller's address (normalised) and
// name are used for those the directory does not know, and for those of whom it has none. An address that cannot be normalised
// is kept as it is, so that the mail to it fails with a reason rather than looking like no address at all.
//
// A group that the directory does not know comes to nobody. Anybody else it does not know comes back as given. A service
// principal comes back without an address: nobody reads its mail.
func (d *Directory) People(ctx context.Context, tenant string, principals []pim.Principal) ([]pim.Principal, error) {
	members, err := d.Expand(ctx, tenant, principals)
	if err != nil {
		return nil, err
	}
	return peopleOf(members), nil
}

// Expand is People, with the groups through which each of them was reached. Where there are several ways, the shortest one counts.
func (d *Directory) Expand(ctx context.Context, tenant string, principals []pim.Principal) ([]pim.Person, error) {
	t, err := d.open(ctx, tenant)
	if err != nil {
		return nil, err
	}
	members, err := expand(ctx, t, principals)
	if err != nil {
		return nil, fmt.Errorf("expand principals of %s: %w", tenant, err)
	}
	return members, nil
}

// MemberOf reports whether a person is one of these principals, or a member of one of those groups, however deep, now.
// A group is never a person, also where it is named itself. Somebody the directory does not know is one of them where named.
func (d *Directory) MemberOf(ctx context.Context, tenant, personID string, principals []pim.Principal) (bool, error) {
	t, err := d.open(ctx, tenant)
	if err != nil {
		return false, err
	}
	if personID == "" {
		return false, nil
	}
	ids := make([]string, 0, len(principals))
	named := false
	for _, p := range principals {
		ids = append(ids, p.ID)
		named = named || (p.ID == personID && p.Type != pim.Group)
	}
	var person *Entry
	err = walk(ctx, t, ids, func(e *Entry) bool {
		if e.Principal.ID == personID {
			person = e
		}
		return person == nil
	})
	if err != nil {
		return false, fmt.Errorf("look up a membership of %s: %w", tenant, err)
	}
	if person == nil {
		return named, nil
	}
	return person.Principal.Type != pim.Group, nil
}

func (d *Directory) open(ctx context.Context, tenant string) (Tenant, error) {
	t, err := d.source.Tenant(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("open tenant %s of the directory: %w", tenant, err)
	}
	return t, nil
}

// known is a person as the directory knows them, with what the caller says in the gaps.
func known(person, given pim.Principal) pim.Principal {
	if person.DisplayName == "" {
		person.DisplayName = given.DisplayName
	}
	if person.Mail == "" && person.Type == pim.User {
		person.Mail = normalised(given.Mail)
	}
	return person
}

// unknown is a person of whom only the caller says anything. An empty type means a user.
func unknown(given pim.Principal) pim.Principal {
	if given.Type == "" {
		given.Type = pim.User
	}
	if given.Type == pim.ServicePrincipal {
		given.Mail = ""
	}
	given.Mail = normalised(given.Mail)
	return given
}

func normalised(text string) string {
	if normal, err := address.Normalize(text); err == nil {
		return normal
	}
	return strings.TrimSpace(text)
}
