package timeline

// This file lays the picture: what is used of each clip, how one follows another, where each begins.

import (
	"context"
	"fmt"

	"shotchain/render/ffmpeg"
	"shotchain/storyboard"
)

// lay makes the items: first what is used of each clip, then how they follow each other, then where they stand.
func (e *editor) lay(context.Context) error {
	e.tl.Items = make([]Item, len(e.list))
	for i := range e.list {
		e.tl.Items[i] = e.trimmed(e.list[i])
	}
	for i := 1; i < len(e.list); i++ {
		e.left(i)
	}
	if len(e.problems) > 0 {
		return nil
	}
	for i := 1; i < len(e.list); i++ {
		if err := e.followed(i); err != nil {
			return err
		}
	}
	e.room()
	if len(e.problems) > 0 {
		return nil
	}
	return e.arrange()
}

// trimmed is the range of a clip that the cut uses.
func (e *editor) trimmed(c entry) Item {
	it := Item{Clip: c.clip, Source: c.facts, Length: Conformed(c.facts), Speed: ffmpeg.Ratio{Num: 1, Den: 1},
		Place: Placed(c.facts, e.tl.Width, e.tl.Height, e.spec.Reframe.Value)}
	it.Out = it.Length
	if s := c.Speed.Value; c.Speed.Set {
		it.Speed = ffmpeg.Ratio{Num: s.Num, Den: s.Den}
	}
	if !c.Trim.Set {
		shorter(&it, c.Shot)
		return it
	}
	r := c.Trim.Value
	it.In = int(r.From.At(Rate))
	if !r.Open {
		it.Out = int(r.To.At(Rate))
	}
	has := fmt.Sprintf("the clip of %s has %s", it.Shot, seconds(it.Length))
	switch at := c.Trim.Pos; {
	case it.In >= it.Length:
		e.problem(at, has, "`trim` begins at %s, past the end of %s", r.From, it.Shot)
	case it.Out > it.Length:
		e.problem(at, has, "`trim` ends at %s, past the end of %s", r.To, it.Shot)
	case it.Out <= it.In:
		e.problem(at, "", "`trim` leaves no frame of %s", it.Shot)
	}
	return it
}

// shorter cuts off what a shot that is written in tenths does not show of its clip.
func shorter(it *Item, s *storyboard.Shot) {
	if s == nil || s.Look.Duration.Value.Tenths == 0 {
		return
	}
	shown := s.Look.Duration.Value.Shown()
	n := min(it.Length, int(shown.At(Rate))+1)
	if s.ShowsEnd {
		it.In = it.Length - n
	} else {
		it.Out = n
	}
}

// leaves is how many frames there are of the clip before item i up to the one that item i continues, if it does. A clip
// that was made to end on the first frame of item i is shown to its end.
func (e *editor) leaves(i int) int {
	before, s := e.tl.Items[i-1], e.list[i].Shot
	if !e.tl.Items[i].Continues || s == nil || !s.At.Set || s.From != before.Shot {
		return before.Length
	}
	return min(before.Length, s.At.Value.Frame(Rate, before.Length-1)+1)
}

// left ends the item before item i where item i continues it from an earlier moment, unless the cut itself says where
// it ends.
func (e *editor) left(i int) {
	before, trim := &e.tl.Items[i-1], e.list[i-1].Trim
	if end := e.leaves(i); end > before.In && (!trim.Set || trim.Value.Open) {
		before.Out = min(before.Out, end)
	}
}

