package store

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"shotchain/internal/durable"
)

// Entry is one take of the store, as `store ls` shows it.
type Entry struct {
	Take
	Clip    *Clip    // nil where it is not kept
	Request *Request // nil where nothing was ever intended
	Open    bool     // an attempt may still turn into a clip or a bill
	Damage  error    // why it, or its record, cannot be used; nil where all is well
	Bytes   int64    // on disk
}

// Ls looks at every take. The order is that of the keys.
func (s *Store) Ls() ([]Entry, error) {
	takes, err := s.Takes()
	if err != nil {
		return nil, err
	}
	all := make([]Entry, 0, len(takes))
	for _, t := range takes {
		all = append(all, t.look())
	}
	return all, nil
}

func (t Take) look() Entry {
	e := Entry{Take: t}
	var err error
	if e.Clip, err = t.Clip(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		e.Damage = err
	}
	if e.Request, err = t.Request(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		e.Damage = errors.Join(e.Damage, err)
	}
	if j, err := t.Journal(); err != nil {
		e.Damage = errors.Join(e.Damage, err)
		e.Open = e.Clip == nil // what it says cannot be known, so it is not for us to throw away
	} else if a := j.Last(); a != nil {
		e.Open = a.Open() && e.Clip == nil && !a.Lapsed(time.Now())
	}
	files, _ := t.store.fs.ReadDir(t.rel(""))
	for _, f := range files {
		if fi, err := f.Info(); err == nil {
			e.Bytes += fi.Size()
		}
	}
	return e
}

// Newer reports whether a newer version has written the take, and nothing else is wrong with it.
func (e Entry) Newer() bool {
	return errors.Is(e.Damage, ErrFormat) && !errors.Is(e.Damage, ErrDamaged)
}

// Empty reports whether nothing is left of the take but its lock.
func (e Entry) Empty() bool {
	return e.Clip == nil && e.Request == nil && e.Damage == nil && e.Bytes == 0
}

// Paid reports whether the take holds a clip, or remains of one, that somebody paid for. simulated says which
// providers' clips cost nothing.
func (e Entry) Paid(simulated func(provider string) bool) bool {
	switch {
	case e.Clip != nil:
		return !simulated(e.Clip.Provider)
	case e.Request != nil && simulated(e.Request.Provider):
		return false
	}
	return e.Damage != nil || e.Open || e.remains()
}

// remains reports whether files were set aside in the take's folder.
func (e Entry) remains() bool {
	names, _ := e.Names(asidePrefix)
	return len(names) > 0
}

// TryLock is Lock that does not wait: where somebody else holds the take, the error is ErrHeld.
func (s *Store) TryLock(key string) (*Locked, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l, err := s.Lock(ctx, key, cancel)
	if errors.Is(err, context.Canceled) {
		return nil, ErrHeld
	}
	return l, err
}

// Remove lets a take go, if may agrees to what it is by then. The facts go first, so that a crash leaves no clip that
// is only half there; the lock file stays, since another process may be waiting for it. A take that somebody else
// holds, or that may refuses, is left alone: the error is ErrHeld.
func (s *Store) Remove(key string, may func(Entry) bool) error {
	l, err := s.TryLock(key)
	if err != nil {
		return err
	}
	defer l.Unlock()
	if !may(l.look()) {
		return ErrHeld
	}
	if err := s.remove(l.rel("clip.json")); err != nil {
		return err
	}
	if err := s.fs.SyncDir(l.rel("")); err != nil {
		return err
	}
	files, err := s.fs.ReadDir(l.rel(""))
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name() == "lock" {
			continue
		}
		if err := s.remove(l.rel(f.Name())); err != nil {
			return err
		}
	}
	return s.fs.SyncDir(l.rel(""))
}

// ErrHeld is returned where another process is working on a take.
var ErrHeld = errors.New("another process is working on it")

// remove removes a file; one that is not there is fine.
func (s *Store) remove(name string) error {
	if err := s.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// old is the age at which a half-written file belongs to nobody who is still writing it.
const old = time.Hour

// SweepTemps removes what crashes left half-written outside the takes' folders. Those clean themselves, under their
// lock; here another process may be writing, so only old files go.
func (s *Store) SweepTemps() error {
	for _, dir := range []string{".", "films", "runs"} {
		files, _ := s.fs.ReadDir(dir)
		for _, f := range files {
			fi, err := f.Info()
			if err == nil && strings.HasPrefix(f.Name(), durable.TempPrefix) && time.Since(fi.ModTime()) > old {
				if err := s.remove(filepath.Join(dir, f.Name())); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
