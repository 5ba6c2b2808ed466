package directory

import (
	"strings"

	"pimnotify/pim"
)

// roleName is the display name of an administrators' role that is named by its id; any other role as it is.
func roleName(role string) string {
	for name, id := range pim.RoleIDs {
		if role == id {
			return name
		}
	}
	return role
}

// misspelt reports whether a role is an administrators' one but for capitals, and how that is written. Nobody would find who holds
// it.
func misspelt(role string) (right string, wrong bool) {
	for name := range pim.RoleIDs {
		if role != name && strings.EqualFold(role, name) {
			return name, true
		}
	}
	return "", false
}
