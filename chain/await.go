package chain

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// A task is read again after 3 % of the time that it has taken, within these bounds: waiting loses at most 3 %.
const (
	pollShare   = 0.03
	pollSoonest = 500 * time.Millisecond
	pollLatest  = time.Minute
)

// young is how long a task that the provider does not know yet may just be new to it.
const young = time.Minute

// overdue is how long after its own expiry a task that still is not done counts as one that never ends.
const overdue = time.Hour

func (v *life) pollPause(since time.Time) time.Duration {
	d := time.Duration(pollShare * float64(time.Since(since)))
	return max(min(max(d, pollSoonest), pollLatest), v.plan.Graph.Service.Can.PollEvery)
}

// longest is for how long a task may be under way before its service ends it.
func (v *life) longest(task provider.Task) time.Duration {
	longest := cmp.Or(v.plan.Graph.Service.Can.TaskTime, 3*24*time.Hour)
	if d := time.Duration(task.ExpiresAfter) * time.Second; d > 0 {
		return min(d, longest)
	}
	return longest
}

// refOf names an attempt's task.
func refOf(a *store.Attempt) provider.Ref {
	return provider.Ref{Task: a.Task, Handle: provider.Handle(a.Handle)}
}

// await reads a task until it is done, and then keeps what it made.
func (v *life) await(ctx context.Context, a *store.Attempt) Outcome {
	v.underway(a)
	told, reached := provider.Status(""), time.Now()
	rung, leave := v.how.Bell.hear(a.Task)
	defer leave()
	if err := pauseOr(ctx, v.plan.Graph.Service.Can.PollFirst-time.Since(a.IntendedAt), rung); err != nil {
		return v.ended(ctx, InFlight, err)
	}
	for {
		task, err := v.how.Provider.Get(ctx, refOf(a))
		f := asFault(err)
		switch {
		case err == nil:
			reached = time.Now()
		case ctx.Err() != nil:
			return v.ended(ctx, InFlight, err)
		case f.Class == provider.Gone && time.Since(a.IntendedAt) > young:
			if clip, ok := v.there(ctx, a); ok && a.State == store.Succeeded {
				return v.book(ctx, a, provider.Task{ID: a.Task, Tokens: a.Tokens}, clip)
			}
			return v.gone(ctx, a, err)
		case f.Class != provider.Busy && f.Class != provider.Gone, time.Since(reached) > v.how.Timing.Patience:
			return v.ended(ctx, InFlight, err)
		}
		if err == nil {
			if task.Status.Done() {
				v.free()
				return v.done(ctx, a, task)
			}
			if task.Status != told {
				told = task.Status
				v.observe(Event{Take: v.t, Standing: Standing(told), Task: a.Task})
			}
			if time.Since(a.IntendedAt) > v.longest(task)+overdue {
				err := fmt.Errorf("task %s is %s long after it should have expired", a.Task, task.Status)
				return v.ended(ctx, Unclear, err)
			}
		}
		if err := pauseOr(ctx, max(v.pollPause(a.IntendedAt), f.RetryAfter), rung); err != nil {
			return v.ended(ctx, InFlight, err)
		}
	}
}

// gone ends an attempt whose task the provider no longer has. Where that was long ago, and
// the plan said that the clip is bought again, it is.
func (v *life) gone(ctx context.Context, a *store.Attempt, err error) Outcome {
	if a.State != store.Succeeded {
		return v.ended(ctx, Unclear, fmt.Errorf("the provider no longer has task %s: %w", a.Task, err))
	}
	planned := a.Lapsed(time.Now()) && v.tries == 0 && v.buys()
	f := &provider.Fault{Class: provider.Gone, Billed: provider.Yes,
		Message: "it was made, but its result is no longer to be had: " + err.Error()}
	v.close(a, f)
	a.Billed = provider.Yes.String()
	out := v.ended(ctx, Failed, f)
	if v.tries == 0 { // an earlier run has paid it
		v.unhold()
	} else {
		out.Spent = v.bill(provider.Task{Tokens: a.Tokens})
	}
	if err := v.l.PutJournal(v.j); err != nil {
		out.Fault = err
	} else if planned {
		return Outcome{again: true}
	}
	return out
}

// done turns a finished task into an outcome.
func (v *life) done(ctx context.Context, a *store.Attempt, task provider.Task) Outcome {
	if task.Status == provider.Succeeded {
		return v.keep(ctx, a, task)
	}
	f := task.Fault
	if !task.Status.Known() { // who knows what it comes to: neither failed nor free
		err := error(f)
		if f == nil {
			err = fmt.Errorf("task %s has a status that nobody knows", a.Task)
		}
		return v.ended(ctx, Unclear, err)
	}
	if f == nil {
		f = &provider.Fault{Class: provider.Invalid, Message: "the task was " + string(task.Status),
			RequestID: task.RequestID}
		if task.Status == provider.Failed {
			f = &provider.Fault{Class: provider.Internal, Message: "the task failed without a reason", RequestID: task.RequestID}
		}
	}
	f, spent, unsure := v.wasted(a, task, f)
	again := f.Class == provider.Internal && f.Billed == provider.No &&
		v.tries < maxTries // else a take could cost more than once
	if err := v.l.PutJournal(v.j); err != nil {
		out := v.ended(ctx, Failed, err)
		out.Spent, out.Unsure = spent, unsure
		return out
	}
	if again {
		v.observe(Event{Take: v.t, Standing: Again, Task: a.Task, Message: f.Error()})
		return Outcome{again: true}
	}
	out := v.ended(ctx, Failed, f)
	out.Spent, out.Unsure = spent, unsure
	return out
}
