// Package workflows says what must happen in which order, one file per process. It decides when; whom it concerns is decided in
// the activities that it calls, and written down in the ledger, so that a history holds ids, roles, times and outcomes and
// never an address, a name, a reason or a text.
package workflows
