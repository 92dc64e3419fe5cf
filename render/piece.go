package render

import (
	"fmt"
	"slices"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
)

// shotsOf names the shots that a segment shows.
func shotsOf(layers []layer) string {
	if len(layers) == 2 {
		return fmt.Sprintf("shots %s and %s", layers[0].Shot, layers[1].Shot)
	}
	return "shot " + layers[0].Shot
}

// shotNames are the shots of some layers.
func shotNames(layers []layer) (names []string) {
	for _, l := range layers {
		names = append(names, l.Shot)
	}
	return names
}

// segment is a stretch of picture that is encoded on its own and kept by what it is made of: a whole clip with key
// frames where cuts can fall (a mezzanine), or a piece of the film that no packets of one can give: a transition, a
// fade, the frames between a cut and the next key frame, frames with words on them. Immutable.
type segment struct {
	Target
	layers     []layer             // one, or the two of a transition, which are equally long
	transition timeline.Transition // of two layers; or the fade of one
	in         bool                // of one layer that fades: into the picture, not out of it
	texts      []timeline.Text     // burned in; frames of the segment
	keys       []int               // forced key frames
	dense      bool                // a mezzanine
	edge       bool                // the end of a clip, kept as it is for a transition
	tap        *tapping            // edges to be written beside it, nil for none
}

func (s *segment) frames() int { return s.layers[0].To - s.layers[0].From }

// cell is a range of a segment in the film. A film is cells, end to end.
type cell struct {
	*segment
	from, to int
}

// cells plans the film's picture: ranges of mezzanines wherever cuts fall on their key frames, and pieces for the
// rest. It touches no file.
func cells(tl *timeline.Timeline) ([]cell, error) {
	if err := targetOf(tl).check(); err != nil {
		return nil, err
	}
	burned := tl.Burned()
	var all []cell
	at := 0
	for i, it := range tl.Items {
		if err := checkTransition(it); err != nil {
			return nil, err
		}
		if it.At != at-it.Transition.Overlap() || it.Frames() < 1 {
			return nil, fmt.Errorf("shot %s begins at frame %d, not where the one before it lets it", it.Shot, it.At)
		}
		p := planner{tl: tl, item: it, texts: burned, head: 0, tail: it.Frames()}
		if i > 0 && it.Transition.Frames > 0 {
			p.head = it.Transition.After()
			p.opening(tl.Items[i-1], &all)
		}
		if i+1 < len(tl.Items) {
			next := tl.Items[i+1].Transition
			p.tail -= next.Before()
			if p.tail < p.head {
				return nil, fmt.Errorf("shot %s has %d frames: too few for the transitions at both ends of it", it.Shot,
					it.Frames())
			}
			p.body(&all)
			if next.Fades() {
				p.encode(p.tail, it.Frames(), next, false, &all)
			}
		} else {
			p.body(&all)
		}
		at = it.End()
	}
	n := 0
	for _, c := range all {
		n += c.to - c.from
	}
	if n != tl.Frames {
		return nil, fmt.Errorf("the parts of the film have %d frames, the film %d", n, tl.Frames)
	}
	return unique(all), nil
}

// planner lays one item's cells. head and tail are the item's frames between which no transition changes it.
type planner struct {
	tl         *timeline.Timeline
	item       timeline.Item
	texts      []timeline.Text
	head, tail int
}

// opening is the transition from the item before, or the fade into this one.
func (p *planner) opening(before timeline.Item, all *[]cell) {
	t := p.item.Transition
	if t.Fades() {
		p.encode(0, p.head, t, true, all)
		return
	}
	n := before.Frames()
	s := &segment{Target: targetOf(p.tl), transition: t, layers: []layer{{before, n - t.Frames, n}, {p.item, 0, t.Frames}},
		texts: p.over(0, t.Frames)}
	*all = append(*all, cell{s, 0, t.Frames})
}

// encode adds a piece of the item.
func (p *planner) encode(from, to int, t timeline.Transition, in bool, all *[]cell) {
	if from >= to {
		return
	}
	s := &segment{Target: targetOf(p.tl), layers: []layer{{p.item, from, to}}, transition: t, in: in,
		texts: p.over(from, to)}
	*all = append(*all, cell{s, 0, to - from})
}

// over are the texts on a stretch of the item, with times counted from its start.
func (p *planner) over(from, to int) []timeline.Text {
	var on []timeline.Text
	for _, t := range p.texts {
		t.Start, t.End = t.Start-p.item.At-from, t.End-p.item.At-from
		start, end := max(0, t.Start), min(to-from, t.End)
		if start >= end || strings.TrimSpace(t.Text) == "" {
			continue
		}
		if t.Style.Fade == 0 { // else where it comes and goes is needed too
			t.Start, t.End = start, end
		}
		on = append(on, t)
	}
	return on
}

