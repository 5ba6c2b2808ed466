package e2e

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// object is a JSON object of the directory's contract, docs/directory-openapi.yaml.
type object = map[string]any

// registry is a small service that keeps that contract: one tenant, a bearer token, an ETag for each answer. Asked about the group of
// approvers it first does what services do that are not well.
type registry struct {
	token      string
	principals map[string]object
	holders    map[string][]object // by role

	mu       sync.Mutex
	ailments []ailment
	had      []string // those that were answered with
	same     int      // how often an ETag still held
	strays   []string // requests without the token
}

// ailment is one wrong answer.
type ailment struct {
	name string
	do   func(w http.ResponseWriter, r *http.Request)
}

func ill(status int, kind, text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}
}

func user(id string) object {
	return object{"id": id, "type": "user", "displayName": "Name of " + id, "mail": id + "@contoso.example"}
}

func group(id string, members ...string) object {
	return object{"id": id, "type": "group", "displayName": "Name of " + id, "members": members, "owners": []object{}}
}

// newRegistry knows Alain, three approvers in two groups, and one Global Administrator.
func newRegistry() *registry {
	s := &registry{token: "open-sesame", principals: map[string]object{}}
	for _, p := range []object{user("alain"), user("adele"), user("isabella"), user("johanna"), user("lee"), group("g1", "isabella", "g2"), group("g2", "johanna", "lee", "g1")} {
		s.principals[p["id"].(string)] = p
	}
	s.holders = map[string][]object{"Global Administrator": {{"scope": "/", "principalId": "adele", "state": "permanent"}}}
	return s
}

func (s *registry) start(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

func (s *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+s.token {
		s.mu.Lock()
		s.strays = append(s.strays, r.URL.Path)
		s.mu.Unlock()
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if a := s.ails(r); a != nil {
		a(w, r)
		return
	}
	answer, known := s.answer(r)
	if !known {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	text, _ := json.Marshal(answer) // objects and lists of texts can always be encoded
	tag := fmt.Sprintf("%q", fmt.Sprintf("%x", sha256.Sum256(text)))
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/json")
	if r.Header.Get("If-None-Match") == tag {
		s.mu.Lock()
		s.same++
		s.mu.Unlock()
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(text)
}

// ails takes the next ailment for a question about the approvers. The last one stays until somebody heals it.
func (s *registry) ails(r *http.Request) func(http.ResponseWriter, *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ailments) == 0 || !strings.HasSuffix(r.URL.Path, "/principals") || !slices.Contains(r.URL.Query()["id"], "g1") {
		return nil
	}
	a := s.ailments[0]
	if !slices.Contains(s.had, a.name) {
		s.had = append(s.had, a.name)
	}
	if len(s.ailments) > 1 {
		s.ailments = s.ailments[1:]
	}
	return a.do
}

func (s *registry) answer(r *http.Request) (object, bool) {
	value := []object{}
	query := r.URL.Query()
	switch strings.TrimPrefix(r.URL.Path, "/v1/tenants") {
	case "":
		return object{"value": []string{"contoso"}}, true
	case "/contoso":
		return object{"id": "contoso", "displayName": "Contoso", "cloud": "public"}, true
	case "/contoso/principals":
		for _, id := range query["id"] {
			if p, ok := s.principals[id]; ok {
				value = append(value, p)
			}
		}
	case "/contoso/grants":
		for _, h := range s.holders[query.Get("role")] {
			if slices.Contains(query["scope"], h["scope"].(string)) {
				value = append(value, h)
			}
		}
	case "/contoso/directoryRoleGrants":
		for _, role := range slices.Sorted(maps.Keys(s.holders)) {
			for _, h := range s.holders[role] {
				value = append(value, object{"role": role, "scope": h["scope"], "principalId": h["principalId"], "state": h["state"]})
			}
		}
	case "/contoso/scopes":
	default:
		return nil, false
	}
	return object{"value": value}, true
}

func (s *registry) fallIll(ailments ...ailment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ailments, s.had = ailments, nil
}

// suffered are the ailments that somebody has met since.
func (s *registry) suffered() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.had)
}

func (s *registry) seen() (same int, strays []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.same, slices.Clone(s.strays)
}
