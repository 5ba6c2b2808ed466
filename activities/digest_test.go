package activities_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// slot is when the digest of 2026-11-23 is due in Oslo, where these tests are.
var slot = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

func weeklyIn(zone string) pim.Settings {
	s := pim.DefaultSettings()
	s.Digest.TimeZone = zone
	return s
}

// happened brings in what happened at a moment: so many activations, and as many people made eligible.
func (h *house) happened(t *testing.T, name string, at time.Time, n int) {
	t.Helper()
	body := func(kind pim.ResourceKind, who int) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"resourceKind":%q,"principal":{"id":"u%d"},"role":{"id":"r1"},"scope":{"id":"/"}}`, kind, who))
	}
	var records []pim.Imported
	for i := range n {
		for _, kind := range []pim.ResourceKind{pim.DirectoryRole, pim.AzureResource} { // what is Azure's is never counted
			id := fmt.Sprintf("%s-%s-%d", name, kind, i)
			records = append(records, pim.Imported{Acceptance: pim.Acceptance{
				Tenant: tenant, Resource: pim.Resource{Collection: pim.Assignments, ID: id}, Hash: id, Body: body(kind, i), AcceptedAt: at,
				First: pim.Change{At: at, What: pim.WhatAssigned, Status: pim.Provisioned, Assignment: &pim.AssignmentNow{AssignmentType: pim.Eligible, Term: pim.Term{Number: 1, Start: at}}},
			}}, pim.Imported{Acceptance: pim.Acceptance{
				Tenant: tenant, Resource: pim.Resource{Collection: pim.ActivationRequests, ID: id}, Hash: id, Body: body(kind, i), AcceptedAt: at,
				First: pim.Change{At: at, What: pim.WhatRequested, Status: pim.Granted},
			}, Following: []pim.Change{{Seq: 1, At: at, What: pim.WhatActivated, Status: pim.Provisioned}}})
		}
	}
	_, err := h.record.Import(t.Context(), records)
	require.NoError(t, err)
}

// weekly is a digest as its process has it told.
func (h *house) weekly(t *testing.T, prepared activities.PrepareDigestResult) activities.NotifyInput {
	t.Helper()
	due := prepared.Due()
	h.due(pim.Resource{Collection: pim.Digest}, due.Event.Kind, due.Event.Occurrence, due.DueDateTime)
	return activities.NotifyInput{Tenant: tenant, Resource: pim.Resource{Collection: pim.Digest}, Due: []pim.Due{due}}
}

func (h *house) prepare(t *testing.T, in activities.PrepareDigestInput) activities.PrepareDigestResult {
	t.Helper()
	prepared, err := h.PrepareDigest(t.Context(), in)
	require.NoError(t, err)
	return prepared
}

func TestADigestTellsOfItsWeekAndOfNothingThatCameToBeKnownLater(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		chosen := weeklyIn("Europe/Oslo")
		chosen.Digest.AdditionalRecipients = []string{"audit@contoso.example", "adele@contoso.example"}
		h.Settings = settings{of: chosen}
		h.happened(t, "too-early", slot.AddDate(0, 0, -7).Add(-time.Microsecond), 1)
		h.happened(t, "first", slot.AddDate(0, 0, -7), 2)
		h.happened(t, "last", slot.Add(-time.Microsecond), 3)
		h.happened(t, "too-late", slot, 4)

		in := activities.PrepareDigestInput{Tenant: tenant, At: slot}
		prepared := h.prepare(t, in)
		require.Equal(t, activities.PrepareDigestResult{
			Date: "2026-11-23", From: slot.AddDate(0, 0, -7), To: slot, Next: slot.AddDate(0, 0, 7),
		}, prepared)
		kept, err := h.record.Digest(t.Context(), tenant, "2026-11-23")
		require.NoError(t, err)
		none := 0
		require.Equal(t, pim.DigestFigures{
			From: prepared.From, To: prepared.To, TimeZone: "Europe/Oslo", UsersActivated: 5, AssignedInPIM: 5, AssignedOutsidePIM: &none,
			TopRoles: []pim.RoleFigure{
				{Role: "Global Administrator", Permanent: 2, Eligible: 2}, {Role: "Security Administrator", Permanent: 1, Eligible: 2},
				{Role: "Backup Reader", Eligible: 2}, {Role: "Privileged Role Administrator", Permanent: 1, Eligible: 1},
			},
		}, kept)

		told := h.weekly(t, prepared)
		require.True(t, h.notify(t, told).Settled())
		const subject = " PIM: Your weekly PIM digest for Contoso"
		everybody := []string{
			"grady" + subject, "henrietta" + subject, "delia" + subject, "adele" + subject, "alex" + subject, "audit" + subject, "u25 skipped noAddress",
		}
		require.Equal(t, everybody, h.told(t, told.Due[0]))
		require.Contains(t, h.mail(t, told.Due[0], "audit").Text, "5  Users activated\n   no week before\n")
		require.Contains(t, h.mail(t, told.Due[0], "audit").Text, "Mon 23 Nov 2026, 08:00 (time zone Europe/Oslo)")

		h.happened(t, "known-later", slot.Add(-time.Hour), 10)
		require.Equal(t, prepared, h.prepare(t, in), "it was told already")
		h.notify(t, told)
		require.Len(t, h.inbox.Requests(), 6)

		next := h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: slot.AddDate(0, 0, 7)})
		again := h.weekly(t, next)
		h.notify(t, again)
		require.Contains(t, h.mail(t, again.Due[0], "audit").Text, "4  Users activated\n   −1 against the week before\n")
	})
}

func TestADigestThatNoSlotStartedTellsOfTheTimeSinceTheLatest(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.Settings = settings{of: weeklyIn("Europe/Oslo")}
	at := slot.Add(50 * time.Hour).Add(300 * time.Millisecond)
	prepared := h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: at})
	require.Equal(t, activities.PrepareDigestResult{Date: "2026-11-25", From: slot, To: at.Truncate(time.Second), Next: slot.AddDate(0, 0, 7)}, prepared)
	again := h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: at.Add(time.Hour)})
	require.Equal(t, prepared.To, again.To, "one a date")
	require.Equal(t, slot, h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: at, AsOf: slot.Add(time.Hour)}).To)
}

// The clocks strike two twice on the last Sunday of October. The Schedule fires at each, or at the second only.
func TestADigestThatTheClocksDoubleIsToldOnceAndOfTheWholeWeek(t *testing.T) {
	t.Parallel()
	for name, fired := range map[string][]time.Duration{"at each": {0, time.Hour}, "at the second": {time.Hour}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 0)
			chosen := weeklyIn("Europe/Oslo")
			chosen.Digest.Weekday, chosen.Digest.Hour = time.Sunday, 2
			h.Settings = settings{of: chosen}
			slot := time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC)
			h.happened(t, "before", slot.AddDate(0, 0, -3), 3)
			h.happened(t, "between", slot.Add(30*time.Minute), 2)
			for _, late := range fired {
				require.Equal(t, activities.PrepareDigestResult{
					Date: "2026-10-25", From: slot.AddDate(0, 0, -7), To: slot, Next: slot.AddDate(0, 0, 7).Add(time.Hour),
				}, h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: slot.Add(late)}))
			}
			next := h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: slot.AddDate(0, 0, 7).Add(time.Hour)})
			require.Equal(t, slot, next.From)
			for date, want := range map[string]int{"2026-10-25": 3, next.Date: 2} {
				kept, err := h.record.Digest(t.Context(), tenant, date)
				require.NoError(t, err)
				require.Equal(t, want, kept.UsersActivated)
			}
		})
	}
}

func TestNobodyIsToldOfAWeekWhereThereIsAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	off, quiet, quietly := weeklyIn("UTC"), weeklyIn("UTC"), weeklyIn("UTC")
	off.Digest.Enabled = false
	quietly.Digest.SkipEmpty = true
	disable := pim.Resource{Collection: pim.PIMSetting}
	for _, c := range []struct {
		tenant string
		chosen pim.Settings
		want   activities.Untold
		kept   bool
	}{
		{"nowhere", quiet, activities.UntoldUnknownTenant, false},
		{"fabrikam", quiet, activities.UntoldOtherCloud, false},
		{tenant, off, activities.UntoldDigestOff, false},
		{tenant, quietly, activities.UntoldEmpty, true},
		{tenant, quiet, "", true},
	} {
		h.Settings = settings{of: c.chosen}
		require.Equal(t, c.want, h.prepare(t, activities.PrepareDigestInput{Tenant: c.tenant, At: slot}).Untold)
		_, err := h.record.Digest(t.Context(), c.tenant, "2026-11-23")
		if c.kept {
			require.NoError(t, err, "the week after it is compared with it")
		} else {
			require.ErrorIs(t, err, pim.ErrNotFound)
		}
	}
	h.writeDown(t, disable, pim.Change{At: slot, What: pim.WhatDisabled, Status: pim.Revoked, By: "u2"}, isEnabled(false, adele))
	require.Equal(t, activities.UntoldPIMDisabled, h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: slot}).Untold)
	require.NoError(t, h.record.Record(t.Context(), tenant, disable, pim.Change{Seq: 1, At: slot, What: pim.WhatEnabled, Status: pim.Provisioned, By: "u2"}))
	require.Empty(t, h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: slot}).Untold)
	require.Empty(t, h.inbox.Requests())
}

func TestTheFourthTileGoesWithTheAlert(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	chosen := weeklyIn("UTC")
	chosen.Alerts.AssignedOutsidePIM = false
	h.Settings = settings{of: chosen}
	told := h.weekly(t, h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: slot}))
	h.notify(t, told)
	text := h.mail(t, told.Due[0], "grady").Text
	require.Contains(t, text, "Role assignments in Privileged Identity Management")
	require.NotContains(t, text, "outside of PIM")
}

// An answer of SES that is lost makes nobody read a digest twice, unless the tenant would rather have that.
func TestADigestWhoseOutcomeIsUnknownIsSentAgainOnlyWhereTheTenantSaysSo(t *testing.T) {
	t.Parallel()
	for outcome, sent := range map[pim.UnknownOutcome]int{pim.Hold: 1, pim.Resend: 2} {
		t.Run(string(outcome), func(t *testing.T) {
			t.Parallel()
			onBoth(t, 0, func(t *testing.T, h *house) {
				chosen := weeklyIn("UTC")
				chosen.Digest.UnknownOutcome = outcome
				h.Settings = settings{of: chosen}
				h.inbox.SetFaults(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true, Recipient: "grady@contoso.example", Next: 1})
				told := h.weekly(t, h.prepare(t, activities.PrepareDigestInput{Tenant: tenant, At: slot}))
				first := h.notify(t, told)
				require.False(t, first.Settled(), "its proof can still come")
				require.False(t, first.UnknownUntil.IsZero())
				h.pass(2 * time.Minute)
				last := h.notify(t, told)
				require.True(t, last.Settled())
				require.Equal(t, sent, requestsTo(h.inbox, "grady@contoso.example"))
				require.Equal(t, 2-sent, last.LeftUnknown)
				require.Equal(t, 2-sent, counts(last)[pim.StatusUnknown])
			})
		})
	}
}

// The other mails are the tenant's own choice as well.
func TestMailsAreLeftUnknownWhereTheTenantSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	chosen := pim.DefaultSettings()
	chosen.UnknownOutcome = pim.Hold
	h.Settings = settings{of: chosen}
	h.inbox.SetFaults(inbox.Fault{Kind: inbox.Cut, Recipient: joni, Next: 1})
	in := h.accept(t, "r1", tier0)
	require.False(t, h.notify(t, in).Settled())
	h.pass(2 * time.Minute)
	last := h.notify(t, in)
	require.True(t, last.Settled())
	require.Equal(t, 1, last.LeftUnknown)
	require.Equal(t, pim.StatusUnknown, row(t, h.rows(t, in), joni).Status)
	require.Equal(t, 1, requestsTo(h.inbox, joni))
}

func requestsTo(b *inbox.Inbox, address string) (n int) {
	for _, r := range b.Requests() {
		if r.To[0] == address {
			n++
		}
	}
	return n
}

func TestAPreviewOfADigestKeepsAndSendsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.Settings = settings{of: weeklyIn("UTC")}
	h.happened(t, "once", slot.Add(2*time.Hour), 2)
	preview, err := h.PreviewDigest(t.Context(), activities.PrepareDigestInput{Tenant: tenant, At: slot.AddDate(0, 0, 3)})
	require.NoError(t, err)
	require.Equal(t, "2026-11-26", preview.Date)
	require.Len(t, preview.Recipients, 6)
	require.Equal(t, "grady@contoso.example", preview.Recipients[0].Address)
	require.Contains(t, preview.Text.Plain, "2  Users activated\n")
	_, err = h.record.Digest(t.Context(), tenant, "2026-11-26")
	require.ErrorIs(t, err, pim.ErrNotFound)
	events, err := h.record.Events(t.Context(), tenant, pim.Resource{Collection: pim.Digest})
	require.NoError(t, err)
	require.Empty(t, events)
	require.Empty(t, h.inbox.Requests())
}