// body adds what lies between the transitions: copied where it can be, encoded where words are on it or where a cut
// does not fall on a key frame.
func (p *planner) body(all *[]cell) {
	m, offset := mezzanine(targetOf(p.tl), p.item)
	at := p.head
	for _, r := range p.copyable(m, offset) {
		p.encode(at, r[0], timeline.Transition{}, false, all)
		*all = append(*all, cell{m, r[0] + offset, r[1] + offset})
		at = r[1]
	}
	p.encode(at, p.tail, timeline.Transition{}, false, all)
}

// copyable are the ranges of the body without words that begin and end on key frames of its mezzanine.
func (p *planner) copyable(m *segment, offset int) (ranges [][2]int) {
	keys := append(keyframes(m.frames()), m.frames())
	gap := func(from, to int) {
		i, _ := slices.BinarySearch(keys, from+offset) // the first at or after
		k, found := slices.BinarySearch(keys, to+offset)
		if !found {
			k--
		}
		if i < len(keys) && k > i {
			ranges = append(ranges, [2]int{keys[i] - offset, keys[k] - offset})
		}
	}
	at := p.head
	for _, t := range p.over(p.head, p.tail) {
		gap(at, p.head+t.Start)
		at = max(at, p.head+t.End)
	}
	gap(at, p.tail)
	return ranges
}

// Own footage may be long: of a clip above this, only the part around what is used is conformed.
const (
	longClip = 60 * timeline.Rate
	longStep = 10 * timeline.Rate
)

// mezzanine is the conformed whole clip of an item, and where the item's first frame is in it. An item that changes
// speed or holds has one of its own.
func mezzanine(t Target, it timeline.Item) (m *segment, offset int) {
	l := layer{Item: it, From: 0, To: it.Frames()}
	if it.Plain() && it.Hold == 0 {
		offset = it.In
		l.In, l.Out = 0, it.Length
		if it.Length > longClip {
			l.In, l.Out = it.In/longStep*longStep, min(it.Length, (it.Out+longStep-1)/longStep*longStep)
			offset = it.In - l.In
		}
		l.To = l.Out - l.In
	}
	return &segment{Target: t, layers: []layer{l}, keys: cuts(l.To), dense: true}, offset
}

// unique has cells of equal segments share one, so that it is made once.
func unique(all []cell) []cell {
	seen := map[string]*segment{}
	for i, c := range all {
		id := c.identity()
		if s, ok := seen[id]; ok {
			all[i].segment = s
		} else {
			seen[id] = c.segment
		}
	}
	return all
}

// identity is what a segment is made of, clips by their place: equal for equal pictures, whoever asks.
func (s *segment) identity() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v|%+v|%v|%+v|%v%v", s.Target, s.transition, s.in, s.texts, s.dense, s.edge)
	for _, l := range s.layers {
		fmt.Fprintf(&b, "|%s %s %d %d %d %d %v %d %+v %+v", l.Path, l.Digest, l.From, l.To, l.In, l.Out, l.Speed, l.Hold,
			l.Place, l.Correction.Done())
		if l.Card != nil {
			fmt.Fprintf(&b, "%+v", *l.Card)
		}
	}
	return b.String()
}

// excerpt is a stretch of a mezzanine that is written beside it, unchanged: what a transition takes from the end of a
// clip would otherwise be decoded anew from the clip's start, its only key frame.
type excerpt struct {
	*segment
	from int // in the mezzanine
	path string
}

// graph is the one ffmpeg run that makes the segment, and excerpts of it.
func (s *segment) graph(out, words, fonts string, excerpts ...excerpt) ([]string, error) {
	var g ffmpeg.Graph
	v := s.plain(&g, s.layers[0])
	if s.tap != nil {
		v = seam.Tap(&g, v, s.Width, s.Height, s.frames(), s.tap.to)
	}
	v = s.mend(&g, v, s.layers[0])
	if len(s.layers) == 2 {
		v = s.cross(&g, v, s.lay(&g, s.layers[1]))
	} else if s.transition.Fades() {
		v = s.fade(&g, v)
	}
	if words != "" {
		v = g.Filter(v, "ass", nil, ffmpeg.Args{"filename": ffmpeg.Escape(words), "fontsdir": ffmpeg.Escape(fonts)})
	}
	for _, e := range excerpts {
		var b *ffmpeg.Stream
		v, b = g.Split(v)
		b = g.Filter(b, "trim", nil, ffmpeg.Args{"start_frame": e.from, "end_frame": e.from + e.frames()})
		g.Output(e.path, s.lossless(e.frames()), clock(&g, b, s.Rate))
	}
	if s.edge {
		g.Output(out, s.lossless(s.frames()), v)
	} else {
		g.Output(out, s.video(s.frames(), s.keys), v)
	}
	args, err := g.Compile()
	// A clip that does not decode must not get into a film: the first decoding error ends the run.
	return append([]string{"-xerror", "-filter_complex_threads", "1"}, args...), err
}
