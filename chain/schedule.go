package chain

import (
	"cmp"
	"container/heap"
	"maps"
	"slices"
	"time"

	"shotchain/chain/graph"
)

// schedule holds the takes that could start now. It hands out the one with the longest chain still to come first,
// as long as the provider has room for its class. Not safe for concurrent use: one goroutine owns it.
type schedule struct {
	at    int              // 0: each class's own limit; else at most so many at once of any class
	lanes map[string]*lane // by class
}

// lane is one class of takes that compete for the same places at the provider.
type lane struct {
	free  int
	ready ready
}

func newSchedule(limit int) *schedule { return &schedule{at: limit, lanes: map[string]*lane{}} }

func (s *schedule) lane(t *graph.Take) *lane {
	class, n := t.Limit()
	l := s.lanes[class]
	if l == nil {
		if s.at > 0 {
			n = min(n, s.at)
		}
		l = &lane{free: n}
		s.lanes[class] = l
	}
	return l
}

func (s *schedule) push(t *graph.Take) { heap.Push(&s.lane(t).ready, t) }

// pop takes a place and returns the take that should start next; nil where nothing is ready or nothing has room.
func (s *schedule) pop() *graph.Take {
	var best *lane
	for _, class := range slices.Sorted(maps.Keys(s.lanes)) {
		l := s.lanes[class]
		if l.free > 0 && len(l.ready) > 0 && (best == nil || sooner(l.ready[0], best.ready[0])) {
			best = l
		}
	}
	if best == nil {
		return nil
	}
	best.free--
	return heap.Pop(&best.ready).(*graph.Take)
}

// release gives the take's place back.
func (s *schedule) release(t *graph.Take) { s.lane(t).free++ }

// ready is a heap of takes.
type ready []*graph.Take

func sooner(a, b *graph.Take) bool {
	return cmp.Or(cmp.Compare(b.Remaining, a.Remaining), cmp.Compare(a.Order, b.Order)) < 0
}

func (r ready) Len() int           { return len(r) }
func (r ready) Less(i, j int) bool { return sooner(r[i], r[j]) }
func (r ready) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ready) Push(x any)        { *r = append(*r, x.(*graph.Take)) }
func (r *ready) Pop() any {
	last := len(*r) - 1
	t := (*r)[last]
	*r = (*r)[:last]
	return t
}

// running is a heap of the takes under way in a forecast, the first to finish on top.
type running []finish

type finish struct {
	at time.Duration
	t  *graph.Take
}

func (r running) Len() int           { return len(r) }
func (r running) Less(i, j int) bool { return r[i].at < r[j].at }
func (r running) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *running) Push(x any)        { *r = append(*r, x.(finish)) }
func (r *running) Pop() any {
	last := len(*r) - 1
	f := (*r)[last]
	*r = (*r)[:last]
	return f
}

// forecast plays the schedule through with expected times and returns how long it takes in all. waitsFor are
// the takes that one waits for, needed says which cost time.
func forecast(g *graph.Graph, limit int, waitsFor func(*graph.Take) []*graph.Take, needed func(*graph.Take) bool) time.Duration {
	s, under, now := newSchedule(limit), running{}, time.Duration(0)
	waits := make([]int, len(g.Takes)) // takes that are still missing, of each
	for i, t := range g.Takes {
		waits[i] = len(waitsFor(t))
	}
	// A take that costs no time is passed through at once; the stack stands in for a recursion over long chains.
	enter := func(t *graph.Take) {
		for stack := []*graph.Take{t}; len(stack) > 0; {
			t := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if needed(t) {
				s.push(t)
				continue
			}
			for _, next := range t.Grows {
				if waits[next.Index]--; waits[next.Index] == 0 {
					stack = append(stack, next)
				}
			}
		}
	}
	for _, t := range g.Takes {
		if len(waitsFor(t)) == 0 {
			enter(t)
		}
	}
	for {
		for t := s.pop(); t != nil; t = s.pop() {
			heap.Push(&under, finish{now + t.Expected, t})
		}
		if len(under) == 0 {
			return now
		}
		f := heap.Pop(&under).(finish)
		now = f.at
		s.release(f.t)
		for _, next := range f.t.Grows {
			if waits[next.Index]--; waits[next.Index] == 0 {
				enter(next)
			}
		}
	}
}

// Left is how much longer a run of the plan takes, about: done says which takes have ended, and ran for how long each
// of the others has been under way, zero where it has not begun.
func (p *Plan) Left(done func(*graph.Take) bool, ran func(*graph.Take) time.Duration) time.Duration {
	left := p.forecast(func(t *graph.Take) bool { return !done(t) })
	var first *graph.Take // what is under way and holds up the most
	for _, t := range p.Graph.Takes {
		if !done(t) && ran(t) > 0 && (first == nil || t.Remaining > first.Remaining) {
			first = t
		}
	}
	if first != nil {
		left -= min(ran(first), first.Expected)
	}
	return max(0, left)
}
