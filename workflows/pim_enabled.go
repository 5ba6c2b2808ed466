package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
)

// PIMEnabled tells a tenant's administrators, once, that Privileged Identity Management was enabled. Where it is disabled before
// all of them were told, the rest is not: the record has that.
func PIMEnabled(ctx workflow.Context, in PIMInput) (PIMResult, error) {
	own, _ := workflow.NewDisconnectedContext(ctx) // an operator who cancels the run does not undo what was announced
	resource := pim.Resource{Collection: pim.PIMSetting}
	screen := newScreen(own, in.Change.Status, false)
	var mails *mailroom
	show := func() { screen.show(in.Change.Status, false, enabledStory(in, mails)) }
	mails = newMailroom(own, activities.NotifyInput{Tenant: in.Tenant, Resource: resource}, func() []pim.Change {
		return []pim.Change{in.Change}
	}, show)
	mails.send(own, "tell the administrators", in.Change.Schedule...)
	show()
	if err := workflow.Await(own, mails.settled); err != nil {
		return PIMResult{}, err
	}
	if mails.err != nil {
		return PIMResult{}, fmt.Errorf("mails of %s: %w", resource, mails.err)
	}
	return PIMResult{Status: in.Change.Status}, nil
}

func enabledStory(in PIMInput, mails *mailroom) string {
	var b strings.Builder
	b.WriteString(fmt.Sprintf("## Privileged Identity Management was enabled for %s\n\n", code(in.Tenant)))
	mails.obstacles(&b)
	happenings(&b, []pim.Change{in.Change})
	mails.table(&b, "pim.")
	return b.String()
}
