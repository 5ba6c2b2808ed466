package directory

import (
	"context"

	"pimnotify/internal/yamlfile"
)

// checkReferences makes sure that everybody who is named is described: a holder whom nobody describes would be told nothing,
// and nobody would notice.
func (r *reading) checkReferences() {
	for _, ref := range r.refs {
		if _, known := r.entries[ref.id]; !known {
			ref.at.Wrong("names %s, who is neither among the users nor among the groups", yamlfile.Mention(ref.id))
		}
	}
}

// checkParents makes sure that no scope lies above itself, by the parents that the file names and by the paths of those.
func (r *reading) checkParents() {
	for _, id := range r.order {
		above, err := upwards(context.Background(), r.tenant, r.parents[id])
		if err == nil && above[id] {
			r.scopes[id].Wrong("must not lead back to %s: a scope cannot be its own parent", id)
		}
	}
}
