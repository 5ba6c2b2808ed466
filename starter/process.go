package starter

import (
	"encoding/json"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// process is how something that was accepted runs in Temporal.
type process struct {
	workflow, id string
	input        any
	kind         string
	status       pim.RequestStatus
	attributes   []temporal.SearchAttributeUpdate // beside those of every process
	summary      string                           // one line for the Temporal UI. Ids only: a history names nobody
}

func processOf(a pim.Accepted) (process, error) {
	switch a.Resource.Collection {
	case pim.ActivationRequests:
		return activationProcess(a)
	case pim.Assignments:
		return assignmentProcess(a)
	case pim.PIMSetting:
		return pimProcess(a)
	case pim.Digest:
	}
	return process{}, fmt.Errorf("no process is started for %s", a.Resource)
}

func activationProcess(a pim.Accepted) (process, error) {
	in, err := inputOf[workflows.ActivationInput](a)
	return process{
		workflow: workflows.ActivationWorkflow, id: workflowID(a), input: in, kind: workflows.KindActivation, status: a.First.Status,
		attributes: ofRole(in.RoleID, in.ResourceKind),
		summary:    fmt.Sprintf("%s: %s role %s for %s", in.ID, in.ResourceKind, plain(in.RoleID), plain(in.PrincipalID)),
	}, err
}

func assignmentProcess(a pim.Accepted) (process, error) {
	in, err := inputOf[workflows.AssignmentInput](a)
	status, given := a.First.Status, in.AssignmentType
	if in.Carried != nil { // it was brought in, and goes on from there
		status, given = in.Carried.Status, in.Carried.Now.AssignmentType
	}
	return process{
		workflow: workflows.AssignmentWorkflow, id: workflowID(a), input: in, kind: workflows.KindAssignment, status: status,
		attributes: ofRole(in.RoleID, in.ResourceKind),
		summary:    fmt.Sprintf("%s: %s %s role %s of %s", in.ID, given, in.ResourceKind, plain(in.RoleID), plain(in.PrincipalID)),
	}, err
}

func pimProcess(a pim.Accepted) (process, error) {
	in, err := inputOf[workflows.PIMInput](a)
	return process{
		workflow: workflows.PIMWorkflow, id: workflows.PIMID(in.Tenant, in.Number), input: in, kind: workflows.KindPIM, status: in.Change.Status,
		summary: fmt.Sprintf("PIM enabled for %s by %s", in.Tenant, plain(in.Change.By)),
	}, err
}

func inputOf[T any](a pim.Accepted) (in T, err error) {
	if err := json.Unmarshal(a.Input, &in); err != nil {
		return in, fmt.Errorf("read the input of %s: %w", a.Resource, err)
	}
	return in, nil
}

// workflowID is where a request or an assignment is told things. Both kinds of id are of one length.
func workflowID(a pim.Accepted) string {
	if a.Resource.Collection == pim.Assignments {
		return workflows.AssignmentID(a.Tenant, a.Resource.ID)
	}
	return workflows.ActivationID(a.Tenant, a.Resource.ID)
}

func (c *Client) startOptions(tenant string, p process) client.StartWorkflowOptions {
	attributes := append([]temporal.SearchAttributeUpdate{
		workflows.PimTenant.ValueSet(tenant),
		workflows.PimKind.ValueSet(p.kind),
		workflows.PimStatus.ValueSet(string(p.status)),
	}, p.attributes...)
	return client.StartWorkflowOptions{
		ID:        p.id,
		TaskQueue: c.taskQueue(),
		// What was accepted is one run for ever. Without the last of these the SDK would answer a refusal with the old run, and no
		// error.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            p.summary,
		TypedSearchAttributes:                    temporal.NewSearchAttributes(attributes...),
	}
}

func ofRole(roleID string, kind pim.ResourceKind) []temporal.SearchAttributeUpdate {
	return []temporal.SearchAttributeUpdate{
		workflows.PimRole.ValueSet(clip(roleID, maxKeyword)),
		workflows.PimResourceKind.ValueSet(string(kind)),
	}
}

const (
	maxKeyword = 255 // bytes of a Keyword attribute that every visibility store can hold
	maxSummary = 80  // bytes of one id in a summary, of which the server takes 400 in all
)

// plain makes an opaque id fit for a line that is read as Markdown.
func plain(id string) string {
	return clip(strings.Map(func(r rune) rune {
		if strings.ContainsRune("`*_[]()<>#|\\!~", r) {
			return '·'
		}
		return r
	}, id), maxSummary)
}

// clip shortens text to so many bytes, between two characters.
func clip(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return strings.ToValidUTF8(text[:bytes], "")
}
