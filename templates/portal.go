package templates

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"pimnotify/pim"
)

// portal is the base of all links, without a slash at its end.
type portal string

func parsePortal(text string) (portal, error) {
	u, err := url.Parse(text)
	if err != nil {
		// The error of url.Parse repeats the URL, which may hold a password.
		return "", errors.New("is not a URL: write something like https://portal.contoso.example")
	}
	switch {
	case u.Hostname() == "" || u.Opaque != "":
		return "", errors.New("must be absolute, such as https://portal.contoso.example")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return "", fmt.Errorf("must begin with https:// (http:// only on a loopback host), not %q", u.Scheme)
	case u.User != nil:
		return "", errors.New("must not hold a user or password: every reader of a mail would see them")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#"):
		return "", errors.New("must have no query and no fragment: paths are added at its end")
	}
	return portal(strings.TrimRight(u.String(), "/")), nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// task is what a mail's one button says, and where it leads.
type task struct {
	label string
	page  func(portal, pim.Letter) (string, error)
}

// requestPage is where a request is approved or denied, and seen.
func requestPage(p portal, l pim.Letter) (string, error) {
	return p.under("requests", "request", l.RequestID)
}

// assignmentPage is where an assignment is extended or renewed.
func assignmentPage(p portal, l pim.Letter) (string, error) {
	if l.Assignment == nil {
		return "", errors.New("no link can be made without the assignment")
	}
	return p.under("assignments", "assignment", l.Assignment.ID)
}

func (p portal) under(folder, what, id string) (string, error) {
	if id == "" || id == "." || id == ".." {
		// Escaped or not, browsers read these as steps in the path.
		return "", fmt.Errorf("no link can be made of %s id %q", what, id)
	}
	return string(p) + "/" + folder + "/" + url.PathEscape(id), nil
}

// insightsPage is where permanent assignments are found, and made eligible.
func insightsPage(p portal, _ pim.Letter) (string, error) { return string(p) + "/insights", nil }

// rolesPage is where roles are viewed and activated.
func rolesPage(p portal, _ pim.Letter) (string, error) { return string(p) + "/roles", nil }
