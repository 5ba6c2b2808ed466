package imports

import (
	"encoding/json"
	"time"

	"pimnotify/pim"
)

// The statuses of Graph's requests by what they mean for the past.
const (
	cameAbout = iota + 1 // also what was revoked since
	stillOpen
	neverCame
)

var meaning = map[string]int{
	"Provisioned": cameAbout, "Granted": cameAbout, "ScheduleCreated": cameAbout, "Revoked": cameAbout,
	"PendingApproval": stillOpen, "PendingAdminDecision": stillOpen, "PendingProvisioning": stillOpen, "PendingScheduleCreation": stillOpen,
	"Denied": neverCame, "Canceled": neverCame, "Failed": neverCame, "TimedOut": neverCame,
}

// become makes of a request what it is here: a record, or steps of one.
func (g *reading) become(action pim.Action, line *Line) {
	means := meaning[g.Status]
	switch {
	case g.Status == "":
		g.refuse("status", "is required: Provisioned, Revoked, Denied, Canceled, Failed or TimedOut", nil)
		return
	case means == 0:
		g.refuse("status", "must be one of Graph's, such as Provisioned, Revoked, Denied, Canceled or Failed", g.Status)
		return
	case means == stillOpen:
		g.leaveOut("must not be still open: what comes of it is told to the API, and what has ended can be brought in")
		return
	}
	switch action {
	case pim.AdminAssign:
		g.assignment(means, line)
	case pim.SelfActivate:
		g.activation(means, line)
	case pim.SelfDeactivate:
		g.change(means, pim.WhatDeactivated, g.principal(), line)
	case pim.AdminUpdate:
		g.change(means, pim.WhatUpdated, g.administrator(), line)
	case pim.AdminExtend:
		g.change(means, pim.WhatExtended, g.administrator(), line)
	case pim.AdminRenew:
		g.change(means, pim.WhatRenewed, g.administrator(), line)
	case pim.AdminRemove:
		g.change(means, pim.WhatRemoved, g.administrator(), line)
	case pim.SelfExtend:
		g.wish(pim.WhatExtendRequested, pim.WhatExtended, line)
	case pim.SelfRenew:
		g.wish(pim.WhatRenewRequested, pim.WhatRenewed, line)
	}
}

func (g *reading) assignment(means int, line *Line) {
	if means == neverCame {
		g.leaveOut("must be Provisioned: an assignment that never came about is no part of the record")
		return
	}
	line.Revoked = g.Status == "Revoked"
	line.Past.Assignment = &pim.PastAssignment{ID: g.ID, Assignment: pim.Assignment{
		Action: pim.AdminAssign, ResourceKind: pim.DirectoryRole, Principal: g.principal(), Role: g.role(), Scope: g.scope(),
		AssignmentType: g.kind(), AssignedBy: g.administrator(), Justification: g.Justification, TicketInfo: g.TicketInfo,
		ScheduleInfo: g.ScheduleInfo.ScheduleInfo, CreatedDateTime: g.CreatedDateTime,
	}}
}

// activation is how a request to activate ended. It had to be approved where Graph has an approval of it, or where it was denied or
// nobody answered.
func (g *reading) activation(means int, line *Line) {
	done, asked := g.done(), g.CreatedDateTime.UTC()
	p := &pim.PastActivation{ID: g.ID, ActivationRequest: pim.ActivationRequest{
		Action: pim.SelfActivate, ResourceKind: pim.DirectoryRole, Principal: g.principal(), Role: g.role(), Scope: g.scope(),
		Justification: g.Justification, TicketInfo: g.TicketInfo, ScheduleInfo: g.ScheduleInfo.ScheduleInfo, CreatedDateTime: g.CreatedDateTime,
		Approval: pim.Approval{IsRequired: g.ApprovalID != ""},
	}}
	line.Past.Activation = p
	then := func(at time.Time, what pim.What) { line.Then = append(line.Then, pim.PastStep{At: at, What: what}) }
	switch {
	case means == cameAbout:
		active := g.ScheduleInfo.Start(asked).UTC()
		if active.Before(done) {
			active = done
		}
		if active.After(g.now) {
			g.leaveOut("must not lie ahead: the role is not active yet, and the request comes in through the API")
			return
		}
		if p.Approval.IsRequired {
			then(done, pim.WhatApproved)
		}
		then(active, pim.WhatActivated)
	case g.Status == "Denied":
		p.Approval.IsRequired = true
		then(done, pim.WhatDenied)
	case g.Status == "TimedOut":
		p.Approval.IsRequired = true
		then(done, pim.WhatTimedOut)
	case g.Status == "Canceled":
		then(done, pim.WhatCanceled)
	default:
		then(done, pim.WhatFailed)
	}
}

