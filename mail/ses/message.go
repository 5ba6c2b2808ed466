package ses

import (
	netmail "net/mail"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"pimnotify/mail"
)

var utf8Charset = aws.String("UTF-8")

// input puts a message into SES's words.
func input(m mail.Message, configurationSet string) *sesv2.SendEmailInput {
	in := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(from(m.From)),
		// The recipient's display name stays here: it would be the one place where a name that somebody else typed is
		// parsed as an address, and no reader of the mail misses it.
		Destination: &types.Destination{ToAddresses: []string{m.To.Address}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: &types.Content{Data: aws.String(oneLine(m.Subject)), Charset: utf8Charset},
			Body:    &types.Body{Html: content(m.HTML), Text: content(m.Text)},
			Headers: headers(m),
		}},
		EmailTags: tags(m),
	}
	if configurationSet != "" {
		in.ConfigurationSetName = aws.String(configurationSet)
	}
	return in
}

func content(s string) *types.Content {
	if s == "" {
		return nil
	}
	return &types.Content{Data: aws.String(s), Charset: utf8Charset}
}

// from is the address with its name, quoted or as encoded words, as RFC 5322 and 2047 want it.
func from(a mail.Address) string {
	name := oneLine(a.Name)
	if name == "" {
		return a.Address
	}
	return (&netmail.Address{Name: name, Address: a.Address}).String()
}

// tags are how an event of SES is traced back to the attempt that caused it.
func tags(m mail.Message) []types.MessageTag {
	var out []types.MessageTag
	for _, t := range [...]struct{ name, value string }{
		{"mail", m.ID},
		{"attempt", strconv.Itoa(m.Attempt)},
		{"event", m.Event},
	} {
		if v := tagValue(t.value); v != "" { // SES refuses a mail for an empty tag
			out = append(out, types.MessageTag{Name: aws.String(t.name), Value: aws.String(v)})
		}
	}
	return out
}

// tagValue keeps to what SES takes: letters, digits, _ and -, at most 256 of them. Dots become underscores, as in
// activation_completed; so does what else does not fit, since a mail is worth more than its tag.
func tagValue(s string) string {
	const most = 256
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), most)]
}
