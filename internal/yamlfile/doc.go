// Package yamlfile reads the YAML files that people write by hand for this program, and follows their edits. It decides what
// counts as a mistake of writing (unknown keys, keys that come twice, anchors, a second document) and says of each where it is:
// file, line and key. All mistakes of a file are named at once.
//
// It refuses to run on half a file: a broken one is not read at all at start, and a broken edit leaves the last good one in use.
// What a mistake says never holds an address, so that it can be logged.
package yamlfile
