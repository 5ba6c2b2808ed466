package pim

// Imported is a past activation, or an assignment, that the record is to know although nobody asked this system for it: it was
// there before. Whatever its changes schedule or withdraw, nobody is ever told of it, and no process is started for it.
type Imported struct {
	Acceptance          // without Input; its Hash covers also what followed
	Following  []Change // seq 1, 2, 3 …, none earlier than the one before it
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
