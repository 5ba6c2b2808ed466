package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"pimnotify/pim"
)

// told is everything that the record says of one story: what happened, who was told, and who was not.
type told struct {
	story  story
	view   pim.View
	mails  map[string][]pim.Delivery // by event id
	begins time.Time
}

func (c *caller) record(ctx context.Context, s story) (told, error) {
	t := told{story: s, mails: map[string][]pim.Delivery{}}
	var err error
	if t.view, err = c.view(ctx, s.path); err != nil {
		return t, err
	}
	for _, e := range t.view.Events {
		if t.mails[e.ID], err = c.recipients(ctx, e.ID); err != nil {
			return t, err
		}
	}
	if len(t.view.Timeline) > 0 {
		t.begins = t.view.Timeline[0].At
	}
	return t, nil
}

// line is one line of a timeline.
type line struct {
	at   time.Time
	rank int // what happened comes before what was said about it
	text []string
}

// print tells the story: when, which mail, to whom, and what was withheld and why.
func (t told) print(w io.Writer, number int) {
	fmt.Fprintf(w, "\n%d. %s\n\n", number, t.story.title)
	lines := append(t.happenings(), t.letters()...)
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank))
	})
	for _, l := range lines {
		fmt.Fprintf(w, "   %+6.1f s  %s\n", l.at.Sub(t.begins).Seconds(), l.text[0])
		for _, more := range l.text[1:] {
			fmt.Fprintf(w, "               %s\n", more)
		}
	}
	for _, reason := range t.withheld() {
		fmt.Fprintf(w, "   withheld  %s\n", reason)
	}
}

func (t told) happenings() []line {
	var lines []line
	for _, entry := range t.view.Timeline {
		text := fmt.Sprintf("%s: %s", entry.What, entry.Status)
		if entry.By != nil {
			text = fmt.Sprintf("%s by %s: %s", entry.What, entry.By.Name(), entry.Status)
		}
		if entry.Justification != "" {
			text += fmt.Sprintf(" (%q)", entry.Justification)
		}
		lines = append(lines, line{at: entry.At, text: []string{text}})
	}
	return lines
}

// letters are the mails that left, those with one subject and moment together.
func (t told) letters() []line {
	var lines []line
	for _, e := range t.view.Events {
		bySubject := map[string]*line{}
		for _, d := range t.mails[e.ID] {
			if d.SentDateTime == nil {
				continue
			}
			l := bySubject[d.Subject]
			if l == nil {
				l = &line{at: *d.SentDateTime, rank: 1, text: []string{d.Subject}}
				bySubject[d.Subject] = l
			}
			if d.SentDateTime.Before(l.at) {
				l.at = *d.SentDateTime
			}
			l.add(string(d.Audience), d.Address)
		}
		for _, l := range bySubject {
			lines = append(lines, *l)
		}
	}
	return lines
}

// add names one more recipient, those of one audience side by side.
func (l *line) add(audience, address string) {
	begin := "-> " + audience + ": "
	if last := len(l.text) - 1; strings.HasPrefix(l.text[last], begin) {
		l.text[last] += ", " + address
		return
	}
	l.text = append(l.text, begin+address)
}

// withheld says of every mail that did not leave why it did not.
func (t told) withheld() []string {
	var reasons []string
	what := "request"
	if strings.HasPrefix(t.story.path, string(pim.Assignments)) {
		what = "assignment"
	}
	for _, e := range t.view.Events {
		if e.Status == pim.EventCancelled {
			reasons = append(reasons, fmt.Sprintf("%s, to anyone: %s", e.Kind, sentence(e.Reason, what)))
		}
		for _, d := range t.mails[e.ID] {
			if d.SentDateTime == nil {
				who := cmp.Or(d.DisplayName, d.Address, d.PrincipalID)
				reasons = append(reasons, fmt.Sprintf("%s, to %s as %s: %s", e.Kind, who, d.Audience, sentence(d.Reason, what)))
			}
		}
	}
	return reasons
}

// inWords writes a step of a timeline as people would.
func inWords(what string) string {
	switch pim.What(what) {
	case pim.WhatMadePermanent:
		return "made permanent"
	case pim.WhatCanceled:
		return "cancelled"
	case pim.WhatTimedOut:
		return "not answered in time, and ended"
	default:
		return what
	}
}

// sentence says a reason of the record in words. What is the thing that can have been decided, or changed, first.
func sentence(reason, what string) string {
	switch reason {
	case pim.ReasonNoAddress:
		return "the directory has no address"
	case pim.ReasonOwnRequest:
		return "nobody approves their own request"
	case pim.ReasonOwnDecision:
		return "nobody is told of their own decision"
	case pim.ReasonAlertOff:
		return "the alert is off"
	case pim.ReasonRuleOff:
		return "the notification rule is off"
	case pim.ReasonOverCap:
		return fmt.Sprintf("%d others come before", pim.Cap)
	}
	if rest, ok := strings.CutPrefix(reason, pim.UnknownPrefix); ok {
		return "nobody knows whether it was sent, and it is not sent again: " + sentence(rest, what)
	}
	if since, ok := strings.CutPrefix(reason, pim.SuppressedPrefix); ok {
		return "nothing is sent to this address any more, since a " + since
	}
	if how, ok := strings.CutPrefix(reason, pim.WithdrawnPrefix); ok {
		return "the " + what + " was " + inWords(how) + " first"
	}
	return reason
}
