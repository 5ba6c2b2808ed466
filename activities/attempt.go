package activities

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/pim"
)

// attempted is what became of one claimed mail: what the ledger is told, and what the drain learns from it.
type attempted struct {
	pim.Settlement
	class  mail.Class
	reason string
}

// ledgerTime is the longest that an outcome waits for a ledger that is away, once the activity itself has been stopped.
const ledgerTime = 20 * time.Second

// attempt sends one claimed mail, once, unless its lease or the mail itself is over by then.
func (a *Activities) attempt(ctx context.Context, s *subject, claim pim.Claim, claimed time.Time, delay time.Duration, results chan<- attempted) {
	result := attempted{Settlement: pim.Settlement{MailID: claim.MailID, Attempt: claim.Attempt}}
	defer func() {
		result.At = a.now()
		results <- result
	}()
	text, err := a.Renderer.Render(s.letter(claim.Event, claim.Recipient))
	if err != nil {
		a.Log.Error("mail cannot be put into words", zap.String("tenant", s.in.Tenant), zap.String("request", s.in.Resource.ID),
			zap.String("event", claim.Event.ID), zap.String("mail", claim.MailID), zap.Error(err))
		result.Status, result.Reason, result.class = pim.StatusFailed, "render", mail.Refused
		return
	}
	result.Subject = text.Subject
	if err := sleep(ctx, delay); err != nil || !a.stillDue(ctx, claim, claimed) {
		result.Status = pim.StatusPlanned // surely not sent
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

// stillDue is the check before each send: the lease must hold for as long as the send can take, by the wall clock, which other
// hosts go by, and by the monotonic one, which nobody sets; and the ledger must not have withdrawn the mail.
func (a *Activities) stillDue(ctx context.Context, claim pim.Claim, claimed time.Time) bool {
	now := a.now()
	if now.Sub(claimed)+a.sendTime() > a.lease() || now.Round(0).Add(a.sendTime()).After(claim.LeaseUntil) {
		return false
	}
	due, err := a.Ledger.StillDue(ctx, claim, now)
	if err != nil {
		a.Log.Warn("mail not sent now: the ledger cannot say whether it is still due",
			zap.String("event", claim.Event.ID), zap.String("mail", claim.MailID), zap.Error(err))
	}
	return due && err == nil
}

// note turns an outcome into what the ledger is told. It is the only place that does.
func (r *attempted) note(o mail.Outcome) {
	r.class, r.reason = o.Class, o.Reason
	r.MessageID, r.Detail = o.MessageID, o.Detail
	switch o.Class {
	case mail.Sent:
		r.Status = pim.StatusSent
	case mail.Again, mail.Throttled:
		r.Status = pim.StatusPlanned
	case mail.Held:
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
	a.Log.Warn("mail not sent", append(fields, zap.String("reason", o.Reason))...)
}

// settle writes outcomes down, and does not give up while the activity lives: an accepted mail whose outcome is lost here would
// be sent again. A ledger that is away cannot hand the mail to anybody else either.
func (a *Activities) settle(ctx context.Context, batch []attempted) error {
	settlements := make([]pim.Settlement, len(batch))
	for i, r := range batch {
		settlements[i] = r.Settlement
	}
	lasting := context.WithoutCancel(ctx)
	var stopped time.Time
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		err := a.Ledger.Settle(lasting, settlements)
		if err == nil {
			return nil
		}
		if stopping(ctx) != nil {
			if stopped.IsZero() {
				stopped = a.now()
			}
			if a.now().Sub(stopped) > ledgerTime {
				return fmt.Errorf("write down what became of %d mails: %w", len(batch), err)
			}
			pause = time.Second
		}
		a.Log.Warn("outcomes not written down yet", zap.Int("mails", len(batch)), zap.Error(err))
		time.Sleep(pause)
	}
}
