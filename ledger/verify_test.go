package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/audit"
	"pimnotify/ledger"
	"pimnotify/pim"
)

// Keys of these tests.
var (
	oldKey = auditKey(1)
	newKey = auditKey(2)
)

func auditKey(b byte) audit.Key {
	key, err := audit.NewKey([]byte(strings.Repeat(string(rune('a'+b)), 32)))
	if err != nil {
		panic(err)
	}
	return key
}

func openAudited(t testing.TB, url string, keys ...audit.Key) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), url, ledger.Audited(keys, nil))
	require.NoError(t, err)
	return l
}

// lived is a ledger in which every kind of thing has happened once, closed again.
func lived(t testing.TB, url string, keys ...audit.Key) audit.Head {
	t.Helper()
	l := openAudited(t, url, keys...)
	r, key, e := planned(t, l, "r1", 4)
	claims := claim(t, l, 2, key)
	require.NoError(t, l.Settle(t.Context(), []pim.Settlement{settlement(claims[0], pim.StatusSent), settlement(claims[1], pim.StatusUnknown)}))
	withdraw(t, l, r, e)
	bringIn(t, l, entra("a1", "u7", eligibleFrom(monday)))
	accept(t, l, "r2")
	head, _, err := l.AuditHead(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return head
}

func verify(t testing.TB, url string, want []audit.Head, keys ...audit.Key) (ledger.Verified, error) {
	t.Helper()
	l, err := ledger.Open(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.VerifyAudit(t.Context(), keys, want...)
}

func change(t testing.TB, url string, statements ...string) {
	t.Helper()
	db := database(t, url)
	for _, statement := range statements {
		result, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
		n, err := result.RowsAffected()
		require.NoError(t, err)
		require.Positive(t, n, "%s changed nothing", statement)
	}
}

func TestAnAuditThatNobodyTouchedIsWhole(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		head := lived(t, url, oldKey)
		v, err := verify(t, url, []audit.Head{head}, oldKey)
		require.NoError(t, err)
		require.Equal(t, head, v.Head)
		require.Equal(t, head.Seq, v.Entries)
		require.Equal(t, []string{oldKey.ID}, v.KeyIDs)
		require.Equal(t, 4, v.Mails)
	})
}

// What is done to the table behind the program's back is found at the first entry that it touches. Entries are numbered from 1; 5 says
// what became of two mails.
func TestWhateverIsDoneToTheAuditIsFoundAtTheFirstEntryThatItTouches(t *testing.T) {
	swap := []string{
		`UPDATE audit SET seq = -5 WHERE seq = 5`, `UPDATE audit SET seq = 5 WHERE seq = 6`, `UPDATE audit SET seq = 6 WHERE seq = -5`,
	}
	var shift []string // makes room for another entry 5
	for seq := 8; seq >= 5; seq-- {
		shift = append(shift, fmt.Sprintf(`UPDATE audit SET seq = %d WHERE seq = %d`, seq+1, seq))
	}
	insert := append(shift, `INSERT INTO audit SELECT 5, at, key_id, (SELECT hash FROM audit WHERE seq = 4), body, hash FROM audit WHERE seq = 4`,
		`UPDATE audit_head SET seq = 9`)
	onBothURLs(t, func(t *testing.T, url string) {
		for _, c := range []struct {
			name string
			do   []string
			seq  int64
			says string
		}{
			{"a status was altered", []string{`UPDATE audit SET body = replace(body, '"status":"sent"', '"status":"failed"') WHERE seq = 5`}, 5, "altered"},
			{"a time was altered", []string{`UPDATE audit SET at = at + 1 WHERE seq = 5`}, 5, "altered"},
			{"a hash was altered", []string{`UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 2) WHERE seq = 5`}, 5, "altered"},
			{"what it follows was altered", []string{`UPDATE audit SET before = (SELECT hash FROM audit WHERE seq = 2) WHERE seq = 5`}, 5, "altered"},
			{"an entry was removed", []string{`DELETE FROM audit WHERE seq = 5`}, 5, "removed"},
			{"several were removed", []string{`DELETE FROM audit WHERE seq IN (5, 6)`}, 5, "up to entry 6 were removed"},
			{"the first was removed", []string{`DELETE FROM audit WHERE seq = 1`}, 1, "removed"},
			{"one was removed, and the others moved up", []string{`DELETE FROM audit WHERE seq = 7`, `UPDATE audit SET seq = 7 WHERE seq = 8`}, 7, "altered"},
			{"two were exchanged", swap, 5, "altered"},
			{"one was put in", insert, 5, "altered"},
			{"one was put before the first", []string{`INSERT INTO audit SELECT 0, at, key_id, '', body, hash FROM audit WHERE seq = 4`}, 0, "stands after"},
			{"the tail was cut", []string{`DELETE FROM audit WHERE seq >= 7`}, 7, "cut off: the record's head is 8:"},
			{"all was cut", []string{`DELETE FROM audit`}, 1, "cut off"},
			{"it is under a key that is not given", []string{`UPDATE audit SET key_id = 'cafecafecafe' WHERE seq = 5`}, 5, "is not given"},
			{"it is said to be under no key", []string{`UPDATE audit SET key_id = '' WHERE seq = 5`}, 5, "under no key"},
		} {
			t.Run(c.name, func(t *testing.T) {
				url := another(t, url)
				head := lived(t, url, oldKey)
				require.EqualValues(t, 8, head.Seq)
				change(t, url, c.do...)
				_, err := verify(t, url, nil, oldKey)
				var fault *audit.Fault
				require.ErrorAs(t, err, &fault)
				require.Equal(t, c.seq, fault.Seq, fault.Why)
				require.Contains(t, fault.Why, c.says)
			})
		}
	})
}

