package inbox

import (
	"fmt"
	"net/http"
	netmail "net/mail"
	"strings"
	"time"
)

// Account is what the account may do. The zero value may send, without limits.
type Account struct {
	// MaxSendRate is how many recipients a second are taken, and what GetAccount tells. Zero: 500 is told, none is refused.
	MaxSendRate float64 `json:"maxSendRate"`
	// Max24HourSend is the daily quota. Zero: none, which GetAccount tells as -1.
	Max24HourSend float64 `json:"max24HourSend"`
	// SendingPaused is the account's switch.
	SendingPaused bool `json:"sendingPaused"`
}

// toldRate is a rate that no development machine reaches.
const toldRate = 500

// SetAccount changes what the account may do from now on.
func (b *Inbox) SetAccount(a Account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.account = a
	b.bucket = bucket{rate: a.MaxSendRate, tokens: max(1, a.MaxSendRate), at: now()}
}

// spend takes n recipients off what the account may send, or says that it may not. The caller holds the lock.
func (b *Inbox) spend(at time.Time, n int) *apiError {
	switch {
	case b.account.SendingPaused:
		return &apiError{http.StatusBadRequest, "SendingPausedException", "Email sending is disabled for this account."}
	case b.account.Max24HourSend > 0 && b.sent.sum(at)+float64(n) > b.account.Max24HourSend:
		return &apiError{http.StatusTooManyRequests, "TooManyRequestsException", "Daily message quota exceeded."}
	case b.account.MaxSendRate > 0 && !b.bucket.take(at, float64(n)):
		return &apiError{http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded."}
	}
	b.sent.add(at, n)
	return nil
}

func (b *Inbox) getAccount(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	rate, quota, sent, paused := b.account.MaxSendRate, b.account.Max24HourSend, b.sent.sum(now()), b.account.SendingPaused
	b.mu.Unlock()
	if rate == 0 {
		rate = toldRate
	}
	if quota == 0 {
		quota = -1
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"EnforcementStatus":       "HEALTHY",
		"ProductionAccessEnabled": true,
		"SendingEnabled":          !paused,
		"SendQuota":               map[string]float64{"MaxSendRate": rate, "Max24HourSend": quota, "SentLast24Hours": sent},
	})
}

func (b *Inbox) getEmailIdentity(w http.ResponseWriter, r *http.Request) {
	name := normal(r.PathValue("identity"))
	b.mu.Lock()
	verified, exists := b.identities[name]
	if b.identities == nil {
		verified, exists = true, true
	}
	b.mu.Unlock()
	if !exists {
		writeError(w, apiError{http.StatusNotFound, "NotFoundException", fmt.Sprintf("Email identity %s does not exist.", name)})
		return
	}
	kind, status := "DOMAIN", "PENDING"
	if strings.Contains(name, "@") {
		kind = "EMAIL_ADDRESS"
	}
	if verified {
		status = "SUCCESS"
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"IdentityType": kind, "VerifiedForSendingStatus": verified, "VerificationStatus": status,
	})
}

// unverified rejects a sender of whom neither the address nor a domain above it is verified. The caller holds the lock.
func (b *Inbox) unverified(from string) *apiError {
	if b.identities == nil {
		return nil
	}
	a, err := netmail.ParseAddress(from)
	if err != nil {
		return badRequest("Illegal address: " + from)
	}
	address := normal(a.Address)
	_, domain, _ := strings.Cut(address, "@")
	if b.identities[address] {
		return nil
	}
	for ; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
		if b.identities[domain] {
			return nil
		}
	}
	return &apiError{http.StatusBadRequest, "MessageRejected",
		"Email address is not verified. The following identities failed the check in region LOCAL: " + address}
}

// bucket lets a second's worth through at once, then the rate.
type bucket struct {
	rate, tokens float64
	at           time.Time
}

func (k *bucket) take(at time.Time, n float64) bool {
	if d := at.Sub(k.at).Seconds(); d > 0 {
		k.tokens = min(max(1, k.rate), k.tokens+d*k.rate)
		k.at = at
	}
	if k.tokens < n {
		return false
	}
	k.tokens -= n
	return true
}

// day counts the last 24 hours by the minute.
type day []struct {
	minute time.Time
	n      int
}

func (d *day) add(at time.Time, n int) {
	minute := at.Truncate(time.Minute)
	if k := len(*d); k > 0 && (*d)[k-1].minute.Equal(minute) {
		(*d)[k-1].n += n
		return
	}
	*d = append(*d, struct {
		minute time.Time
		n      int
	}{minute, n})
}

func (d *day) sum(at time.Time) float64 {
	for len(*d) > 0 && at.Sub((*d)[0].minute) > 24*time.Hour {
		*d = (*d)[1:]
	}
	n := 0
	for _, m := range *d {
		n += m.n
	}
	return float64(n)
}
