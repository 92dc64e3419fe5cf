// Command shotchain turns a storyboard into a film: it generates each shot's clip, starting it from the last frame of
// the shot that it continues, and assembles the clips. `shotchain help` is its manual.
//
// The command only introduces the packages to each other. Each verb has a file of its own; film.go opens what a verb
// works on, service.go chooses who makes the clips, terminal.go holds the rules of the terminal and exit.go those of
// the exit code. Nothing imports this package.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"shotchain/film"
)

func main() { start(hooks{}) }

// start runs the program for the process and ends it.
func start(h hooks) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup means it to go on
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	// After the first signal the second one has its plain meaning: the program ends at once.
	context.AfterFunc(ctx, stop)
	p := newProgram(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	p.hooks = h
	os.Exit(p.main(ctx, os.Args[1:]))
}

// run is the whole program and returns its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, err io.Writer, env func(string) string) int {
	return newProgram(in, out, err, env).main(ctx, args)
}

func newProgram(in io.Reader, out, err io.Writer, env func(string) string) *program {
	return &program{terminal: newTerminal(in, out, err, env), env: env, temps: &film.Scratch{}}
}

// main runs a command line and returns its exit code.
func (p *program) main(ctx context.Context, args []string) int {
	defer p.temps.Remove()
	root := p.root()
	p.json = slices.Contains(args, "--json")  // so that a command line that cannot be read is told of in JSON too
	root.SetArgs(append([]string{}, args...)) // nil would mean those of the process
	return p.end(ctx, root.ExecuteContext(ctx))
}
