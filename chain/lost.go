package chain

import (
	"context"
	"fmt"
	"time"

	"shotchain/chain/store"
)

// skew is how far the provider's clock may be from ours for a task still to count as this attempt's.
const skew = 5 * time.Minute

// find looks for the task of an attempt whose answer was never seen. It is adopted where the provider lists it,
// created again where it surely is absent – the list is complete and enough time has passed for a task to show up –
// and left to the user where that is not conclusive.
func (v *life) find(ctx context.Context, a *store.Attempt) (Outcome, bool) {
	v.observe(Event{Take: v.t, Stage: StageLooking})
	settled := a.IntendedAt.Add(v.Timing.Settle)
	if a.LostAt != nil {
		settled = a.LostAt.Add(v.Timing.Settle)
	}
	if limit := time.Now().Add(v.Timing.Settle); settled.After(limit) {
		settled = limit // recorded by a clock that was ahead
	}
	for began := time.Now(); ; {
		last := !time.Now().Before(settled)
		tasks, complete, err := v.Provider.List(ctx, Filter{Model: v.t.Request.Model, ServiceTier: v.t.Request.ServiceTier})
		if ctx.Err() != nil {
			return v.ended(ctx, v.t, StageUnknown, "", err), false
		}
		switch f := asFault(err); {
		case err != nil && (f.Class != Busy || time.Since(began) > v.Timing.Patience+v.Timing.Settle):
			return v.unknown(ctx, a, fmt.Errorf("it could not be looked up: %w", err)), false
		case err != nil:
		default:
			task, verdict := v.match(a, tasks)
			switch {
			case verdict == found:
				return v.take(ctx, a, task)
			case verdict == unclear:
				return v.unknown(ctx, a, fmt.Errorf("the provider lists tasks that may or may not be it")), false
			case !last:
			case !complete:
				return v.unknown(ctx, a, fmt.Errorf("the provider's list is not complete")), false
			case time.Since(a.IntendedAt) > recordLife:
				return v.unknown(ctx, a, fmt.Errorf("the provider lists only the last 7 days")), false
			default:
				return v.absent(ctx, a)
			}
		}
		if err := pause(ctx, v.findPause(settled)); err != nil {
			return v.ended(ctx, v.t, StageUnknown, "", err), false
		}
	}
}

// recordLife is how long the provider lists a task, less a margin for clocks (ark-api.md §2: 7 days).
const recordLife = 7*24*time.Hour - time.Hour

// findPause leaves the account's one list call per second to others too, but looks at once when the time has come.
func (v *life) findPause(settled time.Time) time.Duration {
	return min(max(time.Until(settled), time.Second), 5*time.Second)
}

// verdict is what a list says of a lost attempt.
type verdict int

const (
	absent verdict = iota
	found
	unclear
)

// match looks for the attempt among the provider's tasks. The mark is all but unique; where a service does not echo
// it, any task of the same model, size and time may be the one, and that is not for us to guess.
func (v *life) match(a *store.Attempt, tasks []Task) (task Task, is verdict) {
	from, until := a.IntendedAt.Add(-skew), a.IntendedAt.Add(v.Timing.Answer+v.Timing.Settle+skew)
	hits := 0
	for _, t := range tasks {
		if v.contradicts(t) {
			continue
		}
		inTime := !t.Created.Before(from) && !t.Created.After(until)
		switch {
		case t.ExpiresAfter == a.Mark && inTime:
			task, hits = t, hits+1
		case t.ExpiresAfter == a.Mark, t.ExpiresAfter == 0 && inTime:
			return Task{}, unclear
		}
	}
	switch hits {
	case 0:
		return Task{}, absent
	case 1:
		return task, found
	}
	return Task{}, unclear
}

// contradicts reports whether something that the task echoes differs from what was asked for.
func (v *life) contradicts(t Task) bool {
	r := v.t.Request
	switch {
	case t.Model != "" && t.Model != r.Model,
		t.Resolution != "" && t.Resolution != r.Resolution,
		t.Duration > 0 && r.Duration > 0 && t.Duration != r.Duration,
		r.Seed != nil && *r.Seed >= 0 && t.Seed != nil && *t.Seed != *r.Seed,
		r.SafetyIdentifier != "" && t.SafetyIdentifier != "" && t.SafetyIdentifier != r.SafetyIdentifier:
		return true
	}
	return false
}

// take records a task that was found as the attempt's own.
func (v *life) take(ctx context.Context, a *store.Attempt, task Task) (Outcome, bool) {
	a.State, a.Task, a.Message = store.Submitted, task.ID, ""
	if err := v.l.PutJournal(v.j); err != nil {
		return v.ended(ctx, v.t, StageUnknown, task.ID, err), false
	}
	return Outcome{}, true
}

// absent closes an attempt that never made a task.
func (v *life) absent(ctx context.Context, a *store.Attempt) (Outcome, bool) {
	v.unhold()
	v.close(a, &Fault{Class: Lost, Message: "the create call was lost before it made a task"})
	if err := v.l.PutJournal(v.j); err != nil {
		return v.ended(ctx, v.t, StageFailed, "", err), false
	}
	if v.tries >= maxTries {
		return v.ended(ctx, v.t, StageFailed, "", fmt.Errorf("the create call was lost %d times before it made a task", v.tries)), false
	}
	return Outcome{}, true
}

// unknown leaves the attempt as it is: the user decides.
func (v *life) unknown(ctx context.Context, a *store.Attempt, why error) Outcome {
	return v.ended(ctx, v.t, StageUnknown, "", fmt.Errorf("sent at %s, answer lost, and %w", a.IntendedAt.Local().Format(time.DateTime), why))
}
