package sheet

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

// Seam is what was measured where a shot continues another one. Its pictures are the ones that were compared, small and
// of one way of decoding.
type Seam struct {
	Shot, From string   // full names
	Numbers    []Number // in the order in which they are shown
	Words      string   // what a viewer may see; "" for nothing
	Done       string   // what was done about it; "" for nothing
	Why        string   // it was not measured; "" where it was

	Last, First, Difference string // absolute paths; "" where there is none
	Before, After           string // half of each, as the clips are and as the film has it; "" where nothing was done
}

// Number is one measure of a seam.
type Number struct {
	Name, Value string // with its unit
	After       string // what the film has of it, where something was done; "" elsewhere
	Seen        bool   // beyond the noise of perfect joins
}

// Chain is how far the shots that grew from one have drifted from it, in codes of light.
type Chain struct {
	Opening string // full name
	Drift   []Drift
	Words   string // what is worth a warning; "" for nothing
}

// flips reports whether any seam has its two pictures.
func (p *Page) flips() bool {
	return slices.ContainsFunc(p.Films, func(f Film) bool {
		return slices.ContainsFunc(f.Seams, func(s Seam) bool { return s.Last != "" && s.First != "" })
	})
}

// Drift is one shot's.
type Drift struct {
	Shot          string
	Before, After float64 // as the clips are, and with what was corrected
}

// seamView is a seam beside its two frames.
type seamView struct {
	Numbers                 []Number
	Words, Done, Why        string
	Last, First, Difference template.URL
	Before, After           template.URL
}

// chainView is the drawing of a chain's drift.
type chainView struct {
	Opening, Words  string
	Corrected       bool
	Width, Height   int
	Zero            string // of the vertical axis, in the drawing
	Before, After   string // points of lines
	Least, Most     string // codes
	LeastAt, MostAt string
	Dots            []dotView
	First, Last     string // names of shots
}

type dotView struct{ X, Y, Title string }

// Size of a drift's drawing, and of the margin for its numbers.
const (
	driftWidth, driftHeight = 640, 150
	driftLeft, driftPad     = 46, 14
)

// view draws the chain's drift: shots from left to right, light upwards.
func (c Chain) view() chainView {
	v := chainView{Opening: c.Opening, Words: c.Words, Width: driftWidth, Height: driftHeight, First: c.Opening}
	least, most := 0.0, 0.0
	for _, d := range c.Drift {
		least, most = min(least, d.Before, d.After), max(most, d.Before, d.After)
		v.Corrected = v.Corrected || d.Before != d.After
		v.Last = d.Shot
	}
	least, most = math.Floor(least), math.Max(math.Ceil(most), math.Floor(least)+1)
	x := func(i int) float64 {
		return driftLeft + float64(i)*(driftWidth-driftLeft-driftPad)/float64(max(1, len(c.Drift)))
	}
	y := func(code float64) float64 {
		return driftPad + (most-code)*(driftHeight-2*driftPad)/(most-least)
	}
	num := func(f float64) string { return fmt.Sprintf("%.1f", f) }
	before, after := []string{num(x(0)) + "," + num(y(0))}, []string{num(x(0)) + "," + num(y(0))}
	for i, d := range c.Drift {
		before = append(before, num(x(i+1))+","+num(y(d.Before)))
		after = append(after, num(x(i+1))+","+num(y(d.After)))
		title := fmt.Sprintf("%s: %+.1f codes", d.Shot, d.Before)
		if v.Corrected {
			title += fmt.Sprintf(", %+.1f in the film", d.After)
		}
		v.Dots = append(v.Dots, dotView{num(x(i + 1)), num(y(d.After)), title})
	}
	v.Before, v.After = strings.Join(before, " "), strings.Join(after, " ")
	v.Zero, v.Least, v.Most = num(y(0)), codes(least), codes(most)
	v.LeastAt, v.MostAt = num(y(least)), num(y(most))
	return v
}

// codes is a number of codes on an axis.
func codes(n float64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+.0f", n)
}

// measured finds the seam between two shots; nil where none was measured.
func (f *Film) measured(from, to string, link func(string) template.URL) *seamView {
	for _, s := range f.Seams {
		if s.From != from || s.Shot != to {
			continue
		}
		v := &seamView{Numbers: s.Numbers, Words: s.Words, Done: s.Done, Why: s.Why}
		for _, p := range []struct {
			path string
			into *template.URL
		}{{s.Last, &v.Last}, {s.First, &v.First}, {s.Difference, &v.Difference}, {s.Before, &v.Before}, {s.After, &v.After}} {
			if p.path != "" {
				*p.into = link(p.path)
			}
		}
		return v
	}
	return nil
}

// pictures are the paths of the seams' pictures, to be shared.
func (p *Page) pictures() (all []*string) {
	for f := range p.Films {
		for s := range p.Films[f].Seams {
			m := &p.Films[f].Seams[s]
			all = append(all, &m.Last, &m.First, &m.Difference, &m.Before, &m.After)
		}
	}
	return all
}
