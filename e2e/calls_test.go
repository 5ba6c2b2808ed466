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

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   []byte
	again  bool // it was asked more than once
}

// call asks as callers are told to: while the answer is that something is away, the same again. A machine that is too busy to
// answer in time says that too.
func (w *world) call(t testing.TB, method, path string, body any, headers ...string) answer {
	t.Helper()
	a := w.once(t, method, path, body, headers...)
	if a.status != http.StatusServiceUnavailable {
		return a
	}
	await(t, patience, "an answer to "+method+" "+path, func() bool {
		a = w.once(t, method, path, body, headers...)
		return a.status != http.StatusServiceUnavailable
	})
	a.again = true
	return a
}

// once asks, whatever the answer is. Headers are names, each followed by its value.
func (w *world) once(t testing.TB, method, path string, body any, headers ...string) answer {
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
	request, err := http.NewRequest(method, w.apiURL+"/v1/tenants/"+w.tenant+"/"+path, content)
	require.NoError(t, err)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{body: []byte(err.Error())} // no API there
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{status: response.StatusCode, header: response.Header, body: read}
}

func (a answer) into(t testing.TB, status int, value any) {
	t.Helper()
	require.Equal(t, status, a.status, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, value))
}

// created is the answer to a PUT of something new. Whoever has to ask again may learn that the first time had counted.
func (a answer) created(t testing.TB) (v pim.View) {
	t.Helper()
	if a.again && a.status == http.StatusOK {
		a.status = http.StatusCreated
	}
	a.into(t, http.StatusCreated, &v)
	return v
}

// done is the answer to something that is to be as it was asked for.
func (a answer) done(t testing.TB) (v pim.View) {
	t.Helper()
	a.into(t, http.StatusOK, &v)
	return v
}

func (w *world) put(t testing.TB, id string, r pim.ActivationRequest) pim.View {
	t.Helper()
	return w.call(t, http.MethodPut, "activationRequests/"+id, r).created(t)
}

func (w *world) view(t testing.TB, id string) pim.View {
	t.Helper()
	return w.read(t, "activationRequests/"+id)
}

// read is a request or an assignment as the API answers it.
func (w *world) read(t testing.TB, resource string) pim.View {
	t.Helper()
	return w.call(t, http.MethodGet, resource, nil).done(t)
}

func (w *world) decide(t testing.TB, id string, result pim.ReviewResult, by string) answer {
	t.Helper()
	return w.call(t, http.MethodPost, "activationRequests/"+id+"/decision", reviewed(result, by))
}

func reviewed(result pim.ReviewResult, by string) pim.Decision {
	return pim.Decision{ReviewResult: result, ReviewedBy: pim.Principal{ID: by}, Justification: "canary-justification"}
}

func (w *world) recipients(t testing.TB, event string) []pim.Delivery {
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

// named is one event of a request or an assignment by its id; its zero value where it has not come up.
func named(v pim.View, id string) pim.Event {
	for _, e := range v.Events {
		if e.ID == id {
			return e
		}
	}
	return pim.Event{}
}

// awaitEvent waits until an event has a status.
func (w *world) awaitEvent(t testing.TB, id string, kind pim.EventKind, status pim.EventStatus) {
	t.Helper()
	await(t, patience, string(kind)+" of "+id+" to be "+string(status), func() bool {
		e, ok := event(w.view(t, id), kind)
		return ok && e.Status == status
	})
}

// awaitTold waits until everybody is told of an event who is to be told.
func (w *world) awaitTold(t testing.TB, resource, eventID string) pim.View {
	t.Helper()
	var v pim.View
	await(t, patience, eventID+" to be told", func() bool {
		v = w.read(t, resource)
		return named(v, eventID).Status == pim.EventComplete
	})
	return v
}

// awaitEnd waits until a request has a status and everything about it is settled.
func (w *world) awaitEnd(t testing.TB, id string, status pim.RequestStatus, limit time.Duration) pim.View {
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
