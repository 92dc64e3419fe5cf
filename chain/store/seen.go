package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"sync"
	"time"

	"shotchain/internal/durable"
)

// This file remembers what has been read: that the bytes of a kept file are what they were is known from its size,
// time and inode, as git knows it, and not by reading gigabytes each time. What changes a disk without the file
// system's knowledge is not seen this way; Verify reads everything.

// seenName is the record in the store's folder. It may be deleted at any time: files are read again.
const seenName = "seen.json"

// maxSeen is the size in bytes up to which it is read; a file takes some 250.
const maxSeen = 256 << 20

// sight is a file as it was when its bytes were read.
type sight struct {
	Bytes  int64  `json:"bytes"`
	Time   int64  `json:"mtime"` // nanoseconds since 1970
	Inode  uint64 `json:"inode,omitempty"`
	Digest string `json:"sha256"`
}

// seen is what is remembered of a store's files, by take and name. Safe for concurrent use.
type seen struct {
	mu    sync.Mutex
	asked bool             // the record has been read
	files map[string]sight // of the record
	fresh map[string]sight // read by this process
	saved int              // how many of fresh the record has
}

func sightOf(fi fs.FileInfo, digest string) sight {
	return sight{fi.Size(), fi.ModTime().UnixNano(), inode(fi), digest}
}

// known is the digest of a file that has not changed since it was read; "" where that is not sure.
func (s *Store) known(name string, fi fs.FileInfo) string {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	if !s.seen.asked {
		s.seen.asked, s.seen.files = true, s.recall()
	}
	was, ok := s.seen.fresh[name]
	if !ok {
		was = s.seen.files[name]
	}
	if was != sightOf(fi, was.Digest) {
		return ""
	}
	return was.Digest
}

// see remembers what a file's bytes were, read from a moment on. A file that was written at about that moment may be
// written again without its time telling: it is not remembered.
func (s *Store) see(name string, fi fs.FileInfo, digest string, from time.Time) {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	if s.seen.fresh == nil {
		s.seen.fresh = map[string]sight{}
	}
	if from.Sub(fi.ModTime()) <= grain(fi.ModTime()) {
		delete(s.seen.fresh, name)
		return
	}
	now := sightOf(fi, digest)
	if s.seen.fresh[name] != now {
		s.seen.saved = 0
	}
	s.seen.fresh[name] = now
}

// grain is the time within which two writes of a file may bear the same time: a tick of the kernel's clock, or on file
// systems that count whole seconds two of them.
func grain(mtime time.Time) time.Duration {
	if mtime.Nanosecond() == 0 {
		return 2 * time.Second
	}
	return 20 * time.Millisecond
}

// recall reads the record. An entry whose file is not older than the record itself is left out: the file may have been
// written again right after it was read. Anything that cannot be read is forgotten.
func (s *Store) recall() map[string]sight {
	fi, err := s.fs.Lstat(seenName)
	if err != nil {
		return nil
	}
	b, err := durable.ReadFile(s.fs, seenName, maxSeen)
	if err != nil {
		return nil
	}
	var files map[string]sight
	if json.Unmarshal(b, &files) != nil {
		return nil
	}
	maps.DeleteFunc(files, func(_ string, was sight) bool { return was.Time >= fi.ModTime().UnixNano() })
	return files
}

// Remember writes down which files this process has read, so that the next one need not read them again. Of two
// processes the last one wins: what is lost is read again.
func (s *Store) Remember() error {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	if s.seen.saved == len(s.seen.fresh) {
		return nil
	}
	files := s.recall()
	if files == nil {
		files = map[string]sight{}
	}
	maps.Copy(files, s.seen.fresh)
	there := map[string]bool{}
	takes, err := s.Takes()
	if err != nil {
		return err
	}
	for _, t := range takes {
		there[t.Key] = true
	}
	maps.DeleteFunc(files, func(name string, _ sight) bool { return !there[path.Dir(name)] })
	b, err := json.Marshal(files)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := durable.WriteFile(s.fs, seenName, b); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.seen.saved = len(s.seen.fresh)
	return nil
}

// sameBytes compares a kept file with what it was: "" where it is the same, else what is wrong with it. All its bytes
// are read where that is asked for, or where nobody remembers them.
func (t Take) sameBytes(want File, read bool) (wrong string, err error) {
	fi, err := t.store.fs.Lstat(t.rel(want.Name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return want.Name + " is missing", nil
	case err != nil:
		return "", err
	case !fi.Mode().IsRegular() || fi.Size() != want.Bytes:
		return fmt.Sprintf("%s has %d bytes, not %d", want.Name, fi.Size(), want.Bytes), nil
	case !read && t.store.known(t.seenAs(want.Name), fi) == want.Digest:
		return "", nil
	}
	got, err := t.Describe(want.Name)
	if err == nil && got.Digest != want.Digest {
		wrong = want.Name + " is not the file that was kept"
	}
	return wrong, err
}

// seenAs names a file of the take in the record.
func (t Take) seenAs(name string) string { return t.Key + "/" + name }

// passing reports whether a file has its name only for now.
func passing(name string) bool { return strings.HasPrefix(name, durable.TempPrefix) }
