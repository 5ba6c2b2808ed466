package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"

	"pimnotify/pim"
)

// tile is one of the numbers of a weekly digest.
type tile string

const (
	usersActivated     tile = "usersActivated"
	usersMadePermanent tile = "usersMadePermanent"
	assignedInPIM      tile = "assignedInPim"
	assignedOutsidePIM tile = "assignedOutsidePim"
)

// subject is what a request is about, as far as digests ask.
type subject struct {
	tenant                 string
	resource               pim.Resource
	entra                  bool // a Microsoft Entra role: digests are of nothing else
	principal, role, scope string
}

// newSubject reads it from the body of a request. One that cannot be read counts for nothing.
func newSubject(tenant string, resource pim.Resource, body string) subject {
	var request struct {
		ResourceKind pim.ResourceKind `json:"resourceKind"`
		Principal    pim.Principal    `json:"principal"`
		Role         pim.Role         `json:"role"`
		Scope        pim.Scope        `json:"scope"`
	}
	err := json.Unmarshal([]byte(body), &request)
	return subject{
		tenant: tenant, resource: resource, entra: err == nil && request.ResourceKind == pim.DirectoryRole,
		principal: text(request.Principal.ID), role: text(request.Role.ID), scope: text(request.Scope.ID),
	}
}

// findings are what digests have to know of some changes, as rows of their tables.
type findings struct {
	facts, permanents [][]any
	eligible          []eligibility
}

// eligibility is a stretch of time in which an assignment left its principal eligible.
type eligibility struct {
	subject
	seq          int
	since, until int64 // until is no part of it
}

// forever is the end of what has none.
const forever = math.MaxInt64

// find adds what one change means as long as no other follows it.
func (f *findings) find(about subject, c pim.Change) {
	if !about.entra {
		return
	}
	at := micros(c.At)
	if counts := tileOf(about.resource.Collection, c); counts != "" {
		f.facts = append(f.facts, []any{about.tenant, string(counts), at, about.resource.ID, c.Seq})
	}
	if about.resource.Collection != pim.Assignments || c.Assignment == nil {
		return
	}
	if c.Seq == 0 && c.What == pim.WhatAssigned && c.Assignment.AssignmentType == pim.Active && c.Assignment.Term.Permanent() {
		f.permanents = append(f.permanents, []any{about.tenant, at, about.principal, about.role, about.scope, about.resource.ID})
	}
	if until := eligibleUntil(c); until > at {
		f.eligible = append(f.eligible, eligibility{about, c.Seq, at, until})
	}
}

// follow is find for changes that come in the order of their timelines, one timeline after the other: each ends what the one
// before it had left.
func (f *findings) follow(about subject, c pim.Change) {
	if n := len(f.eligible); n > 0 && f.eligible[n-1].subject == about {
		last := &f.eligible[n-1]
		if last.until = min(last.until, micros(c.At)); last.until <= last.since {
			f.eligible = f.eligible[:n-1]
		}
	}
	f.find(about, c)
}

// tileOf is the number that a change counts for by itself; empty for none.
func tileOf(collection pim.Collection, c pim.Change) tile {
	switch {
	case collection == pim.ActivationRequests && c.What == pim.WhatActivated:
		return usersActivated
	case collection != pim.Assignments:
		return ""
	case c.What == pim.WhatMadePermanent:
		return usersMadePermanent
	case c.Seq > 0 || c.Assignment == nil:
		return ""
	case c.What == pim.WhatAssigned && c.Assignment.AssignmentType == pim.Eligible:
		return assignedInPIM
	case c.What == pim.WhatAssignedOutsidePIM && c.Assignment.Term.Permanent():
		return assignedOutsidePIM
	}
	return ""
}

// eligibleUntil is how long a change of an assignment leaves its principal eligible; before all time where it does not. The end
// counts also where nobody writes down that it has come, and while somebody waits for a renewal.
func eligibleUntil(c pim.Change) int64 {
	switch now := c.Assignment; {
	case now.AssignmentType != pim.Eligible, c.Status == pim.Revoked, c.Status == pim.Canceled:
		return math.MinInt64
	case now.Term.Permanent():
		return forever
	default:
		return micros(now.Term.End)
	}
}

// write adds the findings to the record.
func (f *findings) write(ctx context.Context, tx *sql.Tx) error {
	if err := insertRows(ctx, tx, `INSERT INTO facts (tenant, tile, at, resource_id, seq)`, f.facts); err != nil {
		return err
	}
	if err := insertRows(ctx, tx, `INSERT INTO permanents (tenant, at, principal_id, role_id, scope_id, resource_id)`, f.permanents); err != nil {
		return err
	}
	eligible := make([][]any, 0, len(f.eligible))
	for _, e := range f.eligible {
		eligible = append(eligible, []any{e.tenant, e.resource.ID, e.seq, e.principal, e.role, e.scope, e.since, e.until})
	}
	return insertRows(ctx, tx, `INSERT INTO eligibilities (tenant, resource_id, seq, principal_id, role_id, scope_id, since, until)`, eligible)
}
