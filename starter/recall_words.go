package starter

import (
	"encoding/json"
	"fmt"

	"pimnotify/pim"
)

// words are what people said and gave as their reasons in a history, as proposals under the names that the API would have given
// them: a request to extend that was brought in is known when it is put again. Each step is told the id of its own.
func words(tenant string, resource pim.Resource, history []pim.PastStep, known []pim.Problem) (said []pim.Proposal, problems []pim.Problem) {
	for i := range history {
		s := &history[i]
		sent := *s
		problems = append(problems, normaliseMail(fmt.Sprintf("history[%d].by.mail", i), &s.By, known)...)
		p, err := wordsOf(sent)
		if err != nil {
			problems = append(problems, pim.Problem{Location: fmt.Sprintf("history[%d]", i), Message: err.Error()})
			continue
		}
		p.Decision.Justification, p.Decision.ReviewedBy, p.Decision.ReviewedDateTime = s.Justification, s.By, s.At
		if p.Name == "" && p.Decision.ReviewResult == "" && s.Justification == "" && s.By == (pim.Principal{}) {
			continue // time did it
		}
		p.ID = digest([]byte(fmt.Sprintf("%s/%s/%d", tenant, resource, i+1)))[:32]
		s.Ref = p.ID
		said = append(said, p)
	}
	return said, problems
}

// wordsOf is the proposal of a step as it was sent, without who made it, when and why.
func wordsOf(s pim.PastStep) (p pim.Proposal, err error) {
	switch s.What {
	case pim.WhatExtendRequested:
		return requestWords(pim.SelfExtend, s)
	case pim.WhatRenewRequested:
		return requestWords(pim.SelfRenew, s)
	case pim.WhatApproved:
		p.Decision.ReviewResult = pim.Approve
	case pim.WhatDenied:
		p.Decision.ReviewResult = pim.Deny
	case pim.WhatRefused:
		return answerWords(pim.Deny, s)
	case pim.WhatExtended, pim.WhatRenewed, pim.WhatUpdated, pim.WhatMadePermanent, pim.WhatRemoved:
		if s.RequestID != "" {
			return answerWords(pim.Approve, s)
		}
		p.Body, err = json.Marshal(pim.AssignmentChange{
			RequestedBy: s.By, ScheduleInfo: s.ScheduleInfo, AssignmentType: s.AssignmentType, Justification: s.Justification,
		})
	default:
	}
	return p, err
}

func requestWords(action pim.Action, s pim.PastStep) (p pim.Proposal, err error) {
	r := pim.ExtensionRequest{RequestedBy: s.By, Justification: s.Justification, ScheduleInfo: s.ScheduleInfo}
	w, err := wishToProlong(action, s.RequestID, r)
	if err != nil {
		return p, err
	}
	p.Name, p.Hash = w.name, w.hash
	p.Body, err = json.Marshal(r)
	return p, err
}

func answerWords(result pim.ReviewResult, s pim.PastStep) (p pim.Proposal, err error) {
	d := pim.ExtensionDecision{
		Decision:     pim.Decision{ReviewResult: result, ReviewedBy: s.By, Justification: s.Justification, ReviewedDateTime: s.At},
		ScheduleInfo: s.ScheduleInfo, AssignmentType: s.AssignmentType,
	}
	w, err := wishToDecide(s.RequestID, d)
	if err != nil {
		return p, err
	}
	p.Name, p.Hash, p.Decision.ReviewResult = w.name, w.hash, result
	p.Body, err = json.Marshal(d)
	return p, err
}
