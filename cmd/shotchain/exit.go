package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"shotchain/chain"
	"shotchain/internal/say"
	"shotchain/storyboard"
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

// codes are the exit codes as words, for errors in JSON.
var codes = map[int]string{
	exitFailed: "failed", exitUsage: "usage", exitStoryboard: "storyboard", exitIncomplete: "incomplete",
	exitBudget: "over_budget", exitAccount: "account", exitUnknown: "unknown", exitInterrupted: "interrupted",
}

// failure is an error with an exit code and what a user can do about it.
type failure struct {
	exit     int
	message  string
	shot     string // full name, "" for none
	place    string // file:line:column, "" for none
	hint     string
	retry    []string            // options that, added to the same command, may make it pass; empty: the same again; nil: nothing known
	problems storyboard.Problems // of exitStoryboard
	told     bool                // the user has seen it already
	result   any                 // of a run that came to an end, for JSON: the error goes into it
	fault    *chain.Fault        // the provider's own words, nil for none
}

func (f *failure) Error() string { return f.message }

func usage(hint, format string, args ...any) error {
	return &failure{exit: exitUsage, message: fmt.Sprintf(format, args...), hint: hint}
}

// asFailure says what an error means for the exit code.
func asFailure(ctx context.Context, err error) *failure {
	var f *failure
	var ps storyboard.Problems
	var fault *chain.Fault
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &ps):
		return wrong(ps)
	case ctx.Err() != nil:
		return &failure{exit: exitInterrupted, message: "interrupted"}
	case errors.As(err, &fault):
		return &failure{exit: exitOf(fault), message: err.Error(), hint: fault.Hint, fault: fault}
	case errors.Is(err, fs.ErrNotExist):
		return &failure{exit: exitFailed, message: err.Error(), hint: "`shotchain new` writes a first storyboard"}
	case full(err):
		return &failure{exit: exitFailed, message: err.Error(), hint: "make room: `shotchain store gc --unused-for 0s` removes parts of films that can be made again"}
	}
	return &failure{exit: exitFailed, message: err.Error()}
}

// full reports whether an error says that a disk is: as the system does, or in ffmpeg's words, which are the same.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || strings.Contains(strings.ToLower(err.Error()), "no space left on device")
}

func exitOf(f *chain.Fault) int {
	if f.Class == chain.Account || f.Class == chain.Quota {
		return exitAccount
	}
	return exitFailed
}

func wrong(ps storyboard.Problems) *failure {
	f := &failure{exit: exitStoryboard, message: say.Count(len(ps), "problem") + " in the storyboard", problems: ps}
	if len(ps) > 0 {
		f.place, f.hint = place(ps[0]), ps[0].Hint
	}
	return f
}

func place(p storyboard.Problem) string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// end tells the user of an error, if there is one, and returns the exit code.
func (p *program) end(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	f := asFailure(ctx, err)
	switch {
	case p.json:
		p.jsonFailure(f)
	case f.told:
	case len(f.problems) > 0:
		for _, problem := range f.problems {
			fmt.Fprintln(p.err, problem.Format())
		}
		fmt.Fprintf(p.err, "shotchain: %s\n", f.message)
	default:
		fmt.Fprintf(p.err, "shotchain: %s\n", say.Clean(f.message))
		if f.hint != "" {
			fmt.Fprintf(p.err, "  hint: %s\n", say.Clean(f.hint))
		}
	}
	return f.exit
}

// jsonError is an error as every command tells it with --json.
type jsonError struct {
	Code        string   `json:"code"` // the exit code as a word
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

func (f *failure) json() *jsonError {
	e := &jsonError{Code: codes[f.exit], Message: f.message, Shot: f.shot, Place: f.place, Hint: f.hint, RetryWith: f.retry}
	if f.fault != nil {
		e.ServiceCode, e.RequestID = f.fault.Code, f.fault.RequestID
	}
	return e
}

// conclude ends a verb whose result is the same whether it failed or not. With --json the result is told once, with
// the error in it; fail is nil for none.
func (p *program) conclude(result map[string]any, fail *failure) error {
	switch {
	case fail == nil && p.json:
		p.printJSON(result)
	case fail != nil:
		result["error"] = fail.json()
		fail.result = result
		return fail
	}
	return nil
}

func (p *program) jsonFailure(f *failure) {
	if f.result != nil {
		p.printJSON(f.result)
		return
	}
	out := struct {
		Error    *jsonError    `json:"error"`
		Problems []jsonProblem `json:"problems,omitempty"`
	}{Error: f.json()}
	for _, q := range f.problems {
		out.Problems = append(out.Problems, jsonProblem{q.File, q.Line, q.Column, q.Message, q.Hint, q.Source})
	}
	p.printJSON(out)
}