// another is the place of another ledger in the same database system.
func another(t testing.TB, url string) string {
	t.Helper()
	for _, d := range databases {
		if strings.HasPrefix(url, "postgres:") == (d.name == "PostgreSQL") {
			return d.url(t)
		}
	}
	panic("there are two")
}

// Whoever cuts the tail and puts the anchor back leaves a chain that is whole: a head from elsewhere proves it, and so does the record,
// unless it is put back as well.
func TestATailThatWasCutWithItsAnchorIsFoundByAHeadFromElsewhereOrByTheRecord(t *testing.T) {
	cut := []string{
		`DELETE FROM audit WHERE seq >= 5`,
		`UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)`,
	}
	onBothURLs(t, func(t *testing.T, url string) {
		head := lived(t, url, oldKey)
		change(t, url, cut...)
		_, err := verify(t, url, []audit.Head{head}, oldKey)
		var fault *audit.Fault
		require.ErrorAs(t, err, &fault)
		require.EqualValues(t, 5, fault.Seq)
		require.Contains(t, fault.Why, "the head that was written down is "+head.String())

		_, err = verify(t, url, nil, oldKey)
		var mismatch *ledger.Mismatch
		require.ErrorAs(t, err, &mismatch)
		require.Contains(t, err.Error(), `is "sent at attempt 1", and entry 4 says "sending at attempt 1"`)
	})
}

// Without a key whoever can write the table can make a new chain. A head from elsewhere is all that says so.
func TestAChainThatWasMadeAnewIsFoundByAHeadFromElsewhere(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		head := lived(t, url)
		rewrite(t, database(t, url), 6, audit.Key{})
		_, err := verify(t, url, nil)
		require.NoError(t, err, "nothing in the table says so")
		_, err = verify(t, url, []audit.Head{head})
		var fault *audit.Fault
		require.ErrorAs(t, err, &fault)
		require.Equal(t, head.Seq, fault.Seq)
		require.Contains(t, fault.Why, "not that of the head that was written down")
	})
}

// Whoever makes a keyed chain anew without the key leaves entries without one.
func TestAChainUnderAKeyCannotBeMadeAnewWithoutIt(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		lived(t, url, oldKey)
		rewrite(t, database(t, url), 6, audit.Key{})
		_, err := verify(t, url, nil, oldKey)
		var fault *audit.Fault
		require.ErrorAs(t, err, &fault)
		require.EqualValues(t, 6, fault.Seq)
		require.Contains(t, fault.Why, "under no key")

		rewrite(t, database(t, url), 1, audit.Key{})
		_, err = verify(t, url, nil, oldKey)
		require.ErrorAs(t, err, &fault)
		require.True(t, fault.Unproven)
		require.Contains(t, fault.Why, "no entry is under any of the keys given")
	})
}

// rewrite makes the chain anew from an entry on, with times a microsecond later, as whoever knows the program would.
func rewrite(t *testing.T, db *sql.DB, from int64, key audit.Key) {
	t.Helper()
	var head audit.Head
	if from > 1 {
		require.NoError(t, db.QueryRowContext(t.Context(), `SELECT seq, hash FROM audit WHERE seq = $1`, from-1).Scan(&head.Seq, &head.Hash))
	}
	for {
		var at int64
		var body string
		err := db.QueryRowContext(t.Context(), `SELECT at, body FROM audit WHERE seq = $1`, head.Seq+1).Scan(&at, &body)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		require.NoError(t, err)
		e := audit.NewDraft(time.UnixMicro(at+1), body).After(head, key)
		_, err = db.ExecContext(t.Context(), `UPDATE audit SET at = $1, before = $2, hash = $3, key_id = $4 WHERE seq = $5`, at+1, e.Before, e.Hash, e.KeyID, e.Seq)
		require.NoError(t, err)
		head = e.Head()
	}
	_, err := db.ExecContext(t.Context(), `UPDATE audit_head SET seq = $1, hash = $2, key_id = $3`, head.Seq, head.Hash, key.ID)
	require.NoError(t, err)
}

