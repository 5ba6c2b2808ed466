package pim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// EngineDelay is how long the approval engine takes before its mails leave: nine in ten between Min and P90, none beyond Max.
// Microsoft documents three, ten and fifteen minutes. The zero value is no delay.
type EngineDelay struct {
	Min time.Duration
	P90 time.Duration
	Max time.Duration
}

// DefaultEngineDelay is what Microsoft documents.
var DefaultEngineDelay = EngineDelay{Min: 3 * time.Minute, P90: 10 * time.Minute, Max: 15 * time.Minute}

// Validate says what is wrong with the three bounds.
func (d EngineDelay) Validate() error {
	if d.Min < 0 || d.P90 < d.Min || d.Max < d.P90 {
		return fmt.Errorf("must be three ascending durations min, p90, max (equal ones are allowed), not %s, %s, %s", d.Min, d.P90, d.Max)
	}
	return nil
}

// Draw gives the delay of one engine mail. It depends on nothing but its arguments, so that a restart, a replay or an
// explanation years later finds the same moment: a hash of tenant, request and kind is read as a number in [0, 1) and laid on
// the two straight lines from Min to P90 and from P90 to Max.
func (d EngineDelay) Draw(tenant, requestID string, kind EventKind) time.Duration {
	sum := sha256.Sum256([]byte(tenant + "\n" + requestID + "\n" + string(kind)))
	u := float64(binary.BigEndian.Uint64(sum[:8])) / math.Exp2(64)
	if u < 0.9 {
		return d.Min + time.Duration(float64(d.P90-d.Min)*u/0.9)
	}
	return d.P90 + time.Duration(float64(d.Max-d.P90)*(u-0.9)/0.1)
}
