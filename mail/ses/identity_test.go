package ses

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// identities answers GetEmailIdentity from a map: "yes", "pending", "denied"; missing is missing.
func identities(states map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch states[strings.TrimPrefix(r.URL.Path, "/v2/email/identities/")] {
		case "yes":
			_, _ = io.WriteString(w, `{"VerifiedForSendingStatus":true}`)
		case "pending":
			_, _ = io.WriteString(w, `{"VerifiedForSendingStatus":false}`)
		case "denied":
			says(http.StatusForbidden, "AccessDeniedException", "not authorized")(w, r)
		default:
			says(http.StatusNotFound, "NotFoundException", "does not exist")(w, r)
		}
	}
}

const pimAddress = "pim@mail.corp.contoso.example"

func TestTheAddressItsDomainOrADomainAboveMayVouchForTheSender(t *testing.T) {
	for _, identity := range []string{pimAddress, "mail.corp.contoso.example", "corp.contoso.example", "contoso.example"} {
		s := newStub(t, identities(map[string]string{pimAddress: "pending", identity: "yes"}))
		warning, err := s.sender(t, Options{}).CheckIdentity(t.Context(), pimAddress)
		require.NoError(t, err, identity)
		require.Empty(t, warning)
	}
}

func TestASenderThatNothingVouchesForIsAnErrorThatSaysWhatToDo(t *testing.T) {
	s := newStub(t, identities(map[string]string{pimAddress: "pending"}))
	warning, err := s.sender(t, Options{}).CheckIdentity(t.Context(), pimAddress)
	require.Empty(t, warning)
	require.ErrorContains(t, err, "SES cannot send from "+pimAddress)
	require.ErrorContains(t, err, pimAddress+" is not verified yet")
	require.ErrorContains(t, err, "contoso.example does not exist")
	require.ErrorContains(t, err, "verify the address or its domain")
	require.Len(t, s.requests(), 4, "a missing identity is an answer, and asked for once; a top-level domain is nobody's")
}

func TestNoPermissionIsAWarning(t *testing.T) {
	s := newStub(t, identities(map[string]string{pimAddress: "denied", "contoso.example": "denied"}))
	warning, err := s.sender(t, Options{}).CheckIdentity(t.Context(), pimAddress)
	require.NoError(t, err)
	require.Contains(t, warning, "ses:GetEmailIdentity")
}

func TestNoPermissionForTheAddressDoesNotHideTheVerifiedDomain(t *testing.T) {
	s := newStub(t, identities(map[string]string{pimAddress: "denied", "contoso.example": "yes"}))
	warning, err := s.sender(t, Options{}).CheckIdentity(t.Context(), pimAddress)
	require.NoError(t, err)
	require.Empty(t, warning)
}

func TestAnEndpointThatDoesNotKnowTheCallIsAWarning(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"no JSON": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<UnknownOperationException/>")
		},
		"named":              says(http.StatusNotFound, "UnknownOperationException", "what?"),
		"not implemented":    says(http.StatusNotImplemented, "", "no"),
		"method not allowed": says(http.StatusMethodNotAllowed, "", "no"),
	} {
		s := newStub(t, handle)
		warning, err := s.sender(t, Options{}).CheckIdentity(t.Context(), pimAddress)
		require.NoError(t, err, name)
		require.Contains(t, warning, "does not tell about identities", name)
	}
}

func TestWrongCredentialsAreAnError(t *testing.T) {
	s := newStub(t, says(http.StatusForbidden, "UnrecognizedClientException", "The security token included in the request is invalid."))
	_, err := s.sender(t, Options{}).CheckIdentity(t.Context(), pimAddress)
	require.ErrorContains(t, err, "security token")
}

func TestAnUnreachableSESIsAnErrorAfterAFewTries(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	_, err = at(t, "http://"+l.Addr().String(), time.Second).CheckIdentity(t.Context(), pimAddress)
	require.ErrorContains(t, err, "connection refused")

	url, requests := rawServer(t, hang)
	_, err = at(t, url, 50*time.Millisecond).CheckIdentity(t.Context(), pimAddress)
	require.Error(t, err)
	require.Equal(t, readAttempts, requests())
}

func TestADeprecatedOrMalformedSenderIsRefusedWithoutAsking(t *testing.T) {
	s := newStub(t, identities(nil))
	for address, want := range map[string]string{
		"azure-noreply@microsoft.com": "deprecated",
		"Azure-NoReply@Microsoft.com": "deprecated",
		"pim":                         "pim@contoso.example",
		"":                            "pim@contoso.example",
		"PIM <pim@contoso.example>":   "pim@contoso.example",
	} {
		_, err := s.sender(t, Options{}).CheckIdentity(t.Context(), address)
		require.ErrorContains(t, err, want, address)
	}
	require.Empty(t, s.requests())
}
