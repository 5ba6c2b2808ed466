package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/audit"
	"pimnotify/ledger"
	"pimnotify/pim"
)

// audited is a desk where the sample lines were brought in under a key, with lines of the audit in a file.
func audited(t *testing.T) (d *desk, keys, file string) {
	t.Helper()
	d = newDesk(t)
	keys = d.write("keys", strings.Repeat("0a", 32)+"\n")
	file = d.path("audit.jsonl")
	good := d.write("good.jsonl", strings.Join(lines(t, "testdata/import.jsonl")[:2], "\n"))
	require.NoError(t, d.bringIn(good, "--audit-key", keys, "--audit", file))
	return d, keys, file
}

// audit runs a command of the audit on the desk's ledger.
func (d *desk) audit(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"audit"}, append(args, "--ledger", d.ledger)...), nobody, &out, &out)
	return out.String(), err
}

func TestAnAuditIsProvenAndItsHeadPrinted(t *testing.T) {
	d, keys, file := audited(t)
	head, err := d.audit(t, "head")
	require.NoError(t, err)
	out, err := d.audit(t, "verify", "--audit-key", keys, "--head", strings.TrimSpace(head))
	require.NoError(t, err)
	require.Contains(t, out, "the audit is whole: 2 entries, the last "+head[:len(head)-1])
	require.Contains(t, out, "under the keys ")

	exported, err := d.audit(t, "export")
	require.NoError(t, err)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, exported, string(written), "the lines that were written are those of the ledger")
	last := strings.Split(strings.TrimSpace(exported), "\n")
	var line audit.Line
	require.NoError(t, json.Unmarshal([]byte(last[len(last)-1]), &line))
	out, err = d.audit(t, "verify", "--audit-key", keys, "--head", audit.Head{Seq: line.Seq, Hash: line.Hash}.String())
	require.NoError(t, err, "every line is a head: %s", out)
}

func TestAnAuditThatIsNotWholeIsToldFromOneThatCannotBeJudged(t *testing.T) {
	d, keys, _ := audited(t)
	_, err := d.audit(t, "verify", "--head", "99:"+strings.Repeat("a", 64), "--audit-key", keys)
	require.ErrorContains(t, err, "the audit is not whole: entry 3: it and all up to entry 99 were cut off")
	_, err = d.audit(t, "verify")
	require.ErrorContains(t, err, "the audit cannot be judged: entry 1: it is under the key")
	_, err = d.audit(t, "verify", "--audit-key", d.write("other", strings.Repeat("0b", 32)))
	require.ErrorContains(t, err, "the audit cannot be judged")
}

func TestWhatIsWrongWithACallOfTheAuditIsSaid(t *testing.T) {
	d, keys, _ := audited(t)
	for says, args := range map[string][]string{
		"--head: a head is SEQ:HASH":                   {"verify", "--head", "7"},
		"PIMNOTIFY_AUDIT_KEY":                          {"verify", "--audit-key", d.path("none")},
		"there is none to look at":                     {"head", "--ledger", d.path("none.db")},
		"--from must be an entry's number":             {"export", "--from", "0"},
		"either --address or --principal":              {"recipient"},
		"--address must be an e-mail address":          {"recipient", "--address", "Alain"},
		"PIMNOTIFY_AUDIT_KEY: " + keys + " has no key": {"verify", "--audit-key", keys},
	} {
		if strings.HasSuffix(says, "has no key") {
			require.NoError(t, os.WriteFile(keys, nil, 0o600))
		}
		args := append([]string{"audit"}, args...)
		if !strings.Contains(strings.Join(args, " "), "--ledger") {
			args = append(args, "--ledger", d.ledger)
		}
		var out bytes.Buffer
		require.ErrorContains(t, run(t.Context(), args, nobody, &out, &out), says)
	}
	require.NoFileExists(t, d.path("none.db"))
	require.NoFileExists(t, filepath.Join(d.folder, "none.db-lock"))
}

// A person is found by address, under the key that was in use and those before it, and by principal id, also where they decided.
func TestTheLinesAboutAPersonAreFound(t *testing.T) {
	d := newDesk(t)
	old, both := keysOfTwoTimes(d)
	planThenApprove(t, d, old, both)
	planned, withheld := "mail.planned planned", "mail.withheld cancelled withdrawn:approved"
	for about, want := range map[string][]string{
		"--address  U1@Contoso.example": {planned, withheld},
		"--principal u1":                {planned, withheld},
		"--principal u2":                {planned, "request.changed Granted", withheld},
		"--principal u3":                {"mail.withheld skipped noAddress"},
		"--principal u7":                {"request.accepted PendingApproval"},
		"--address u9@contoso.example":  nil,
	} {
		who, value, _ := strings.Cut(about, " ")
		require.Equal(t, want, said(t, d, who, value, both), about)
	}
}

