package storyboard

// How shots hang together: `from` and `to` find their shots, and circles are refused.

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

// hop is a shot on a walk along the seams, and how many of its two the walk has followed: `from`, then `to`.
type hop struct {
	s    *Shot
	seam int
}

// follow goes on along the next seam: to the shot that must be made before, nil where the seam leads to none.
func (h *hop) follow(sb *Storyboard) *Shot {
	if h.seam++; h.seam == 1 {
		return sb.index.full[h.s.From]
	}
	return sb.index.full[h.s.To]
}

// at is where the seam was written that was followed last.
func (h *hop) at() Pos {
	if h.seam == 1 {
		return h.s.FromPos
	}
	return h.s.ToPos
}

// open takes the seam away that was followed last.
func (h *hop) open() {
	if h.seam == 1 {
		h.s.From = ""
	} else {
		h.s.To = ""
	}
}

// circles reports shots that wait for one another, each circle at its first place in the file, and opens them: what is
// read further has none. First those that lead through `from` alone, then what is left.
func (r *reader) circles(sb *Storyboard, drafts []draft) {
	walk(sb, drafts, 1, func(circle []hop) {
		first := r.circle(circle, "let one of them open on its own: `from: none`")
		first.open()
	})
	walk(sb, drafts, 2, func(circle []hop) {
		r.circle(circle, "a shot cannot end on what only comes out of it: use a still")
		circle[len(circle)-1].open()
	})
}

// walk finds the circles among the first one or two seams of each shot. It leaves every shot once, and keeps its own
// stack, for chains are long. Telling a circle takes as long as it is, and those that share shots could come to the
// square of the film: of circles that have more than maxVisits shots together, the last are opened without a word.
func walk(sb *Storyboard, drafts []draft, seams int, tell func([]hop)) {
	const left = -1
	on := make(map[*Shot]int, len(drafts)) // where a shot is on the way, counted from 1; left: it was
	room := maxVisits
	var way []hop
	enter := func(s *Shot) {
		way = append(way, hop{s: s})
		on[s] = len(way)
	}
	for _, d := range drafts {
		if on[d.Shot] == 0 {
			enter(d.Shot)
		}
		for len(way) > 0 {
			h := &way[len(way)-1]
			if h.seam == seams {
				on[h.s] = left
				way = way[:len(way)-1]
				continue
			}
			up := h.follow(sb)
			switch {
			case up == nil:
			case on[up] == 0:
				enter(up)
			case on[up] != left:
				circle := way[on[up]-1:]
				if room -= len(circle); room >= 0 {
					tell(circle)
				} else {
					h.open()
				}
			}
		}
	}
}

// circle reports one, and gives the seam in it that comes first in the file.
func (r *reader) circle(way []hop, hint string) *hop {
	start := 0
	for i := range way {
		if way[i].at().before(way[start].at()) {
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
		file, at := r.at(h.at())
		if file == r.file {
			file = ""
		} else {
			file += ":"
		}
		fmt.Fprintf(&b, "%s (%s%d:%d) → ", h.s.Name(), file, at.Line, at.Column)
	}
	first := &way[start]
	r.report(first.at(), advise(hint), "cycle: %s%s", b.String(), first.s.Name())
	return first
}
