package activities

import (
	"time"

	"pimnotify/pim"
)

// PrepareDigestActivity is the registered name of Activities.PrepareDigest.
const PrepareDigestActivity = "PrepareDigest"

// PrepareDigestInput names a digest by a moment.
type PrepareDigestInput struct {
	Tenant string `json:"tenant"`
	// At is the slot, or whatever other moment the digest is to reach up to.
	At time.Time `json:"at"`
	// AsOf asks for the digest of the latest slot that is not after this moment, in the place of At; zero where At holds.
	AsOf time.Time `json:"asOf,omitzero"`
}

// PrepareDigestResult is the week that a digest is about.
type PrepareDigestResult struct {
	Date string    `json:"date"` // of the slot, in the tenant's time zone: 2026-11-23
	From time.Time `json:"from"`
	To   time.Time `json:"to"`   // no part of the week
	Next time.Time `json:"next"` // the first slot after this one
	// Untold is why nobody is to be told; empty where the digest is to be sent.
	Untold Untold `json:"untold,omitempty"`
}

// Due is the digest as something that is due.
func (r PrepareDigestResult) Due() pim.Due {
	return pim.Due{Event: digestEvent(r.Date, r.To), Part: pim.PartAll, DueDateTime: r.To}
}

// Untold is why a week's digest is told to nobody.
type Untold string

// The reasons.
const (
	UntoldUnknownTenant Untold = "unknownTenant" // the directory does not know the tenant
	UntoldOtherCloud    Untold = "otherCloud"    // there is a digest in the public cloud only
	UntoldDigestOff     Untold = "digestOff"     // the tenant has switched it off
	UntoldPIMDisabled   Untold = "pimDisabled"   // the tenant does not use PIM
	UntoldEmpty         Untold = "empty"         // nothing happened, and the tenant does not want to hear of that
)
