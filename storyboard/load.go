package storyboard

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// Options change how a storyboard is read. The zero value reads it as it stands.
type Options struct {
	Vars       map[string]string // override `vars` of the same name; a name that the film does not have is a problem
	AllowPaths []string          // folders beside the storyboard's own that its paths may reach into
	Edits      map[string][]byte // texts that are read in place of included files, by their paths as written
	Done       <-chan struct{}   // closing it ends the reading with context.Canceled; nil: nothing does
}

// Load reads and parses the storyboard at path. The error is Problems where the storyboard is wrong, and anything
// else where the file could not be read.
func Load(path string, o Options) (*Storyboard, error) {
	src, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, filepath.Dir(path), src, o)
}

// readBounded reads a file, but not much more of it than a storyboard may have.
func readBounded(path string) ([]byte, error) {
	// Without blocking: the opening of a pipe that nobody writes to would hang where not even Ctrl-C reaches.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", path)
	}
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// Parse parses src. file names it in messages, dir is the folder that its paths are relative to. The error, if
// any, is Problems, and the storyboard beside it what could be read – broken, only good for finding what else is wrong;
// nil where nothing could –, save where the working folder itself cannot be named or Options.Done ended the reading. Parse reads
// the stills that the storyboard names, and nothing else.
func Parse(file, dir string, src []byte, o Options) (*Storyboard, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of %s: %w", file, err)
	}
	s, found := newSource(file, src)
	if len(found) > 0 {
		return nil, s.problems(found)
	}
	root, found := s.document()
	if root == nil {
		return nil, s.problems(found)
	}
	r := &reader{source: s, found: found, texts: map[textOf]reading{}, stills: newStills(abs, o.AllowPaths, o.Edits),
		done: o.Done}
	defer r.stills.close()
	root = r.includes(root)
	sb := r.film(root, o.Vars, nil)
	sb.Dir = abs
	r.variants(sb, root, o.Vars)
	if r.stopped {
		return nil, context.Canceled
	}
	sb.digest, sb.texts = r.stills.digest(src), r.stills.paths()
	if err := s.problems(r.found); err != nil {
		sb.unread = r.unread
		return sb, err
	}
	return sb, nil
}
