package starter

import (
	"context"
	"time"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// PutAssignment takes in an assignment that an administrator made, and starts its process. The same assignment under the same id
// is answered as the first time, for ever; another one under that id is a Conflict. The second result says whether this call
// created it.
func (c *Client) PutAssignment(ctx context.Context, tenant, id string, sent pim.Assignment) (pim.View, bool, error) {
	if err := checkIDs(tenant, id); err != nil {
		return pim.View{}, false, err
	}
	sent = sent.WithDefaults()
	compared := sent
	compared.IsValidationOnly = false // validating says what accepting would
	hash, err := hashOf(compared)
	if err != nil {
		return pim.View{}, false, err
	}
	return c.put(ctx, tenant, assignment(id), hash, sent.IsValidationOnly, func() (newcomer, error) {
		return c.prepareAssignment(ctx, tenant, id, sent, hash)
	})
}

// GetAssignment answers what the record knows of an assignment.
func (c *Client) GetAssignment(ctx context.Context, tenant, id string) (pim.View, error) {
	if err := checkIDs(tenant, id); err != nil {
		return pim.View{}, err
	}
	return c.view(ctx, tenant, assignment(id))
}

// prepareAssignment checks a new assignment in full and makes of it what the ledger is to hold.
func (c *Client) prepareAssignment(ctx context.Context, tenant, id string, sent pim.Assignment, hash string) (newcomer, error) {
	if _, err := c.Directory.Organization(ctx, tenant); err != nil {
		return newcomer{}, away(AwayDirectory, "look up the tenant", err)
	}
	now := c.now()
	problems := sent.Validate(now)
	problems = append(problems, normaliseMail("body.principal.mail", &sent.Principal, problems)...)
	problems = append(problems, normaliseMail("body.assignedBy.mail", &sent.AssignedBy, problems)...)
	if len(problems) > 0 {
		return newcomer{}, invalid(problems)
	}
	if sent.CreatedDateTime == nil {
		sent.CreatedDateTime = &now
	}
	for _, p := range []*pim.Principal{&sent.Principal, &sent.AssignedBy} {
		if p.ID == "" {
			continue // nobody needs to say who assigned it
		}
		if err := c.introduce(ctx, tenant, p); err != nil {
			return newcomer{}, err
		}
	}
	in := assignmentInput(tenant, id, sent, c.Settings.Settings(tenant), now)
	a, err := acceptance(tenant, assignment(id), sent, in, hash, workflows.Assigned(in), now)
	if err != nil {
		return newcomer{}, err
	}
	return newcomer{acceptance: a, preview: preview(a, sent.AssignedBy, sent.Justification)}, nil
}

func assignmentInput(tenant, id string, a pim.Assignment, settings pim.Settings, now time.Time) workflows.AssignmentInput {
	return workflows.AssignmentInput{
		Tenant: tenant, ID: id, ResourceKind: a.ResourceKind, PrincipalID: a.Principal.ID, RoleID: a.Role.ID, ScopeID: a.Scope.ID,
		AssignmentType: a.AssignmentType, AssignedBy: a.AssignedBy.ID, Origin: a.Origin,
		CreatedDateTime: a.CreatedDateTime.UTC(), AcceptedDateTime: now, ScheduleInfo: a.ScheduleInfo, Windows: windows(settings),
	}
}

// windows are the settings' spans around the end of an assignment as they are now: they hold until it is changed.
func windows(settings pim.Settings) workflows.Windows {
	w := workflows.Windows{Renew: pim.DurationOf(settings.RenewWindow)}
	for _, notice := range settings.ExpiryNotices {
		w.Notices = append(w.Notices, pim.DurationOf(notice))
	}
	return w
}
