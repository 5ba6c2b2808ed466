package e2e

import (
	"net/http"
	"time"

	"pimnotify/mail/inbox"
)

// catalogue is everything that is known to go wrong, and what is to come of it. 0/0 is nothing lost, and nobody told twice.
var catalogue = []fault{
	{test: "worker killed once", expected: "0 lost; twice at most what was in flight", run: killed(1)},
	{test: "worker killed three times", expected: "0 lost; twice at most what was in flight", run: killed(3)},
	{test: "worker killed three times, with events; 5 % of answers lost, 5 % reset before", expected: "0/0", short: true, run: killedWithEvents},
	{test: "all workers told to stop, in turn", expected: "0/0, nothing unknown", short: true, run: stoppedInTurn},
	{test: "worker paused for 90 s, another goes on (PostgreSQL)", expected: "0 lost; after waking at most what was in flight", run: paused(true)},
	{test: "worker paused for 90 s (SQLite)", expected: "0 lost; twice at most what was in flight", run: paused(false)},
	{test: "all workers away for two minutes", expected: "0/0, late by the outage", run: away(2 * time.Minute)},
	{test: "Temporal killed in the middle", expected: "0/0", short: true, run: temporalKilled},
	{test: "Temporal away at a PUT and at a decision", expected: "503; repeated, one run", run: temporalAwayAtACall},
	{test: "ledger's database away in the middle", expected: "0/0; nothing leaves without a claim", short: true, run: ledgerKilled},
	{test: "API killed while callers ask", expected: "one run each, 0/0", run: apiKilled},

	{test: "accepted, then reset (5 %)", expected: "0 lost; each lost answer one more mail", run: answersLost(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true})},
	{test: "accepted, then 500 (5 %)", expected: "0 lost; each lost answer one more mail", run: answersLost(inbox.Fault{Kind: inbox.Fail, AfterAccepting: true})},
	{test: "accepted, then 503 (5 %)", expected: "0 lost; each lost answer one more mail", run: answersLost(inbox.Fault{Kind: inbox.Fail, Status: http.StatusServiceUnavailable, AfterAccepting: true})},
	{test: "accepted, then no answer (5 %)", expected: "0 lost; each lost answer one more mail", run: answersLost(inbox.Fault{Kind: inbox.Hang, AfterAccepting: true})},
	{test: "reset before accepting (5 %)", expected: "0/0", run: resetBefore},
	{test: "429 for a minute, then one in ten", expected: "0/0", run: throttledFor(time.Minute)},
	{test: "200 a second on three workers", expected: "0.97 used; in any second the rate and one batch", alone: true, run: quota(200, 3, 1000)},
	{test: "200 a second on two workers", expected: "0.97 used, none refused after the first second", alone: true, run: quota(200, 2, 1000)},
	{test: "14 a second on two workers", expected: "0.97 used, none refused after the first second", alone: true, run: quota(14, 2, 280)},
	{test: "an approver is asked between a thousand other mails, 200 a second", expected: "within two seconds", alone: true, run: askedBetween(200)},
	{test: "an approver is asked between a thousand other mails, 14 a second", expected: "within two seconds", alone: true, run: askedBetween(14)},
	{test: "rate changed from 14 a second to 1 to 50", expected: "followed within 60 s", run: rateChanges},
	{test: "daily quota reached", expected: "held, few probes, goes on by itself; 0/0", run: stoppedSending("dailyQuota",
		func(b *inbox.Inbox) { b.SetAccount(inbox.Account{MaxSendRate: 200, Max24HourSend: 1}) }, anyMail)},
	{test: "sending paused", expected: "held, few probes, goes on by itself; 0/0", run: stoppedSending("sendingPaused",
		func(b *inbox.Inbox) { b.SetAccount(inbox.Account{MaxSendRate: 200, SendingPaused: true}) }, anyMail)},
	{test: "account suspended", expected: "held, few probes, goes on by itself; 0/0", run: stoppedSending("accountSuspended",
		func(b *inbox.Inbox) {
			b.SetFaults(inbox.Fault{Kind: inbox.Fail, Status: http.StatusBadRequest, Code: "AccountSuspendedException", Message: "suspended"})
		}, anyMail)},
	{test: "sender not verified any more", expected: "held, few probes, goes on by itself; 0/0", run: stoppedSending("senderNotVerified",
		func(b *inbox.Inbox) { b.SetIdentities(map[string]bool{"microsoft.com": false}) }, anyMail)},
	{test: "each answer of SES, and one that is not listed", expected: "its class, exactly", run: provenBy("mail/ses",
		"TestEveryAnswerOfSESHasItsClass", "TestEveryRowOfTheTableIsReached")},

	{test: "with events: accepted, then reset (5 %)", expected: "0/0, 1.00 requests a mail", run: provenSent(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true})},
	{test: "with events: accepted, then 500 (5 %)", expected: "0/0, 1.00 requests a mail", run: provenSent(inbox.Fault{Kind: inbox.Fail, AfterAccepting: true})},
	{test: "with events: accepted, then 503 (5 %)", expected: "0/0, 1.00 requests a mail", run: provenSent(inbox.Fault{Kind: inbox.Fail, Status: http.StatusServiceUnavailable, AfterAccepting: true})},
	{test: "with events: accepted, then no answer (5 %)", expected: "0/0, 1.00 requests a mail", run: provenSent(inbox.Fault{Kind: inbox.Hang, AfterAccepting: true})},
	{test: "one event in ten lost, 5 % of answers lost", expected: "0 lost; twice where both are lost", run: eventsLost},
	{test: "events later than the grace time, 5 % of answers lost", expected: "0 lost; each lost answer one more mail; the metric says so", run: eventsLate},
	{test: "events twice, out of order, before the answer", expected: "the same end, 0/0", run: eventsOutOfOrder},
	{test: "bounce, complaint, suppressed address, reject, rendering failure", expected: "in the record within a minute", run: fates},
	{test: "forged, replayed, foreign and old SNS messages", expected: "refused, nothing changed", run: provenBy("mail/ses", "TestWhatIsNotSNSsOrNotOursIsRefusedAndNothingChanges", "TestAMessageIsTakenOnce",
		"TestACertificateThatCannotBeUsedIsNoProof", "TestASubscriptionIsConfirmedAtSNSAlone")},

	{test: "none, 1,000 and more recipients", expected: "the first 1,000 in order, the rest on record", run: provenBy("pim",
		"TestThousandAreToldAndTheRestIsOnRecord", "TestCapIsOfTheEventAndNotOfItsParts", "TestNobodyToTellIsAnEmptyPlan")},
	{test: "1,500 recipients over three audiences, end to end", expected: "1,000 mails, and those without one decide all the same", run: provenBy("e2e",
		"TestOfFifteenHundredRecipientsTheFirstThousandAreToldAndTheOthersMayActAllTheSame")},
	{test: "one person by case, blanks, punycode, two roles", expected: "one mail", run: provenBy("pim",
		"TestOnePersonGetsOneMailWithTheTextOfTheFirstAudience", "TestWhoeverHasTheRequestorsAddressIsTheRequestor")},
	{test: "recipients whose mail SES refuses", expected: "these fail with their reason, the rest is delivered", run: provenBy("activities",
		"TestARefusedMailConcernsNobodyElse", "TestWhereEverybodyIsRefusedNobodyCanAct")},
	{test: "CR/LF, NUL, bidi, zero-width in names", expected: "cleaned, no other header", run: provenBy("templates",
		"TestNoValueCanLeaveItsLine", "TestNamesBecomeOneLineOfVisibleCharacters")},
	{test: "HTML and scripts in each free text of each mail", expected: "the parse tree of harmless text", run: provenBy("templates",
		"TestHostileTextChangesNeitherElementsNorLinks")},
	{test: "every link of every mail", expected: "https, the portal's host, no token", run: provenBy("templates",
		"TestEveryLinkIsThePortalsOwnAndCarriesNothing")},
	{test: "a hundred equal PUTs at once, and after retention", expected: "one run", run: provenBy("starter",
		"TestAHundredEqualCallsAtOnceMakeOneRun", "TestARequestMarkedStartedIsNeverStartedAgainWhateverTemporalForgot")},
	{test: "decision at any moment around the timer", expected: "never both; record and inbox agree", run: provenBy("workflows",
		"TestRequestMailIsEitherAskedOrWithdrawnFirst")},
	{test: "two opposite decisions at once", expected: "one wins, the other is told", run: provenBy("workflows", "TestOfTwoDecisionsAtOnceOneWins")},
	{test: "decision that cannot be decoded", expected: "refused to the caller", run: provenBy("workflows", "TestDecisionThatIsNoneIsRefused")},
	{test: "replay of every recorded history; the bad twins", expected: "pass; must fail", run: provenBy("workflows",
		"TestEveryRunThereEverWasStillReplays", "TestBadTwinsDoNotReplay")},
	{test: "no workflow cache: a replay before every task", expected: "every story the same", run: provenBy("e2e", "TestEveryStoryIsTheSameWithoutAWorkflowCache")},
	{test: "digest: ten zones over five years", expected: "one a tenant and week", run: provenBy("starter",
		"TestThereIsOneSlotADateInEveryZoneWhateverTheClocksDo")},
	{test: "digest: down over its slot, run twice, worker killed in the middle", expected: "one a tenant and week", run: provenBy("e2e",
		"TestAWeekThatWasMissedIsCaughtUpOnce", "TestAGoldenWeekIsToldAsItWasCountedByHand", "TestAWorkerKilledInTheMiddleOfADigestMakesNobodyReadItTwice")},
	{test: "people's names, addresses and reasons in histories, logs and errors", expected: "0 found", run: provenBy("activities",
		"TestNoResultErrorOrLogLineHoldsAnAddressANameOrAText")},
	{test: "one tenant with 10,000 mails, a quiet one with one", expected: "p95 at most half a second more", alone: true, run: noisyTenant},
	{test: "slow callers, huge bodies, deep JSON", expected: "4xx, bounded", run: provenBy("starter/api",
		"TestACallerWhoNeverSendsTheirBodyIsSentAway", "TestBadInputIsToldWhichFieldAndWhatWouldBeRight", "TestALargeBodyIsRefusedAndOneThatJustFitsIsNot", "TestHugeHeadersAreRefused")},

	{test: "three minutes at 80 % of the rate", expected: "flat memory and goroutines, 0/0", alone: true, run: soak(3 * time.Minute)},

	{test: "the naive worker: killed three times, 5 % of answers lost", expected: "losses and duplicates", short: true, run: naive},
}

// anyMail is an account and settings that everything is right with.
func anyMail(b *inbox.Inbox) {
	b.SetFaults()
	b.SetIdentities(nil)
	b.SetAccount(inbox.Account{MaxSendRate: 200})
}
