package directory

import (
	"context"

	"pimnotify/pim"
)

// Source is where a Directory looks things up.
type Source interface {
	// Tenants lists the ids of all tenants, sorted.
	Tenants(ctx context.Context) ([]string, error)
	// Tenant opens one tenant, to answer one question: its answers belong together, whatever changes meanwhile. The error wraps
	// pim.ErrUnknownTenant where there is none of that id.
	Tenant(ctx context.Context, id string) (Tenant, error)
}

// Tenant is one tenant of a Source. It looks up and expands nothing.
type Tenant interface {
	Organization(ctx context.Context) (pim.Organization, error)
	// Find gives the entries of these ids, in any order, without those it does not know. It is asked for many at once, so that a
	// source over a network needs few calls.
	Find(ctx context.Context, ids []string) ([]*Entry, error)
	// Grants lists who holds a role at these scopes at least; grants at others do no harm. The role is a display name where it is
	// one of pim.RoleIDs.
	Grants(ctx context.Context, role string, scopes []string) ([]Grant, error)
	// DirectoryRoleGrants lists who holds which Microsoft Entra role, by role: all of them at least. A role may stand there by display
	// name and by id, and grants of Azure's do no harm. The answer is never changed.
	DirectoryRoleGrants(ctx context.Context) (map[string][]Grant, error)
	// Parents names the parents of these scopes, where the scope's path does not say it.
	Parents(ctx context.Context, scopes []string) (map[string]string, error)
}

// Entry is what a source knows of one principal. It is never changed once it has been handed out.
type Entry struct {
	Principal pim.Principal // with a type; a user's address is normalised, others have none
	Members   []string      // ids of users and groups, where the principal is a group
	Owners    []Grant       // of a group; their scope is empty
}

// Grant says that a principal, which may be a group, holds a role at a scope.
type Grant struct {
	Scope       string
	PrincipalID string
	State       pim.HolderState
}
