package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"shotchain/chain/lookup"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

// process is one process of the program. All its calls to disk, network and media go through it: each waits for a
// moment of its own, by which the goroutines take turns as the seed will have it, and each may be the one at which the
// process is killed – then nothing that it does reaches anything any more.
type process struct {
	w            *world
	life, number int
	ends         string
	weather
	disk  func(dir string) durable.FS
	marks lookup.Marks

	mu     sync.Mutex
	counts map[string]int
	calls  int
	dead   bool
	cancel context.CancelFunc

	plan *Plan
	reel *Reel
	err  error
}

// weather is what a life has to do with.
type weather struct {
	kill    int    // the number of the call at which the process ends; 0 for never
	busy    int    // one of so many calls to the service is refused; 0 for none. So on
	lost    int    // answers to create calls
	slow    int    // create calls
	fails   int    // tasks
	refused int    // create calls, for good
	garbled int    // downloads
	disk    int    // calls to the disk
	rot     int    // frozen pictures, right before they are read
	list    string // how tasks are listed
	storage [2]time.Duration
}

func (w *world) start(life, number int, ends string, disk func(string) durable.FS) *process {
	p := &process{w: w, life: life, number: number, ends: ends, disk: disk, counts: map[string]int{}}
	p.marks.Luck = w.luck("run", life, number)
	if ends != "calm" {
		r := w.luck("weather", life, number)
		some := func(of ...int) int { return pick(r, append(of, 0, 0)...) }
		p.weather = weather{busy: some(20, 5), lost: some(8, 3, 2), slow: some(10, 4), fails: some(10, 4),
			refused: some(30, 10), garbled: some(10, 3), disk: some(1000, 300, 100), rot: some(10, 3),
			list: pick(r, "", "", "", "late", "late", "empty", "incomplete", "refused")}
		if ends == "killed" || ends == "power" || ends == "interrupted" {
			p.kill = 1 + r.IntN(pick(r, 30, 150, 600))
		}
		if r.IntN(4) == 0 {
			p.storage[0] = time.Duration(r.IntN(300)) * time.Second
			p.storage[1] = p.storage[0] + time.Duration(r.IntN(3000))*time.Second
		}
	}
	w.tell("life %d.%d, %s: %+v", life, number, ends, p.weather)
	return p
}

// run plans the film and makes it.
func (p *process) run() {
	ctx, cancel := context.WithCancel(p.w.t.Context())
	defer cancel()
	p.cancel = cancel
	defer func() { p.w.tell("life %d.%d ended: %s", p.life, p.number, p.w.plain(p.err)) }()
	var st *store.Store
	disk := func(dir string) durable.FS { return durabletest.Before(p.disk(dir), p.call) }
	st, p.err = store.Open(p.w.dir, store.On(disk))
	if p.err != nil {
		return
	}
	graph, o := p.w.graph, p.w.o
	if p.w.drafts != nil {
		if o.Drafts, p.err = Make(ctx, p.w.drafts, st, PlanOptions{FilmID: "film draft"}); p.err != nil {
			return
		}
		if p.ends != "calm" && p.w.luck("draft", p.life, p.number).IntN(2) == 0 {
			graph, o = p.w.drafts, PlanOptions{FilmID: "film draft"}
		}
	}
	if p.plan, p.err = Make(ctx, graph, st, o); p.err != nil {
		return
	}
	for _, pt := range p.plan.Takes {
		p.w.tell("%d.%d plans %s %.12s: %s, %s", p.life, p.number, pt.Take.Name(), pt.Key, pt.Standing, pt.Reason)
	}
	p.reel, p.err = Run(ctx, p.plan, RunOptions{Provider: p, Store: st, Inspector: eyes{p},
		steady: true, Free: func() (int64, error) { return 0, errors.ErrUnsupported }})
	for _, out := range p.reel.Outcomes {
		p.w.tell("%d.%d has %s: %s %s %s", p.life, p.number, out.Take.Name(), out.Standing, out.Task, p.w.plain(out.Fault))
	}
}

// plain is an error without what differs from one time to the next: the folder.
func (w *world) plain(err error) string {
	if err == nil {
		return ""
	}
	return passingName.ReplaceAllString(strings.ReplaceAll(err.Error(), filepath.Dir(filepath.Dir(w.dir)), ""), "$1")
}

