package ses

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"pimnotify/mail"
)

// Reasons, by class. They go into records and metrics: one is added, never changed.
const (
	// Again: nothing left this process.
	ReasonNameNotResolved = "nameNotResolved" // the endpoint's name has no address
	ReasonTLS             = "tls"             // the endpoint was reached and no TLS session came about
	ReasonUnreachable     = "unreachable"     // no connection
	ReasonConnectionStale = "connectionStale" // a kept connection was dead before a byte was written to it
	// Again where nothing was written, Unknown where something was.
	ReasonCancelled = "cancelled" // the caller's context ended
	ReasonTimeout   = "timeout"   // the attempt's time was over

	ReasonSendingRate = "sendingRate" // Throttled

	// Held.
	ReasonDailyQuota           = "dailyQuota"
	ReasonLimitExceeded        = "limitExceeded" // a limit on resources, which no pause cures
	ReasonAccountSuspended     = "accountSuspended"
	ReasonSendingPaused        = "sendingPaused" // by the account's or the configuration set's switch
	ReasonMailFromNotVerified  = "mailFromNotVerified"
	ReasonConfigurationSetGone = "configurationSetMissing"
	ReasonSenderNotVerified    = "senderNotVerified"
	ReasonNoCredentials        = "noCredentials" // none found, or their source does not answer
	ReasonCredentials          = "credentials"   // expired, unknown, or the signature is wrong
	ReasonClockSkew            = "clockSkew"
	ReasonAccessDenied         = "accessDenied"
	ReasonConfiguration        = "configuration" // the SDK could not make a request of it: endpoint, region

	// Refused.
	ReasonNonASCIILocalPart    = "nonASCIILocalPart"    // SES was not asked
	ReasonRecipientNotVerified = "recipientNotVerified" // the account is still in SES's sandbox
	ReasonMessageRejected      = "messageRejected"
	ReasonBadRequest           = "badRequest"

	// Unknown.
	ReasonServerError      = "serverError" // 5xx: SES may have taken the mail before it stumbled
	ReasonConnectionReset  = "connectionReset"
	ReasonConnectionClosed = "connectionClosed"
	ReasonUnreadableAnswer = "unreadableAnswer" // 2xx, and the body ends early or is not JSON
	ReasonNoMessageID      = "noMessageId"      // 200 without the id that every accepted mail has
	ReasonUnlisted         = "unlisted"         // not in this file
)

// answer is what SES said no with.
type answer struct {
	status  int
	code    string
	message string
}

// row is one line of the table: it holds for an answer that has one of the codes, or the status, or is a server error, and
// whose message says what is given, in whatever case.
type row struct {
	class  mail.Class
	reason string
	codes  []string
	status int
	says   string
	// about narrows "not verified" to whom the message names. Nil: whoever.
	about func(message, sender string) bool
}

var throttling = []string{"TooManyRequestsException", "ThrottlingException", "Throttling"}

// table is read top to bottom, the first row that holds is taken; 5xx and what no row has are Unknown. Whatever has an
// answer with a 4xx status and one of these codes was surely not sent.
var table = []row{
	{class: mail.Held, reason: ReasonDailyQuota, codes: throttling, says: "daily message quota"},
	{class: mail.Held, reason: ReasonDailyQuota, status: 429, says: "daily message quota"},
	{class: mail.Held, reason: ReasonLimitExceeded, codes: []string{"LimitExceededException"}}, // the SDK takes it for throttling
	{class: mail.Throttled, reason: ReasonSendingRate, codes: throttling},

	{class: mail.Held, reason: ReasonAccountSuspended, codes: []string{"AccountSuspendedException"}},
	{class: mail.Held, reason: ReasonSendingPaused, codes: []string{"SendingPausedException"}},
	{class: mail.Held, reason: ReasonMailFromNotVerified, codes: []string{"MailFromDomainNotVerifiedException"}},
	{class: mail.Held, reason: ReasonConfigurationSetGone, codes: []string{"NotFoundException"}},

	{class: mail.Held, reason: ReasonSenderNotVerified, codes: []string{"MessageRejected"}, says: "not verified", about: namesSenderOrNobody},
	{class: mail.Refused, reason: ReasonRecipientNotVerified, codes: []string{"MessageRejected"}, says: "not verified"},
	{class: mail.Refused, reason: ReasonMessageRejected, codes: []string{"MessageRejected"}},
	{class: mail.Refused, reason: ReasonBadRequest, codes: []string{"BadRequestException"}},

	{class: mail.Held, reason: ReasonClockSkew, codes: []string{"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture", "SignatureExpired"}},
	{class: mail.Held, reason: ReasonClockSkew, codes: []string{"InvalidSignatureException", "SignatureDoesNotMatch"}, says: "signature expired"},
	{class: mail.Held, reason: ReasonClockSkew, codes: []string{"InvalidSignatureException", "SignatureDoesNotMatch"}, says: "signature not yet current"},
	{class: mail.Held, reason: ReasonCredentials, codes: []string{
		"ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId",
		"InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
		"MissingAuthenticationToken", "MissingAuthenticationTokenException",
	}},
	{class: mail.Held, reason: ReasonAccessDenied, codes: []string{"AccessDeniedException", "AccessDenied"}},
	{class: mail.Held, reason: ReasonAccessDenied, status: 403},
	{class: mail.Throttled, reason: ReasonSendingRate, status: 429},
}

