// Package architecture keeps the direction of this module's imports: it decides which folder may know which, and
// refuses a package that no rule speaks of, so that a new folder is placed on purpose.
//
// The language (pim) knows nobody. The adapters (mail/ses, ledger, directory, settings, templates) know the language and not each
// other. What decides (workflows, activities, starter, observer, imports) knows ports, never adapters. What assembles (worker, starter/api,
// cmd) may know everybody, and nobody knows the programs.
package architecture

// rule says what the packages of one folder, and of those below it that have no rule of their own, may import
// outside of their tests. A folder may always import what is below the same rule, and internal/ where it says so.
type rule struct {
	folder   string
	project  []string // folders of this module, each with what is below it that has no rule of its own
	any      bool     // every folder of this module that may be imported at all
	outside  []string // other modules; nil: whatever is not reserved
	notStd   []string // of the standard library, each with what is below it
	internal bool     // internal/, which is leaves only
}

var nothingElse = []string{}

var rules = []rule{
	{folder: "pim", outside: []string{"github.com/sosodev/duration"}},

	{folder: "audit", project: []string{"pim"}, internal: true},

	{folder: "mail", outside: nothingElse},
	{folder: "mail/ses", project: []string{"mail", "pim"}, internal: true},
	{folder: "mail/inbox", project: []string{"mail"}, internal: true},
	{folder: "ledger", project: []string{"audit", "pim"}, internal: true},
	{folder: "directory", project: []string{"pim"}, internal: true},
	{folder: "settings", project: []string{"pim"}, internal: true},
	{folder: "templates", project: []string{"pim"}, internal: true},

	{folder: "workflows", project: []string{"activities", "pim"}, outside: []string{"go.temporal.io"}, notStd: []string{"net", "os"}},
	{folder: "activities", project: []string{"pim", "mail"}, internal: true},
	{folder: "observer", project: []string{"pim"}, internal: true},
	{folder: "imports", project: []string{"pim"}, outside: []string{"modernc.org/sqlite"}, internal: true},
	{folder: "starter", project: []string{"pim", "mail", "workflows", "activities"}, internal: true},

	{folder: "starter/api", any: true, internal: true},
	{folder: "worker", any: true, internal: true},
	{folder: "assembly", any: true, internal: true},
	{folder: "cmd", any: true, internal: true},
	{folder: "e2e", any: true, internal: true},
	{folder: "bench", any: true, internal: true},

	{folder: "internal", internal: true},
}

// programs are the ends of the graph: nobody imports them, tests included.
var programs = []string{"cmd", "e2e", "bench"}

// reserved are modules that only some folders may import, so that what they bring stays behind a port. The negative control of the
// fault tests (e2e/naive) is a program of another kind, which shares nothing with ours.
var reserved = []struct {
	module  string
	folders []string // also outside of tests
	tests   []string // in tests only
}{
	{module: "github.com/aws/aws-sdk-go-v2", folders: []string{"mail/ses", "e2e/naive"}, tests: []string{"mail/inbox"}},
	{module: "github.com/aws/smithy-go", folders: []string{"mail/ses"}, tests: []string{"mail/inbox"}},
}
