package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/film"
	"shotchain/film/board"
	"shotchain/internal/say"
)

func (p *program) boardVerb() *cobra.Command {
	var o runFlags
	port := 0
	cmd := &cobra.Command{
		Use:   "board FILE",
		Short: "serve the contact sheet on this machine, live",
		Long: `Board serves the film's contact sheet at an address of this machine, which it prints on stdout, until it is interrupted.
The page follows what goes on: queued, running, downloading, done. A run can be started there, after its price was
shown, and stopped; tasks that run at the provider are picked up by the next run. A click on a take picks it, as
"shotchain pick" does; where "seam: { gate: stop }" holds a shot, a click has it grow from the moment that is suggested.
--max-cost and --max-takes bound what each run may buy.

The address holds a token: whoever has it can spend money with this key. It is served on 127.0.0.1 only, and pages
elsewhere can neither read nor use it.`,
		Example: "shotchain board film.yaml --max-cost 20",
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := p.boardOf(args[0], &o)
			if err != nil {
				return err
			}
			f, _, err := b.Look(cmd.Context())
			if err != nil {
				return err
			}
			f.Close()
			return p.serveBoard(cmd.Context(), b, port)
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "the `PORT` to serve at (default any that is free)")
	o.film.add(cmd)
	o.stores.add(cmd)
	o.limits.add(cmd, &o.film)
	o.budget.add(cmd)
	o.timing.add(cmd)
	o.output.add(cmd, &o.film)
	o.output.addSheet(cmd)
	o.calls.add(cmd)
	o.film.addDraft(cmd)
	o.limits.addDrafts(cmd)
	return cmd
}

// serveBoard serves until ctx ends.
func (p *program) serveBoard(ctx context.Context, b *board.Storyboard, port int) error {
	l, err := board.Listen(strconv.Itoa(port))
	if err != nil {
		return usage("choose a --port that is free", "the board cannot be served: %v", err)
	}
	s := board.New(ctx, b, l.Addr().String())
	if p.json {
		p.printJSON(map[string]any{"board": s.URL()})
	} else {
		fmt.Fprintln(p.out, s.URL())
	}
	p.say("the board is open until Ctrl-C; keep its address to yourself")
	return s.Serve(ctx, l)
}

// boardOf is the board of a storyboard. A run that is started there tells this terminal too; what it says, and where
// the film is, is talk here.
func (p *program) boardOf(path string, o *runFlags) (*board.Storyboard, error) {
	how, err := p.film(o.film, o.stores)
	if err != nil {
		return nil, err
	}
	quiet := *p
	quiet.out, quiet.json = p.err, false
	return board.Of(board.Options{File: path, Film: how, Plan: o.limits.PlanOptions, Output: o.output.Output,
		Budget: o.budget.Budget,
		Note:   func(words string) { p.say("%s", say.Clean(words)) },
		Make: func(ctx context.Context, _ *film.Film, plan *film.Plan, observe func(chain.Event)) (*film.Made, error) {
			return quiet.make(ctx, plan, o, observe)
		}}), nil
}

// runOnBoard makes a run while a board shows it.
func (p *program) runOnBoard(ctx context.Context, plan *film.Plan, o *runFlags) error {
	b, err := p.boardOf(plan.Film.File, o)
	if err != nil {
		return err
	}
	l, err := board.Listen("0")
	if err != nil {
		return err
	}
	serving, close := context.WithCancel(context.WithoutCancel(ctx))
	s := board.New(serving, b, l.Addr().String())
	served := make(chan error, 1)
	go func() { served <- s.Serve(serving, l) }()
	fmt.Fprintf(p.err, "board: %s\n", s.URL()) // also with --quiet: nobody could guess it

	stopped, end := s.Join()
	ctx, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(stopped, cancel)()
	made, err := p.make(ctx, plan, o, s.Observe)
	cancel()
	b.Saw(plan, made)
	told := "The run has ended, and its board with it."
	if err != nil {
		told = film.AsFailure(ctx, err).Message
	}
	end(told)
	close()
	<-served
	return err
}
