// Package pim is the language of Privileged Identity Management as its notifications need it: requests, assignments and
// principals, events and audiences, the matrix of who is told what, the nine notification rules, the delay of the approval
// engine, the term of an assignment with what is told before and at its end, and the plan that puts recipients in order, tells
// each person once and stops at a thousand.
//
// Names are Microsoft Graph's, so that a request can be laid beside Graph's unifiedRoleAssignmentScheduleRequest.
//
// The package is pure. It reads no clock, opens no file and knows no database: whoever calls it brings the time and the facts,
// and gets the same answer every time.
package pim
