package film

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"shotchain/chain"
	"shotchain/chain/store"
)

// SweepOptions say what a store lets go of.
type SweepOptions struct {
	Clips     bool          // paid clips too that no film given uses
	UnusedFor time.Duration // parts of films that were last used so long ago or earlier
	DryRun    bool          // say what would go, and remove nothing

	Take func(e store.Entry,
		held error) // told of each take that goes, or stays because somebody works on it; nil for nobody
}

// Swept is what a store let go of.
type Swept struct {
	Takes  []store.Entry
	Parts  []store.Part // of films, and frames of own footage: they can be made again
	Spared int          // paid takes that no film given uses
	Busy   bool         // a film is being made: parts stay
}

// Sweep removes from a store what none of some films uses: simulated clips, failed attempts, parts of films. What was
// paid for stays unless Clips says otherwise; what is in flight always stays.
func Sweep(ctx context.Context, st *store.Store, films []*Film, o SweepOptions) (*Swept, error) {
	used, frames := map[string]bool{}, map[string]bool{}
	for _, f := range films {
		if err := f.used(ctx, used); err != nil {
			return nil, err
		}
		f.usedFrames(frames)
	}
	entries, err := st.Ls()
	if err != nil {
		return nil, err
	}
	s := &Swept{}
	if err := s.takes(st, entries, used, o); err != nil {
		return s, err
	}
	if err := s.parts(st, entries, frames, o); err != nil {
		return s, err
	}
	if o.DryRun {
		return s, nil
	}
	return s, st.SweepTemps()
}

// used adds the keys that a film uses: those that its plan finds, and those that its shots used last, by whatever
// provider.
func (f *Film) used(ctx context.Context, keys map[string]bool) error {
	plan, err := chain.Make(ctx, f.Graph, f.Store, chain.PlanOptions{})
	if err != nil {
		return err
	}
	for _, pt := range plan.Takes {
		keys[pt.Key] = true
	}
	was, err := f.Store.Film(f.id())
	if err != nil {
		return fmt.Errorf("which clips the film used last cannot be read, so none may go: %w", err)
	}
	for _, last := range was.Shots {
		keys[last.Key] = true
	}
	if f.Drafts != nil {
		return f.Drafts.used(ctx, keys)
	}
	return nil
}

// usedFrames adds the files of the last frames of own footage that a film's shots grow from.
func (f *Film) usedFrames(files map[string]bool) {
	for _, t := range f.Graph.Takes {
		if still := t.Shot.FirstFrame; still != nil && still.Of != "" {
			files[filepath.Base(still.Path)] = true
		}
	}
}

// takes removes what is not used.
func (s *Swept) takes(st *store.Store, entries []store.Entry, used map[string]bool, o SweepOptions) error {
	tell := o.Take
	if tell == nil {
		tell = func(store.Entry, error) {}
	}
	may := func(e store.Entry) bool { return !used[e.Key] && !e.Open && (o.Clips || !e.Paid(Free)) }
	for _, e := range entries {
		if used[e.Key] || e.Open || e.Empty() {
			continue
		}
		if !may(e) {
			s.Spared++
			continue
		}
		if !o.DryRun {
			if err := st.Remove(e.Key, may); errors.Is(err, store.ErrHeld) {
				tell(e, err)
				continue
			} else if err != nil {
				return err
			}
		}
		s.Takes = append(s.Takes, e)
		tell(e, nil)
	}
	return nil
}

// parts removes the parts of films, and the frames of own footage, that have not been used for long enough.
func (s *Swept) parts(st *store.Store, entries []store.Entry, used map[string]bool, o SweepOptions) error {
	before := time.Now().Add(-o.UnusedFor)
	parts, err := st.SweepWork(before, o.DryRun)
	if errors.Is(err, store.ErrHeld) {
		s.Busy = true
		return nil
	} else if err != nil {
		return err
	}
	s.Parts = parts
	stays := map[string]bool{}
	for _, e := range s.Takes {
		stays[e.Key] = false
	}
	for _, e := range entries {
		if _, went := stays[e.Key]; !went {
			stays[e.Key] = true
		}
	}
	folder := filepath.Join(st.Dir(), store.FootageName) // not as a pattern: it may have brackets in its name
	frames, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, frame := range frames {
		path := filepath.Join(folder, frame.Name())
		if !frame.Type().IsRegular() || filepath.Ext(path) != ".png" {
			continue
		}
		fi, err := os.Stat(path)
		if err != nil || used[filepath.Base(path)] || !fi.ModTime().Before(before) || grown(path, fi.Size(), entries, stays) {
			continue
		}
		if !o.DryRun {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		s.Parts = append(s.Parts, store.Part{Path: path, Bytes: fi.Size(), Used: fi.ModTime()})
	}
	return nil
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
