package pim

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// The sentences of explanations: short, in the past tense, times in UTC. Each status, each reason, each condition and each step that
// can withdraw an event has words here; a test compares them with those that there are.

// say adds a sentence. Names and SES's words are what somebody else typed, and a sentence may end up on a terminal: what is no
// character to be read is a space, or goes.
func (e *explainer) say(format string, args ...any) {
	e.out.Sentences = append(e.out.Sentences, strings.Map(legible, fmt.Sprintf(format, args...)))
}

func legible(r rune) rune {
	switch {
	case unicode.IsPrint(r):
		return r
	case unicode.IsSpace(r), unicode.IsControl(r):
		return ' '
	default:
		return -1
	}
}

// called is somebody in a sentence: Isabella Simonsen (u1), or the address of somebody of whom nothing else is known.
func called(p Principal) string {
	switch name := strings.TrimSpace(p.DisplayName); {
	case name != "" && p.ID != "":
		return fmt.Sprintf("%s (%s)", name, p.ID)
	case p.ID != "":
		return p.ID
	case p.Mail != "":
		return p.Mail
	default:
		return "somebody"
	}
}

func (e *explainer) person() string {
	return called(Principal{ID: e.out.PrincipalID, DisplayName: e.out.DisplayName, Mail: e.out.Address})
}

// planned says when the recipients were worked out.
func (e *explainer) planned(part *PartTrace) {
	if part == nil || part.PlannedDateTime.IsZero() {
		return
	}
	e.out.PlannedDateTime = &part.PlannedDateTime
	e.say("The recipients of %s were planned at %s.", e.in.Trace.Event.ID, stamp(part.PlannedDateTime))
}

// stood says what the plan of a part knew of somebody.
func (e *explainer) stood(why *Why, part Part) {
	if why == nil {
		e.say("The plan was made by an earlier version of this program, which kept the outcome and left the reasons out.")
		return
	}
	o := &e.out
	o.Rule, o.Level, o.State, o.Via, o.Also = why.Rule, why.Level, why.State, why.Via, why.Also
	switch {
	case part == PartUnreachable:
		e.alarmed(why)
	case why.Column == Additional:
		if why.Rule == notGoverned {
			e.say("%s was one of the additional recipients that the tenant's settings named.", e.person())
		} else {
			e.say("%s was an additional recipient, named by the rule %s.", e.person(), why.Rule)
		}
	default:
		o.Cell = &CellSays{ResourceKind: e.in.Kind, Event: e.in.Trace.Event.Kind, Column: why.Column, Says: why.Cell, Profile: why.Profile}
		e.say("%s stood in the column %s%s.", e.person(), why.Column, how(why.State, why.Via))
		e.say("The matrix said %q for %s of %s, and the tenant's profile was %s.", why.Cell, why.Column, e.in.Trace.Event.Kind, why.Profile)
		if o.Audience == Approver && why.Column != Approver {
			e.say("Nobody was named to approve, so %s stood in as approver.", why.Column)
		}
	}
	if why.Rule != notGoverned {
		defaults := ""
		if why.DefaultsOff {
			defaults = ", and its default recipients were off"
		}
		e.say("The rule %s governed it, at level %s%s.", why.Rule, why.Level, defaults)
	}
	for _, aside := range why.Also {
		if aside.Reason == "" || aside.Reason == ReasonNoAddress {
			e.say("They stood in the column %s too; one person got one mail, with the text of the first column.", aside.Column)
		} else {
			e.say("They stood in the column %s too, where the reason %s would have left them out.", aside.Column, aside.Reason)
		}
	}
}

// alarmed says why an administrator was told of a request that was for others to decide.
func (e *explainer) alarmed(why *Why) {
	e.say("%s stood in the column %s%s.", e.person(), why.Column, how(why.State, why.Via))
	e.say("Nobody who could decide was reached by the mails of %s, and the tenant's setting unreachableApproverMail was on: so these administrators were told.",
		e.in.Trace.Event.ID)
	if e.in.Named.Named() {
		e.say("That made none of them an approver: the request named its approvers, and they alone decide.")
	}
}

