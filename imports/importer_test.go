package imports_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/imports"
	"pimnotify/pim"
)

func TestHowAFileIsWrittenMakesNoDifference(t *testing.T) {
	h := newHouse(t)
	s, err := h.importer().Run(t.Context(), strings.NewReader("\uFEFF"+ours()+"\r\n\r\n  \t\n"+oursToActivate()+"\n\n"+ours(fields{"id": "a/"})))
	require.NoError(t, err)
	require.Equal(t, imports.Summary{Lines: 3, BroughtIn: 2, Refused: 1}, s)
	require.Equal(t, []string{"6 id: must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor .."}, h.refused, "lines are counted as an editor counts them")

	require.Equal(t, imports.Summary{Lines: 1, Known: 1}, h.run(ours()), "with nothing at the end")
	require.Equal(t, imports.Summary{}, h.run(""))
	require.Equal(t, imports.Summary{}, h.run("\uFEFF\n\n"))
	require.Equal(t, imports.Summary{Lines: 1, Refused: 1}, h.run("\xff\xfe{\x00}\x00"), "UTF-16 is none of it")
}

func TestLineThatIsTooLongIsRefusedAndTheNextIsRead(t *testing.T) {
	h := newHouse(t)
	fits := ours(fields{"id": "a2", "justification": ""})
	most := strings.Repeat(" ", 1<<20-len(fits)) + fits
	s := h.run(ours(), strings.Repeat("x", 5<<20), most+"\r", " "+most, ours(fields{"id": "a3"}))
	require.Equal(t, imports.Summary{Lines: 5, BroughtIn: 3, Refused: 2}, s)
	require.Equal(t, []string{"2 : must be at most 1 MiB", "4 : must be at most 1 MiB"}, h.refused)
	require.Nil(t, h.kept[0].Text)
}

func TestWhatIsWrongComesBackAsItCame(t *testing.T) {
	h := newHouse(t)
	odd := `{"b":  1, "a": "ü\u0000", "n": 1.50}`
	h.run(odd, "non\xffsense")
	require.Equal(t, odd, string(h.kept[0].Text))
	require.Equal(t, "non\xffsense", string(h.kept[1].Text))
}

func TestASecondRunChangesNothing(t *testing.T) {
	h := newHouse(t)
	lines := append(tale(), ours(), oursToActivate(fields{"id": "r3"}), ours(fields{"colour": "red"}))
	require.Equal(t, imports.Summary{Lines: 15, BroughtIn: 14, Refused: 1}, h.run(lines...))
	before, refused := h.everything(), h.refused
	require.Equal(t, imports.Summary{Lines: 15, Known: 14, Refused: 1}, h.run(lines...))
	require.Equal(t, before, h.everything())
	require.Equal(t, refused, h.refused)
	h.batch = 100
	require.Equal(t, imports.Summary{Lines: 15, Known: 14, Refused: 1}, h.run(lines...))
}

// everything is all that the record shows of the tale, and what its digest of all time would count.
func (h *house) everything() (all []any) {
	h.t.Helper()
	for _, resource := range []string{"assignments/g1", "assignments/g2", "assignments/g3", "assignments/g4", "assignments/a1", "activationRequests/r1", "activationRequests/r2"} {
		all = append(all, h.view(resource))
	}
	figures, err := h.ledger.Figures(h.t.Context(), h.tenant, noon.AddDate(-1, 0, 0), noon)
	require.NoError(h.t, err)
	return append(all, figures, h.watched())
}

// Worked out by hand: eligible from 1 September on are a1, g1 (removed on the 5th), g3, and from the 9th on g2; active is g4. Nobody
// was made permanent. Activated were r1 of Graph's on 1 September, r2 on 1 October, and r3 of ours.
func TestDigestCountsWhatWasBroughtIn(t *testing.T) {
	h := newHouse(t)
	h.run(append(tale(), ours(fields{"principal": fields{"id": "u9"}}), oursToActivate(fields{"id": "r3"}),
		ours(fields{"id": "a2", "assignmentType": "active", "principal": fields{"id": "u9"}, "createdDateTime": "2026-09-15T09:00:00Z", "scheduleInfo": fields{"expiration": fields{"type": "noExpiration"}}}),
		ours(fields{"id": "a3", "assignmentType": "active", "origin": "outside", "createdDateTime": "2026-09-15T09:00:00Z", "scheduleInfo": fields{"expiration": fields{"type": "noExpiration"}}}),
	)...)
	outside := 1
	want := pim.DigestFigures{From: noon.AddDate(-1, 0, 0), To: noon, UsersActivated: 3, UsersMadePermanent: 1, AssignedInPIM: 4, AssignedOutsidePIM: &outside}
	figures, err := h.ledger.Figures(t.Context(), h.tenant, want.From, want.To)
	require.NoError(t, err)
	require.Equal(t, want, figures)
}

