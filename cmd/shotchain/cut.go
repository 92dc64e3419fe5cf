package main

import (
	"context"
	"fmt"
	"slices"
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
	drafts  draftFlags
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
commands that are still to run. They can be pasted into a shell, one or all of them, and make what the program would
have made; those that read what the program alone can make – the mixed sound – are comments.`,
		Example: "shotchain cut film.yaml --cut teaser --explain",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.again(cmd.Context(), args[0], &o) },
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	o.output.add(cmd, &o.film)
	cmd.Flags().BoolVar(&o.explain, "explain", false, "print the timeline and make nothing")
	o.trace.add(cmd, true)
	o.film.addDraft(cmd)
	o.drafts.add(cmd)
	cmd.Flags().StringSliceVar(&o.keep.keep, "keep", nil, "use the clips that these shots used last, whatever has changed since; `SHOT,...`")
	_ = cmd.RegisterFlagCompletionFunc("keep", o.film.completeShots)
	return cmd
}

// again is the verb.
func (p *program) again(ctx context.Context, path string, o *cutFlags) error {
	f, err := p.openIn(ctx, path, o.film, o.stores)
	if err != nil {
		return err
	}
	if _, err := ffmpeg.Find(); err != nil {
		return err
	}
	st, err := p.storeOf(o.stores, f)
	if err != nil {
		return err
	}
	outs, err := f.deliveries(o.output, st)
	if err != nil {
		return err
	}
	for _, d := range outs {
		if err := d.feasible(ctx, d.cuts); err != nil {
			return err
		}
	}
	plan, err := o.keep.plan(ctx, f, st)
	if err != nil {
		return err
	}
	o.drafts.into(f, plan, st)
	for _, d := range outs {
		d.fallback = f.fallback
	}
	p.admit(f.service)
	if o.explain {
		return p.explained(ctx, plan, st, outs)
	}
	return p.cut(ctx, f, plan, st, outs, o.trace)
}

// stored is the reel of what the store holds; an error where films lack clips.
func stored(plan *chain.Plan, st *store.Store, outs []delivery) (*chain.Reel, error) {
	if err := plan.PutBack(st); err != nil {
		return nil, err
	}
	reel := chain.Stored(plan, st)
	_ = st.Remember() // what was read is read again without it
	if gone := missingOf(outs, reel); len(gone) > 0 {
		if n := slices.IndexFunc(plan.Takes, func(pt chain.Planned) bool { return pt.Damaged && pt.Take.Name() == gone[0] }); n >= 0 {
			return nil, &Failure{Kind: Incomplete, Shot: gone[0],
				Hint:    "`shotchain store verify` looks at every clip, `shotchain plan` says what a run does about it",
				Message: fmt.Sprintf("the clip of %s cannot be used: %s", gone[0], plan.Takes[n].Reason)}
		}
		return nil, &Failure{Kind: Incomplete, Shot: gone[0], Hint: "`shotchain run` makes what is missing",
			Message: fmt.Sprintf("the store has no clip of %s", strings.Join(gone, ", "))}
	}
	return reel, nil
}

// explained prints the timelines of the films.
func (p *program) explained(ctx context.Context, plan *chain.Plan, st *store.Store, outs []delivery) error {
	reel, err := stored(plan, st, outs)
	if err != nil {
		return err
	}
	var all []explained
	for _, d := range outs {
		tls, err := d.timelines(ctx, d.cuts, reel)
		if err != nil {
			return err
		}
		for i, tl := range tls {
			all = append(all, explained{d.Variant, d.cuts[i], tl})
		}
	}
	p.explain(all)
	return nil
}

// cut assembles the films of the clips that the store holds.
func (p *program) cut(ctx context.Context, f *film, plan *chain.Plan, st *store.Store, outs []delivery, trace traceFlags) error {
	reel, err := stored(plan, st, outs)
	if err != nil {
		return err
	}
	if !trace.dry {
		release, err := st.HoldWork(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	show := p.newProgress(f)
	made, err := p.deliver(ctx, outs, reel, trace.options(p, st, show.film), nil)
	show.close()
	if trace.dry {
		return err
	}
	p.tellFilms(made)
	if !p.json {
		p.printFilms(made)
	}
	p.tellDrafts(f, reel)
	if err == nil && p.json {
		all := filmsJSON(made)
		p.printJSON(map[string]any{"film": all[0], "films": all})
	}
	return err
}
