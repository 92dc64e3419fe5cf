package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// fetchedPrefix begins the name of a whole download that has not been checked yet: fetched-<task>-<sha256>-<name>,
// with the task's id as a digest. The name is its record: a file whose bytes have another digest is none.
const fetchedPrefix = "fetched-"

func fetchedName(task, digest, name string) string {
	id := sha256.Sum256([]byte(task))
	return fmt.Sprintf("%s%s-%s-%s", fetchedPrefix, hex.EncodeToString(id[:8]), digest, name)
}

// Fetched is the path of what PutFetched has kept of a task under that name, if it is there and whole.
func (t Take) Fetched(task, name string) (path string, ok bool) {
	begin, _, _ := strings.Cut(fetchedName(task, "*", name), "*")
	names, _ := t.Names(begin) // what cannot be read only costs another download
	for _, there := range names {
		if f, err := t.Describe(there); err == nil && there == fetchedName(task, f.Digest, name) {
			return t.Path(there), true
		}
	}
	return "", false
}

// PutFetched keeps a whole download of a task's beside its place, so that a crash while it is being checked does not
// cost another one. It is on disk when PutFetched returns.
func (l *Locked) PutFetched(task, name, temp string) (path string, err error) {
	f, err := l.Describe(filepath.Base(temp))
	if err != nil {
		return "", err
	}
	as := fetchedName(task, f.Digest, name)
	return l.Path(as), l.Adopt(temp, as)
}

// DropFetched lets go of the downloads that are left when the take is kept. One that stays only takes room.
func (l *Locked) DropFetched() {
	names, _ := l.Names(fetchedPrefix)
	for _, name := range names {
		_ = l.Discard(l.Path(name))
	}
}
