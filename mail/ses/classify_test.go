package ses

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
)

const identitiesFailed = "Email address is not verified. The following identities failed the check in region EU-NORTH-1: "

func TestEveryAnswerOfSESHasItsClass(t *testing.T) {
	for _, c := range []struct {
		status        int
		code, message string
		class         mail.Class
		reason        string
	}{
		{429, "TooManyRequestsException", "Maximum sending rate exceeded.", mail.Throttled, ReasonSendingRate},
		{400, "TooManyRequestsException", "Too many requests have been made to the operation.", mail.Throttled, ReasonSendingRate},
		{400, "ThrottlingException", "Maximum sending rate exceeded.", mail.Throttled, ReasonSendingRate},
		{400, "Throttling", "Maximum sending rate exceeded.", mail.Throttled, ReasonSendingRate},
		{429, "", "slow down", mail.Throttled, ReasonSendingRate},
		{429, "TooManyRequestsException", "Daily message quota exceeded.", mail.Held, ReasonDailyQuota},
		{400, "ThrottlingException", "Daily message quota exceeded", mail.Held, ReasonDailyQuota},
		{400, "LimitExceededException", "too many", mail.Held, ReasonLimitExceeded},
		{429, "LimitExceededException", "too many", mail.Held, ReasonLimitExceeded},

		{403, "AccessDeniedException", "User is not authorized to perform ses:SendEmail", mail.Held, ReasonAccessDenied},
		{400, "AccessDeniedException", "no", mail.Held, ReasonAccessDenied},
		{403, "", "Forbidden", mail.Held, ReasonAccessDenied},
		{403, "ExpiredTokenException", "The security token included in the request is expired", mail.Held, ReasonCredentials},
		{400, "ExpiredToken", "expired", mail.Held, ReasonCredentials},
		{403, "UnrecognizedClientException", "The security token included in the request is invalid.", mail.Held, ReasonCredentials},
		{403, "InvalidClientTokenId", "invalid", mail.Held, ReasonCredentials},
		{403, "InvalidSignatureException", "The request signature we calculated does not match", mail.Held, ReasonCredentials},
		{403, "SignatureDoesNotMatch", "does not match", mail.Held, ReasonCredentials},
		{403, "MissingAuthenticationTokenException", "Missing Authentication Token", mail.Held, ReasonCredentials},
		{403, "InvalidSignatureException", "Signature expired: 20261123T090000Z is now earlier than 20261123T100000Z", mail.Held, ReasonClockSkew},
		{403, "InvalidSignatureException", "Signature not yet current: 20261123T110000Z", mail.Held, ReasonClockSkew},
		{403, "RequestTimeTooSkewed", "skewed", mail.Held, ReasonClockSkew},
		{400, "RequestExpired", "expired", mail.Held, ReasonClockSkew},

		{400, "AccountSuspendedException", "The account is suspended", mail.Held, ReasonAccountSuspended},
		{400, "SendingPausedException", "Email sending is disabled", mail.Held, ReasonSendingPaused},
		{400, "MailFromDomainNotVerifiedException", "MAIL FROM", mail.Held, ReasonMailFromNotVerified},
		{404, "NotFoundException", "Configuration set <pim> does not exist.", mail.Held, ReasonConfigurationSetGone},

		{400, "MessageRejected", identitiesFailed + "sender@contoso.example", mail.Held, ReasonSenderNotVerified},
		{400, "MessageRejected", identitiesFailed + "Microsoft Security <Sender@Contoso.example>, isabella@contoso.example", mail.Held, ReasonSenderNotVerified},
		{400, "MessageRejected", identitiesFailed + "contoso.example", mail.Held, ReasonSenderNotVerified},
		{400, "MessageRejected", "Email address is not verified.", mail.Held, ReasonSenderNotVerified},
		{400, "MessageRejected", identitiesFailed + "isabella@contoso.example", mail.Refused, ReasonRecipientNotVerified},
		{400, "MessageRejected", identitiesFailed + "another-sender@contoso.example", mail.Refused, ReasonRecipientNotVerified},
		{400, "MessageRejected", "Message contains a virus", mail.Refused, ReasonMessageRejected},
		{400, "BadRequestException", "Local address contains control or whitespace", mail.Refused, ReasonBadRequest},

		{500, "InternalServiceErrorException", "oops", mail.Unknown, ReasonServerError},
		{503, "ThrottlingException", "Maximum sending rate exceeded.", mail.Unknown, ReasonServerError},
		{502, "", "Bad gateway", mail.Unknown, ReasonServerError},
		{400, "ConcurrentModificationException", "later", mail.Unknown, ReasonUnlisted},
		{418, "TeapotException", "short and stout", mail.Unknown, ReasonUnlisted},
		{400, "", "Bad Request", mail.Unknown, ReasonUnlisted},
		{404, "", "no such page", mail.Unknown, ReasonUnlisted},
	} {
		t.Run(c.reason+"/"+c.code, func(t *testing.T) {
			s := newStub(t, says(c.status, c.code, c.message))
			out := s.sender(t, Options{}).Send(t.Context(), message())
			require.Equal(t, c.class, out.Class, out)
			require.Equal(t, c.reason, out.Reason, out)
			require.Contains(t, out.Detail, c.message)
			require.Empty(t, out.MessageID)
			require.Len(t, s.requests(), 1, "one send, one request")
		})
	}
}