// frozenName is that of a picture on its way into a request.
var frozenName = regexp.MustCompile(`/(first_frame|end_frame|reference_\d+)\.[a-z]+$`)

var errDead = errors.New("the process is no more")

// passingName is a temporary file's, with its random end.
var passingName = regexp.MustCompile(`(\.new-[^/]*)-[a-z2-7]{10}`)

// step is the moment before a call: when it comes, and whether the process still lives then. r decides what becomes of
// the call.
func (p *process) step(op, name string) (r *rand.Rand, err error) {
	what := op + " " + passingName.ReplaceAllString(name, "$1")
	p.mu.Lock()
	p.counts[what]++
	r = p.w.luck(p.life, p.number, what, p.counts[what])
	p.mu.Unlock()
	if !strings.Contains(name, "seen.json") { // it is read under a lock, behind which nobody may wait for time to pass
		time.Sleep(time.Duration(1 + r.IntN(1e6)))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls++; p.calls == p.kill {
		p.w.tell("life %d.%d is %s at %s", p.life, p.number, p.ends, what)
		p.dead = p.ends != "interrupted"
		p.cancel()
	}
	if p.dead {
		return r, errDead
	}
	return r, nil
}

// one reports whether this is the one of n.
func one(r *rand.Rand, n int) bool { return n > 0 && r.IntN(n) == 0 }

// call is asked before each call to the disk.
func (p *process) call(c durabletest.Call) error {
	if c.Op == durabletest.Finished {
		return nil
	}
	r, err := p.step(string(c.Op), c.Name)
	if c.Op == durabletest.Open && frozenName.MatchString(c.Name) && p.ends != "power" && err == nil && one(r,
		p.weather.rot) {
		p.w.turn(c.Name, r)
	}
	if err == nil && one(r, p.weather.disk) {
		err = pick(r, syscall.EIO, syscall.EMFILE, syscall.ENOSPC)
		p.w.tell("%d.%d %s %s: %v", p.life, p.number, c.Op, passingName.ReplaceAllString(c.Name, "$1"), err)
	}
	return err
}

func (p *process) About() provider.About { return aboutFake }

func busy(r *rand.Rand) error {
	wait := time.Duration(r.IntN(20)) * time.Second
	return pick(r, &provider.Fault{Class: provider.Busy, Message: "unreachable"},
		&provider.Fault{Class: provider.Busy, Code: "RateLimitExceeded", Message: "slow down", RetryAfter: wait})
}

var lostAnswer = &provider.Fault{Class: provider.Lost, Message: "connection reset"}

func (p *process) Create(ctx context.Context, q provider.Request) (provider.Created, error) {
	r, err := p.step("create", q.Label)
	q = lookup.Marked(q)
	switch {
	case err != nil:
		return provider.Created{}, &provider.Fault{Class: provider.Lost, Err: err}
	case one(r, p.busy):
		return provider.Created{}, busy(r)
	case one(r, p.refused):
		class := pick(r, provider.Moderated, provider.Invalid, provider.Quota)
		return provider.Created{}, &provider.Fault{Class: class, Message: "no"}
	case q.SafetyIdentifier != "" && p.w.nameless:
		return provider.Created{},
			&provider.Fault{Class: provider.Invalid, Message: "no such parameter: safety_identifier",
				Remark: lookup.Unnamed(q.Mark)}
	case slices.ContainsFunc(picturesOf(&q), func(s sent) bool { return s.URL != "" && p.w.lapsed(string(s.URL)) }):
		return provider.Created{}, &provider.Fault{Class: provider.Invalid, Message: "the picture cannot be loaded"}
	case q.DraftTask != "" && p.w.old(q.DraftTask):
		return provider.Created{}, &provider.Fault{Class: provider.Gone, Message: "no such draft"}
	}
	lost := one(r, p.lost)
	if one(r, p.slow) {
		select {
		case <-time.After(time.Duration(r.IntN(180)) * time.Second):
		case <-ctx.Done():
			lost = true
		}
	}
	if lost && r.IntN(2) == 0 {
		p.w.tell("%d.%d %s is lost before it makes a task", p.life, p.number, q.Label)
		return provider.Created{}, lostAnswer
	}
	made, err := p.w.f.Create(ctx, q)
	if err != nil {
		return made, err
	}
	p.w.sold(p, made.Task, one(r, p.fails), r)
	if _, err := p.step("created", q.Label); err != nil || lost {
		return provider.Created{}, lostAnswer
	}
	return made, nil
}

func (p *process) Mark(q provider.Request) string { return p.marks.For(q) }

func (p *process) Find(ctx context.Context, a provider.Attempt) (provider.Finding, error) {
	return lookup.Find(ctx, p, a, aboutFake.Can.TaskLife)
}

func (p *process) Get(ctx context.Context, ref provider.Ref) (provider.Task, error) {
	id := ref.Task
	r, err := p.step("get", id)
	switch {
	case err != nil:
		return provider.Task{}, &provider.Fault{Class: provider.Busy, Err: err}
	case one(r, p.busy):
		return provider.Task{}, busy(r)
	case p.w.old(id):
		return provider.Task{}, &provider.Fault{Class: provider.Gone, Code: "NotFound", Message: "no such task"}
	}
	return p.w.f.Get(ctx, ref)
}

func (p *process) List(ctx context.Context, f provider.Filter) ([]provider.Task, bool, error) {
	r, err := p.step("list", "")
	switch {
	case err != nil:
		return nil, false, &provider.Fault{Class: provider.Busy, Err: err}
	case one(r, p.busy):
		return nil, false, busy(r)
	case p.list == "refused":
		return nil, false, &provider.Fault{Class: provider.Invalid, Message: "no list here"}
	case p.list == "empty":
		return nil, true, nil
	}
	all, complete, err := p.w.f.List(ctx, f)
	all = slices.DeleteFunc(all, func(t provider.Task) bool {
		return p.w.old(t.ID) || p.list == "late" && time.Since(t.Created) < 50*time.Second ||
			p.list == "incomplete" && p.w.luck("listed", t.ID).IntN(2) == 0
	})
	return all, complete && p.list != "incomplete", err
}

func (p *process) Cancel(ctx context.Context, r provider.Ref) error { return p.w.f.Cancel(ctx, r) }

func (p *process) Fetch(ctx context.Context, u provider.SignedURL, out io.Writer, limit int64) error {
	r, err := p.step("fetch", string(u))
	since := time.Since(p.w.began)
	switch {
	case err != nil:
		return &provider.Fault{Class: provider.Busy, Err: err}
	case one(r, p.busy), p.storage[0] < since && since < p.storage[1]:
		return busy(r)
	case p.w.lapsed(string(u)):
		return &provider.Fault{Class: provider.Gone, HTTPStatus: 403, Message: "the URL has lapsed"}
	case one(r, p.garbled):
		_, err := io.WriteString(out, pick(r, "<html>", "vid", "\x00"))
		return pick(r, err, busy(r))
	}
	var b bytes.Buffer // the fake holds its lock while it writes
	if err := p.w.f.Fetch(ctx, u, &b, limit); err != nil {
		return err
	}
	_, err = out.Write(b.Bytes())
	return err
}

// eyes is the Inspector of a process.
type eyes struct{ p *process }

func (e eyes) Clip(ctx context.Context, path string) (Facts, error) {
	if _, err := e.p.step("look", filepath.Base(path)); err != nil {
		return Facts{}, err
	}
	return glance{}.Clip(ctx, path)
}

func (e eyes) Picture(path string) (string, error) { return glance{}.Picture(path) }

func (e eyes) LastFrame(_ context.Context, clip, out string) error {
	return e.cut("last frame", clip, out)
}

func (e eyes) FrameAt(_ context.Context, clip string, frame int, out string) error {
	return e.cut(fmt.Sprint("frame ", frame), clip, out)
}

// cut writes a picture that depends on the clip's bytes alone.
func (e eyes) cut(what, clip, out string) error {
	if _, err := e.p.step(what, filepath.Base(clip)); err != nil {
		return err
	}
	b, err := os.ReadFile(clip)
	if err != nil {
		return err
	}
	return os.WriteFile(out, fmt.Appendf(nil, "%s of %s", what, b), 0o644)
}

func (e eyes) Fit(picture []byte, width, height int) ([]byte, error) {
	return glance{}.Fit(picture, width, height)
}
