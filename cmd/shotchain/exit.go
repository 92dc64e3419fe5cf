package main

import (
	"context"
	"errors"
	"fmt"

	"shotchain/film"
	"shotchain/internal/say"
)

// Exit codes. They are part of the program's contract: scripts depend on them.
const (
	exitDone        = 0
	exitFailed      = 1   // something else than what follows
	exitUsage       = 2   // the command line is wrong
	exitStoryboard  = 3   // the storyboard is wrong; nothing was written
	exitIncomplete  = 4   // some takes failed, the rest is kept
	exitBudget      = 5   // it would cost more than was allowed; nothing was bought
	exitAccount     = 6   // the provider refused the account; nothing more was submitted
	exitUnknown     = 7   // nobody knows whether a take was bought: the user decides
	exitLock        = 8   // there is no lock file, or the film is not the locked one
	exitWaiting     = 9   // a cut is left unmade until a take is picked
	exitWanting     = 10  // plan --exit-code: there is something to buy
	exitChanged     = 11  // run --plan: the plan is not the one that was written down; nothing was bought
	exitInterrupted = 130 // tasks that run are picked up by the next run
)

// exitOf are the exit codes by the kind of failure.
var exitOf = map[film.Kind]int{
	film.Failed: exitFailed, film.Misused: exitUsage, film.Miswritten: exitStoryboard, film.Incomplete: exitIncomplete,
	film.OverBudget: exitBudget, film.Refused: exitAccount, film.Unclear: exitUnknown, film.Interrupted: exitInterrupted,
	film.Unlocked: exitLock, film.Waiting: exitWaiting, film.Wanting: exitWanting,
	film.Changed: exitChanged,
}

// ended is how a verb failed that has more to say than its failure.
type ended struct {
	*film.Failure
	told   bool // the user has seen it already
	result any  // of a run that came to an end, for JSON: the error is in it; nil for none
}

func (e *ended) Unwrap() error { return e.Failure }

// usage is the failure of a command line that is wrong.
func usage(hint, format string, args ...any) error {
	return &film.Failure{Kind: film.Misused, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// end tells the user of an error, if there is one, and returns the exit code.
func (p *program) end(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	f := film.AsFailure(ctx, err)
	e := &ended{}
	_ = errors.As(err, &e)
	switch {
	case p.json && e.result != nil:
		p.printJSON(e.result)
	case p.json:
		p.printJSON(failureJSON(f))
	case e.told:
	case len(f.Problems) > 0:
		for _, problem := range f.Problems {
			fmt.Fprintln(p.err, problem.Format())
		}
		fmt.Fprintf(p.err, "shotchain: %s\n", f.Message)
	default:
		fmt.Fprintf(p.err, "shotchain: %s\n", say.Clean(f.Message))
		if f.Hint != "" {
			fmt.Fprintf(p.err, "  hint: %s\n", say.Clean(f.Hint))
		}
	}
	return exitOf[f.Kind]
}

// conclude ends a verb whose result is the same whether it failed or not. With --json the result is told once, with
// the error in it; fail is nil for none.
func (p *program) conclude(result map[string]any, fail *film.Failure) error {
	switch {
	case fail == nil && p.json:
		p.printJSON(result)
	case fail != nil:
		result["error"] = errorJSON(fail)
		return &ended{Failure: fail, result: result}
	}
	return nil
}
