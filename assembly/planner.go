package assembly

import (
	"sync"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/templates"
)

// planner plans and renders as a worker of this deployment does, for those who only want to see it. It sends nothing: it has no sender.
func (p *Parts) planner() starter.Planner {
	planner := &activities.Activities{
		Ledger: p.Ledger, Directory: p.Directory, Settings: p.Settings, Log: p.Log,
		Renderer: &words{load: sync.OnceValues(func() (*templates.Templates, error) {
			return templates.New(templates.Options{PortalURL: p.Config.PortalURL})
		}), portal: p.Config.PortalURL},
	}
	if p.Ledger != nil {
		planner.Suppressed = p.Ledger.SuppressedAmong
	}
	return planner
}

// words are the templates, read when somebody wants to see a mail: most processes with a starter never do.
type words struct {
	load   func() (*templates.Templates, error)
	portal string
}

var _ activities.Renderer = (*words)(nil)

func (w *words) Render(letter pim.Letter) (pim.Text, error) {
	if w.portal == "" {
		return pim.Text{}, &starter.NotSet{Setting: "PIMNOTIFY_PORTAL_URL", Reason: "is not set for this process, and the links of mails lead there: set it here too"}
	}
	texts, err := w.load()
	if err != nil {
		return pim.Text{}, &starter.NotSet{Setting: "PIMNOTIFY_PORTAL_URL", Reason: "cannot be used: " + err.Error()}
	}
	return texts.Render(letter)
}
