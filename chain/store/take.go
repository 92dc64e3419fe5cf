package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"shotchain/internal/durable"
)

// Take is the folder of one take. Reading it needs no lock.
type Take struct {
	Key   string
	store *Store
}

// Names are the files of the folder whose names begin so, in order.
func (t Take) Names(prefix string) (names []string, err error) {
	entries, err := t.store.fs.ReadDir(t.rel(""))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Path is the absolute path of a file in the folder, for other programs.
func (t Take) Path(name string) string { return filepath.Join(t.store.dir, t.rel(name)) }

// rel is a file of the folder as the store's FS names it.
func (t Take) rel(name string) string { return filepath.Join("takes", t.Key, name) }

// ReadFile reads a file of the folder of at most so many bytes.
func (t Take) ReadFile(name string, most int64) ([]byte, error) {
	return durable.ReadFile(t.store.fs, t.rel(name), most)
}

// Clip returns the facts of the kept take. fs.ErrNotExist: it is not kept. ErrDamaged: it was, and what is on disk
// is not that any more; Remedy says what can be done. A file is only read where it has changed since that was done
// last, see Verify.
func (t Take) Clip() (*Clip, error) { return t.whole(false) }

// Verify reads every kept byte and compares the digests.
func (t Take) Verify() error {
	_, err := t.whole(true)
	return err
}

func (t Take) whole(read bool) (*Clip, error) {
	c, err := t.facts("clip.json")
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, f := range []File{c.Video, c.LastFrame} {
		if w, err := t.sameBytes(f, read); err != nil {
			return nil, err
		} else if w != "" {
			wrong = append(wrong, w)
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, strings.Join(wrong, ", "))
	}
	return c, nil
}

// Request returns what the take asks for. fs.ErrNotExist: nothing was ever intended.
func (t Take) Request() (*Request, error) {
	r := new(Request)
	if err := t.store.readRecord(t.rel("request.json"), maxRecord, r); err != nil {
		return nil, err
	}
	if r.Key != t.Key || len(r.Asked) == 0 || !r.local() {
		return nil, fmt.Errorf("%w: request.json is not this take's", ErrDamaged)
	}
	return r, nil
}

// local reports whether every file that the request names is in its own folder.
func (r *Request) local() bool {
	for _, name := range append([]string{r.First, r.Last}, r.References...) {
		if name != "" && !localName(name) {
			return false
		}
	}
	return true
}

// Journal returns the take's attempts; an empty one where nothing was ever intended.
func (t Take) Journal() (*Journal, error) {
	j := new(Journal)
	err := t.store.readRecord(t.rel("task.json"), maxRecord, j)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Journal{Format: Format}, nil
	case err != nil:
		return nil, err
	case j.Attempts == nil:
		return nil, fmt.Errorf("%w: task.json has no attempts", ErrDamaged)
	}
	for i, a := range j.Attempts {
		if err := a.check(i + 1); err != nil {
			return nil, err
		}
	}
	return j, nil
}

func (a Attempt) check(number int) error {
	known := a.State == Intended || a.State == Submitted || a.State == Succeeded || a.State == Failed ||
		a.State == Abandoned
	if !known || a.Number != number || a.Task == "" && (a.State == Submitted || a.State == Succeeded) {
		return fmt.Errorf("%w: task.json: attempt %d makes no sense", ErrDamaged, number)
	}
	return nil
}

// Holds reports whether there is a file of that name in the folder.
func (t Take) Holds(name string) bool {
	fi, err := t.store.fs.Lstat(t.rel(name))
	return err == nil && fi.Mode().IsRegular()
}

// Describe reads a file of the folder whole, and measures it.
func (t Take) Describe(name string) (File, error) {
	f, err := t.store.fs.Open(t.rel(name))
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	h, from := sha256.New(), time.Now()
	n, err := io.Copy(h, f)
	if err != nil {
		return File{}, err
	}
	d := File{Name: name, Digest: hex.EncodeToString(h.Sum(nil)), Bytes: n}
	if after, err := f.Stat(); err == nil && !passing(name) && sightOf(before, "") == sightOf(after, "") {
		t.store.see(t.seenAs(name), after, d.Digest, from)
	}
	return d, nil
}

