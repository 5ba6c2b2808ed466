package activities

import (
	"time"

	"pimnotify/pim"
)

// SetPatience shortens what a test would otherwise wait for: how long no mail is taken before mails are held, and how long
// outcomes are offered to a ledger that is away once the activity has been stopped.
func (a *Activities) SetPatience(held, settling time.Duration) {
	a.patience, a.settling = held, settling
}

// LeaseHolds is the last check before a send.
func (a *Activities) LeaseHolds(claim pim.Claim, claimed time.Time) bool {
	return a.leaseHolds(claim, claimed)
}