func TestAWrongKeyIsNotTakenForTampering(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		lived(t, url, oldKey)
		_, err := verify(t, url, nil, newKey)
		var fault *audit.Fault
		require.ErrorAs(t, err, &fault)
		require.True(t, fault.Unproven)
		require.Contains(t, fault.Why, oldKey.ID)
		require.Contains(t, fault.Why, newKey.ID)
	})
}

func TestAfterAKeyWasExchangedBothProveTheirEntries(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		lived(t, url)
		require.NoError(t, openAudited(t, url, oldKey).Close()) // which begins to use a key
		l := openAudited(t, url, newKey, oldKey)
		accept(t, l, "r3")
		require.NoError(t, l.Close())

		v, err := verify(t, url, nil, newKey, oldKey)
		require.NoError(t, err)
		require.Equal(t, []string{oldKey.ID, newKey.ID}, v.KeyIDs)
		_, err = verify(t, url, nil, newKey)
		require.ErrorContains(t, err, oldKey.ID)
	})
}

// Whose a mail is stands in the entry that planned it, under the key of that time.
func TestAfterAKeyWasExchangedAnExchangedRecipientIsStillFound(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		lived(t, url, oldKey)
		l := openAudited(t, url, newKey, oldKey)
		planned(t, l, "r3", 40)
		require.NoError(t, l.Close())
		_, err := verify(t, url, nil, newKey, oldKey)
		require.NoError(t, err)
		change(t, url, `UPDATE recipients SET address = 'mallory@contoso.example' WHERE status = 'sent'`)
		_, err = verify(t, url, nil, newKey, oldKey)
		require.ErrorContains(t, err, "the audit is whole, and the record is not what it says: the address of the mail ")
		require.NotContains(t, err.Error(), "contoso.example")
		change(t, url, `UPDATE recipients SET address = 'mallory@contoso.example'`)
		_, err = verify(t, url, nil, newKey, oldKey)
		require.ErrorContains(t, err, "; and more", "what is told is bounded")
	})
}

// Who approved is what an audit is asked for most.
func TestADecisionThatWasPutInSomebodyElsesMouthIsFound(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		for says, do := range map[string]string{
			`the decision of activationRequests/r1 of contoso is "Approve" by "u99", and entry 3 says "Approve" by "u2"`: `UPDATE proposals SET reviewer_id = 'u99'`,
			`is "Deny" by "u2", and entry 3 says "Approve" by "u2"`:                                                      `UPDATE proposals SET review_result = 'Deny'`,
			`the decision of activationRequests/r1 of contoso is not there, and entry 3 says "Approve" by "u2"`:          `UPDATE proposals SET proposal_id = 'p'`,
		} {
			url := another(t, url)
			l := openAudited(t, url)
			r := accept(t, l, "r1")
			id := propose(t, l, r, pim.Proposal{Decision: pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u2"}, ReviewedDateTime: noon}})
			approved := withdrawal(1, pim.WhatApproved)
			approved.DecisionID, approved.By = id, "u2"
			require.NoError(t, l.Record(t.Context(), tenant, r, approved))
			require.NoError(t, l.Close())
			_, err := verify(t, url, nil)
			require.NoError(t, err)
			change(t, url, do)
			_, err = verify(t, url, nil)
			require.ErrorContains(t, err, says)
		}
	})
}

// More plans than are read at a time, each compared with its own mails.
func TestThePeopleOfEveryPlanAreCompared(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l := openAudited(t, url)
		for i := range 70 {
			planned(t, l, fmt.Sprintf("r%d", i), 2)
		}
		require.NoError(t, l.Close())
		_, err := verify(t, url, nil)
		require.NoError(t, err)
		change(t, url, `UPDATE recipients SET principal_id = 'u99' WHERE ord = 2 AND event_key = (SELECT event_key FROM events WHERE resource_id = 'r69')`)
		_, err = verify(t, url, nil)
		require.ErrorContains(t, err, "the principal of the mail ")
	})
}

