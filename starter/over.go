package starter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// answerClosed answers a wish where the process has ended: what is so already is done, and nothing else can be.
func (c *Client) answerClosed(ctx context.Context, a pim.Accepted, w wish) (pim.View, error) {
	if view, found, err := c.answered(ctx, a, w); found || err != nil {
		return view, err
	}
	view, err := c.view(ctx, a.Tenant, a.Resource)
	switch {
	case err != nil:
		return pim.View{}, err
	case w.update == workflows.UpdateRemove && removed(view):
		return view, nil
	}
	return pim.View{}, overConflict(view, w.doing)
}

// removed reports whether an administrator removed an assignment, or an operator ended it.
func removed(view pim.View) bool {
	return slices.ContainsFunc(view.Timeline, func(e pim.TimelineEntry) bool {
		return e.What == pim.WhatRemoved || e.What == pim.WhatCanceled && e.RequestID == ""
	})
}

// overConflict says why nothing can be done with an assignment whose process has ended.
func overConflict(view pim.View, doing string) error {
	why := "its process has ended in Temporal, or is no longer known there"
	switch {
	case removed(view):
		why = "the assignment was removed"
	case happened(view, pim.WhatAssignedOutsidePIM):
		why = "the assignment was made outside of PIM and is recorded as an alert only"
	case view.Status == pim.Revoked && view.Assignment != nil:
		why = fmt.Sprintf("the assignment ended at %s and can no longer be renewed", view.Assignment.Term.End.UTC().Format(time.RFC3339))
	}
	return &Conflict{Reason: fmt.Sprintf("%s is not possible: %s", doing, why), Status: view.Status}
}

// unwanted turns a refusal of an assignment's process into what the caller is told.
func unwanted(err error) error {
	var no *refused
	if !errors.As(err, &no) {
		return err
	}
	switch no.kind {
	case workflows.RefusedOwnRequest:
		return &Forbidden{Reason: no.reason}
	case workflows.RefusedInvalid:
		var problems []pim.Problem
		for _, p := range no.refusal.Problems {
			problems = append(problems, pim.Problem{Location: p.Location, Message: p.Message})
		}
		return &pim.Invalid{Problems: problems}
	}
	return &Conflict{Reason: no.reason, Status: no.refusal.Status}
}
