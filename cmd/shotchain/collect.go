package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/film"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// tasks are the options of verbs that deal with the tasks of earlier runs.
type tasks struct {
	keeper
	catalogueFlags
	serviceFlags
	timing timingFlags
}

func (o *tasks) add(cmd *cobra.Command) {
	o.keeper.add(cmd)
	o.catalogueFlags.add(cmd)
	o.serviceFlags.add(cmd)
	o.serviceFlags.ofFilm(cmd)
}

// unfinished finds the provider's open tasks in the store. What belongs to another provider is told.
func (p *program) unfinished(o tasks, args []string) (film.Service, *film.Tasks, error) {
	s, choose, err := p.chooser(o.serviceFlags, o.catalogueFlags)
	if err == nil && choose != nil {
		s, err = choose(namedIn(args))
	}
	if err != nil {
		return s, nil, err
	}
	st, err := p.peek(o.keeper, args)
	if err != nil {
		return s, nil, err
	}
	models, err := o.catalogue()
	if err != nil {
		return s, nil, err
	}
	found, err := film.TasksOf(st, s, models)
	for name, n := range found.Others {
		p.say("%s of %s left alone: choose it with --provider and --base-url", say.Count(n, "task"), say.Clean(name))
	}
	return s, found, err
}

// namedIn is the provider that an optional storyboard names, as far as it can be read; "" for none.
func namedIn(args []string) string {
	if len(args) == 0 {
		return ""
	}
	sb, _ := storyboard.Load(args[0], storyboard.Options{})
	if sb == nil {
		return ""
	}
	return sb.Look.Provider.Value
}

func (p *program) collectVerb() *cobra.Command {
	var o tasks
	cmd := &cobra.Command{
		Use:   "collect [FILE]",
		Short: "fetch the clips of tasks that earlier runs have bought",
		Long: `Collect waits for the tasks that earlier runs have left at the provider and keeps what they made, in the store beside
FILE, or here. It needs no storyboard and buys nothing. Where the answer to a create call was lost, it looks the task up
in the provider's list first. A task that failed, or was never made, is only told: the next run makes the clip.`,
		Example: "shotchain collect --provider ark",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, found, err := p.unfinished(o, args)
			if err != nil {
				return err
			}
			return p.collect(cmd.Context(), s, found, o.timing)
		},
	}
	o.add(cmd)
	o.timing.add(cmd)
	return cmd
}

func (p *program) collect(ctx context.Context, s film.Service, found *film.Tasks, t timingFlags) error {
	if len(found.Open) == 0 {
		if p.json {
			p.printJSON(map[string]any{"collected": []any{}})
		} else {
			fmt.Fprintln(p.out, "nothing is in flight")
		}
		return nil
	}
	if err := film.Ready(); err != nil {
		return err
	}
	show := progress(silence{})
	if !p.json && !p.quiet {
		show = &lines{p: p, charged: true, last: map[*graph.Take]chain.Standing{}}
	}
	how := p.making(s, show, nil)
	how.Timing = t.Timing
	reel, err := found.Collect(ctx, how)
	if reel == nil {
		return err
	}
	if !p.json {
		for _, o := range reel.Outcomes {
			if o.Ok() {
				fmt.Fprintln(p.out, say.Path(o.Dir.Path(o.Clip.Video.Name)))
			}
		}
	}
	return p.conclude(collectedJSON(reel), collected(ctx, s, reel, err))
}

// collected says how a collection ended.
func collected(ctx context.Context, s film.Service, r *chain.Reel, err error) *film.Failure {
	var fault *provider.Fault
	switch {
	case ctx.Err() != nil:
		return &film.Failure{Kind: film.Interrupted, Message: "interrupted", Hint: "`shotchain collect` goes on"}
	case errors.As(err, &fault):
		return &film.Failure{Kind: film.Refused, Message: fmt.Sprintf("%s refused the account: %s", s.Host(), fault),
			Hint: fault.Hint, Fault: fault}
	case err != nil:
		return film.AsFailure(ctx, err)
	}
	var bad []string
	kind := film.Incomplete
	for _, o := range r.Outcomes {
		if o.Ok() {
			continue
		}
		bad = append(bad, fmt.Sprintf("%s: %v", o.Take.Name(), o.Fault))
		if o.Standing == chain.Unclear {
			kind = film.Unclear
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &film.Failure{Kind: kind, Message: strings.Join(bad, "\n"),
		Hint: "`shotchain run` makes what is missing; --resubmit SHOT buys a clip whose outcome is unknown again"}
}

func (p *program) cancelVerb() *cobra.Command {
	var o tasks
	cmd := &cobra.Command{
		Use:   "cancel [FILE]",
		Short: "end the tasks that are still queued at the provider",
		Long: `Cancel ends the tasks of earlier runs, or of one that goes on elsewhere, that are still queued; they are not billed. A
task that runs cannot be stopped, and is billed if it succeeds: it is named, and collect or the next run keeps its clip.`,
		Example: "shotchain cancel film.yaml --provider ark",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, found, err := p.unfinished(o, args)
			if err != nil {
				return err
			}
			all, err := found.Cancel(cmd.Context(), p.making(s, silence{}, nil))
			if err != nil {
				return err
			}
			return p.cancel(cmd.Context(), all)
		},
	}
	o.add(cmd)
	return cmd
}

func (p *program) cancel(ctx context.Context, all []chain.Cancellation) error {
	rows := []map[string]any{}
	left := 0
	for _, c := range all {
		row := map[string]any{"shot": c.Request.Shot, "task": c.Attempt.Task, "cancelled": c.Ended}
		line := fmt.Sprintf("%s: cancelled, task %s", c.Request.Shot, say.Clean(c.Attempt.Task))
		if c.Why != nil {
			row["reason"] = c.Why.Error()
			line = fmt.Sprintf("%s: not cancelled, task %s: %s", c.Request.Shot, say.Clean(c.Attempt.Task),
				say.Clean(c.Why.Error()))
		}
		if !c.Ended {
			left++
		}
		rows = append(rows, row)
		if !p.json {
			fmt.Fprintln(p.out, line)
		}
	}
	switch {
	case p.json:
		p.printJSON(map[string]any{"tasks": rows})
	case len(all) == 0:
		fmt.Fprintln(p.out, "nothing is in flight")
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if left > 0 {
		p.say("%s left; `shotchain collect` keeps what finishes", say.Count(left, "task"))
	}
	return nil
}
