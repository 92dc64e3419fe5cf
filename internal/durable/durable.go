// Package durable puts files on a disk so that each appears whole or not at all, and is still there after a power
// loss: it is written beside its place, synced, renamed, and its folder synced.
//
// Everything goes through one small interface, [FS], so that a test can be the disk: count what is done, fail at any
// point, or forget what was not synced (package durabletest). [OS] is the real disk. Names are relative to the
// folder that an FS stands for and never lead out of it, not even through a link. Only regular files are opened, and
// without waiting for anybody, so a stranger's folder can neither hang nor lead astray whoever reads it.
package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

// FS is one folder of a disk, with what is beneath it. Names are relative to it, in the system's spelling; "." is the
// folder itself. Errors wrap fs.ErrNotExist and fs.ErrExist as those of package os do. Safe for concurrent use.
type FS interface {
	Open(name string) (File, error)   // a regular file, for reading; a link or anything else is ErrIrregular
	Create(name string) (File, error) // a new file, for writing; fs.ErrExist where there is anything of that name
	Lstat(name string) (fs.FileInfo, error)
	ReadDir(name string) ([]fs.DirEntry, error) // by name
	Mkdir(name string) error                    // one folder; "." makes the FS's own folder, with all above it
	Rename(from, to string) error               // replaces a file that is there
	Remove(name string) error
	SyncFile(name string) error // the bytes of a file that somebody else has written survive a power loss
	SyncDir(name string) error  // the names in a folder survive a power loss
}

// File is an open file of an FS.
type File interface {
	io.ReadWriteCloser
	Stat() (fs.FileInfo, error)
	Sync() error
}

// TempPrefix begins the name of every file that is not finished. A crash can leave one behind.
const TempPrefix = ".new-"

// ErrIrregular is wrapped where a name leads to something else than a plain file: a link, a folder, a pipe, a device.
var ErrIrregular = errors.New("not a regular file")

// ErrTooLarge is wrapped where a file is larger than its reader allows.
var ErrTooLarge = errors.New("too large")

// Write puts a file at name whose bytes fill writes. It appears whole when the rename succeeds, and survives a power
// loss once Write has returned.
func Write(f FS, name string, fill func(io.Writer) error) (err error) {
	dir, base := filepath.Split(name)
	temp := filepath.Join(dir, TempPrefix+base+"-"+strings.ToLower(rand.Text()[:10]))
	out, err := f.Create(temp)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			out.Close()
			_ = f.Remove(temp) // what stays is swept later
		}
	}()
	if err := fill(out); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return Rename(f, temp, name)
}

// WriteFile is Write of bytes.
func WriteFile(f FS, name string, b []byte) error {
	return Write(f, name, func(w io.Writer) error { _, err := w.Write(b); return err })
}

// WritePath is WriteFile for a path anywhere, whose folder must be there.
func WritePath(path string, b []byte) error {
	return WriteFile(OS(filepath.Dir(path)), filepath.Base(path), b)
}

// ReadPath reads a plain file at a path of the whole disk, of at most so many bytes, without ever blocking: neither a
// link nor a pipe nor a device is read.
func ReadPath(path string, most int64) ([]byte, error) {
	return ReadFile(OS(filepath.Dir(path)), filepath.Base(path), most)
}

// Rename moves a finished and synced file to its place in the same folder, replacing what is there, and syncs the
// folder.
func Rename(f FS, from, to string) error {
	if err := f.Rename(from, to); err != nil {
		return err
	}
	return f.SyncDir(filepath.Dir(to))
}

// MakeDir makes a folder, with those above it, whose own name survives a power loss. One that is there is left as it
// is; a link in its place is ErrIrregular.
func MakeDir(f FS, name string) error {
	info, err := f.Lstat(name)
	switch {
	case err == nil && name == ".": // whoever named it may have meant a link
		return nil
	case err == nil && !info.IsDir():
		return irregular("mkdir", name)
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if name == "." {
		return f.Mkdir(name)
	}
	if err := MakeDir(f, filepath.Dir(name)); err != nil {
		return err
	}
	if err := f.Mkdir(name); err != nil && !errors.Is(err, fs.ErrExist) { // another process was faster
		return err
	}
	return f.SyncDir(filepath.Dir(name))
}

// ReadFile reads a file of at most so many bytes.
func ReadFile(f FS, name string, most int64) ([]byte, error) {
	in, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(b)) > most {
		err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most)}
	}
	return b, err
}

// Exists reports whether there is anything of that name.
func Exists(f FS, name string) (bool, error) {
	_, err := f.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func irregular(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: ErrIrregular} }
