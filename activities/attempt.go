package activities

import (
	"context"
	"time"

	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/pim"
)

// attempted is what became of one claimed mail: what the ledger is told, and what the drain learns from it.
type attempted struct {
	pim.Settlement
	class  mail.Class // empty where nothing was tried
	reason string
}

// Why a claimed mail was not even tried.
const (
	reasonLedger = "ledger" // it would not say whether the mail is still due
	reasonLease  = "lease"  // too little of it was left
)

// attempt sends one claimed mail, once, unless its lease or the mail itself is over by then.
func (a *Activities) attempt(ctx context.Context, s *subject, claim pim.Claim, claimed time.Time, delay time.Duration, results chan<- attempted) {
	result := attempted{Settlement: pim.Settlement{MailID: claim.MailID, Attempt: claim.Attempt}}
	defer func() {
		result.At = a.now()
		results <- result
	}()
	result.Status = pim.StatusPlanned // surely not sent, so far
	if err := sleep(ctx, delay); err != nil {
		return
	}
	text, err := a.Renderer.Render(s.letter(claim.Event, claim.Recipient))
	if err != nil {
		a.Log.Error("mail cannot be put into words", zap.String("tenant", s.in.Tenant), zap.String("request", s.in.Resource.ID),
			zap.String("event", claim.Event.ID), zap.String("mail", claim.MailID), zap.Error(err))
		result.Status, result.Reason = pim.StatusFailed, "render"
		return
	}
	result.Subject = text.Subject
	if due, err := a.Ledger.StillDue(ctx, claim, a.now()); err != nil {
		a.Log.Warn("mail not sent now: the ledger cannot say whether it is still due",
			zap.String("event", claim.Event.ID), zap.String("mail", claim.MailID), zap.Error(err))
		result.note(mail.Outcome{Class: mail.Again, Reason: reasonLedger})
		return
	} else if !due {
		return
	}
	if !a.leaseHolds(claim, claimed) {
		result.note(mail.Outcome{Class: mail.Again, Reason: reasonLease})
		return
	}
	// The attempt outlives a cancellation: a mail half handed over would be one whose outcome nobody knows.
	sendCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.sendTime())
	defer cancel()
	outcome := a.Sender.Send(sendCtx, mail.Message{
		ID:      claim.MailID,
		Attempt: claim.Attempt,
		Event:   string(claim.Event.Kind),
		EventID: claim.Event.ID,
		From:    a.From,
		To:      mail.Address{Name: claim.Recipient.DisplayName, Address: claim.Recipient.Address},
		Subject: text.Subject,
		HTML:    text.HTML,
		Text:    text.Plain,
	})
	result.note(outcome)
	a.report(s, claim, outcome)
}

// leaseHolds is the last check before a send: the lease must hold for as long as the send can take, by the wall clock, which
// other hosts go by, and by the monotonic one, which nobody sets. Nothing that can take time comes after it.
func (a *Activities) leaseHolds(claim pim.Claim, claimed time.Time) bool {
	now := a.now()
	return now.Sub(claimed)+a.sendTime() <= a.lease() && !now.Round(0).Add(a.sendTime()).After(claim.LeaseUntil)
}

// note turns an outcome into what the ledger is told. It is the only place that does.
func (r *attempted) note(o mail.Outcome) {
	r.class, r.reason = o.Class, o.Reason
	r.MessageID, r.Detail = o.MessageID, o.Detail
	switch o.Class {
	case mail.Sent:
		r.Status = pim.StatusSent
	case mail.Again, mail.Throttled, mail.Held:
		r.Status, r.Reason = pim.StatusPlanned, pim.HeldPrefix+o.Reason
	case mail.Refused:
		r.Status, r.Reason = pim.StatusFailed, o.Reason
	default:
		r.Status, r.Reason = pim.StatusUnknown, o.Reason
	}
}

func (a *Activities) report(s *subject, claim pim.Claim, o mail.Outcome) {
	fields := []zap.Field{
		zap.String("tenant", s.in.Tenant), zap.String("request", s.in.Resource.ID), zap.String("event", claim.Event.ID),
		zap.String("mail", claim.MailID), zap.Int("attempt", claim.Attempt), zap.String("status", string(o.Class)),
	}
	if o.Class == mail.Sent {
		a.Log.Debug("mail sent", append(fields, zap.String("message", o.MessageID))...)
		return
	}
	text := "mail not sent"
	if o.Class == mail.Unknown {
		text = "nobody knows whether the mail was sent"
	}
	a.Log.Warn(text, append(fields, zap.String("reason", o.Reason))...)
}
