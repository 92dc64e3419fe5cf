package chain

// This file makes the finals of a chain at the same time: one that is made from a draft needs that draft's task, and
// nothing of the finals before it.

import (
	"fmt"

	"shotchain/chain/graph"
	"shotchain/chain/store"
)

// asking is what a take is asked for with.
type asking struct {
	up    Upstream // what it grows from and ends on; not all there where final
	a     graph.Anchors
	final bool // a names the drafts of what it grows from: only its own draft can answer
}

// promotionOf is a take that the service makes from a draft's task.
type promotionOf struct {
	*graph.Take
	task string
}

// asking is what a take is asked for with by now; ok is false where it has to wait. Only the goroutine of loop.
func (r *run) asking(t *graph.Take) (q asking, ok bool) {
	p := r.plan.Of(t).Promotes
	if p != nil && (r.whole[t] || !r.follows(t.From, p.from) || !r.follows(t.To, p.to)) {
		p = nil
	}
	return r.ask(t, r.upstream(t), p)
}

// ask is what a take is asked for with, with the clips that are there and the draft, if any, that may answer it; ok is
// false where more must be there.
func (s *Shooter) ask(t *graph.Take, up Upstream, p *Promotion) (q asking, ok bool) {
	q.up = up
	there := missing(t, up) == nil
	if t.StoredKey != "" && there {
		q.a = anchors(t, up)
		return q, true
	}
	q.a, q.final, ok = named(t, s.plan.Graph.Service.Namespace, s.how.Store, up, there, p)
	return q, ok
}

// follows reports whether what a take grows from, if anything, is made from the draft of that task, or will be: the
// service has taken it on. So the finals of a chain are asked for in its order.
func (r *run) follows(up *graph.Take, task string) bool {
	if up == nil {
		return true
	}
	if out := &r.reel.Outcomes[up.Index]; out.Take != nil {
		return out.Ok() && out.Clip.PromotedFrom == task
	}
	return r.accepted[up] == task
}

// underway tells whoever hands out takes that the take's task is made from a draft: what follows it needs not wait.
func (v *life) underway(a *store.Attempt) {
	if a.PromotedFrom != "" {
		v.accepted(a.PromotedFrom)
	}
}

// unpromotable is the outcome of a take whose draft the service no longer has: it has to be asked for whole, and waits
// for what it grows from. Nothing was made.
func (v *life) unpromotable(err error) Outcome {
	return Outcome{Take: v.t, Standing: Failed, Fault: err, unpromoted: true}
}

// strays fails the finals that grew from another clip than the one that the film now has before them: that one's draft
// was refused after theirs had been taken on. They are kept in the store.
func (r *run) strays() {
	for i := range r.reel.Outcomes {
		out := &r.reel.Outcomes[i]
		if out.Take == nil || !out.Ok() || out.Clip.PromotedFrom == "" {
			continue
		}
		p := r.plan.Of(out.Take).Promotes
		for _, need := range out.Take.Needs() {
			up := &r.reel.Outcomes[need.Index]
			if p == nil || out.Clip.PromotedFrom != p.Task || !up.Ok() {
				continue
			}
			if need == out.Take.From && up.Clip.PromotedFrom != p.from || need == out.Take.To && up.Clip.PromotedFrom != p.to {
				out.Standing, out.Clip = Failed, nil
				out.Fault = fmt.Errorf("it continues the final of another draft than %s was made from", need.Name())
				r.observe(Event{Take: out.Take, Standing: out.Standing, Task: out.Task, Message: out.Fault.Error()})
				break
			}
		}
	}
}
