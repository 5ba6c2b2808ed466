package ledger_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the audit accounts for, in statements that change it. The seam inserts recipients in a way of its own.
var accounted = regexp.MustCompile(`(?i)\b(INSERT INTO|UPDATE|DELETE FROM)\s+(recipients|events|parts|requests|timeline)\b`)

// Functions that change some of it without a journal, and why they may.
var unaccounted = map[string]string{
	"MarkStarted":    "that a process was started is no status",
	"Hold":           "why a planned mail waits is no status",
	"complete":       "what a mail is called is no status",
	"insertUnnested": "Plan notes what it has the seam insert",
	"insertPrepared": "Plan notes what it has the seam insert",
}

// Whoever writes the next statement must be given the journal of its transaction, and so has to say what it did.
func TestNothingTheAuditAccountsForIsChangedWithoutAJournal(t *testing.T) {
	found := map[string]bool{}
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	files := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			function, is := declaration.(*ast.FuncDecl)
			if !is {
				ast.Inspect(declaration, func(n ast.Node) bool {
					require.False(t, changes(n), "%s: a statement that changes what the audit accounts for stands where it is run", files.Position(declaration.Pos()))
					return true
				})
				continue
			}
			for _, at := range unnoted(function.Type, function.Body) {
				require.Contains(t, unaccounted, function.Name.Name, "%s: what is changed here is in no audit: take a *journal and note it", files.Position(at))
				found[function.Name.Name] = true
			}
		}
	}
	for name := range unaccounted {
		require.True(t, found[name], "%s is no exception any more", name)
	}
}

// unnoted is where a function changes what the audit accounts for while no function around it has a journal.
func unnoted(kind *ast.FuncType, body *ast.BlockStmt) (at []token.Pos) {
	if hasJournal(kind) {
		return nil
	}
	ast.Inspect(body, func(n ast.Node) bool {
		if inner, is := n.(*ast.FuncLit); is {
			at = append(at, unnoted(inner.Type, inner.Body)...)
			return false
		}
		if changes(n) {
			at = append(at, n.Pos())
		}
		return true
	})
	return at
}

func hasJournal(kind *ast.FuncType) bool {
	for _, parameter := range kind.Params.List {
		if star, is := parameter.Type.(*ast.StarExpr); is {
			if name, is := star.X.(*ast.Ident); is && name.Name == "journal" {
				return true
			}
		}
	}
	return false
}

// changes reports a statement, or the call that has the seam insert recipients.
func changes(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit:
		return n.Kind == token.STRING && accounted.MatchString(n.Value)
	case *ast.CallExpr:
		method, is := n.Fun.(*ast.SelectorExpr)
		if !is || method.Sel.Name != "insert" {
			return false
		}
		seam, is := method.X.(*ast.SelectorExpr)
		return is && seam.Sel.Name == "seam"
	default:
		return false
	}
}
