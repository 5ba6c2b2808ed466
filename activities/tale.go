package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"pimnotify/pim"
)

// occasion is what makes an event of a resource one.
type occasion struct {
	kind       pim.EventKind
	occurrence string
}

func occasionOf(event pim.EventRef) occasion { return occasion{event.Kind, event.Occurrence} }

// tale is what one event of an assignment tells: its telling, with the words that this refers to.
type tale struct {
	pim.Telling
	before    time.Duration        // of an expiry notice
	extension *pim.ExtensionLetter // nil where nobody asked
	decision  *pim.Decision        // nil where nobody decided
}

// tales are what the events that are due tell. Several may be due together, each with a telling of its own.
func tales(ctx context.Context, ledger memory, in NotifyInput) (map[occasion]*tale, error) {
	all := map[occasion]*tale{}
	for _, due := range in.Due {
		t, err := newTale(due)
		if err != nil {
			return nil, err
		}
		all[occasionOf(due.Event)] = t
	}
	if err := recall(ctx, ledger, in, all); err != nil {
		return nil, fmt.Errorf("look up what was asked and decided of %s: %w", in.Resource, err)
	}
	return all, nil
}

func newTale(due pim.Due) (*tale, error) {
	if due.Telling == nil {
		return nil, temporal.NewNonRetryableApplicationError(due.Event.ID+" does not say what it tells", UnclearTelling, nil)
	}
	t := &tale{Telling: *due.Telling}
	if t.Before == "" {
		return t, nil
	}
	var err error
	if t.before, err = t.Before.Parse(); err != nil {
		return nil, temporal.NewNonRetryableApplicationError(due.Event.ID+" does not say how long before the end it is due", UnclearTelling, err)
	}
	return t, nil
}

// recall gives the tales the words of those who asked and of those who decided.
func recall(ctx context.Context, ledger memory, in NotifyInput, all map[occasion]*tale) error {
	var ids []string
	for _, t := range all {
		for _, id := range []string{t.RequestRef, t.DecisionRef} {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	proposals, err := ledger.Proposals(ctx, in.Tenant, in.Resource, ids...)
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := t.quote(proposals); err != nil {
			return err
		}
	}
	return nil
}

func (t *tale) quote(proposals map[string]pim.Proposal) error {
	if t.RequestRef != "" {
		asked, known := proposals[t.RequestRef]
		if !known {
			return fmt.Errorf("request %s: %w", t.RequestRef, pim.ErrNotFound)
		}
		t.extension = &pim.ExtensionLetter{Action: t.Action, Asked: t.Asked}
		if err := json.Unmarshal(asked.Body, &t.extension.Request); err != nil {
			return fmt.Errorf("read request %s: %w", t.RequestRef, err)
		}
	}
	if t.DecisionRef != "" {
		decided, known := proposals[t.DecisionRef]
		if !known {
			return fmt.Errorf("decision %s: %w", t.DecisionRef, pim.ErrNotFound)
		}
		t.decision = &decided.Decision
	}
	return nil
}

// people are those whom the tale names, beside the assignment's own.
func (t *tale) people() []*pim.Principal {
	var people []*pim.Principal
	if t.extension != nil {
		people = append(people, &t.extension.Request.RequestedBy)
	}
	if t.decision != nil {
		people = append(people, &t.decision.ReviewedBy)
	}
	return people
}