func TestSameIDTwiceInAFileIsKnownOrDifferent(t *testing.T) {
	for _, batch := range []int{1, 2, 100} {
		h := newHouse(t)
		h.batch = batch
		require.Equal(t, imports.Summary{Lines: 4, BroughtIn: 1, Known: 1, Different: 2}, h.run(
			ours(), ours(), ours(fields{"justification": "x"}), ours(fields{"history": []fields{{"at": "2026-09-02T09:00:00Z", "what": "removed"}}})))
		require.Equal(t, []string{
			"3 id: is taken: another record is there under it, and stays as it is", "4 id: is taken: another record is there under it, and stays as it is",
		}, h.refused)
	}
}

// A service activates its role every hour for years, and its requests were exported twice.
func TestHoweverMuchIsAboutOneRoleItIsWrittenBatchByBatch(t *testing.T) {
	h := newHouse(t)
	h.batch = 500
	var lines []string
	for range 2 {
		for n := range 5_000 {
			lines = append(lines, activation(fields{"id": fmt.Sprintf("r%d", n), "targetScheduleId": fmt.Sprintf("r%d", n)}))
		}
	}
	i := h.importer()
	bring, most := i.Bring, 0
	i.Bring = func(ctx context.Context, records []pim.Imported) (pim.ImportResult, error) {
		most = max(most, len(records))
		return bring(ctx, records)
	}
	s, err := i.Run(t.Context(), strings.NewReader(strings.Join(lines, "\n")))
	require.NoError(t, err)
	require.Equal(t, imports.Summary{Lines: 10_000, BroughtIn: 5_000, Known: 5_000}, s)
	require.Equal(t, 500, most)
}

func TestDryRunChecksEverythingAndWritesNothing(t *testing.T) {
	h := newHouse(t)
	h.dry = true
	require.Equal(t, imports.Summary{Lines: 13, BroughtIn: 12, Refused: 1}, h.run(append(tale(), "nonsense")...))
	_, err := h.ledger.View(t.Context(), h.tenant, pim.Resource{Collection: pim.Assignments, ID: "g1"})
	require.ErrorIs(t, err, pim.ErrNotFound)
}

func TestInterruptedImportEndsAfterItsBatchAndGoesOnWhenItIsRunAgain(t *testing.T) {
	h := newHouse(t)
	var lines []string
	for n := range 10 {
		lines = append(lines, ours(fields{"id": fmt.Sprintf("a%d", n)}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	i := h.importer()
	bring := i.Bring
	i.Bring = func(ctx context.Context, records []pim.Imported) (pim.ImportResult, error) {
		cancel()
		require.NoError(t, ctx.Err(), "what is being written is finished")
		return bring(ctx, records)
	}
	s, err := i.Run(ctx, strings.NewReader(strings.Join(lines, "\n")))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, imports.Summary{Lines: 10, BroughtIn: 3}, s)
	require.Equal(t, imports.Summary{Lines: 10, BroughtIn: 7, Known: 3}, h.run(lines...))

	ctx, cancel = context.WithCancel(t.Context())
	s, err = h.importer().Run(ctx, io.MultiReader(strings.NewReader(lines[0]+"\n"), readFunc(func([]byte) (int, error) { cancel(); return 0, nil }), strings.NewReader(lines[1]+"\n"+lines[2])))
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, s.Settled(), "nothing is brought in before all of it is read")
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) {
	n, err := f(p)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

func TestWhatCannotBeReadOrWrittenEndsTheImport(t *testing.T) {
	h := newHouse(t)
	broken := errors.New("broken pipe")
	s, err := h.importer().Run(t.Context(), io.MultiReader(strings.NewReader(ours()+"\n"), readFunc(func([]byte) (int, error) { return 0, broken })))
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "read line 2")
	require.Zero(t, s.Settled())

	i := h.importer()
	i.Bring = func(context.Context, []pim.Imported) (pim.ImportResult, error) { return nil, broken }
	s, err = i.Run(t.Context(), strings.NewReader(ours()))
	require.ErrorIs(t, err, broken)
	require.Equal(t, imports.Summary{Lines: 1}, s)
}

func TestProgressIsToldLineByLine(t *testing.T) {
	h := newHouse(t)
	var told []imports.Progress
	i := h.importer()
	i.Progress = func(p imports.Progress) { told = append(told, p) }
	text := ours() + "\n" + ours(fields{"id": "a2"}) + "\nnonsense\n" + ours(fields{"id": "a3"}) + "\n"
	_, err := i.Run(t.Context(), strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, imports.Progress{Read: 1, Bytes: int64(strings.Index(text, "\n") + 1)}, told[0])
	require.Equal(t, imports.Progress{Read: 4, Done: 4, Bytes: int64(len(text))}, told[len(told)-1])
}
