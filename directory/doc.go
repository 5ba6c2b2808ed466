// Package directory knows who holds what, and where their mail goes: organisations, people, groups, and the holders of the
// administrators' roles. It decides who stands behind a group, which of the ways in which somebody holds a role counts, and
// which address is somebody's.
//
// A Directory answers those questions the same way whatever lies below it. What lies below is a Source: File reads one YAML
// file and follows its edits, HTTP asks a service. A Source only looks things up; it expands nothing.
//
// It refuses to guess. A file that names somebody it does not describe, or says the same thing twice, is not read at all; a
// broken edit leaves the last good one in use and is reported until it is put right. A service that answers anything but what its
// contract says has not answered: that is an error, and never an empty list.
package directory
