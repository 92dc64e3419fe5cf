package durable

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// OS is the real disk's folder at dir, which need not be there yet. Nothing is opened before it is used; from then on
// it stays the same folder, whatever becomes of its name.
func OS(dir string) FS { return &folder{dir: dir} }

type folder struct {
	dir string

	mu     sync.Mutex
	opened *os.Root // guarded by mu; nil as long as the folder was not there. Closed by the garbage collector
}

func (d *folder) root() (*os.Root, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened == nil {
		root, err := os.OpenRoot(d.dir)
		if err != nil {
			return nil, err
		}
		d.opened = root
	}
	return d.opened, nil
}

// OpenPlain opens a file that a user names, which may be a link, for reading: a regular one, and nothing that could hang
// or never end.
func OpenPlain(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	return plain(f, path)
}

// plain is an open file that is a regular one; any other is closed.
func plain(f *os.File, name string) (*os.File, error) {
	if info, err := f.Stat(); err != nil {
		f.Close()
		return nil, err
	} else if !info.Mode().IsRegular() {
		f.Close()
		return nil, irregular("open", name)
	}
	return f, nil
}

func (d *folder) Open(name string) (File, error) {
	r, err := d.root()
	if err != nil {
		return nil, err
	}
	// A link or a pipe is refused before it is opened; what is opened is looked at once more.
	if info, err := r.Lstat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, irregular("open", name)
	}
	f, err := r.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	if f, err = plain(f, name); err != nil { // no file within an interface that is not nil
		return nil, err
	}
	return f, nil
}

func (d *folder) Create(name string) (File, error) {
	r, err := d.root()
	if err != nil {
		return nil, err
	}
	f, err := r.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err // or the interface would hold a nil file
	}
	return f, nil
}

// Lstat of "." is that of the folder's own name: it tells whether that is a link.
func (d *folder) Lstat(name string) (fs.FileInfo, error) {
	if name == "." {
		return os.Lstat(d.dir)
	}
	r, err := d.root()
	if err != nil {
		return nil, err
	}
	return r.Lstat(name)
}

func (d *folder) ReadDir(name string) ([]fs.DirEntry, error) {
	r, err := d.root()
	if err != nil {
		return nil, err
	}
	f, err := r.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

func (d *folder) Mkdir(name string) error {
	if name == "." {
		if err := os.MkdirAll(d.dir, 0o755); err != nil {
			return err
		}
		return syncDir(os.Open(filepath.Dir(d.dir)))
	}
	r, err := d.root()
	if err != nil {
		return err
	}
	return r.Mkdir(name, 0o755)
}

func (d *folder) Rename(from, to string) error {
	r, err := d.root()
	if err != nil {
		return err
	}
	return r.Rename(from, to)
}

func (d *folder) Remove(name string) error {
	r, err := d.root()
	if err != nil {
		return err
	}
	return r.Remove(name)
}

func (d *folder) SyncFile(name string) error {
	r, err := d.root()
	if err != nil {
		return err
	}
	if info, err := r.Lstat(name); err != nil {
		return err
	} else if !info.Mode().IsRegular() {
		return irregular("sync", name)
	}
	f, err := r.OpenFile(name, os.O_RDWR|nonBlocking, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func (d *folder) SyncDir(name string) error {
	r, err := d.root()
	if err != nil {
		return err
	}
	return syncDir(r.Open(name))
}
