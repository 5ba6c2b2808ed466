package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const keyHeader = "Idempotency-Key"

// KeyHeader is under which key a change is made once. It is exported because the library fills in no other embedded fields.
type KeyHeader struct {
	Key string `header:"Idempotency-Key" doc:"1 to 255 visible ASCII characters, for one change of one assignment. The same change with the same key is made once; another one is refused." example:"8e03978e-40d5-43e8-bc93-6894a57f9324"`
}

// Resolve refuses a key that is there and empty, which the library takes for none, and more than one, of which it takes the first.
func (k *KeyHeader) Resolve(ctx huma.Context) []error {
	keys := 0
	ctx.EachHeader(func(name, _ string) {
		if strings.EqualFold(name, keyHeader) {
			keys++
		}
	})
	if keys > 1 || keys == 1 && k.Key == "" {
		return []error{&huma.ErrorDetail{Location: "header." + keyHeader, Message: "must be one key of 1 to 255 visible ASCII characters, or left out", Value: k.Key}}
	}
	return nil
}
