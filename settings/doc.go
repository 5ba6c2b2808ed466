// Package settings knows what each tenant has set: profile, delays, windows, switches, and the nine notification rules by role and
// scope. It decides which of several entries of the file is a role's effective rule, and says where that stands, so that
// somebody who wonders about a mail can be pointed at a line.
//
// The deployment's defaults hold where a tenant says nothing, and for tenants that the file does not name.
//
// It refuses to guess. A file with a key that means nothing, a value that cannot hold, or two entries for the same thing is not
// read at all; a broken edit leaves the last good one in use and is reported until it is put right. The profile "enhanced" is
// reserved, and refused.
package settings
