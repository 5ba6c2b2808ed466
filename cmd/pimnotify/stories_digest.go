package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

// playDigest has the digest of everything that was played told at once, as pimnotify digest run does. A Schedule would tell it when
// the week is over.
func (p *program) playDigest(ctx context.Context, s *stack, api *caller) (t told, err error) {
	parts, err := assembly.Open(ctx, s.config, s.env, zap.NewNop())
	if err != nil {
		return told{}, err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	begins := time.Now()
	run, err := parts.Starter().RunDigest(ctx, api.tenant, time.Time{})
	if err != nil {
		return told{}, err
	}
	result, err := starter.DigestOutcome(ctx, run)
	if err != nil {
		return told{}, err
	}
	if result.Untold != "" {
		return told{}, fmt.Errorf("nobody was told of the week: %s", result.Untold)
	}
	return api.digest(ctx, result, begins)
}

func (c *caller) digest(ctx context.Context, result workflows.DigestResult, begins time.Time) (told, error) {
	t := told{
		story:  story{title: "The weekly digest, told now: it counts what has just happened"},
		view:   pim.View{Events: []pim.Event{{ID: result.EventID, Kind: pim.DigestWeekly, Status: pim.EventComplete}}},
		mails:  map[string][]pim.Delivery{},
		begins: begins,
	}
	for {
		all, err := c.recipients(ctx, result.EventID)
		if err != nil {
			return t, err
		}
		t.mails[result.EventID] = all
		if !c.hears || !slices.ContainsFunc(all, func(d pim.Delivery) bool { return d.Status == pim.StatusSent }) {
			return t, nil
		}
		select {
		case <-ctx.Done():
			return t, fmt.Errorf("nobody has told that %s was delivered: %w", result.EventID, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
