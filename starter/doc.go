// Package starter is the Go client of the processes: it takes requests and assignments in, decisions, reports and changes too, and
// reads back what became of them, with the reasons (Explain); what would become of something it says beforehand (Preview). The HTTP
// API is the same thing for everybody else, and thin over it.
//
// It decides what is accepted, and who may decide on it. A request is written down before its process is started, so that it is
// never lost; an id belongs to the first request that used it; a decision, or a change of an assignment, is only answered with
// success when the process has taken it. It refuses what is not valid, what contradicts what was said before, and it never guesses: where Temporal, a worker,
// the ledger or the directory is away the answer is Unavailable, and the same call can be repeated.
package starter
