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
	hears  bool // what becomes of mails after they were sent is in the record, sooner or later
}

func (c *caller) put(ctx context.Context, path string, body any) error {
	return c.call(ctx, http.MethodPut, path, body, nil)
}

func (c *caller) post(ctx context.Context, path string, body any) error {
	return c.call(ctx, http.MethodPost, path, body, nil)
}

// view reads what the record knows: of a request, of an assignment, or of PIM itself, whose status is that of its latest change.
func (c *caller) view(ctx context.Context, path string) (v pim.View, err error) {
	if err := c.call(ctx, http.MethodGet, path, nil, &v); err != nil {
		return v, err
	}
	if n := len(v.Timeline); v.Status == "" && n > 0 {
		v.Status = v.Timeline[n-1].Status
	}
	return v, nil
}

func (c *caller) recipients(ctx context.Context, event string) ([]pim.Delivery, error) {
	var list struct{ Value []pim.Delivery }
	return list.Value, c.call(ctx, http.MethodGet, "events/"+event+"/recipients", nil, &list)
}

// awaitEvent waits until every mail of an event is settled.
func (c *caller) awaitEvent(ctx context.Context, path string, kind pim.EventKind) error {
	return c.await(ctx, path, func(v pim.View) bool {
		for _, e := range v.Events {
			if e.Kind == kind {
				return e.Status == pim.EventComplete
			}
		}
		return false
	})
}

// awaitEnd waits until what a story is about has a status, and nothing about it is on its way any more: not to SES, and not from there
// to a recipient where that can be heard of.
func (c *caller) awaitEnd(ctx context.Context, path string, status pim.RequestStatus) error {
	return c.await(ctx, path, func(v pim.View) bool {
		for _, e := range v.Events {
			if e.Status != pim.EventComplete && e.Status != pim.EventCancelled || c.hears && e.Counts[pim.StatusSent] > 0 {
				return false
			}
		}
		return v.Status == status
	})
}

func (c *caller) await(ctx context.Context, path string, ok func(pim.View) bool) error {
	var last pim.View
	for {
		v, err := c.view(ctx, path)
		if err == nil && ok(v) {
			return nil
		}
		if err == nil {
			last = v
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not come to its end: it is %s, with %d events: %w", path, last.Status, len(last.Events), ctx.Err())
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
