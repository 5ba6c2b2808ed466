package ledger_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// Each case is counted by hand: activated, made permanent, assigned in PIM, assigned outside of it.
func TestTheTilesCountWhatTheySayWhateverTheRecordLearnedFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		n := 0
		for name, c := range tileCases() {
			for _, written := range []string{"live", "live, the last first", "imported", "imported, the last first"} {
				n++
				of := fmt.Sprintf("tenant%d", n)
				stories := slices.Clone(c.stories)
				if strings.HasSuffix(written, "first") {
					slices.Reverse(stories)
				}
				for i := range stories {
					stories[i].Tenant = of
				}
				if strings.HasPrefix(written, "live") {
					for _, s := range stories {
						live(t, l, s)
					}
				} else {
					bringIn(t, l, stories...)
				}
				require.Equal(t, c.want, count(t, l, of, monday, nextMonday), "%s, %s", name, written)
			}
		}
	})
}

type tileCase struct {
	stories []pim.Imported
	want    tiles
}

func tileCases() map[string]tileCase {
	requested := activationStep(day(1), pim.WhatRequested, pim.PendingApproval)
	activated := activationStep(day(2), pim.WhatActivated, pim.Provisioned)
	removed := assignmentStep(day(2), pim.WhatRemoved, pim.Revoked, pim.Eligible, never)
	azure := `{"resourceKind":"azureResource","principal":{"id":"u7"},"role":{"id":"r1"},"scope":{"id":"/"}}`
	group := `{"resourceKind":"group","accessId":"member","principal":{"id":"u7"},"role":{"id":"r1"},"scope":{"id":"/"}}`
	about := `{"resourceKind":"directoryRole","principal":{"id":%q,"type":"group"},"role":{"id":%q},"scope":{"id":%q}}`
	elsewhere := func(principal, role, scope string) tileCase {
		return tileCase{[]pim.Imported{
			entra("a1", "u7", eligibleFrom(day(1))), story("a2", fmt.Sprintf(about, principal, role, scope), permanentFrom(day(2))),
		}, tiles{0, 0, 1, 0}}
	}
	one := func(want tiles, s ...pim.Imported) tileCase { return tileCase{s, want} }
	beside := func(want tiles, eligible ...pim.Change) tileCase {
		return one(want, entra("a1", "u7", eligible...), entra("a2", "u7", permanentFrom(day(3))))
	}
	return map[string]tileCase{
		"nothing":                               one(tiles{}),
		"an activation":                         one(tiles{1}, entra("r1", "u7", requested, activated, activationStep(day(3), pim.WhatDeactivated, pim.Revoked))),
		"two activations of one user":           one(tiles{2}, entra("r1", "u7", requested, activated), entra("r2", "u7", requested, activated)),
		"an activation that nobody approved":    one(tiles{}, entra("r1", "u7", requested, activationStep(day(2), pim.WhatDenied, pim.Denied))),
		"an activation of an Azure role":        one(tiles{}, story("r1", azure, requested, activated)),
		"an activation of a group":              one(tiles{}, story("r1", group, requested, activated)),
		"an activation that cannot be read":     one(tiles{}, story("r1", `{"resourceKind":"directoryRole","principal":7}`, requested, activated)),
		"active by Monday morning":              one(tiles{1}, entra("r1", "u7", activationStep(monday.Add(-1), pim.WhatRequested, pim.Granted), activationStep(monday, pim.WhatActivated, pim.Provisioned))),
		"active by the next Monday morning":     one(tiles{}, entra("r1", "u7", requested, activationStep(nextMonday, pim.WhatActivated, pim.Provisioned))),
		"active just before the next one":       one(tiles{1}, entra("r1", "u7", requested, activationStep(nextMonday.Add(-time.Microsecond), pim.WhatActivated, pim.Provisioned))),
		"an eligible assignment":                one(tiles{0, 0, 1}, entra("a1", "u7", eligibleFrom(day(1)))),
		"an eligible assignment for a group":    one(tiles{0, 0, 1}, story("a1", fmt.Sprintf(about, "g1", "r1", "/"), eligibleFrom(day(1)))),
		"an eligible assignment to a group":     one(tiles{}, story("a1", group, eligibleFrom(day(1)))),
		"an active assignment":                  one(tiles{}, entra("a1", "u7", permanentFrom(day(1)))),
		"an eligible assignment made permanent": one(tiles{0, 1, 1}, entra("a1", "u7", eligibleFrom(day(1)), assignmentStep(day(2), pim.WhatMadePermanent, pim.Provisioned, pim.Active, never))),
		"an eligible assignment made active for a time": one(tiles{0, 0, 1}, entra("a1", "u7", eligibleFrom(day(1)),
			assignmentStep(day(2), pim.WhatUpdated, pim.Provisioned, pim.Active, day(90)))),
		"permanent beside eligible":           beside(tiles{0, 1, 1}, eligibleFrom(day(1))),
		"permanent beside long eligible":      beside(tiles{0, 1, 0}, eligibleFrom(day(-100))),
		"permanent beside eligible in time":   beside(tiles{0, 1, 1}, assignmentStep(day(1), pim.WhatAssigned, pim.Granted, pim.Eligible, day(90))),
		"permanent beside not yet eligible":   beside(tiles{0, 0, 1}, eligibleFrom(day(4))),
		"permanent beside eligible just now":  beside(tiles{0, 1, 1}, eligibleFrom(day(3))),
		"permanent beside no longer eligible": beside(tiles{0, 0, 1}, eligibleFrom(day(1)), removed),
		"permanent when the eligible one goes": beside(tiles{0, 0, 1}, eligibleFrom(day(1)),
			assignmentStep(day(3), pim.WhatRemoved, pim.Revoked, pim.Eligible, never)),
		"permanent before the eligible one goes": beside(tiles{0, 1, 1}, eligibleFrom(day(1)),
			assignmentStep(day(4), pim.WhatRemoved, pim.Revoked, pim.Eligible, never)),
		"permanent beside canceled": beside(tiles{0, 0, 1}, eligibleFrom(day(1)),
			assignmentStep(day(2), pim.WhatCanceled, pim.Canceled, pim.Eligible, never)),
		"permanent beside eligible again": beside(tiles{0, 1, 1}, eligibleFrom(day(1)),
			removed, assignmentStep(day(3), pim.WhatRenewed, pim.Provisioned, pim.Eligible, never)),
		"permanent beside one that became active": beside(tiles{0, 0, 1}, eligibleFrom(day(1)),
			assignmentStep(day(2), pim.WhatUpdated, pim.Provisioned, pim.Active, day(90))),
		"permanent beside an end that nobody noted": beside(tiles{0, 0, 1}, assignmentStep(day(1), pim.WhatAssigned, pim.Provisioned, pim.Eligible, day(3))),
		"permanent while a renewal waits": beside(tiles{0, 0, 1}, assignmentStep(day(1), pim.WhatAssigned, pim.Provisioned, pim.Eligible, day(2)),
			assignmentStep(day(2), pim.WhatExpired, pim.Revoked, pim.Eligible, day(2)),
			assignmentStep(day(3), pim.WhatRenewRequested, pim.PendingAdminDecision, pim.Eligible, day(2))),
		"permanent for somebody else":       elsewhere("u8", "r1", "/"),
		"permanent in another role":         elsewhere("u7", "r2", "/"),
		"permanent at another scope":        elsewhere("u7", "r1", "/administrativeUnits/1"),
		"permanent for the same, at all":    {elsewhere("u7", "r1", "/").stories, tiles{0, 1, 1}},
		"active for a time beside eligible": one(tiles{0, 0, 1}, entra("a1", "u7", eligibleFrom(day(1))), entra("a2", "u7", assignmentStep(day(2), pim.WhatAssigned, pim.Provisioned, pim.Active, day(90)))),
		"two permanent beside two eligible": one(tiles{0, 2, 2}, entra("a1", "u7", eligibleFrom(day(1))), entra("a2", "u7", eligibleFrom(day(1))),
			entra("a3", "u7", permanentFrom(day(2))), entra("a4", "u7", permanentFrom(day(2)))),
		"outside of PIM":                        one(tiles{0, 0, 0, 1}, entra("a1", "u7", assignmentStep(day(1), pim.WhatAssignedOutsidePIM, pim.Provisioned, pim.Active, never))),
		"outside of PIM for a time":             one(tiles{}, entra("a1", "u7", assignmentStep(day(1), pim.WhatAssignedOutsidePIM, pim.Provisioned, pim.Active, day(90)))),
		"outside of PIM beside an eligible one": one(tiles{0, 0, 1, 1}, entra("a1", "u7", eligibleFrom(day(1))), entra("a2", "u7", assignmentStep(day(2), pim.WhatAssignedOutsidePIM, pim.Provisioned, pim.Active, never))),
		"an assignment that says nothing of it": one(tiles{}, entra("a1", "u7", pim.Change{At: day(1), What: pim.WhatAssigned, Status: pim.Provisioned})),
	}
}

