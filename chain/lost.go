package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// skew is how far the provider's clock may be from ours for a task still to count as this attempt's.
const skew = 5 * time.Minute

// find looks for the task of an attempt whose answer was never seen. It is adopted where the provider lists it,
// created again where it surely is absent – the list is complete, enough time has passed for a task to show up, and
// the list has shown us what we know to be there – and left to the user where that is not conclusive.
func (v *life) find(ctx context.Context, a *store.Attempt) Outcome {
	v.observe(Event{Take: v.t, Stage: StageLooking})
	settled := v.settled(a)
	for began := time.Now(); ; {
		last := !time.Now().Before(settled)
		tasks, complete, err := v.how.Provider.List(ctx, provider.Filter{ServiceTier: v.t.Request.ServiceTier})
		if ctx.Err() != nil {
			return v.ended(ctx, StageUnknown, err)
		}
		switch f := asFault(err); {
		case err != nil && (f.Class != provider.Busy || time.Since(began) > v.how.Timing.Patience+v.how.Timing.Settle):
			return v.unknown(ctx, a, fmt.Errorf("it could not be looked up: %w", err))
		case err != nil:
		default:
			task, verdict := v.match(a, tasks)
			switch {
			case verdict == found:
				return v.take(ctx, a, task)
			case verdict == unclear:
				return v.unknown(ctx, a, fmt.Errorf("the provider lists tasks that may or may not be it"))
			case !last:
			default:
				why := v.doubt(a, tasks, complete)
				if why == nil {
					return v.absent(ctx, a)
				}
				if errors.Is(why, errUncontrolled) && v.working.Load() > 1 && time.Since(settled) < v.how.Timing.Settle {
					break // another take of this run may be about to show what the list is worth
				}
				return v.unknown(ctx, a, why)
			}
		}
		if err := pause(ctx, v.findPause(settled)); err != nil {
			return v.ended(ctx, StageUnknown, err)
		}
	}
}

// doubt is why a list without the attempt's task does not prove that there is none; nil where it does.
func (v *life) doubt(a *store.Attempt, tasks []provider.Task, complete bool) error {
	switch {
	case !complete:
		return errors.New("the provider's list is not complete")
	case time.Since(a.IntendedAt) > recordLife:
		return errors.New("the provider lists only the last 7 days")
	case time.Until(a.IntendedAt) > skew, ahead(tasks):
		return errors.New("this machine's clock has been set back since, or is behind the provider's")
	}
	return v.control(a, tasks)
}

// settled is when a task of the attempt must be listed, if there is one. Where the answer was given up it is known
// when that was; where the program died, the call may have been sent up to a moment ago. A clock that was ahead then
// must not make anybody wait longer.
func (v *life) settled(a *store.Attempt) time.Time {
	at := a.IntendedAt.Add(v.how.Timing.Answer)
	if a.LostAt != nil {
		at = *a.LostAt
	}
	at = at.Add(v.how.Timing.Settle)
	if limit := time.Now().Add(v.how.Timing.Settle); at.After(limit) {
		return limit
	}
	return at
}

// ahead reports whether the provider lists something that by our clock has yet to happen: then what our clock says of
// the attempt's age cannot be trusted either.
func ahead(tasks []provider.Task) bool {
	return slices.ContainsFunc(tasks, func(t provider.Task) bool { return time.Until(t.Created) > skew })
}

// recordLife is how long the provider lists a task, less a margin for clocks (ark-api.md §2: 7 days).
const recordLife = store.TaskLife

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

// match looks for the attempt among the provider's tasks. What has its identifier is its task, whatever the clocks
// say and whatever else a gateway makes of it. Its expiry is all but unique too, and no two attempts of a run share
// one: the one task that has it, was made in the attempt's time and contradicts nothing is the attempt's. One that has
// the expiry but not the rest – the clocks differ, a gateway calls the model by another name – may be it, and so may
// any of about its length on a service that echoes no mark: that is not for us to guess. What another attempt has on
// record is not this one's.
func (v *life) match(a *store.Attempt, tasks []provider.Task) (task provider.Task, is verdict) {
	var owned map[string]record
	for _, t := range tasks {
		named := a.Identifier != "" && t.SafetyIdentifier == a.Identifier
		unmarked := t.ExpiresAfter == 0 && t.SafetyIdentifier == "" && !v.otherLength(t)
		if !named && !unmarked && t.ExpiresAfter != a.Mark {
			continue
		}
		if owned == nil {
			owned = recorded(v.how.Store)
		}
		if _, ok := owned[t.ID]; ok {
			continue
		}
		if is == found || unmarked || !named && (!v.inTime(*a, t) || v.contradicts(a, t)) {
			return provider.Task{}, unclear
		}
		task, is = t, found
	}
	return task, is
}

// inTime reports whether a task was made, by the provider's clock, when the attempt's call was under way by ours.
func (v *life) inTime(a store.Attempt, t provider.Task) bool {
	until := a.IntendedAt.Add(v.how.Timing.Answer + v.how.Timing.Settle + skew)
	if a.LostAt != nil && a.LostAt.Add(v.how.Timing.Settle+skew).After(until) {
		until = a.LostAt.Add(v.how.Timing.Settle + skew)
	}
	return !t.Created.Before(a.IntendedAt.Add(-skew)) && !t.Created.After(until)
}

// otherLength reports whether a task surely makes a clip of another length.
func (v *life) otherLength(t provider.Task) bool {
	return t.Duration > 0 && v.t.Request.Duration > 0 && t.Duration != v.t.Request.Duration
}

// contradicts reports whether something that the task echoes differs from what was asked for. An endpoint's id (ep-…)
// is echoed as the model behind it.
func (v *life) contradicts(a *store.Attempt, t provider.Task) bool {
	r := v.t.Request
	sent := cmp.Or(r.SafetyIdentifier, a.Identifier)
	switch {
	case t.Model != "" && t.Model != r.Model && !strings.HasPrefix(r.Model, "ep-"),
		t.Resolution != "" && t.Resolution != r.Resolution,
		v.otherLength(t),
		r.Seed != nil && *r.Seed >= 0 && t.Seed != nil && *t.Seed != *r.Seed,
		sent != "" && t.SafetyIdentifier != "" && t.SafetyIdentifier != sent:
		return true
	}
	return false
}

// take records a task that was found as the attempt's own.
func (v *life) take(ctx context.Context, a *store.Attempt, task provider.Task) Outcome {
	a.State, a.Task, a.Message = store.Submitted, task.ID, ""
	v.task = task.ID
	if err := v.l.PutJournal(v.j); err != nil {
		return v.ended(ctx, StageUnknown, err)
	}
	return Outcome{again: true}
}

// absent closes an attempt that never made a task.
func (v *life) absent(ctx context.Context, a *store.Attempt) Outcome {
	v.unhold()
	v.close(a, &provider.Fault{Class: provider.Lost, Message: "the create call was lost before it made a task"})
	if err := v.l.PutJournal(v.j); err != nil {
		return v.ended(ctx, StageFailed, err)
	}
	if v.tries >= maxTries {
		return v.ended(ctx, StageFailed, fmt.Errorf("the create call was lost %d times before it made a task", v.tries))
	}
	return Outcome{again: true}
}

// unknown leaves the attempt as it is: the user decides.
func (v *life) unknown(ctx context.Context, a *store.Attempt, why error) Outcome {
	return v.ended(ctx, StageUnknown, fmt.Errorf("sent at %s, answer lost, and %w", a.IntendedAt.Local().Format(time.DateTime), why))
}
