// Package templates is what the system says: it turns a letter into a subject, an HTML text and a plain text.
//
// It decides words, links and looks, and nothing else: who is told, and when, was decided before. Each text has a pair of
// files, name.html.tmpl and name.txt.tmpl (which also holds the subject), and one line in the catalogue. The templates hold
// sentences; everything that takes a decision is prepared in Go, so that a template has next to no logic. Two places of the
// layout are empty unless a mail fills them: figures, between its sentences and its button, and looks, styles of its own.
//
// Whatever comes from people is hostile. Names become one line of visible characters, or the id where nothing is left; they are
// cleaned, never refused. Free text stands in a quoted block under its author's name, in the plain text with "> " before each
// line, so that it cannot pass for ours. Links lead to the portal and carry no token.
//
// Samples are letters of a fictional organisation. They are the golden mails, what New tries the templates with, and what the
// gallery shows.
//
// It refuses a portal that is not https, a kind of event it has no words for, and templates that cannot be rendered: New tries
// them all, so that a broken one stops the process before the first mail.
package templates
