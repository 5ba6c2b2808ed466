package imports_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/imports"
	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// house is an import into a real record, with the starter's own rules.
type house struct {
	t       *testing.T
	tenant  string
	ledger  *ledger.Ledger
	starter *starter.Client
	tenants int
	batch   int
	dry     bool
	refused []string
	kept    []imports.Refusal
}

func newHouse(t *testing.T) *house {
	t.Helper()
	l, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return &house{t: t, tenant: "contoso", ledger: l, batch: 3, starter: &starter.Client{Settings: defaults{}, Now: func() time.Time { return noon }}}
}

// another is the same record, for a tenant of which it knows nothing.
func (h *house) another() *house {
	next := *h
	h.tenants++
	next.tenant = fmt.Sprintf("tenant%d", h.tenants)
	return &next
}

type defaults struct{}

func (defaults) Settings(string) pim.Settings { return pim.DefaultSettings() }

func (h *house) importer() *imports.Importer {
	h.refused, h.kept = nil, nil
	i := &imports.Importer{
		Recall: func(p pim.Past) (pim.Imported, error) { return h.starter.Recall(h.tenant, p) }, Bring: h.ledger.Import, Batch: h.batch, Now: noon,
		Refused: func(r imports.Refusal) {
			var all []string
			for _, p := range r.Problems {
				all = append(all, fmt.Sprintf("%s: %s", p.Location, p.Message))
			}
			h.refused, h.kept = append(h.refused, fmt.Sprintf("%d %s", r.Line, strings.Join(all, "; "))), append(h.kept, r)
		},
	}
	if h.dry {
		i.Bring = nil
	}
	return i
}

// run brings lines in. However it goes, each line is counted once.
func (h *house) run(lines ...string) imports.Summary {
	h.t.Helper()
	s, err := h.importer().Run(h.t.Context(), strings.NewReader(strings.Join(lines, "\n")))
	require.NoError(h.t, err)
	require.Equal(h.t, s.Lines, s.Settled(), "nothing is lost")
	require.Len(h.t, h.kept, s.Refused+s.Different)
	return s
}

func (h *house) view(resource string) pim.View {
	h.t.Helper()
	r, err := pim.ParseResource(resource)
	require.NoError(h.t, err)
	view, err := h.ledger.View(h.t.Context(), h.tenant, r)
	require.NoError(h.t, err)
	return view
}

// whole is a timeline in short: what, in which hour after it was asked, and what it was then.
func (h *house) whole(resource string) (all []string) {
	h.t.Helper()
	view := h.view(resource)
	from := view.Timeline[0].At.Truncate(time.Hour)
	for _, e := range view.Timeline {
		all = append(all, fmt.Sprintf("%s %g %s", e.What, e.At.Truncate(time.Hour).Sub(from).Hours(), e.Status))
	}
	return all
}

func (h *house) watched() (ids []string) {
	h.t.Helper()
	rows, err := h.ledger.Unstarted(h.t.Context(), noon.Add(time.Minute), 10_000)
	require.NoError(h.t, err)
	for _, a := range rows {
		if a.Tenant == h.tenant {
			ids = append(ids, a.Resource.ID)
		}
	}
	return ids
}

type fields map[string]any

// line is a line of JSON, with some fields changed; those that become nil are left out.
func line(of fields, changes ...fields) string {
	whole := maps.Clone(of)
	for _, c := range changes {
		maps.Copy(whole, c)
	}
	maps.DeleteFunc(whole, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(whole)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// graph is a request as Graph exports it, with all that it documents.
func graph() fields {
	return fields{
		"id": "g1", "status": "Provisioned", "action": "adminAssign", "createdDateTime": "2026-09-01T09:00:00.1299669Z",
		"completedDateTime": "2026-09-01T10:00:00Z", "approvalId": nil, "customData": nil, "principalId": "u7", "roleDefinitionId": "r1",
		"directoryScopeId": "/", "appScopeId": nil, "isValidationOnly": false, "targetScheduleId": "g1", "justification": "on call",
		"createdBy":      fields{"application": nil, "device": nil, "user": fields{"id": "u1", "displayName": nil}},
		"scheduleInfo":   fields{"startDateTime": "2026-09-01T10:00:00Z", "recurrence": nil, "expiration": fields{"type": "afterDateTime", "endDateTime": "2027-09-01T00:00:00Z", "duration": nil}},
		"ticketInfo":     fields{"ticketNumber": nil, "ticketSystem": nil},
		"@odata.type":    "#microsoft.graph.unifiedRoleEligibilityScheduleRequest",
		"principal":      fields{"@odata.type": "#microsoft.graph.user", "id": "u7", "displayName": "Alain Charon", "mail": "alain@contoso.example", "businessPhones": []string{}, "jobTitle": "Engineer"},
		"roleDefinition": fields{"id": "r1", "displayName": "Backup Reader", "isBuiltIn": true, "rolePermissions": []fields{{"allowedResourceActions": []string{"x"}}}},
		"directoryScope": nil, "activatedUsing": nil, "targetSchedule": fields{"id": "g1"}, "scheduleInfo@odata.context": nil,
	}
}

// later is a request about the same assignment, so many hours after it was asked.
func later(id, action string, hours int, changes ...fields) string {
	at := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(hours) * time.Hour).Format(time.RFC3339)
	return line(graph(), append([]fields{{"id": id, "action": action, "createdDateTime": at, "completedDateTime": nil, "targetScheduleId": id}}, changes...)...)
}

// activation is a request to activate a role as Graph exports it.
func activation(changes ...fields) string {
	return line(graph(), append([]fields{{
		"id": "r1", "action": "selfActivate", "@odata.type": "#microsoft.graph.unifiedRoleAssignmentScheduleRequest", "targetScheduleId": "r1",
		"scheduleInfo": fields{"startDateTime": "2026-09-01T09:00:00Z", "expiration": fields{"type": "afterDuration", "duration": "PT5H"}},
	}}, changes...)...)
}

// ours is the body of PUT assignments/a1 with its id.
func ours(changes ...fields) string {
	return line(fields{
		"id": "a1", "action": "adminAssign", "resourceKind": "directoryRole", "principal": fields{"id": "u7"},
		"role": fields{"id": "r1", "displayName": "Backup Reader"}, "scope": fields{"id": "/"}, "assignmentType": "eligible",
		"assignedBy": fields{"id": "u1"}, "scheduleInfo": fields{"expiration": fields{"type": "afterDuration", "duration": "P365D"}},
		"createdDateTime": "2026-09-01T09:00:00Z",
	}, changes...)
}

// oursToActivate is the body of PUT activationRequests/r1 with its id.
func oursToActivate(changes ...fields) string {
	return ours(append([]fields{{
		"id": "r1", "action": "selfActivate", "assignmentType": nil, "assignedBy": nil,
		"scheduleInfo": fields{"expiration": fields{"type": "afterDuration", "duration": "PT8H"}},
	}}, changes...)...)
}

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }
