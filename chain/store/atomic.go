package store

import (
	"io"
	"os"
	"path/filepath"
)

// Step, where a test sets it, is called before every change of the disk, with what is about to happen. It exists so
// that a crash can be put at every such point; it must be set before any store is used.
var Step = func(what, path string) {}

// WriteFile puts b at path. The file appears whole when the rename succeeds, and survives a power loss once
// WriteFile has returned.
func WriteFile(path string, b []byte) error {
	return write(path, func(f *os.File) error { _, err := f.Write(b); return err })
}

// CopyFile puts the bytes of from at path as WriteFile does.
func CopyFile(from, path string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return write(path, func(f *os.File) error { _, err := io.Copy(f, in); return err })
}

func write(path string, fill func(*os.File) error) (err error) {
	Step("create", path)
	f, err := os.CreateTemp(filepath.Dir(path), tempPrefix+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := f.Chmod(0o644); err != nil && !onWindows {
		return err
	}
	if err := fill(f); err != nil {
		return err
	}
	Step("sync", path)
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return Rename(f.Name(), path)
}

// Rename moves a finished and synced file to its place in the same folder, replacing what is there, and syncs the
// folder.
func Rename(from, to string) error {
	Step("rename", to)
	if err := os.Rename(from, to); err != nil {
		return err
	}
	Step("renamed", to)
	return syncDir(filepath.Dir(to))
}

// makeDir makes a folder whose own name survives a power loss.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	Step("mkdir", dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// tempPrefix begins the name of every file that is not finished. A crash can leave one behind; Locked.Clean takes
// them away.
const tempPrefix = ".new-"
