package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain/store"
	"shotchain/film"
	"shotchain/internal/say"
)

func (p *program) storeVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store ls|verify|gc",
		Short: "what is kept and why; check it; let go of what no film uses",
		Long: `The store keeps every clip that was ever bought, in .shotchain beside the storyboard unless --store or SHOTCHAIN_STORE
names another folder. Each take is one folder that a person can read; the README.md in the store explains it.`,
		Example: "shotchain store ls",
		Args:    p.noVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.storeLsVerb(), p.storeVerifyVerb(), p.storeGCVerb())
	return cmd
}

func (p *program) storeLsVerb() *cobra.Command {
	var k keeper
	cmd := &cobra.Command{
		Use: "ls [FILE]", Short: "list the takes of the store",
		Long: `Ls lists every take of the store beside FILE, or here: the shot that it was made for, its state, its price and size. It
also tells how much room the parts take that films were cut into.`,
		Example: "shotchain store ls film.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			st, err := p.peek(k, args)
			if err != nil {
				return err
			}
			entries, err := st.Ls()
			if err != nil {
				return err
			}
			parts, err := st.Parts()
			if err != nil {
				return err
			}
			if p.json {
				p.printJSON(map[string]any{"store": st.Dir(), "takes": entriesJSON(entries), "work": partsOf(parts)})
				return nil
			}
			printEntries(p.out, entries)
			if len(parts) > 0 {
				fmt.Fprintf(p.out, "\nParts of films: %s, %s; all can be made again for nothing\n", say.Count(len(parts), "file"),
					size(partsOf(parts).Bytes))
			}
			return nil
		},
	}
	k.add(cmd)
	return cmd
}

func printEntries(w io.Writer, entries []store.Entry) {
	t := newTable("KEY", "SHOT", "FILM", "PROVIDER", "STATE", ">PRICE", ">SIZE", "KEPT")
	for _, e := range entries {
		if e.Empty() {
			continue
		}
		shot, title, provider, cost, kept := "-", "-", "-", "-", "-"
		if e.Request != nil {
			shot, title, provider = e.Request.Shot, e.Request.Film, e.Request.Provider
		}
		if c := e.Clip; c != nil {
			shot, provider, kept = c.Shot, c.Provider, c.KeptAt.Local().Format(time.DateTime)
			if !film.Free(provider) {
				cost = c.Cost.String()
			}
		}
		t.add(e.Key[:12], shot, title, provider, entryState(e), cost, size(e.Bytes), kept)
	}
	t.write(w, nil)
}

// entryState is what a take of the store is, in a word.
func entryState(e store.Entry) string {
	switch {
	case e.Newer():
		return "newer"
	case e.Damage != nil:
		return "damaged"
	case e.Clip != nil:
		return "kept"
	case e.Open:
		return "in flight"
	}
	return "failed"
}

// size is a number of bytes as people say it.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

type jsonEntry struct {
	Key      string     `json:"key"`
	Shot     string     `json:"shot,omitempty"`
	Film     string     `json:"film,omitempty"`
	Provider string     `json:"provider,omitempty"`
	State    string     `json:"state"` // kept, in flight, failed, damaged, newer
	Cost     *price     `json:"cost,omitempty"`
	Bytes    int64      `json:"bytes"`
	Task     string     `json:"task,omitempty"`
	Seed     *int64     `json:"seed,omitempty"`
	KeptAt   *time.Time `json:"kept_at,omitempty"`
	Damage   string     `json:"damage,omitempty"`
}

func entriesJSON(entries []store.Entry) []jsonEntry {
	all := []jsonEntry{}
	for _, e := range entries {
		if e.Empty() {
			continue
		}
		j := jsonEntry{Key: e.Key, State: entryState(e), Bytes: e.Bytes}
		if e.Request != nil {
			j.Shot, j.Film, j.Provider = e.Request.Shot, e.Request.Film, e.Request.Provider
		}
		if c := e.Clip; c != nil {
			cost := priceOf(c.Cost)
			j.Shot, j.Provider, j.Cost, j.Task, j.Seed, j.KeptAt = c.Shot, c.Provider, &cost, c.Task, c.Seed, &c.KeptAt
		}
		if e.Damage != nil {
			j.Damage = e.Damage.Error()
		}
		all = append(all, j)
	}
	return all
}

