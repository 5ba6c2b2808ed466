package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pimnotify/pim"
)

// KeepDigest keeps the figures of the digest of one date, such as 2026-11-23. The first ones are those that are told: what is kept
// comes back, whoever calls again and with whatever figures.
func (l *Ledger) KeepDigest(ctx context.Context, tenant, date string, figures pim.DigestFigures) (kept pim.DigestFigures, err error) {
	doing := fmt.Sprintf("keep the digest of %s", date)
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return pim.DigestFigures{}, fmt.Errorf("%s: it must be a date, such as 2026-11-23", doing)
	}
	if !storable(tenant) {
		return pim.DigestFigures{}, fmt.Errorf("%s: the tenant must be valid UTF-8 without NUL", doing)
	}
	figures.From, figures.To = instant(micros(figures.From)), instant(micros(figures.To))
	encoded, err := json.Marshal(figures)
	if err != nil {
		return pim.DigestFigures{}, fmt.Errorf("%s: encode it: %w", doing, err)
	}
	err = l.write(ctx, doing, func(tx *sql.Tx) error {
		if _, err := exec(ctx, tx, `
			INSERT INTO digests (tenant, slot, from_at, to_at, figures, made_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant, slot) DO NOTHING`,
			tenant, date, micros(figures.From), micros(figures.To), string(encoded), now()); err != nil {
			return err
		}
		kept, err = scanDigest(tx.QueryRowContext(ctx, digestQuery, tenant, date))
		return err
	})
	return kept, err
}

// Digest reads the figures of the digest of one date; pim.ErrNotFound where none are kept.
func (l *Ledger) Digest(ctx context.Context, tenant, date string) (pim.DigestFigures, error) {
	return l.readDigest(ctx, fmt.Sprintf("read the digest of %s", date), digestQuery, tenant, date)
}

// DigestBefore reads the figures of the digest that ended at the given moment, which is where the next one begins;
// pim.ErrNotFound where there is none.
func (l *Ledger) DigestBefore(ctx context.Context, tenant string, to time.Time) (pim.DigestFigures, error) {
	return l.readDigest(ctx, "read the digest before", digestBeforeQuery, tenant, micros(to))
}

const (
	digestQuery = `SELECT figures FROM digests WHERE tenant = $1 AND slot = $2`
	// Two dates can end at one moment where a tenant's time zone was changed: the later is the one that was told last.
	digestBeforeQuery = `SELECT figures FROM digests WHERE tenant = $1 AND to_at = $2 ORDER BY slot DESC LIMIT 1`
)

func (l *Ledger) readDigest(ctx context.Context, doing, query, tenant string, which any) (pim.DigestFigures, error) {
	var figures pim.DigestFigures
	err := l.read(ctx, doing, func(tx *sql.Tx) (err error) {
		if date, is := which.(string); !storable(tenant) || is && !storable(date) {
			return pim.ErrNotFound
		}
		figures, err = scanDigest(tx.QueryRowContext(ctx, query, tenant, which))
		return err
	})
	return figures, err
}

func scanDigest(row scanner) (figures pim.DigestFigures, err error) {
	var encoded string
	err = row.Scan(&encoded)
	if errors.Is(err, sql.ErrNoRows) {
		return figures, pim.ErrNotFound
	}
	if err != nil {
		return figures, err
	}
	return figures, json.Unmarshal([]byte(encoded), &figures)
}
