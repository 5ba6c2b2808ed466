package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"pimnotify/pim"
)

// Importer brings the lines of one stream into the record of one tenant.
type Importer struct {
	// Recall makes of something that happened before what is to be held of it; a pim.Invalid says why nothing can be.
	Recall func(pim.Past) (pim.Imported, error)
	// Bring writes records down, all or nothing; nil where they are only checked.
	Bring func(context.Context, []pim.Imported) (pim.ImportResult, error)
	Batch int       // how many records are written down at a time
	Now   time.Time // what lies after it has not happened

	Refused  func(Refusal)  // told of each line that is not brought in
	Progress func(Progress) // told now and then how far it has come; may be nil
}

// Refusal is a line that is not brought in, and why.
type Refusal struct {
	Line     int
	Problems []pim.Problem
	Text     []byte // nil where it was too long to be kept
}

// Progress is how far an import has come: first all lines are read, then they are brought in.
type Progress struct {
	Read, Done int   // lines
	Bytes      int64 // read
}

// Summary is what became of the lines: each is counted once, blank ones not at all.
type Summary struct {
	Lines     int
	BroughtIn int // or would be, where nothing is written
	Known     int // there already, and equal
	Different int // there already, and different; what is there stays
	Refused   int
}

// Settled is how many lines have come to an end.
func (s Summary) Settled() int { return s.BroughtIn + s.Known + s.Different + s.Refused }