func TestEveryRowOfTheTableIsReached(t *testing.T) {
	// The answers above come through HTTP; this makes sure that none of the rows stands behind one that always wins.
	for _, r := range table {
		codes := r.codes
		if len(codes) == 0 {
			codes = []string{""}
		}
		for _, code := range codes {
			message := r.says
			if r.about == nil {
				message += ": isabella@contoso.example"
			}
			class, reason := judge(answer{status: max(r.status, 400), code: code, message: message}, "sender@contoso.example")
			require.Equal(t, r.class, class, code+" "+message)
			require.Equal(t, r.reason, reason, code+" "+message)
		}
	}
}

func TestAnErrorPageThatIsNotJSONIsJudgedByItsStatusAndHeader(t *testing.T) {
	html := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if code != "" {
				w.Header().Set("X-Amzn-ErrorType", code+":http://internal.example/")
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html>sorry</html>"))
		}
	}
	for _, c := range []struct {
		handle http.HandlerFunc
		class  mail.Class
		reason string
	}{
		{html(403, ""), mail.Held, ReasonAccessDenied},
		{html(429, ""), mail.Throttled, ReasonSendingRate},
		{html(502, ""), mail.Unknown, ReasonServerError},
		{html(404, ""), mail.Unknown, ReasonUnlisted},
		{html(400, "SendingPausedException"), mail.Held, ReasonSendingPaused},
	} {
		out := newStub(t, c.handle).sender(t, Options{}).Send(t.Context(), message())
		require.Equal(t, c.class, out.Class, out)
		require.Equal(t, c.reason, out.Reason, out)
	}
}

func TestALocalPartOutsideASCIIIsRefusedWithoutAskingSES(t *testing.T) {
	s := newStub(t, accepts)
	m := message()
	m.To.Address = "zoë@contoso.example"
	out := s.sender(t, Options{}).Send(t.Context(), m)
	require.Equal(t, mail.Refused, out.Class)
	require.Equal(t, ReasonNonASCIILocalPart, out.Reason)
	require.Empty(t, s.requests())
}

func TestADetailIsBounded(t *testing.T) {
	s := newStub(t, says(400, "BadRequestException", strings.Repeat("é", 4000)))
	out := s.sender(t, Options{}).Send(t.Context(), message())
	require.Equal(t, ReasonBadRequest, out.Reason)
	require.LessOrEqual(t, len(out.Detail), 1000)
}
