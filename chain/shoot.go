package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// Shooter gets the takes of a plan, one for each call of Shoot. It knows nothing of their order: Run has a loop that
// hands them out, and so may anybody else, over as many processes and machines as see the same store.
//
// All Shoot calls may run at once. What those of one Shooter share is kept in memory only: the plan's price, which they
// do not pass together; the pause that all keep when the service is busy; the last frames that the service still holds.
// Shooters of one plan in several processes each keep within its price.
//
// A take is made under the lock of its folder in the store, so that two calls for the same clip, wherever they run, buy
// it once. What is written, each before the next is begun and synced: request.json, what is asked for, beside its
// pictures; task.json, the attempt; then the create call, once; task.json, the task's id, or that the answer was lost;
// the clip and its last frame, once they decode; task.json, the bill and the facts; clip.json, which makes it kept. A
// call that is killed in between leaves what it has written, and the next one for the take, on any machine, goes on
// from there: an attempt without a task is looked up at the service before anything is bought, a task is waited for,
// and what is here is not fetched again.
type Shooter struct {
	how  RunOptions
	plan *Plan

	purse purse
	gate  gate
	rooms rooms

	working   atomic.Int32 // takes under way
	observing sync.Mutex

	framesMu sync.Mutex
	frames   map[string]livingFrame // by the key of the clip; guarded by framesMu
}

// NewShooter is a Shooter for the takes of a plan. Where an option is missing, or the plan was made for another service
// than the provider's, the error says so.
func NewShooter(p *Plan, o RunOptions) (*Shooter, error) {
	if err := o.fit(p); err != nil {
		return nil, err
	}
	o.Timing = o.Timing.orDefault()
	if o.Free == nil {
		o.Free = o.Store.Free
	}
	return &Shooter{how: o, plan: p, purse: purse{cap: p.Total.Add(p.Held)}, frames: map[string]livingFrame{}}, nil
}

// Upstream are the clips that a take grows from and ends on; nil where it does so of none. The store alone tells them:
// each is the clip, as KeptIn reads it, under the key in the Dir of the outcome of Take.From or Take.To.
type Upstream struct{ From, To *KeptClip }

// KeptClip is a clip in the store.
type KeptClip struct {
	Dir  store.Take
	Clip *store.Clip
}

// KeptIn is the clip of a folder of the store. Its errors are those of store.Take.Clip.
func KeptIn(dir store.Take) (*KeptClip, error) {
	clip, err := dir.Clip()
	if err != nil {
		return nil, err
	}
	return &KeptClip{dir, clip}, nil
}

// ref names the task that made the clip. Its handle is in the attempt that it came of.
func (k *KeptClip) ref() provider.Ref {
	if j, err := k.Dir.Journal(); err == nil {
		for i := range j.Attempts {
			if j.Attempts[i].Task == k.Clip.Task {
				return refOf(&j.Attempts[i])
			}
		}
	}
	return provider.Ref{Task: k.Clip.Task}
}

// Shoot gets one take of the plan: the clip that the store holds, one that an earlier run has bought, or a new one where
// the plan buys it. It takes as long as that takes, and returns when the outcome is final for this run. Failures are
// outcomes; whether the next takes are still worth trying is for the caller to judge by Outcome.Fault: an account that
// is refused refuses them all. When ctx ends, the create call under way is still waited for; then the outcome is
// Stopped where nothing was sent, else InFlight or Unclear. Observe is told of the stages on the way, not
// of the outcome.
func (s *Shooter) Shoot(ctx context.Context, t *graph.Take, up Upstream) Outcome {
	if need := missing(t, up); need != nil {
		return behind(t, need)
	}
	p := s.plan.Of(t).Promotes
	if from, to := up.promotedFrom(); p != nil && (t.From != nil && from != p.from || t.To != nil && to != p.to) {
		p = nil
	}
	alone := hands{func() {}, func(string) {}}
	q, _ := s.ask(t, up, p)
	out := s.shoot(ctx, t, q, alone)
	if out.unpromoted {
		q, _ = s.ask(t, up, nil)
		out = s.shoot(ctx, t, q, alone)
	}
	return out
}

