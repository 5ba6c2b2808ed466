package ses

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
)

// Account is what SES allows. Rates and counts are recipients.
type Account struct {
	MaxSendRate     float64 // a second
	Max24HourSend   float64 // -1: no limit
	SentLast24Hours float64
	SendingEnabled  bool
}

// Account asks SES, and again a few times where it does not answer.
func (s *Sender) Account(ctx context.Context) (Account, error) {
	out, err := s.read.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil {
		return Account{}, fmt.Errorf("ask SES for the account's sending limits: %w", err)
	}
	if out.SendQuota == nil {
		return Account{}, fmt.Errorf("ask SES for the account's sending limits: the answer has no SendQuota")
	}
	return Account{
		MaxSendRate:     out.SendQuota.MaxSendRate,
		Max24HourSend:   out.SendQuota.Max24HourSend,
		SentLast24Hours: out.SendQuota.SentLast24Hours,
		SendingEnabled:  out.SendingEnabled,
	}, nil
}
