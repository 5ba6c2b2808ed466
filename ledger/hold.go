package ledger

import (
	"context"
	"database/sql"

	"pimnotify/pim"
)

// Hold says on every mail of these events that is still planned why it waits: "held:…". The note goes when the mail is claimed.
func (l *Ledger) Hold(ctx context.Context, eventKeys []int64, reason string) error {
	if len(eventKeys) == 0 {
		return nil
	}
	return l.write(ctx, "note why mails are held", func(tx *sql.Tx) error {
		var a arguments
		_, err := exec(ctx, tx, `UPDATE recipients SET reason = `+a.add(text(reason))+`, updated_at = `+a.add(now())+`
			WHERE event_key IN `+a.keys(eventKeys)+` AND status = '`+string(pim.StatusPlanned)+`'`, a...)
		return err
	})
}
