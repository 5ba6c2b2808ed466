package directory

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// IsURL reports whether the name of a directory is a service's base URL rather than a file's path.
func IsURL(name string) bool {
	scheme, _, found := strings.Cut(name, "://")
	return found && !strings.ContainsAny(scheme, `/\.`)
}

// CheckURL says what is wrong with a service's base URL.
func CheckURL(base string) error {
	_, err := parseBase(base)
	return err
}

// parseBase takes a service's base URL. Plain HTTP is for loopback only: the answers decide who is mailed, and the token travels
// with each question. Errors never hold the URL, in which somebody may have put a password.
func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, errors.New("must be the path of a file or an address such as https://directory.contoso.example/v1")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("must be without credentials, query and fragment: a token is in the file that PIMNOTIFY_DIRECTORY_TOKEN names")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, errors.New("must begin with https:// beyond loopback")
	}
	return u, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.Unmap().IsLoopback())
}

// bearer is a token as it stands behind "Bearer" in a header.
type bearer string

// maxBearer is what servers' limits for headers surely let through.
const maxBearer = 4096

var bearerForm = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// parseBearer reads a token file. The error never holds what the file says.
func parseBearer(name string, data []byte) (bearer, error) {
	text := bytes.TrimSpace(data)
	switch {
	case len(text) == 0:
		return "", fmt.Errorf("%s: must hold a bearer token, and is empty", name)
	case len(text) > maxBearer || !bearerForm.Match(text):
		return "", fmt.Errorf("%s: must hold one bearer token and nothing else: at most %d of A-Z a-z 0-9 . _ ~ + / - with = at the end", name, maxBearer)
	}
	return bearer(text), nil
}