func (p *program) storeVerifyVerb() *cobra.Command {
	var k keeper
	cmd := &cobra.Command{
		Use: "verify [FILE]", Short: "read every kept byte and decode every clip",
		Long: `Verify compares every kept file with its digest and decodes every clip. A file that is not what was kept is set aside
in the take's folder, so that no film is cut from it, and a whole copy takes its place where one is here: set aside
earlier, remembered in the take's record, or frozen in what grew from it. Where none is, the next run fetches the clip
again, for nothing while the provider still has it, or cuts a last frame from its clip; the plan says which, and what
it costs. It changes nothing else.`,
		Example: "shotchain store verify film.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			st, err := p.peek(k, args)
			if err != nil {
				return err
			}
			if err := film.Ready(); err != nil {
				return err
			}
			return p.verify(cmd.Context(), st)
		},
	}
	k.add(cmd)
	return cmd
}

func (p *program) verify(ctx context.Context, st *store.Store) error {
	entries, err := st.Ls()
	if err != nil {
		return err
	}
	whole, newer, mended, bad := 0, 0, []jsonEntry{}, []jsonEntry{}
	for _, e := range entries {
		if e.Clip == nil && e.Damage == nil {
			continue
		}
		if e.Newer() {
			newer++
			p.say("%s %s: not looked at: %s", e.Key[:12], say.Clean(shotOf(e)), say.Clean(e.Damage.Error()))
			continue
		}
		err := film.Sound(ctx, e)
		if ctx.Err() != nil {
			return ctx.Err()
		} else if err == nil {
			whole++
			continue
		}
		right, err := putRight(st, e, err)
		e.Damage = err
		told := entriesJSON([]store.Entry{e})
		if right {
			whole++
			mended = append(mended, told...)
		} else {
			bad = append(bad, told...)
		}
		p.say("%s %s: %s", e.Key[:12], say.Clean(shotOf(e)), say.Clean(err.Error()))
	}
	_ = st.Remember() // what was read is read again without it
	var fail *film.Failure
	if len(bad) > 0 {
		fail = &film.Failure{Kind: film.Failed, Message: say.Count(len(bad), "take") + " of the store damaged",
			Hint: "the next run fetches them again where the provider still has them; `shotchain plan` says what it costs where not"}
	}
	if !p.json {
		fmt.Fprintf(p.out, "%s whole, %d damaged\n", say.Count(whole, "take"), len(bad))
	}
	return p.conclude(map[string]any{"store": st.Dir(), "whole": whole, "newer": newer, "mended": mended, "damaged": bad},
		fail)
}

// putRight makes sure that nothing of a take is used whose bytes have changed, and puts whole copies in their place
// where there are any. right says that the take is whole now. The error tells what was found, and what has become of it.
func putRight(st *store.Store, e store.Entry, found error) (right bool, err error) {
	if !errors.Is(found, store.ErrDamaged) {
		return false, found
	}
	l, err := st.TryLock(e.Key)
	if err != nil {
		return false, fmt.Errorf("%w; it could not be set aside: %w", found, err)
	}
	defer l.Unlock()
	if l.Verify() == nil { // its other records are damaged; or another process has fetched it again meanwhile
		return false, found
	}
	r, err := l.Remedy()
	if err == nil && r != nil {
		err = l.Mend(r)
	}
	switch {
	case err != nil:
		return false, fmt.Errorf("%w; it could not be set aside: %w", found, err)
	case r == nil:
		return false, found
	case l.Verify() == nil:
		return true, fmt.Errorf("%w; put right from what else is here", found)
	}
	return false, fmt.Errorf("%w; set aside", found)
}

func shotOf(e store.Entry) string {
	switch {
	case e.Clip != nil:
		return e.Clip.Shot
	case e.Request != nil:
		return e.Request.Shot
	}
	return "-"
}
