package pim

// Profile is a tenant's choice of how much is told. Strict is what Microsoft's page on PIM's e-mail lists; entra, the default,
// adds what the pages it links to say.
type Profile string

// The profiles. Enhanced is reserved: it is refused wherever a profile is read.
const (
	Strict   Profile = "strict"
	Entra    Profile = "entra"
	Enhanced Profile = "enhanced"
)

// cell is one entry of the matrix.
type cell string

const (
	no            cell = "no"              // in neither profile
	yes           cell = "yes"             // in both
	entra         cell = "entra"           // in profile entra only
	fallback      cell = "fallback"        // in both, and only where no approvers are specified
	fallbackEntra cell = "fallback, entra" // in profile entra, and only where no approvers are specified
)

// told reports whether the cell says that its audience is told.
func (c cell) told(p Profile, noApprovers bool) bool {
	switch c {
	case yes:
		return true
	case entra:
		return p == Entra
	case fallback:
		return noApprovers
	case fallbackEntra:
		return noApprovers && p == Entra
	case no:
	}
	return false
}

// isFallback reports whether the audience of this cell stands in for approvers that nobody specified.
func (c cell) isFallback() bool { return c == fallback || c == fallbackEntra }

// table is the matrix of one resource kind. Its columns stand in the order in which recipients are told, but for the
// requestor, who comes first of all.
type table struct {
	columns []Audience
	rows    []row
}

type row struct {
	event EventKind
	cells []cell
}
