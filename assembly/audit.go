package assembly

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"pimnotify/audit"
	"pimnotify/ledger"
)

// AuditKeys reads the keys of the audit.
func (c Config) AuditKeys() (audit.Keys, error) {
	keys, err := audit.ReadKeys(c.AuditKey)
	if err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_AUDIT_KEY: %w", err)
	}
	return keys, nil
}

// openAudit reads the keys and opens what the lines go to.
func (p *Parts) openAudit() (ledger.Option, error) {
	keys, err := p.Config.AuditKeys()
	if err != nil {
		return nil, err
	}
	if p.Config.Audit == "" {
		return ledger.Audited(keys, nil), nil
	}
	if err := audit.CanBeWritten(p.Config.Audit); err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_AUDIT: %w", err)
	}
	p.Lines = audit.NewLines(p.Config.Audit, func(seq int64, err error) {
		p.Log.Error("lines of the audit cannot be written; the ledger has them (pimnotify audit export)", zap.Int64("seq", seq), zap.Error(err))
	})
	p.closers = append(p.closers, p.Lines.Close)
	return ledger.Audited(keys, p.Lines.Tell), nil
}

// warnOfKeys says where this process goes on without a key what was begun with one: audit verify will not have it.
func (p *Parts) warnOfKeys(ctx context.Context) {
	_, keyID, err := p.Ledger.AuditHead(ctx)
	if err == nil && keyID != "" && p.Config.AuditKey == "" {
		p.Log.Warn("the audit is kept under a key, and this process has none (PIMNOTIFY_AUDIT_KEY): audit verify takes what it writes for made by somebody else",
			zap.String("keyId", keyID))
	}
}
