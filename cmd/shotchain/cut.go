package main

import (
	"context"

	"shotchain/film"
	"shotchain/internal/say"

	"github.com/spf13/cobra"
)

// cutFlags are all options of cut.
type cutFlags struct {
	film    filmFlags
	stores  storeFlags
	output  outputFlags
	keep    planFlags
	trace   traceFlags
	explain bool
	seams   string
}

func (p *program) cutVerb() *cobra.Command {
	var o cutFlags
	cmd := &cobra.Command{
		Use:   "cut FILE",
		Short: "assemble the film again from the clips there are",
		Long: `Cut assembles the film from the clips that the store holds: all cuts of the storyboard with all their outputs, or
those chosen with --cut. It talks to no provider, needs no key and spends nothing. Where a clip of a chosen cut is
missing it says which, and makes nothing. The paths of what was made are printed on stdout.

With --explain it makes nothing either, but prints what it would: which frames of which clip are seen when, what is
heard, and what is written on the picture, in frames, samples and timecode. With --dry-run it prints the ffmpeg
commands that are still to run. They can be pasted into a shell, one or all of them, and make what the program would
have made; those that read what the program alone can make – the mixed sound – are comments. Where seams are to be
corrected, what the correction is can only be measured: clips that were not yet are decoded even then, and those
commands are comments that say so.

--seams tries another setting of the storyboard's seam, for every shot, without touching the storyboard: the film
is made beside the other one, as <film>-seams, with a contact sheet that shows each seam before and after. It says
what was corrected and what is left.`,
		Example: "shotchain cut film.yaml --cut teaser --explain",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.again(cmd.Context(), args[0], &o) },
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	o.output.add(cmd, &o.film)
	cmd.Flags().BoolVar(&o.explain, "explain", false, "print the timeline and make nothing")
	cmd.Flags().StringVar(&o.seams, "seams", "", "try a `SETTING` of the seams, as colour=level,align=on,still=skip")
	o.trace.add(cmd, true)
	o.film.addDraft(cmd)
	o.keep.addDrafts(cmd)
	cmd.Flags().StringSliceVar(&o.keep.Keep, "keep", nil,
		"use the clips that these shots used last, whatever has changed since; `SHOT,...`")
	_ = cmd.RegisterFlagCompletionFunc("keep", o.film.completeShots)
	return cmd
}

// again is the verb.
func (p *program) again(ctx context.Context, path string, o *cutFlags) error {
	f, err := p.open(ctx, path, o.film, o.stores)
	if err != nil {
		return err
	}
	if err := film.Ready(); err != nil {
		return err
	}
	plan, err := f.Plan(ctx, o.keep.PlanOptions)
	if err != nil {
		return err
	}
	o.output.Aside, o.output.NoSheet = o.seams != "", o.seams == ""
	if err := plan.Into(o.output.Output); err != nil {
		return err
	}
	if o.seams != "" {
		if err := plan.Try(o.seams); err != nil {
			return err
		}
	}
	if err := plan.Feasible(ctx); err != nil {
		return err
	}
	if !o.explain {
		return p.cut(ctx, plan, o.trace)
	}
	all, err := f.Explain(ctx, plan)
	if err == nil {
		p.explain(all)
	}
	return err
}

// cut assembles the films of the clips that the store holds.
func (p *program) cut(ctx context.Context, plan *film.Plan, trace traceFlags) error {
	f, show := plan.Film, p.newProgress(plan.Film)
	how := p.making(plan.Film.Service, show, nil)
	how.Commands, how.Ran, how.DryRun = trace.commands(p), trace.ran(p), trace.dry
	made, err := f.Cut(ctx, plan, how)
	show.close()
	if made == nil || trace.dry {
		return err
	}
	p.tellFilms(made.Files)
	p.tellOld(made.Old)
	p.tellSeams(made.Seams)
	page := ""
	if err == nil && plan.Sheet != "" {
		for _, s := range made.Seams {
			for _, line := range s.Done() {
				p.say("%s", say.Clean(line))
			}
		}
		if page = made.WriteSheet(ctx); page != "" {
			p.say("contact sheet: %s", say.Path(page))
		}
	}
	if !p.json {
		p.printFilms(made.Files)
	}
	p.tellDrafts(f, made.Reel)
	if err == nil && p.json {
		all := filmsJSON(made.Files)
		result := map[string]any{"film": all[0], "films": all}
		if seams, chains := seamsJSON(made.Seams); len(seams) > 0 {
			result["seams"], result["chains"] = seams, chains
		}
		if page != "" {
			result["sheet"] = page
		}
		p.printJSON(result)
	}
	return err
}
