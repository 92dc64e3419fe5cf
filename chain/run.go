package chain

// This file makes what plan.go decided on. All goroutines of a run are started here: one for each take under way.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// RunOptions say with what a plan is run. Provider, Store and Inspector must be set.
type RunOptions struct {
	Provider  provider.Provider
	Store     *store.Store
	Inspector Inspector
	Observe   func(Event)        // told of every stage, one call at a time; nil for nobody
	Bell      *Bell              // rung by callbacks; nil where there are none
	Callback  provider.SignedURL // where the provider is asked to send callbacks, "" for nowhere; not part of any key
	Timing    Timing
	Judge     Judge // asked before a take is bought that grows from a last frame; nil for nobody

	// Free is how many bytes the store's disk can still take; nil: Store.Free. A take that may need more is not bought.
	Free func() (int64, error)

	steady bool // pauses do not vary: a test repeats a run
}

// Timing are the patiences of a run. Zero fields take the defaults.
type Timing struct {
	Patience time.Duration // how long a busy or unreachable provider is tried again: 15 min
	Settle   time.Duration // how long a task may take to show up in the provider's list after its create call: 60 s
	Answer   time.Duration // how long a create call may take: 2 min
}

func (t Timing) orDefault() Timing {
	t.Patience = cmp.Or(t.Patience, 15*time.Minute)
	t.Settle = cmp.Or(t.Settle, time.Minute)
	t.Answer = cmp.Or(t.Answer, 2*time.Minute)
	return t
}

// StoppedError is the error of a run that ended before its takes did: the account was refused, or the context ended.
type StoppedError struct{ Cause error }

func (s *StoppedError) Error() string { return "run stopped: " + s.Cause.Error() }
func (s *StoppedError) Unwrap() error { return s.Cause }

