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

func (p *program) cutVerb() *cobra.Command {
	var film filmFlags
	var stores storeFlags
	var output outputFlags
	var keep planFlags
	var drafts draftFlags
	cmd := &cobra.Command{
		Use:   "cut FILE",
		Short: "assemble the film again from the clips there are",
		Long: `Cut assembles the film from the clips that the store holds. It talks to no provider, needs no key and spends nothing.
Where a clip is missing it says which, and makes no film. The film's path is printed on stdout.`,
		Example: "shotchain cut film.yaml --output preview.mp4",
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := p.open(args[0], film)
			if err != nil {
				return err
			}
			if _, err := ffmpeg.Find(); err != nil {
				return err
			}
			st, err := store.Peek(p.storeDir(stores, f))
			if err != nil {
				return err
			}
			plan, err := keep.plan(f, st)
			if err != nil {
				return err
			}
			drafts.into(f, plan, st)
			outs, err := f.deliveries(output, st)
			if err != nil {
				return err
			}
			p.admit(f.service)
			return p.cut(cmd.Context(), f, plan, st, outs)
		},
	}
	film.add(cmd)
	stores.add(cmd)
	output.add(cmd)
	film.addDraft(cmd)
	drafts.add(cmd)
	cmd.Flags().StringSliceVar(&keep.keep, "keep", nil, "use the clips that these shots used last, whatever has changed since; `SHOT,...`")
	_ = cmd.RegisterFlagCompletionFunc("keep", film.completeShots)
	return cmd
}

// cut assembles the films of the clips that the store holds.
func (p *program) cut(ctx context.Context, f *film, plan *chain.Plan, st *store.Store, outs []delivery) error {
	reel := chain.Stored(plan, st)
	if gone := f.missingOf(reel); len(gone) > 0 {
		return &failure{exit: exitIncomplete, shot: gone[0], hint: "`shotchain run` makes what is missing",
			message: fmt.Sprintf("the store has no clip of %s", strings.Join(gone, ", "))}
	}
	show := p.newProgress(f)
	made, err := p.deliver(ctx, outs, reel, st, show.film)
	show.close()
	p.tellFilms(made)
	p.tellDrafts(f, reel)
	if err == nil && p.json {
		p.printJSON(cutJSON(f, made))
	}
	return err
}
