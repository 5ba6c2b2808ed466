package directory_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"pimnotify/directory"
	"pimnotify/pim"
)

// object is one of the contract's.
type object = map[string]any

// server answers by the contract what another directory's source says. It counts what it answered, and checks what it is asked.
type server struct {
	source directory.Source
	token  string

	mu     sync.Mutex
	counts map[string]int // by the path's last word, and by status
	asked  []string       // request lines
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, answer := s.answer(r)
	text, err := json.Marshal(answer)
	if err != nil {
		status, text = http.StatusInternalServerError, nil
	}
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	if status == http.StatusOK && r.Header.Get("If-None-Match") == tag {
		status, text = http.StatusNotModified, nil
	}
	words := strings.Split(r.URL.Path, "/")
	s.mu.Lock()
	s.counts[words[len(words)-1]]++
	s.counts[http.StatusText(status)]++
	s.asked = append(s.asked, r.URL.RequestURI())
	s.mu.Unlock()
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func (s *server) answer(r *http.Request) (int, any) {
	ctx, q := r.Context(), r.URL.Query()
	if s.token != "" && r.Header.Get("Authorization") != "Bearer "+s.token {
		return http.StatusUnauthorized, nil
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/base/tenants")
	if !ok || r.Method != http.MethodGet || len(r.URL.RequestURI()) > 6000 {
		return http.StatusBadRequest, nil
	}
	if rest == "" {
		tenants, _ := s.source.Tenants(ctx)
		return http.StatusOK, object{"value": tenants}
	}
	id, what, _ := strings.Cut(rest[1:], "/")
	t, err := s.source.Tenant(ctx, id)
	if errors.Is(err, pim.ErrUnknownTenant) {
		return http.StatusNotFound, nil
	}
	value := []object{}
	switch what {
	case "":
		o, _ := t.Organization(ctx)
		return http.StatusOK, object{"id": o.ID, "displayName": o.DisplayName, "cloud": o.Cloud}
	case "principals":
		entries, _ := t.Find(ctx, q["id"])
		for _, e := range entries {
			value = append(value, principalObject(e))
		}
	case "grants":
		grants, _ := t.Grants(ctx, q.Get("role"), q["scope"])
		for _, g := range grants {
			for _, scope := range q["scope"] {
				if g.Scope == scope {
					value = append(value, object{"scope": g.Scope, "principalId": g.PrincipalID, "state": g.State})
				}
			}
		}
	case "directoryRoleGrants":
		roles, _ := t.DirectoryRoleGrants(ctx)
		for _, role := range slices.Sorted(maps.Keys(roles)) {
			for _, g := range roles[role] {
				if g.Scope == "/" || strings.HasPrefix(g.Scope, "/administrativeUnits/") {
					value = append(value, object{"role": role, "scope": g.Scope, "principalId": g.PrincipalID, "state": g.State})
				}
			}
		}
	case "scopes":
		parents, _ := t.Parents(ctx, q["id"])
		for id, parent := range parents {
			value = append(value, object{"id": id, "parent": parent})
		}
	default:
		return http.StatusNotFound, nil
	}
	return http.StatusOK, object{"value": value}
}

func principalObject(e *directory.Entry) object {
	o := object{"id": e.Principal.ID, "type": e.Principal.Type, "displayName": e.Principal.DisplayName}
	switch e.Principal.Type {
	case pim.User:
		o["mail"] = e.Principal.Mail
	case pim.Group:
		owners := []object{}
		for _, g := range e.Owners {
			owners = append(owners, object{"principalId": g.PrincipalID, "state": g.State})
		}
		o["members"], o["owners"] = append([]string{}, e.Members...), owners
	default:
	}
	return o
}

func (s *server) count(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[what]
}

// serve answers for a directory, and opens what asks it.
func serve(t *testing.T, d *directory.Directory) (*server, *directory.HTTP) {
	t.Helper()
	s := &server{source: directory.SourceOf(d), counts: map[string]int{}}
	return s, dial(t, s, "")
}

func dial(t *testing.T, handler http.Handler, tokenFile string) *directory.HTTP {
	t.Helper()
	h := httptest.NewServer(handler)
	t.Cleanup(h.Close)
	d, err := directory.OpenHTTP(t.Context(), h.URL+"/base/", tokenFile, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}