// how is the state in which somebody held a role, and the groups that led to it.
func how(state HolderState, via []Principal) string {
	text := ""
	if state != "" {
		text = ", holding its role " + stateWords[state]
	}
	if len(via) > 0 {
		var names []string
		for _, group := range via {
			names = append(names, called(group))
		}
		text += ", through the group " + strings.Join(names, " and in it ")
	}
	return text
}

var stateWords = map[HolderState]string{
	HolderPermanent: "permanently", HolderActive: "for a time", HolderActivated: "as eligible and activated", HolderEligible: "as eligible only",
}

// due says when the mail was due, and why then.
func (e *explainer) due(at time.Time, column Audience) {
	e.out.DueDateTime = &at
	engine := e.in.Delay > 0 && (e.in.Trace.Event.Kind == ActivationPendingApproval || column != Requestor)
	if !engine {
		e.say("It was due at %s.", stamp(at))
		return
	}
	e.out.EngineDelay = DurationOf(e.in.Delay)
	e.say("It was due at %s: the approval engine's delay, drawn for this request, was %s.", stamp(at), e.in.Delay.Round(time.Second))
}

// dueOnceFound says when a mail was due that nobody could foresee.
func (e *explainer) dueOnceFound(at time.Time) {
	e.out.DueDateTime = &at
	e.say("It was due at %s, when it was found that nobody who could decide was reached.", stamp(at))
}

// fate says what became of a mail.
func (e *explainer) fate(m MailTrace) {
	if m.Order > 0 && m.Status != StatusCapped {
		e.say("It was number %d in the order of the event, of at most %d.", m.Order, Cap)
	}
	if m.Attempt > 1 {
		e.say("Sending it was begun %d times.", m.Attempt)
	}
	if say, ok := statusSays[m.Status]; ok {
		say(e, m)
	}
	for _, r := range e.in.Reported {
		detail := ""
		if r.Detail != "" {
			detail = ": " + r.Detail
		}
		e.say("SES reported %s at %s%s.", r.What, stamp(r.At), detail)
	}
}

// statusSays are the words of each status of a mail.
var statusSays = map[RecipientStatus]func(e *explainer, m MailTrace){
	StatusPlanned: func(e *explainer, m MailTrace) {
		if cause, held := strings.CutPrefix(m.Reason, HeldPrefix); held {
			e.say("It was held back: %s. It was to leave by itself once that was over.", because(cause))
			return
		}
		e.say("At %s it was still waiting for its turn to be sent.", stamp(e.in.Now))
	},
	StatusSending: func(e *explainer, m MailTrace) {
		e.say("At %s a worker was sending it, at attempt %d; its claim lasted until %s.", stamp(e.in.Now), m.Attempt, stamp(m.LeaseUntil))
	},
	StatusUnknown: func(e *explainer, m MailTrace) {
		e.say("Attempt %d left, and its answer was lost: %s. Whether SES took the mail was unknown from %s on.", m.Attempt, because(m.Reason), stamp(m.UnknownSince))
	},
	StatusSent: func(e *explainer, m MailTrace) { e.accepted(m) },
	StatusDelivered: func(e *explainer, m MailTrace) {
		e.accepted(m)
		e.say("The recipient's mail server took it.")
	},
	StatusBounced: func(e *explainer, m MailTrace) {
		e.accepted(m)
		e.say("The recipient's mail server sent it back (%s).", cmp.Or(m.Reason, "bounced"))
	},
	StatusComplained: func(e *explainer, m MailTrace) {
		e.accepted(m)
		e.say("The recipient marked it as spam (%s).", cmp.Or(m.Reason, "complained"))
	},
	StatusSuppressed: func(e *explainer, m MailTrace) {
		if m.SentDateTime != nil {
			e.accepted(m)
		}
		e.say("The address was on the suppression list (%s), so the mail was kept from it.", cmp.Or(m.Reason, "suppressed"))
	},
	StatusFailed: func(e *explainer, m MailTrace) {
		e.say("It failed for good at attempt %d: %s.", m.Attempt, because(m.Reason))
	},
	StatusSkipped: func(e *explainer, m MailTrace) {
		if say, ok := skippedSays[m.Reason]; ok {
			e.say("%s", say(m))
			return
		}
		e.say("They were left out, for the reason %s.", m.Reason)
	},
	StatusCapped: func(e *explainer, m MailTrace) {
		e.say("They were number %d in the order of the event, which went to the first %d. Their right to act stayed as it was.", m.Order, Cap)
	},
	StatusCancelled: func(e *explainer, m MailTrace) {
		reason, unknown := strings.CutPrefix(m.Reason, UnknownPrefix)
		if unknown {
			e.say("Attempt %d left, and its answer was lost, so it may have arrived.", m.Attempt)
		}
		if !strings.HasPrefix(reason, WithdrawnPrefix) {
			e.say("The mail was given up, for the reason %s.", reason)
			return
		}
		e.say("%s", e.step(reason))
		if unknown {
			e.say("The event was withdrawn with that, and the mail was given up.")
		} else {
			e.say("The mail was still to be sent then, and was withdrawn with the event.")
		}
	},
}

