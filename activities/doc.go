// Package activities touches the world for the processes: one activity, Notify, writes down what happened, plans who is told,
// and sends. Its ports are the fields of one struct, owned here and filled by whoever assembles a worker.
//
// An address, a name or a text never leaves through a result, an error or a heartbeat: those go into a history. They return
// ids, counts and reasons.
package activities
