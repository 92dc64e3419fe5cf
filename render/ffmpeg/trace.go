package ffmpeg

import (
	"context"
	"path"
	"strings"
	"time"
)

type (
	tracerKey struct{}
	shotsKey  struct{}
)

// Step is a process that has ended.
type Step struct {
	What         string   // the program, and the file that it reads or writes last
	Shots        []string // that it works for, as For said; nil for nobody knows
	Began, Ended time.Time
}

// Traced is ctx with a listener: report is told of every process that is run with the context, when it has ended. It
// may be called by many goroutines at once.
func Traced(ctx context.Context, report func(Step)) context.Context {
	return context.WithValue(ctx, tracerKey{}, report)
}

// For is ctx for work on these shots: what is run with it is told to be for them, and for nothing that an outer
// context named.
func For(ctx context.Context, shots ...string) context.Context {
	return context.WithValue(ctx, shotsKey{}, shots)
}

// traced tells the context's listener, if there is one, of a process that began then and has just ended.
func traced(ctx context.Context, program string, args []string, began time.Time) {
	report, ok := ctx.Value(tracerKey{}).(func(Step))
	if !ok {
		return
	}
	what := program[strings.LastIndexAny(program, `/\`)+1:]
	if last := len(args) - 1; last >= 0 && len(args[last]) > 1 && args[last][0] == '-' { // a question about ffmpeg itself
		what += " " + args[last]
	}
	for i := len(args) - 1; i >= 0; i-- {
		if name, ok := strings.CutPrefix(args[i], "file:"); ok {
			folder := path.Base(path.Dir(name))
			what += " " + folder[:min(len(folder), 12)] + "/" + path.Base(name)
			break
		}
	}
	shots, _ := ctx.Value(shotsKey{}).([]string)
	report(Step{What: what, Shots: shots, Began: began, Ended: time.Now()})
}
