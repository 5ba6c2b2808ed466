package inbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
)

func TestFaultsAreSetAndTakenAwayOverHTTP(t *testing.T) {
	b := inbox.New(inbox.Options{})
	w := call(b, "PUT", "/faults", `{"faults":[{"kind":"fail","status":503,"code":"X","message":"no","next":2},{"kind":"latency","delay":"1ms"}]}`)
	require.Equal(t, 200, w.Code, w.Body)
	require.Equal(t, []int{503}, outcomes(b, 1))
	require.JSONEq(t, `{"faults":[{"kind":"fail","status":503,"code":"X","message":"no","next":1},{"kind":"latency","delay":"1ms"}]}`,
		call(b, "GET", "/faults", "").Body.String())
	require.Contains(t, call(b, "GET", "/", "").Body.String(), "2 faults set")
	require.Equal(t, []int{503, 200}, outcomes(b, 2))
	require.JSONEq(t, `{"faults":[{"kind":"latency","delay":"1ms"}]}`, call(b, "GET", "/faults", "").Body.String(), "what is used up is gone")
	require.Equal(t, 204, call(b, "DELETE", "/faults", "").Code)
	require.JSONEq(t, `{"faults":[]}`, call(b, "GET", "/faults", "").Body.String())
}

func TestAWrongFaultIsRefusedByItsField(t *testing.T) {
	for body, want := range map[string]string{
		`{"faults":[{"kind":"explode"}]}`:                        "faults[0].kind",
		`{"faults":[{"kind":"cut"},{"kind":"latency"}]}`:         "faults[1].delay",
		`{"faults":[{"kind":"latency","delay":"-1s"}]}`:          "negative",
		`{"faults":[{"kind":"throttle","afterAccepting":true}]}`: "faults[0].afterAccepting",
		`{"faults":[{"kind":"cut","chance":1.5}]}`:               "faults[0].chance",
		`{"faults":[{"kind":"cut","next":-1}]}`:                  "faults[0].next",
		`{"faults":[{"kind":"fail","status":200}]}`:              "faults[0].status",
		`{"faults":[{"kind":"cut","recipient":"[a"}]}`:           "faults[0].recipient",
		`{"faults":[{"kind":"cut","probability":0.5}]}`:          "probability",
		`{"faults":`: "EOF",
	} {
		b := inbox.New(inbox.Options{Faults: []inbox.Fault{{Kind: inbox.Throttle}}})
		w := call(b, "PUT", "/faults", body)
		require.Contains(t, []int{400, 422}, w.Code, body)
		require.Contains(t, w.Body.String(), want, body)
		require.Equal(t, []int{429}, outcomes(b, 1), "the faults before it stay")
	}
}

func TestTheAccountIsChangedOverHTTP(t *testing.T) {
	b := inbox.New(inbox.Options{})
	require.Equal(t, 200, call(b, "PUT", "/account", `{"sendingPaused":true}`).Code)
	require.Equal(t, []int{400}, outcomes(b, 1))
	require.Equal(t, 422, call(b, "PUT", "/account", `{"maxSendRate":-1}`).Code)
	require.JSONEq(t, `{"maxSendRate":0,"max24HourSend":0,"sendingPaused":true}`, call(b, "GET", "/account", "").Body.String())
}

func TestAnotherPageInTheBrowserCannotForgetMails(t *testing.T) {
	b := inbox.New(inbox.Options{})
	post(b, raw(nil))
	require.Equal(t, 403, crossSite(b, "POST", "/clear-store"))
	require.Equal(t, 403, crossSite(b, "DELETE", "/faults"))
	require.Len(t, b.Messages(), 1)
	require.Equal(t, 200, call(b, "POST", "/clear-store", "").Code)
	require.Empty(t, b.Messages())
}
