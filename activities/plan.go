package activities

import (
	"context"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"pimnotify/pim"
)

// plan gives every part that is due its recipients, unless it has them or was withdrawn, and answers what the ledger then knows
// of the events, in the order of what is due.
func (a *Activities) plan(ctx context.Context, s *subject) ([]pim.DueState, error) {
	for _, due := range s.in.Due {
		if err := a.planPart(ctx, s, due); err != nil {
			return nil, err
		}
	}
	// A decision may have come while the directory was asked, and another worker may have planned first: the ledger knows.
	states, err := a.Ledger.DueStates(ctx, s.in.Tenant, s.in.Resource, s.in.Due)
	if err != nil {
		return nil, fmt.Errorf("look up the events of %s: %w", s.in.Resource, err)
	}
	return states, nil
}

// planPart plans one part. What it has to know of the event includes what the part before it has just planned.
func (a *Activities) planPart(ctx context.Context, s *subject, due pim.Due) error {
	states, err := a.Ledger.DueStates(ctx, s.in.Tenant, s.in.Resource, []pim.Due{due})
	if err != nil {
		return fmt.Errorf("look up %s: %w", due.Event.ID, err)
	}
	state := states[0]
	if state.Planned || state.Withdrawn != "" {
		return nil
	}
	recipients, err := a.toTell(ctx, s, due, state)
	if err != nil {
		return fmt.Errorf("plan %s: %w", due.Event.ID, err)
	}
	planned, err := a.Ledger.Plan(ctx, state.EventKey, due.Part, due.DueDateTime, recipients, a.now())
	if err != nil {
		return fmt.Errorf("write down the plan of %s: %w", due.Event.ID, err)
	}
	if planned {
		a.Log.Info("planned", zap.String("tenant", s.in.Tenant), zap.String("request", s.in.Resource.ID),
			zap.String("event", due.Event.ID), zap.String("part", string(due.Part)), zap.Int("recipients", len(recipients)))
	}
	return nil
}

// toTell are the recipients of a part that nobody has planned yet. That nobody was reached is told only while it is so: the process may
// have heard it of an event that is over.
func (a *Activities) toTell(ctx context.Context, s *subject, due pim.Due, state pim.DueState) ([]pim.Recipient, error) {
	if due.Part == pim.PartUnreachable {
		tally, err := a.Ledger.Tally(ctx, []int64{state.EventKey})
		if err != nil {
			return nil, fmt.Errorf("count who was reached: %w", err)
		}
		if reached(s.deciders(tally, state.EventKey)) {
			return nil, nil
		}
	}
	return a.recipients(ctx, s, due, state.Earlier)
}

// recipients resolves the columns of one part of an event, as they are now, and lets the plan decide.
func (a *Activities) recipients(ctx context.Context, s *subject, due pim.Due, earlier []pim.Recipient) ([]pim.Recipient, error) {
	settings := a.Settings.Settings(s.in.Tenant)
	in, tell := s.plan(due.Event, settings)
	columns := s.columns(due, settings)
	if !tell || len(columns) == 0 {
		return nil, nil
	}
	in.Event, in.Part = due.Event.Kind, due.Part
	in.Profile = settings.Profile
	in.Rules = a.Settings.Rules(s.in.Tenant, s.kind, s.role, s.scope)
	in.Earlier = earlier
	for _, column := range columns {
		filled, err := a.fill(ctx, s, due, column)
		if err != nil {
			return nil, fmt.Errorf("ask the directory for %s: %w", column.Source, err)
		}
		in.Columns = append(in.Columns, filled)
	}
	return pim.Plan(in), nil
}

// columns are those of a part. Where nobody who could act was reached they are those of the administrators, if the tenant wants them to
// know.
func (s *subject) columns(due pim.Due, settings pim.Settings) []pim.Column {
	switch {
	case due.Part != pim.PartUnreachable:
		return pim.Columns(s.kind, due.Event.Kind, settings.Profile, due.Part, s.approval.Fallback())
	case settings.UnreachableApproverMail:
		return pim.FallbackColumns(s.kind)
	default:
		return nil
	}
}

// fill finds those who stand in a column now, and how they came to.
func (a *Activities) fill(ctx context.Context, s *subject, due pim.Due, column pim.Column) (pim.Filled, error) {
	filled := pim.Filled{Audience: column.Audience, Source: column.Source, Reached: map[string]pim.Reached{}}
	if due.Part != pim.PartUnreachable { // of which the matrix says nothing
		filled.Cell, _ = pim.Cell(s.kind, due.Event.Kind, column.Source)
	}
	holders, err := a.standing(ctx, s, column.Source)
	for _, holder := range holders {
		if _, _, roleMakesIt := pim.HoldersOf(column.Source); !roleMakesIt || slices.Contains(column.States, holder.State) {
			filled.People = append(filled.People, holder.Principal)
			filled.Reached[holder.Principal.ID] = pim.Reached{State: holder.State, Via: holder.Via}
		}
	}
	return filled, err
}

// standing are those who could stand in a column of the matrix now, whatever the state in which they hold the role that makes it.
func (a *Activities) standing(ctx context.Context, s *subject, column pim.Audience) ([]pim.Holder, error) {
	switch column {
	case pim.Requestor:
		return asHolders(s.requestor), nil
	case pim.Approver:
		if len(s.approval.Approvers) == 0 {
			return nil, nil
		}
		people, err := a.Directory.Expand(ctx, s.in.Tenant, s.approval.Approvers)
		return asHolders(people), err
	default:
		role, _, ok := pim.HoldersOf(column)
		if !ok {
			return nil, fmt.Errorf("no role makes somebody %s", column)
		}
		return a.Directory.Holders(ctx, s.in.Tenant, pim.HolderQuery{Kind: s.kind, Role: role, Scope: s.adminsAt})
	}
}

// asHolders are people who stand in a column that no role makes.
func asHolders(people []pim.Person) []pim.Holder {
	holders := make([]pim.Holder, 0, len(people))
	for _, p := range people {
		holders = append(holders, pim.Holder{Principal: p.Principal, Via: p.Via})
	}
	return holders
}
