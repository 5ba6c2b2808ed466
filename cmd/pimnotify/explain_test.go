package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

const previewFile = `{"id": "r1", "activationRequest": {
	"action": "selfActivate", "resourceKind": "directoryRole", "principal": {"id": "u7"},
	"role": {"id": "backup-reader", "displayName": "Backup Reader"}, "scope": {"id": "/"},
	"scheduleInfo": {"expiration": {"type": "afterDuration", "duration": "PT8H"}},
	"approval": {"isRequired": true, "approvers": [{"id": "g1", "type": "group"}]}
}}`

// approvedFirst writes down a request that was approved before the first mail about it left.
func (d *desk) approvedFirst(t *testing.T) {
	t.Helper()
	l, err := ledger.Open(t.Context(), d.ledger)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	var body struct{ ActivationRequest json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(previewFile), &body))
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	r := pim.Resource{Collection: pim.ActivationRequests, ID: "r1"}
	due := at.Add(6 * time.Minute)
	asked := pim.Due{Event: pim.NewEvent(r, pim.ActivationPendingApproval, "", due), Part: pim.PartOthers, DueDateTime: due}
	_, _, err = l.Accept(t.Context(), pim.Acceptance{
		Tenant: "contoso", Resource: r, Hash: "h", Body: body.ActivationRequest, Input: json.RawMessage(`{"requestMailDelay": "PT6M"}`), AcceptedAt: at,
		First: pim.Change{At: at, What: pim.WhatRequested, Status: pim.PendingApproval, By: "u7", Schedule: []pim.Due{asked}},
	})
	require.NoError(t, err)
	id, err := l.Propose(t.Context(), "contoso", r, pim.Proposal{Decision: pim.Decision{
		ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u9", DisplayName: "Joni Sherman"}, ReviewedDateTime: at.Add(time.Minute),
	}})
	require.NoError(t, err)
	require.NoError(t, l.Record(t.Context(), "contoso", r, pim.Change{
		Seq: 1, At: at.Add(time.Minute), What: pim.WhatApproved, Status: pim.Granted, By: "u9", DecisionID: id, Withdraw: []pim.EventRef{asked.Event},
	}))
}

// ask runs a command on the desk's ledger and directory.
func (d *desk) ask(command string, args ...string) error {
	d.stdout.Reset()
	d.stderr.Reset()
	args = append([]string{command, "--directory", d.path("directory.yaml"), "--ledger", d.ledger, "--portal-url", "https://portal.contoso.example"}, args...)
	return run(d.t.Context(), args, nobody, &d.stdout, &d.stderr)
}

func TestExplainPrintsSentencesOrWhatTheAPIAnswers(t *testing.T) {
	d := newDesk(t)
	d.approvedFirst(t)
	ask := []string{"--tenant", "contoso", "--event", "activation.r1.pendingApproval", "--recipient", "isabella@contoso.example"}
	require.NoError(t, d.ask("explain", ask...))
	require.Contains(t, d.stdout.String(), `It was due at 2026-11-23T12:06:00Z: the approval engine's delay, drawn for this request, was 6m0s.
Joni Sherman (u9) approved the request at 2026-11-23T12:01:00Z.
That was before the first mail of activation.r1.pendingApproval left, so it was withheld from everybody and recipients were never planned.
`)
	require.NoError(t, d.ask("explain", append(ask, "--json")...))
	var e pim.Explanation
	require.NoError(t, json.Unmarshal(d.stdout.Bytes(), &e))
	require.Equal(t, "withdrawn:approved", e.Reason)
	require.Equal(t, "u9", e.Decision.By.ID)
}