// Somebody was eligible on days 0, 2 and 4, and was made permanent on each day at six in the afternoon.
func TestWhoWasEligibleWhenDoesNotDependOnTheOrderOfTheNews(t *testing.T) {
	eligible := entra("a1", "u7", eligibleFrom(day(0)),
		assignmentStep(day(0).Add(time.Hour), pim.WhatUpdated, pim.Provisioned, pim.Eligible, never),
		assignmentStep(day(1), pim.WhatUpdated, pim.Provisioned, pim.Active, day(90)),
		assignmentStep(day(2), pim.WhatUpdated, pim.Provisioned, pim.Eligible, day(3)),
		assignmentStep(day(4), pim.WhatRenewed, pim.Provisioned, pim.Eligible, never))
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for n, order := range permutations(eligible.Following) {
			of, late := fmt.Sprintf("tenant%d", n), eligible
			late.Tenant, late.Following = of, order
			live(t, l, late)
			for d := range 5 {
				s := entra(fmt.Sprintf("p%d", d), "u7", permanentFrom(day(d).Add(6*time.Hour)))
				s.Tenant = of
				live(t, l, s)
			}
			var made []int
			for d := range 5 {
				made = append(made, count(t, l, of, day(d), day(d+1))[1])
			}
			require.Equal(t, []int{1, 0, 1, 0, 1}, made, "%v", order)
		}
	})
}

