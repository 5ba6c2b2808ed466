// Package audit is the form of what can be proven afterwards: what one transaction did to the record is an entry, each entry is
// chained to the one before it by its hash, and each thing in it is one line of JSON for whoever collects them.
//
// It decides what an entry proves. It holds no names, no addresses, no subjects, no reasons that people wrote and no bodies: people are
// there by their principal's id and by a hash of their address. Where the entries lie and when they are written is the ledger's
// business; nothing here changes an entry.
package audit