func (r row) holds(a answer, sender string) bool {
	if !slices.Contains(r.codes, a.code) && (r.status == 0 || r.status != a.status) {
		return false
	}
	if !strings.Contains(strings.ToLower(a.message), r.says) {
		return false
	}
	return r.about == nil || r.about(a.message, sender)
}

// classify says what one attempt came to. It is the only place that makes an Outcome of what SES or the network did.
func classify(ctx context.Context, f *flight, sender string, out *sesv2.SendEmailOutput, err error) mail.Outcome {
	if err == nil {
		if out == nil || out.MessageId == nil || *out.MessageId == "" {
			return mail.Outcome{Class: mail.Unknown, Reason: ReasonNoMessageID, Detail: "SES answered 200 without a message id"}
		}
		return mail.Outcome{Class: mail.Sent, MessageID: *out.MessageId}
	}
	a, answered := answerOf(err)
	if !answered || a.status < 300 || errors.As(err, new(credentialsError)) { // whoever gives credentials answers over HTTP too
		return unanswered(ctx, f, err)
	}
	class, reason := judge(a, sender)
	return mail.Outcome{Class: class, Reason: reason, Detail: brief(strings.TrimPrefix(a.code+": "+a.message, ": "))}
}

func judge(a answer, sender string) (mail.Class, string) {
	if a.status >= 500 {
		return mail.Unknown, ReasonServerError
	}
	for _, r := range table {
		if r.holds(a, sender) {
			return r.class, r.reason
		}
	}
	return mail.Unknown, ReasonUnlisted
}

// unanswered judges an attempt without an answer that can be read, by whether any of it left.
func unanswered(ctx context.Context, f *flight, err error) mail.Outcome {
	asked, gotConn, wrote := f.state()
	o := mail.Outcome{Class: mail.Again, Detail: brief(err.Error())}
	if wrote {
		o.Class = mail.Unknown
	}
	var resp *smithyhttp.ResponseError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		o.Reason = ReasonTimeout
	case ctx.Err() != nil:
		o.Reason = ReasonCancelled
	case !asked && errors.As(err, new(credentialsError)):
		o.Class, o.Reason = mail.Held, ReasonNoCredentials
	case !asked:
		o.Class, o.Reason = mail.Held, ReasonConfiguration
	case !wrote && gotConn:
		o.Reason = ReasonConnectionStale
	case !wrote && errors.As(err, new(*net.DNSError)):
		o.Reason = ReasonNameNotResolved
	case !wrote && isTLS(err):
		o.Reason = ReasonTLS
	case !wrote:
		o.Reason = ReasonUnreachable
	case errors.As(err, &resp) && resp.HTTPStatusCode()/100 == 2:
		o.Reason = ReasonUnreadableAnswer
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		o.Reason = ReasonConnectionReset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "server closed idle connection"):
		o.Reason = ReasonConnectionClosed
	default:
		o.Reason = ReasonUnlisted
	}
	return o
}

// answerOf finds the HTTP answer in an error of the SDK, if there is one.
func answerOf(err error) (answer, bool) {
	var resp *smithyhttp.ResponseError
	if !errors.As(err, &resp) || resp.Response == nil {
		return answer{}, false
	}
	a := answer{status: resp.HTTPStatusCode()}
	var api smithy.APIError
	if errors.As(err, &api) {
		a.code, a.message = api.ErrorCode(), api.ErrorMessage()
	} else { // a body that is no JSON, from something in between; SES's header may still be there
		a.code, _, _ = strings.Cut(resp.Response.Header.Get("X-Amzn-ErrorType"), ":")
		a.message = err.Error()
	}
	return a, true
}

func isTLS(err error) bool {
	return errors.As(err, new(tls.RecordHeaderError)) || errors.As(err, new(tls.AlertError)) ||
		errors.As(err, new(*tls.CertificateVerificationError)) ||
		strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "TLS handshake")
}

// namesSenderOrNobody reads SES's list of the identities that failed its check. A message that names nobody is taken as the
// sender's: to hold a mail loses nothing, to refuse it for good would.
func namesSenderOrNobody(message, sender string) bool {
	sender = strings.ToLower(sender)
	_, domain, _ := strings.Cut(sender, "@")
	nobody := true
	for _, word := range strings.FieldsFunc(strings.ToLower(message), func(r rune) bool {
		return strings.ContainsRune(" \t,;:<>()[]\"'", r)
	}) {
		word = strings.TrimRight(word, ".")
		if word == sender || word == domain {
			return true
		}
		if strings.Contains(word, "@") {
			nobody = false
		}
	}
	return nobody
}

// brief bounds what is kept of a sentence: enough for an operator, and no more in the record for a page of HTML.
func brief(s string) string {
	const most = 1000
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}
