package chain

import (
	"shotchain/chain/graph"
	"shotchain/chain/money"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// Outcome is what became of one take in a run.
type Outcome struct {
	Take     *graph.Take
	Standing Standing     // a final one
	Clip     *store.Clip  // of Cached and Kept
	Dir      store.Take   // its folder in the store
	Task     string       // the provider's id, "" where none is known
	Fault    error        // of Failed, Unclear, InFlight, Stopped; nil for nothing to say
	Behind   *graph.Take  // of Skipped: the take that is missing
	Spent    money.Amount // billed in this run
	Unsure   money.Amount // beside it, at most: nobody but the service knows whether it is billed

	again      bool // nothing is final yet: there is more to do for the take
	unpromoted bool // nothing was made: its draft is gone, and it has to be asked for whole
}

// Ok reports whether there is a clip.
func (o Outcome) Ok() bool { return o.Clip != nil }

// Reel is all that came of a run.
type Reel struct {
	Graph    *graph.Graph
	Outcomes []Outcome    // as Graph.Takes
	Spent    money.Amount // billed in this run
	Unsure   money.Amount // beside it, at most: of tasks that ended without a clip and may be billed
	Saved    money.Amount // what the cached clips had cost
}

// Of is the outcome of the take that a shot's film uses; the zero Outcome for a shot that no take is made for. The shot
// is one of Graph.Films.
func (r *Reel) Of(s *storyboard.Shot) Outcome {
	if t := r.Graph.Pick(s); t != nil {
		return r.Outcomes[t.Index]
	}
	return Outcome{}
}

// Whole reports whether every take has a clip.
func (r *Reel) Whole() bool { return r.Count(Cached)+r.Count(Kept) == len(r.Outcomes) }

// Count is the number of takes that ended at a stage.
func (r *Reel) Count(s Standing) (n int) {
	for _, o := range r.Outcomes {
		if o.Standing == s {
			n++
		}
	}
	return n
}

// Stored is the reel of what the store holds already, for a cut without a run.
func Stored(p *Plan, st *store.Store) *Reel {
	r := &Reel{Graph: p.Graph, Outcomes: make([]Outcome, len(p.Takes)), Saved: p.Saved}
	for i := range p.Takes {
		pt := &p.Takes[i]
		r.Outcomes[i] = Outcome{Take: pt.Take, Standing: Stopped}
		if pt.usable(st) {
			r.Outcomes[i] = Outcome{Take: pt.Take, Standing: Cached, Clip: pt.Clip, Dir: st.Take(pt.Key), Task: pt.Clip.Task}
		}
	}
	return r
}
