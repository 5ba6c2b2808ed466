package starter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestWhatIsNotValidIsNamedFieldByField(t *testing.T) {
	soon := noon.Add(6 * time.Minute)
	past := noon.Add(-time.Minute)
	for name, c := range map[string]struct {
		spoil    func(*pim.ActivationRequest)
		location string
		message  string
	}{
		"no action":         {func(r *pim.ActivationRequest) { r.Action = "" }, "body.action", "required"},
		"another action":    {func(r *pim.ActivationRequest) { r.Action = "adminAssign" }, "body.action", "selfActivate"},
		"no kind":           {func(r *pim.ActivationRequest) { r.ResourceKind = "" }, "body.resourceKind", "directoryRole"},
		"unknown kind":      {func(r *pim.ActivationRequest) { r.ResourceKind = "printer" }, "body.resourceKind", "directoryRole"},
		"no principal":      {func(r *pim.ActivationRequest) { r.Principal = pim.Principal{} }, "body.principal.id", "required"},
		"no role":           {func(r *pim.ActivationRequest) { r.Role = pim.Role{DisplayName: "Reader"} }, "body.role.id", "required"},
		"no role's name":    {func(r *pim.ActivationRequest) { r.Role.DisplayName = " " }, "body.role.displayName", "required"},
		"no scope":          {func(r *pim.ActivationRequest) { r.Scope = pim.Scope{} }, "body.scope.id", "required"},
		"no expiration":     {func(r *pim.ActivationRequest) { r.ScheduleInfo = pim.ScheduleInfo{} }, "body.scheduleInfo.expiration", "required"},
		"for ever":          {func(r *pim.ActivationRequest) { r.ScheduleInfo.Expiration = pim.Expiration{Type: pim.NoExpiration} }, "body.scheduleInfo.expiration.type", "ends"},
		"odd duration":      {func(r *pim.ActivationRequest) { r.ScheduleInfo.Expiration.Duration = "8 hours" }, "body.scheduleInfo.expiration.duration", "ISO 8601"},
		"malformed address": {func(r *pim.ActivationRequest) { r.Principal.Mail = "Alain <a@b.example>" }, "body.principal.mail", "e-mail address"},
		"no real domain":    {func(r *pim.ActivationRequest) { r.Principal.Mail = "a@[127.0.0.1]" }, "body.principal.mail", "must"},
		"approver's id":     {func(r *pim.ActivationRequest) { r.Approval.Approvers = []pim.Principal{{Type: pim.User}} }, "body.approval.approvers[0].id", "required"},
		"from the future":   {func(r *pim.ActivationRequest) { r.CreatedDateTime = &soon }, "body.createdDateTime", "5 minutes"},
		"ended already": {func(r *pim.ActivationRequest) {
			r.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &past}
		}, "body.scheduleInfo.expiration.endDateTime", "future"},
		"group without side": {func(r *pim.ActivationRequest) { r.ResourceKind = pim.GroupResource }, "body.accessId", "required"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			r := request()
			c.spoil(&r)
			_, _, err := h.PutActivation(t.Context(), tenant, "r1", r)
			requireProblem(t, err, c.location, c.message)
			require.Empty(t, h.temporal.starts)
			_, err = h.GetActivation(t.Context(), tenant, "r1")
			require.ErrorIs(t, err, pim.ErrNotFound)
		})
	}
}

func requireProblem(t *testing.T, err error, location, message string) {
	t.Helper()
	var invalid *pim.Invalid
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Problems, 1, invalid.Error())
	require.Equal(t, location, invalid.Problems[0].Location)
	require.Contains(t, invalid.Problems[0].Message, message)
}

func TestIDsThatNothingCanHaveAreRefusedEverywhere(t *testing.T) {
	h := newHouse(t)
	for _, bad := range []string{"", ".", "..", "a/b", "a b", "ø", strings.Repeat("x", 129)} {
		_, _, err := h.PutActivation(t.Context(), tenant, bad, request())
		requireProblem(t, err, "path.id", "1 to 128")
		_, err = h.Decide(t.Context(), bad, "r1", decision("u1", pim.Approve))
		requireProblem(t, err, "path.tenant", "1 to 128")
		_, err = h.Cancel(t.Context(), tenant, bad, "")
		requireProblem(t, err, "path.id", "1 to 128")
		_, err = h.GetActivation(t.Context(), tenant, bad)
		requireProblem(t, err, "path.id", "1 to 128")
	}
	_, _, err := h.PutActivation(t.Context(), strings.Repeat("t", 128), strings.Repeat("x", 128), request())
	requireProblem(t, err, "path.id", "must be 13 shorter")
	_, _, err = h.PutActivation(t.Context(), tenant, strings.Repeat("x", 128), request())
	require.NoError(t, err)
}

func TestAnUnknownTenantHasNothing(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.PutActivation(t.Context(), "nobody", "r1", request())
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
	_, err = h.Decide(t.Context(), "nobody", "r1", decision("u1", pim.Approve))
	require.ErrorIs(t, err, pim.ErrNotFound)
	_, err = h.Events(t.Context(), "nobody", pim.Resource{Collection: pim.Digest})
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
}

func TestApprovalThatNobodyCouldEverGiveIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		tenant, scope string
		kind          pim.ResourceKind
		refused       bool
	}{
		"an owner stands in":       {"contoso", "/subscriptions/s1", pim.AzureResource, false},
		"nobody owns it":           {"fabrikam", "/subscriptions/other", pim.AzureResource, true},
		"administrators stand in":  {"fabrikam", "/", pim.DirectoryRole, false},
		"a permanent owner":        {"contoso", "g7", pim.GroupResource, false},
		"a group that nobody owns": {"contoso", "g99", pim.GroupResource, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			r := request()
			r.ResourceKind, r.Scope.ID, r.Approval.Approvers = c.kind, c.scope, nil
			if c.kind == pim.GroupResource {
				r.AccessID = pim.Member
			}
			_, _, err := h.PutActivation(t.Context(), c.tenant, "r1", r)
			if !c.refused {
				require.NoError(t, err)
				return
			}
			requireProblem(t, err, "body.approval.approvers", "is required here")
		})
	}
}

func TestApproversWhoComeToNobodyAreStillSpecified(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.Approval.Approvers = []pim.Principal{{ID: "a-group-of-nobody", Type: pim.Group}}
	h.accept(t, "r1", r)
}

func TestValidatingSaysWhatAcceptingWouldAndDoesNothing(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.IsValidationOnly = true
	would, created, err := h.PutActivation(t.Context(), tenant, "r1", r)
	require.NoError(t, err)
	require.False(t, created)
	require.Empty(t, h.temporal.starts)
	_, err = h.GetActivation(t.Context(), tenant, "r1")
	require.ErrorIs(t, err, pim.ErrNotFound)

	r.IsValidationOnly = false
	did := h.accept(t, "r1", r)
	require.Equal(t, did.Status, would.Status)
	require.Equal(t, did.Timeline[0].What, would.Timeline[0].What)
	require.Equal(t, did.Timeline[0].By.ID, would.Timeline[0].By.ID)
	require.Equal(t, did.Events[0].ID, would.Events[0].ID)
	require.WithinDuration(t, did.Events[0].DueDateTime, would.Events[0].DueDateTime, time.Microsecond)

	r.IsValidationOnly = true
	again, _, err := h.PutActivation(t.Context(), tenant, "r1", r)
	require.NoError(t, err)
	require.Equal(t, did, again)
	r.Principal = pim.Principal{}
	_, _, err = h.PutActivation(t.Context(), tenant, "r2", r)
	requireProblem(t, err, "body.principal.id", "required")
}
