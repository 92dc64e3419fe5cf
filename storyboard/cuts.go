package storyboard

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// perCutShot is what a shot of a cut counts among the nodes that are read: it takes more memory than its name.
const perCutShot = 4

// cutter reads the cuts of a film.
type cutter struct {
	*reader
	sb    *Storyboard
	whole []CutShot        // every shot in order; shared by the cuts that list none
	index map[string][]int // where the cut that is being read has a shot; nil where nobody asked
	made  map[string]Pos   // outputs of all cuts, by folded path
	taken map[string]bool
}

func (r *reader) cuts(sb *Storyboard, f field) {
	c := &cutter{reader: r, sb: sb, made: map[string]Pos{}, taken: map[string]bool{}}
	seen := map[string]Pos{}
	for _, n := range r.list(f) {
		fs, at, ok := r.mapping(n, inCut)
		if !ok {
			continue
		}
		cut := &Cut{}
		cut.ID, cut.Pos = r.id(fs, at, seen, "cut")
		c.read(cut, fs)
		sb.Cuts = append(sb.Cuts, cut)
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

// read reads a cut's keys: its shots first, because others name them.
func (c *cutter) read(cut *Cut, fs fields) {
	c.index = nil
	if f, ok := fs.get("shots"); ok {
		cut.Shots = c.shots(f)
	} else {
		cut.Shots = c.all()
	}
	for _, f := range fs {
		c.key(cut, f)
	}
	if f, ok := fs.get("transitions"); ok {
		c.joins(cut, f)
	}
	c.captionFile(cut)
}

// all are the film's shots as a cut's.
func (c *cutter) all() []CutShot {
	if c.whole == nil {
		c.whole = c.sb.Whole().Shots
	}
	return c.whole
}

// own is the same list for one cut to change, false where too much is asked for.
func (c *cutter) own(cut *Cut, at Pos) bool {
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

func (c *cutter) key(cut *Cut, f field) {
	switch f.key.name {
	case "output":
		if v, ok := c.scalar(f); ok {
			c.output(cut, v, Setting[string]{})
		}
	case "outputs":
		c.outputs(cut, f)
	case "transition":
		if fs, ok := c.part(f.value, inTransition); ok {
			cut.Transition = c.transition(fs)
		}
	case "music":
		cut.Music = c.music(f)
	case "narration":
		c.narration(cut, f)
	case "captions":
		c.captions(cut, f)
	case "titles":
		c.titles(cut, f)
	case "encoder":
		c.encoder(cut, f)
	case "loudness":
		setDecimal(c.reader, &cut.Loudness, f)
	case "size":
		if v, ok := c.scalar(f); ok {
			cut.Size = Setting[Size]{v.size, true, v.at}
		}
	case "reframe":
		setString(c.reader, &cut.Reframe, f)
	case "quality":
		setString(c.reader, &cut.Quality, f)
	case "poster":
		if v, ok := c.scalar(f); ok {
			a := c.anchored(cut, v.anchor)
			cut.Poster = &a
		}
	}
}

func setString(r *reader, to *Setting[string], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[string]{v.text, true, v.at}
	}
}

func setDecimal(r *reader, to *Setting[float64], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[float64]{float64(v.number) / 1000, true, v.at}
	}
}

func setToggle(r *reader, to *Setting[bool], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[bool]{v.yes, true, v.at}
	}
}

func setTime(r *reader, to *Setting[Time], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[Time]{v.time, true, v.at}
	}
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

func (c *cutter) shots(f field) []CutShot {
	var all []CutShot
	for _, n := range c.list(f) {
		fs, ok := c.line(n, inCutShot)
		if !ok || !c.charge(perCutShot, position(f.name)) {
			continue
		}
		if s, ok := c.shot(fs); ok {
			all = append(all, s)
		}
	}
	return all
}

func (c *cutter) shot(fs fields) (CutShot, bool) {
	var s CutShot
	if f, ok := fs.get("shot"); ok {
		if v, ok := c.scalar(f); ok {
			s.Shot, s.Pos = c.named(v.text, v.at), v.at
		}
	}
	if s.Shot != nil {
		s.Sound, s.Fit = s.Shot.Sound, s.Shot.Fit
	}
	for _, f := range fs {
		switch f.key.name {
		case "trim":
			if v, ok := c.scalar(f); ok {
				s.Trim = Setting[Range]{v.span, true, v.at}
			}
		case "speed":
			if v, ok := c.scalar(f); ok {
				s.Speed = Setting[Ratio]{reduce(v.number, 1000), true, v.at}
			}
		case "sound":
			c.sound(&s.Sound, f)
		case "fit":
			setString(c.reader, &s.Fit, f)
		}
	}
	return s, s.Shot != nil
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
func (c *cutter) inCut(cut *Cut, name string, at Pos) bool {
	if c.named(name, at) == nil {
		return false
	}
	if c.index == nil {
		c.index = map[string][]int{}
		for i, s := range cut.Shots {
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
func (c *cutter) anchored(cut *Cut, a Anchor) Anchor {
	if a.Shot != "" {
		c.inCut(cut, a.Shot, a.Pos)
	}
	return a
}
