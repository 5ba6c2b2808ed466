package ses

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
)

// onlyThis makes the SDK's standard chain see nothing but what the test gives it.
func onlyThis(t *testing.T, env map[string]string) {
	t.Helper()
	none := t.TempDir() + "/none"
	base := map[string]string{
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_SESV2": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "", "AWS_CA_BUNDLE": "",
	}
	for k, v := range env {
		base[k] = v
	}
	for k, v := range base {
		t.Setenv(k, v)
	}
}

func TestTheStandardChainDecidesWhereMailGoes(t *testing.T) {
	s := newStub(t, accepts)
	onlyThis(t, map[string]string{
		"AWS_REGION": "eu-north-1", "AWS_ENDPOINT_URL_SESV2": s.URL,
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
	})
	sender, err := New(t.Context(), Options{})
	require.NoError(t, err)
	require.Equal(t, mail.Sent, sender.Send(t.Context(), message()).Class)
	require.Len(t, s.requests(), 1)
	require.Contains(t, s.heads[0].Get("Authorization"), "AKIDEXAMPLE/"+time.Now().UTC().Format("20060102")+"/eu-north-1/ses/aws4_request")
}

func TestTheSDKIsNotTalkedIntoRepeatingASend(t *testing.T) {
	s := newStub(t, says(http.StatusInternalServerError, "InternalServiceErrorException", "oops"))
	for _, mode := range []string{"standard", "adaptive"} {
		onlyThis(t, map[string]string{
			"AWS_REGION": "eu-north-1", "AWS_ENDPOINT_URL_SESV2": s.URL, "AWS_MAX_ATTEMPTS": "5", "AWS_RETRY_MODE": mode,
			"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		})
		sender, err := New(t.Context(), Options{})
		require.NoError(t, err)
		before := len(s.requests())
		require.Equal(t, mail.Unknown, sender.Send(t.Context(), message()).Class)
		require.Len(t, s.requests(), before+1, mode)
	}
}

func TestNoRegionIsRefusedAtStart(t *testing.T) {
	onlyThis(t, nil)
	_, err := New(t.Context(), Options{})
	require.ErrorContains(t, err, "AWS_REGION")
}

func TestANegativeTimeoutIsRefusedAtStart(t *testing.T) {
	_, err := New(t.Context(), Options{Timeout: -time.Second})
	require.ErrorContains(t, err, "time-out")
}

func TestWithoutCredentialsMailIsHeldAndSESIsNotAsked(t *testing.T) {
	s := newStub(t, accepts)
	onlyThis(t, map[string]string{"AWS_REGION": "eu-north-1", "AWS_ENDPOINT_URL_SESV2": s.URL})
	sender, err := New(t.Context(), Options{})
	require.NoError(t, err)
	out := sender.Send(t.Context(), message())
	require.Equal(t, mail.Held, out.Class, out)
	require.Equal(t, ReasonNoCredentials, out.Reason, out)
	require.Empty(t, s.requests())
}

func TestAnEndpointThatMakesNoRequestIsHeld(t *testing.T) {
	sender := at(t, "http://[broken", time.Second)
	out := sender.Send(t.Context(), message())
	require.Equal(t, mail.Held, out.Class, out)
	require.Equal(t, ReasonConfiguration, out.Reason, out)
}

func TestAnExplicitEndpointNeverSeesRealCredentials(t *testing.T) {
	s := newStub(t, accepts)
	onlyThis(t, map[string]string{"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "AKIDREAL", "AWS_SECRET_ACCESS_KEY": "secret"})
	require.Equal(t, mail.Sent, s.sender(t, Options{}).Send(t.Context(), message()).Class)
	require.NotContains(t, s.heads[0].Get("Authorization"), "AKIDREAL")
}
