package chain

// This file lets one service make what another one does not take on. Each service has a graph and a plan of its own; a take
// is the same one in all of them, and at most one of them is asked for it.

import (
	"fmt"

	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// after takes over what the plan that this one stands in for knows of a take: its clip, or why nothing of it is to be
// asked of anybody else. false where it is free to be made here.
func (p *Plan) after(pt *Planned, st *store.Store) bool {
	if p.Options.After == nil {
		return false
	}
	first := p.Options.After
	t := first.Graph.Twin(pt.Take)
	if t == nil {
		return false
	}
	was, at := first.Of(t), first.Graph.Service.Namespace
	switch {
	case was.At == p.Graph.Service.Namespace: // it is this one's own, or grows from what is
		return false
	case was.Standing == Cached && was.usable(st) && !was.frameless && !was.Damaged:
		if was.Elsewhere != "" {
			at = was.Elsewhere
		}
		p.foreign(pt, at, was.Key, was.Clip)
	case was.Standing == Cached:
		pt.Standing, pt.Reason = Left, "its clip is "+at+"'s, and has to be mended there first"
	case was.Standing == InFlight, was.Standing == Unclear:
		pt.Standing, pt.Reason, pt.At = Left, fmt.Sprintf("%s at %s: %s", was.Standing, at, was.Reason), at
		pt.due = !p.Options.Settled
	case was.Out():
		pt.Standing, pt.Reason, pt.At, pt.due = was.Standing, was.Reason, was.At, was.due
	case was.Key != "" && !untouched(st.Take(was.Key)):
		pt.Standing, pt.Reason = Left, at+
			" was asked for it, and not for want of an account or a connection did it make nothing: "+was.Reason
	default:
		return false
	}
	return true
}

// elsewhere uses what another service has made of a take, or leaves the take to the one that has it under way. false
// where none has.
func (p *Plan) elsewhere(pt *Planned, st *store.Store) bool {
	for _, g := range p.Options.Others {
		t := g.Twin(pt.Take)
		if t == nil {
			continue
		}
		a, _, ok := named(t, g.Service.Namespace, st, p.upstream(pt.Take), true, nil)
		if !ok {
			continue
		}
		dir := st.Take(t.Key(g.Service.Namespace, a))
		if clip, err := dir.Clip(); err == nil {
			p.foreign(pt, g.Service.Namespace, dir.Key, clip)
			return true
		}
		if s, why, _ := look(dir); (s == InFlight || s == Unclear) && !g.Service.Forgets {
			pt.Standing, pt.Reason, pt.At = Left, fmt.Sprintf("%s at %s: %s", s, g.Service.Namespace, why),
				g.Service.Namespace
			return true
		}
	}
	return false
}

// foreign uses the clip that a service has made.
func (p *Plan) foreign(pt *Planned, at, key string, clip *store.Clip) {
	pt.Standing, pt.Clip, pt.Key = Cached, clip, key
	if at != p.Graph.Service.Namespace {
		pt.Elsewhere, pt.Reason = at, "made at "+at
	}
}

// untouched reports whether a service, as far as the store tells, has surely made nothing of a take, and refused it for no
// reason of its own: the account was refused, or the service could not be reached.
func untouched(dir store.Take) bool {
	j, err := dir.Journal()
	if err != nil {
		return false
	}
	for i := range j.Attempts {
		a := &j.Attempts[i]
		if a.Open() || a.Task != "" || a.LostAt != nil || a.State != store.Failed {
			return false
		}
		switch provider.Class(a.Class) {
		case "", provider.Account, provider.Quota, provider.Busy:
		default:
			return false
		}
	}
	return true
}

// Worst is what the plan's takes cost at most where each is bought at one of several services: of each take, the dearest
// that has the plan's currency. What others charge in other currencies is not in it.
func (p *Plan) Worst(others ...*Plan) money.Amount {
	worst := money.Amount{Currency: p.Total.Currency}
	for i := range p.Takes {
		most := p.Takes[i].Cost.Micros
		for _, o := range others {
			if t := o.Graph.Twin(p.Takes[i].Take); t != nil && o.Of(t).Cost.Currency == p.Total.Currency {
				most = max(most, o.Of(t).Cost.Micros)
			}
		}
		worst.Micros += most
	}
	return worst
}
