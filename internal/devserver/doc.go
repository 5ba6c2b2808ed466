// Package devserver runs a real Temporal server for development and tests: the Temporal CLI's
// `temporal server start-dev`, with the same web UI that everybody knows, as a child process.
//
// It decides which binary is run (a temporal on PATH that is new enough, else one built once from
// tools/go.mod into the user's cache), on which loopback ports, and when the server counts as
// started: not when its port is open, but when its namespace answers through frontend, history and
// visibility. It refuses to listen beyond loopback and to start without an end to the wait, and it
// leaves nothing behind: the child ends with Stop, with Kill, and when the parent dies.
//
// The server is for one machine and one developer. What runs in production is the server of
// docker-compose.yml or of your own.
package devserver