func (e *explainer) accepted(m MailTrace) {
	at := "at an unknown time"
	if m.SentDateTime != nil {
		at = "at " + stamp(*m.SentDateTime)
	}
	e.say("SES took it %s, at attempt %d, as message %s.", at, m.Attempt, m.MessageID)
}

// skippedSays are the words of each reason for which somebody in the plan is skipped.
var skippedSays = map[string]func(m MailTrace) string{
	ReasonNoAddress: func(MailTrace) string {
		return "They were skipped: neither the directory nor the request had an address for them."
	},
	ReasonRuleOff: func(m MailTrace) string {
		if m.Why != nil && m.Why.DefaultsOff {
			return fmt.Sprintf("They were skipped: the default recipients of the rule %s were off.", m.Why.Rule)
		}
		if m.Why != nil {
			return fmt.Sprintf("They were skipped: the rule %s, at level %s, kept mails of this event back.", m.Why.Rule, m.Why.Level)
		}
		return "They were skipped: a notification rule kept mails of this event back."
	},
	ReasonOwnRequest: func(MailTrace) string {
		return "They were skipped: the request was their own, and the requestor is never asked or told as an approver."
	},
	ReasonOwnDecision: func(MailTrace) string {
		return "They were skipped: the decision was their own, and whoever extends, renews or refuses is left out of its mail."
	},
	ReasonAlertOff: func(MailTrace) string {
		return "They were skipped: the tenant had switched the alert about assignments outside of PIM off."
	},
}

// because is a cause in words.
func because(reason string) string {
	if words, ok := causes[reason]; ok {
		return words
	}
	return "the reason was " + reason
}

