package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/internal/pgtest"
	"pimnotify/pim"
)

// people are the addresses told of an event, by audience.
type people = map[pim.Audience][]string

var (
	approvers      = people{pim.Approver: {"isabella", "johanna", "joni", "lee"}}
	requestor      = people{pim.Requestor: {"alain"}}
	administrators = people{
		pim.Requestor:                   {"alain"},
		pim.PrivilegedRoleAdministrator: {"grady", "henrietta"},
		pim.SecurityAdministrator:       {"delia"},
		pim.GlobalAdministrator:         {"adele", "alex"},
	}
)

// story is what happens to a request, and who is to have been told of what when it is over.
type story struct {
	name    string
	adjust  func(*pim.ActivationRequest)
	play    func(t *testing.T, w *world, id string)
	ends    pim.RequestStatus
	told    map[pim.EventKind]people
	nobody  []pim.EventKind // withdrawn before anybody was told
	timeOut bool            // the story is about running out of time
}

func decided(result pim.ReviewResult, by string) func(*testing.T, *world, string) {
	return func(t *testing.T, w *world, id string) {
		w.decide(t, id, result, by).done(t)
	}
}

func afterTheRequestMail(then func(*testing.T, *world, string)) func(*testing.T, *world, string) {
	return func(t *testing.T, w *world, id string) {
		w.awaitEvent(t, id, pim.ActivationPendingApproval, pim.EventComplete)
		then(t, w, id)
	}
}

func posted(path string) func(*testing.T, *world, string) {
	return func(t *testing.T, w *world, id string) {
		w.call(t, http.MethodPost, "activationRequests/"+id+"/"+path, "{}").done(t)
	}
}

func nothing(*testing.T, *world, string) {}

var stories = []story{
	{
		name: "approved after the request mail", play: afterTheRequestMail(decided(pim.Approve, "u8")), ends: pim.Provisioned,
		told: map[pim.EventKind]people{
			pim.ActivationPendingApproval: approvers, pim.ActivationApproved: approvers, pim.ActivationCompleted: administrators,
		},
	},
	{
		name: "approved before the request mail", play: decided(pim.Approve, "u9"), ends: pim.Provisioned,
		told:   map[pim.EventKind]people{pim.ActivationApproved: approvers, pim.ActivationCompleted: administrators},
		nobody: []pim.EventKind{pim.ActivationPendingApproval},
	},
	{
		name: "denied", play: afterTheRequestMail(decided(pim.Deny, "u1")), ends: pim.Denied,
		told: map[pim.EventKind]people{
			pim.ActivationPendingApproval: approvers,
			pim.ActivationDenied:          {pim.Requestor: {"alain"}, pim.Approver: {"isabella", "johanna", "joni", "lee"}},
		},
	},
	{
		name: "nobody answers", timeOut: true, play: nothing, ends: pim.TimedOut,
		told: map[pim.EventKind]people{pim.ActivationPendingApproval: approvers, pim.ActivationTimedOut: requestor},
	},
	{
		name: "cancelled before the request mail", play: posted("cancel"), ends: pim.Canceled,
		nobody: []pim.EventKind{pim.ActivationPendingApproval},
	},
	{
		name: "failed after the request mail", play: afterTheRequestMail(posted("failed")), ends: pim.Failed,
		told: map[pim.EventKind]people{pim.ActivationPendingApproval: approvers, pim.ActivationFailed: requestor},
	},
	{
		name: "no approvers named", adjust: func(r *pim.ActivationRequest) { r.Approval.Approvers = nil },
		play: afterTheRequestMail(decided(pim.Approve, "u2")), ends: pim.Provisioned,
		told: map[pim.EventKind]people{
			pim.ActivationPendingApproval: {pim.Approver: {"grady", "henrietta"}},
			pim.ActivationApproved:        {pim.Approver: {"grady", "henrietta"}},
			pim.ActivationCompleted:       administrators,
		},
	},
	{
		name: "no approval needed", adjust: func(r *pim.ActivationRequest) { r.Approval = pim.Approval{} }, play: nothing,
		ends: pim.Provisioned, told: map[pim.EventKind]people{pim.ActivationCompleted: administrators},
	},
	{
		name: "starts later", play: decided(pim.Approve, "u10"), ends: pim.Provisioned,
		adjust: func(r *pim.ActivationRequest) {
			start := time.Now().Add(5 * time.Second)
			r.ScheduleInfo.StartDateTime = &start
		},
		told: map[pim.EventKind]people{
			pim.ActivationApproved:  {pim.Requestor: {"alain"}, pim.Approver: {"isabella", "johanna", "joni", "lee"}},
			pim.ActivationCompleted: administrators,
		},
		nobody: []pim.EventKind{pim.ActivationPendingApproval},
	},
	{
		name: "reported", adjust: func(r *pim.ActivationRequest) { r.Activation = pim.Reported },
		play: func(t *testing.T, w *world, id string) {
			decided(pim.Approve, "u10")(t, w, id)
			require.Equal(t, pim.Granted, w.view(t, id).Status)
			posted("activated")(t, w, id)
		},
		ends: pim.Provisioned,
		told: map[pim.EventKind]people{
			pim.ActivationApproved:  {pim.Requestor: {"alain"}, pim.Approver: {"isabella", "johanna", "joni", "lee"}},
			pim.ActivationCompleted: administrators,
		},
		nobody: []pim.EventKind{pim.ActivationPendingApproval},
	},
	{
		name: "an approver asks, and is not asked", play: afterTheRequestMail(decided(pim.Approve, "u1")), ends: pim.Provisioned,
		adjust: func(r *pim.ActivationRequest) { r.Principal = pim.Principal{ID: "u8"} },
		told: map[pim.EventKind]people{
			pim.ActivationPendingApproval: {pim.Approver: {"isabella", "joni", "lee"}},
			pim.ActivationApproved:        {pim.Approver: {"isabella", "joni", "lee"}},
			pim.ActivationCompleted: {
				pim.Requestor: {"johanna"}, pim.PrivilegedRoleAdministrator: {"grady", "henrietta"},
				pim.SecurityAdministrator: {"delia"}, pim.GlobalAdministrator: {"adele", "alex"},
			},
		},
	},
}

