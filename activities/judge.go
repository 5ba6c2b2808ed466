package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pimnotify/pim"
)

// ErrRecord is a record that does not answer, where something else might not have either.
var ErrRecord = errors.New("read the record")

// Judge says where somebody stands towards an event now: in which columns of the matrix, how they came there, and what matrix, profile
// and rules say of it. Somebody is known by an id, an address or both. What is due says what an event of an assignment tells.
func (a *Activities) Judge(ctx context.Context, in NotifyInput, event pim.EventRef, who pim.Principal) (pim.Judged, error) {
	s, err := newSubject(ctx, a.Ledger, in)
	if err != nil {
		return pim.Judged{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if err := s.introduce(ctx, a.Directory); err != nil {
		return pim.Judged{}, fmt.Errorf("ask the directory about %s: %w", in.Resource, err)
	}
	settings := a.Settings.Settings(in.Tenant)
	plan, tell := s.plan(event, settings)
	judged := pim.Judged{Kind: s.kind, Scope: s.adminsAt, Profile: settings.Profile, Told: tell, Fallback: s.approval.Fallback()}
	rules := a.Settings.Rules(in.Tenant, s.kind, s.role, s.scope)
	told := pim.Columns(s.kind, event.Kind, settings.Profile, pim.PartAll, s.approval.Fallback())
	for _, column := range pim.MatrixColumns(s.kind) {
		holders, err := a.standing(ctx, s, column)
		if err != nil {
			return pim.Judged{}, fmt.Errorf("ask the directory for %s: %w", column, err)
		}
		i := slices.IndexFunc(holders, func(h pim.Holder) bool {
			return h.Principal.Same(who) || who.Mail != "" && h.Principal.Mail == who.Mail
		})
		if i < 0 {
			continue
		}
		stand := pim.Stand{Column: column, Audience: column, State: holders[i].State, Via: holders[i].Via, Person: holders[i].Principal}
		stand.Cell, _ = pim.Cell(s.kind, event.Kind, column)
		for _, c := range told {
			if c.Source == column {
				stand.Audience, stand.Told = c.Audience, true
				stand.Counts = stand.Counts || len(c.States) == 0 || slices.Contains(c.States, stand.State)
			}
		}
		stand.Rule, _ = pim.Governing(event.Kind, plan.AssignmentType, stand.Audience)
		stand.Level = rules.Rule(stand.Rule).NotificationLevel
		judged.Stands = append(judged.Stands, stand)
	}
	judged.Named = pim.NamingRules(rules, who.Mail)
	recipients, err := a.recipients(ctx, s, pim.Due{Event: event, Part: pim.PartAll}, nil)
	if err != nil {
		return pim.Judged{}, fmt.Errorf("plan %s as of now: %w", event.ID, err)
	}
	if recipients, err = a.withheld(ctx, recipients); err != nil {
		return pim.Judged{}, err
	}
	if i := slices.IndexFunc(recipients, func(r pim.Recipient) bool {
		return r.PrincipalID != "" && r.PrincipalID == who.ID || who.Mail != "" && r.Address == who.Mail
	}); i >= 0 {
		judged.Would = &recipients[i]
	}
	return judged, nil
}
