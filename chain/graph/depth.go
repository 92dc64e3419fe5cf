package graph

// How deep takes stand in their chains, and where these begin anew.

import "shotchain/storyboard"

// deepen counts a take's links, once all that it grows from has its own.
func (t *Take) deepen() {
	if t.From == nil {
		return
	}
	t.Links, t.Depth, t.fresh = t.From.Links+1, t.From.Depth+1, t.From.fresh
	if t.Anew() {
		t.Depth, t.fresh = 1, t.From
		if t.From.To != nil { // as deep as the picture that the clip before it ends on
			t.Depth += t.From.To.Depth
		}
	}
}

// Anew reports whether the take starts from a picture that the clip before it was given to end on, so that nothing of
// how far its chain has drifted is left in it.
func (t *Take) Anew() bool { return t.From != nil && t.At == 0 && t.From.Led() }

// Fresh is the take that its Depth is counted from: the chain's opening, or one that was led to a given picture.
func (t *Take) Fresh() *Take { return t.fresh }

// Led reports whether the take's clip is led to a given picture: a still, or a frame of another clip.
func (t *Take) Led() bool { return t.Ending != nil || t.To != nil }

// Keyframe is the still of the film's `anchor` that the take ends on, so that what grows from it begins anew; nil for
// none. A `to` of the shot's own goes before it.
func (t *Take) Keyframe() *storyboard.Still {
	s, every := t.Shot, t.Shot.Look.Anchor.Every.Value
	if t.From == nil || every < 1 || (t.Links+1)%every != 0 || s.To != "" || s.ToStill != nil {
		return nil
	}
	return s.Look.Anchor.Still
}

// Strand is a chain of a graph: a take that opens on its own, with all that grew from it.
type Strand struct {
	Opening *Take
	Links   int     // of its longest branch
	Depth   int     // the most links in a row without a keyframe, the first of which grows from the opening or a keyframe
	Led     []*Take // that end on a given picture and from which others begin anew, in the graph's order
}

// Strands are the graph's chains, as its films use them: those with a link, in the graph's order.
func (g *Graph) Strands() []Strand {
	var all []Strand
	at, led := map[*Take]int{}, map[*Take]bool{}
	for _, t := range g.Takes {
		if t.From == nil {
			continue
		}
		n, known := at[t.root]
		if !known {
			n, at[t.root] = len(all), len(all)
			all = append(all, Strand{Opening: t.root})
		}
		s := &all[n]
		s.Links, s.Depth = max(s.Links, t.Links), max(s.Depth, t.Depth)
		if t.Anew() && !led[t.From] {
			led[t.From], s.Led = true, append(s.Led, t.From)
		}
	}
	return all
}
