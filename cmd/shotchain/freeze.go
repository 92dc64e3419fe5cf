package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"shotchain/film"
	"shotchain/internal/durable"
	"shotchain/internal/say"
)

func (p *program) freezeVerb() *cobra.Command {
	var o runFlags
	cmd := &cobra.Command{
		Use:   "freeze FILE",
		Short: "write down which clips the film is made of",
		Long: `Freeze writes a lock file beside the storyboard (film.lock.yaml for film.yaml): for every kept take its key, task,
seed, digests, and whether it is picked. Keep it with the storyboard: "shotchain run --locked" makes the film of exactly
these clips, from the store or from --fetch, and fails rather than buying another.`,
		Example: "shotchain freeze film.yaml",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.freeze(cmd.Context(), args[0], &o) },
	}
	o.film.add(cmd)
	o.film.addDraft(cmd)
	o.stores.add(cmd)
	return cmd
}

// freeze is the verb.
func (p *program) freeze(ctx context.Context, path string, o *runFlags) error {
	f, err := p.open(ctx, path, o.film, o.stores)
	if err != nil {
		return err
	}
	plan, err := f.Plan(ctx, film.PlanOptions{})
	if err != nil {
		return err
	}
	text, takes, err := plan.Freeze()
	if err != nil {
		return err
	}
	to := f.LockFile()
	if old, err := os.ReadFile(to); err != nil || !bytes.Equal(old, text) {
		if err := durable.WritePath(to, text); err != nil {
			return err
		}
	}
	if p.json {
		p.printJSON(map[string]any{"lock": to, "takes": takes})
	} else {
		fmt.Fprintln(p.out, say.Path(to))
	}
	p.say("%s locked", say.Count(takes, "take"))
	return nil
}
