package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain/lint"
	"shotchain/film"
	"shotchain/internal/say"
)

func (p *program) checkVerb() *cobra.Command {
	var flags filmFlags
	var strict strictFlag
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "read a storyboard and report every problem",
		Long: `Check reads a storyboard, its stills, and what its models can do at the chosen provider, and lays out its cuts with the
clips that there will be. Every problem is reported, in file order, with its line and what would work: what it finds
right, run does not refuse. Nothing is written, sent or spent.

It also warns where a chain of shots is likely to be seen, each warning with the name of its rule:

  deep      more than 4 links since an opening or a still: pictures degrade
  again     comparatives ("closer"), which every link applies to its own result
  cut       a continuing shot that is told to cut
  fade      a shot that another grows from, and that ends in the dark
  ending    a shot that another grows from, and that ends without a face
  ratio, style, model   two shots joined by a frame differ in them
  length    a duration of auto in a chain
  speech    spoken lines on both sides of a join
  mute      dialogue or sounds of a clip that is made without sound

A comment on the line allows it: # shotchain: allow deep`,
		Example: "shotchain check film.yaml --var keeper=\"a young keeper\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := p.open(cmd.Context(), args[0], flags, storeFlags{})
			if err != nil {
				return err
			}
			plan, err := f.Plan(cmd.Context(), film.PlanOptions{})
			if err != nil {
				return err
			}
			if err := p.foresee(cmd.Context(), plan); err != nil {
				return err
			}
			ws, err := strict.warned(f)
			if err != nil {
				return err
			}
			p.printChecked(f, ws)
			return nil
		},
	}
	flags.add(cmd)
	strict.add(cmd)
	return cmd
}

func (p *program) printChecked(f *film.Film, ws []lint.Warning) {
	c := checked{OK: true, Title: f.Title, Provider: f.Service.Name, Scenes: len(f.Scenes), Shots: len(f.Shots()),
		Takes: len(f.Graph.Takes), Chains: f.Chains(), Seconds: f.Seconds(), Cuts: max(1, len(f.Cuts)),
		Warnings: warningsJSON(ws)}
	if p.json {
		p.printJSON(c)
		return
	}
	fmt.Fprintf(p.out, "%s: ok, %s, %g s, %s\n", f.Name(), say.Count(c.Shots, "shot"), c.Seconds,
		say.Count(c.Chains, "chain"))
	p.printWarnings(ws)
}

// foresee lays out every cut with the clips that it will have, so that run refuses nothing that was found right. Where
// ffmpeg is missing, it says that it could not.
func (p *program) foresee(ctx context.Context, plan *film.Plan) error {
	if err := film.Ready(); err != nil {
		p.say("the cuts were not laid out: %v", err)
		return nil
	}
	return plan.Foresee(ctx)
}
