package ledger

import (
	"context"
	"time"

	"pimnotify/pim"
)

// Query is one of the ledger's own, with what it is asked.
type Query struct {
	Text string
	Args []any
}

// ResourceQueries are those that are about one resource: they must stay quick however much else there is.
func ResourceQueries(tenant string, resource pim.Resource, name string, ids ...string) map[string]Query {
	one := []any{tenant, string(resource.Collection), resource.ID}
	proposals, args := proposalsQuery(tenant, resource, ids)
	return map[string]Query{
		"accepted":         {acceptedQuery + ` WHERE r.tenant = $1 AND r.collection = $2 AND r.resource_id = $3`, one},
		"timeline":         {timelineQuery, one},
		"events":           {eventsQuery, one},
		"counts":           {countsQuery, one},
		"proposals":        {proposals, args},
		"acceptedProposal": {acceptedProposalQuery, append(one, name)},
		"end":              {endStatement, []any{int64(1), tenant, resource.ID, 3}},
		"next":             {nextQuery, append(one, 3)},
	}
}

// Explain says how the database would go about a query, a step a line.
func (l *Ledger) Explain(ctx context.Context, q Query) ([]string, error) {
	return l.explain(ctx, q.Text, q.Args...)
}

// UnstartedQueries look for what is still to be started, from either end.
func UnstartedQueries(before time.Time, limit int) []Query {
	return []Query{{unstartedQuery("ASC"), []any{micros(before), limit}}, {unstartedQuery("DESC"), []any{micros(before), limit}}}
}

// IdleLimit is how long PostgreSQL lets a transaction of this ledger be idle.
func (l *Ledger) IdleLimit(ctx context.Context) (limit string, err error) {
	err = l.writes.QueryRowContext(ctx, `SHOW `+idleParameter).Scan(&limit)
	return limit, err
}
