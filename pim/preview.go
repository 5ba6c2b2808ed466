package pim

import "time"

// PreviewRequest is something that nobody has asked for yet: a request or an assignment, under the id that it would have.
type PreviewRequest struct {
	ID                string             `json:"id,omitempty" doc:"The id that it would have. The delays of its mails depend on it." example:"r1"`
	ActivationRequest *ActivationRequest `json:"activationRequest,omitempty" doc:"As it would be put. Either this or assignment."`
	Assignment        *Assignment        `json:"assignment,omitempty" doc:"As it would be put. Either this or activationRequest."`
}

// Preview is what would be told of it in the usual course, in order of time.
type Preview struct {
	Events []EventPreview `json:"events"`
}

// EventPreview is an event as it would be told, by the directory, the settings and the rules of now.
type EventPreview struct {
	ID          string        `json:"id"`
	Kind        EventKind     `json:"kind"`
	DueDateTime time.Time     `json:"dueDateTime" doc:"With the delay that is drawn for this id."`
	Recipients  []Delivery    `json:"recipients" doc:"Everybody who would be told or left out, in order."`
	Mails       []MailPreview `json:"mails" doc:"One of each audience, as its first recipient would read it."`
}

// MailPreview is one mail in words.
type MailPreview struct {
	Audience Audience `json:"audience"`
	Subject  string   `json:"subject"`
	HTML     string   `json:"html"`
	Text     string   `json:"text"`
}