// What is changed in the record behind the audit's back is found, and named.
func TestARecordThatWasChangedBehindTheAuditIsFound(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		for _, c := range []struct{ name, do, says string }{
			{"a mail's status", `UPDATE recipients SET status = 'failed' WHERE status = 'sent'`, `is "failed at attempt 1", and entry 5 says "sent at attempt 1"`},
			{"a mail is gone", `DELETE FROM recipients WHERE status = 'sent'`, `is not there, and entry 5 says "sent at attempt 1"`},
			{"a mail was added", `INSERT INTO recipients SELECT 'm-new', event_key, part, 99, 99, address, principal_id, display_name, audience, recipient_type, status, reason, detail,
				message_id, subject, attempt, claimed_by, lease_until, unknown_since, due_at, sent_at, updated_at, why FROM recipients WHERE status = 'sent'`, `the mail m-new is "sent at attempt 1", and no entry speaks of it`},
			{"a mail's address", `UPDATE recipients SET address = 'mallory@contoso.example' WHERE status = 'sent'`, "is not what entry 3 planned"},
			{"a mail's principal", `UPDATE recipients SET principal_id = 'u99' WHERE status = 'sent'`, "the principal of the mail "},
			{"a mail's audience", `UPDATE recipients SET audience = 'owner' WHERE status = 'sent'`, "the audience of the mail "},
			{"two people exchanged", `UPDATE recipients SET address = CASE ord WHEN 1 THEN 'u2@contoso.example' ELSE 'u1@contoso.example' END WHERE ord <= 2`, "the address of the mail "},
			{"a withdrawal is gone", `UPDATE events SET withdrawn = '' WHERE withdrawn <> ''`, `is not there, and entry 6 says "withdrawn:approved"`},
			{"a step", `UPDATE timeline SET what = 'denied' WHERE seq = 1`, `step 1 of activationRequests/r1 of contoso is "denied, Granted, ", and entry 6 says "approved, Granted, "`},
			{"whose doing a step was", `UPDATE timeline SET change = replace(change, '"by":"u2"', '"by":"u99"') WHERE seq = 1`, `step 1 of activationRequests/r1 of contoso is by "u99", and entry 6 says by "u2"`},
			{"a request's status", `UPDATE requests SET status = 'Denied' WHERE resource_id = 'r1'`, "activationRequests/r1 of contoso is Denied, and its latest step says Granted"},
		} {
			t.Run(c.name, func(t *testing.T) {
				url := another(t, url)
				lived(t, url)
				change(t, url, c.do)
				_, err := verify(t, url, nil)
				var mismatch *ledger.Mismatch
				require.ErrorAs(t, err, &mismatch)
				require.Contains(t, err.Error(), c.says)
			})
		}
	})
}

// Whoever only looks makes nothing, brings nothing up to date and begins nothing.
func TestWhoeverOnlyLooksLeavesTheRecordAsItIs(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		look := func(url string, keys ...audit.Key) (audit.Head, error) {
			l, err := ledger.Open(t.Context(), url, ledger.Existing(), ledger.Audited(keys, nil))
			if err != nil {
				return audit.Head{}, err
			}
			defer func() { require.NoError(t, l.Close()) }()
			head, _, err := l.AuditHead(t.Context())
			return head, err
		}
		makeVersion(t, url, 2)
		_, err := look(url)
		require.ErrorContains(t, err, "an older version of this program made it (version 2; this one knows 8)")
		require.NoError(t, openAudited(t, url).Close())
		head, err := look(url, newKey)
		require.NoError(t, err)
		require.EqualValues(t, 1, head.Seq, "it does not begin to use a key")
	})
}

// A record from before there was an audit is left as it is. The audit begins with what was there, and accounts for it from then on.
func TestARecordFromBeforeTheAuditIsAccountedFor(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		makeVersion(t, url, 1)
		l := open(t, url)
		v, err := l.VerifyAudit(t.Context(), nil)
		require.NoError(t, err)
		require.EqualValues(t, 1, v.Entries)
		require.Positive(t, v.Mails)
		require.NoError(t, l.AuditEntries(t.Context(), 1, func(e audit.Entry) error {
			lines, err := e.Lines()
			require.NoError(t, err)
			require.Len(t, lines, 1)
			require.Equal(t, audit.Began, lines[0].What)
			total := 0
			for _, n := range lines[0].Counts {
				total += n
			}
			require.Equal(t, v.Mails, total)
			return nil
		}))
		require.NoError(t, l.Record(t.Context(), tenant, activation("r1"), pim.Change{Seq: 2, At: noon, What: pim.WhatActivated, Status: pim.Provisioned}))
		_, err = l.VerifyAudit(t.Context(), nil)
		require.NoError(t, err)

		change(t, url, `UPDATE recipients SET status = 'failed' WHERE status = 'sent'`)
		_, err = l.VerifyAudit(t.Context(), nil)
		require.ErrorContains(t, err, "from before the audit began was changed")
	})
}