// change is something that an administrator did with an assignment, or a role given back.
func (g *reading) change(means int, what pim.What, by pim.Principal, line *Line) {
	if means == neverCame {
		g.leaveOut("must be Provisioned: a change that had no effect is no part of the record")
		return
	}
	s := pim.PastStep{At: g.done(), What: what, By: by, Justification: g.Justification}
	if what != pim.WhatRemoved && what != pim.WhatDeactivated { // Graph repeats a schedule there, of what is over
		s.ScheduleInfo = g.ScheduleInfo.ScheduleInfo
	}
	line.Then = []pim.PastStep{s}
}

// wish is what somebody asked for and what came of it. Who decided is not in Graph's request.
func (g *reading) wish(asked, granted pim.What, line *Line) {
	came := map[string]pim.What{"Denied": pim.WhatRefused, "Canceled": pim.WhatCanceled, "TimedOut": pim.WhatTimedOut}
	answer := came[g.Status]
	switch {
	case g.Status == "Failed":
		g.leaveOut("must be Provisioned, Denied, Canceled or TimedOut: a request that failed had no effect and is no part of the record")
		return
	case answer == "":
		answer = granted
	}
	line.Then = []pim.PastStep{
		{At: g.CreatedDateTime.UTC(), What: asked, By: g.principal(), Justification: g.Justification, RequestID: g.ID, ScheduleInfo: g.ScheduleInfo.ScheduleInfo},
		{At: g.done(), What: answer, RequestID: g.ID},
	}
}

func (g *reading) principal() pim.Principal {
	o := g.expanded("principal", g.request.Principal)
	p := pim.Principal{ID: g.PrincipalID, DisplayName: o.DisplayName, Mail: o.Mail}
	switch o.Type {
	case "#microsoft.graph.user":
		p.Type = pim.User
	case "#microsoft.graph.group":
		p.Type = pim.Group
	case "#microsoft.graph.servicePrincipal":
		p.Type = pim.ServicePrincipal
	}
	return p
}

func (g *reading) role() pim.Role {
	return pim.Role{ID: g.RoleDefinitionID, DisplayName: g.expanded("roleDefinition", g.RoleDefinition).DisplayName}
}

func (g *reading) scope() pim.Scope {
	s := pim.Scope{ID: g.scopeID(), DisplayName: g.expanded("directoryScope", g.DirectoryScope).DisplayName}
	if s.DisplayName == "" {
		s.DisplayName = g.expanded("appScope", g.AppScope).DisplayName
	}
	return s
}

// administrator is who made the request: a person, or an application.
func (g *reading) administrator() pim.Principal {
	var by struct {
		User        object `json:"user"`
		Application object `json:"application"`
	}
	if len(g.CreatedBy) > 0 && json.Unmarshal(g.CreatedBy, &by) != nil {
		g.refuse("createdBy", "must be an object as Graph has it", nil)
	}
	switch {
	case by.User.ID != "":
		return pim.Principal{ID: by.User.ID, DisplayName: by.User.DisplayName}
	case by.Application.ID != "":
		return pim.Principal{ID: by.Application.ID, DisplayName: by.Application.DisplayName, Type: pim.ServicePrincipal}
	}
	return pim.Principal{}
}
