// Package imports brings in what happened before this system was there: assignments and past activations, one a line, in the shape
// of the API's own bodies or as Microsoft Graph exports its requests.
//
// It decides what a line means, and which lines of Graph's belong together: an extension, an update or a removal is a request of its
// own there, and a step of the assignment here, in whatever order they come. It refuses a line with its number, the fields that are
// wrong and what would be right, and goes on; every line it was given is in the summary once. What a record leads to, and what is to
// be held of it, it leaves to the starter.
//
// The lines lie in a temporary file until they are put together, so that memory does not grow with their number.
package imports
