package storyboard

import (
	"fmt"
	"strings"
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
	r.circles(sb, drafts)
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
		if s := Suggest(d.from, near); s != "" {
			return fmt.Sprintf("did you mean %q?", s)
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

// circles reports every circle of seams once, at its first place in the file. A shot continues at most one other, so
// following the seams from each shot until a known one is reached is linear.
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
	r.report(first.FromPos, say("let one of them open on its own: `from: none`"), "cycle: %s%s", b.String(), first.Name())
}
