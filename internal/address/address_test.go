package address_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/internal/address"
)

func TestOneAddressHasOneSpelling(t *testing.T) {
	cases := map[string][]string{
		"alain@contoso.example":              {"alain@contoso.example", " Alain@Contoso.EXAMPLE\n", "ALAIN@contoso.example\u00a0"},
		"jose@xn--caf-dma.example":           {"jose@café.example", "jose@CAFÉ.example", "jose@cafe\u0301.example", "Jose@XN--CAF-DMA.example"},
		"a@xn--strae-oqa.example":            {"a@straße.example"},
		"josé@contoso.example":               {"José@contoso.example", "JOSÉ@contoso.example"},
		"o'brien+pim@mail.contoso.example":   {"O'Brien+pim@Mail.contoso.example"},
		"a@contoso.example":                  {"a@contoso\u3002example", "a@ｃｏｎｔｏｓｏ.example"},
		"ops@mailhost":                       {"ops@mailhost"},
		"a@r3---sn-contoso.example":          {"a@r3---sn-contoso.example"},
		"first.last@sub.sub.contoso.example": {"First.Last@sub.sub.contoso.example"},
	}
	for want, spellings := range cases {
		for _, spelling := range spellings {
			got, err := address.Normalize(spelling)
			require.NoError(t, err, "%q", spelling)
			require.Equal(t, want, got, "%q", spelling)
		}
	}
}

func TestWhatIsNoAddressIsRefusedWithWhatWouldBeRight(t *testing.T) {
	const form, unseen, domain = "such as alain@contoso.example", "without blanks", "must have a domain"
	cases := []struct{ text, says string }{
		{"", form},
		{"   ", form},
		{"alain", form},
		{"@contoso.example", form},
		{"alain@", form},
		{"alain@@contoso.example", form},
		{"alain@contoso.example,bo@contoso.example", form},
		{"<alain@contoso.example>", form},
		{"alain..charon@contoso.example", form},
		{".alain@contoso.example", form},
		{`"alain"@contoso.example`, form},
		{"alain@contoso.example.", form},
		{"Alain <alain@contoso.example>", unseen},
		{"alain charon@contoso.example", unseen},
		{"alain@contoso.example\r\nBcc: x@y.example", unseen},
		{"al\u200bain@contoso.example", unseen},
		{"al\u202eain@contoso.example", unseen},
		{"al\x00ain@contoso.example", unseen},
		{"al\xffain@contoso.example", unseen},
		{"alain@contoso\u3002", domain},
		{"alain@con_toso.example", domain},
		{"alain@[192.0.2.1]", domain},
		{"alain@xn--zzzzzzzzzz-.example", domain},
		{"alain@" + strings.Repeat("a", 64) + ".example", domain},
		{"alain@" + strings.Repeat("abcdefg.", 40) + "example", domain},
		{strings.Repeat("a", 320) + "@contoso.example", "at most 320 bytes"},
		{"a@" + strings.Repeat("é", 1<<20) + ".example", "at most 320 bytes"},
	}
	for _, c := range cases {
		got, err := address.Normalize(c.text)
		require.Error(t, err, "%q became %q", c.text, got)
		require.Contains(t, err.Error(), c.says, "%q", c.text)
		require.Empty(t, got)
	}
}

func TestErrorsNeverHoldTheAddress(t *testing.T) {
	for _, text := range []string{"secretperson", "secretperson@con_toso.example", "secret person@contoso.example", strings.Repeat("secretperson", 40) + "@a.example"} {
		_, err := address.Normalize(text)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
		require.NotContains(t, err.Error(), "con_toso")
	}
}

func TestNormalisingTwiceChangesNothing(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abcXYZ09éÉßİıſΣςǅ中ａ・.-_+'@。 \u200d\u0301")), 1, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		text := letters.Draw(t, "local") + "@" + letters.Draw(t, "domain") + rapid.SampledFrom([]string{"", ".example", ".EXAMPLE", ".中国"}).Draw(t, "top")
		requireStable(t, text)
	})
}

func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{"alain@contoso.example", " A@B.example ", "jose@café.example", "a@xn--caf-dma.example", "a@ß.example", "İ@İ.example", "a@。", "a@[1.2.3.4]", `"a b"@c.example`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { requireStable(t, text) })
}

func requireStable(t require.TestingT, text string) {
	once, err := address.Normalize(text)
	if err != nil {
		require.Empty(t, once)
		return
	}
	twice, err := address.Normalize(once)
	require.NoError(t, err, "%q became %q", text, once)
	require.Equal(t, once, twice)
	padded, err := address.Normalize(" \t" + text + "\n")
	require.NoError(t, err)
	require.Equal(t, once, padded)
	require.True(t, utf8.ValidString(once))
	domain := once[strings.LastIndexByte(once, '@')+1:]
	for _, r := range domain {
		require.Less(t, r, rune(utf8.RuneSelf), "%q", once)
	}
}
