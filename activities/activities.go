package activities

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/pim"
)

// Activities are what the processes can have done. Its fields are its ports.
type Activities struct {
	Ledger    Ledger
	Directory Directory
	Settings  Settings
	Renderer  Renderer
	Sender    mail.Sender
	Log       *zap.Logger
	Meter     Meter // nil where nobody counts

	From   mail.Address
	Worker string // who claims mails, for an operator's eyes: host and process

	Rate func() float64 // recipients a second that the account may send; 0 or less: as fast as it goes
	// Throttled is told when SES refuses a mail because it came too fast; nil where nobody asks.
	Throttled func()
	// Unreachable is told when mails ask for an action and there is nobody they could be sent to; nil where nobody asks.
	Unreachable func()
	// Suppressed are those of some addresses that nothing more is sent to, and since which observation. Preview and Judge ask it; nil
	// where they have no record to ask.
	Suppressed func(ctx context.Context, addresses []string) (map[string]pim.ObservationKind, error)
	InFlight   int           // sends at one time by one Notify; 0 means 64
	Lease      time.Duration // how long a claimed mail is nobody else's; 0 means 30 s
	Grace      time.Duration // how long an unknown outcome waits for its proof; 0 means 60 s
	SendTime   time.Duration // the longest that one send takes; 0 means 10 s. Well below Lease

	Now func() time.Time // nil means time.Now

	patience time.Duration // how long no mail is taken before the process is told that they are held; 0 means 30 s
	settling time.Duration // how long outcomes are offered to a ledger that is away, once the activity was stopped; 0 means 20 s
}

// Ledger is the record, as far as notifying needs it.
type Ledger interface {
	Accepted(ctx context.Context, tenant string, resource pim.Resource) (pim.Accepted, error)
	// Proposals are those of a resource with these ids, by id.
	Proposals(ctx context.Context, tenant string, resource pim.Resource, ids ...string) (map[string]pim.Proposal, error)
	Record(ctx context.Context, tenant string, resource pim.Resource, changes ...pim.Change) error
	DueStates(ctx context.Context, tenant string, resource pim.Resource, due []pim.Due) ([]pim.DueState, error)
	Plan(ctx context.Context, eventKey int64, part pim.Part, due time.Time, recipients []pim.Recipient, now time.Time) (bool, error)
	Claim(ctx context.Context, request pim.ClaimRequest) ([]pim.Claim, error)
	StillDue(ctx context.Context, claim pim.Claim, now time.Time) (bool, error)
	Settle(ctx context.Context, settlements []pim.Settlement) error
	Hold(ctx context.Context, eventKeys []int64, reason string) error
	Lapse(ctx context.Context, eventKeys []int64, now time.Time) (int, error)
	Tally(ctx context.Context, eventKeys []int64) (pim.Tally, error)
	// Turn asks for room under the rate that all workers share.
	Turn(ctx context.Context, request pim.TurnRequest) (pim.Turn, error)

	// PIM is a tenant's setting; pim.ErrNotFound where it never said anything.
	PIM(ctx context.Context, tenant string) (pim.PIMView, error)
	// Figures counts what happened from the one moment up to the other.
	Figures(ctx context.Context, tenant string, from, to time.Time) (pim.DigestFigures, error)
	// KeepDigest keeps the numbers of the digest of a date, unless there are some: those that are kept come back.
	KeepDigest(ctx context.Context, tenant, date string, figures pim.DigestFigures) (pim.DigestFigures, error)
	// Digest and DigestBefore are kept numbers, by date and by the moment at which they end; pim.ErrNotFound where there are none.
	Digest(ctx context.Context, tenant, date string) (pim.DigestFigures, error)
	DigestBefore(ctx context.Context, tenant string, to time.Time) (pim.DigestFigures, error)
}

// Directory knows who holds what, and where their mail goes.
type Directory interface {
	Organization(ctx context.Context, tenant string) (pim.Organization, error)
	// Principal looks one principal up, a group as such. It is false where the directory does not know it.
	Principal(ctx context.Context, tenant, id string) (pim.Principal, bool, error)
	// People expands groups and answers each person once, with the directory's name and address.
	People(ctx context.Context, tenant string, principals []pim.Principal) ([]pim.Principal, error)
	// Expand is People, with the groups through which each was reached.
	Expand(ctx context.Context, tenant string, principals []pim.Principal) ([]pim.Person, error)
	Holders(ctx context.Context, tenant string, query pim.HolderQuery) ([]pim.Holder, error)
	// RoleFigures counts the holders of every Entra role.
	RoleFigures(ctx context.Context, tenant string) ([]pim.RoleFigure, error)
}

// Settings are what each tenant has set.
type Settings interface {
	Settings(tenant string) pim.Settings
	// Rules are the effective notification rules of a role at a scope.
	Rules(tenant string, kind pim.ResourceKind, role pim.Role, scope pim.Scope) pim.Rules
}

// Renderer puts a letter into words.
type Renderer interface {
	Render(letter pim.Letter) (pim.Text, error)
}

