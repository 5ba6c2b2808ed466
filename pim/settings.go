package pim

import "time"

// DefaultApprovalTimeout is how long a request waits for its approvers: Microsoft documents a day.
const DefaultApprovalTimeout = 24 * time.Hour

// Settings are one tenant's, with the deployment's defaults where the tenant says nothing.
type Settings struct {
	Profile         Profile
	EngineDelay     EngineDelay
	ApprovalTimeout time.Duration
}

// DefaultSettings are what holds where nobody set anything.
func DefaultSettings() Settings {
	return Settings{Profile: Entra, EngineDelay: DefaultEngineDelay, ApprovalTimeout: DefaultApprovalTimeout}
}
