package starter_test

import (
	"context"
	"errors"

	"pimnotify/pim"
)

// awayDirectory does not answer.
type awayDirectory struct{}

var errNoDirectory = errors.New("connection refused")

func (awayDirectory) Tenants(context.Context) ([]string, error) { return nil, errNoDirectory }

func (awayDirectory) Organization(context.Context, string) (pim.Organization, error) {
	return pim.Organization{}, errNoDirectory
}

func (awayDirectory) Principal(context.Context, string, string) (pim.Principal, bool, error) {
	return pim.Principal{}, false, errNoDirectory
}

func (awayDirectory) Holders(context.Context, string, pim.HolderQuery) ([]pim.Holder, error) {
	return nil, errNoDirectory
}

func (awayDirectory) MemberOf(context.Context, string, string, []pim.Principal) (bool, error) {
	return false, errNoDirectory
}