// Run gets the takes of a plan: independent ones at the same time, the longest chain first, as many at once as the
// model allows. A failed take is an outcome, not an error; its siblings go on and what grows from it is skipped.
// The reel is never nil. The error is a *StoppedError where the account was refused (a *Fault) or ctx ended: then nothing
// more was submitted, tasks that run at the provider go on, and the next run picks them up. Where an option is missing,
// or the plan was made for another service than the provider's, the error says so and nothing was done.
func Run(ctx context.Context, p *Plan, o RunOptions) (*Reel, error) {
	shooter, err := NewShooter(p, o)
	if err != nil {
		return p.unmade(err), err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &run{Shooter: shooter, stop: stop, reel: &Reel{Graph: p.Graph, Outcomes: make([]Outcome, len(p.Takes))},
		queue: newSchedule(p.Options.Limit), entered: map[*graph.Take]bool{},
		accepted: map[*graph.Take]string{}, whole: map[*graph.Take]bool{}}
	r.loop(ctx)
	r.remember()
	_ = o.Store.Remember() // what was read is read again without it
	if err := context.Cause(ctx); err != nil {
		return r.reel, &StoppedError{err}
	}
	return r.reel, nil
}

// fit refuses what no run could end well with.
func (o RunOptions) fit(p *Plan) error {
	switch {
	case o.Provider == nil:
		return errors.New("a run needs a provider")
	case o.Store == nil:
		return errors.New("a run needs a store")
	case o.Inspector == nil:
		return errors.New("a run needs an inspector: it would pay for clips that nobody has looked at")
	}
	for _, p := range []*Plan{p, p.Options.Drafts} {
		if p != nil && !p.Graph.Service.Same(o.Provider.About()) {
			return fmt.Errorf("the plan was made for %s, and the provider is %s", p.Graph.Service, o.Provider.About())
		}
	}
	return nil
}

// unmade is the reel of a run that did nothing.
func (p *Plan) unmade(why error) *Reel {
	r := &Reel{Graph: p.Graph, Outcomes: make([]Outcome, len(p.Takes))}
	for i := range p.Takes {
		r.Outcomes[i] = Outcome{Take: p.Takes[i].Take, Standing: Stopped, Fault: why}
	}
	return r
}

// run is one run under way: it hands the takes of a plan to its Shooter, in order. Only the goroutine of loop uses it.
type run struct {
	*Shooter
	stop     context.CancelCauseFunc
	reel     *Reel
	queue    *schedule
	entered  map[*graph.Take]bool   // ready, or done without a place in the queue
	accepted map[*graph.Take]string // the task of the draft that the service makes it from
	whole    map[*graph.Take]bool   // its draft could not be promoted: it is asked for whole, when what it grows from is there
}

// loop hands out takes until nothing is left that could start.
func (r *run) loop(ctx context.Context) {
	var takes errgroup.Group // a plain group: one failed take must not end its siblings
	freed, finished, promotions := make(chan *graph.Take), make(chan Outcome), make(chan promotionOf)
	under := 0
	r.begin()
	for {
		for ctx.Err() == nil {
			t := r.queue.pop()
			if t == nil {
				break
			}
			q, ok := r.asking(t)
			if !ok { // what it grows from has failed since it was ready
				r.queue.release(t)
				r.entered[t] = false
				continue
			}
			under++
			takes.Go(func() error {
				free := sync.OnceFunc(func() { freed <- t })
				out := r.shoot(ctx, t, q, hands{free, func(task string) { promotions <- promotionOf{t, task} }})
				free()
				finished <- out
				return nil
			})
		}
		if under == 0 {
			break
		}
		select {
		case t := <-freed:
			r.queue.release(t)
		case m := <-promotions:
			r.accepted[m.Take] = m.task
			r.enter(m.Grows)
		case out := <-finished:
			under--
			r.settle(out)
		}
	}
	_ = takes.Wait()
	r.closeBooks(ctx)
}

// upstream are the clips that a take grows from and ends on, as far as they are there.
func (r *run) upstream(t *graph.Take) Upstream { return Upstream{r.kept(t.From), r.kept(t.To)} }

// kept is the clip of a take, nil where there is none.
func (r *run) kept(t *graph.Take) *KeptClip {
	if t == nil || !r.reel.Outcomes[t.Index].Ok() {
		return nil
	}
	return &KeptClip{r.reel.Outcomes[t.Index].Dir, r.reel.Outcomes[t.Index].Clip}
}

// begin records what the plan found in the store, and makes ready what can start.
func (r *run) begin() {
	for i := range r.plan.Takes {
		pt := &r.plan.Takes[i]
		if pt.Standing != Cached {
			continue
		}
		take := r.how.Store.Take(pt.Key)
		if clip, err := take.Clip(); err == nil {
			r.record(Outcome{Take: pt.Take, Standing: Cached, Clip: clip, Dir: take, Task: clip.Task})
		}
	}
	for _, t := range r.plan.Graph.Takes {
		r.enter([]*graph.Take{t})
	}
}

// enter makes takes ready whose first frame exists. Those that the store holds are done at once, without a place
// in the queue; the stack stands in for a recursion over long chains.
func (r *run) enter(takes []*graph.Take) {
	for stack := append([]*graph.Take(nil), takes...); len(stack) > 0; {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if r.reel.Outcomes[t.Index].Take != nil || r.entered[t] || r.plan.Of(t).Out() {
			continue
		}
		q, ok := r.asking(t)
		if !ok {
			continue
		}
		r.entered[t] = true
		if out, ok := r.cached(t, q); ok {
			r.record(out)
			stack = append(stack, t.Grows...)
		} else {
			r.queue.push(t)
		}
	}
}

// cached looks a take up in the store.
func (r *run) cached(t *graph.Take, q asking) (Outcome, bool) {
	take := r.how.Store.Take(r.key(t, q.a))
	clip, err := take.Clip()
	if err != nil {
		return Outcome{}, false
	}
	return Outcome{Take: t, Standing: Cached, Clip: clip, Dir: take, Task: clip.Task}, true
}

// settle records an outcome and lets follow what grows from it.
func (r *run) settle(out Outcome) {
	if out.unpromoted {
		r.whole[out.Take], r.entered[out.Take] = true, false
		r.enter([]*graph.Take{out.Take})
		return
	}
	r.record(out)
	if out.Ok() {
		r.enter(out.Take.Grows)
		return
	}
	if f := (*provider.Fault)(nil); errors.As(out.Fault, &f) &&
		(f.Class == provider.Account || f.Class == provider.Quota) {
		r.stop(out.Fault)
	}
}

func (r *run) record(out Outcome) {
	r.reel.Outcomes[out.Take.Index] = out
	r.reel.Spent, r.reel.Unsure = r.reel.Spent.Add(out.Spent), r.reel.Unsure.Add(out.Unsure)
	if out.Standing == Cached && r.plan.Of(out.Take).Elsewhere == "" {
		r.reel.Saved = r.reel.Saved.Add(out.Clip.Cost)
	}
	e := Event{Take: out.Take, Standing: out.Standing, Task: out.Task, Cost: out.Spent}
	if out.Ok() {
		e.Video, e.Digest = out.Dir.Path(out.Clip.Video.Name), out.Clip.Video.Digest
	}
	if out.Fault != nil {
		e.Message = out.Fault.Error()
	}
	r.observe(e)
}

// closeBooks gives the takes that never started their outcome.
func (r *run) closeBooks(ctx context.Context) {
	r.strays()
	for i, t := range r.plan.Graph.Takes {
		if r.reel.Outcomes[i].Take != nil {
			continue
		}
		out := Outcome{Take: t, Standing: Stopped, Fault: context.Cause(ctx)}
		if left, ok := r.left(t); ok {
			out = left
		}
		if need := missing(t, r.upstream(t)); need != nil && r.reel.Outcomes[need.Index].lacking() {
			out = behind(t, need)
			out.Behind = cmp.Or(r.reel.Outcomes[need.Index].Behind, need)
		}
		r.record(out)
	}
}

// lacking reports whether the take was tried, or could not be: its clip is not merely left for another run.
func (o Outcome) lacking() bool {
	switch o.Standing {
	case "", Stopped, Left, Unpicked:
		return false
	}
	return !o.Ok()
}

// remember notes which takes the film used, so that a later plan can say what has changed.
func (r *run) remember() {
	if r.plan.Options.FilmID == "" {
		return
	}
	film, err := r.how.Store.Film(r.plan.Options.FilmID)
	if err != nil && (!errors.Is(err, store.ErrDamaged) || slices.ContainsFunc(r.plan.Graph.Takes, r.plan.keeps)) {
		return // what is there may still be wanted
	}
	film.Title = r.plan.Graph.Film.Title
	for _, out := range r.reel.Outcomes {
		up := r.upstream(out.Take)
		if !out.Ok() || missing(out.Take, up) != nil {
			continue
		}
		a, _, _ := named(out.Take, r.plan.Graph.Service.Namespace, r.how.Store, up, true, nil)
		if out.Dir.Key != out.Take.Key(r.plan.Graph.Service.Namespace, a) {
			continue // kept although it was made for another request: that one is still the one to compare with
		}
		used := store.Used{Key: out.Dir.Key, Asked: asked(out.Take, a)}
		for _, u := range out.Take.Uses {
			film.Shots[memory(u, r.plan.Graph.Films)] = used
		}
	}
	_ = r.how.Store.PutFilm(r.plan.Options.FilmID, film) // it only serves to explain; clips are kept without it
}
