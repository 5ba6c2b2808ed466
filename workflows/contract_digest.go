package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"pimnotify/activities"
	"pimnotify/pim"
)

// DigestWorkflow is the registered name of Digest.
const DigestWorkflow = "Digest"

// DigestID is what the ids of a tenant's digests begin with. Temporal appends the slot; see DigestIDAt.
func DigestID(tenant string) string { return "digest/" + tenant + "/week" }

// DigestIDAt is the id that Temporal gives the run of a slot.
func DigestIDAt(tenant string, slot time.Time) string {
	return DigestID(tenant) + "-" + slot.UTC().Format(time.RFC3339)
}

// DigestScheduleID is the id of the Schedule that starts a tenant's digests.
func DigestScheduleID(tenant string) string { return "digest/" + tenant }

// ScheduledStartTime is when Temporal meant to start a run: the slot, whenever the run really began.
var ScheduledStartTime = temporal.NewSearchAttributeKeyTime("TemporalScheduledStartTime")

// DigestInput is what a digest is started with.
type DigestInput struct {
	Tenant string `json:"tenant"`
	// AsOf asks for the latest slot that is not after it. Zero, as the Schedule starts it: the slot for which the run was started,
	// or else the moment of its start.
	AsOf time.Time `json:"asOf,omitzero"`
}

// DigestResult is what became of a week's digest.
type DigestResult struct {
	EventID string            `json:"eventId"`
	From    time.Time         `json:"from"`
	To      time.Time         `json:"to"`
	Untold  activities.Untold `json:"untold,omitempty"` // why it was told to nobody
	Counts  pim.Counts        `json:"counts,omitempty"` // of its recipients, by status
}
