package chain

// This file decides what must be made, and why, without making anything; run.go makes it.

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"shotchain/chain/store"
	"shotchain/storyboard"
)

// State is what a plan finds of a take.
type State string

const (
	Cached   State = "cached"    // kept in the store: used, costs nothing
	New      State = "new"       // will be bought, and can start at once
	Stale    State = "stale"     // as New: the shot has a clip, but asks for something else by now
	Waits    State = "waits"     // will be bought once the take it grows from is there
	InFlight State = "in flight" // bought by an earlier run: picked up, costs nothing more
	Unclear  State = "unknown"   // an earlier run may have bought it: looked up at the provider before anything is bought
	Left     State = "left out"  // the user left it out of this run, and the store does not hold it
)

// Planned is one take of a plan.
type Planned struct {
	Take   *Take
	State  State
	Reason string      // why it must be made, or how it came to be there; "" for nothing to say
	Key    string      // "" as long as it grows from something that is not there
	Clip   *store.Clip // of a cached take
	Cost   Money       // at most, of this run; zero where nothing is bought
	Tokens int64

	Drags     int   // takes that wait for this one, directly or not
	DragsCost Money // what those cost at most
}

// Plan is what a run would do. What it calls cached is used, what it calls new or waiting is all that will be
// bought, at most at that price. Immutable after Make.
type Plan struct {
	Graph    *Graph
	Takes    []Planned     // as Graph.Takes
	Total    Money         // of this run, at most
	Held     Money         // of tasks that earlier runs bought and that have not ended, at most
	Saved    Money         // what the cached takes had cost
	Buys     int           // takes that will be bought
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

	// Forgetful: the provider's tasks end with the process that asked for them (the built-in simulator's do), so
	// those of an earlier run are surely gone, and were never paid.
	Forgetful bool
}

// in reports whether one of the take's shots is in the set.
func (t *Take) in(set map[string]bool) bool {
	return set[t.Name()] || slices.ContainsFunc(t.Also, func(s *storyboard.Shot) bool { return set[s.Name()] })
}

// Make plans a run of the graph on what the store holds. It only reads, and talks to nobody.
func Make(g *Graph, st *store.Store, o PlanOptions) *Plan {
	p := &Plan{Graph: g, Takes: make([]Planned, len(g.Takes)), Options: o}
	was := st.Film(o.FilmID)
	for i, t := range g.Takes {
		pt := &p.Takes[i]
		*pt = Planned{Take: t}
		p.look(pt, st, was)
		switch pt.State {
		case New, Stale, Waits, Unclear:
			pt.Cost, pt.Tokens = t.Cost, t.Tokens
			p.Total, p.Buys = add(p.Total, t.Cost), p.Buys+1
		case InFlight:
			p.Held = add(p.Held, t.Cost)
		case Cached:
			p.Saved = add(p.Saved, pt.Clip.Cost)
		}
	}
	p.drag()
	p.Expected = forecast(g, o.Limit, func(t *Take) bool { return p.Takes[t.Index].State != Cached && p.Takes[t.Index].State != Left })
	return p
}

// Of is the plan of one take.
func (p *Plan) Of(t *Take) *Planned { return &p.Takes[t.Index] }

func (p *Plan) look(pt *Planned, st *store.Store, was *store.Film) {
	t := pt.Take
	if (t.in(p.Options.Keep) || t.Shot.Keep) && p.keep(pt, st, was) {
		return
	}
	defer p.leave(pt)
	first, ok := p.first(t)
	if !ok {
		pt.State = Waits
		pt.Reason = fmt.Sprintf("grows from %s, which is %s", t.From.Name(), p.Of(t.From).told())
		return
	}
	pt.Key = t.key(p.Graph.Namespace, first)
	take := st.Take(pt.Key)
	clip, err := take.Clip()
	if err == nil {
		pt.State, pt.Clip = Cached, clip
		return
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, store.ErrDamaged) {
		pt.State, pt.Reason = Unclear, "the store cannot be read: "+err.Error()
		return
	}
	pt.State, pt.Reason = look(take)
	if pt.State != New && (p.Options.Forgetful || t.in(p.Options.Resubmit)) {
		pt.State, pt.Reason = New, "bought again: what became of the last attempt is given up"
		if p.Options.Forgetful {
			pt.Reason = "the last attempt ended with its simulator"
		}
	}
	switch {
	case pt.State == InFlight && errors.Is(err, store.ErrDamaged):
		pt.Reason = "the kept clip cannot be used: " + err.Error() + "; fetched again from " + pt.Reason
	case pt.Reason != "":
	case !errors.Is(err, fs.ErrNotExist):
		pt.Reason = "the kept clip cannot be used: " + err.Error()
	default:
		pt.State, pt.Reason = p.changed(t, first, was)
	}
}

// drag adds up what hangs on each take that starts a chain of new ones.
func (p *Plan) drag() {
	for i := len(p.Takes) - 1; i >= 0; i-- {
		pt := &p.Takes[i]
		if pt.State == Waits {
			up := p.Of(pt.Take.From)
			up.Drags += 1 + pt.Drags
			up.DragsCost = add(up.DragsCost, add(pt.Cost, pt.DragsCost))
		}
	}
}

// keep takes the clip that the shot used last; false where there is none.
func (p *Plan) keep(pt *Planned, st *store.Store, was *store.Film) bool {
	used, ok := was.Shots[pt.Take.Name()]
	if !ok || !store.IsKey(used.Key) {
		return false
	}
	clip, err := st.Take(used.Key).Clip()
	if err != nil {
		return false
	}
	pt.State, pt.Clip, pt.Key, pt.Reason = Cached, clip, used.Key, "kept as it is"
	return true
}

// leave takes what the user did not ask for out of the run.
func (p *Plan) leave(pt *Planned) {
	if p.Options.Only == nil || pt.State == Cached {
		return
	}
	up := pt.Take.From
	if !pt.Take.in(p.Options.Only) {
		pt.State, pt.Reason = Left, "not among the shots of this run"
	} else if up != nil && p.Of(up).State == Left {
		pt.State, pt.Reason = Left, fmt.Sprintf("grows from %s, which is left out", up.Name())
	}
}

// told is the state as another take's reason says it.
func (pt *Planned) told() string {
	switch pt.State {
	case New, Stale, Waits:
		return "new"
	case InFlight:
		return "still in flight"
	}
	return string(pt.State)
}

// look says what a take's journal tells of one that is not kept.
func look(take store.Take) (State, string) {
	j, err := take.Journal()
	if err != nil {
		return Unclear, "its record cannot be read: " + err.Error()
	}
	a := j.Last()
	switch {
	case a == nil:
		return New, ""
	case a.State == store.Intended:
		return Unclear, "it may have been sent at " + a.IntendedAt.Local().Format(time.DateTime)
	case a.Open():
		return InFlight, "task " + a.Task
	case a.Message != "":
		return New, "failed before: " + a.Message
	}
	return New, ""
}

// first is the digest of a take's first frame, "" where it has none, and ok false where it is not there yet.
func (p *Plan) first(t *Take) (digest string, ok bool) {
	if t.From == nil {
		return t.still(), true
	}
	up := p.Of(t.From)
	if up.Clip == nil {
		return "", false
	}
	return up.Clip.LastFrame.Digest, true
}

// still names the still that a take opens on, "" for none.
func (t *Take) still() string {
	switch f := t.Request.FirstFrame; {
	case f == nil:
		return ""
	case f.Web != "":
		return f.Web
	default:
		return f.Digest
	}
}
