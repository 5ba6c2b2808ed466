package starter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"pimnotify/pim"
)

// wish is something that somebody wants of an assignment.
type wish struct {
	name     string // under which an accepted one is found again; empty where nobody will ask for it
	hash     string
	another  string // what to say where another one was accepted under the name
	update   string // the Update that brings it to the process
	updateID string
	doing    string // for sentences: "extend is not possible: …"
}

// answered answers from the record where something was accepted under the name of a wish: the same as the first time, another
// one not at all.
func (c *Client) answered(ctx context.Context, a pim.Accepted, w wish) (view pim.View, found bool, err error) {
	if w.name == "" {
		return pim.View{}, false, nil
	}
	before, found, err := c.acceptedProposal(ctx, a, w.name)
	switch {
	case err != nil || !found:
		return pim.View{}, false, err
	case before.Hash != w.hash:
		return pim.View{}, true, &Conflict{Reason: w.another, Status: a.Status}
	}
	view, err = c.view(ctx, a.Tenant, a.Resource)
	return view, true, err
}

func (c *Client) acceptedProposal(ctx context.Context, a pim.Accepted, name string) (pim.Proposal, bool, error) {
	p, err := c.Ledger.AcceptedProposal(ctx, a.Tenant, a.Resource, name)
	switch {
	case errors.Is(err, pim.ErrNotFound):
		return pim.Proposal{}, false, nil
	case err != nil:
		return pim.Proposal{}, false, away(AwayLedger, "look up what was accepted for "+a.Resource.String(), err)
	}
	return p, true, nil
}

// bring writes a wish down with its words, and tells the process of it by reference. It says whether the process took this one: it
// may have taken the same from another call, or the state asked for had been reached before. The process answers everything that
// may not be in the record yet, so the record then knows what the process knows.
func (c *Client) bring(ctx context.Context, a pim.Accepted, w wish, body any, d pim.Decision, input func(proposalID string) any) (mine bool, err error) {
	if err := c.ensureStarted(ctx, a); err != nil {
		return false, err
	}
	p := pim.Proposal{Name: w.name, Hash: w.hash, Decision: d}
	if p.Body, err = json.Marshal(body); err != nil {
		return false, fmt.Errorf("write down %s of %s: %w", w.update, a.Resource, err)
	}
	id, err := c.Ledger.Propose(ctx, a.Tenant, a.Resource, p)
	if err != nil {
		return false, away(AwayLedger, "write down "+w.update+" of "+a.Resource.String(), err)
	}
	changes, err := c.update(ctx, a, w.update, w.updateID, input(id))
	return slices.ContainsFunc(changes, func(change pim.Change) bool { return change.DecisionID == id }), err
}
