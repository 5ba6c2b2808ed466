package directory

import (
	"context"

	"pimnotify/pim"
)

// walk visits the entries of these ids and of everybody below them, each once, level by level, until visit says stop. A group
// that contains itself, at whatever depth, is no different from any other.
func walk(ctx context.Context, t Tenant, ids []string, visit func(*Entry) (goOn bool)) error {
	return walkOn(ctx, t, make(map[string]bool, len(ids)), ids, visit)
}

// walkOn is a walk that passes by whoever an earlier one has seen, with everybody below them.
func walkOn(ctx context.Context, t Tenant, seen map[string]bool, ids []string, visit func(*Entry) (goOn bool)) error {
	for level := unseen(seen, ids); len(level) > 0; {
		found, err := t.Find(ctx, level)
		if err != nil {
			return err
		}
		level = nil
		for _, e := range found {
			if !visit(e) {
				return nil
			}
			level = append(level, unseen(seen, e.Members)...)
		}
	}
	return nil
}

// unseen are the ids that were not there before; from now on they were.
func unseen(seen map[string]bool, ids []string) []string {
	fresh := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" && !seen[id] {
			seen[id] = true
			fresh = append(fresh, id)
		}
	}
	return fresh
}

// expand gives the people behind principals, and the groups through which each was reached. Those the directory does not know come
// last.
func expand(ctx context.Context, t Tenant, principals []pim.Principal) ([]pim.Person, error) {
	given := make(map[string]pim.Principal, len(principals))
	ids := make([]string, 0, len(principals))
	for _, p := range principals {
		if _, twice := given[p.ID]; !twice {
			given[p.ID] = p
			ids = append(ids, p.ID)
		}
	}
	members := make([]pim.Person, 0, len(principals))
	found := make(map[string]bool, len(principals))
	way := make(map[string][]pim.Principal, len(principals)) // the groups above somebody; shared by all members of a group
	for _, id := range ids {
		way[id] = nil
	}
	err := walk(ctx, t, ids, func(e *Entry) bool {
		found[e.Principal.ID] = true
		above := way[e.Principal.ID]
		if e.Principal.Type != pim.Group {
			members = append(members, pim.Person{Principal: known(e.Principal, given[e.Principal.ID]), Via: above})
			return true
		}
		below := append(above[:len(above):len(above)], e.Principal)
		for _, id := range e.Members {
			if other, reached := way[id]; !reached || nearer(below, other) {
				way[id] = below
			}
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if p := given[id]; !found[id] && p.Type != pim.Group {
			members = append(members, pim.Person{Principal: unknown(p)})
		}
	}
	return members, nil
}

// nearer reports whether a way is to be told in the place of another one that leads to the same: of two that are equally long, that
// through the group whose id comes first, so that it does not matter in which order a source answers.
func nearer(way, other []pim.Principal) bool {
	last := len(way) - 1
	return len(way) == len(other) && way[last].ID < other[last].ID
}

func peopleOf(members []pim.Person) []pim.Principal {
	people := make([]pim.Principal, 0, len(members))
	for _, m := range members {
		people = append(people, m.Principal)
	}
	return people
}
