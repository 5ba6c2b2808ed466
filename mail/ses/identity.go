package ses

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"pimnotify/mail"
)

// deprecatedSender was PIM's sender once. Mail rules and people have learnt to distrust it.
const deprecatedSender = "azure-noreply@microsoft.com"

// CheckIdentity says at start-up whether SES will send from address: the address, its domain or one of the domains above it
// has to be a verified identity. A warning means that SES would not say, or could not be asked, and sending may well work; an
// error means that it will not.
func (s *Sender) CheckIdentity(ctx context.Context, address string) (warning string, err error) {
	identities, err := identitiesOf(address)
	if err != nil {
		return "", err
	}
	var states []string
	for _, identity := range identities {
		out, err := s.read.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String(identity)})
		switch verdict(out, err) {
		case identityVerified:
			return "", nil
		case identityPending:
			states = append(states, identity+" is not verified yet")
		case identityMissing:
			states = append(states, identity+" does not exist")
		case identityHidden:
			warning = "not allowed to read the sender's identity in SES (ses:GetEmailIdentity): whether it may send is seen with the first mail"
		case identityUnsupported:
			return "this endpoint does not tell about identities: whether the sender may send is seen with the first mail", nil
		case identityAway:
			return "SES does not answer about the sender's identity now: whether it may send is seen with the first mail", nil
		default:
			return "", fmt.Errorf("ask SES about the sender's identity %s: %w", identity, err)
		}
	}
	if warning != "" {
		return warning, nil
	}
	return "", fmt.Errorf("SES cannot send from %s (%s): verify the address or its domain in this account and region, or configure another sender",
		address, strings.Join(states, ", "))
}

// identitiesOf lists what may vouch for the address, nearest first.
func identitiesOf(address string) ([]string, error) {
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Address != address {
		return nil, fmt.Errorf("the sender's address %q is not an address: it should look like pim@contoso.example", address)
	}
	if strings.EqualFold(address, deprecatedSender) {
		return nil, fmt.Errorf("the sender's address %s is deprecated: use another one, such as MSSecurity-noreply@microsoft.com", address)
	}
	domain := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	out := []string{address}
	for strings.Contains(domain, ".") { // a domain of one label is nobody's
		out = append(out, domain)
		_, domain, _ = strings.Cut(domain, ".")
	}
	return out, nil
}

type identityState int

const (
	identityFailed identityState = iota
	identityVerified
	identityPending
	identityMissing
	identityHidden
	identityUnsupported
	identityAway
)

func verdict(out *sesv2.GetEmailIdentityOutput, err error) identityState {
	if err == nil {
		if out.VerifiedForSendingStatus {
			return identityVerified
		}
		return identityPending
	}
	if errors.As(err, new(credentialsError)) {
		return identityFailed // whoever gives credentials answers over HTTP too: it is not SES that said no
	}
	a, answered := answerOf(err)
	if !answered {
		return identityAway // a worker that does not start for that could not take decisions either
	}
	class, reason := judge(a, "")
	switch {
	case a.code == "NotFoundException":
		return identityMissing
	case class == mail.Held && reason == ReasonAccessDenied:
		return identityHidden
	case slices.Contains([]int{404, 405, 501}, a.status), a.code == "UnknownOperationException":
		return identityUnsupported
	case class == mail.Throttled, a.status >= 500:
		return identityAway
	}
	return identityFailed
}