func permutations(changes []pim.Change) [][]pim.Change {
	if len(changes) == 0 {
		return [][]pim.Change{nil}
	}
	var all [][]pim.Change
	for i, c := range changes {
		rest := slices.Delete(slices.Clone(changes), i, i+1)
		for _, order := range permutations(rest) {
			all = append(all, append([]pim.Change{c}, order...))
		}
	}
	return all
}

func TestAChangeThatIsWrittenTwiceIsCountedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		s := entra("a1", "u7", eligibleFrom(day(1)), assignmentStep(day(2), pim.WhatMadePermanent, pim.Provisioned, pim.Active, never))
		live(t, l, s)
		_, _, err := l.Accept(t.Context(), s.Acceptance)
		require.NoError(t, err)
		require.NoError(t, l.Record(t.Context(), tenant, s.Resource, s.Following...))
		require.Equal(t, []pim.ImportOutcome{pim.ImportKnown}, []pim.ImportOutcome(bringIn(t, l, s)))
		require.Equal(t, tiles{0, 1, 1}, count(t, l, tenant, monday, nextMonday))
	})
}

func TestAnotherTenantAndANameThatCannotBeStoredCountNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		live(t, l, entra("a1", "u7", eligibleFrom(day(1))))
		require.Equal(t, tiles{0, 0, 1}, count(t, l, tenant, monday, nextMonday))
		for _, other := range []string{"fabrikam", "contos\xff", "contoso\x00", ""} {
			require.Equal(t, tiles{}, count(t, l, other, monday, nextMonday))
		}
	})
}

