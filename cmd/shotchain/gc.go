package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
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
	var st *store.Store
	used, frames := map[string]bool{}, map[string]bool{}
	for _, path := range paths {
		f, err := p.openIn(ctx, path, o.film, o.stores)
		if err != nil {
			return err
		}
		at, err := p.storeOf(o.stores, f)
		if err != nil {
			return err
		}
		if st != nil && st.Dir() != at.Dir() {
			return usage("name one with --store", "the storyboards keep their clips in different stores")
		}
		st = at
		if err := useOf(ctx, f, st, used); err != nil {
			return err
		}
		framesOf(f, frames)
	}
	entries, err := st.Ls()
	if err != nil {
		return err
	}
	gone, err := p.sweep(st, entries, used, o.clips, o.dry)
	if err != nil {
		return err
	}
	parts, err := p.sweepParts(st, entries, gone, frames, o)
	if err != nil {
		return err
	}
	if !o.dry {
		if err := st.SweepTemps(); err != nil {
			return err
		}
	}
	p.tellSwept(st, gone, parts, o.dry)
	return nil
}

func (p *program) tellSwept(st *store.Store, gone []store.Entry, parts []store.Part, dry bool) {
	work := partsOf(parts)
	bytes := work.Bytes
	for _, e := range gone {
		bytes += e.Bytes
	}
	if p.json {
		p.printJSON(map[string]any{"store": st.Dir(), "dry_run": dry, "removed": entriesJSON(gone), "work": work, "bytes": bytes})
		return
	}
	verb := "removed"
	if dry {
		verb = "would remove"
	}
	fmt.Fprintf(p.out, "%s %s, %s\n", verb, say.Count(len(gone), "take"), size(bytes-work.Bytes))
	if len(parts) > 0 {
		fmt.Fprintf(p.out, "%s %s of films that can be made again, %s\n", verb, say.Count(len(parts), "part"), size(work.Bytes))
	}
}

// jsonParts are files of the store that can be made again, in JSON.
type jsonParts struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func partsOf(all []store.Part) jsonParts {
	j := jsonParts{Files: len(all)}
	for _, part := range all {
		j.Bytes += part.Bytes
	}
	return j
}

// sweepParts removes the parts of films, and the frames of own footage, that have not been used for long enough.
func (p *program) sweepParts(st *store.Store, entries, gone []store.Entry, used map[string]bool, o *gcFlags) ([]store.Part, error) {
	before := time.Now().Add(-time.Duration(o.unused))
	parts, err := st.SweepWork(before, o.dry)
	if errors.Is(err, store.ErrHeld) {
		p.say("the parts of films stay: a film is being made")
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	stays := map[string]bool{}
	for _, e := range gone {
		stays[e.Key] = false
	}
	for _, e := range entries {
		if _, went := stays[e.Key]; !went {
			stays[e.Key] = true
		}
	}
	frames, err := filepath.Glob(filepath.Join(st.Dir(), store.FootageName, "*.png"))
	if err != nil {
		return parts, err
	}
	for _, path := range frames {
		fi, err := os.Stat(path)
		if err != nil || used[filepath.Base(path)] || !fi.ModTime().Before(before) || grown(path, fi.Size(), entries, stays) {
			continue
		}
		if !o.dry {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return parts, err
			}
		}
		parts = append(parts, store.Part{Path: path, Bytes: fi.Size(), Used: fi.ModTime()})
	}
	return parts, nil
}

// grown reports whether a take that stays opens on this very picture.
func grown(path string, size int64, entries []store.Entry, stays map[string]bool) bool {
	var picture []byte
	for _, e := range entries {
		if !stays[e.Key] || e.Request == nil || e.Request.First == "" {
			continue
		}
		first := e.Path(e.Request.First)
		if fi, err := os.Stat(first); err != nil || fi.Size() != size {
			continue
		}
		if picture == nil {
			picture, _ = os.ReadFile(path)
		}
		if b, err := os.ReadFile(first); err == nil && bytes.Equal(b, picture) {
			return true
		}
	}
	return false
}

// framesOf adds the files of the last frames of own footage that a film's shots grow from.
func framesOf(f *film, used map[string]bool) {
	for _, t := range f.graph.Takes {
		if still := t.Shot.FirstFrame; still != nil && still.Of != "" {
			used[filepath.Base(still.Path)] = true
		}
	}
}

// useOf adds the keys that a film uses: those that its plan finds, and those that its shots used last, by whatever
// provider.
func useOf(ctx context.Context, f *film, st *store.Store, used map[string]bool) error {
	plan, err := chain.Make(ctx, f.graph, st, chain.PlanOptions{})
	if err != nil {
		return err
	}
	for _, pt := range plan.Takes {
		used[pt.Key] = true
	}
	for _, last := range st.Film(f.id(st)).Shots {
		used[last.Key] = true
	}
	if f.drafts != nil {
		return useOf(ctx, f.drafts, st, used)
	}
	return nil
}

// sweep removes what is not used and returns it.
func (p *program) sweep(st *store.Store, entries []store.Entry, used map[string]bool, clips, dry bool) ([]store.Entry, error) {
	var gone []store.Entry
	spared := 0
	may := func(e store.Entry) bool { return !used[e.Key] && !e.Open && (clips || !e.Paid(free)) }
	for _, e := range entries {
		if used[e.Key] || e.Open || e.Empty() {
			continue
		}
		if !may(e) {
			spared++
			continue
		}
		if !dry {
			if err := st.Remove(e.Key, may); errors.Is(err, store.ErrHeld) {
				p.say("%s %s: %s", e.Key[:12], say.Clean(shotOf(e)), err)
				continue
			} else if err != nil {
				return gone, err
			}
		}
		gone = append(gone, e)
		if !p.json {
			fmt.Fprintln(p.out, strings.Join([]string{e.Key[:12], say.Clean(shotOf(e)), entryState(e), size(e.Bytes)}, "  "))
		}
	}
	if spared > 0 {
		p.say("%s spared although no storyboard given uses them: they were paid for; --clips removes them", say.Count(spared, "take"))
	}
	return gone, nil
}
