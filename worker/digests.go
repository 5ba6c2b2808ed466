package worker

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/pim"
	"pimnotify/starter"
)

// How often Schedules of digests are brought in line. Settings and the PIM setting are looked at often, which costs a query; the
// directory, which may be a service, seldom.
const (
	digestsEvery  = 5 * time.Second
	everybodyEach = 5 * time.Minute
)

// digests keeps the tenants' Schedules in line with what the tenants have set.
type digests struct {
	client *starter.Client
	parts  *assembly.Parts

	looked   time.Time                     // when everybody was looked at
	tenants  []string                      // that there were then
	done     map[string]pim.DigestSettings // with which a tenant's Schedule was brought in line
	disabled []string                      // of those
	failing  bool
}

// scheduleDigests goes on until ctx ends.
func scheduleDigests(ctx context.Context, parts *assembly.Parts) {
	d := &digests{client: parts.Starter(), parts: parts, done: map[string]pim.DigestSettings{}}
	tick := time.NewTicker(digestsEvery)
	defer tick.Stop()
	for {
		err := d.look(ctx)
		if err != nil && ctx.Err() == nil && !d.failing {
			parts.Log.Warn("weekly digests are not all scheduled as they should be; it is tried again", zap.Error(err))
		}
		d.failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look brings in line whatever may have changed since the last look.
func (d *digests) look(ctx context.Context) error {
	restless, err := d.restless(ctx)
	if err != nil {
		return err
	}
	if d.tenants == nil {
		if d.tenants, err = d.parts.Directory.Tenants(ctx); err != nil {
			return fmt.Errorf("list the tenants: %w", err)
		}
		d.looked, restless = time.Now(), d.tenants
	}
	if len(restless) == 0 {
		return nil
	}
	plans, err := d.client.DigestPlans(ctx, restless...)
	failures := []error{err} // of one tenant, which are no reason to leave out another
	for _, plan := range plans {
		settings := d.parts.Settings.Settings(plan.Tenant).Digest
		schedule, err := d.client.ScheduleDigest(ctx, plan)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		d.done[plan.Tenant] = settings
		if schedule.Done != "" {
			d.parts.Log.Info("digest scheduled", zap.String("tenant", plan.Tenant), zap.String("schedule", schedule.Done), zap.String("note", schedule.Note))
		}
	}
	return errors.Join(failures...)
}

// restless are the tenants whose settings have changed, or whose Schedule is not in line yet. It forgets them all where it is time
// to look at everybody.
func (d *digests) restless(ctx context.Context) ([]string, error) {
	if time.Since(d.looked) >= everybodyEach {
		d.tenants, d.disabled = nil, nil
		clear(d.done)
	}
	if d.tenants == nil {
		return nil, nil
	}
	disabled, err := d.parts.Ledger.PIMDisabled(ctx, d.tenants)
	if err != nil {
		return nil, err
	}
	var restless []string
	for _, tenant := range d.tenants {
		settings, done := d.done[tenant]
		switched := slices.Contains(disabled, tenant) != slices.Contains(d.disabled, tenant)
		if !done || switched || !reflect.DeepEqual(settings, d.parts.Settings.Settings(tenant).Digest) {
			delete(d.done, tenant)
			restless = append(restless, tenant)
		}
	}
	d.disabled = disabled
	return restless, nil
}
