package starter

import (
	"errors"
	"fmt"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// Recall makes of something that happened before this system was there what the ledger is to hold of it. It is checked as if it had
// come in when it happened; everything that is wrong with it is the error, a pim.Invalid. The settings are those of now.
//
// Without a history its hash is that of the same body sent to the API: whoever puts it under its id later is answered as for
// anything else that is known.
func (c *Client) Recall(tenant string, p pim.Past) (pim.Imported, error) {
	if p.Activation != nil {
		return c.recallActivation(tenant, p.Activation.WithDefaults())
	}
	return c.recallAssignment(tenant, p.Assignment.WithDefaults())
}

func (c *Client) recallAssignment(tenant string, p pim.PastAssignment) (pim.Imported, error) {
	now, resource, sent := c.now(), assignment(p.ID), p.Assignment
	problems := append(p.Validate(now), tooLong(tenant, p.ID)...)
	problems = append(problems, normaliseMail("principal.mail", &p.Principal, problems)...)
	problems = append(problems, normaliseMail("assignedBy.mail", &p.AssignedBy, problems)...)
	said, wrong := words(tenant, resource, p.History, problems)
	if problems = append(problems, wrong...); len(problems) > 0 {
		return pim.Imported{}, invalid(problems)
	}
	in := assignmentInput(tenant, p.ID, p.Assignment, c.Settings.Settings(tenant), now)
	changes, next, err := workflows.Recall(in, p.History, now)
	if err != nil {
		return pim.Imported{}, misfit(err, p.History)
	}
	var input any
	if next != nil {
		input = *next
	}
	hash, err := hashOfPast(sent, p.History)
	if err != nil {
		return pim.Imported{}, err
	}
	a, err := acceptance(tenant, resource, p.Assignment, input, hash, changes[0], now)
	return pim.Imported{Acceptance: a, Following: changes[1:], Said: said}, errors.Join(err, ledTo(changes, p.Status))
}

func (c *Client) recallActivation(tenant string, p pim.PastActivation) (pim.Imported, error) {
	now, resource, sent := c.now(), activation(p.ID), p.ActivationRequest
	problems := append(p.Validate(now), tooLong(tenant, p.ID)...)
	problems = append(problems, normalise("", &p.ActivationRequest, problems)...)
	said, wrong := words(tenant, resource, p.History, problems)
	if problems = append(problems, wrong...); len(problems) > 0 {
		return pim.Imported{}, invalid(problems)
	}
	in := activationInput(tenant, p.ID, p.ActivationRequest, c.Settings.Settings(tenant))
	following, err := workflows.RecallActivation(in, p.History, now)
	if err != nil {
		return pim.Imported{}, misfit(err, p.History)
	}
	first := firstOf(in)
	first.Schedule = nil
	hash, err := hashOfPast(sent, p.History)
	if err != nil {
		return pim.Imported{}, err
	}
	a, err := acceptance(tenant, resource, p.ActivationRequest, nil, hash, first, now)
	return pim.Imported{Acceptance: a, Following: following, Said: said}, errors.Join(err, ledTo(append([]pim.Change{first}, following...), p.Status))
}

// tooLong is what checkIDs says of an id that no process can have.
func tooLong(tenant, id string) []pim.Problem {
	var wrong *pim.Invalid
	if pim.ValidID(id) && errors.As(checkIDs(tenant, id), &wrong) {
		wrong.Problems[0].Location = "id"
		return wrong.Problems
	}
	return nil
}

func hashOfPast(sent any, history []pim.PastStep) (string, error) {
	if len(history) == 0 {
		return hashOf(sent)
	}
	return hashOf(struct {
		Sent    any
		History []pim.PastStep
	}{sent, history})
}

// misfit names the step that cannot have been.
func misfit(err error, history []pim.PastStep) error {
	var m *workflows.Misfit
	if !errors.As(err, &m) {
		return err
	}
	if m.Step == len(history) {
		return invalid([]pim.Problem{{Location: "history", Message: m.Reason}})
	}
	return invalid([]pim.Problem{{Location: fmt.Sprintf("history[%d].what", m.Step), Message: m.Reason, Value: string(history[m.Step].What)}})
}

// ledTo holds the status that somebody named against what the history leads to: they would not mean the same.
func ledTo(changes []pim.Change, said pim.RequestStatus) error {
	is := changes[len(changes)-1].Status
	if said == "" || said == is {
		return nil
	}
	return invalid([]pim.Problem{{
		Location: "status", Message: fmt.Sprintf("must be %s, which is what schedule and history lead to, or be left out", is), Value: string(said),
	}})
}
