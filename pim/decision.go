package pim

import "time"

// ReviewResult is what an approver answered.
type ReviewResult string

// The two answers.
const (
	Approve ReviewResult = "Approve"
	Deny    ReviewResult = "Deny"
)

// Decision is an approver's answer to a request. The first one wins.
type Decision struct {
	ID               string       `json:"id,omitempty"` // the record's own id of it
	ReviewResult     ReviewResult `json:"reviewResult,omitempty" doc:"Approve or Deny." example:"Approve"`
	Justification    string       `json:"justification,omitempty" doc:"The approver's reason, free text." example:"ok"`
	ReviewedBy       Principal    `json:"reviewedBy,omitzero" doc:"Who decided; only id is required."`
	ReviewedDateTime time.Time    `json:"reviewedDateTime,omitzero" doc:"When; now where left out."`
}

// SameAs reports whether two decisions say the same: the same person, the same answer. It is what makes repeating one harmless.
func (d Decision) SameAs(other Decision) bool {
	return d.ReviewResult == other.ReviewResult && d.ReviewedBy.ID == other.ReviewedBy.ID
}
