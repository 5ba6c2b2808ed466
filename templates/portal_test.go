package templates

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestLinksLeadToThePortalWhateverItsPath(t *testing.T) {
	for base, want := range map[string]string{
		"https://portal.contoso.example":       "https://portal.contoso.example/requests/r1",
		"https://portal.contoso.example/":      "https://portal.contoso.example/requests/r1",
		"HTTPS://portal.contoso.example/pim//": "https://portal.contoso.example/pim/requests/r1",
		"https://portal.contoso.example:8443":  "https://portal.contoso.example:8443/requests/r1",
		"http://localhost:3000":                "http://localhost:3000/requests/r1",
		"http://127.0.0.9":                     "http://127.0.0.9/requests/r1",
		"http://[::1]:3000":                    "http://[::1]:3000/requests/r1",
	} {
		p, err := parsePortal(base)
		require.NoError(t, err, base)
		link, err := requestPage(p, pim.Letter{RequestID: "r1"})
		require.NoError(t, err)
		require.Equal(t, want, link)
	}
}

func TestAPortalThatMailsMustNotLinkToIsRefused(t *testing.T) {
	for base, want := range map[string]string{
		"":                                "must be absolute",
		"portal.contoso.example":          "must be absolute",
		"/pim":                            "must be absolute",
		"https:portal.contoso.example":    "must be absolute",
		"https://":                        "must be absolute",
		"https://:443":                    "must be absolute",
		"//portal.contoso.example":        "must begin with https://",
		"http://portal.contoso.example":   "must begin with https://",
		"http://localhost.example":        "must begin with https://",
		"http://10.0.0.1":                 "must begin with https://",
		"ftp://portal.contoso.example":    "must begin with https://",
		"https://u:pw@portal.example":     "user or password",
		"https://portal.example/?token=x": "no query",
		"https://portal.example/?":        "no query",
		"https://portal.example/#top":     "no fragment",
		"https://portal.example/#":        "no fragment",
		"https://u:pw@portal example":     "is not a URL",
	} {
		_, err := New(Options{PortalURL: base})
		require.ErrorContains(t, err, "portal URL", base)
		require.ErrorContains(t, err, want, base)
		require.NotContains(t, err.Error(), "pw@", "a password stays out of errors")
	}
}

func TestAnIDStaysOneStepOfThePath(t *testing.T) {
	link, err := requestPage("https://portal.contoso.example", pim.Letter{RequestID: `a/../b?c#d "%é`})
	require.NoError(t, err)
	require.Equal(t, "https://portal.contoso.example/requests/a%2F..%2Fb%3Fc%23d%20%22%25%C3%A9", link)
	for _, id := range []string{"", ".", ".."} {
		_, err := requestPage("https://portal.contoso.example", pim.Letter{RequestID: id})
		require.ErrorContains(t, err, "request id", id)
	}
}
