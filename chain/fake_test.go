package chain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/graph/graphtest"
	"shotchain/chain/lookup"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
	"shotchain/storyboard"
)

// fake is a Provider in memory: it honours the contract, keeps to a concurrency and takes its time by the clock of
// the test's bubble. The simulator is the strict stand-in; this one is for virtual time and for scripted answers.
type fake struct {
	places int                                     // tasks at once; 0 for any number
	took   func(provider.Request) time.Duration    // how long a task runs
	script func(op, label string, n int) error     // an answer instead of the service's own; nil for none
	after  bool                                    // a scripted create fault comes after the task was made
	clock  time.Duration                           // how far the service's clock is ahead of ours
	echo   func(*provider.Task)                    // what the service makes of a task in its answers; nil for nothing
	blank  bool                                    // nothing is ever listed
	can    func(*provider.Abilities)               // what it can do otherwise than Ark; nil for nothing
	ends   func(*fakeTask)                         // what it makes of a task that is about to end; nil for nothing
	handle string                                  // a task is found by its id with this before it as the handle; "" by the id alone
	found  func(provider.Attempt) provider.Finding // what it finds; nil for what its list says
	marks  lookup.Marks
	marked string // the last mark that was made

	mu            sync.Mutex
	tasks         []*fakeTask // that it remembers
	sold          []*fakeTask // that were ever asked for
	calls         map[string]int
	running, most int
}

type fakeTask struct {
	provider.Task
	req  provider.Request // with what a draft has settled
	sale simtest.Sale
}

// sales are what the fake sold, for the oracle.
func (f *fake) sales() (all []simtest.Sale) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.sold {
		t.sale.Failed = slices.Contains([]provider.Status{provider.Failed, provider.Cancelled, provider.Expired}, t.Status)
		all = append(all, t.sale)
	}
	return all
}

// saleOf is a request as the oracle sees it. The caller holds the lock.
func (f *fake) saleOf(id string, r provider.Request) simtest.Sale {
	s := simtest.Sale{Task: id, Client: r.Label, Prompt: r.Prompt, Source: r.DraftTask,
		Fields: map[string]json.RawMessage{}}
	for _, p := range picturesOf(&r) {
		came := sim.Picture{Role: map[role]string{opening: "first_frame", closing: "last_frame",
			reference: "reference_image"}[p.role]}
		switch {
		case p.URL != "": // its own: it is what it made
			came.Digest = digestOf([]byte("last of " + content(f.find(strings.Split(string(p.URL), "/")[3]).req)))
		case p.Web != "":
			came.Digest = p.Web
		default:
			came.Digest = digestOf(p.Data)
		}
		s.Pictures = append(s.Pictures, came)
	}
	b, _ := json.Marshal(r)
	_ = json.Unmarshal(b, &s.Fields)
	for _, name := range []string{"prompt", "first_frame", "last_frame", "references"} {
		delete(s.Fields, name)
	}
	for of, name := range map[string]string{"audio": "generate_audio", "expires_after": "execution_expires_after"} {
		if v, ok := s.Fields[of]; ok {
			delete(s.Fields, of)
			s.Fields[name] = v
		}
	}
	return s
}

// aboutFake is the fake as a service that remembers its tasks.
var aboutFake = provider.About{Namespace: "sim", Region: models.Ark, Can: provider.Abilities{Lookup: provider.List,
	Cancel: provider.CancelQueued, LastFrame: provider.Yes, OwnFrames: provider.Yes, Seed: provider.Yes,
	Failed: provider.No,
	Bill:   provider.ByTokens, ResultLife: 24 * time.Hour, TaskLife: 7 * 24 * time.Hour, TaskTime: 72 * time.Hour}}

func (f *fake) About() provider.About {
	about := aboutFake
	if f.can != nil {
		f.can(&about.Can)
	}
	return about
}

// handleOf is what a task is named by beside its id.
func (f *fake) handleOf(id string) provider.Handle {
	if f.handle == "" {
		return ""
	}
	return provider.Handle(f.handle + id)
}

func newFake() *fake {
	return &fake{calls: map[string]int{},
		took: func(r provider.Request) time.Duration { return time.Duration(60+9*r.Duration) * time.Second }}
}

func (f *fake) called(op, label string) error {
	f.mu.Lock()
	f.calls[op]++
	n := f.calls[op]
	f.mu.Unlock()
	if f.script == nil {
		return nil
	}
	return f.script(op, label, n)
}

// shotOf is the take's name in a label.
func shotOf(label string) string { return label[:max(strings.LastIndex(label, "#"), 0)] }

