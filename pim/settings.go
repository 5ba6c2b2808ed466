package pim

import (
	"fmt"
	"time"
)

// What Microsoft documents: a request waits a day for its approvers, and an assignment can be renewed for 30 days after it ended.
const (
	DefaultApprovalTimeout = 24 * time.Hour
	DefaultRenewWindow     = 30 * 24 * time.Hour
)

// DefaultExpiryNotices are how long before its end an assignment's mails leave: 14 days and a day. The first is also when it can
// be extended.
func DefaultExpiryNotices() []time.Duration {
	return []time.Duration{14 * 24 * time.Hour, 24 * time.Hour}
}

// Settings are one tenant's, with the deployment's defaults where the tenant says nothing. Lists in it must not be changed.
type Settings struct {
	Profile         Profile
	EngineDelay     EngineDelay
	ApprovalTimeout time.Duration
	// ExpiryNotices are before the end of an assignment, one or more, descending; the first is also the extend window.
	ExpiryNotices []time.Duration
	RenewWindow   time.Duration // after the end of an assignment
	Alerts        Alerts
	Digest        DigestSettings
	// UnknownOutcome is for all mails but the digest, which has its own.
	UnknownOutcome UnknownOutcome
	// UnreachableApproverMail: whether the fallback administrators are told where no approver can be reached.
	UnreachableApproverMail bool
}

// Alerts are the switches of mails that warn.
type Alerts struct {
	AssignedOutsidePIM bool // somebody was assigned a role outside of PIM
}

// DigestSettings are the weekly digest's.
type DigestSettings struct {
	Enabled              bool
	Weekday              time.Weekday
	Hour                 int      // 0 to 23, in TimeZone
	TimeZone             string   // of the IANA database: Europe/Oslo
	AdditionalRecipients []string // normalised addresses
	SkipEmpty            bool     // whether a week with nothing in it goes untold
	UnknownOutcome       UnknownOutcome
}

// UnknownOutcome says what becomes of a mail of which nobody knows whether it was sent, once its proof has not come in time.
type UnknownOutcome string

// The two choices.
const (
	Resend UnknownOutcome = "resend" // sent again: nothing is lost, and a duplicate is possible
	Hold   UnknownOutcome = "hold"   // left as it is: never twice, and possibly never
)

// DefaultSettings are what holds where nobody set anything. The digest is held rather than sent twice: the next one says more.
func DefaultSettings() Settings {
	return Settings{
		Profile: Entra, EngineDelay: DefaultEngineDelay, ApprovalTimeout: DefaultApprovalTimeout,
		ExpiryNotices: DefaultExpiryNotices(), RenewWindow: DefaultRenewWindow,
		Alerts:         Alerts{AssignedOutsidePIM: true},
		Digest:         DigestSettings{Enabled: true, Weekday: time.Monday, Hour: 8, TimeZone: "UTC", UnknownOutcome: Hold},
		UnknownOutcome: Resend,
	}
}

// ValidateNotices says what is wrong with the moments before the end of an assignment at which mails leave.
func ValidateNotices(notices []time.Duration) error {
	for i, n := range notices {
		if n <= 0 || i > 0 && n >= notices[i-1] {
			return fmt.Errorf("must be positive durations, each shorter than the one before, such as 14 days and 1 day")
		}
	}
	if len(notices) == 0 {
		return fmt.Errorf("must be at least one duration")
	}
	return nil
}

// RuleOrigin is where an effective notification rule comes from. The zero value: nobody changed it, it has its defaults.
type RuleOrigin struct {
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
	Key   string `json:"key,omitempty"`   // tenants.contoso.policies[0].rules[1]
	Role  string `json:"role,omitempty"`  // of the policy that won: an id, a display name, or * for all
	Scope string `json:"scope,omitempty"` // an id, or * for all
}

// IsDefault reports whether nobody changed the rule.
func (o RuleOrigin) IsDefault() bool { return o == RuleOrigin{} }

// String is the origin as people read it: settings.yaml:14: tenants.contoso.policies[0].rules[1].
func (o RuleOrigin) String() string {
	if o.IsDefault() {
		return "default"
	}
	return fmt.Sprintf("%s:%d: %s", o.File, o.Line, o.Key)
}
