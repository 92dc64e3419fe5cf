package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"shotchain/internal/durable"
)

// Parts of films in the work folder are named by what they are made of, so nobody can tell which film needs one: each
// carries the time of its last use instead (the file's own, which whoever uses a part sets), and goes when that is
// long ago. Making one again costs time and no money.

// workLock is the file that whoever uses the work folder locks, all together; a sweep locks it alone.
const workLock = "lock"

// workName is the work folder in the store.
const workName = "work"

// Part is a file that may go: it can be made again from what stays.
type Part struct {
	Path  string
	Bytes int64
	Used  time.Time // last
}

// HoldWork keeps the work folder's files from being swept until release is called, or the process ends. Any number
// may hold it at once; it waits for a sweep to end. The folder is made where there is none.
func (s *Store) HoldWork(ctx context.Context) (release func(), err error) {
	if err := durable.MakeDir(s.fs, workName); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	l, err := s.flock(filepath.Join(workName, workLock))
	if err != nil {
		return nil, err
	}
	if _, err := l.TryRLockContext(ctx, lockPoll); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("store: lock %s: %w", s.WorkDir(), err)
	}
	return func() { _ = l.Unlock() }, nil
}

// Parts are the files of the work folder.
func (s *Store) Parts() ([]Part, error) {
	all, err := s.partsIn(workName)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return all, nil
}

func (s *Store) partsIn(dir string) (all []Part, err error) {
	entries, err := s.fs.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			inside, err := s.partsIn(name)
			if err != nil {
				return nil, err
			}
			all = append(all, inside...)
		case e.Type().IsRegular() && e.Name() != workLock && e.Name() != "README":
			if fi, err := e.Info(); err == nil { // or another process has just given it its name, or removed it
				all = append(all, Part{filepath.Join(s.dir, name), fi.Size(), fi.ModTime()})
			}
		}
	}
	return all, err
}

// SweepWork removes the parts that were last used before a moment, and whatever a crash left unfinished, and returns
// them. dry only tells. Nothing goes while anybody holds the folder: the error is ErrHeld.
func (s *Store) SweepWork(before time.Time, dry bool) ([]Part, error) {
	if there, err := durable.Exists(s.fs, workName); err != nil || !there {
		return nil, err
	}
	if !dry {
		l, err := s.flock(filepath.Join(workName, workLock))
		if err != nil {
			return nil, err
		}
		if ok, err := l.TryLock(); err != nil {
			return nil, fmt.Errorf("store: lock %s: %w", s.WorkDir(), err)
		} else if !ok {
			return nil, ErrHeld
		}
		defer func() { _ = l.Unlock() }()
	}
	parts, err := s.Parts()
	if err != nil {
		return nil, err
	}
	var gone []Part
	for _, part := range parts {
		name := filepath.Base(part.Path)
		unfinished := (strings.HasPrefix(name, "tmp-") || strings.HasPrefix(name, durable.TempPrefix)) &&
			time.Since(part.Used) > old
		if !part.Used.Before(before) && !unfinished {
			continue
		}
		if !dry {
			rel, err := filepath.Rel(s.dir, part.Path)
			if err == nil {
				err = s.remove(rel)
			}
			if err != nil {
				return gone, err
			}
		}
		gone = append(gone, part)
	}
	return gone, nil
}
