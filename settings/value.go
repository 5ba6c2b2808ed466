package settings

import (
	"strconv"
	"time"

	"pimnotify/internal/address"
	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

func profile(n yamlfile.Node, otherwise pim.Profile) pim.Profile {
	if n.Empty() {
		return otherwise
	}
	if text, ok := n.Text(); ok && text == string(pim.Enhanced) {
		n.Wrong("must be strict or entra: enhanced is reserved for more than Microsoft documents, and there is no such thing yet")
		return otherwise
	}
	return pim.Profile(n.OneOf(string(pim.Strict), string(pim.Entra)))
}

func outcome(n yamlfile.Node, otherwise pim.UnknownOutcome) pim.UnknownOutcome {
	if n.Empty() {
		return otherwise
	}
	return pim.UnknownOutcome(n.OneOf(string(pim.Resend), string(pim.Hold)))
}

func engineDelay(n yamlfile.Node, otherwise pim.EngineDelay) pim.EngineDelay {
	if n.Empty() {
		return otherwise
	}
	before := n.Mistakes()
	keys := n.Record("min", "p90", "max")
	d := pim.EngineDelay{Min: duration(keys["min"]), P90: duration(keys["p90"]), Max: duration(keys["max"])}
	if err := d.Validate(); err != nil && n.Mistakes() == before {
		n.Wrong("%s", err.Error())
	}
	return d
}

// duration is a length of time that has to be there; it may be none at all.
func duration(n yamlfile.Node) time.Duration {
	text, ok := n.Text()
	if ok && text == "" {
		n.Wrong("is required: an ISO 8601 duration, such as PT3M, or PT0S for none")
		return 0
	}
	d, err := pim.Duration(text).Parse()
	if ok && err != nil {
		n.Wrong("%s", err.Error())
	}
	return d
}

// span is a length of time that is longer than nothing.
func span(n yamlfile.Node, otherwise time.Duration) time.Duration {
	if n.Empty() {
		return otherwise
	}
	before := n.Mistakes()
	d := duration(n)
	if d <= 0 && n.Mistakes() == before {
		n.Wrong("must be longer than nothing")
	}
	return d
}

// notices are the moments before the end of an assignment.
func notices(n yamlfile.Node, otherwise []time.Duration) []time.Duration {
	if n.Empty() {
		return otherwise
	}
	before := n.Mistakes()
	var all []time.Duration
	for _, item := range n.Items() {
		all = append(all, duration(item))
	}
	if err := pim.ValidateNotices(all); err != nil && n.Mistakes() == before {
		n.Wrong("%s", err.Error())
	}
	return all
}

func digest(n yamlfile.Node, d pim.DigestSettings) pim.DigestSettings {
	keys := n.Record("enabled", "weekday", "hour", "timeZone", "additionalRecipients", "skipEmpty", "unknownOutcome")
	d.Enabled = keys["enabled"].Bool(d.Enabled)
	d.Weekday = weekday(keys["weekday"], d.Weekday)
	d.Hour = hour(keys["hour"], d.Hour)
	d.TimeZone = timeZone(keys["timeZone"], d.TimeZone)
	if given := keys["additionalRecipients"]; !given.Empty() {
		d.AdditionalRecipients = addresses(given)
	}
	d.SkipEmpty = keys["skipEmpty"].Bool(d.SkipEmpty)
	d.UnknownOutcome = outcome(keys["unknownOutcome"], d.UnknownOutcome)
	return d
}

func weekday(n yamlfile.Node, otherwise time.Weekday) time.Weekday {
	if n.Empty() {
		return otherwise
	}
	var names []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		names = append(names, d.String())
	}
	text := n.OneOf(names...)
	for d := time.Sunday; d <= time.Saturday; d++ {
		if d.String() == text {
			return d
		}
	}
	return otherwise
}

func hour(n yamlfile.Node, otherwise int) int {
	if n.Empty() {
		return otherwise
	}
	text, ok := n.Text()
	hour, err := strconv.Atoi(text)
	if ok && (err != nil || hour < 0 || hour > 23) {
		n.Wrong("must be a whole hour from 0 to 23")
	}
	return hour
}

func timeZone(n yamlfile.Node, otherwise string) string {
	if n.Empty() {
		return otherwise
	}
	text, ok := n.Text()
	if !ok {
		return otherwise
	}
	// Local would be another zone on each machine.
	if _, err := time.LoadLocation(text); err != nil || text == "" || text == "Local" {
		n.Wrong("must be a time zone of the IANA database, such as Europe/Oslo or UTC")
	}
	return text
}

// addresses are normalised, each once.
func addresses(n yamlfile.Node) []string {
	var all []string
	lines := map[string]int{}
	for _, item := range n.Items() {
		text, ok := item.Text()
		if !ok {
			continue
		}
		normal, err := address.Normalize(text)
		if err != nil {
			item.Wrong("%s", err.Error())
			continue
		}
		if first, twice := lines[normal]; twice {
			item.Wrong("must be another address: this one stands in line %d already", first)
			continue
		}
		lines[normal] = item.Line()
		all = append(all, normal)
	}
	return all
}
