// Package ledger is the record: what was asked and decided, which events that made due, whom each of them concerns, and what
// became of every mail. It lies in SQLite, in a file that the processes of one host share, or in PostgreSQL; the queries are
// the same.
//
// It decides one thing: what may happen to a row. A request is accepted once, and only a tenant's PIM setting is superseded, by
// the switch that follows the latest one. Each step of a timeline is written once, and what was proposed counts from the step on
// that names it. A part of an event is planned once, a mail is claimed by one worker at a time, what is withdrawn is withdrawn
// for ever, and the status of a mail takes only the steps that pim.RecipientStatus.CanBecome allows. Each method is one
// transaction and can be repeated: the second time changes nothing, but that what is proposed again is another proposal. Who is
// told of what, when, and in which words is not its business, and it never logs.
//
// What a weekly digest counts follows from the timelines. It is written down with each change, so that a count reads a range of an
// index, and it does not depend on the order in which the record learned of things: what happened before it was there can be
// brought in at any time. Figures that were told are kept as they were told.
//
// Whatever changes a request, an event or a mail also adds an entry to the audit, in the same transaction, chained by its hash to the one
// before it. The record can be held against the audit at any time.
//
// It refuses a database that a newer version made, and statuses that are not a step on. Text from outside is kept as it is but
// for NUL and broken UTF-8, which PostgreSQL cannot store.
package ledger
