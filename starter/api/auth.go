package api

import (
	"net"
	"net/http"
	"strings"
)

// authenticated lets only known callers come to the tenants' paths. Health, metrics and the documentation are for everybody.
func authenticated(tokens *Tokens, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tokens == nil || !strings.HasPrefix(r.URL.Path, "/v1/") {
			next.ServeHTTP(w, r)
			return
		}
		name, ok := "", false
		token, given := bearer(r.Header.Get("Authorization"))
		if given {
			name, ok = tokens.Caller(token)
		}
		if err := tokens.Err(); err != nil {
			noteCause(r.Context(), err)
		}
		if !ok {
			challenge := `Bearer realm="pimnotify"`
			if given {
				challenge += `, error="invalid_token"`
			}
			w.Header().Set("WWW-Authenticate", challenge)
			newProblem(http.StatusUnauthorized, "a bearer token is needed, in the header Authorization: Bearer …").write(w)
			return
		}
		noteCaller(r.Context(), name)
		next.ServeHTTP(w, r)
	})
}

func bearer(header string) (string, bool) {
	scheme, token, found := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, found && token != "" && strings.EqualFold(scheme, "Bearer")
}

// fromHere keeps other sites' pages in a browser of this machine from calling. Where there are no tokens, the name under which
// the API is called has to be this machine's: a page whose own name was pointed here would pass as the same origin otherwise.
func fromHere(tokens *Tokens, next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := crossOrigin.Check(r); err != nil {
			noteCause(r.Context(), err)
			newProblem(http.StatusForbidden, "a web page of another site sent this: only pages of this API's own address may call it").write(w)
			return
		}
		if tokens == nil && !isLoopback(hostOf(r)) {
			newProblem(http.StatusForbidden, "without tokens the API answers under localhost and loopback addresses only",
				ProblemError{"header.Host", "must be localhost or a loopback address", short(r.Host)}).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}
