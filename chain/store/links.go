package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"
)

// A store may lie in a folder that somebody else has made. Whatever is written in it stays in it: it is opened as one
// folder that nothing leads out of (durable.OS), and a link beneath it is refused before anything is written, since
// what a link leads to is not for a store to replace.

// ErrLink is wrapped by Open and Peek where a symbolic link is in a store, or in the place of one.
var ErrLink = errors.New("a symbolic link")

// Unlinked has a store refuse to be a symbolic link itself: for a folder that nobody has named.
func Unlinked() Option { return func(s *Store) { s.unlinked = true } }

// notPlain are the types of what could lead out of a folder.
const notPlain = fs.ModeSymlink | fs.ModeIrregular

// checkLinks refuses links in the store. Files in the folders of takes are looked at when they are opened.
func (s *Store) checkLinks() error {
	info, err := s.fs.Lstat(".")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("store: %w", err)
	case s.unlinked && info.Mode()&notPlain != 0:
		return fmt.Errorf("store: %s is %w", s.dir, ErrLink)
	}
	entries, err := s.fs.ReadDir(".")
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for _, e := range entries {
		if !slices.Contains(storeNames, e.Name()) {
			continue // a store may share its folder with other things
		}
		if err := s.checkLinksIn(".", e); err != nil {
			return err
		}
	}
	return nil
}

// storeNames are what a store has in its own folder.
var storeNames = []string{"README.md", ".gitignore", "format", "takes", "films", "runs", FootageName, workName,
	seenName}

// checkLinksIn refuses an entry of a folder that is a link or has one in it.
func (s *Store) checkLinksIn(dir string, e fs.DirEntry) error {
	name := filepath.Join(dir, e.Name())
	if e.Type()&notPlain != 0 {
		return fmt.Errorf("store: %s is %w", filepath.Join(s.dir, name), ErrLink)
	}
	if !e.IsDir() || dir == "takes" {
		return nil
	}
	entries, err := s.fs.ReadDir(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("store: %w", err)
	}
	for _, inside := range entries {
		if err := s.checkLinksIn(name, inside); err != nil {
			return err
		}
	}
	return nil
}

// flock is the lock file of that name, made where there is none. It stays for ever: deleting one that another process
// has open would let two hold "the" lock.
func (s *Store) flock(name string) (*flock.Flock, error) {
	info, err := s.fs.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("store: %s is not a regular file", filepath.Join(s.dir, name))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("store: %w", err)
	}
	return flock.New(filepath.Join(s.dir, name), flock.SetFlag(lockFlags)), nil
}
