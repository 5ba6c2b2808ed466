package settings

import (
	"context"

	"go.uber.org/zap"

	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

// Origin is where an effective rule comes from.
type Origin = pim.RuleOrigin

// Mistake is one thing that is wrong with a settings file: file, line, key, and what would be right.
type Mistake = yamlfile.Mistake

// Broken is the error of a settings file that cannot be used. It names every mistake, in the order of their lines.
type Broken = yamlfile.Broken

// File is the settings of all tenants, as they are in a file now. Edits count within seconds; a broken one leaves the last good
// one in use. It is safe for concurrent use.
type File struct {
	all  *All                 // where there is no file
	file *yamlfile.File[*All] // nil where there is none
}

// Open reads a settings file and follows its edits until ctx ends or Close is called. A file that is broken at this moment is
// refused, with file, line and key. The defaults hold where the file says nothing; without a path they hold for everybody.
func Open(ctx context.Context, path string, defaults pim.Settings, log *zap.Logger) (*File, error) {
	if path == "" {
		return Fixed(Defaults(defaults)), nil
	}
	parse := func(name string, data []byte) (*All, error) { return Parse(name, data, defaults) }
	file, err := yamlfile.Open(ctx, "settings file", path, parse, log)
	if err != nil {
		return nil, err
	}
	return &File{file: file}, nil
}

// Fixed are settings that no edit changes.
func Fixed(all *All) *File { return &File{all: all} }

// Settings are the tenant's.
func (f *File) Settings(tenant string) pim.Settings { return f.current().Settings(tenant) }

// Rules are the notification rules of a role at a scope that somebody changed.
func (f *File) Rules(tenant string, kind pim.ResourceKind, role pim.Role, scope pim.Scope) pim.Rules {
	return f.current().Rules(tenant, kind, role, scope)
}

// Effective is one notification rule of a role at a scope, and where it comes from.
func (f *File) Effective(tenant string, kind pim.ResourceKind, role pim.Role, scope pim.Scope, id pim.RuleID) (pim.Rule, Origin) {
	return f.current().Effective(tenant, kind, role, scope, id)
}

// Problem is what is wrong with the file as it lies there now: nil where that is what holds. While there is a problem, the last
// good one holds.
func (f *File) Problem() error {
	if f.file == nil {
		return nil
	}
	return f.file.Problem()
}

// Close stops following edits and waits until that has ended. What holds stays as it is.
func (f *File) Close() {
	if f.file != nil {
		f.file.Close()
	}
}

func (f *File) current() *All {
	if f.file == nil {
		return f.all
	}
	return f.file.Current()
}
