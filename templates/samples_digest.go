package templates

import (
	"strings"
	"time"

	"pimnotify/pim"
)

// digestSamples are weeks of the fictional organisation, on Mondays at eight in Oslo.
func digestSamples() []Sample {
	return []Sample{
		{"digest_weekly", ordinaryWeek().letter()},
		{"digest_weekly_empty", emptyWeek().letter()},
		{"digest_weekly_alert_off", ordinaryWeek().alertOff().letter()},
		{"digest_weekly_first", ordinaryWeek().first().letter()},
		{"digest_weekly_hostile", hostileWeek().letter()},
	}
}

// week is a digest in the making.
type week struct {
	org    pim.Organization
	digest pim.DigestLetter
}

func ordinaryWeek() week {
	outside, none := 1, 0
	return week{digest: pim.DigestLetter{
		Figures: pim.DigestFigures{
			UsersActivated: 1204, UsersMadePermanent: 2, AssignedInPIM: 17, AssignedOutsidePIM: &outside,
			TopRoles: []pim.RoleFigure{
				{Role: "Global Administrator", Permanent: 3, Eligible: 41},
				{Role: "Exchange Administrator", Permanent: 0, Eligible: 28},
				{Role: "Privileged Role Administrator", Permanent: 2, Eligible: 12},
				{Role: "Security Administrator", Permanent: 1, Eligible: 9},
				{Role: "Reports Reader", Permanent: 8, Eligible: 0},
			},
		},
		Previous: &pim.DigestFigures{UsersActivated: 1187, UsersMadePermanent: 4, AssignedInPIM: 17, AssignedOutsidePIM: &none},
	}}
}

// emptyWeek is one in which nothing happened, in an organisation without administrators.
func emptyWeek() week {
	none, two := 0, 2
	return week{digest: pim.DigestLetter{
		Figures:  pim.DigestFigures{AssignedOutsidePIM: &none},
		Previous: &pim.DigestFigures{UsersMadePermanent: 1, AssignedOutsidePIM: &two},
	}}
}

// alertOff is a week in which nobody counted what was assigned outside of PIM.
func (w week) alertOff() week {
	w.digest.Figures.AssignedOutsidePIM, w.digest.Previous.AssignedOutsidePIM = nil, nil
	return w
}

// first has no week before it.
func (w week) first() week {
	w.digest.Previous = nil
	return w
}

// hostileWeek has names that want to be more than names, and numbers as large as they get.
func hostileWeek() week {
	w := ordinaryWeek()
	w.org = pim.Organization{ID: "contoso", DisplayName: `Contoso </td></tr></table><a href="https://evil.example/">Take action</a> {{.}}`, Cloud: "public"}
	f := &w.digest.Figures
	f.UsersActivated = 12_345_678
	f.TopRoles = []pim.RoleFigure{
		{Role: "<b>Global</b> & \"Security\" Administrator\r\nBcc: everybody@contoso.example", Permanent: 1_234_567, Eligible: 98_765},
		{Role: "\u202eAdministrator\u202c of the \u200bregion מזרח and of 東京支店", Permanent: 40, Eligible: 1204},
		{Role: "Administrator of " + strings.Repeat("every_single_mailbox_", 6) + "and of nothing else", Permanent: 0, Eligible: 1},
		{Role: "\u200b", Permanent: 1, Eligible: 0},
	}
	return w
}

func (w week) letter() pim.Letter {
	oslo := zoneCalled("Europe/Oslo")
	d := w.digest
	d.Figures.TimeZone = oslo.String()
	d.Figures.To = time.Date(2026, time.November, 23, 8, 0, 0, 0, oslo)
	d.Figures.From = d.Figures.To.AddDate(0, 0, -7)
	if w.org.ID == "" {
		w.org = pim.Organization{ID: "contoso", DisplayName: "Contoso", Cloud: "public"}
	}
	return pim.Letter{
		Kind: pim.DigestWeekly, RecipientType: pim.AdminRecipient, To: nestor, Organization: w.org, Digest: &d,
		EventID: pim.NewEvent(pim.Resource{Collection: pim.Digest}, pim.DigestWeekly, "2026-11-23", d.Figures.To).ID,
	}
}