func (f *fake) Create(ctx context.Context, r provider.Request) (provider.Created, error) {
	r = lookup.Marked(r)
	sent := r
	err := f.called("create", shotOf(r.Label))
	if err != nil && !f.after {
		return provider.Created{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.DraftTask != "" {
		d := f.find(r.DraftTask)
		if d == nil {
			return provider.Created{}, &provider.Fault{Class: provider.Gone, Code: "NotFound", Message: "no such draft"}
		}
		was := d.req
		was.Resolution, was.DraftTask, was.ExpiresAfter, was.Draft, was.Label, was.SafetyIdentifier = r.Resolution, r.DraftTask, r.ExpiresAfter, false, r.Label, r.SafetyIdentifier
		r = was
	}
	t := &fakeTask{req: r,
		Task: provider.Task{ID: fmt.Sprintf("cgt-%d", max(len(f.tasks), len(f.sold))+1), Model: r.Model,
			Status:       provider.Queued,
			ExpiresAfter: r.ExpiresAfter, SafetyIdentifier: r.SafetyIdentifier, Seed: r.Seed, Resolution: r.Resolution,
			Duration: r.Duration, Created: time.Now().Add(f.clock)}}
	if r.Seed == nil {
		t.Seed = new(int64(len(f.tasks)))
		t.req.Seed = t.Seed
	}
	f.tasks = append(f.tasks, t)
	if sent.Label != "" { // else it is a stranger's
		t.sale = f.saleOf(t.ID, sent)
		f.sold = append(f.sold, t)
	}
	f.start()
	if err != nil {
		return provider.Created{}, err
	}
	return provider.Created{Task: t.ID, Handle: f.handleOf(t.ID), RequestID: "req-" + t.ID}, nil
}

// find is a task by its id, nil for none. The caller holds the lock.
func (f *fake) find(id string) *fakeTask {
	for _, t := range f.tasks {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// start runs what is queued, first come first served. The caller holds the lock.
func (f *fake) start() {
	for _, t := range f.tasks {
		if t.Status != provider.Queued || f.places > 0 && f.running >= f.places {
			continue
		}
		t.Status = provider.Running
		f.running++
		f.most = max(f.most, f.running)
		time.AfterFunc(f.took(t.req), func() { f.finish(t) })
	}
}

func (f *fake) finish(t *fakeTask) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t.Status, t.Updated = provider.Succeeded, time.Now().Add(f.clock)
	if f.ends != nil {
		f.ends(t)
	}
	if t.Task.Fault != nil {
		t.Status = provider.Failed
	} else {
		size := models.Size{Width: 1280, Height: 720}
		if m, ok := models.Default().Find(t.req.Model); ok {
			size, _ = m.Pixels(t.req.Resolution, models.Adaptive, size)
		}
		t.Tokens = models.Tokens(size, t.req.Duration)
		t.Video, t.LastFrame = provider.SignedURL("https://files/"+t.ID+"/video"), provider.SignedURL("https://files/"+t.ID+
			"/last")
	}
	f.running--
	f.start()
}

func (f *fake) Get(ctx context.Context, r provider.Ref) (provider.Task, error) {
	id := r.Task
	if err := f.called("get", id); err != nil {
		return provider.Task{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.tasks {
		if t.ID == id && r.Handle == f.handleOf(id) {
			return t.Task, nil
		}
	}
	return provider.Task{}, &provider.Fault{Class: provider.Gone, Code: "NotFound", Message: "no such task"}
}

func (f *fake) Mark(r provider.Request) string {
	mark := f.marks.For(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.marked = mark
	return mark
}

func (f *fake) Find(ctx context.Context, a provider.Attempt) (provider.Finding, error) {
	if f.found != nil {
		return f.found(a), f.called("find", "")
	}
	is, err := lookup.Find(ctx, f, a, 7*24*time.Hour)
	is.Made.Handle = f.handleOf(is.Made.Task)
	return is, err
}

func (f *fake) List(ctx context.Context, _ provider.Filter) ([]provider.Task, bool, error) {
	if err := f.called("list", ""); err != nil {
		return nil, false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []provider.Task
	for _, t := range f.tasks {
		if f.blank {
			break
		}
		seen := t.Task
		if f.echo != nil {
			f.echo(&seen)
		}
		all = append(all, seen)
	}
	return all, true, nil
}

func (f *fake) Cancel(ctx context.Context, r provider.Ref) error {
	id := r.Task
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.tasks {
		if t.ID == id && r.Handle == f.handleOf(id) && t.Status == provider.Queued {
			t.Status, t.Updated = provider.Cancelled, time.Now()
			return nil
		}
	}
	return &provider.Fault{Class: provider.Invalid, Message: "not queued"}
}

func (f *fake) Fetch(ctx context.Context, u provider.SignedURL, w io.Writer, limit int64) error {
	parts := strings.Split(string(u), "/")
	id, what := parts[len(parts)-2], parts[len(parts)-1]
	if err := f.called(what, id); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.tasks {
		if t.ID == id {
			_, err := io.WriteString(w, what+" of "+content(t.req))
			return err
		}
	}
	return errors.New("no such file")
}

// content is what a fake clip shows: all that was asked for and the seed, which the fake chooses where the request
// names none.
func content(r provider.Request) string {
	first, last := "", ""
	if r.FirstFrame != nil {
		first = r.FirstFrame.Digest
	}
	if r.LastFrame != nil {
		last = r.LastFrame.Digest
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%d|%d", r.Prompt, first, last, r.Duration, *r.Seed))
	return hex.EncodeToString(h[:])
}

func (f *fake) created() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.tasks)
}

// glance is an Inspector for the fake's files.
type glance struct{}

func (glance) Clip(ctx context.Context, path string) (Facts, error) {
	if Working(ctx) == nil {
		return Facts{}, errors.New("nobody knows for which take")
	}
	b, err := os.ReadFile(path)
	if err == nil && !strings.HasPrefix(string(b), "video of ") {
		err = errors.New("not a clip")
	}
	return Facts{Width: 1280, Height: 720, Frames: 121, Rate: "24/1", Audio: true}, err
}

func (glance) Picture(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err == nil && !strings.Contains(string(b), " of ") && !strings.HasPrefix(string(b), "\x89PNG") {
		err = errors.New("not a picture")
	}
	return "image/png", err
}

func (glance) LastFrame(_ context.Context, clip, out string) error {
	return os.WriteFile(out, []byte("decoded last of "+clip), 0o644)
}

func (glance) FrameAt(_ context.Context, clip string, frame int, out string) error {
	b, err := os.ReadFile(clip)
	if err != nil {
		return err
	}
	return os.WriteFile(out, fmt.Appendf(nil, "frame %d of %s", frame, b), 0o644)
}

func (glance) Fit(picture []byte, width, height int) ([]byte, error) {
	return fmt.Appendf(nil, "%dx%d of %x", width, height, sha256.Sum256(picture)), nil
}

// What a storyboard is made of, written shortly.
var (
	film, written, parse, still = graphtest.Film, graphtest.Written, graphtest.Parse, graphtest.Still
	simTarget                   = graph.Target{Models: models.Default(), Service: aboutFake, Ended: true}
)

func compile(t testing.TB, sb *storyboard.Storyboard) *graph.Graph {
	t.Helper()
	g, err := graph.Compile(t.Context(), sb, simTarget)
	require.NoError(t, err)
	return g
}

func openStore(t testing.TB) *store.Store {
	t.Helper()
	return openStoreOn(t, func(durabletest.Call) error { return nil })
}

// openStoreOn is a store whose disk asks a function before every call.
func openStoreOn(t testing.TB, before func(durabletest.Call) error) *store.Store {
	t.Helper()
	disk := func(dir string) durable.FS { return durabletest.Before(durable.OS(dir), before) }
	st, err := store.Open(filepath.Join(t.TempDir(), store.DirName), store.On(disk))
	require.NoError(t, err)
	return st
}

// fixture is a film with a store and a service.
type fixture struct {
	t  *testing.T
	st *store.Store
	f  *fake
	o  PlanOptions

	damaged bool // records are: what was sold is not held against them
}

func newFixture(t *testing.T) *fixture {
	return &fixture{t: t, st: openStore(t), f: newFake(), o: PlanOptions{FilmID: "film"}}
}

// known buys a clip of another film first, so that the store has a task by which the service's list can be judged.
func (x *fixture) known() {
	x.t.Helper()
	script := x.f.script
	x.f.script = nil
	r, err := x.run(x.t.Context(), x.plan(film(x.t, "k/known")))
	require.NoError(x.t, err)
	require.True(x.t, r.Whole())
	x.f.script = script
}

func (x *fixture) plan(sb *storyboard.Storyboard) *Plan {
	to := simTarget
	to.Service = x.f.About()
	g, err := graph.Compile(x.t.Context(), sb, to)
	require.NoError(x.t, err)
	return plan(x.t, g, x.st, x.o)
}

func plan(t testing.TB, g *graph.Graph, st *store.Store, o PlanOptions) *Plan {
	t.Helper()
	p, err := Make(t.Context(), g, st, o)
	require.NoError(t, err)
	return p
}

func (x *fixture) run(ctx context.Context, p *Plan) (*Reel, error) {
	x.t.Helper()
	r, err := Run(ctx, p, RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}})
	if !x.damaged {
		simtest.Hold(x.t, x.st, x.f.sales())
	}
	return r, err
}

// stages are the outcomes of a reel by shot.
func stages(r *Reel) map[string]Standing {
	m := map[string]Standing{}
	for _, o := range r.Outcomes {
		m[o.Take.Name()] = o.Standing
	}
	return m
}

func states(p *Plan) map[string]Standing {
	m := map[string]Standing{}
	for _, pt := range p.Takes {
		m[pt.Take.Name()] = pt.Standing
	}
	return m
}
