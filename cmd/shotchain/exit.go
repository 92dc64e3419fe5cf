package main

import (
	"context"
	"errors"
	"fmt"

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
	exitInterrupted = 130 // tasks that run are picked up by the next run
)

// exitOf are the exit codes by the kind of failure.
var exitOf = map[Kind]int{
	Failed: exitFailed, Misused: exitUsage, Miswritten: exitStoryboard, Incomplete: exitIncomplete,
	OverBudget: exitBudget, Refused: exitAccount, Unclear: exitUnknown, Interrupted: exitInterrupted,
}

// ended is how a verb failed that has more to say than its failure.
type ended struct {
	*Failure
	told   bool // the user has seen it already
	result any  // of a run that came to an end, for JSON: the error is in it; nil for none
}

func (e *ended) Unwrap() error { return e.Failure }

// usage is the failure of a command line that is wrong.
func usage(hint, format string, args ...any) error {
	return &Failure{Kind: Misused, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// end tells the user of an error, if there is one, and returns the exit code.
func (p *program) end(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	f := AsFailure(ctx, err)
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
func (p *program) conclude(result map[string]any, fail *Failure) error {
	switch {
	case fail == nil && p.json:
		p.printJSON(result)
	case fail != nil:
		result["error"] = errorJSON(fail)
		return &ended{Failure: fail, result: result}
	}
	return nil
}

// jsonError is an error as every command tells it with --json.
type jsonError struct {
	Code        string   `json:"code"` // the kind of failure: each has its exit code
	Message     string   `json:"message"`
	Shot        string   `json:"shot,omitempty"`
	Place       string   `json:"place,omitempty"` // file:line:column
	Hint        string   `json:"hint,omitempty"`
	RetryWith   []string `json:"retry_with,omitzero"`    // options to add to the same command; empty: the same command again
	ServiceCode string   `json:"service_code,omitempty"` // the provider's own
	RequestID   string   `json:"request_id,omitempty"`
}

type jsonProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Source  string `json:"source,omitempty"`
}

func errorJSON(f *Failure) *jsonError {
	e := &jsonError{Code: string(f.Kind), Message: f.Message, Shot: f.Shot, Place: f.Place, Hint: f.Hint, RetryWith: f.Retry}
	if f.Fault != nil {
		e.ServiceCode, e.RequestID = f.Fault.Code, f.Fault.RequestID
	}
	return e
}

// jsonFailure is a failure without a result.
type jsonFailure struct {
	Error    *jsonError    `json:"error"`
	Problems []jsonProblem `json:"problems,omitempty"`
}

func failureJSON(f *Failure) jsonFailure {
	out := jsonFailure{Error: errorJSON(f)}
	for _, q := range f.Problems {
		out.Problems = append(out.Problems, jsonProblem{q.File, q.Line, q.Column, q.Message, q.Hint, q.Source})
	}
	return out
}