// followed decides how an item follows the one before it. A shot that continues the one before it is cut to it, unless
// the cut asks for something at that very place; and because it begins with the frame that the other ended with, it
// loses that frame – but only where both frames are there and stand beside each other. The same holds of a shot that the
// one before it leads to (`to:`).
func (e *editor) followed(i int) error {
	before, it, c := &e.tl.Items[i-1], &e.tl.Items[i], e.list[i]
	seam := it.Continues && before.Out == e.leaves(i) && it.In == 0
	t := c.Join
	if t == nil && !seam {
		t = e.spec.Transition
	}
	if t != nil && t.Type != "cut" {
		it.Transition = Transition{Type: t.Type, Frames: int(t.Duration.At(Rate))}
	}
	it.Continues = seam && it.Transition.Frames == 0
	if !it.Continues || e.bridged(i) {
		it.Correction = it.Correction.Whole()
	}
	if it.Continues {
		it.In = 1 + e.skipped(it)
	}
	if it.Out > it.In {
		return nil
	}
	if c.Trim.Set {
		e.problem(c.Trim.Pos, "it continues that shot, and the frame that both share is shown once",
			"`trim` leaves of %s only the frame that %s ends with", it.Shot, before.Shot)
		it.In, it.Continues = 0, false
		return nil
	}
	return fmt.Errorf("shot %s: has %d frames: nothing is left to show", it.Shot, it.Length)
}

// bridged reports whether the item before item i was made to end on its first frame, and item i grew from elsewhere:
// what was measured of how it grew says nothing of this join.
func (e *editor) bridged(i int) bool {
	s := e.list[i].Shot
	return s != nil && s.From != e.tl.Items[i-1].Shot
}

// skipped is how many frames behind the shared one the correction leaves out, as long as any are left.
func (e *editor) skipped(it *Item) int {
	if n := it.Correction.Skip; 1+n < it.Out {
		return n
	}
	return 0
}

// transitionOf is where the transition to item i was asked for.
func (e *editor) transitionOf(i int) storyboard.Pos {
	switch {
	case i < len(e.list) && e.list[i].Join != nil:
		return e.list[i].Join.Pos
	case e.spec.Transition != nil:
		return e.spec.Transition.Pos
	}
	return e.spec.Pos
}

// room refuses transitions that are longer than what they join.
func (e *editor) room() {
	items := e.tl.Items
	short := func(i int, t Transition, which Item, needs int) bool {
		if needs <= which.Moving() {
			return false
		}
		e.problem(e.transitionOf(i), fmt.Sprintf("%s shows %s", which.Shot, seconds(which.Moving())),
			"the %s of %s from %s to %s is longer than %s", t.Type, seconds(t.Frames), items[i-1].Shot, items[i].Shot,
			which.Shot)
		return true
	}
	for i, it := range items {
		var next Transition
		if i+1 < len(items) {
			next = items[i+1].Transition
		}
		switch {
		case it.Transition.Frames > 0 && short(i, it.Transition, it, it.Transition.After()):
		case next.Frames > 0 && short(i+1, next, it, next.Before()):
		case it.Transition.After()+next.Before() > it.Moving():
			e.problem(e.transitionOf(i+1), fmt.Sprintf("%s shows %s", it.Shot, seconds(it.Moving())),
				"the transitions from %s and to %s take %d and %d frames of %s, which is shorter", items[i-1].Shot, items[i+1].Shot,
				it.Transition.After(), next.Before(), it.Shot)
		}
	}
}

// arrange places the items one behind the other, and lets those stand that wait for their narration.
func (e *editor) arrange() error {
	items := e.tl.Items
	at := 0
	for i := range items {
		it := &items[i]
		it.At = at - it.Transition.Overlap()
		leaves := 0 // frames at its end that the next item covers
		if i+1 < len(items) {
			leaves = items[i+1].Transition.Before()
		}
		if e.list[i].Fit.Value == "narration" {
			it.Hold = max(0, e.spoken(i)-(it.End()-leaves))
		}
		if at = it.End(); at > maxFrames {
			return fmt.Errorf("the film would have %d frames or more, which is over 24 hours", at)
		}
	}
	e.tl.Frames = at
	return nil
}

// anchored is the frame that an anchor means. Only items before and at the anchor's own need to be placed.
func (e *editor) anchored(a storyboard.Anchor) int {
	if a.Shot == "" {
		return int(a.Offset.At(Rate))
	}
	it := e.tl.Items[e.first[a.Shot]]
	if a.Part.Set {
		return it.At + int(int64(it.Moving()-1)*a.Part.Value.Num/a.Part.Value.Den)
	}
	return it.At + int(a.Offset.At(Rate))
}
