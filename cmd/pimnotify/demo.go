package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pimnotify/assembly"
	"pimnotify/pim"
)

// demoPatience bounds the stories: a demonstration that hangs is a failed one.
const demoPatience = time.Minute

func (p *program) demoCommand() *cobra.Command {
	var stay bool
	cmd := settings(&cobra.Command{
		Use:   "demo",
		Short: "Bring everything up on this machine, play what can happen to a request, and check what arrived",
		Long:  longStack + " The stories need one in which they have not been played.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := p.config(cmd.Flags())
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("log-level") {
				p.level = "error" // the stories tell what happens
			}
			log, err := p.log(true)
			if err != nil {
				return err
			}
			err = errors.Join(
				assembly.Override(&c, "PIMNOTIFY_ENGINE_DELAY", shortDelay), assembly.Override(&c, "PIMNOTIFY_APPROVAL_TIMEOUT", shortTimeout),
				assembly.Override(&c, "PIMNOTIFY_EXPIRY_NOTICES", shortNotices), assembly.Override(&c, "PIMNOTIFY_RENEW_WINDOW", shortRenew))
			if err != nil {
				return err
			}
			p.say("Bringing up Temporal, an inbox in place of SES, a worker and the API …")
			s, err := up(cmd.Context(), c, p.given(cmd), p.env, log, p.say)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.down()) }()
			if err := p.play(cmd.Context(), s, c); err != nil {
				return err
			}
			s.addresses(p.stdout)
			if !stay {
				p.say("\nThe addresses are gone now; `make dev` keeps everything up.")
				return nil
			}
			p.say("\nStop with Ctrl-C.")
			<-cmd.Context().Done()
			return nil
		},
	})
	cmd.Flags().BoolVar(&stay, "stay", false, "keep everything up when the stories are told")
	return cmd
}

// play plays every story at once, tells them one after the other, and holds what was told against what arrived.
func (p *program) play(ctx context.Context, s *stack, c assembly.Config) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	before, err := arrived(ctx, s.SES)
	if err != nil {
		return err
	}
	p.say(fmt.Sprintf("Playing %d stories. The approval engine takes %s to %s here, not minutes; approvers have %s.\n"+
		"Assignments expire after seconds, with notices %s and %s before.",
		len(stories)+1, c.EngineDelay.Min, c.EngineDelay.Max, c.ApprovalTimeout, c.ExpiryNotices[0], c.ExpiryNotices[1]))
	api := &caller{base: s.API, tenant: "contoso", hears: s.config.EventsQueue != ""}
	all, err := playAll(ctx, api)
	if err != nil {
		return err
	}
	digest, err := p.playDigest(ctx, s, api)
	if err != nil {
		return err
	}
	all = append(all, digest)
	for i, t := range all {
		t.print(p.stdout, i+1)
	}
	after, err := arrived(ctx, s.SES)
	if err != nil {
		return err
	}
	n, err := verify(all, before, after)
	if err != nil {
		return err
	}
	delivered := ""
	if api.hears {
		if err := allDelivered(all); err != nil {
			return err
		}
		delivered = " and delivered"
	}
	p.say(fmt.Sprintf("\nThe record and the inbox agree: %d mails, each told once%s, and no other.", n, delivered))
	return nil
}

// allDelivered checks that the record has heard of each mail that it reached its recipient.
func allDelivered(all []told) error {
	var wrong []error
	for _, t := range all {
		for event, deliveries := range t.mails {
			for _, d := range deliveries {
				if d.SentDateTime != nil && d.Status != pim.StatusDelivered {
					wrong = append(wrong, fmt.Errorf("%s to %s is %s: nobody has told that it was delivered", event, d.Address, d.Status))
				}
			}
		}
	}
	return errors.Join(wrong...)
}

func playAll(ctx context.Context, api *caller) ([]told, error) {
	all, errs := make([]told, len(stories)), make([]error, len(stories))
	var wait sync.WaitGroup
	for i, s := range stories {
		wait.Go(func() {
			if errs[i] = api.put(ctx, s.path, s.body()); errs[i] != nil {
				return
			}
			if errs[i] = s.play(ctx, api, s); errs[i] != nil {
				return
			}
			if errs[i] = api.awaitEnd(ctx, s.path, s.ends); errs[i] != nil {
				return
			}
			all[i], errs[i] = api.record(ctx, s)
		})
	}
	wait.Wait()
	return all, errors.Join(errs...)
}

// letter is one mail as the receiving end has it.
type letter struct {
	MessageID   string `json:"messageId"`
	Subject     string `json:"subject"`
	Destination struct {
		To []string `json:"to"`
	} `json:"destination"`
}

// arrived asks the inbox, or whatever speaks SES in its place, what it has. Both answer GET /store alike.
func arrived(ctx context.Context, ses string) (map[string]letter, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(ses, "/")+"/store", nil)
	if err != nil {
		return nil, fmt.Errorf("ask the inbox: %w", err)
	}
	var store struct{ Emails []letter }
	if err := getJSON(request, &store); err != nil {
		return nil, fmt.Errorf("ask the inbox: %w", err)
	}
	letters := map[string]letter{}
	for _, l := range store.Emails {
		letters[l.MessageID] = l
	}
	return letters, nil
}

// verify holds the record against the inbox: every mail that the record calls sent has arrived, at that address and with that
// subject, and nothing else has.
func verify(all []told, earlier, after map[string]letter) (mails int, err error) {
	var wrong []error
	for _, t := range all {
		before := mails
		for event, deliveries := range t.mails {
			for _, d := range deliveries {
				if d.SentDateTime == nil {
					continue
				}
				mails++
				l, there := after[d.MessageID]
				if !there || l.Subject != d.Subject || len(l.Destination.To) != 1 || !strings.Contains(l.Destination.To[0], d.Address) {
					wrong = append(wrong, fmt.Errorf("%s to %s is recorded as sent, and the inbox does not have it", event, d.Address))
				}
			}
		}
		if mails == before {
			wrong = append(wrong, fmt.Errorf("nobody was told anything in the story %q", t.story.title))
		}
	}
	if extra := len(after) - len(earlier) - mails; extra != 0 {
		wrong = append(wrong, fmt.Errorf("the inbox has %d mails more than the record", extra))
	}
	return mails, errors.Join(wrong...)
}
