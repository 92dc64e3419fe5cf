package film

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"shotchain/chain"
	"shotchain/chain/provider"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// WatchOptions say what is watched and drawn.
type WatchOptions struct {
	Film    Options // its service is the simulator, whatever it says
	Output  string  // the animatic's file; "" for out/<title>-animatic.mp4 beside the storyboard
	Version string
	Around  func(provider.Provider) provider.Provider // put around the simulator's client; nil for nothing
}

// Watched is one look at a storyboard: the film that was made of it, or why there is none.
type Watched struct {
	File  Edition
	Drawn int // clips that were made for it; the others were there
	Took  time.Duration
	Err   error
}

// watchEvery is how often the files are looked at.
const watchEvery = 100 * time.Millisecond

// Watch makes the animatic of each state of a storyboard's files, until ctx ends, and tells of each. A state that is
// overtaken by the next one while its film is being made is given up.
func Watch(ctx context.Context, path string, o WatchOptions, tell func(Watched)) error {
	if err := Ready(); err != nil {
		return err
	}
	if f, err := os.Open(path); err != nil { // nobody means to wait for a file whose name is mistyped
		return err
	} else if info, err := f.Stat(); f.Close() != nil || err != nil || info.IsDir() {
		return misused("watch takes the storyboard's file", "%s is a folder", path)
	}
	catalogue, err := Catalogue(o.Film.Models)
	if err != nil {
		return err
	}
	o.Film.Service, o.Film.Choose = Simulator(), nil
	if o.Film.Scratch == nil {
		o.Film.Scratch = &Scratch{}
		defer o.Film.Scratch.Remove()
	}
	client, done, err := o.Film.Service.Connect(Connection{Version: o.Version, Models: catalogue})
	if err != nil {
		return err
	}
	defer done()
	if o.Around != nil {
		client = o.Around(client)
	}
	calls, err := loopback(provider.Bell(client))
	if err != nil {
		return err
	}
	defer calls.close()
	w := &watcher{path: path, o: o, tell: tell, how: chain.RunOptions{Provider: client, Inspector: inspector{}}}
	calls.into(&w.how, calls.url)
	w.watch(ctx)
	return nil
}

// watcher makes the film of a storyboard again and again.
type watcher struct {
	path string
	o    WatchOptions
	tell func(Watched)
	how  chain.RunOptions // but for the store

	mu     sync.Mutex
	stills []string // of the film as it was last read; guarded by mu
}

func (w *watcher) watch(ctx context.Context) {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	var seen string
	for stop := func() {}; ; {
		if w.state() != seen {
			stop()
			if f, err := Open(ctx, w.path, w.o.Film); err == nil {
				w.read(f)
			}
			seen = w.state()
			stop = w.start(ctx)
		}
		select {
		case <-ctx.Done():
			stop()
			return
		case <-every.C:
		}
	}
}

// state names the contents of the storyboard and the times of its stills.
func (w *watcher) state() string {
	b, err := os.ReadFile(w.path)
	s := fmt.Sprintf("%x %v", sha256.Sum256(b), err)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, path := range w.stills {
		if info, err := os.Stat(path); err == nil {
			s += fmt.Sprint(" ", path, info.ModTime().UnixNano(), info.Size())
		}
	}
	return s
}

// read notes the stills of a film that was read. Those of one that could not be stay: they may be what is wrong.
func (w *watcher) read(f *Film) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stills = f.inputs()[1:]
}

// start makes the film of the files as they are now. stop gives it up and waits until it is.
func (w *watcher) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	began := time.Now()
	go func() {
		defer close(ended)
		file, drawn, err := w.look(ctx)
		if ctx.Err() == nil {
			w.tell(Watched{file, drawn, time.Since(began), err})
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// look makes the film as the storyboard says now. drawn counts the clips that were not there.
func (w *watcher) look(ctx context.Context) (_ Edition, drawn int, err error) {
	f, err := Open(ctx, w.path, w.o.Film)
	if err != nil {
		return Edition{}, 0, err
	}
	if f.Drafts != nil { // half the picture is drawn in half the time
		f = f.Drafts
	}
	if err := f.Store.Create(); err != nil {
		return Edition{}, 0, err
	}
	out, err := f.animatic(w.o.Output)
	if err != nil {
		return Edition{}, 0, err
	}
	plan, err := f.Plan(ctx, PlanOptions{})
	if err != nil {
		return Edition{}, 0, err
	}
	release, err := f.Store.HoldWork(ctx)
	if err != nil {
		return Edition{}, 0, err
	}
	defer release()
	how := w.how
	how.Store = f.Store
	reel, err := chain.Run(ctx, plan.Plan, how)
	if fail := f.Outcome(ctx, reel, err); fail != nil {
		return Edition{}, 0, fail
	}
	made, _, err := out.assemble(ctx, out.Cuts, reel, work.Options{Dir: f.Store.WorkDir()}, w.o.Version)
	if err != nil {
		return Edition{}, 0, err
	}
	return made[0], reel.Count(chain.Kept), nil
}

// animatic is every shot of the first variant in order, in a file that is never one that Make makes.
func (f *Film) animatic(to string) (Delivery, error) {
	one := f.Variants()[0]
	whole := *one.Whole()
	if to == "" {
		name := one.fileName()
		if one.Draft {
			name = strings.TrimSuffix(name, draftEnd)
		}
		to = filepath.Join(one.Dir, "out", name+"-animatic.mp4")
	}
	if err := one.outputs(&whole, to); err != nil {
		return Delivery{}, err
	}
	return Delivery{one, []*storyboard.Cut{&whole}}, spare(whole.Outputs[0].Path, one.inputs(), f.Store.Dir())
}
