package sheet

// This file draws what is heard and read in a cut.

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
)

type laneView struct {
	Name   string
	Height int
	Spans  []spanView
}

// spanView is a bar of a lane that is laneWide wide.
type spanView struct {
	X, Width, Y   float64
	Text, Seconds string
	Link          template.URL
}

type wordView struct {
	At, Seconds, Kind, Text string
	Link                    template.URL

	begin float64
}

// Measures of lanes: spans that overlap stand one below the other, in two rows.
const (
	laneWide = 1000
	laneRow  = 8
)

// lanes draw what is heard and read, and list what is read.
func (c *Cut) lanes(v *cutView) {
	for _, l := range c.Lanes {
		lane := laneView{Name: l.Name, Height: laneRow}
		busy, row := 0.0, 0
		for _, s := range l.Spans {
			if s.From < busy-1e-3 {
				row, lane.Height = 1-row, 2*laneRow
			} else {
				row = 0
			}
			busy = max(busy, s.To)
			begin := strconv.FormatFloat(s.From, 'f', 3, 64)
			link := v.Link + template.URL("#t="+begin)
			scale := laneWide / max(c.Seconds, 1e-3)
			lane.Spans = append(lane.Spans, spanView{X: s.From * scale, Width: max(1, (s.To-s.From)*scale-1),
				Y: float64(row * laneRow), Text: clock(s.From) + " " + s.Text, Seconds: begin, Link: link})
			if l.Words {
				v.Words = append(v.Words, wordView{At: clock(s.From), Seconds: begin, Kind: l.Name, Text: s.Text, Link: link,
					begin: s.From})
			}
		}
		v.Lanes = append(v.Lanes, lane)
	}
	slices.SortStableFunc(v.Words, func(a, b wordView) int { return cmp.Compare(a.begin, b.begin) })
}
