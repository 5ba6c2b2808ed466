package starter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"pimnotify/activities"
	"pimnotify/internal/address"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// NotFound says that there is nothing of a name, and which name that is.
type NotFound struct{ Reason string }

func (e *NotFound) Error() string { return e.Reason }

// Unwrap gives pim.ErrNotFound.
func (e *NotFound) Unwrap() error { return pim.ErrNotFound }

// Explain says what led to somebody's mail of an event, or to its absence. The recipient is named by address or by the principal's id.
// What the plan of the event knew of them is told as it was; where the record has nothing on them, it is judged now, and says so. A
// NotFound names the event, or a principal whom neither the record nor the directory knows.
func (c *Client) Explain(ctx context.Context, tenant, eventID, recipient string) (pim.Explanation, error) {
	if err := checkExplain(tenant, eventID, recipient); err != nil {
		return pim.Explanation{}, err
	}
	who := named(recipient)
	trace, err := c.trace(ctx, tenant, eventID, who)
	if err != nil {
		return pim.Explanation{}, err
	}
	in := pim.ExplainInput{Trace: trace, Who: who, Now: c.now()}
	if len(trace.Mails) > 0 && trace.Mails[0].PrincipalID != who.ID {
		in.Who.ID = "" // it was an address
	}
	if err := c.recollect(ctx, tenant, &in); err != nil {
		return pim.Explanation{}, err
	}
	if len(trace.Mails) == 0 {
		if err := c.judge(ctx, tenant, &in); err != nil {
			return pim.Explanation{}, err
		}
	}
	if mails := in.Trace.Mails; len(mails) > 0 && c.Observations != nil {
		if in.Reported, err = c.Observations.Reported(ctx, tenant, mails[0].MailID); err != nil {
			return pim.Explanation{}, away(AwayLedger, "read what SES reported", err)
		}
	}
	return pim.Explain(in), nil
}

func checkExplain(tenant, eventID, recipient string) error {
	var problems []pim.Problem
	if p := pim.ValidateID("path.tenant", tenant); p != nil {
		problems = append(problems, *p)
	}
	if p := pim.ValidateOpaqueID("path.eventId", eventID); p != nil {
		p.Message = "must be the id of an event, such as activation.r1.completed"
		problems = append(problems, *p)
	}
	if strings.TrimSpace(recipient) == "" {
		problems = append(problems, pim.Problem{Location: "query.recipient", Message: "is required: an address such as alain@contoso.example, or a principal's id"})
	} else if p := pim.ValidateOpaqueID("query.recipient", recipient); p != nil {
		problems = append(problems, *p)
	}
	return invalid(problems)
}

// named is whom a text means: somebody of this id, and, where it is an address, whoever has it.
func named(recipient string) pim.Principal {
	who := pim.Principal{ID: recipient}
	if mail, err := address.Normalize(recipient); err == nil {
		who.Mail = mail
	}
	return who
}

func (c *Client) trace(ctx context.Context, tenant, eventID string, who pim.Principal) (pim.EventTrace, error) {
	trace, err := c.Ledger.Trace(ctx, tenant, eventID, who)
	if errors.Is(err, pim.ErrNotFound) {
		if _, err := c.Directory.Organization(ctx, tenant); err != nil {
			return trace, away(AwayDirectory, "look up the tenant", err)
		}
		return trace, &NotFound{Reason: fmt.Sprintf("there is no event %s of this tenant: GET events?resource= lists those that there are", clip(eventID, maxEcho))}
	}
	if err != nil {
		return trace, away(AwayLedger, "trace "+eventID, err)
	}
	return trace, nil
}

// maxEcho is how much of a name that was sent is said back, in bytes.
const maxEcho = 200

// recollect adds what the request itself says: of which kind it is, whom it names to approve, and the engine's delay as it was drawn.
func (c *Client) recollect(ctx context.Context, tenant string, in *pim.ExplainInput) error {
	switch in.Trace.Resource.Collection {
	case pim.PIMSetting, pim.Digest:
		in.Kind = pim.DirectoryRole
		return nil
	case pim.ActivationRequests, pim.Assignments:
	}
	accepted, err := c.Ledger.Accepted(ctx, tenant, in.Trace.Resource)
	if err != nil {
		return away(AwayLedger, "look up "+in.Trace.Resource.String(), err)
	}
	about, err := bodyOf[struct {
		ResourceKind   pim.ResourceKind   `json:"resourceKind"`
		AssignmentType pim.AssignmentType `json:"assignmentType"`
		Approval       pim.Approval       `json:"approval"`
	}](accepted)
	if err != nil {
		return err
	}
	in.Kind, in.Named = about.ResourceKind, about.Approval
	if accepted.Resource.Collection == pim.Assignments && len(in.Trace.Due) == 0 { // only its withdrawal is known of
		in.Trace.Due = []pim.Due{{Event: in.Trace.Event, Part: pim.PartAll, Telling: &pim.Telling{AssignmentType: about.AssignmentType}}}
	}
	if accepted.Resource.Collection != pim.ActivationRequests || len(accepted.Input) == 0 {
		return nil
	}
	started, err := inputOf[workflows.ActivationInput](accepted)
	if err != nil {
		return err
	}
	in.Delay = map[pim.EventKind]time.Duration{
		pim.ActivationPendingApproval: span(started.RequestMailDelay),
		pim.ActivationApproved:        span(started.ApprovedDelay),
		pim.ActivationDenied:          span(started.DeniedDelay),
	}[in.Trace.Event.Kind]
	return nil
}

// span reads a duration that the starter wrote itself.
func span(d pim.Duration) time.Duration {
	length, _ := d.Parse()
	return length
}

// judge looks for somebody of whom the record has nothing under the name that was given: under the address that the directory has for
// them, and then in the columns of the event as they are now.
func (c *Client) judge(ctx context.Context, tenant string, in *pim.ExplainInput) error {
	known, there, err := c.Directory.Principal(ctx, tenant, in.Who.ID)
	if err != nil {
		return away(AwayDirectory, "look up "+in.Who.ID, err)
	}
	typed := in.Who.Mail != ""
	switch {
	case there:
		in.Who = known
	case typed:
		in.Who.ID = ""
	}
	if there && known.Mail != "" {
		twin, err := c.trace(ctx, tenant, in.Trace.Event.ID, known)
		if err != nil || len(twin.Mails) > 0 {
			in.Trace = twin
			return err
		}
	}
	judged, err := c.Planner.Judge(ctx, activities.NotifyInput{Tenant: tenant, Resource: in.Trace.Resource, Due: in.Trace.Due}, in.Trace.Event, in.Who)
	if errors.Is(err, activities.ErrRecord) {
		return away(AwayLedger, "read what "+in.Trace.Event.ID+" is about", err)
	}
	if err != nil {
		return away(AwayDirectory, "judge who is told of "+in.Trace.Event.ID, err)
	}
	if !there && !typed && len(judged.Stands) == 0 {
		return &NotFound{Reason: fmt.Sprintf(
			"the record of %s has nothing on %s, and the directory knows nobody of that id now: name a principal's id or an address", in.Trace.Event.ID, clip(in.Who.ID, maxEcho))}
	}
	in.Judged = &judged
	return nil
}
