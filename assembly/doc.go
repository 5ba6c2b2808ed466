// Package assembly is what the worker and the API have in common: the table of what a deployment can set, and the parts that
// the settings name, opened and checked in an order in which a wrong setting is found before anything is dialled.
package assembly
