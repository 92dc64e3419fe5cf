package graph

// What a shot sees of the chain before it: `references: [first]`.

import (
	"slices"

	"shotchain/storyboard"
)

// looks are the stills that a shot names for the model to look at, the opening of the chain before it among them.
func (c *compiler) looks(s *storyboard.Shot) []*storyboard.Still {
	if !s.First.Set {
		return s.References
	}
	still := c.opening(s)
	if still == nil {
		return s.References
	}
	return slices.Insert(slices.Clone(s.References), s.First.Value, still)
}

// opening is the still that the chain before a shot opens on; nil, and a problem, where it has none. One that itself
// looks at the chain before it is passed over: all of them look at the same picture, not at what became of it.
func (c *compiler) opening(s *storyboard.Shot) *storyboard.Still {
	seen := map[*storyboard.Shot]bool{}
	for at := s; at.FirstFrame == nil && at.First.Set; at = c.root(c.before[at]) {
		if c.before[at] == nil || seen[at] {
			c.problem(s.First.Pos, s, "name a still", "no chain stands before it whose opening it could look at")
			return nil
		}
		seen[at] = true
		if root := c.root(c.before[at]); root.FirstFrame != nil {
			still := *root.FirstFrame
			still.Pos = s.First.Pos
			return &still
		} else if !root.First.Set {
			c.problem(s.First.Pos, s, "give that one a first_frame, or name a still here",
				"the chain before it opens on the prompt of %q: there is no picture to look at", root.Name())
			return nil
		}
	}
	return nil
}

// root is the shot that opens the chain of one. Those on the way are remembered: chains are long.
func (c *compiler) root(s *storyboard.Shot) *storyboard.Shot {
	var way []*storyboard.Shot
	for c.roots[s] == nil && s.From != "" {
		way = append(way, s)
		s = c.shots[s.From]
	}
	if known := c.roots[s]; known != nil {
		s = known
	}
	for _, on := range way {
		c.roots[on] = s
	}
	return s
}
