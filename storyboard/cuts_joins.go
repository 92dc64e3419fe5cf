package storyboard

// Lengths of transitions that say none.
var (
	usualDuration  = Time{Micros: 500_000}
	smoothDuration = Time{Micros: 250_000} // a smooth cut only takes the edge off
)

func (c *cutter) transition(fs fields) *Transition {
	t := &Transition{Duration: usualDuration}
	f, ok := fs.get("type")
	if !ok {
		return nil
	}
	v, ok := c.scalar(f)
	if !ok {
		return nil
	}
	t.Type, t.Pos = v.text, v.at
	switch t.Type {
	case "cut":
		t.Duration = Time{}
	case "smooth":
		t.Duration = smoothDuration
	}
	f, ok = fs.get("duration")
	if !ok {
		return t
	}
	switch v, ok = c.scalar(f); {
	case !ok:
	case t.Type == "cut":
		c.report(v.at, nil, "a cut has no `duration`")
	case v.time.At(slowest) < 1:
		c.report(v.at, nil, "a transition lasts at least a frame")
	default:
		t.Duration = v.time
	}
	return t
}

// joins lays single transitions over the cut's joins.
func (c *cutter) joins(cut *Cut, f field) {
	for _, n := range c.list(f) {
		fs, at, ok := c.mapping(n, inJoin)
		if !ok {
			continue
		}
		t := c.transition(fs)
		after, isAfter := fs.get("after")
		before, isBefore := fs.get("before")
		switch {
		case isAfter == isBefore:
			if isAfter {
				at = position(before.name)
			}
			c.report(at, nil, "a transition needs either `after` or `before`")
			continue
		case isBefore:
			after = before
		}
		v, ok := c.scalar(after)
		if !ok || !c.inCut(cut, v.text, v.at) || t == nil || !c.own(cut, v.at) {
			continue
		}
		c.join(cut, v, t, isAfter)
	}
}

// join lays one transition at every join beside the shot.
func (c *cutter) join(cut *Cut, v value, t *Transition, after bool) {
	found := false
	for _, i := range c.index[v.text] {
		if after {
			i++
		}
		if i == 0 || i == len(cut.Shots) {
			continue
		}
		found = true
		if old := cut.Shots[i].Join; old != nil {
			c.report(v.at, nil, "the join of %s and %s has a transition already, at line %d",
				quote(cut.Shots[i-1].Shot.Name()), quote(cut.Shots[i].Shot.Name()), old.Pos.Line)
			return
		}
		cut.Shots[i].Join = t
	}
	switch {
	case found:
	case after:
		c.report(v.at, nil, "nothing comes after %s in this cut", quote(v.text))
	default:
		c.report(v.at, nil, "nothing comes before %s in this cut", quote(v.text))
	}
}
