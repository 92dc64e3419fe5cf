package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// taskLife is how long a service tells of a task, counted from the create call, less a margin for clocks. Where nobody
// knows it is so long that only the service's own word, that there is no such task, ends it.
func taskLife(can provider.Abilities) time.Duration {
	return cmp.Or(can.TaskLife, 365*24*time.Hour) - time.Hour
}

// find looks for the task of an attempt whose answer was never seen. It is adopted where the provider finds it, created
// again where the provider says that there is none, and left to the user where neither is certain.
func (v *life) find(ctx context.Context, a *store.Attempt) Outcome {
	v.observe(Event{Take: v.t, Standing: Looking})
	began, asked := time.Now(), v.lookedFor(a)
	var uncontrolled time.Time // since when only other takes of this run could settle it
	for {
		is, err := v.how.Provider.Find(ctx, asked)
		if ctx.Err() != nil {
			return v.ended(ctx, Unclear, err)
		}
		f := asFault(err)
		switch {
		case err != nil && (f.Class != provider.Busy || time.Since(began) > v.how.Timing.Patience+v.how.Timing.Settle):
			return v.unknown(ctx, a, fmt.Errorf("it could not be looked up: %w", err))
		case err != nil:
		case is.Verdict == provider.Found && is.Made.Task != "":
			return v.take(ctx, a, is.Made)
		case is.Verdict == provider.Absent:
			return v.absent(ctx, a)
		case is.Verdict == provider.NotYet && time.Until(is.Until) <= v.how.Timing.Patience:
		case is.Verdict == provider.NotYet:
			return v.unknown(ctx, a, fmt.Errorf("it cannot be told before %s what became of it: %w",
				is.Until.Local().Format(time.DateTime), orSilent(is.Why)))
		case is.More && v.working.Load() > 1 && (uncontrolled.IsZero() || time.Since(uncontrolled) < v.how.Timing.Settle):
			if uncontrolled.IsZero() {
				uncontrolled = time.Now()
			}
		case is.Verdict == provider.Unable:
			return v.unknown(ctx, a, fmt.Errorf("it could not be looked up: %w", orSilent(is.Why)))
		default:
			return v.unknown(ctx, a, orSilent(is.Why))
		}
		if err := pause(ctx, max(f.RetryAfter, findPause(is))); err != nil {
			return v.ended(ctx, Unclear, err)
		}
	}
}

// orSilent is why nothing can be concluded, also where the provider does not say.
func orSilent(why error) error {
	if why == nil {
		return errors.New("the provider cannot say what became of it")
	}
	return why
}

// findPause leaves a provider's look-ups, which it counts, to others too, but looks at once when the time has come.
func findPause(is provider.Finding) time.Duration {
	return min(max(time.Until(is.Until), time.Second), 5*time.Second)
}

// lookedFor is the attempt as its provider is asked for it. Where the answer was given up it is known when that was;
// where the program died, the call may have been sent up to a moment ago. A clock that was ahead then must not make
// anybody wait longer.
func (v *life) lookedFor(a *store.Attempt) provider.Attempt {
	over := a.IntendedAt.Add(v.how.Timing.Answer)
	if a.LostAt != nil {
		over = *a.LostAt
	}
	if now := time.Now(); over.After(now) {
		over = now
	}
	r := v.t.Request
	r.Mark = a.Mark
	return provider.Attempt{Request: r, Intended: a.IntendedAt, Latest: v.latest(a), Shown: over.Add(v.how.Timing.Settle),
		Known: v.known}
}

// latest is when, by our clock, the provider has made the task of an attempt at the latest.
func (v *life) latest(a *store.Attempt) time.Time {
	at := a.IntendedAt.Add(v.how.Timing.Answer)
	if a.LostAt != nil && a.LostAt.After(at) {
		at = *a.LostAt
	}
	return at.Add(v.how.Timing.Settle)
}

// known are the tasks that the store's attempts are known to have made. What cannot be read only leaves more to the
// user.
func (v *life) known() map[string]provider.Known {
	known := map[string]provider.Known{}
	takes, _ := v.how.Store.Takes()
	for _, t := range takes {
		j, err := t.Journal()
		if err != nil {
			continue
		}
		for i := range j.Attempts {
			if a := &j.Attempts[i]; a.Task != "" {
				known[a.Task] = provider.Known{Alike: v.alike(t), Mark: a.Mark, Intended: a.IntendedAt, Latest: v.latest(a)}
			}
		}
	}
	return known
}

// alike reports whether a take was asked of the same service and model: gateways treat each model in its own way.
func (v *life) alike(take store.Take) bool {
	r, err := take.Request()
	if err != nil || r.Provider != v.plan.Graph.Service.Namespace {
		return false
	}
	asked, err := requestOf(r)
	return err == nil && asked.Model == v.t.Request.Model
}

// take records a task that was found as the attempt's own.
func (v *life) take(ctx context.Context, a *store.Attempt, made provider.Created) Outcome {
	v.submitted(a, made)
	if err := v.l.PutJournal(v.j); err != nil {
		return v.ended(ctx, Unclear, err)
	}
	return Outcome{again: true}
}

// absent closes an attempt that never made a task.
func (v *life) absent(ctx context.Context, a *store.Attempt) Outcome {
	v.unhold()
	v.close(a, &provider.Fault{Class: provider.Lost, Message: "the create call was lost before it made a task"})
	if err := v.l.PutJournal(v.j); err != nil {
		return v.ended(ctx, Failed, err)
	}
	if v.tries >= maxTries {
		return v.ended(ctx, Failed, fmt.Errorf("the create call was lost %d times before it made a task", v.tries))
	}
	return Outcome{again: true}
}

// unknown leaves the attempt as it is: the user decides.
func (v *life) unknown(ctx context.Context, a *store.Attempt, why error) Outcome {
	return v.ended(ctx, Unclear, fmt.Errorf("sent at %s, answer lost, and %w",
		a.IntendedAt.Local().Format(time.DateTime), why))
}
