package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/render/ffmpeg"
)

// cutFlags are all options of cut.
type cutFlags struct {
	film    filmFlags
	stores  storeFlags
	output  outputFlags
	keep    planFlags
	trace   traceFlags
	explain bool
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
commands that are still to run; a command can be pasted into a shell, as far as what it reads is there.`,
		Example: "shotchain cut film.yaml --cut teaser --explain",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.cut(cmd.Context(), args[0], &o) },
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	o.output.add(cmd, &o.film)
	cmd.Flags().BoolVar(&o.explain, "explain", false, "print the timeline and make nothing")
	o.trace.add(cmd, true)
	cmd.Flags().StringSliceVar(&o.keep.keep, "keep", nil, "use the clips that these shots used last, whatever has changed since; `SHOT,...`")
	_ = cmd.RegisterFlagCompletionFunc("keep", o.film.completeShots)
	return cmd
}

func (p *program) cut(ctx context.Context, path string, o *cutFlags) error {
	f, err := p.openIn(ctx, path, o.film, o.stores)
	if err != nil {
		return err
	}
	if _, err := ffmpeg.Find(); err != nil {
		return err
	}
	st, err := store.Peek(p.storeDir(o.stores, f))
	if err != nil {
		return err
	}
	cuts, err := f.editions(o.output, st)
	if err != nil {
		return err
	}
	if err := f.feasible(ctx, cuts); err != nil {
		return err
	}
	plan, err := o.keep.plan(f, st)
	if err != nil {
		return err
	}
	p.admit(f.service)
	reel := chain.Stored(plan, st)
	if gone := missing(f, reel, cuts); len(gone) > 0 {
		return &failure{exit: exitIncomplete, shot: gone[0], hint: "`shotchain run` makes what is missing",
			message: fmt.Sprintf("the store has no clip of %s", strings.Join(gone, ", "))}
	}
	if o.explain {
		tls, err := f.timelines(ctx, cuts, reel)
		if err == nil {
			p.explain(cuts, tls)
		}
		return err
	}
	show := p.newProgress(f)
	made, err := p.assemble(ctx, f, cuts, reel, o.trace.options(p, st, show.film))
	show.close()
	switch {
	case err != nil:
		return err
	case o.trace.dry:
		return nil
	}
	p.tellFilms(made)
	if p.json {
		all := filmsJSON(made)
		p.printJSON(map[string]any{"film": all[0], "films": all})
	} else {
		p.printFilms(made)
	}
	return nil
}
