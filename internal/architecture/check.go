package architecture

import (
	"fmt"
	"slices"
	"strings"
)

// pkg is what `go list -json` says of a package.
type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// violations answers one sentence for each import that the rules do not allow, sorted.
func violations(module string, packages []pkg) []string {
	found := []string{}
	for _, p := range packages {
		folder := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		r, ok := ruleFor(folder)
		if !ok {
			found = append(found, fmt.Sprintf("%s: no rule speaks of this folder: add one", folder))
			continue
		}
		for _, path := range p.Imports {
			if why := r.refuses(module, path); why != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", folder, path, why))
			} else if why := refusedToAll(module, folder, path, false); why != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", folder, path, why))
			}
		}
		for _, path := range append(slices.Clone(p.TestImports), p.XTestImports...) {
			if why := refusedToAll(module, folder, path, true); why != "" {
				found = append(found, fmt.Sprintf("%s imports %s in a test: %s", folder, path, why))
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// ruleFor answers the rule of the longest folder that holds this one.
func ruleFor(folder string) (rule, bool) {
	var best rule
	for _, r := range rules {
		if within(folder, r.folder) && len(r.folder) > len(best.folder) {
			best = r
		}
	}
	return best, best.folder != ""
}

func (r rule) refuses(module, path string) string {
	if target, ours := strings.CutPrefix(path, module+"/"); ours {
		return r.refusesOurs(target)
	}
	if isStandard(path) {
		if anyWithin(path, r.notStd) {
			return fmt.Sprintf("%s does without %s", r.folder, strings.Join(r.notStd, " and "))
		}
		return ""
	}
	if r.outside != nil && !anyWithin(path, r.outside) {
		if len(r.outside) == 0 {
			return fmt.Sprintf("%s needs the standard library only", r.folder)
		}
		return fmt.Sprintf("%s needs no other module than %s", r.folder, strings.Join(r.outside, ", "))
	}
	return ""
}

func (r rule) refusesOurs(target string) string {
	owner, _ := ruleFor(target)
	switch {
	case owner.folder == r.folder, r.any, r.internal && owner.folder == "internal", slices.Contains(r.project, owner.folder):
		return ""
	case len(r.project) == 0:
		return fmt.Sprintf("%s imports nothing of this module", r.folder)
	default:
		return fmt.Sprintf("%s knows only %s", r.folder, strings.Join(r.project, ", "))
	}
}

// refusedToAll holds for tests too.
func refusedToAll(module, folder, path string, test bool) string {
	if target, ours := strings.CutPrefix(path, module+"/"); ours {
		for _, program := range programs {
			if within(target, program) && !within(folder, program) {
				return fmt.Sprintf("nobody imports %s", program)
			}
		}
	}
	for _, r := range reserved {
		if !within(path, r.module) || anyWithin(folder, r.folders) || test && anyWithin(folder, r.tests) {
			continue
		}
		return fmt.Sprintf("only %s know %s", strings.Join(r.folders, " and "), r.module)
	}
	return ""
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func anyWithin(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return within(path, root) })
}

func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}
