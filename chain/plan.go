package chain

// This file decides what must be made, and why, without making anything; run.go makes it.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"shotchain/chain/graph"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// Planned is one take of a plan.
type Planned struct {
	Take     *graph.Take
	Standing Standing
	Reason   string       // why it must be made, or how it came to be there; "" for nothing to say
	Key      string       // "" as long as it grows from something that is not there
	Clip     *store.Clip  // of a cached take
	Cost     money.Amount // at most, of this run; zero where nothing is bought
	Tokens   int64

	Fault *provider.Fault // what ended its last attempt, where that failed and it has not been made since; nil otherwise

	Elsewhere string // of a cached take: the namespace of the service that made its clip, where that is not the plan's
	At        string // of one that is left out: the namespace of the service that has it, or what it grows from, under way

	Promotes *Promotion // the draft that the clip is made from; nil for none

	Damaged   bool // it was kept, and something of it is not what it was
	final     bool // its key names what it grows from by the drafts: it is made at the same time
	frameless bool // its clip is kept, but its last frame has to be made again: nobody knows yet what it will be
	away      bool // its clip is not in its place: a run puts it there again
	due       bool // another service has it under way, and is waited for before this plan is made

	Drags     int          // takes that wait for this one, directly or not
	DragsCost money.Amount // what those cost at most
}

// Plan is what a run would do. What it calls cached is used, what it calls new or waiting is all that will be
// bought, at most at that price. Immutable after Make.
type Plan struct {
	Graph    *graph.Graph
	Takes    []Planned     // as Graph.Takes
	Total    money.Amount  // of this run, at most
	Held     money.Amount  // of tasks that earlier runs bought and that have not ended, at most
	Saved    money.Amount  // what the cached takes had cost
	Buys     int           // takes that will be bought
	Later    money.Amount  // of takes that are bought once what they grow from is picked, at most
	Follow   int           // those takes
	Expected time.Duration // until the last take is there
	Options  PlanOptions
}

// PlanOptions change what is planned. The zero value plans the whole film.
type PlanOptions struct {
	Limit  int    // takes at once, 0 for the models' own limits
	FilmID string // under which the store remembers what the film used last; "" remembers nothing

	Only     map[string]bool // make only the takes of these shots (full names); nil for all
	Keep     map[string]bool // use the clip that these shots used last, whatever has changed since
	Resubmit map[string]bool // give up on what became of these shots' unfinished attempts, and buy them again
	Drafts   *Plan           // of the same storyboard compiled as drafts: what is promoted where it can be; nil for none
	Others   []*graph.Graph  // the storyboard compiled for other services: what one of them has made, or under way, is not bought
	After    *Plan           // of another service: only what that one surely was refused is made here, its clips stand; nil for none
	Settled  bool            // the run of After is over: what it left under way stays so
	StopAt   map[string]bool // buy nothing that grows from these shots, whether or not a take of them is picked
}

// in reports whether one of the take's shots is in the set.
func in(t *graph.Take, set map[string]bool) bool {
	return set[t.Shot.Name()] || slices.ContainsFunc(t.Also, func(s *storyboard.Shot) bool { return set[s.Name()] })
}

// Make plans a run of the graph on what the store holds. It only reads, and talks to nobody. The error is the context's,
// once that is done: looking at a large store takes its time.
func Make(ctx context.Context, g *graph.Graph, st *store.Store, o PlanOptions) (*Plan, error) {
	p := &Plan{Graph: g, Takes: make([]Planned, len(g.Takes)), Options: o}
	was, unread := st.Film(o.FilmID)
	for i, t := range g.Takes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pt := &p.Takes[i]
		*pt = Planned{Take: t}
		if unread != nil && p.keeps(t) {
			pt.Standing, pt.Reason = Left, "which clip it used last cannot be read, and it is to be kept: "+unread.Error()
			continue
		}
		pt.Promotes = p.promote(t)
		p.look(pt, st, was)
		switch {
		case pt.Promotes == nil:
		case pt.Standing == New, pt.Standing == Stale, pt.Standing == Waits:
			pt.Reason += "; its draft is promoted"
		case pt.Standing != InFlight && pt.Standing != Unclear, !pt.Promotes.attempts(st.Take(pt.Key)):
			pt.Promotes = nil
		}
		switch pt.Standing {
		case New, Stale, Waits, Unclear:
			pt.Cost, pt.Tokens = t.Cost, t.Tokens
			p.Total, p.Buys = p.Total.Add(t.Cost), p.Buys+1
		case Unpicked:
			p.Later, p.Follow = p.Later.Add(t.Cost), p.Follow+1
		case InFlight:
			p.Held = p.Held.Add(t.Cost)
		case Cached:
			if pt.Elsewhere == "" { // others may charge in another currency
				p.Saved = p.Saved.Add(pt.Clip.Cost)
			}
		}
	}
	p.drag()
	p.Expected = p.forecast(func(t *graph.Take) bool { return p.Takes[t.Index].Standing != Cached && !p.Takes[t.Index].Out() })
	return p, nil
}

// Out reports whether the run does not make the take although the store does not hold it.
func (pt *Planned) Out() bool { return pt.Standing == Left || pt.Standing == Unpicked }

