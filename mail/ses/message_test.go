package ses

import (
	"encoding/json"
	"flag"
	netmail "net/mail"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestAMessageLooksLikeThisOnTheWire(t *testing.T) {
	s := newStub(t, accepts)
	m := message()
	m.Headers = []mail.Header{{Name: "X-Request", Value: "r1\r\nBcc: everybody@contoso.example"}}
	out := s.sender(t, Options{ConfigurationSet: "pim"}).Send(t.Context(), m)
	require.Equal(t, mail.Outcome{Class: mail.Sent, MessageID: "m-1"}, out)

	require.Len(t, s.requests(), 1)
	line, body, _ := strings.Cut(s.requests()[0], "\n")
	require.Equal(t, "POST /v2/email/outbound-emails", line)
	var v any
	require.NoError(t, json.Unmarshal([]byte(body), &v))
	got, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	const golden = "testdata/request.golden.json"
	if *update {
		require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got)+"\n")
}

func TestWhatIsEmptyIsLeftOut(t *testing.T) {
	m := message()
	m.HTML, m.EventID = "", ""
	in := input(m, "")
	require.Nil(t, in.ConfigurationSetName)
	require.Nil(t, in.Content.Simple.Body.Html)
	require.NotNil(t, in.Content.Simple.Body.Text)
	for _, h := range in.Content.Simple.Headers {
		require.NotEqual(t, "X-PIM-Event-Id", *h.Name)
	}
}

func TestEverySenderNameIsReadBackAsItWasMeant(t *testing.T) {
	for name, want := range map[string]string{
		"Microsoft Security":    "Microsoft Security",
		`Security, "PIM" <x@y>`: `Security, "PIM" <x@y>`,
		`back\slash`:            `back\slash`,
		"Säkerhet":              "Säkerhet",
		"日本, the long one: " + strings.Repeat("あ", 60): "日本, the long one: " + strings.Repeat("あ", 60),
		"PIM\r\nBcc: everybody@x":                      "PIM Bcc: everybody@x",
		"":                                             "",
	} {
		wire := from(mail.Address{Name: name, Address: "sender@contoso.example"})
		require.NotContains(t, wire, "\n")
		for _, r := range wire {
			require.Less(t, r, rune(0x80), wire)
		}
		a, err := netmail.ParseAddress(wire)
		require.NoError(t, err, wire)
		require.Equal(t, want, a.Name)
		require.Equal(t, "sender@contoso.example", a.Address)
	}
	require.Equal(t, `"Microsoft Security" <a@b.example>`, from(mail.Address{Name: "Microsoft Security", Address: "a@b.example"}))
}

func TestTagsKeepToWhatSESTakes(t *testing.T) {
	require.Equal(t, "activation_completed", tagValue("activation.completed"))
	require.Equal(t, "a_b_c-D_9", tagValue("a b/c-D_9"))
	require.Len(t, tagValue(strings.Repeat("x", 300)), 256)
}
