package pim

import "errors"

// What a record or a directory answers when there is nothing of that name. Adapters wrap these; callers ask with errors.Is.
var (
	ErrUnknownTenant = errors.New("unknown tenant")
	ErrNotFound      = errors.New("not found")
)
