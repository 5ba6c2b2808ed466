package e2e

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// alarming are the settings of a tenant that wants its administrators told where nobody can be reached.
func alarming(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(file, []byte(
		"tenants:\n  "+tenant+": {unreachableApproverMail: true, digest: {weekday: "+inThreeDays()+"}}\n"), 0o600))
	return file
}

// A group of approvers is empty: the administrators are told, decide nothing, and put it right.
func TestAdministratorsAreToldOfARequestThatNobodyIsAskedAboutAndDoNotDecideIt(t *testing.T) {
	t.Parallel()
	organisation := filepath.Join(t.TempDir(), "directory.yaml")
	write := func(members string) {
		group := "    groups:\n      - {id: g9, displayName: Nobody yet, members: [" + members + "]}\n"
		file := bytes.Replace(directory.Sample(), []byte("    groups:\n"), []byte(group), 1)
		require.NoError(t, os.WriteFile(organisation, file, 0o600))
	}
	write("")
	w := newWorld(t, options{env: map[string]string{"PIMNOTIFY_SETTINGS": alarming(t), "PIMNOTIFY_DIRECTORY": organisation}})
	toG9 := activation(func(r *pim.ActivationRequest) { r.Approval.Approvers = []pim.Principal{{ID: "g9", Type: pim.Group}} })
	id := w.prefix + "r"
	asked := "activation." + id + ".pendingApproval"
	var preview pim.Preview
	w.call(t, http.MethodPost, "preview", map[string]any{"id": id, "activationRequest": toG9}).into(t, http.StatusOK, &preview)
	require.Len(t, preview.Events[0].Recipients, 2)

	w.put(t, id, toG9)
	w.awaitMails(t, asked, 2)
	w.awaitBecame(t, asked, map[string]string{"grady": "sent", "henrietta": "sent"})
	require.Equal(t, people{pim.PrivilegedRoleAdministrator: {"grady", "henrietta"}}, w.told(t, w.view(t, id), pim.ActivationPendingApproval))
	for _, m := range w.inbox.Messages() {
		require.Equal(t, "PIM: No approver can be reached for Alain Charon's request to activate the Backup Reader role", m.Subject)
		require.Equal(t, preview.Events[0].Mails[0].Subject, m.Subject, "as it was previewed")
		require.Contains(t, m.Text, "This mail does not make you an approver")
	}
	require.Contains(t, w.explain(t, asked, "u5").Sentences, "That made none of them an approver: the request named its approvers, and they alone decide.")

	w.decide(t, id, pim.Approve, "u5").refused(t, http.StatusForbidden, "not an approver")
	write("u9")
	await(t, patience, "the new member to count", func() bool { return w.decide(t, id, pim.Approve, "u9").status == http.StatusOK })
	w.awaitEnd(t, id, pim.Provisioned, patience)
	require.Len(t, w.recipients(t, asked), 2, "once")
}

func TestAdministratorsAreToldWhenTheLastApproverBounces(t *testing.T) {
	t.Parallel()
	people := bytes.Replace(organisation(2), []byte("role: Global Administrator"), []byte("role: Privileged Role Administrator"), 1)
	w := newWorld(t, options{events: true, directory: people, env: map[string]string{"PIMNOTIFY_SETTINGS": alarming(t)}, inbox: inbox.Options{
		Stream: inbox.Stream{Fates: []inbox.Fate{{Recipient: "canary-?@*", Ends: inbox.Bounced}}},
	}})
	id := w.prefix + "r"
	asked := "activation." + id + ".pendingApproval"
	w.put(t, id, activation())
	w.awaitBecame(t, asked, map[string]string{
		"canary-0": "bounced bounce:General", "canary-1": "bounced bounce:General", "canary-adele": "delivered",
	})
	w.decide(t, id, pim.Approve, "u2").refused(t, http.StatusForbidden, "not an approver")
	w.decide(t, id, pim.Approve, "a0").done(t)
	w.awaitEnd(t, id, pim.Provisioned, patience)
	alarms := 0
	for _, m := range w.inbox.Messages() {
		if m.Header("X-PIM-Event-Id") == asked && m.To[0] == "canary-adele@contoso.example" {
			alarms++
		}
	}
	require.Equal(t, 1, alarms)
}
