package main

import (
	"context"

	"github.com/spf13/cobra"

	"shotchain/film"
)

func (p *program) sheetVerb() *cobra.Command {
	var o runFlags
	cmd := &cobra.Command{
		Use:   "sheet FILE",
		Short: "write the contact sheet: one page with every shot, take and seam",
		Long: `Sheet writes a folder with one HTML page that shows the whole film: the film itself with its chapters, every shot with
its first and last frame, what grows from what, each join as its two frames beside one another, what is missing and
why, and what it cost. The page needs no network; its pictures and previews are made once. Sheet talks to no provider,
needs no key and spends nothing. The page's path is printed on stdout.

In the page, arrows move between shots, space plays one, p copies the command that picks a take.`,
		Example: "shotchain sheet film.yaml",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.sheet(cmd.Context(), args[0], &o) },
	}
	o.film.add(cmd)
	o.film.addDraft(cmd)
	o.limits.addDrafts(cmd)
	o.stores.add(cmd)
	cmd.Flags().StringVarP(&o.output.Sheet, "output", "o", "", sheetUsage)
	cmd.Flags().StringVar(&o.output.Path, "film", "",
		"the assembled film's `FILE`, where run wrote it elsewhere than by default")
	return cmd
}

// sheet is the verb.
func (p *program) sheet(ctx context.Context, path string, o *runFlags) error {
	f, err := p.open(ctx, path, o.film, o.stores)
	if err != nil {
		return err
	}
	if err := film.Ready(); err != nil {
		return err
	}
	plan, err := f.Plan(ctx, o.limits.PlanOptions)
	if err != nil {
		return err
	}
	if err := plan.Into(o.output.Output); err != nil {
		return err
	}
	page, err := f.WriteSheet(ctx, plan, nil, p.making(f.Service, silence{}, nil).Observer)
	if err != nil {
		return err
	}
	return p.product("sheet", page)
}
