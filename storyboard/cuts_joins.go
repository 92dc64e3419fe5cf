package storyboard

// Lengths of transitions that say none.
var (
	usualDuration  = Time{Micros: 500_000}
	smoothDuration = Time{Micros: 250_000} // a smooth cut only takes the edge off
)

// join is a transition that is being read, and where it is asked for.
type join struct {
	Transition
	after, before field
}

func (c *cutter) transition(f field) {
	if fs, ok := c.part(f.value, inTransition); ok {
		var j join
		c.fill(&j, fs)
		c.cut.Transition = j.made()
	}
}

// made is the transition, nil where nobody knows what it looks like.
func (j *join) made() *Transition {
	if j.Type == "" {
		return nil
	}
	return &j.Transition
}

func (r *reader) joinType(j *join, f field) {
	v, ok := r.scalar(f)
	if !ok {
		return
	}
	j.Type, j.Pos, j.Duration = v.text, v.at, usualDuration
	switch j.Type {
	case "cut":
		j.Duration = Time{}
	case "smooth":
		j.Duration = smoothDuration
	}
}

func (r *reader) joinLength(j *join, f field) {
	if j.Type == "" {
		return
	}
	switch v, ok := r.scalar(f); {
	case !ok:
	case j.Type == "cut":
		r.report(v.at, nil, "a cut has no `duration`")
	case v.time.At(slowest) < 1:
		r.report(v.at, nil, "a transition lasts at least a frame")
	default:
		j.Duration = v.time
	}
}

// joins lays single transitions over the cut's joins.
func (c *cutter) joins(f field) {
	for _, n := range c.list(f) {
		fs, at, ok := c.mapping(n, inJoin)
		if !ok {
			continue
		}
		var j join
		c.fill(&j, fs)
		isAfter, isBefore := j.after.key != nil, j.before.key != nil
		where := j.after
		switch {
		case isAfter == isBefore:
			if isAfter {
				at = position(j.before.name)
			}
			c.report(at, nil, "a transition needs either `after` or `before`")
			continue
		case isBefore:
			where = j.before
		}
		v, ok := c.scalar(where)
		if ok && c.inCut(v.text, v.at) && j.Type != "" && c.own(v.at) {
			c.join(v, &j.Transition, isAfter)
		}
	}
}

// join lays one transition at every join beside the shot.
func (c *cutter) join(v value, t *Transition, after bool) {
	cut := c.cut
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
			c.report(v.at, nil, "the join of %s and %s has a transition already, at %s",
				quote(cut.Shots[i-1].Shot.Name()), quote(cut.Shots[i].Shot.Name()), c.lineOf(old.Pos))
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
