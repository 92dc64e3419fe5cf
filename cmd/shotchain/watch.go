package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/film"
	"shotchain/internal/say"
)

// watchFlags are the options of watch.
type watchFlags struct {
	film   filmFlags
	stores storeFlags
	output string
}

func (p *program) watchVerb() *cobra.Command {
	var o watchFlags
	cmd := &cobra.Command{
		Use:   "watch FILE",
		Short: "draw the film's animatic anew each time the storyboard is saved",
		Long: `Watch looks at the storyboard and its stills, and each time one of them is saved it reports every problem, or makes the
film anew with the built-in simulator: only the shots that changed, and what grows from them, are drawn, as drafts. It never
talks to a service that charges, whatever key is set. The film's path is printed on stdout each time it is ready; it is
not the film that run makes. It ends with Ctrl-C.`,
		Example: "shotchain watch film.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			sim := film.Simulator().Name
			if who := o.film.provider; who != "" && who != sim || o.film.base != "" {
				return usage("leave --provider out: it draws, and buys nothing", "watch works with the simulator only")
			}
			o.film.provider = sim
			return p.watch(cmd.Context(), args[0], &o)
		},
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	cmd.Flags().StringVarP(&o.output, "output", "o", "",
		"the film's `FILE` (default out/<title>-animatic.mp4 beside the storyboard)")
	return cmd
}

// watch is the verb.
func (p *program) watch(ctx context.Context, path string, o *watchFlags) error {
	how, err := p.film(o.film, o.stores)
	if err != nil {
		return err
	}
	return film.Watch(ctx, path,
		film.WatchOptions{Film: how, Output: o.output, Version: buildInfo().Version, Around: p.around},
		func(w film.Watched) { p.tellWatched(ctx, w) })
}

// tellWatched says what came of a look.
func (p *program) tellWatched(ctx context.Context, w film.Watched) {
	switch {
	case p.json && w.Err != nil:
		p.printJSON(jsonWatched{Error: errorJSON(film.AsFailure(ctx, w.Err)), Took: w.Took.Seconds()})
	case p.json:
		p.printJSON(jsonWatched{Film: &filmsJSON([]film.Edition{w.File})[0], Drawn: w.Drawn, Took: w.Took.Seconds()})
	case w.Err != nil:
		p.end(ctx, w.Err)
	default:
		p.say("%s, %s drawn, in %.1f s", say.Took(w.File.Duration), say.Count(w.Drawn, "clip"), w.Took.Seconds())
		fmt.Fprintln(p.out, say.Path(w.File.Path))
	}
}
