package chain

import (
	"shotchain/chain/graph"
	"shotchain/chain/money"
	"shotchain/storyboard"
)

// Share is what one film of a graph has of its takes.
type Share struct {
	Film   *storyboard.Storyboard
	Takes  []*graph.Take // in the order of Graph.Takes
	Shared int           // how many of them other films use too
	Own    money.Amount  // what its own takes cost in this run, at most
	Alone  money.Amount  // what the film would have cost by itself, without the others and without a store, at most
}

// Shares are the takes and prices of each film, in the order of Graph.Films, and what all of them would have cost as
// separate films.
func (p *Plan) Shares() (shares []Share, separate money.Amount) {
	shares = make([]Share, len(p.Graph.Films))
	for i, f := range p.Graph.Films {
		shares[i].Film = f
	}
	for i := range p.Takes {
		t := p.Takes[i].Take
		shared := t.Films() > 1
		last := -1
		for _, u := range t.Uses { // in the order of films
			if u.Film == last {
				continue
			}
			last = u.Film
			s := &shares[u.Film]
			s.Takes = append(s.Takes, t)
			s.Alone = s.Alone.Add(t.Cost)
			if shared {
				s.Shared++
			} else {
				s.Own = s.Own.Add(p.Takes[i].Cost)
			}
		}
	}
	for _, s := range shares {
		separate = separate.Add(s.Alone)
	}
	return shares, separate
}