// causes are the words of what SES answered, and of what happened on the way to it.
var causes = map[string]string{
	"dailyQuota":              "SES's quota of 24 hours was used up",
	"accountSuspended":        "SES had suspended the account",
	"sendingPaused":           "sending was paused in SES",
	"senderNotVerified":       "SES had the sender's identity as unverified",
	"mailFromNotVerified":     "SES had the MAIL FROM domain as unverified",
	"configurationSetMissing": "SES had no configuration set of that name",
	"noCredentials":           "the worker had no AWS credentials",
	"credentials":             "AWS refused the worker's credentials",
	"accessDenied":            "AWS denied the worker access to SES",
	"clockSkew":               "the host's clock was wrong by AWS's",
	"limitExceeded":           "a limit of the SES account was reached",
	"configuration":           "the AWS settings made no request",
	"sendingRate":             "SES said that mails came too fast",
	"unreachable":             "SES could not be reached",
	"nameNotResolved":         "the name of SES's endpoint was not resolved",
	"tls":                     "the TLS connection to SES failed",
	"connectionStale":         "the connection to SES was gone before anything was written",
	"timeout":                 "SES gave no answer in time",
	"cancelled":               "the worker was stopped",
	"ledger":                  "the ledger gave no answer before the send",
	"lease":                   "the claim was nearly over",
	"messageRejected":         "SES rejected the message",
	"badRequest":              "SES took the request for a bad one",
	"recipientNotVerified":    "the account was in SES's sandbox, and the recipient unverified",
	"nonASCIILocalPart":       "the address has characters beyond ASCII before the @, which SES refuses",
	"render":                  "the mail could not be put into words; the worker's log has the cause",
	"connectionReset":         "the connection was reset after the request had left",
	"connectionClosed":        "the connection was closed after the request had left",
	"serverError":             "SES answered with a server error",
	"unreadableAnswer":        "SES's answer could not be read",
	"reject":                  "SES accepted it, and then found something harmful in it",
	"renderingFailure":        "SES accepted it, and could not put it together",
	"noMessageId":             "SES's answer had no message id",
	"unlisted":                "SES answered something that is in no list",
	"":                        "the worker that had claimed it was gone",
}

// step says what withdrew the event: who did what, and when.
func (e *explainer) step(reason string) string {
	what := What(strings.TrimPrefix(reason, WithdrawnPrefix))
	words, ok := stepWords[what]
	if !ok {
		words = stepSays{passive: "The event was withdrawn (" + string(what) + ")"}
	}
	by := e.in.Trace.By
	switch {
	case by == nil:
		return words.passive + "."
	case by.By != nil && words.active != "":
		return fmt.Sprintf("%s %s at %s.", called(*by.By), words.active, stamp(by.At))
	default:
		return fmt.Sprintf("%s at %s.", words.passive, stamp(by.At))
	}
}

// stepSays is a step of a timeline in words: where somebody took it, and where nobody is known to have.
type stepSays struct{ active, passive string }

var stepWords = map[What]stepSays{
	WhatRequested:          {"made the request", "The request was made"},
	WhatApproved:           {"approved the request", "The request was approved"},
	WhatDenied:             {"denied the request", "The request was denied"},
	WhatActivated:          {"activated the role", "The role became active"},
	WhatCanceled:           {"cancelled the request", "The request was cancelled"},
	WhatTimedOut:           {"", "The request timed out"},
	WhatFailed:             {"reported that the activation failed", "The activation failed"},
	WhatDeactivated:        {"gave the role back", "The role was given back"},
	WhatAssigned:           {"made the assignment", "The assignment was made"},
	WhatAssignedOutsidePIM: {"made the assignment outside of PIM", "The assignment was made outside of PIM"},
	WhatStarted:            {"", "The assignment started"},
	WhatExtendRequested:    {"asked for an extension", "An extension was asked for"},
	WhatRenewRequested:     {"asked for a renewal", "A renewal was asked for"},
	WhatExtended:           {"extended the assignment", "The assignment was extended"},
	WhatRenewed:            {"renewed the assignment", "The assignment was renewed"},
	WhatRefused:            {"refused the request", "The request was refused"},
	WhatUpdated:            {"updated the assignment", "The assignment was updated"},
	WhatMadePermanent:      {"made the assignment permanent", "The assignment was made permanent"},
	WhatRemoved:            {"removed the assignment", "The assignment was removed"},
	WhatExpired:            {"", "The assignment expired"},
	WhatEnabled:            {"enabled PIM", "PIM was enabled"},
	WhatDisabled:           {"disabled PIM", "PIM was disabled"},
}
