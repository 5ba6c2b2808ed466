package starter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// ExtendAssignment says that an administrator gave an assignment a later end. With a key it is answered once; without one, the
// latest change again within a day is answered as done, and so is asking for the state that has been reached. So it is with the
// three below.
func (c *Client) ExtendAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error) {
	return c.changeAssignment(ctx, tenant, id, key, pim.AdminExtend, workflows.UpdateExtend, change)
}

// RenewAssignment says that an administrator gave an assignment that is over another term.
func (c *Client) RenewAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error) {
	return c.changeAssignment(ctx, tenant, id, key, pim.AdminRenew, workflows.UpdateRenew, change)
}

// UpdateAssignment says that an administrator changed its schedule or its type. Nobody is told.
func (c *Client) UpdateAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error) {
	return c.changeAssignment(ctx, tenant, id, key, pim.AdminUpdate, workflows.UpdateUpdate, change)
}

// RemoveAssignment says that an administrator removed it. Nobody is told.
func (c *Client) RemoveAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error) {
	return c.changeAssignment(ctx, tenant, id, key, pim.AdminRemove, workflows.UpdateRemove, change)
}

func (c *Client) changeAssignment(ctx context.Context, tenant, id, key string, action pim.Action, update string, change pim.AssignmentChange) (pim.View, error) {
	if err := checkIDs(tenant, id, checkKey(key)); err != nil {
		return pim.View{}, err
	}
	a, err := c.accepted(ctx, tenant, assignment(id))
	if err != nil {
		return pim.View{}, err
	}
	change = change.WithDefaults()
	w, err := wishToChange(action, update, key, change)
	if err != nil {
		return pim.View{}, err
	}
	if view, found, err := c.answered(ctx, a, w); found || err != nil {
		return view, err
	}
	sent, now := change, c.now()
	problems := change.Validate(action, now)
	if problems = append(problems, normaliseMail("body.requestedBy.mail", &change.RequestedBy, problems)...); len(problems) > 0 {
		return pim.View{}, invalid(problems)
	}
	if err := c.identify(ctx, tenant, &change.RequestedBy); err != nil {
		return pim.View{}, stillThere(err)
	}
	if w.updateID == "" {
		w.updateID = onceAMinute(w, a.Seq, now)
	}
	mine, err := c.bring(ctx, a, w, sent, pim.Decision{Justification: change.Justification, ReviewedBy: change.RequestedBy, ReviewedDateTime: now},
		func(proposalID string) any {
			return workflows.ChangeInput{
				ChangeID: proposalID, Hash: w.hash, Keyed: key != "", By: change.RequestedBy.ID, At: now,
				ScheduleInfo: change.ScheduleInfo, AssignmentType: change.AssignmentType, Windows: windows(c.Settings.Settings(tenant)),
				SameFor: pim.DurationOf(sameFor),
			}
		})
	switch {
	case errors.Is(err, errClosed):
		return c.answerClosed(ctx, a, w)
	case err != nil:
		return pim.View{}, unwanted(err)
	case !mine:
		if view, found, err := c.answered(ctx, a, w); found || err != nil {
			return view, err
		}
	}
	return c.view(ctx, tenant, a.Resource)
}

// wishToChange is told apart from others by its key, where it has one: the same call twice at once is one Update then.
func wishToChange(action pim.Action, update, key string, change pim.AssignmentChange) (w wish, err error) {
	w = wish{update: update, doing: update}
	w.hash, err = hashOf(struct {
		Action pim.Action
		Change pim.AssignmentChange
		Key    string `json:",omitempty"` // so that the process knows it again too
	}{action, change, key})
	if key != "" {
		w.name, w.updateID = "key/"+key, "key/"+digest([]byte(key))
		w.another = "another change was made with this Idempotency-Key: use a new one"
	}
	return w, err
}

// sameFor is how long the latest change, sent again without a key, is the same call: nobody repeats one that got no answer for
// longer, and who sends a duration again the day after means it from then.
const sameFor = 24 * time.Hour

// onceAMinute makes one Update of the same change many times at once, for as long as nothing else has happened to the assignment.
// It is not the same for longer than a minute: the server answers an Update that it knows with what was true then, and the process
// knows better what is the same call, also where the first answer was lost.
func onceAMinute(w wish, seq int, now time.Time) string {
	return fmt.Sprintf("%s/%s/%d/%d", w.update, w.hash, seq, now.Unix()/60)
}

// maxKey is how long an Idempotency-Key may be.
const maxKey = 255 // bytes

// checkKey refuses a key that a header could not bring. None is none.
func checkKey(key string) *pim.Problem {
	if len(key) <= maxKey && !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil
	}
	return &pim.Problem{Location: "header.Idempotency-Key", Message: fmt.Sprintf("must be 1 to %d visible ASCII characters", maxKey), Value: key}
}
