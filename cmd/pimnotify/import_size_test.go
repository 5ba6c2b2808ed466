package main

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"pimnotify/internal/pgtest"
	"pimnotify/ledger"
	"pimnotify/pim"
)

// sized is a number of lines, or the smaller one under the race detector.
func sized(size, whenRaced int) int {
	if raced {
		return whenRaced
	}
	return size
}

// epoch is when the first of many records was made; one follows another each minute.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// history is a file of so many lines of all kinds, of which every hundredth is broken, each in another way; and what a digest of all
// of it has to count, and how many assignments go on.
type history struct {
	file                string
	broken              map[int]string // by line: how its refusal begins
	activated, eligible int
	goesOn              int
}

func (d *desk) history(n int) history {
	d.t.Helper()
	h := history{file: d.path("history.jsonl"), broken: map[int]string{}}
	file, err := os.Create(h.file)
	require.NoError(d.t, err)
	w := bufio.NewWriter(file)
	for i := range n {
		line := h.line(i)
		if i%100 == 50 {
			spoil := spoilt[i/100%len(spoilt)]
			line = strings.Replace(line, spoil.what, spoil.into, 1)
			h.broken[i+1] = spoil.says
		} else {
			h.count(i)
		}
		fmt.Fprintln(w, line)
	}
	require.NoError(d.t, w.Flush())
	require.NoError(d.t, file.Close())
	return h
}

var spoilt = []struct{ what, into, says string }{
	{`{"id"`, `{id`, "must be JSON: invalid character 'i'"},
	{`"action":"`, `"action":"x`, "action: must be"},
	{`"createdDateTime":"2`, `"createdDateTime":"x`, "createdDateTime: must be an RFC 3339 date-time"},
	{`"justification"`, `"reason"`, "reason: is not a field that is known here"},
	{`"expiration":{"type":"`, `"expiration":{"type":"x`, "scheduleInfo.expiration.type: must be after"},
	{`"displayName":"Helpdesk Administrator"`, `"displayName":7`, "role"},
}

// line is of Graph's shape for seven in ten, and of the API's for the others.
func (h *history) line(i int) string {
	made := epoch.Add(time.Duration(i) * time.Minute).Format(time.RFC3339)
	graphs := func(action, kind, expiration string) string {
		return fmt.Sprintf(`{"id":"i%d","action":%q,"status":"Provisioned","createdDateTime":%q,"completedDateTime":null,"principalId":"u%d","roleDefinitionId":"r%d",`+
			`"directoryScopeId":"/","targetScheduleId":"i%d","justification":"on call, as agreed","scheduleInfo":{"startDateTime":null,"recurrence":null,"expiration":%s},`+
			`"assignmentType":%q,"roleDefinition":{"displayName":"Helpdesk Administrator"}}`, i, action, made, i%5_000, i%7, i, expiration, kind)
	}
	ours := func(action, more, expiration string) string {
		return fmt.Sprintf(`{"id":"i%d","action":%q,"resourceKind":"directoryRole","principal":{"id":"u%d"},"role":{"id":"r%d","displayName":"Helpdesk Administrator"},`+
			`"scope":{"id":"/"},"justification":"on call, as agreed","scheduleInfo":{"expiration":%s},"createdDateTime":%q%s}`, i, action, i%5_000, i%7, expiration, made, more)
	}
	switch i % 10 {
	case 7:
		return ours("selfActivate", "", `{"type":"afterDuration","duration":"PT8H"}`)
	case 8:
		return ours("adminAssign", fmt.Sprintf(`,"assignmentType":"eligible","history":[{"at":%q,"what":"removed","by":{"id":"u1"}}]`, made), `{"type":"noExpiration"}`)
	case 9:
		return ours("adminAssign", `,"assignmentType":"eligible"`, `{"type":"noExpiration"}`)
	case 6:
		return graphs("adminAssign", "eligible", `{"type":"afterDuration","duration":"P90D"}`)
	}
	return graphs("selfActivate", "active", `{"type":"afterDuration","duration":"PT5H"}`)
}

func (h *history) count(i int) {
	switch i % 10 {
	case 6, 8:
		h.eligible++
	case 9:
		h.eligible++
		h.goesOn++
	default:
		h.activated++
	}
}

// counts is how many rows each table has, and when one of them was last written.
func counts(t *testing.T, url string) map[string][2]int64 {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(url, "postgres:") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, url)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	all := map[string][2]int64{}
	for table, written := range map[string]string{
		"requests": "updated_at", "timeline": "updated_at", "events": "updated_at", "parts": "updated_at", "proposals": "updated_at", "facts": "at", "permanents": "at", "eligibilities": "until",
	} {
		var n [2]int64
		require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*), coalesce(max(`+written+`), 0) FROM `+table).Scan(&n[0], &n[1]))
		all[table] = n
	}
	return all
}

func TestManyRecordsWithOneInAHundredBroken(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		url  func(t *testing.T, d *desk) string
	}{
		{"SQLite", sized(100_000, 10_000), func(_ *testing.T, d *desk) string { return d.ledger }},
		{"PostgreSQL", sized(10_000, 2_000), func(t *testing.T, _ *desk) string { return pgtest.URL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.ledger = c.url(t, d)
			h := d.history(c.n)
			good, bad := c.n-len(h.broken), len(h.broken)
			require.EqualError(t, d.bringIn(h.file, "--batch", "5000"), fmt.Sprintf("%d of %d lines are not in the record as they are", bad, c.n))
			named := strings.Split(strings.TrimSpace(d.stdout.String()), "\n")
			require.Equal(t, fmt.Sprintf("%d lines: %d brought in, 0 there already, 0 different from what is there, %d refused", c.n, good, bad), named[bad])
			for _, name := range named[:bad] { // each line once, with its reason
				number, says, _ := strings.Cut(strings.TrimPrefix(name, "line "), ": ")
				line, err := strconv.Atoi(number)
				require.NoError(t, err, name)
				require.NotEmpty(t, h.broken[line], name)
				require.True(t, strings.HasPrefix(says, h.broken[line]), "%s instead of %s", name, h.broken[line])
				delete(h.broken, line)
			}
			require.Empty(t, h.broken)
			require.Equal(t, h.goesOn, h.check(t, d.ledger))

			before, refused := counts(t, d.ledger), d.stdout.String()
			require.Error(t, d.bringIn(h.file, "--batch", "5000"))
			require.Equal(t, strings.Replace(refused, fmt.Sprintf("%d brought in, 0 there already", good), fmt.Sprintf("0 brought in, %d there already", good), 1), d.stdout.String())
			require.Equal(t, before, counts(t, d.ledger), "a second run changes nothing")
			h.check(t, d.ledger)
		})
	}
}

// check compares what a digest of all of it would count with what was counted by hand. It says how many assignments are to go on.
func (h history) check(t *testing.T, url string) (goesOn int) {
	t.Helper()
	l, err := ledger.Open(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	_, err = l.VerifyAudit(t.Context(), nil)
	require.NoError(t, err, "the audit accounts for each line")
	until := time.Now().Add(time.Hour)
	figures, err := l.Figures(t.Context(), "contoso", epoch, until)
	require.NoError(t, err)
	require.Equal(t, pim.DigestFigures{From: epoch, To: until, UsersActivated: h.activated, AssignedInPIM: h.eligible, AssignedOutsidePIM: new(int)}, figures)
	rows, err := l.Unstarted(t.Context(), until, 1_000_000)
	require.NoError(t, err)
	return len(rows)
}
