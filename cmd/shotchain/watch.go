package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// watchFlags are the options of watch.
type watchFlags struct {
	film   filmFlags
	stores storeFlags
	output outputFlags
}

func (p *program) watchVerb() *cobra.Command {
	var o watchFlags
	cmd := &cobra.Command{
		Use:   "watch FILE",
		Short: "draw the film's animatic anew each time the storyboard is saved",
		Long: `Watch looks at the storyboard and its stills, and each time one of them is saved it reports every problem, or makes the
film anew with the built-in simulator: only the shots that changed, and what grows from them, are drawn, as drafts. It never
talks to a service that charges, whatever key is set. The film's path is printed on stdout each time it is ready; it is
not the film that run makes. It ends with Ctrl-C.`,
		Example: "shotchain watch film.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			if who := o.film.provider; who != "" && who != providerSim || o.film.base != "" {
				return usage("leave --provider out: it draws, and buys nothing", "watch works with the simulator only")
			}
			o.film.provider = providerSim
			return p.watch(cmd.Context(), args[0], &o)
		},
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	cmd.Flags().StringVarP(&o.output.path, "output", "o", "", "the film's `FILE` (default out/<title>-animatic.mp4 beside the storyboard)")
	return cmd
}

// watchEvery is how often the files are looked at.
const watchEvery = 100 * time.Millisecond

// watch makes the film of each state of the files, until ctx ends. A state that is overtaken by the next one while
// its film is being made is given up.
func (p *program) watch(ctx context.Context, path string, o *watchFlags) error {
	if _, err := ffmpeg.Find(); err != nil {
		return err
	}
	catalogue, err := o.film.catalogue()
	if err != nil {
		return err
	}
	provider, done, err := p.client(service{name: providerSim}, catalogue)
	if err != nil {
		return err
	}
	defer done()
	calls, err := loopback()
	if err != nil {
		return err
	}
	defer calls.close()
	w := &watcher{p: p, path: path, o: o, how: chain.RunOptions{Provider: provider, Inspector: inspector{}}}
	calls.into(&w.how, calls.url)
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	var seen string
	for stop := func() {}; ; {
		if w.state() != seen {
			stop()
			if f, err := p.openIn(ctx, path, o.film, o.stores); err == nil {
				w.read(f)
			}
			seen = w.state()
			stop = w.start(ctx)
		}
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-every.C:
		}
	}
}

// loopbackCalls take the callbacks of a simulator in this process: a film is ready sooner than by asking.
type loopbackCalls struct {
	*callbacks
	url string
}

func loopback() (loopbackCalls, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return loopbackCalls{}, err
	}
	cb := newCallbacks()
	cb.server = &http.Server{Handler: cb, ReadTimeout: callbackPatience, WriteTimeout: callbackPatience}
	go func() { _ = cb.server.Serve(l) }()
	return loopbackCalls{cb, "http://" + l.Addr().String() + "/"}, nil
}

// watcher makes the film of a storyboard again and again.
type watcher struct {
	p    *program
	path string
	o    *watchFlags
	how  chain.RunOptions // but for the store

	mu     sync.Mutex
	stills []string // of the film as it was last read; guarded by mu
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
func (w *watcher) read(f *film) {
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
		film, drawn, err := w.look(ctx)
		if ctx.Err() == nil {
			w.tell(ctx, film, drawn, err, time.Since(began))
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// jsonWatched is one look of watch with --json.
type jsonWatched struct {
	Film  *jsonFilm  `json:"film,omitempty"`
	Drawn int        `json:"drawn"` // clips that were made for it; the others were there
	Error *jsonError `json:"error,omitempty"`
	Took  float64    `json:"took_seconds"`
}

// tell says what came of a look.
func (w *watcher) tell(ctx context.Context, film edition, drawn int, err error, d time.Duration) {
	switch {
	case w.p.json && err != nil:
		w.p.printJSON(jsonWatched{Error: errorJSON(AsFailure(ctx, err)), Took: d.Seconds()})
	case w.p.json:
		w.p.printJSON(jsonWatched{Film: &filmsJSON([]edition{film})[0], Drawn: drawn, Took: d.Seconds()})
	case err != nil:
		w.p.end(ctx, err)
	default:
		w.p.say("%s, %s drawn, in %.1f s", say.Took(film.Duration), say.Count(drawn, "clip"), d.Seconds())
		fmt.Fprintln(w.p.out, say.Path(film.Path))
	}
}

// look makes the film as the storyboard says now. drawn counts the clips that were not there.
func (w *watcher) look(ctx context.Context) (_ edition, drawn int, err error) {
	f, err := w.p.openIn(ctx, w.path, w.o.film, w.o.stores)
	if err != nil {
		return edition{}, 0, err
	}
	if f.drafts != nil { // half the picture is drawn in half the time
		f = f.drafts
	}
	st, err := w.p.storeOf(w.o.stores, f)
	if err == nil {
		err = st.Create()
	}
	if err != nil {
		return edition{}, 0, err
	}
	out, err := w.output(f, st)
	if err != nil {
		return edition{}, 0, err
	}
	plan, err := (&planFlags{}).plan(ctx, f, st)
	if err != nil {
		return edition{}, 0, err
	}
	release, err := st.HoldWork(ctx)
	if err != nil {
		return edition{}, 0, err
	}
	defer release()
	how := w.how
	how.Store = st
	reel, err := chain.Run(ctx, plan, how)
	if fail := w.p.outcome(ctx, f, reel, err); fail != nil {
		return edition{}, 0, fail
	}
	made, err := w.p.assemble(ctx, out.film, out.cuts, reel, work.Options{Dir: st.WorkDir()})
	if err != nil {
		return edition{}, 0, err
	}
	return made[0], reel.Count(chain.StageKept), nil
}

// output is the animatic: every shot of the first variant in order, and never over a film that run makes.
func (w *watcher) output(f *film, st *store.Store) (delivery, error) {
	one := f.films()[0]
	whole := *one.Whole()
	to := w.o.output.path
	if to == "" {
		name := one.name()
		if one.draft {
			name = strings.TrimSuffix(name, draftEnd)
		}
		to = filepath.Join(one.Dir, "out", name+"-animatic.mp4")
	}
	if err := one.outputs(&whole, to); err != nil {
		return delivery{}, err
	}
	return delivery{one, []*storyboard.Cut{&whole}}, spare(whole.Outputs[0].Path, one.inputs(), st.Dir())
}