// Nothing found and nothing to be seen are not the same: whoever lacks a key is told so, and shown what there is.
func TestWhoeverLacksAKeyIsToldThatLinesAboutAnAddressMayBeMissing(t *testing.T) {
	d := newDesk(t)
	old, both := keysOfTwoTimes(d)
	planThenApprove(t, d, old, both)
	for keys, found := range map[string]int{"": 0, d.write("other", strings.Repeat("0c", 32)): 0, old: 1} {
		args := []string{"recipient", "--address", "u1@contoso.example"}
		if keys != "" {
			args = append(args, "--audit-key", keys)
		}
		out, err := d.audit(t, args...)
		require.ErrorContains(t, err, "these may not be all: whom entries under the keys ")
		require.Equal(t, found, strings.Count(out, "\n"), "what is under a key that is given is printed all the same")
	}
	_, err := d.audit(t, "recipient", "--principal", "u1")
	require.NoError(t, err, "ids stand there as they are")
}

// keysOfTwoTimes are a file of the key that was in use first, and one of that which came after it and the first.
func keysOfTwoTimes(d *desk) (old, both string) {
	return d.write("old", strings.Repeat("0a", 32)), d.write("both", strings.Repeat("0b", 32)+"\n"+strings.Repeat("0a", 32))
}

// planThenApprove has mails planned under the one key, and withdrawn under the next.
func planThenApprove(t *testing.T, d *desk, old, both string) {
	t.Helper()
	r := pim.Resource{Collection: pim.ActivationRequests, ID: "r1"}
	event := pim.NewEvent(r, pim.ActivationPendingApproval, "", time.Now())
	asUnder(t, d, old, func(l *ledger.Ledger) {
		_, _, err := l.Accept(t.Context(), pim.Acceptance{
			Tenant: "contoso", Resource: r, AcceptedAt: time.Now(), Body: json.RawMessage(`{}`),
			First: pim.Change{At: time.Now(), What: pim.WhatRequested, Status: pim.PendingApproval, By: "u7"},
		})
		require.NoError(t, err)
		states, err := l.DueStates(t.Context(), "contoso", r, []pim.Due{{Event: event, Part: pim.PartAll}})
		require.NoError(t, err)
		_, err = l.Plan(t.Context(), states[0].EventKey, pim.PartAll, time.Now(), []pim.Recipient{
			{Order: 1, Address: "u1@contoso.example", PrincipalID: "u1", Audience: pim.Approver, Status: pim.StatusPlanned},
			{Order: 2, Address: "u2@contoso.example", PrincipalID: "u2", Audience: pim.Approver, Status: pim.StatusPlanned},
			{Audience: pim.Approver, PrincipalID: "u3", Status: pim.StatusSkipped, Reason: pim.ReasonNoAddress},
		}, time.Now())
		require.NoError(t, err)
	})
	asUnder(t, d, both, func(l *ledger.Ledger) {
		require.NoError(t, l.Record(t.Context(), "contoso", r, pim.Change{
			Seq: 1, At: time.Now(), What: pim.WhatApproved, Status: pim.Granted, By: "u2", Withdraw: []pim.EventRef{event},
		}))
	})
}

func asUnder(t *testing.T, d *desk, keys string, do func(*ledger.Ledger)) {
	t.Helper()
	read, err := audit.ReadKeys(keys)
	require.NoError(t, err)
	l, err := ledger.Open(t.Context(), d.ledger, ledger.Audited(read, nil))
	require.NoError(t, err)
	do(l)
	require.NoError(t, l.Close())
}

// said is what the lines about somebody say.
func said(t *testing.T, d *desk, who, value, keys string) (things []string) {
	t.Helper()
	out, err := d.audit(t, "recipient", who, value, "--audit-key", keys)
	require.NoError(t, err)
	for text := range strings.Lines(out) {
		var line audit.Line
		require.NoError(t, json.Unmarshal([]byte(text), &line))
		require.Equal(t, "activationRequests/r1", line.Resource)
		things = append(things, strings.TrimSpace(string(line.What)+" "+line.Status+" "+line.Reason))
	}
	return things
}

// An unwritable place for lines is refused at the start, when somebody looks.
func TestAPlaceForLinesThatCannotBeIsRefusedAtTheStart(t *testing.T) {
	d := newDesk(t)
	good := d.write("good.jsonl", lines(t, "testdata/import.jsonl")[0])
	require.ErrorContains(t, d.bringIn(good, "--audit", d.path("nowhere/audit.jsonl")), "PIMNOTIFY_AUDIT: ")
}