// hands are how a take tells whoever handed it out what others wait for.
type hands struct {
	free     func()            // it no longer needs its place at the provider; perhaps called more than once
	accepted func(task string) // the service makes it from the draft of that task
}

// shoot gets one take.
func (s *Shooter) shoot(ctx context.Context, t *graph.Take, q asking, h hands) Outcome {
	if out, ok := s.left(t); ok {
		return out
	}
	s.working.Add(1)
	defer s.working.Add(-1)
	ctx = context.WithValue(ctx, workingKey{}, t)
	v := &life{Shooter: s, t: t, asking: q, hands: h}
	l, err := s.how.Store.Lock(ctx, s.key(t, q.a), func() { s.observe(Event{Take: t, Standing: Waiting}) })
	if err != nil {
		return v.ended(ctx, Failed, err)
	}
	defer l.Unlock()
	v.l = l
	out := v.live(ctx)
	if v.leave != nil {
		v.leave()
	}
	out.Dir = l.Take
	return out
}

// missing is the first of the takes that a take needs and whose clip is not there; nil where all are.
func missing(t *graph.Take, up Upstream) *graph.Take {
	switch {
	case t.From != nil && up.From == nil:
		return t.From
	case t.To != nil && up.To == nil:
		return t.To
	}
	return nil
}

// behind is the outcome of a take whose need is not there.
func behind(t *graph.Take, need *graph.Take) Outcome {
	return Outcome{Take: t, Standing: Skipped, Behind: need,
		Fault: fmt.Errorf("it %s %s, which is not there", how(t, need), need.Name())}
}

// left is the outcome of a take that the plan leaves out; false where it does not.
func (s *Shooter) left(t *graph.Take) (Outcome, bool) {
	switch pt := s.plan.Of(t); pt.Standing {
	case Unpicked:
		return Outcome{Take: t, Standing: Unpicked, Fault: errors.New(pt.Reason)}, true
	case Left:
		return Outcome{Take: t, Standing: Left}, true
	}
	return Outcome{}, false
}

// key is the take's in the store: what it was planned with where the store holds it, else what it asks for by now.
func (s *Shooter) key(t *graph.Take, a graph.Anchors) string {
	if pt := s.plan.Of(t); pt.Standing == Cached {
		return pt.Key
	}
	return cmp.Or(t.StoredKey, t.Key(s.plan.Graph.Service.Namespace, a))
}

func (s *Shooter) observe(e Event) {
	if s.how.Observe == nil {
		return
	}
	s.observing.Lock()
	defer s.observing.Unlock()
	e.Time = time.Now()
	s.how.Observe(e)
}

type workingKey struct{}

// Working is the take that a run works for, as far as ctx tells: that of every call of its Provider and Inspector for
// one take. nil for none.
func Working(ctx context.Context) *graph.Take {
	t, _ := ctx.Value(workingKey{}).(*graph.Take)
	return t
}

// frameOf names a frame of a clip: its last by its own bytes, any other by the bytes that it is decoded from. So a
// plan knows it without decoding, and no decoder's version makes anybody pay again.
func frameOf(k *KeptClip, frame int) string {
	if frame == graph.Last {
		return k.Clip.LastFrame.Digest
	}
	return fmt.Sprintf("%s@%d", k.Clip.Video.Digest, graph.Numbered(frame, k.Clip.Frames))
}

// anchors names the take's pictures when all that it needs is there.
func anchors(t *graph.Take, up Upstream) (a graph.Anchors) {
	if a.First = t.Request.FirstFrame.InKey(); up.From != nil {
		a.First = frameOf(up.From, t.FromFrame())
	}
	if a.Last = t.Request.LastFrame.InKey(); up.To != nil {
		a.Last = frameOf(up.To, t.ToFrame)
	}
	return a
}
