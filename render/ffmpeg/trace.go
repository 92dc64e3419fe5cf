package ffmpeg

import (
	"context"
	"path"
	"strings"
	"time"
)

type tracer struct{}

// Traced is ctx with a listener: report is told of every process that is run with the context, when it has ended. It
// may be called by many goroutines at once. what names the program and the file that it reads or writes last.
func Traced(ctx context.Context, report func(what string, began, ended time.Time)) context.Context {
	return context.WithValue(ctx, tracer{}, report)
}

// traced tells the context's listener, if there is one, of a process that began then and has just ended.
func traced(ctx context.Context, program string, args []string, began time.Time) {
	report, ok := ctx.Value(tracer{}).(func(string, time.Time, time.Time))
	if !ok {
		return
	}
	what := program[strings.LastIndexAny(program, `/\`)+1:]
	for i := len(args) - 1; i >= 0; i-- {
		if name, ok := strings.CutPrefix(args[i], "file:"); ok {
			folder := path.Base(path.Dir(name))
			what += " " + folder[:min(len(folder), 12)] + "/" + path.Base(name)
			break
		}
	}
	report(what, began, time.Now())
}
