package film

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"shotchain/chain"
	"shotchain/chain/provider"
	"shotchain/internal/say"
)

// Outcome says how a run of the film ended; nil where every take has its clip.
func (f *Film) Outcome(ctx context.Context, r *chain.Reel, err error) *Failure {
	var fault *provider.Fault
	switch {
	case ctx.Err() != nil:
		return &Failure{Kind: Interrupted, Message: "interrupted", Hint: f.afterwards(r), Retry: []string{}}
	case errors.As(err, &fault):
		return &Failure{Kind: Refused, Message: fmt.Sprintf("%s refused the account: %s", f.Service.Host(), fault),
			Hint: fault.Hint, Fault: fault}
	case err != nil:
		return AsFailure(ctx, err)
	case r.Whole(), r.Count(chain.Cached)+r.Count(chain.Kept)+r.Count(chain.Unpicked) == len(r.Outcomes):
		return nil
	}
	fail := &Failure{Kind: Incomplete, Retry: []string{},
		Hint: fmt.Sprintf("`%s` makes only what is missing", f.Command("run"))}
	if gone := missingOf(f.wholes(), r); len(gone) > 0 {
		fail.Shot, fail.Message = gone[0], fmt.Sprintf("no film: %s missing; the clips there are have been kept",
			strings.Join(gone, ", "))
		if len(r.Graph.Films) > 1 {
			fail.Message = "not every film: " + strings.TrimPrefix(fail.Message, "no film: ")
		}
	} else if r.Count(chain.Cached)+r.Count(chain.Kept)+r.Count(chain.Unpicked)+r.Count(chain.Left) == len(r.Outcomes) {
		return nil // drafts stand in for what was left out, as the user wants it
	} else {
		fail.Message = "the film has its clips, but not every take was made"
	}
	for _, o := range r.Outcomes {
		if held := (*chain.Held)(nil); errors.As(o.Fault, &held) {
			fail.Shot, fail.Message, fail.Hint = o.Take.Name(), fmt.Sprintf("%s is held: %s", o.Take.Name(), held), held.Hint
		}
	}
	for _, o := range r.Outcomes {
		if o.Standing == chain.Unclear {
			fail.Kind, fail.Shot, fail.Retry = Unclear, o.Take.Name(), []string{"--resubmit", o.Take.Shot.Name()}
			fail.Message = fmt.Sprintf("nobody can tell whether %s was bought: %v", o.Take.Name(), o.Fault)
			fail.Hint = fmt.Sprintf(
				"`shotchain collect` looks it up once more, and so does the next run; the service's console may know it; `shotchain run --resubmit %s` buys it again", o.Take.Shot.Name())
			break
		}
	}
	return fail
}

// afterwards says what becomes of the tasks that an interrupted run leaves behind.
func (f *Film) afterwards(r *chain.Reel) string {
	n := r.Count(chain.InFlight)
	switch {
	case f.Service.Simulated():
		return fmt.Sprintf("the next run makes what is missing: `%s`", f.Command("run"))
	case n == 1:
		return fmt.Sprintf("1 task is still running at %s; the next run picks it up: `%s`", f.Service.Name, f.Command("run"))
	case n > 1:
		return fmt.Sprintf("%d tasks are still running at %s; the next run picks them up: `%s`", n, f.Service.Name,
			f.Command("run"))
	}
	return fmt.Sprintf("no task is running; the next run makes what is missing: `%s`", f.Command("run"))
}

// Bill says how many clips were bought, for how much, and how many cost nothing in this run.
func (f *Film) Bill(r *chain.Reel) string {
	kept, cached := r.Count(chain.Kept), r.Count(chain.Cached)
	if f.Service.Simulated() {
		return fmt.Sprintf("made %s for nothing, %d from the store", say.Count(kept, "clip"), cached)
	}
	bought := 0
	for _, o := range r.Outcomes {
		if o.Standing == chain.Kept && o.Spent.Micros > 0 {
			bought++
		}
	}
	spent := r.Spent
	if len(r.Graph.Takes) > 0 {
		spent.Currency = r.Graph.Takes[0].Cost.Currency // also of nothing
	}
	s := fmt.Sprintf("bought %s for %s", say.Count(bought, "clip"), spent.String())
	if r.Unsure.Micros > 0 {
		s += fmt.Sprintf(" (up to %s more may be billed for what failed)", r.Unsure.String())
	}
	if kept > bought {
		s += fmt.Sprintf(", picked up %d of earlier runs", kept-bought)
	}
	s += fmt.Sprintf(", %d from the store", cached)
	if r.Saved.Micros > 0 {
		s += fmt.Sprintf(" (saved %s)", r.Saved.String())
	}
	return s
}
