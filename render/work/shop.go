// Package work is where films are made: a folder of files named by what they are made of ([Key]), which are kept between
// runs so that only what changed is made again, and a [Shop] that runs ffmpeg over it, so many at once as there are
// workers. It knows how things are made and kept, not what they are. Several processes may share a folder.
package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"shotchain/render/ffmpeg"
)

// Options of work on films. The zero value works in a temporary folder on all cores and says nothing.
type Options struct {
	Dir      string                // folder that keeps segments between runs, "" for none
	Workers  int                   // ffmpeg processes at once, each on one core and in about 200 MB; 0: one per core
	Progress func(done, total int) // frames of the film that are ready to be joined; calls never overlap
	Trace    func(argv []string)   // gets each ffmpeg command before it runs; calls never overlap
	Ran      func(argv []string)   // gets each command that runs in a dry run all the same: the others depend on what comes of it
	DryRun   bool                  // nothing runs and no output is written: only Trace is called, for what is not there yet
}

// Shop is where segments are made: the work folder, the tools and how to run them. Safe for concurrent use.
type Shop struct {
	Folder
	Tools ffmpeg.Tools
	Options
	slots   chan struct{} // one for each process that may run
	digests sync.Map      // of files by path, for clips that came without
}

// Open finds the tools and makes the work folder where needed; what it returns closes it.
func Open(o Options) (*Shop, func(), error) {
	tools, err := ffmpeg.Find()
	if err != nil {
		return nil, nil, err
	}
	w, done, err := openWork(o.Dir)
	if err != nil {
		return nil, nil, err
	}
	if o.Trace != nil {
		var mu sync.Mutex
		trace := o.Trace
		o.Trace = func(argv []string) {
			mu.Lock()
			defer mu.Unlock()
			trace(argv)
		}
	}
	return &Shop{Folder: w, Tools: tools, Options: o, slots: make(chan struct{}, workers(o.Workers))}, done, nil
}

// DigestOf is the digest of a file, read once.
func (sh *Shop) DigestOf(path string) (string, error) {
	if d, ok := sh.digests.Load(path); ok {
		return d.(string), nil
	}
	d, err := Digest(path)
	if err == nil {
		sh.digests.Store(path, d)
	}
	return d, err
}

// Run runs ffmpeg as soon as a worker is free. Where nothing is to run, the command is only told.
func (sh *Shop) Run(ctx context.Context, args []string, o ffmpeg.Options) error {
	o.Trace, o.DryRun = sh.Trace, sh.DryRun
	select {
	case sh.slots <- struct{}{}:
		defer func() { <-sh.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return ffmpeg.Run(ctx, args, o)
}

// Key is a file name for what parts say.
func Key(kind string, parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		panic(err) // strings and numbers only
	}
	sum := sha256.Sum256(b)
	return kind + "-" + hex.EncodeToString(sum[:])
}

// Digest is the SHA-256 of a file's bytes, in hexadecimal: what clips are known by here.
func Digest(path string) (string, error) { return ffmpeg.Digest(path) }

// Group is a group of as many goroutines as there are workers.
func Group(ctx context.Context, n int) (*errgroup.Group, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers(n))
	return group, ctx
}

func workers(n int) int {
	if n > 0 {
		return n
	}
	return runtime.NumCPU()
}