// Register makes the activities known to a worker.
func Register(r worker.ActivityRegistry, a *Activities) {
	r.RegisterActivityWithOptions(a.Notify, activity.RegisterOptions{Name: NotifyActivity})
	r.RegisterActivityWithOptions(a.PrepareDigest, activity.RegisterOptions{Name: PrepareDigestActivity})
}

// Notify does one due moment of a process: it writes down what happened, plans who is told, once, and sends until every mail is
// settled or has to wait for something. It can be repeated at any point: what was written is not written again, who was
// planned stays planned, and a mail that was claimed is sent by nobody else. After the worst crash a reader has one mail, or
// two where SES had taken the first and its answer never came.
func (a *Activities) Notify(ctx context.Context, in NotifyInput) (NotifyResult, error) {
	stop := beat(ctx)
	defer stop()
	result, err := a.notify(ctx, in)
	return result, asCancelled(ctx, err)
}

func (a *Activities) notify(ctx context.Context, in NotifyInput) (NotifyResult, error) {
	if err := a.Ledger.Record(ctx, in.Tenant, in.Resource, in.Changes...); err != nil {
		return NotifyResult{}, fmt.Errorf("record what happened to %s: %w", in.Resource, err)
	}
	if len(in.Due) == 0 {
		return NotifyResult{}, nil
	}
	subject, err := newSubject(ctx, a.Ledger, in)
	if err != nil {
		return NotifyResult{}, err
	}
	if err := subject.introduce(ctx, a.Directory); err != nil {
		return NotifyResult{}, fmt.Errorf("ask the directory about %s: %w", in.Resource, err)
	}
	states, err := a.plan(ctx, subject)
	if err != nil {
		return NotifyResult{}, err
	}
	held, err := a.drain(ctx, subject, states)
	if err != nil {
		return NotifyResult{}, err
	}
	return a.result(ctx, subject, states, held)
}

// result counts what has become of the events' mails.
func (a *Activities) result(ctx context.Context, s *subject, states []pim.DueState, held string) (NotifyResult, error) {
	in := s.in
	tally, err := a.Ledger.Tally(ctx, keys(states))
	if err != nil {
		return NotifyResult{}, fmt.Errorf("count the mails of %s: %w", in.Resource, err)
	}
	result := NotifyResult{Held: held}
	for i, state := range states {
		counts := tally.Counts[state.EventKey]
		result.Events = append(result.Events, EventResult{ID: in.Due[i].Event.ID, Withdrawn: state.Withdrawn, Counts: counts})
		if asks(in.Due[i]) && state.Withdrawn == "" && !reached(s.deciders(tally, state.EventKey)) {
			result.Unreachable = true
			if a.Unreachable != nil {
				a.Unreachable()
			}
			a.Log.Warn("nobody who could act on it can be reached",
				zap.String("tenant", in.Tenant), zap.String("request", in.Resource.ID), zap.String("event", in.Due[i].Event.ID))
		}
	}
	result.UnknownUntil, result.LeftUnknown = a.unknown(in, tally)
	return result, nil
}

// unknown is until when the mails whose outcome nobody knows wait for their proof, and how many of them are left as they are after
// that.
func (a *Activities) unknown(in NotifyInput, tally pim.Tally) (until time.Time, left int) {
	if tally.UnknownSince.IsZero() {
		return time.Time{}, 0
	}
	if a.resends(in) {
		return tally.UnknownSince.Add(a.grace()), 0
	}
	if until := tally.UnknownLast.Add(a.grace()); until.After(a.now()) {
		return until, 0
	}
	for _, counts := range tally.Counts {
		left += counts[pim.StatusUnknown]
	}
	return time.Time{}, left
}

// resends reports whether a mail whose outcome stays unknown is sent again. Otherwise it is left as it is: never twice, and possibly
// never.
func (a *Activities) resends(in NotifyInput) bool {
	settings := a.Settings.Settings(in.Tenant)
	if in.Resource.Collection == pim.Digest {
		return settings.Digest.UnknownOutcome != pim.Hold
	}
	return settings.UnknownOutcome != pim.Hold
}

// asks reports whether a part asks its readers for an action. The word that nobody was reached is an alarm, and raises none.
func asks(due pim.Due) bool {
	return due.Event.Kind.RequiresAction() && due.Part != pim.PartUnreachable
}

// reached reports whether a mail went, or can still go, to anybody.
func reached(counts pim.Counts) bool {
	return counts.Open()+counts[pim.StatusSent]+counts[pim.StatusDelivered]+counts[pim.StatusCancelled] > 0
}

func keys(states []pim.DueState) []int64 {
	keys := make([]int64, len(states))
	for i, s := range states {
		keys[i] = s.EventKey
	}
	return keys
}

func (a *Activities) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

func (a *Activities) heldAfter() time.Duration { return orElse(a.patience, 30*time.Second) }
func (a *Activities) lease() time.Duration     { return orElse(a.Lease, 30*time.Second) }
func (a *Activities) grace() time.Duration     { return orElse(a.Grace, time.Minute) }
func (a *Activities) sendTime() time.Duration  { return orElse(a.SendTime, 10*time.Second) }
func (a *Activities) inFlight() int            { return orElse(a.InFlight, 64) }

func orElse[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}
