package assembly

import (
	"context"

	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
)

// reported is what SES has said of mails, as the ledger keeps it.
type reported struct{ ledger *ledger.Ledger }

var _ starter.Observations = reported{}

// sesWords are SES's names of what can be observed of a mail.
var sesWords = map[pim.ObservationKind]string{
	pim.ObservedSend:             "Send",
	pim.ObservedDelivery:         "Delivery",
	pim.ObservedDeliveryDelay:    "DeliveryDelay",
	pim.ObservedBounce:           "a permanent Bounce",
	pim.ObservedTransientBounce:  "a transient Bounce",
	pim.ObservedSuppression:      "a Bounce of a suppressed address",
	pim.ObservedComplaint:        "a Complaint",
	pim.ObservedReject:           "Reject",
	pim.ObservedRenderingFailure: "Rendering Failure",
}

// Reported are the observations of one mail, the oldest first.
func (r reported) Reported(ctx context.Context, _, mailID string) (all []pim.SESReport, err error) {
	observations, err := r.ledger.Observations(ctx, mailID)
	for _, o := range observations {
		report := pim.SESReport{At: o.At, What: sesWords[o.Kind], Detail: o.Detail}
		if report.Detail == "" {
			report.Detail = o.Reason
		}
		all = append(all, report)
	}
	return all, err
}
