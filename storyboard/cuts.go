package storyboard

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// perCutShot is what a shot of a cut counts among the nodes that are read: it takes more memory than its name.
const perCutShot = 4

// cutter reads the cuts of a film, one after the other.
type cutter struct {
	*reader
	sb    *Storyboard
	ids   *ids
	whole []CutShot      // every shot in order; shared by the cuts that list none
	made  map[string]Pos // outputs of all cuts, by folded path
	taken map[string]bool

	cut   *Cut             // that is being read
	cards map[string]*Shot // its stills, by name
	index map[string][]int // where it has a shot; nil where nobody asked
}

func (r *reader) cuts(sb *Storyboard, f field) {
	c := &cutter{reader: r, sb: sb, ids: newIDs("cut"), made: map[string]Pos{}, taken: map[string]bool{}}
	for _, n := range r.list(f) {
		fs, at, ok := r.mapping(n, inCut)
		if !ok {
			continue
		}
		c.cut, c.index, c.cards = &Cut{Pos: at}, nil, nil
		if _, ok := fs.get("shots"); !ok {
			c.cut.Shots = c.all()
		}
		r.fill(c, fs)
		c.captionFile()
		sb.Cuts = append(sb.Cuts, c.cut)
	}
	c.inputs()
	for _, cut := range sb.Cuts {
		for _, o := range cut.Outputs {
			if c.taken[fold(o.Path)] {
				r.report(o.Pos, nil, "%s is what the film is made of: the output would overwrite it", quote(o.Name))
			}
		}
	}
}

// all are the film's shots as a cut's.
func (c *cutter) all() []CutShot {
	if c.whole == nil {
		c.whole = c.sb.Whole().Shots
	}
	return c.whole
}

// own is the same list for one cut to change, false where too much is asked for.
func (c *cutter) own(at Pos) bool {
	cut := c.cut
	if len(cut.Shots) == 0 || len(c.whole) == 0 || &cut.Shots[0] != &c.whole[0] {
		return true
	}
	if !c.charge(perCutShot*len(c.whole), at) {
		return false
	}
	cut.Shots = append([]CutShot(nil), c.whole...)
	return true
}

// charge counts against what one reading may come to.
func (r *reader) charge(n int, at Pos) bool {
	if r.halted {
		return false
	}
	if r.visits += n; r.visits > maxVisits {
		r.report(at, nil, "the cuts have more shots than can be read")
		r.halted = true
		return false
	}
	return true
}

// part reads a mapping that a key holds; false where it holds nothing.
func (r *reader) part(n *yaml.Node, in place) (fields, bool) {
	if n == nil {
		return nil, false
	}
	fs, _, ok := r.mapping(n, in)
	return fs, ok
}

// line reads an item of a list that may be written as its first key's value alone.
func (r *reader) line(n *yaml.Node, in place) (fields, bool) {
	at, ok := r.visit(n)
	if !ok {
		return nil, false
	}
	if at.Kind == yaml.ScalarNode && !isNull(at) {
		return fields{{firstKey(in), n, n}}, true
	}
	return r.part(n, in)
}

// cutShot is a shot of a cut that is being read.
type cutShot struct {
	CutShot
	of   *cutter
	name string // of a still, as written
	card *Card  // nil for a shot
}

func (c *cutter) shots(f field) {
	for _, n := range c.list(f) {
		fs, ok := c.line(n, inCutShot)
		if !ok || !c.charge(perCutShot, position(f.name)) || !c.ofEither(fs, position(n)) {
			continue
		}
		s := cutShot{of: c}
		if c.fill(&s, fs); s.card != nil {
			s.Shot = c.carded(&s)
		}
		if s.Shot != nil {
			c.cut.Shots = append(c.cut.Shots, s.CutShot)
		}
	}
}

func (r *reader) cutShot(s *cutShot, f field) {
	v, ok := r.scalar(f)
	if !ok {
		return
	}
	s.Shot, s.Pos = s.of.named(v.text, v.at), v.at
	if s.Shot != nil {
		s.Sound, s.Fit = s.Shot.Sound, s.Shot.Fit
	}
}

// named finds a shot of the film by its full name.
func (c *cutter) named(name string, at Pos) *Shot {
	s := c.sb.index.full[name]
	if s == nil {
		c.report(at, func() string { return c.shotHint(name) }, "there is no shot %s", quote(name))
	}
	return s
}

func (c *cutter) shotHint(name string) string {
	if s := c.sb.index.short[name]; s != nil {
		return fmt.Sprintf("did you mean %q?", s.Name())
	}
	return didYouMean(name, func() []string {
		var names []string
		for _, s := range c.sb.Shots() {
			names = append(names, s.Name())
		}
		return names
	})()
}

// inCut reports whether the cut has a shot, and says so where it has not.
func (c *cutter) inCut(name string, at Pos) bool {
	if c.cards[name] == nil && c.named(name, at) == nil {
		return false
	}
	if c.index == nil {
		c.index = map[string][]int{}
		for i, s := range c.cut.Shots {
			c.index[s.Shot.Name()] = append(c.index[s.Shot.Name()], i)
		}
	}
	if len(c.index[name]) == 0 {
		c.report(at, nil, "%s is no shot of this cut", quote(name))
		return false
	}
	return true
}

// anchored checks the shot that a moment is in.
func (c *cutter) anchored(a Anchor) {
	if a.Shot != "" {
		c.inCut(a.Shot, a.Pos)
	}
}

func (c *cutter) poster(f field) {
	if v, ok := c.scalar(f); ok {
		c.anchored(v.anchor)
		c.cut.Poster = &v.anchor
	}
}
