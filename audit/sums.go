package audit

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"

	"pimnotify/pim"
)

// buckets is how many sums there are: what differs in one of them is looked for among a four-thousandth of the record.
const buckets = 4096

// Sums say whether two sides hold the same, without holding it: what somebody or something is adds to the sum of its bucket, in any
// order, and what it is no longer takes that away again.
type Sums [buckets]uint64

// Baseline is Sums as text, base64; empty where there is nothing.
type Baseline string

// Bucket is where a subject is counted.
func Bucket(subject string) int {
	sum := sha256.Sum256([]byte(subject))
	return int(binary.BigEndian.Uint16(sum[:]) % buckets)
}

// Add counts a state of a subject; Sub takes it away.
func (s *Sums) Add(is State) { s[Bucket(is.Subject)] += is.weight() }

// Sub takes away a state of a subject.
func (s *Sums) Sub(was State) { s[Bucket(was.Subject)] -= was.weight() }

// Differ are the buckets in which two sides are not the same.
func (s *Sums) Differ(other *Sums) (differ []int) {
	for i := range s {
		if s[i] != other[i] {
			differ = append(differ, i)
		}
	}
	return differ
}

// Baseline is the sums as an entry holds them.
func (s *Sums) Baseline() Baseline {
	if *s == (Sums{}) {
		return ""
	}
	bytes := make([]byte, 0, 8*buckets)
	for _, sum := range s {
		bytes = binary.BigEndian.AppendUint64(bytes, sum)
	}
	return Baseline(base64.StdEncoding.EncodeToString(bytes))
}

// Start begins with what was there.
func (s *Sums) Start(b Baseline) error {
	if b == "" {
		return nil
	}
	bytes, err := base64.StdEncoding.DecodeString(string(b))
	if err != nil || len(bytes) != 8*buckets {
		return errors.New("the sums of what was there before cannot be read")
	}
	for i := range s {
		s[i] += binary.BigEndian.Uint64(bytes[8*i:])
	}
	return nil
}

// State is what the record says of a subject.
type State struct{ Subject, Is string }

func (s State) weight() uint64 {
	sum := sha256.Sum256([]byte(strconv.Itoa(len(s.Subject)) + ":" + s.Subject + "\n" + s.Is))
	return binary.BigEndian.Uint64(sum[:])
}

// MailState is a mail's: which it is after how many attempts.
func MailState(mail string, status pim.RecipientStatus, attempt int) State {
	return State{"mail " + mail, string(status) + " at attempt " + strconv.Itoa(attempt)}
}

// WithdrawnState is an event's that was withdrawn.
func WithdrawnState(eventKey int64, reason string) State {
	return State{"event " + strconv.FormatInt(eventKey, 10), reason}
}

// PlannedState is a part's of an event that was planned.
func PlannedState(eventKey int64, part pim.Part) State {
	return State{"part " + string(part) + " of event " + strconv.FormatInt(eventKey, 10), "planned"}
}

// StepState is a step's of a timeline. Resource is activationRequests/r1.
func StepState(tenant, resource string, step int, name pim.What, status, decisionID string) State {
	return State{"step " + strconv.Itoa(step) + " of " + tenant + " " + resource, string(name) + ", " + status + ", " + decisionID}
}

// DecidedState is a request's whose answer is this proposal.
func DecidedState(tenant, resource, decisionID string) State {
	return State{"decision of " + tenant + " " + resource, decisionID}
}

// Moved is what a thing says: what somebody or something was before, and what it is from then on. Either can be missing.
func (t Thing) Moved(about About) (was, is *State) {
	switch t.What {
	case Accepted, Changed, Imported:
		s := StepState(about.Tenant, about.Resource, t.step(), t.Name, t.Status, t.DecisionID)
		return nil, &s
	case Decided:
		s := DecidedState(about.Tenant, about.Resource, t.DecisionID)
		return nil, &s
	case EventWithdrawn:
		s := WithdrawnState(about.EventKey, t.Reason)
		return nil, &s
	case EventPlanned:
		s := PlannedState(about.EventKey, t.Part)
		return nil, &s
	case MailPlanned, MailWithheld, MailClaimed, MailSent, MailSettled:
		s := MailState(t.Mail, pim.RecipientStatus(t.Status), t.Attempt)
		if t.From == "" {
			return nil, &s
		}
		before := t.Attempt
		if t.What == MailClaimed {
			before--
		}
		w := MailState(t.Mail, t.From, before)
		return &w, &s
	default:
		return nil, nil
	}
}

func (t Thing) step() int {
	if t.Step == nil {
		return 0
	}
	return *t.Step
}
