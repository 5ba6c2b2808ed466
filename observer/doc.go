// Package observer takes in what SES says of mails: it has the record written, counts, and raises the alarms that follow from it. How
// an event arrives and what it means is the business of mail/ses, and what a mail becomes by it that of the record.
//
// It logs neither an address nor what a mail is about.
package observer
