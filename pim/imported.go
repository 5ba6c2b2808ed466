package pim

// Imported is a past activation, or an assignment, that the record is to know although nobody asked this system for it: it was
// there before. Nobody is told of what happened until then.
//
// One with an Input goes on from there: what its latest change schedules is still to come, and its process is started like that of
// anything else that was accepted. For one without, whatever its changes schedule or withdraw, there is nothing more to do.
type Imported struct {
	Acceptance            // its Hash covers also what followed
	Following  []Change   // seq 1, 2, 3 …, none earlier than the one before it
	Said       []Proposal // with the ids that the changes name as their DecisionID: the words of those who made them
}

// Last is the latest of its changes: what it is now.
func (i Imported) Last() Change {
	if n := len(i.Following); n > 0 {
		return i.Following[n-1]
	}
	return i.First
}

// ImportOutcome is what became of one record that was brought in.
type ImportOutcome string

// The outcomes.
const (
	ImportCreated  ImportOutcome = "created"
	ImportKnown    ImportOutcome = "known"    // there already, and equal
	ImportConflict ImportOutcome = "conflict" // there already, and different; what is there stays
)

// ImportResult is what became of each record, in the order in which they were given.
type ImportResult []ImportOutcome

// Count is how many of the records came out so.
func (r ImportResult) Count(outcome ImportOutcome) int {
	n := 0
	for _, o := range r {
		if o == outcome {
			n++
		}
	}
	return n
}
