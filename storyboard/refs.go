package storyboard

import (
	"fmt"
	"strings"

	"shotchain/internal/say"
)

// noShot is what `from` says to open on its own.
const noShot = "none"

// seams finds the shot that each shot continues, and refuses circles.
func (r *reader) seams(sb *Storyboard, drafts []draft) {
	sb.index = newIndex(drafts)
	for i, d := range drafts {
		switch {
		case d.from != "":
			r.named(sb, d)
		case d.ownStep || i == 0 || drafts[i-1].Scene != d.Scene || d.ID == "" || drafts[i-1].ID == "":
		default:
			d.From, d.FromPos = drafts[i-1].Name(), d.Pos
		}
	}
	for _, d := range drafts {
		if d.to != "" {
			r.ends(sb, d)
		}
		r.besideFootage(sb, d.Shot)
	}
	r.circles(sb, drafts)
	r.loops(sb, drafts)
}

// ends finds the shot whose first frame a shot ends on.
func (r *reader) ends(sb *Storyboard, d draft) {
	full := d.to
	if !strings.Contains(full, "/") {
		full = d.Scene + "/" + full
	}
	target, ok := sb.index.full[full]
	switch {
	case !ok:
		d.from = d.to
		hint := unknownShotHint(sb, d, full)
		if hint == "" {
			hint = "a still in this folder is written ./" + d.to
		}
		r.report(d.ToPos, advise(hint), "there is no shot %s", quote(full))
	case target == d.Shot:
		r.report(d.ToPos, nil, "shot `%s` ends on itself", d.Name())
	default:
		d.To = full
	}
}

// named resolves a `from` that was written.
func (r *reader) named(sb *Storyboard, d draft) {
	if d.from == noShot {
		d.FromPos = d.fromAt
		return
	}
	full := d.from
	if !strings.Contains(full, "/") {
		full = d.Scene + "/" + full
	}
	target, ok := sb.index.full[full]
	switch {
	case !ok:
		r.report(d.fromAt, func() string { return unknownShotHint(sb, d, full) }, "there is no shot %s", quote(full))
	case target == d.Shot:
		r.report(d.fromAt, nil, "shot `%s` continues itself", d.Name())
	default:
		d.From, d.FromPos = full, d.fromAt
	}
}

// unknownShotHint looks for the shot that was meant: in another scene, or under a name like it.
func unknownShotHint(sb *Storyboard, d draft, full string) string {
	if s := sb.index.short[d.from]; s != nil {
		return fmt.Sprintf("did you mean %q?", s.Name())
	}
	if !strings.Contains(d.from, "/") {
		var near []string
		for _, sc := range sb.Scenes {
			if sc.ID != d.Scene {
				continue
			}
			for _, s := range sc.Shots {
				if s != d.Shot {
					near = append(near, s.ID)
				}
			}
		}
		if hint := say.DidYouMean(d.from, near, ""); hint != "" {
			return hint
		}
	}
	names := make([]string, 0, len(sb.index.full))
	for _, s := range sb.Shots() {
		if s != d.Shot {
			names = append(names, s.Name())
		}
	}
	return didYouMean(full, func() []string { return names })()
}

// circles reports every circle of seams once, at its first place in the file, and opens it there: what is read further
// has none. A shot continues at most one other, so following the seams from each shot until a known one is reached is
// linear.
func (r *reader) circles(sb *Storyboard, drafts []draft) {
	walk := make(map[*Shot]int, len(drafts)) // the number of the walk that came by
	for i, d := range drafts {
		s := d.Shot
		for s != nil && walk[s] == 0 {
			walk[s] = i + 1
			s = sb.index.full[s.From]
		}
		if s != nil && walk[s] == i+1 {
			r.circle(sb, s)
		}
	}
}

// hop is one step of a walk: a shot, and which of the shots that it needs come next.
type hop struct {
	s    *Shot
	next int
}

// needs is the i-th shot that must be made before this one, and where that was said; nil behind the last.
func (h hop) needs(sb *Storyboard, i int) (*Shot, Pos) {
	switch {
	case i == 0 && h.s.From != "":
		return sb.index.full[h.s.From], h.s.FromPos
	case i <= 1 && h.s.To != "":
		return sb.index.full[h.s.To], h.s.ToPos
	}
	return nil, Pos{}
}

// loops reports circles that lead through `to`, and opens them: a shot cannot end on what only comes out of it. The walk
// keeps its own stack, for chains are long; every shot is left once. Telling a circle takes as long as it is, so no more
// are told than are printed.
func (r *reader) loops(sb *Storyboard, drafts []draft) {
	const done = -1
	state := make(map[*Shot]int, len(drafts)) // 0: not met yet; on the way: how far along it, from 1
	told := 0
	for _, d := range drafts {
		if state[d.Shot] != 0 {
			continue
		}
		way := []hop{{s: d.Shot}}
		state[d.Shot] = 1
		for len(way) > 0 {
			h := &way[len(way)-1]
			i := h.next
			if i == 0 && h.s.From == "" {
				i = 1
			}
			h.next = i + 1
			up, _ := h.needs(sb, i)
			switch {
			case up == nil && i >= 1:
				state[h.s] = done
				way = way[:len(way)-1]
			case up == nil:
			case state[up] == 0:
				way = append(way, hop{s: up})
				state[up] = len(way)
			case state[up] > 0:
				if told++; told <= maxProblems {
					r.loop(sb, way[state[up]-1:])
				}
				h.open(i)
			}
		}
	}
}

// open takes the i-th need away.
func (h hop) open(i int) {
	if i == 0 {
		h.s.From = ""
	} else {
		h.s.To = ""
	}
}

// loop reports the circle that a walk has run into: all of a way.
func (r *reader) loop(sb *Storyboard, way []hop) {
	at := func(h hop) Pos { _, p := h.needs(sb, h.next-1); return p }
	start := 0
	for i := range way {
		if at(way[i]).before(at(way[start])) {
			start = i
		}
	}
	const most = 8
	var b strings.Builder
	for i := range way {
		h := way[(start+i)%len(way)]
		if i == most {
			fmt.Fprintf(&b, "… %d more → ", len(way)-most)
			break
		}
		fmt.Fprintf(&b, "%s (%d:%d) → ", h.s.Name(), at(h).Line, at(h).Column)
	}
	r.report(at(way[start]), advise("a shot cannot end on what only comes out of it: use a still"), "cycle: %s%s", b.String(), way[start].s.Name())
}

// circle reports the circle that s is on.
func (r *reader) circle(sb *Storyboard, s *Shot) {
	first := s
	for t := sb.index.full[s.From]; t != s; t = sb.index.full[t.From] {
		if t.FromPos.before(first.FromPos) {
			first = t
		}
	}
	const most = 8
	var b strings.Builder
	n := 0
	for t := first; ; t = sb.index.full[t.From] {
		if n++; n <= most {
			fmt.Fprintf(&b, "%s (%d:%d) → ", t.Name(), t.FromPos.Line, t.FromPos.Column)
		}
		if sb.index.full[t.From] == first {
			break
		}
	}
	if n > most {
		fmt.Fprintf(&b, "… %d more → ", n-most)
	}
	r.report(first.FromPos, advise("let one of them open on its own: `from: none`"), "cycle: %s%s", b.String(), first.Name())
	first.From = ""
}
