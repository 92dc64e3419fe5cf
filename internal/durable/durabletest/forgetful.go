package durabletest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"shotchain/internal/durable"
)

// ErrLost is what a Forgetful disk says from its power loss on.
var ErrLost = errors.New("the power is gone")

// Forgetful is a disk that remembers which bytes and which names were synced, and loses its power once.
//
// Whoever writes sees an ordinary disk, which syncs nothing, until the power is gone: then every call fails. [Forgetful.Left] says
// what may be found afterwards. Bytes that were not synced are there, or only some of them, or none; names that were
// given, changed or removed since their folder was last synced are as they were before, or after, each on its own.
// Files that another program writes are known from their sync on.
type Forgetful struct {
	disk durable.FS
	dead func(Call) bool // asked before every call: whether the power goes now

	mu    sync.Mutex
	gone  bool
	names map[string]*inode // as whoever writes sees them
	kept  map[string]*inode // that survive for sure
	since []change          // of names, not synced yet
}

// inode is what a name stands for.
type inode struct {
	folder bool
	bytes  []byte
	synced []byte // what of them survives for sure; nil for nothing
}

// change is one change of names.
type change struct {
	from, to string // to "" for a removal, from "" for a new name
	of       *inode
}

// NewForgetful is an empty disk at dir, which is made. dead is asked before every call whether the power goes; nil is
// never.
func NewForgetful(dir string, dead func(Call) bool) *Forgetful {
	return &Forgetful{disk: durable.OS(dir), dead: dead, names: map[string]*inode{}, kept: map[string]*inode{}}
}

// call does one thing while the power is there.
func (d *Forgetful) call(op Op, name string, do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gone = d.gone || d.dead != nil && d.dead(Call{op, name})
	if d.gone {
		return &fs.PathError{Op: string(op), Path: name, Err: ErrLost}
	}
	return do()
}

func (d *Forgetful) Open(name string) (f durable.File, err error) {
	err = d.call(Open, name, func() error { f, err = d.disk.Open(name); return err })
	if err != nil {
		return nil, err
	}
	return &forgetfulFile{f, d, name, nil}, nil
}

func (d *Forgetful) Create(name string) (f durable.File, err error) {
	node := &inode{bytes: []byte{}}
	err = d.call(Create, name, func() error {
		if f, err = d.disk.Create(name); err != nil {
			return err
		}
		d.rename("", name, node)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &forgetfulFile{f, d, name, node}, nil
}

// rename notes a change of names.
func (d *Forgetful) rename(from, to string, of *inode) {
	change{from, to, of}.apply(d.names)
	d.since = append(d.since, change{from, to, of})
}

func (c change) apply(names map[string]*inode) {
	if c.from != "" {
		delete(names, c.from)
	}
	if c.to != "" {
		names[c.to] = c.of
	}
}

func (d *Forgetful) Lstat(name string) (info fs.FileInfo, err error) {
	err = d.call(Stat, name, func() error { info, err = d.disk.Lstat(name); return err })
	return info, err
}

func (d *Forgetful) ReadDir(name string) (all []fs.DirEntry, err error) {
	err = d.call(List, name, func() error { all, err = d.disk.ReadDir(name); return err })
	return all, err
}

func (d *Forgetful) Mkdir(name string) error {
	return d.call(Mkdir, name, func() error {
		if err := d.disk.Mkdir(name); err != nil || name == "." {
			return err
		}
		d.rename("", name, &inode{folder: true})
		return nil
	})
}

func (d *Forgetful) Rename(from, to string) error {
	return d.call(Rename, to, func() error {
		if err := d.disk.Rename(from, to); err != nil {
			return err
		}
		d.rename(from, to, d.names[from])
		return nil
	})
}

func (d *Forgetful) Remove(name string) error {
	return d.call(Remove, name, func() error {
		if err := d.disk.Remove(name); err != nil {
			return err
		}
		d.rename(name, "", d.names[name])
		return nil
	})
}

func (d *Forgetful) SyncFile(name string) error {
	return d.call(Sync, name, func() error {
		f, err := d.disk.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		if d.names[name] == nil { // another program has made it
			d.rename("", name, &inode{})
		}
		d.names[name].bytes, d.names[name].synced = b, b
		return nil
	})
}

func (d *Forgetful) SyncDir(dir string) error {
	return d.call(SyncDir, dir, func() error {
		d.since = slices.DeleteFunc(d.since, func(c change) bool {
			name := c.to
			if name == "" {
				name = c.from
			}
			if filepath.Dir(name) != filepath.Clean(dir) {
				return false
			}
			c.apply(d.kept)
			return true
		})
		return nil
	})
}

type forgetfulFile struct {
	durable.File
	d    *Forgetful
	name string
	node *inode // nil for one that is only read
}

func (f *forgetfulFile) Read(b []byte) (n int, err error) {
	err = f.d.call(Read, f.name, func() error { n, err = f.File.Read(b); return err })
	return n, err
}

func (f *forgetfulFile) Write(b []byte) (n int, err error) {
	err = f.d.call(Write, f.name, func() error {
		n, err = f.File.Write(b)
		f.node.bytes = append(f.node.bytes, b[:n]...)
		return err
	})
	return n, err
}

func (f *forgetfulFile) Sync() error {
	return f.d.call(Sync, f.name, func() error {
		f.node.synced = bytes.Clone(f.node.bytes)
		return nil
	})
}

// Survival is what a power loss leaves of what was not synced.
type Survival int

const (
	Nothing    Survival = iota // as little as can be
	Everything                 // as if all had been synced
	Some                       // each thing on its own, as the random numbers say
)

// Left writes what is found after the power loss into an empty folder.
func (d *Forgetful) Left(dir string, s Survival, r *rand.Rand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := maps.Clone(d.kept)
	for _, c := range d.since {
		if s == Everything || s == Some && r.IntN(2) == 0 {
			c.apply(names)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) { // a folder before what is in it
		node, path := names[name], filepath.Join(dir, name)
		if up := filepath.Dir(name); up != "." && names[up] == nil {
			delete(names, name) // its folder is lost
			continue
		}
		if node.folder {
			if err := os.Mkdir(path, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(path, node.left(s, r), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// left are the bytes that survive.
func (n *inode) left(s Survival, r *rand.Rand) []byte {
	switch {
	case bytes.Equal(n.bytes, n.synced) || s == Nothing:
		return n.synced
	case s == Everything:
		return n.bytes
	}
	b := bytes.Clone(n.bytes[:len(n.synced)+r.IntN(len(n.bytes)-len(n.synced)+1)])
	if len(b) > len(n.synced) && r.IntN(3) == 0 { // a length without its bytes
		clear(b[len(n.synced):])
	}
	return b
}

// Know takes what is in the disk's folder already for synced. It is called before anything else.
func (d *Forgetful) Know() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.know(".")
}

func (d *Forgetful) know(dir string) error {
	all, err := d.disk.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range all {
		name, node := filepath.Join(dir, e.Name()), &inode{folder: e.IsDir()}
		if e.IsDir() {
			err = d.know(name)
		} else if node.bytes, err = durable.ReadFile(d.disk, name, 1<<30); err == nil {
			node.synced = node.bytes
		}
		if err != nil {
			return err
		}
		d.names[name], d.kept[name] = node, node
	}
	return err
}
