// Package durabletest is disks that go wrong, for tests of whatever writes through durable.FS.
//
// [Before] asks a function before every call, which may count it, refuse it or stop the program there. [Forgetful]
// remembers what was not synced, and says what the disk may hold after a power loss at any point. [Unsynced] only is
// fast.
package durabletest

import (
	"io/fs"

	"shotchain/internal/durable"
)

// Op is one kind of call to a disk.
type Op string

const (
	Open     Op = "open"
	Create   Op = "create"
	Stat     Op = "stat"
	List     Op = "list" // a folder
	Mkdir    Op = "mkdir"
	Rename   Op = "rename"
	Remove   Op = "remove"
	Read     Op = "read"
	Write    Op = "write"
	Close    Op = "close"
	Sync     Op = "sync"     // a file
	SyncDir  Op = "sync dir" // a folder's names
	Finished Op = "finished" // Before's function is told of it where a rename has succeeded: it cannot be refused
)

// Call is one call to a disk.
type Call struct {
	Op   Op
	Name string // of the file or folder; of a rename where it goes
}

// Changes reports whether the call changes the disk, or what survives a power loss.
func (c Call) Changes() bool {
	switch c.Op {
	case Create, Mkdir, Rename, Remove, Sync, SyncDir, Finished:
		return true
	}
	return false
}

// Before is a disk that asks before every call: where the answer is an error, the call fails with it and does
// nothing. before is called by many goroutines at once.
func Before(disk durable.FS, before func(Call) error) durable.FS { return &asking{disk, before} }

type asking struct {
	durable.FS
	before func(Call) error
}

func (a *asking) ask(op Op, name string) error {
	if err := a.before(Call{op, name}); err != nil {
		return &fs.PathError{Op: string(op), Path: name, Err: err}
	}
	return nil
}

func (a *asking) Open(name string) (durable.File, error) {
	if err := a.ask(Open, name); err != nil {
		return nil, err
	}
	return a.file(name)(a.FS.Open(name))
}

func (a *asking) Create(name string) (durable.File, error) {
	if err := a.ask(Create, name); err != nil {
		return nil, err
	}
	return a.file(name)(a.FS.Create(name))
}

func (a *asking) file(name string) func(durable.File, error) (durable.File, error) {
	return func(f durable.File, err error) (durable.File, error) {
		if err != nil {
			return nil, err
		}
		return &askingFile{f, a, name}, nil
	}
}

func (a *asking) Lstat(name string) (fs.FileInfo, error) {
	if err := a.ask(Stat, name); err != nil {
		return nil, err
	}
	return a.FS.Lstat(name)
}

func (a *asking) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := a.ask(List, name); err != nil {
		return nil, err
	}
	return a.FS.ReadDir(name)
}

func (a *asking) Mkdir(name string) error {
	if err := a.ask(Mkdir, name); err != nil {
		return err
	}
	return a.FS.Mkdir(name)
}

func (a *asking) Rename(from, to string) error {
	if err := a.ask(Rename, to); err != nil {
		return err
	}
	if err := a.FS.Rename(from, to); err != nil {
		return err
	}
	_ = a.before(Call{Finished, to})
	return nil
}

func (a *asking) Remove(name string) error {
	if err := a.ask(Remove, name); err != nil {
		return err
	}
	return a.FS.Remove(name)
}

func (a *asking) SyncFile(name string) error {
	if err := a.ask(Sync, name); err != nil {
		return err
	}
	return a.FS.SyncFile(name)
}

func (a *asking) SyncDir(name string) error {
	if err := a.ask(SyncDir, name); err != nil {
		return err
	}
	return a.FS.SyncDir(name)
}

type askingFile struct {
	durable.File
	a    *asking
	name string
}

func (f *askingFile) Read(b []byte) (int, error) {
	if err := f.a.ask(Read, f.name); err != nil {
		return 0, err
	}
	return f.File.Read(b)
}

func (f *askingFile) Write(b []byte) (int, error) {
	if err := f.a.ask(Write, f.name); err != nil {
		return 0, err
	}
	return f.File.Write(b)
}

func (f *askingFile) Sync() error {
	if err := f.a.ask(Sync, f.name); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *askingFile) Close() error {
	if err := f.a.ask(Close, f.name); err != nil {
		_ = f.File.Close() // as the system does: the file is closed whatever it says
		return err
	}
	return f.File.Close()
}
