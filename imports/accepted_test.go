package imports_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/imports"
	"pimnotify/pim"
)

// Whatever the API would have taken at some time can be brought in later, and is the same record then.
func TestWhatTheAPITakesCanBeBroughtIn(t *testing.T) {
	town := newHouse(t)
	rapid.Check(t, func(r *rapid.T) {
		h := town.another()
		then := noon.Add(-time.Duration(rapid.IntRange(1, 1000*24).Draw(r, "hours ago")) * time.Hour)
		body, assignment := anyBody(r, then)
		var whole fields
		require.NoError(r, json.Unmarshal([]byte(line(body)), &whole))
		if assignment {
			a := into[pim.PastAssignment](r, whole)
			if len(a.WithDefaults().Assignment.Validate(then)) > 0 {
				r.Skip("the API would not have taken it")
			}
		} else {
			a := into[pim.PastActivation](r, whole)
			if len(a.WithDefaults().ActivationRequest.Validate(then)) > 0 {
				r.Skip("the API would not have taken it")
			}
		}
		require.Equal(r, imports.Summary{Lines: 1, BroughtIn: 1}, h.run(line(body)), "%v", h.refused)
		require.Equal(r, imports.Summary{Lines: 1, Known: 1}, h.run(line(body)))
	})
}

func into[T any](r *rapid.T, of fields) (v T) {
	body := maps.Clone(of)
	delete(body, "history")
	text, err := json.Marshal(body)
	require.NoError(r, err)
	require.NoError(r, json.Unmarshal(text, &v))
	return v
}

// anyBody is a body of one of the two PUTs with its id, mostly a good one. An activation that somebody has to approve says how that
// ended; what its start makes of that is only known where it has come.
func anyBody(r *rapid.T, then time.Time) (body fields, assignment bool) {
	id := rapid.StringMatching(`[A-Za-z0-9_-]{1,128}`).Draw(r, "id")
	text := func(name string) string { return rapid.String().Draw(r, name) }
	person := func(name string) fields {
		return fields{"id": rapid.StringMatching(`[a-zü/ ?]{1,40}`).Draw(r, name), "displayName": text(name + "'s name"),
			"mail": rapid.SampledFrom([]any{nil, "alain@contoso.example", " A@BÜCHER.example "}).Draw(r, name+"'s mail")}
	}
	at := func(d time.Duration) string {
		return then.Add(d).In(time.FixedZone("", rapid.IntRange(-12, 12).Draw(r, "zone")*3600)).Format(time.RFC3339Nano)
	}
	hours := func(name string, from, to int) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(r, name)) * time.Hour
	}
	assignment = rapid.Bool().Draw(r, "assignment")
	body = fields{
		"id": id, "resourceKind": rapid.SampledFrom([]string{"directoryRole", "azureResource"}).Draw(r, "kind"), "principal": person("principal"),
		"role": fields{"id": text("role"), "displayName": text("role's name")}, "scope": fields{"id": rapid.StringMatching(`/[a-z/]{0,20}`).Draw(r, "scope")},
		"justification": text("justification"), "ticketInfo": fields{"ticketNumber": text("ticket")},
		"createdDateTime": at(-hours("created", 0, 1000)),
	}
	if !assignment {
		body["action"] = rapid.SampledFrom([]string{"selfActivate", "SelfActivate"}).Draw(r, "action")
		expiration := fields{"type": "afterDuration", "duration": rapid.SampledFrom([]string{"PT8H", "P1D", "PT0.5S"}).Draw(r, "duration")}
		if rapid.Bool().Draw(r, "with an end") {
			expiration = fields{"type": "afterDateTime", "endDateTime": at(hours("end", 0, 100))}
		}
		body["scheduleInfo"] = fields{"expiration": expiration}
		if rapid.Bool().Draw(r, "approval") {
			body["approval"] = fields{"isRequired": true, "approvers": []fields{{"id": "g1", "type": "group"}}}
			body["history"] = []fields{{"at": then.Format(time.RFC3339Nano), "what": rapid.SampledFrom([]string{"approved", "denied", "timedOut", "canceled", "failed"}).Draw(r, "answer"), "by": fields{"id": "u8"}}}
		}
		return body, false
	}
	body["action"], body["assignmentType"] = "adminAssign", rapid.SampledFrom([]string{"eligible", "active"}).Draw(r, "type")
	expiration := rapid.SampledFrom([]fields{
		{"type": "noExpiration"}, {"type": "afterDuration", "duration": "P90D"}, {"type": "afterDuration", "duration": "PT5M"},
		{"type": "afterDateTime", "endDateTime": at(hours("end", 0, 3000))},
	}).Draw(r, "expiration")
	body["scheduleInfo"] = fields{"expiration": expiration}
	if rapid.Bool().Draw(r, "with a start") {
		body["scheduleInfo"] = fields{"expiration": expiration, "startDateTime": at(hours("start", -3000, 87_000))}
	}
	if rapid.Bool().Draw(r, "by somebody") {
		body["assignedBy"] = person("administrator")
	}
	body["origin"] = rapid.SampledFrom([]any{nil, "pim", "outside"}).Draw(r, "origin")
	return body, true
}
