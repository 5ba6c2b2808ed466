package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

const tenant = "contoso"

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (w *world) call(t *testing.T, method, path string, body any) answer {
	t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = bytes.NewReader([]byte(b))
	default:
		encoded, err := json.Marshal(b)
		require.NoError(t, err)
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, w.apiURL+"/v1/tenants/"+tenant+"/"+path, content)
	require.NoError(t, err)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{body: []byte(err.Error())} // no API there
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header, read}
}

func (a answer) into(t *testing.T, status int, value any) {
	t.Helper()
	require.Equal(t, status, a.status, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, value))
}

func (w *world) put(t *testing.T, id string, r pim.ActivationRequest) (v pim.View) {
	t.Helper()
	w.call(t, http.MethodPut, "activationRequests/"+id, r).into(t, http.StatusCreated, &v)
	return v
}

func (w *world) view(t *testing.T, id string) (v pim.View) {
	t.Helper()
	w.call(t, http.MethodGet, "activationRequests/"+id, nil).into(t, http.StatusOK, &v)
	return v
}

func (w *world) decide(t *testing.T, id string, result pim.ReviewResult, by string) answer {
	t.Helper()
	return w.call(t, http.MethodPost, "activationRequests/"+id+"/decision",
		pim.Decision{ReviewResult: result, ReviewedBy: pim.Principal{ID: by}, Justification: "canary-justification"})
}

// repeated is insist for many callers at once: it repeats a call for two minutes, as long as a busy machine does not answer in time.
func repeated(call func() answer) answer {
	a := call()
	for end := time.Now().Add(2 * time.Minute); a.status == http.StatusServiceUnavailable && time.Now().Before(end); {
		a = call()
	}
	return a
}

// insist repeats a call for as long as the answer is that something is away, as a caller is told to.
func (w *world) insist(t *testing.T, call func() answer) {
	t.Helper()
	var a answer
	await(t, 2*time.Minute, "an answer", func() bool {
		a = call()
		return a.status != http.StatusServiceUnavailable
	})
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
}

func (w *world) recipients(t *testing.T, event string) []pim.Delivery {
	t.Helper()
	var list struct{ Value []pim.Delivery }
	w.call(t, http.MethodGet, "events/"+event+"/recipients", nil).into(t, http.StatusOK, &list)
	return list.Value
}

// event is one event of a request; false where it has not come up.
func event(v pim.View, kind pim.EventKind) (pim.Event, bool) {
	for _, e := range v.Events {
		if e.Kind == kind {
			return e, true
		}
	}
	return pim.Event{}, false
}

// awaitEvent waits until an event has a status.
func (w *world) awaitEvent(t *testing.T, id string, kind pim.EventKind, status pim.EventStatus) {
	t.Helper()
	await(t, time.Minute, string(kind)+" of "+id+" to be "+string(status), func() bool {
		e, ok := event(w.view(t, id), kind)
		return ok && e.Status == status
	})
}

// awaitEnd waits until a request has a status and everything about it is settled.
func (w *world) awaitEnd(t *testing.T, id string, status pim.RequestStatus, limit time.Duration) pim.View {
	t.Helper()
	var v pim.View
	await(t, limit, id+" to be "+string(status)+", and settled", func() bool {
		v = w.view(t, id)
		for _, e := range v.Events {
			if e.Status != pim.EventComplete && e.Status != pim.EventCancelled {
				return false
			}
		}
		return v.Status == status && len(v.Events) > 0
	})
	return v
}

// activation is what Alain Charon asks for, unless a test wants something else.
func activation(adjust ...func(*pim.ActivationRequest)) pim.ActivationRequest {
	r := pim.ActivationRequest{
		Action:        pim.SelfActivate,
		ResourceKind:  pim.DirectoryRole,
		Principal:     pim.Principal{ID: "u7"},
		Role:          pim.Role{ID: "backup-reader", DisplayName: "Backup Reader"},
		Scope:         pim.Scope{ID: "/"},
		Justification: "canary-reason",
		TicketInfo:    pim.TicketInfo{TicketNumber: "INC-42", TicketSystem: "ServiceNow"},
		ScheduleInfo:  pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
		Approval:      pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "g1", Type: pim.Group}}},
	}
	for _, a := range adjust {
		a(&r)
	}
	return r
}
