package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"

	"pimnotify/pim"
)

// subject is what the mails of one Notify speak of: a role that somebody asks for or is given, PIM itself, or a week of it. Whom its events
// concern is found in the same way for all of them; what they tell is its story's.
type subject struct {
	in           NotifyInput
	organization pim.Organization

	kind      pim.ResourceKind
	role      pim.Role // by which its notification rules are found
	scope     pim.Scope
	adminsAt  string       // the scope where its administrators hold their roles
	approval  pim.Approval // whether approvers are specified, and who they are
	requestor []pim.Person // the people of the requestor's column: one person; more where a group stands in it
	story
}

// story is what differs from one kind of subject to the next.
type story interface {
	// introduce asks the directory who the people of the story are, and answers those who stand in the requestor's column. What
	// the directory says of a person wins over what was said of them.
	introduce(ctx context.Context, directory Directory) (requestor []pim.Person, err error)
	// plan begins the plan of an event with what it depends on beside rules and columns. It is false where the event is nothing
	// to tell of for a tenant with these settings.
	plan(event pim.EventRef, settings pim.Settings) (in pim.PlanInput, tell bool)
	// complete adds to a letter what an event tells.
	complete(letter *pim.Letter, event pim.EventRef)
}

// memory is what of the record a subject is read from. Ledger is one; so is what nobody has written down, where it is only previewed.
type memory interface {
	Accepted(ctx context.Context, tenant string, resource pim.Resource) (pim.Accepted, error)
	Proposals(ctx context.Context, tenant string, resource pim.Resource, ids ...string) (map[string]pim.Proposal, error)
	Digest(ctx context.Context, tenant, date string) (pim.DigestFigures, error)
	DigestBefore(ctx context.Context, tenant string, to time.Time) (pim.DigestFigures, error)
}

// newSubject reads from the record what the mails speak of.
func newSubject(ctx context.Context, ledger memory, in NotifyInput) (*subject, error) {
	if in.Resource.Collection == pim.Digest { // nobody asked for it
		return newWeekly(ctx, ledger, in)
	}
	accepted, err := ledger.Accepted(ctx, in.Tenant, in.Resource)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", in.Resource, err)
	}
	switch in.Resource.Collection {
	case pim.ActivationRequests:
		return newActivation(in, accepted)
	case pim.Assignments:
		return newAssignment(ctx, ledger, in, accepted)
	case pim.PIMSetting:
		return newPIMSetting(in, accepted)
	default:
		return nil, temporal.NewNonRetryableApplicationError(fmt.Sprintf("nobody is told of %s", in.Resource), UnknownCollection, nil)
	}
}

// deciders are the recipients of an event who can do what it asks for, now or once they have activated their role. Where approvers
// were named it is they alone: the owners are told of the request, and cannot decide it.
func (s *subject) deciders(tally pim.Tally, eventKey int64) pim.Counts {
	if s.approval.Named() {
		return tally.Approvers[eventKey]
	}
	return tally.Counts[eventKey]
}

// reaches reports whether somebody can do what an event asks for, and is to be sent a mail.
func (s *subject) reaches(recipients []pim.Delivery) bool {
	return slices.ContainsFunc(recipients, func(r pim.Delivery) bool {
		return r.Status == pim.StatusPlanned && (r.Audience == pim.Approver || !s.approval.Named())
	})
}

// read reads a subject as it was accepted.
func read(accepted pim.Accepted, into any) error {
	if err := json.Unmarshal(accepted.Body, into); err != nil {
		return fmt.Errorf("read %s as it was accepted: %w", accepted.Resource, err)
	}
	return nil
}

// introduce asks the directory who the organisation and the people are.
func (s *subject) introduce(ctx context.Context, directory Directory) (err error) {
	if s.organization, err = directory.Organization(ctx, s.in.Tenant); err != nil {
		return fmt.Errorf("tenant %s: %w", s.in.Tenant, err)
	}
	s.requestor, err = s.story.introduce(ctx, directory)
	return err
}

// name puts the directory's words in the place of what was said of people, where it knows them.
func name(ctx context.Context, directory Directory, tenant string, people ...*pim.Principal) error {
	var said []pim.Principal
	for _, person := range people {
		if person.ID != "" {
			said = append(said, *person)
		}
	}
	if len(said) == 0 {
		return nil
	}
	known, err := directory.People(ctx, tenant, said)
	if err != nil {
		return err
	}
	for _, person := range people {
		if i := slices.IndexFunc(known, person.Same); i >= 0 {
			*person = known[i]
		}
	}
	return nil
}

// letter is what one recipient of one event is told.
func (s *subject) letter(event pim.EventRef, to pim.Recipient) pim.Letter {
	letter := pim.Letter{
		Kind:          event.Kind,
		EventID:       event.ID,
		RecipientType: to.RecipientType,
		Audience:      to.Audience,
		To:            pim.Principal{ID: to.PrincipalID, DisplayName: to.DisplayName, Mail: to.Address},
		Organization:  s.organization,
	}
	s.complete(&letter, event)
	return letter
}
