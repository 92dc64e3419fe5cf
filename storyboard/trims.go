package storyboard

// Shots that are shorter than their clips: at which end the film cuts them.

// trims decides for each shot that is written in tenths which end of its clip the film shows, so that no seam is cut
// off: the beginning, unless the clip's last frame is another shot's first one; then the end, unless the shot itself
// begins on a frame that is given. Where both ends are taken, what grows from it grows from where the shot ends.
func (r *reader) trims(sb *Storyboard) {
	grow, led := map[string][]*Shot{}, map[string]bool{}
	for _, s := range sb.Shots() {
		led[s.To] = true
		if s.From != "" && !s.At.Set {
			grow[s.From] = append(grow[s.From], s)
		}
	}
	for _, s := range sb.Shots() {
		joined, aims := s.From != "" || led[s.Name()], s.To != "" || s.ToStill != nil
		switch d := s.Look.Duration; {
		case d.Value.Tenths == 0 || !aims && len(grow[s.Name()]) == 0:
		case joined && aims:
			r.report(d.Pos, advise("write whole seconds, or leave `to` out"),
				"shot `%s` begins on one given frame and ends on another: neither end can be cut off for %s", s.Name(), d.Value)
		case aims, !joined && s.FirstFrame == nil:
			s.ShowsEnd = true
		default:
			for _, next := range grow[s.Name()] {
				next.At = Setting[Instant]{Value: Instant{Time: d.Value.Shown()}, Set: true}
			}
		}
	}
}