// asidePrefix begins the name of every file that SetAside has renamed.
const asidePrefix = "damaged-"

// localName reports whether name is a plain file name, so that a record cannot lead out of its folder.
func localName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\`) && filepath.IsLocal(name)
}

// Locked is a take that this process alone writes.
type Locked struct {
	Take
	lock *flock.Flock
}

// Unlock lets the take go. It is safe to call twice.
func (l *Locked) Unlock() { _ = l.lock.Unlock() }

// Clean takes away what a crash left half-written.
func (l *Locked) Clean() error {
	entries, err := l.store.fs.ReadDir(l.rel(""))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), durable.TempPrefix) {
			if err := l.store.fs.Remove(l.rel(e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Temp is a path in the folder for a file that is still being written; Clean removes it after a crash.
func (l *Locked) Temp(name string) string { return l.Path(durable.TempPrefix + name) }

// Create begins the file at a path that Temp gave, anew where there is one.
func (l *Locked) Create(temp string) (durable.File, error) {
	if err := l.Discard(temp); err != nil {
		return nil, err
	}
	return l.store.fs.Create(l.rel(filepath.Base(temp)))
}

// Discard removes the file at a path that Temp or PutFetched gave; one that is not there is fine.
func (l *Locked) Discard(temp string) error { return l.store.remove(l.rel(filepath.Base(temp))) }

// WriteFile puts bytes into the folder. They are on disk when it returns.
func (l *Locked) WriteFile(name string, b []byte) error {
	return durable.WriteFile(l.store.fs, l.rel(name), b)
}

// PutRequest records what the take asks for.
func (l *Locked) PutRequest(r *Request) error {
	r.Format, r.Key = Format, l.Key
	return l.store.writeRecord(l.rel("request.json"), r)
}

// PutJournal records the attempts. They are on disk when it returns.
func (l *Locked) PutJournal(j *Journal) error {
	j.Format = Format
	if j.Attempts == nil {
		j.Attempts = []Attempt{} // none is a list, too
	}
	return l.store.writeRecord(l.rel("task.json"), j)
}

// Adopt syncs a finished temporary file and gives it its name.
func (l *Locked) Adopt(temp, name string) error {
	from := l.rel(filepath.Base(temp))
	if err := l.store.fs.SyncFile(from); err != nil {
		return err
	}
	return durable.Rename(l.store.fs, from, l.rel(name))
}

// PutClip records the facts of files that Adopt has put in place. The take is kept when it returns.
func (l *Locked) PutClip(c *Clip) error {
	c.Format, c.Key = Format, l.Key
	if err := c.check(l.Key); err != nil {
		return err
	}
	return l.store.writeRecord(l.rel("clip.json"), c)
}

// SetAsideClip sets aside everything that makes the take a kept one, or nearly so. The facts go first.
func (l *Locked) SetAsideClip() error {
	names := []string{"clip.json", "clip.mp4"}
	for _, prefix := range []string{"last_frame.", fetchedPrefix} {
		files, err := l.Names(prefix)
		if err != nil {
			return err
		}
		names = append(names, files...)
	}
	return l.SetAside(names...)
}

// SetAside renames files of the folder so that nothing takes them for what they were, and nothing loses them. Those
// that are not there are passed over.
func (l *Locked) SetAside(names ...string) error {
	for _, name := range names {
		there, err := durable.Exists(l.store.fs, l.rel(name))
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		to, err := l.free(name)
		if err != nil {
			return err
		}
		if err := durable.Rename(l.store.fs, l.rel(name), to); err != nil {
			return err
		}
	}
	return nil
}

// free is a name that nothing has yet for a file that is set aside.
func (l *Locked) free(name string) (string, error) {
	for n := 1; ; n++ {
		to := l.rel(fmt.Sprintf(asidePrefix+"%d-%s", n, name))
		if taken, err := durable.Exists(l.store.fs, to); err != nil || !taken {
			return to, err
		}
	}
}
