// Package store keeps clips and task records on disk, so that no crash, no second process and no full disk makes
// anyone pay twice.
//
// Start with [Open], then [Store.Lock] a take by its key: whoever holds the lock alone writes. A take is one folder
// that a person can read:
//
//	takes/<key>/request.json   what is asked, of whom, for which shot; written before anything is paid
//	takes/<key>/first_frame.*  the picture it grows from, frozen; end_frame.*, reference_*: the others it is given
//	takes/<key>/task.json      every attempt: intended, then submitted with its task id, then how it ended
//	takes/<key>/clip.mp4, last_frame.*
//	takes/<key>/clip.json      the facts; a take is kept from the instant that this file's rename succeeds
//
// Every file appears whole or not at all: written beside its place, synced, renamed, and the folder synced. A
// reader needs no lock and never sees half a clip. A damaged entry reads as absent, with the reason. The package
// knows nothing of providers: requests are JSON to it, and it never holds a key or a signed URL.
package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"shotchain/internal/durable"
)

// Format is the version of the layout and of every record in it. Formats 1 and 2 are read, too: records of
// the first had no digest, and marks of the first two were numbers.
const Format = 3

// Sizes in bytes up to which files of a store are read.
const (
	maxVersion = 32
	maxRecord  = 1 << 20  // a record; a request with nine references and the longest prompt has some 20 kB
	maxFilm    = 64 << 20 // what is remembered of a film: a request for each take
	maxEvents  = 64 << 20 // what went on in a run
)

// DirName is the folder beside a storyboard that holds its store unless told otherwise.
const DirName = ".shotchain"

//go:embed README.store.md
var readme []byte

// Store is a folder of takes. Its methods may be used by many goroutines and processes at once.
type Store struct {
	dir      string
	fs       durable.FS // the folder
	unlinked bool       // it must not be a link itself
	version  int        // that was found; 0 for no store

	seen seen
}

// Option changes how a store is opened.
type Option func(*Store)

// On puts another disk in the real one's place: fs is given the store's folder.
func On(fs func(dir string) durable.FS) Option { return func(s *Store) { s.fs = fs(s.dir) } }

// Open opens the store at dir and makes it where there is none.
func Open(dir string, options ...Option) (*Store, error) {
	s, err := Peek(dir, options...)
	if err != nil {
		return nil, err
	}
	return s, s.Create()
}

// Peek is Open for readers: it makes nothing, and a folder that is not there reads as an empty store.
func Peek(dir string, options ...Option) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &Store{dir: abs}
	for _, o := range options {
		o(s)
	}
	if s.fs == nil {
		s.fs = durable.OS(abs)
	}
	if err := s.checkLinks(); err != nil {
		return nil, err
	}
	if err := s.checkFormat(); err != nil {
		return nil, err
	}
	return s, nil
}

// Dir is the store's absolute folder.
func (s *Store) Dir() string { return s.dir }

// WorkDir is where parts of films are cached: everything in it can be made again for free.
func (s *Store) WorkDir() string { return filepath.Join(s.dir, workName) }

// checkFormat reads the store's version, 0 for none.
func (s *Store) checkFormat() error {
	b, err := durable.ReadFile(s.fs, "format", maxVersion)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	v, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || v < 1 {
		return fmt.Errorf("the store is %w: %s does not hold a version", ErrFormat, filepath.Join(s.dir, "format"))
	}
	if v > Format {
		return fmt.Errorf(
			"the store is %w: %s has version %d, this program reads up to %d; use a newer shotchain or another --store",
			ErrFormat, s.dir, v, Format)
	}
	s.version = v
	return nil
}

// Create makes the store where there is none, and has one of an older format say that newer records are in it. It is
// safe to call again.
func (s *Store) Create() error {
	if s.version == Format {
		return nil
	}
	if err := durable.MakeDir(s.fs, "takes"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	files := []struct{ name, text string }{
		{"README.md", string(readme)},
		{".gitignore", "*\n"},
		{"format", strconv.Itoa(Format) + "\n"}, // last: from here on the store is one
	}
	for _, f := range files {
		if err := durable.WriteFile(s.fs, f.name, []byte(f.text)); err != nil {
			return fmt.Errorf("store: %w", err)
		}
	}
	s.version = Format
	return nil
}

var keyPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// IsKey reports whether a string has the form of a key.
func IsKey(key string) bool { return keyPattern.MatchString(key) }

// Take is the folder of one take, for reading. It may not exist yet.
func (s *Store) Take(key string) Take {
	if !keyPattern.MatchString(key) {
		panic("store: not a key: " + key)
	}
	return Take{Key: key, store: s}
}

// Takes are the folders of all takes there are, by key.
func (s *Store) Takes() ([]Take, error) {
	entries, err := s.fs.ReadDir("takes")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	var all []Take
	for _, e := range entries {
		if e.IsDir() && keyPattern.MatchString(e.Name()) {
			all = append(all, s.Take(e.Name()))
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Key < all[j].Key })
	return all, nil
}

// lockPoll is how often a process looks whether another one has let a take go.
const lockPoll = 100 * time.Millisecond

// Lock makes the take's folder and waits until no other process or goroutine writes in it. waiting, if not nil, is
// called once where somebody else holds it. The lock ends with Unlock, and with the process however it dies.
func (s *Store) Lock(ctx context.Context, key string, waiting func()) (*Locked, error) {
	t := s.Take(key)
	if err := durable.MakeDir(s.fs, t.rel("")); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	l, err := s.flock(t.rel("lock"))
	if err != nil {
		return nil, err
	}
	ok, err := l.TryLock()
	if err == nil && !ok {
		if waiting != nil {
			waiting()
		}
		ok, err = l.TryLockContext(ctx, lockPoll)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("store: lock %s: %w", t.Path(""), err)
	}
	if !ok {
		return nil, ctx.Err()
	}
	return &Locked{Take: t, lock: l}, nil
}
