package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"pimnotify/pim"
)

// caller calls the HTTP API for one tenant, as a PIM service would.
type caller struct {
	base   string // http://127.0.0.1:8080
	tenant string
}

func (c *caller) put(ctx context.Context, id string, r pim.ActivationRequest) error {
	return c.call(ctx, http.MethodPut, "activationRequests/"+id, r, nil)
}

func (c *caller) view(ctx context.Context, id string) (v pim.View, err error) {
	return v, c.call(ctx, http.MethodGet, "activationRequests/"+id, nil, &v)
}

func (c *caller) decide(ctx context.Context, id string, result pim.ReviewResult, by, why string) error {
	d := pim.Decision{ReviewResult: result, ReviewedBy: pim.Principal{ID: by}, Justification: why}
	return c.call(ctx, http.MethodPost, "activationRequests/"+id+"/decision", d, nil)
}

func (c *caller) recipients(ctx context.Context, event string) ([]pim.Delivery, error) {
	var list struct{ Value []pim.Delivery }
	return list.Value, c.call(ctx, http.MethodGet, "events/"+event+"/recipients", nil, &list)
}

// awaitEvent waits until every mail of an event is settled.
func (c *caller) awaitEvent(ctx context.Context, id string, kind pim.EventKind) error {
	return c.await(ctx, id, func(v pim.View) bool {
		for _, e := range v.Events {
			if e.Kind == kind {
				return e.Status == pim.EventComplete
			}
		}
		return false
	})
}

// awaitEnd waits until the request has a status, and nothing about it is on its way any more.
func (c *caller) awaitEnd(ctx context.Context, id string, status pim.RequestStatus) error {
	return c.await(ctx, id, func(v pim.View) bool {
		for _, e := range v.Events {
			if e.Status != pim.EventComplete && e.Status != pim.EventCancelled {
				return false
			}
		}
		return v.Status == status
	})
}

func (c *caller) await(ctx context.Context, id string, ok func(pim.View) bool) error {
	var last pim.View
	for {
		v, err := c.view(ctx, id)
		if err == nil && ok(v) {
			return nil
		}
		if err == nil {
			last = v
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("request %s did not come to its end: it is %s, with %d events: %w", id, last.Status, len(last.Events), ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (c *caller) call(ctx context.Context, method, path string, body, into any) error {
	url := c.base + "/v1/tenants/" + c.tenant + "/" + path
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, url, err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return getJSON(request, into)
}

// getJSON makes a request and reads its answer.
func getJSON(request *http.Request, into any) error {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", request.Method, request.URL, err)
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", request.Method, request.URL, response.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
