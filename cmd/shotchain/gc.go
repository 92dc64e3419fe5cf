package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain/store"
	"shotchain/film"
	"shotchain/internal/say"
)

// gcFlags are all options of store gc.
type gcFlags struct {
	film       filmFlags
	stores     storeFlags
	clips, dry bool
	unused     age
}

// age is a length of time that is also written in days: 30d.
type age time.Duration

func (a *age) Type() string { return "age" }

func (a *age) String() string {
	if d := time.Duration(*a); d%(24*time.Hour) != 0 {
		return d.String()
	}
	return strconv.FormatInt(int64(time.Duration(*a)/(24*time.Hour)), 10) + "d"
}

func (a *age) Set(s string) error {
	d, err := time.ParseDuration(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n uint16
		_, err = fmt.Sscanf(days, "%d", &n)
		if strconv.Itoa(int(n)) != days {
			err = errors.New("no number of days")
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d < 0 {
		return errors.New("write it like 30d or 12h")
	}
	*a = age(d)
	return nil
}

func (p *program) storeGCVerb() *cobra.Command {
	o := gcFlags{unused: age(30 * 24 * time.Hour)}
	cmd := &cobra.Command{
		Use: "gc FILE…", Short: "let go of what no storyboard given uses",
		Long: `Gc removes from the store what none of the given storyboards uses: simulated clips and failed attempts. A clip that was
paid for is removed only with --clips, and only where none of the storyboards uses it for the chosen provider, or used
it last. What is in flight is never touched.

Parts of films – conformed clips, transitions, stretches of sound, pictures for contact sheets – go when they have not
been used for 30 days, or as long as --unused-for says, whatever film they were for: any of them can be made again from
the clips, for nothing. With --unused-for 0s all of them go. While a film is being made they all stay. So does the
last frame of own footage that a clip of the store, or a storyboard given, grows from.`,
		Example: "shotchain store gc film.yaml trailer.yaml --dry-run",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.gc(cmd.Context(), args, &o) },
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("shotchain store gc film.yaml", "gc needs the storyboards whose clips stay")
		}
		return nil
	}
	cmd.Flags().BoolVar(&o.clips, "clips", false, "remove paid clips too that no storyboard given uses")
	cmd.Flags().Var(&o.unused, "unused-for", "remove parts of films that were last used `AGE` ago or earlier: 30d, 12h")
	cmd.Flags().BoolVarP(&o.dry, "dry-run", "n", false, "say what would be removed, and remove nothing")
	return cmd
}

// gc is the verb.
func (p *program) gc(ctx context.Context, paths []string, o *gcFlags) error {
	var films []*film.Film
	for _, path := range paths {
		f, err := p.open(ctx, path, o.film, o.stores)
		if err != nil {
			return err
		}
		if films = append(films, f); films[0].Store.Dir() != f.Store.Dir() {
			return usage("name one with --store", "the storyboards keep their clips in different stores")
		}
	}
	st := films[0].Store
	swept, err := film.Sweep(ctx, st, films,
		film.SweepOptions{Clips: o.clips, DryRun: o.dry, UnusedFor: time.Duration(o.unused),
			Take: p.tellGone})
	if err != nil {
		return err
	}
	p.tellSwept(st, swept, o.dry)
	return nil
}

// tellGone tells of a take that goes, or stays because somebody works on it.
func (p *program) tellGone(e store.Entry, held error) {
	switch {
	case held != nil:
		p.say("%s %s: %s", e.Key[:12], say.Clean(shotOf(e)), held)
	case !p.json:
		fmt.Fprintln(p.out, strings.Join([]string{e.Key[:12], say.Clean(shotOf(e)), entryState(e), size(e.Bytes)}, "  "))
	}
}

func (p *program) tellSwept(st *store.Store, swept *film.Swept, dry bool) {
	if swept.Spared > 0 {
		p.say("%s spared although no storyboard given uses them: they were paid for; --clips removes them",
			say.Count(swept.Spared, "take"))
	}
	if swept.Busy {
		p.say("the parts of films stay: a film is being made")
	}
	work := partsOf(swept.Parts)
	bytes := work.Bytes
	for _, e := range swept.Takes {
		bytes += e.Bytes
	}
	if p.json {
		p.printJSON(map[string]any{"store": st.Dir(), "dry_run": dry, "removed": entriesJSON(swept.Takes), "work": work,
			"bytes": bytes})
		return
	}
	verb := "removed"
	if dry {
		verb = "would remove"
	}
	fmt.Fprintf(p.out, "%s %s, %s\n", verb, say.Count(len(swept.Takes), "take"), size(bytes-work.Bytes))
	if len(swept.Parts) > 0 {
		fmt.Fprintf(p.out, "%s %s of films that can be made again, %s\n", verb, say.Count(len(swept.Parts), "part"),
			size(work.Bytes))
	}
}