// Of is the plan of one take.
func (p *Plan) Of(t *graph.Take) *Planned { return &p.Takes[t.Index] }

func (p *Plan) look(pt *Planned, st *store.Store, was *store.Film) {
	t := pt.Take
	if p.keeps(t) && p.keep(pt, st, was) {
		return
	}
	defer p.leave(pt)
	defer p.stop(pt)
	if p.after(pt, st) {
		return
	}
	pictures, ok := p.anchors(pt, st)
	if !ok {
		up := p.absent(t)
		if left := p.leftOut(t); left != nil {
			pt.Standing, pt.Reason = Left, fmt.Sprintf("%s %s, which is left out", how(t, left.Take), left.Take.Name())
			pt.At = left.At
			return
		}
		pt.Standing = Waits
		pt.Reason = fmt.Sprintf("%s %s, which is %s", how(t, up), up.Name(), p.Of(up).told())
		if p.Of(up).frameless {
			pt.Reason = fmt.Sprintf("%s %s, whose last frame is damaged and is made again", how(t, up), up.Name())
		}
		return
	}
	pt.Key = t.Key(p.Graph.Service.Namespace, pictures)
	take := st.Take(pt.Key)
	clip, err := take.Clip()
	pt.Damaged = errors.Is(err, store.ErrDamaged)
	if err == nil {
		pt.Standing, pt.Clip = Cached, clip
		if clip.FrameWas != "" {
			pt.Reason = "its last frame was damaged, and has been cut from its clip again"
		}
		return
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, store.ErrDamaged) {
		pt.Standing, pt.Reason = Unclear, "the store cannot be read: "+err.Error()
		return
	}
	if errors.Is(err, fs.ErrNotExist) && p.absent(t) == nil && p.elsewhere(pt, st) {
		return
	}
	r, unread := take.Remedy()
	switch {
	case unread != nil:
		pt.Standing, pt.Reason = Unclear, "the store cannot be read: "+unread.Error()
		return
	case r != nil && !r.NoClip():
		p.mended(pt, r)
		return
	case r != nil:
		pt.Damaged, err = true, fmt.Errorf("%w: %s", store.ErrDamaged, r.Why)
	}
	pt.Standing, pt.Reason, pt.Fault = look(take)
	if pt.Standing != New && (p.Graph.Service.Forgets || in(t, p.Options.Resubmit)) {
		pt.Standing, pt.Reason = New, "bought again: what became of the last attempt is given up"
		if p.Graph.Service.Forgets {
			pt.Reason = "the last attempt ended with its simulator"
		}
	}
	switch {
	case pt.Standing == InFlight && errors.Is(err, store.ErrDamaged):
		pt.Reason = "the kept clip cannot be used: " + err.Error() + "; fetched again from " + pt.Reason
	case pt.Standing == New && errors.Is(err, store.ErrDamaged) && !p.Graph.Service.Forgets && !in(t, p.Options.Resubmit):
		pt.Reason = "its clip is damaged and can no longer be fetched: " + strings.TrimPrefix(err.Error(), "damaged: ")
	case pt.Reason != "":
	case !errors.Is(err, fs.ErrNotExist):
		pt.Reason = "the kept clip cannot be used: " + err.Error()
	default:
		pt.Standing, pt.Reason = p.changed(t, pictures, was)
	}
}

// drag adds up what hangs on each take that starts a chain of new ones.
func (p *Plan) drag() {
	for i := len(p.Takes) - 1; i >= 0; i-- {
		pt := &p.Takes[i]
		if pt.Standing == Waits {
			up := p.Of(p.absent(pt.Take))
			up.Drags += 1 + pt.Drags
			up.DragsCost = up.DragsCost.Add(pt.Cost.Add(pt.DragsCost))
		}
	}
}

// keeps reports whether the take is to be the clip that its shot used last.
func (p *Plan) keeps(t *graph.Take) bool { return in(t, p.Options.Keep) || t.Shot.Keep }

// keep takes the clip that the shot used last; false where there is none.
func (p *Plan) keep(pt *Planned, st *store.Store, was *store.Film) bool {
	used, ok := was.Shots[p.memory(pt.Take)]
	if !ok || !store.IsKey(used.Key) {
		return false
	}
	clip, r := intact(st.Take(used.Key))
	if clip == nil {
		return false
	}
	pt.Standing, pt.Clip, pt.Key, pt.Reason = Cached, clip, used.Key, "kept as it is"
	if r != nil {
		p.mended(pt, r)
	}
	return true
}

// leave takes what the user did not ask for out of the run.
func (p *Plan) leave(pt *Planned) {
	if p.Options.Only == nil || pt.Standing == Cached || pt.Standing == Unpicked {
		return
	}
	if !in(pt.Take, p.Options.Only) {
		pt.Standing, pt.Reason = Left, "not among the shots of this run"
		return
	}
	for _, up := range pt.Take.Needs() {
		if p.Of(up).Out() {
			pt.Standing, pt.Reason = Left, fmt.Sprintf("%s %s, which is left out", how(pt.Take, up), up.Name())
			return
		}
	}
}

