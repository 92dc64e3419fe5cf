package film

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/film/seams"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/render/sheet"
	"shotchain/storyboard"
)

// Kind says what a failure means for whoever asked.
type Kind string

const (
	Failed      Kind = "failed"      // something else than what follows
	Misused     Kind = "usage"       // what was asked for makes no sense
	Miswritten  Kind = "storyboard"  // the storyboard is wrong; nothing was written
	Incomplete  Kind = "incomplete"  // some takes failed, the rest is kept
	OverBudget  Kind = "over_budget" // it would cost more than was allowed; nothing was bought
	Refused     Kind = "account"     // the provider refused the account; nothing more was submitted
	Unclear     Kind = "unknown"     // nobody knows whether a take was bought: the user decides
	Unlocked    Kind = "lock"        // there is no lock file, or the film is not the locked one; nothing was bought
	Changed     Kind = "changed"     // the plan is not the one that was written down; nothing was bought
	Waiting     Kind = "waiting"     // a cut is left unmade until a take is picked; the clips there are have been kept
	Wanting     Kind = "to_buy"      // of a plan that was asked whether there is something to buy: there is
	Interrupted Kind = "interrupted" // tasks that run are picked up by the next run
)

// Failure is an error with its kind and what a user can do about it.
type Failure struct {
	Kind     Kind
	Message  string
	Shot     string              // full name, "" for none
	Place    string              // file:line:column, "" for none
	Hint     string              // "" for none
	Retry    []string            // options that, added to the same command, may make it pass; empty: the same again; nil: nothing known
	Problems storyboard.Problems // of Miswritten
	Fault    *provider.Fault     // the provider's own words, nil for none
}

func (f *Failure) Error() string { return f.Message }

// misused is a failure of who asked.
func misused(hint, format string, args ...any) error {
	return &Failure{Kind: Misused, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// AsFailure says what any error of this program means, and what helps. A context that has ended makes it Interrupted.
func AsFailure(ctx context.Context, err error) *Failure {
	var f *Failure
	var ps storyboard.Problems
	var fault *provider.Fault
	var refused *seams.Refused
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &refused):
		return &Failure{Kind: Incomplete, Shot: refused.Shot, Message: err.Error(),
			Hint: "its `seam` has `gate: stop`: with `warn` the film is made without"}
	case errors.As(err, &ps):
		return miswritten(ps)
	case ctx.Err() != nil:
		return &Failure{Kind: Interrupted, Message: "interrupted"}
	case errors.As(err, &fault):
		return &Failure{Kind: kindOf(fault), Message: err.Error(), Hint: fault.Hint, Fault: fault}
	case errors.Is(err, fs.ErrNotExist):
		return &Failure{Kind: Failed, Message: err.Error(), Hint: "`shotchain new` writes a first storyboard"}
	case errors.Is(err, store.ErrLink):
		return &Failure{Kind: Failed, Message: err.Error(),
			Hint: "remove the link; a folder elsewhere is used where --store or " + EnvStore + " names it, without links in it"}
	case errors.Is(err, sheet.ErrLink):
		return &Failure{Kind: Failed, Message: err.Error(),
			Hint: "remove the link, or name another folder for the contact sheet"}
	case full(err):
		return &Failure{Kind: Failed, Message: err.Error(),
			Hint: "make room: `shotchain store gc --unused-for 0s` removes parts of films that can be made again"}
	case undecoded(err):
		return &Failure{Kind: Failed, Message: err.Error(),
			Hint: "a clip may be damaged: `shotchain store verify` reads and decodes every one"}
	}
	return &Failure{Kind: Failed, Message: err.Error()}
}

// undecoded reports whether ffmpeg ended over what it was given to read.
func undecoded(err error) bool {
	var e *ffmpeg.Error
	return errors.As(err, &e) && slices.ContainsFunc([]string{"invalid data", "decod", "moov atom", "corrupt"},
		func(word string) bool { return strings.Contains(strings.ToLower(e.Cause), word) })
}

// full reports whether an error says that a disk is: as the system does, or in ffmpeg's words, which are the same.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || strings.Contains(strings.ToLower(err.Error()), "no space left on device")
}

func kindOf(f *provider.Fault) Kind {
	if f.Class == provider.Account || f.Class == provider.Quota {
		return Refused
	}
	return Failed
}

func miswritten(ps storyboard.Problems) *Failure {
	f := &Failure{Kind: Miswritten, Message: say.Count(len(ps), "problem") + " in the storyboard", Problems: ps}
	if len(ps) > 0 {
		f.Place, f.Hint = place(ps[0]), ps[0].Hint
	}
	return f
}

func place(p storyboard.Problem) string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}
