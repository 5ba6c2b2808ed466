package starter

import (
	"context"
	"time"

	"pimnotify/activities"
	"pimnotify/pim"
)

// Ledger is the record, as far as the starter needs it. What it does not know it answers with pim.ErrNotFound.
type Ledger interface {
	Accept(ctx context.Context, a pim.Acceptance) (accepted pim.Accepted, created bool, err error)
	Accepted(ctx context.Context, tenant string, resource pim.Resource) (pim.Accepted, error)
	// Supersede is Accept for what can be told again and again: the tenant's PIM setting. It is not done where the change does not
	// follow the latest one; what is stored comes back then.
	Supersede(ctx context.Context, a pim.Acceptance) (accepted pim.Accepted, done bool, err error)
	MarkStarted(ctx context.Context, a pim.Accepted, at time.Time) error
	Unstarted(ctx context.Context, before time.Time, limit int) ([]pim.Accepted, error)
	Propose(ctx context.Context, tenant string, resource pim.Resource, p pim.Proposal) (id string, err error)
	// AcceptedProposal finds the proposal of this name that a change of the resource has accepted.
	AcceptedProposal(ctx context.Context, tenant string, resource pim.Resource, name string) (pim.Proposal, error)
	Record(ctx context.Context, tenant string, resource pim.Resource, changes ...pim.Change) error
	View(ctx context.Context, tenant string, resource pim.Resource) (pim.View, error)
	PIM(ctx context.Context, tenant string) (pim.PIMView, error)
	// PIMDisabled are those of the tenants that have said that they do not use PIM.
	PIMDisabled(ctx context.Context, tenants []string) ([]string, error)
	Events(ctx context.Context, tenant string, resource pim.Resource) ([]pim.Event, error)
	Recipients(ctx context.Context, tenant, eventID string) ([]pim.Delivery, error)
	// Trace is what there is on an event and one person, who is known by an id, an address or both.
	Trace(ctx context.Context, tenant, eventID string, who pim.Principal) (pim.EventTrace, error)
}

// Planner is what plans and renders for the processes, asked without a process. activities.Activities is one.
type Planner interface {
	Preview(ctx context.Context, moments ...activities.Rehearsal) ([]pim.EventPreview, error)
	Judge(ctx context.Context, in activities.NotifyInput, event pim.EventRef, who pim.Principal) (pim.Judged, error)
}

var _ Planner = (*activities.Activities)(nil)

// Observations are what SES has said of mails after it took them.
type Observations interface {
	// Reported are those of one mail, the oldest first.
	Reported(ctx context.Context, tenant, mailID string) ([]pim.SESReport, error)
}

// Directory knows who exists, who holds what and who belongs to which group, at this moment. A tenant that it does not know it
// answers with pim.ErrUnknownTenant.
type Directory interface {
	Tenants(ctx context.Context) ([]string, error)
	Organization(ctx context.Context, tenant string) (pim.Organization, error)
	Principal(ctx context.Context, tenant, id string) (pim.Principal, bool, error)
	Holders(ctx context.Context, tenant string, q pim.HolderQuery) ([]pim.Holder, error)
	MemberOf(ctx context.Context, tenant, personID string, principals []pim.Principal) (bool, error)
}

// Settings gives a tenant's settings as they are now.
type Settings interface {
	Settings(tenant string) pim.Settings
}