// Who only reads needs no key, and is not told that what it writes would not be believed.
func TestExplainWritesNothingInTheAudit(t *testing.T) {
	d, _, file := audited(t)
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	event := "assignment.a1.assigned"
	err = d.ask("explain", "--tenant", "contoso", "--event", event, "--recipient", "u1", "--audit", d.path("lines.jsonl"))
	require.ErrorContains(t, err, "there is no event "+event)
	require.Empty(t, d.stderr.String())
	require.NoFileExists(t, d.path("lines.jsonl"))
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestExplainSaysWhichFlagNamesNothing(t *testing.T) {
	d := newDesk(t)
	d.approvedFirst(t)
	for says, args := range map[string][]string{
		`required flag(s) "event", "recipient"`: {"--tenant", "contoso"},
		"there is no event activation.r2":       {"--tenant", "contoso", "--event", "activation.r2", "--recipient", "u1"},
		"knows nobody of that id now":           {"--tenant", "contoso", "--event", "activation.r1.pendingApproval", "--recipient", "u99"},
		"knows no tenant nowhere":               {"--tenant", "nowhere", "--event", "activation.r1.pendingApproval", "--recipient", "u1"},
		"--recipient is required":               {"--tenant", "contoso", "--event", "activation.r1.pendingApproval", "--recipient", ""},
		"--recipient must be UTF-8 without":     {"--tenant", "contoso", "--event", "activation.r1.pendingApproval", "--recipient", "\x1b[31mu1"},
		"--event must be the id of an event":    {"--tenant", "contoso", "--event", "\x1b[31m", "--recipient", "u1"},
		"--tenant must be 1 to 128":             {"--tenant", "", "--event", "activation.r1.pendingApproval", "--recipient", "u1"},
	} {
		require.ErrorContains(t, d.ask("explain", args...), says)
	}
}

func TestPreviewPrintsWhoWouldBeToldAndTheMails(t *testing.T) {
	d := newDesk(t)
	file := d.write("preview.json", previewFile)
	require.NoError(t, d.ask("preview", "--tenant", "contoso", "--file", file))
	out := d.stdout.String()
	for _, part := range []string{
		"3 events in the usual course. Nothing is recorded, started or sent.", "activation.r1.pendingApproval, due at ",
		"1  isabella@contoso.example  approver  planned", "skipped, noAddress",
		"to approver: PIM: Review Alain Charon's request to activate the Backup Reader role", "https://portal.contoso.example/requests/r1",
	} {
		require.Contains(t, out, part)
	}
	_, err := os.Stat(d.ledger)
	require.ErrorIs(t, err, os.ErrNotExist, "no ledger is needed, and none is made")
	require.NoError(t, d.ask("preview", "--tenant", "contoso", "--file", file, "--json"))
	var p pim.Preview
	require.NoError(t, json.Unmarshal(d.stdout.Bytes(), &p))
	require.Len(t, p.Events, 3)
}

func TestPreviewRefusesWhatTheAPIWouldRefuse(t *testing.T) {
	d := newDesk(t)
	for says, body := range map[string]string{
		"cannot be read as JSON":                               `{"id": `,
		`--file: unknown field "colour"`:                       `{"id": "r1", "colour": "red"}`,
		"--file: body cannot be a JSON array":                  `[]`,
		"--file: body.id cannot be a JSON num":                 `{"id": 7}`,
		"body.activationRequest.role.id cannot be a JSON bool": `{"id": "r1", "activationRequest": {"role": {"id": true}}}`,
		"body.activationRequest is required":                   `{"id": "r1"}`,
		"body.activationRequest.principal.id":                  strings.Replace(previewFile, `"u7"`, `""`, 1),
		"body.id":                                              strings.Replace(previewFile, `"r1"`, `"r 1"`, 1),
		"must be at most 1 MiB":                                `{"id": "` + strings.Repeat("r", 1<<20) + `"}`,
	} {
		err := d.ask("preview", "--tenant", "contoso", "--file", d.write("preview.json", body))
		require.ErrorContains(t, err, says)
	}
	require.ErrorContains(t, d.ask("preview", "--tenant", "contoso", "--file", d.path("nowhere.json")), "--file: ")
	file := d.write("preview.json", previewFile)
	require.ErrorContains(t, d.ask("preview", "--tenant", "nowhere", "--file", file), "knows no tenant nowhere")
	require.ErrorContains(t, d.ask("preview", "--tenant", "contoso", "--file", file, "--portal-url", ""), "PIMNOTIFY_PORTAL_URL is not set")
	require.ErrorContains(t, d.ask("preview", "--tenant", "contoso", "--file", file, "--portal-url", "http://portal"), "PIMNOTIFY_PORTAL_URL must begin with https")
}
