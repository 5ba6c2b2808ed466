package inbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
)

type object = map[string]any

func simple(m object) object { return m["Content"].(object)["Simple"].(object) }

func TestWhatSESWouldRefuseIsRefused(t *testing.T) {
	tags := func(list ...object) func(object) {
		return func(m object) { m["EmailTags"] = list }
	}
	headers := func(list ...object) func(object) {
		return func(m object) { simple(m)["Headers"] = list }
	}
	to := func(addresses ...string) func(object) {
		return func(m object) { m["Destination"] = object{"ToAddresses": addresses} }
	}
	many := make([]object, 51)
	for i := range many {
		many[i] = object{"Name": "X-" + strings.Repeat("n", i+1), "Value": "1"}
	}
	for name, c := range map[string]struct {
		change func(object)
		want   string
	}{
		"no content":              {func(m object) { m["Content"] = object{} }, "Content.Simple is missing"},
		"raw content too":         {func(m object) { m["Content"].(object)["Raw"] = object{"Data": ""} }, "more than one"},
		"no subject":              {func(m object) { delete(simple(m), "Subject") }, "Subject.Data is missing"},
		"an empty subject":        {func(m object) { simple(m)["Subject"] = object{"Data": ""} }, "Subject.Data is missing"},
		"a subject of two lines":  {func(m object) { simple(m)["Subject"] = object{"Data": "a\nb"} }, "line break"},
		"no body":                 {func(m object) { delete(simple(m), "Body") }, "neither Html nor Text"},
		"an empty body":           {func(m object) { simple(m)["Body"] = object{"Text": object{"Data": ""}} }, "neither Html nor Text"},
		"no charset":              {func(m object) { simple(m)["Subject"] = object{"Data": "Zoë"} }, "Charset UTF-8"},
		"no sender":               {func(m object) { delete(m, "FromEmailAddress") }, "FromEmailAddress is missing"},
		"a sender without domain": {func(m object) { m["FromEmailAddress"] = "sender" }, "Illegal address: sender"},
		"a sender not encoded":    {func(m object) { m["FromEmailAddress"] = "Säkerhet <a@b.example>" }, "not ASCII"},
		"nobody to send to":       {to(), "Destination has no address"},
		"no destination":          {func(m object) { delete(m, "Destination") }, "Destination has no address"},
		"a recipient not ASCII":   {to("zoë@contoso.example"), "not ASCII"},
		"two lines of recipient":  {to("a@b.example\r\nBcc: c@d.example"), "Illegal address"},
		"a domain ending in dot":  {to("a@b.example."), "Illegal address"},
		"too many recipients":     {to(strings.Split(strings.Repeat("a@b.example ", 51), " ")[:51]...), "Recipient count exceeds 50"},
		"a tag with a dot":        {tags(object{"Name": "event", "Value": "a.b"}), "Invalid tag"},
		"a tag without a value":   {tags(object{"Name": "event", "Value": ""}), "Invalid tag"},
		"a tag too long":          {tags(object{"Name": "event", "Value": strings.Repeat("x", 257)}), "Invalid tag"},
		"a tag twice":             {tags(object{"Name": "a", "Value": "1"}, object{"Name": "a", "Value": "2"}), "Duplicate tag"},
		"too many tags":           {tags(many...), "more than 50 tags"},
		"a header name":           {headers(object{"Name": "X Y", "Value": "1"}), "Invalid header name"},
		"a header value":          {headers(object{"Name": "X-Y", "Value": "Zoë"}), "printable ASCII"},
		"a header of two lines":   {headers(object{"Name": "X-Y", "Value": "a\r\nBcc: b"}), "printable ASCII"},
		"a header too long":       {headers(object{"Name": "X-Y", "Value": strings.Repeat("x", 995)}), "995"},
		"a second subject":        {headers(object{"Name": "SUBJECT", "Value": "x"}), "Header not allowed"},
		"too many headers":        {headers(many[:16]...), "more than 15 fields"},
	} {
		t.Run(name, func(t *testing.T) {
			b := inbox.New(inbox.Options{})
			w := post(b, raw(c.change))
			require.Equal(t, 400, w.Code)
			require.Equal(t, "BadRequestException", w.Header().Get("X-Amzn-ErrorType"))
			var body struct{ Message string }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
			require.Contains(t, body.Message, c.want)
			require.Empty(t, b.Messages())
			require.Equal(t, "400 BadRequestException", b.Requests()[0].Answer)
		})
	}
}

func TestABodyThatIsNoJSONOrTooLargeIsRefused(t *testing.T) {
	b := inbox.New(inbox.Options{})
	w := post(b, "{")
	require.Equal(t, 400, w.Code)
	require.Equal(t, "SerializationException", w.Header().Get("X-Amzn-ErrorType"))

	w = post(b, `{"FromEmailAddress":"`+strings.Repeat("x", 13<<20)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	require.Empty(t, b.Messages())
}

func TestARequestWithoutASignatureIsForbidden(t *testing.T) {
	b := inbox.New(inbox.Options{})
	w := call(b, "POST", "/v2/email/outbound-emails", raw(nil))
	require.Equal(t, 403, w.Code)
	require.Empty(t, b.Messages())
}

func TestACallThatIsNotKnownIsToldSo(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/v2/email/templates", nil)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256")
	w := httptest.NewRecorder()
	inbox.New(inbox.Options{}).ServeHTTP(w, r)
	require.Equal(t, 404, w.Code)
	require.Equal(t, "UnknownOperationException", w.Header().Get("X-Amzn-ErrorType"))
}