// Run reads all of it, and then brings it in, batch by batch. What was brought in stays, also where it ends early: the same again
// goes on from there. When ctx ends, the batch that is being written is finished.
func (i *Importer) Run(ctx context.Context, r io.Reader) (summary Summary, err error) {
	s, err := newSpool(ctx)
	if err != nil {
		return summary, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	run := &run{Importer: i, summary: &summary}
	if err := run.read(ctx, s, r); err != nil {
		return summary, err
	}
	for group, err := range s.groups(context.WithoutCancel(ctx)) {
		if err != nil {
			return summary, err
		}
		if err := run.group(ctx, group); err != nil {
			return summary, err
		}
	}
	return summary, run.flush(ctx)
}

// run is one import that is under way.
type run struct {
	*Importer
	summary *Summary
	bytes   int64
	batch
}

// batch is what is written down and told together.
type batch struct {
	records []*record
	made    []pim.Imported
	refused []Refusal
	size    int // bytes
}

// heavy is how much one batch holds at most, but for its last line.
const heavy = 16 << 20 // bytes

func (i *run) read(ctx context.Context, s *spool, r io.Reader) error {
	from := newLines(r)
	for ctx.Err() == nil {
		text, wrong, err := from.next()
		if errors.Is(err, io.EOF) {
			i.bytes = from.bytes
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.add(ctx, from.number, text, wrong); err != nil {
			return err
		}
		i.summary.Lines++
		i.bytes = from.bytes
		i.progress()
	}
	return ctx.Err()
}

func (i *run) progress() {
	if i.Progress != nil {
		i.Progress(Progress{Read: i.summary.Lines, Done: i.summary.Settled(), Bytes: i.bytes})
	}
}

// group brings in what the lines of one group say. A line that could not be read may have said something about any of the others,
// so these are left out with it: brought in without it, they could not be corrected any more.
func (i *run) group(ctx context.Context, group []spooled) error {
	var parts []part
	broken := 0
	for _, l := range group {
		if l.wrong != "" {
			i.refuse(part{number: l.number}, pim.Problem{Message: l.wrong})
			continue
		}
		line, problems := Parse(l.text, i.Now)
		p := part{line, l.number, l.text}
		switch {
		case len(problems) == 0:
			parts = append(parts, p)
			continue
		case !line.Aside && broken == 0:
			broken = l.number
		}
		i.refuse(p, problems...)
	}
	if broken > 0 {
		for _, p := range parts {
			i.refuse(p, leftOut(broken))
		}
		parts = nil
	}
	for _, r := range together(parts, i.refuse, i.different) {
		if err := i.add(r); err != nil {
			return err
		}
		if err := i.flushWhenFull(ctx); err != nil {
			return err
		}
	}
	return i.flushWhenFull(ctx)
}

func (i *run) flushWhenFull(ctx context.Context) error {
	if len(i.made) < i.Batch && len(i.refused) < i.Batch && i.size < heavy {
		return nil
	}
	return i.flush(ctx)
}

func leftOut(with int) pim.Problem {
	return pim.Problem{Message: fmt.Sprintf("is left out with line %d, which is about the same", with)}
}

// add puts a record into the batch, or refuses all its lines.
func (i *run) add(r *record) error {
	r.assemble()
	if r.unended() {
		i.refuseAll(r, []pim.Problem{{Location: "status", Message: "must come with the adminRemove that revoked it, in the same file: it has ended, and nobody says when", Value: "Revoked"}})
		return nil
	}
	made, err := i.Recall(r.past)
	var invalid *pim.Invalid
	switch {
	case errors.As(err, &invalid):
		i.refuseAll(r, invalid.Problems)
		return nil
	case err != nil:
		return fmt.Errorf("line %d: %w", r.root.number, err)
	}
	i.records, i.made = append(i.records, r), append(i.made, made)
	for _, p := range r.parts() {
		i.size += len(p.text)
	}
	return nil
}

// flush writes the batch down, and then tells which lines are not in it, in their order.
func (i *run) flush(ctx context.Context) error {
	defer func() { i.batch = batch{} }()
	err := ctx.Err()
	if err == nil && len(i.made) > 0 {
		err = i.write(ctx)
	}
	slices.SortStableFunc(i.refused, func(a, b Refusal) int { return cmp.Compare(a.Line, b.Line) })
	for _, r := range i.refused {
		i.Refused(r)
	}
	i.progress()
	return err
}

func (i *run) write(ctx context.Context) error {
	result := slices.Repeat(pim.ImportResult{pim.ImportCreated}, len(i.made))
	if i.Bring != nil {
		var err error
		if result, err = i.Bring(context.WithoutCancel(ctx), i.made); err != nil {
			return err
		}
	}
	for n, r := range i.records {
		lines := len(r.parts())
		switch result[n] {
		case pim.ImportCreated:
			i.summary.BroughtIn += lines - len(r.again)
			i.summary.Known += len(r.again)
		case pim.ImportKnown:
			i.summary.Known += lines
		case pim.ImportConflict:
			i.different(r.root, pim.Problem{Location: "id", Message: "is taken: another record is there under it, and stays as it is", Value: r.root.ID})
			for _, p := range append(r.later, r.again...) {
				i.different(p, leftOut(r.root.number))
			}
		}
	}
	return nil
}

func (i *run) refuse(p part, problems ...pim.Problem) {
	i.summary.Refused++
	i.leave(p, problems)
}

func (i *run) different(p part, problems ...pim.Problem) {
	i.summary.Different++
	i.leave(p, problems)
}

func (i *run) leave(p part, problems []pim.Problem) {
	i.refused = append(i.refused, Refusal{Line: p.number, Problems: problems, Text: p.text})
	i.size += len(p.text)
}

// refuseAll refuses a record: each line for what is wrong with it, and those that are good because of the others.
func (i *run) refuseAll(r *record, problems []pim.Problem) {
	by := map[int][]pim.Problem{}
	for _, p := range problems {
		line := r.root.number
		if len(r.stepOf) > 0 { // put together from Graph's lines
			line, p.Location = r.place(p.Location)
		}
		if r.root.Graphs {
			p = inGraphsWords(p)
		}
		if !slices.ContainsFunc(by[line], func(o pim.Problem) bool { return o.Location == p.Location && o.Message == p.Message }) { // a line can be two steps
			by[line] = append(by[line], p)
		}
	}
	culprit := 0
	for _, p := range r.parts() {
		if len(by[p.number]) > 0 && culprit == 0 {
			culprit = p.number
		}
	}
	for _, p := range r.parts() {
		if wrong := by[p.number]; len(wrong) > 0 {
			i.refuse(p, wrong...)
		} else {
			i.refuse(p, leftOut(culprit))
		}
	}
}

// place is the line behind a location, and what it is called there.
func (r *record) place(location string) (line int, there string) {
	var step int
	if n, _ := fmt.Sscanf(location, "history[%d]", &step); n == 1 && step < len(r.stepOf) {
		_, there, _ = strings.Cut(location, "].")
		return r.stepOf[step], there
	}
	return r.root.number, location
}

// inGraphsWords names the fields of a record as Graph does.
func inGraphsWords(p pim.Problem) pim.Problem {
	if name, other := graphsNames[p.Location]; other {
		p.Location = name
	}
	if p.Location == "roleDefinition.displayName" {
		p.Message += ": export with $expand=principal,roleDefinition"
	}
	return p
}

var graphsNames = map[string]string{
	"principal.id": "principalId", "role.id": "roleDefinitionId", "role.displayName": "roleDefinition.displayName", "scope.id": "directoryScopeId",
	"assignedBy.id": "createdBy.user.id", "assignedBy.type": "createdBy.user", "by.id": "createdBy.user.id",
	"what": "action", "at": "completedDateTime", "requestId": "id", "history": "status",
}