// How much a tenant has, and how many others have a tenth of it.
const (
	manyFacts       = 50_000
	manyAssignments = 10_000
	otherTenants    = 5
)

// manyThings is the record of a tenant of whose digests each counts one assignment in a hundred, and as many activations; and of
// some others.
func manyThings(t *testing.T, db *sql.DB) (from, to time.Time) {
	t.Helper()
	things(t, db, tenant, manyFacts, manyAssignments)
	for i := range otherTenants {
		things(t, db, fmt.Sprintf("tenant%d", i), manyFacts/10, manyAssignments/10)
	}
	return time.Unix(manyAssignments/2, 0), time.Unix(manyAssignments/2+manyAssignments/100, 0)
}

func things(t *testing.T, db *sql.DB, tenant string, facts, assignments int) {
	t.Helper()
	const at = `CAST(1000000 AS BIGINT) * i`
	of := "'" + tenant + "', "
	fill(t, db, facts, `INSERT INTO facts (tenant, tile, at, resource_id, seq)`, of+`'usersActivated', `+at+`, 'r' || i, 1`)
	fill(t, db, assignments, `INSERT INTO facts (tenant, tile, at, resource_id, seq)`, of+`'assignedInPim', `+at+`, 'a' || i, 0`)
	fill(t, db, assignments, `INSERT INTO eligibilities (tenant, resource_id, seq, principal_id, role_id, scope_id, since, until)`,
		of+`'a' || i, 0, 'u' || i, 'r' || (i % 50), '/', `+at+`, 9223372036854775807`)
	fill(t, db, assignments, `INSERT INTO permanents (tenant, at, principal_id, role_id, scope_id, resource_id)`,
		of+at+` + 5, 'u' || i, 'r' || (i % 50), '/', 'p' || i`)
}

// tidy does what PostgreSQL does by itself after a while: it counts rows and notes which pages everybody sees.
func tidy(t *testing.T, db *sql.DB, url string) {
	t.Helper()
	if !strings.HasPrefix(url, "postgres:") {
		_, err := db.ExecContext(t.Context(), `ANALYZE`)
		require.NoError(t, err)
		return
	}
	require.Eventually(t, func() bool {
		_, err := db.ExecContext(t.Context(), `VACUUM ANALYZE`)
		var unseen int
		if err == nil {
			err = db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_class
				WHERE relname IN ('facts', 'permanents', 'eligibilities') AND relallvisible < relpages`).Scan(&unseen)
		}
		return err == nil && unseen == 0
	}, 30*time.Second, 50*time.Millisecond, "something else is still looking at the database")
}

func TestADigestIsCountedFromRangesOfIndexesAlone(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, db := open(t, url), database(t, url)
		from, to := manyThings(t, db)
		require.Equal(t, tiles{100, 100, 100, 0}, count(t, l, tenant, from, to))
		plan := figuresPlan(t, l, from, to)
		require.NotRegexp(t, `(?m)^SCAN [a-z]|Seq Scan`, plan, "before the rows were counted")

		tidy(t, db, url)
		plan = figuresPlan(t, l, from, to)
		t.Logf("\n%s", plan)
		for _, read := range regexp.MustCompile(`(?m)^.*(SCAN [a-z]|SEARCH |Scan ).*$`).FindAllString(plan, -1) {
			require.Regexp(t, `USING COVERING INDEX|Index Only Scan`, read)
		}
		ranges := regexp.MustCompile(`\(tenant=\? .*AND (at>\? AND at<\?|until>\?)\)|Index Cond: \(\(tenant = .* AND \((at|until) >`)
		require.Len(t, ranges.FindAllString(plan, -1), 6, "four tiles, and the eligibilities of the second\n%s", plan)
	})
}

func figuresPlan(t *testing.T, l *ledger.Ledger, from, to time.Time) string {
	t.Helper()
	steps, err := l.ExplainFigures(t.Context(), tenant, from, to)
	require.NoError(t, err)
	return strings.Join(steps, "\n")
}