// playAll plays every story at once in one world, and holds the record against the stories and against what arrived.
func playAll(t *testing.T, w *world) {
	var ids []string
	t.Run("stories", func(t *testing.T) {
		for i, s := range stories {
			id := w.prefix + string(rune('a'+i))
			ids = append(ids, id)
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				s.run(t, w, id)
			})
		}
	})
	require.Positive(t, w.agree(t, ids...))
}

func (s story) run(t *testing.T, w *world, id string) {
	r := activation()
	if s.adjust != nil {
		s.adjust(&r)
	}
	if s.timeOut {
		created := time.Now().Add(6*time.Second - approvalTimeout)
		r.CreatedDateTime = &created
	}
	w.put(t, id, r)
	s.play(t, w, id)
	v := w.awaitEnd(t, id, s.ends, patience)
	for _, e := range v.Events {
		want := s.told[e.Kind]
		if want == nil {
			want = people{}
		}
		require.Equal(t, want, w.told(t, v, e.Kind), "told of %s", e.ID)
	}
	for kind := range s.told {
		_, ok := event(v, kind)
		require.True(t, ok, "%s never came up", kind)
	}
	for _, kind := range s.nobody {
		e, ok := event(v, kind)
		require.True(t, ok, "%s is not in the record", kind)
		require.Equal(t, pim.EventCancelled, e.Status)
		require.Contains(t, e.Reason, pim.WithdrawnPrefix)
	}
}

func TestEveryStoryIsToldToTheRightPeopleOnce(t *testing.T) {
	t.Parallel()
	playAll(t, newWorld(t, options{}))
}

func TestEveryStoryIsTheSameOnPostgreSQL(t *testing.T) {
	t.Parallel()
	playAll(t, newWorld(t, options{env: map[string]string{"PIMNOTIFY_LEDGER": pgtest.URL(t)}}))
}

func TestEveryStoryIsTheSameWithoutAWorkflowCache(t *testing.T) {
	t.Parallel()
	playAll(t, newWorld(t, options{env: map[string]string{"PIMNOTIFY_WORKFLOW_CACHE": "0"}}))
}