// stop takes what grows from a shot that still waits for its pick out of the run.
func (p *Plan) stop(pt *Planned) {
	if pt.Standing == Cached || pt.Standing == InFlight || pt.Standing == Unclear {
		return
	}
	for _, up := range pt.Take.Needs() {
		switch {
		case p.Of(up).Standing == Unpicked:
			pt.Standing, pt.Reason = Unpicked, p.Of(up).Reason
			return
		case in(up, p.Options.StopAt), unpicked(up):
			pt.Standing, pt.Reason = Unpicked, fmt.Sprintf("waits for a pick of %s", up.Shot.Name())
			return
		}
	}
}

// unpicked reports whether a shot of the take asks for a pick that nobody has written.
func unpicked(t *graph.Take) bool {
	return slices.ContainsFunc(t.Uses, func(u graph.Use) bool { return u.Shot.Unpicked() })
}

// told is the state as another take's reason says it.
func (pt *Planned) told() string {
	switch pt.Standing {
	case New, Stale, Waits:
		return "new"
	case InFlight:
		return "still in flight"
	case Left:
		if pt.due {
			return "still under way at " + pt.At
		}
	}
	return string(pt.Standing)
}

// look says what a take's journal tells of one that is not kept.
func look(take store.Take) (Standing, string, *provider.Fault) {
	j, err := take.Journal()
	if err != nil {
		return Unclear, "its record cannot be read: " + err.Error(), nil
	}
	a := j.Last()
	switch {
	case a == nil:
		return New, "", nil
	case a.State == store.Intended:
		return Unclear, "it may have been sent at " + a.IntendedAt.Local().Format(time.DateTime), nil
	case lost(take, a):
		return New, "its clip can no longer be fetched", nil
	case a.Open():
		return InFlight, "task " + a.Task, nil
	case a.Message != "":
		return New, "failed before: " + a.Message + billedWords(a), failed(a)
	}
	return New, "", nil
}

// billedWords says of an attempt that ended without a clip what was billed for it, "" for nothing.
func billedWords(a *store.Attempt) string {
	switch {
	case a.Billed == "":
		return ""
	case a.Billed == string(provider.Yes):
		return ", and was billed"
	}
	return ", and may have been billed"
}

// failed is the fault that ended an attempt; nil where none did: the user cancelled it.
func failed(a *store.Attempt) *provider.Fault {
	if a.State != store.Failed || a.Class == "" {
		return nil
	}
	return &provider.Fault{Class: provider.Class(a.Class), Code: a.Code, Message: a.Message, RequestID: a.RequestID,
		Hint:   a.Hint,
		Billed: billedAs(a.Billed)}
}

// billedAs reads what a record says of a failed attempt's bill.
func billedAs(word string) provider.Answer {
	switch word {
	case "":
		return provider.No
	case string(provider.Yes):
		return provider.Yes
	}
	return provider.Unknown
}

// anchors names a take's pictures; ok is false where nobody knows one of them yet.
func (p *Plan) anchors(pt *Planned, st *store.Store) (a graph.Anchors, ok bool) {
	t := pt.Take
	if p.absent(t) != nil {
		a, pt.final, ok = named(t, p.Graph.Service.Namespace, st, Upstream{}, false, pt.Promotes)
		return a, ok
	}
	a, pt.final, ok = named(t, p.Graph.Service.Namespace, st, p.upstream(t), true, pt.Promotes)
	return a, ok
}

// upstream are the clips that a take grows from and ends on, as the plan has them.
func (p *Plan) upstream(t *graph.Take) (up Upstream) {
	if t.From != nil {
		up.From = &KeptClip{Clip: p.Of(t.From).Clip}
	}
	if t.To != nil {
		up.To = &KeptClip{Clip: p.Of(t.To).Clip}
	}
	return up
}

// waits are the takes that one waits for: those that it needs, and none where it is made from its draft.
func (p *Plan) waits(t *graph.Take) []*graph.Take {
	if p.Of(t).final {
		return nil
	}
	return t.Needs()
}

// forecast is how long the takes that are needed take in all.
func (p *Plan) forecast(needed func(*graph.Take) bool) time.Duration {
	return forecast(p.Graph, p.Options.Limit, p.waits, needed)
}

// absent is the first of the takes that a take needs and that is not there.
func (p *Plan) absent(t *graph.Take) *graph.Take {
	for _, need := range t.Needs() {
		if p.lacks(t, need) {
			return need
		}
	}
	return nil
}

// leftOut is what the take needs and nobody will have made by then; nil for none.
func (p *Plan) leftOut(t *graph.Take) *Planned {
	for _, need := range t.Needs() {
		if up := p.Of(need); up.Standing == Left && !up.due {
			return up
		}
	}
	return nil
}

// how says in what way a take needs another one.
func how(t *graph.Take, up *graph.Take) string {
	if t.From == up {
		return "grows from"
	}
	return "ends on a frame of"
}

// Count is the number of takes that the plan finds in a state.
func (p *Plan) Count(s Standing) (n int) {
	for i := range p.Takes {
		if p.Takes[i].Standing == s {
			n++
		}
	}
	return n
}
