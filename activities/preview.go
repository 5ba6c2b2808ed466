package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"pimnotify/pim"
)

// Rehearsal is one due moment of something that was never accepted, as it would come: what the record would have by then, and what
// Notify would be asked to do.
type Rehearsal struct {
	Accepted pim.Accepted
	Notify   NotifyInput
}

// ErrWords is a mail that cannot be put into words.
var ErrWords = errors.New("put into words")

// Preview says who would be told, and in which words, by the directory, the settings and the rules as they are now. It plans and
// renders as Notify does; it writes nothing down and sends nothing.
func (a *Activities) Preview(ctx context.Context, moments ...Rehearsal) ([]pim.EventPreview, error) {
	p := previewer{a: a, planned: map[string][]pim.Recipient{}}
	for _, m := range moments {
		s, err := newSubject(ctx, draft{m.Accepted}, m.Notify)
		if err != nil {
			return nil, err
		}
		if err := s.introduce(ctx, a.Directory); err != nil {
			return nil, fmt.Errorf("ask the directory about %s: %w", m.Notify.Resource, err)
		}
		for _, due := range m.Notify.Due {
			if err := p.tell(ctx, s, due); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(p.events, func(a, b pim.EventPreview) int { return a.DueDateTime.Compare(b.DueDateTime) })
	return p.events, nil
}

type previewer struct {
	a       *Activities
	events  []pim.EventPreview
	planned map[string][]pim.Recipient // by event: what its earlier parts planned
}

// tell adds a part of an event, and the word that nobody who could act was reached, where it would come to nobody who could.
func (p *previewer) tell(ctx context.Context, s *subject, due pim.Due) error {
	if err := p.add(ctx, s, due); err != nil || !asks(due) || s.reaches(p.event(due.Event).Recipients) {
		return err
	}
	due.Part = pim.PartUnreachable
	return p.add(ctx, s, due)
}

// add plans a part of an event, and puts its mails into words.
func (p *previewer) add(ctx context.Context, s *subject, due pim.Due) error {
	recipients, err := p.a.recipients(ctx, s, due, p.planned[due.Event.ID])
	if err != nil {
		return fmt.Errorf("plan %s: %w", due.Event.ID, err)
	}
	p.planned[due.Event.ID] = append(p.planned[due.Event.ID], recipients...)
	if recipients, err = p.a.withheld(ctx, recipients); err != nil {
		return err
	}
	event := p.event(due.Event)
	for _, r := range recipients {
		event.Recipients = append(event.Recipients, pim.Delivery{
			Address: r.Address, PrincipalID: r.PrincipalID, DisplayName: r.DisplayName, Audience: r.Audience, Order: r.Order,
			Status: r.Status, Reason: r.Reason, DueDateTime: due.DueDateTime,
		})
		said := slices.ContainsFunc(event.Mails, func(m pim.MailPreview) bool { return m.Audience == r.Audience })
		if said || r.Status != pim.StatusPlanned {
			continue
		}
		text, err := p.a.Renderer.Render(s.letter(due.Event, r))
		if err != nil {
			return fmt.Errorf("%s: %w: %w", due.Event.ID, ErrWords, err)
		}
		event.Mails = append(event.Mails, pim.MailPreview{Audience: r.Audience, Subject: text.Subject, HTML: text.HTML, Text: text.Plain})
	}
	slices.SortStableFunc(event.Recipients, func(a, b pim.Delivery) int { return cmp.Compare(place(a), place(b)) })
	return nil
}

// place is where the record shows a recipient: in order, and those who are skipped after everybody else.
func place(d pim.Delivery) int {
	if d.Order == 0 {
		return math.MaxInt
	}
	return d.Order
}

func (p *previewer) event(ref pim.EventRef) *pim.EventPreview {
	i := slices.IndexFunc(p.events, func(e pim.EventPreview) bool { return e.ID == ref.ID })
	if i < 0 {
		i = len(p.events)
		p.events = append(p.events, pim.EventPreview{
			ID: ref.ID, Kind: ref.Kind, DueDateTime: ref.DueDateTime, Recipients: []pim.Delivery{}, Mails: []pim.MailPreview{},
		})
	}
	return &p.events[i]
}

// draft is the memory of something that was never written down. Nobody has proposed anything about it, and no week is like it.
type draft struct{ accepted pim.Accepted }

var _ memory = draft{}

func (d draft) Accepted(context.Context, string, pim.Resource) (pim.Accepted, error) {
	return d.accepted, nil
}

func (draft) Proposals(context.Context, string, pim.Resource, ...string) (map[string]pim.Proposal, error) {
	return nil, nil
}

func (draft) Digest(context.Context, string, string) (pim.DigestFigures, error) {
	return pim.DigestFigures{}, pim.ErrNotFound
}

func (draft) DigestBefore(context.Context, string, time.Time) (pim.DigestFigures, error) {
	return pim.DigestFigures{}, pim.ErrNotFound
}
