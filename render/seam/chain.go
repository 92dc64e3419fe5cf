package seam

import (
	"fmt"
	"math"
	"slices"
)

// Ways of correcting colour, as a storyboard writes them.
const (
	None  = "none"  // the clip stays as it is
	Match = "match" // the seam's own step is taken out, fading away: for one seam, not for chains
	Level = "level" // all steps since the chain's opening are taken out, for the whole clip
)

// Wish is what a storyboard declares for the beginning of a shot. The zero Wish changes nothing.
type Wish struct {
	Colour string // None or "", Match, Level
	Align  bool   // the first frames are moved onto the frame before them
	Skip   bool   // held frames are left out
}

// Joint is one clip of a film with the link that it begins with.
type Joint struct {
	From int  // index of the clip whose last frame it grew from, smaller than its own; Opening for none
	Link Link // to that clip
	Wish Wish
	Anew bool // it grew from a picture that the clip before it was given to end on: its chain has not drifted there
	Led  int  // frames of its own clip, where that is led to a given picture; 0 where it is not
}

// Opening is the From of a clip that has no echo pair: one that opens a chain, behind a hard cut or a transition, on
// a still.
const Opening = -1

// Correction is what is done to one clip. The zero Correction does nothing.
type Correction struct {
	Map   Map      // rounded; the zero Map does nothing here
	Fade  int      // frames from the clip's first over which the map goes: few, or all of a clip that is led; 0: it stays
	Move  Move     // what the first frames are moved back by, rounded; fades over alignFrames
	Skip  int      // frames at the clip's beginning that the film leaves out beyond the one it shares
	Notes []string // why something that was declared is not done
}

// None reports whether the clip's picture stays as it is.
func (c Correction) None() bool { return c.plain() && c.Move == (Move{}) }

// stays reports whether the map is more than the seam's: it goes over the whole clip, or until its end.
func (c Correction) stays() bool { return c.Fade != matchFrames }

func (c Correction) plain() bool { return c.Map == identity || c.Map == Map{} }

// Bounds of what is corrected. Beyond, a measurement is likelier wrong than a model that far off, and what was clipped
// does not come back (with 9 to 26 % of the pixels clipped the contrast ended at ×0.84; 5 % is a choice).
const (
	mostStep    = 12.0 // codes at middle grey, of one link
	leastGain   = 0.85 // of one link
	mostGain    = 1.18
	mostClipped = 0.05
	leastTotal  = 0.7 // gain of a whole chain
	mostTotal   = 1.4
	noiseStep   = 0.35 // codes of luma per √link: noise alone walks that far (+0.9 over 20 links)
	noiseCast   = 0.25 // codes of U and V per √link
	matchFrames = 24   // over which Match fades away
	alignFrames = 16   // over which Align fades away
)

// refusal says why a link's colours are left as they are, "" where they may be corrected.
func (l *Link) refusal() string {
	switch {
	case l.Why() != "":
		return "it was not measured: " + l.Why()
	case !l.Has("map"):
		return "it was not measured: " + l.Missing["map"]
	case !l.Has("same"):
		return "it was not measured: " + l.Missing["same"]
	case l.Same < LimitSame:
		return fmt.Sprintf("it opens on another picture (r² %.2f)", l.Same)
	case abs(l.Map.Step()) > mostStep:
		return fmt.Sprintf("the step of %.1f codes is more than %.0f", abs(l.Map.Step()), mostStep)
	case l.Map.Y.Gain < leastGain || l.Map.Y.Gain > mostGain:
		return fmt.Sprintf("its contrast would change by ×%.2f", l.Map.Y.Gain)
	case l.Clipped > mostClipped:
		return fmt.Sprintf("%.0f %% of its pixels are clipped, which does not come back", 100*l.Clipped)
	}
	return ""
}

// continues reports whether the link's two pictures are the same one.
func (l *Link) continues() bool { return l.Has("same") && l.Same >= LimitSame }

// Correct decides what is done to each clip. A link that cannot be corrected is left as it is: both its clips are
// corrected for the steps before it, so that it looks as it would without. Whether a chain is levelled at all is decided once for the whole of
// it: where its steps add up to no more than noise does, nothing is.
func Correct(joints []Joint) []Correction {
	n := len(joints)
	c := corrector{joints, make([]Correction, n), make([]Map, n), make([]int, n), make([]int, n)}
	for i := range joints {
		c.add(i)
	}
	c.quiet()
	for i := range c.out {
		c.out[i].Map = c.out[i].Map.Rounded()
	}
	return c.out
}

// corrector walks the clips, each behind the one it grew from.
type corrector struct {
	joints []Joint
	out    []Correction
	level  []Map // of each clip: the steps from its run's opening to here; exact
	run    []int // of each clip: the clip that opened its run
	links  []int // of each clip: the links that its level is made of
}

func (c *corrector) add(i int) {
	j, out := &c.joints[i], &c.out[i]
	out.Map, c.level[i], c.run[i] = identity, identity, i
	if j.From < 0 || j.From >= i {
		return
	}
	if j.Wish.Skip && j.Link.Has("held") && j.Link.Held >= LimitHeld {
		out.Skip = j.Link.Held
	}
	c.align(j, out)
	if j.Wish.Colour != Match && j.Wish.Colour != Level {
		return
	}
	step, why := j.Link.Map, j.Link.refusal()
	if why != "" {
		out.Notes = append(out.Notes, "its colours are left as they are: "+why)
		step = identity
	}
	base, run, links := c.level[j.From], c.run[j.From], c.links[j.From]
	if j.Anew { // what the clip before it was corrected by has gone until its end
		base, run, links = identity, i, 0
	}
	total := base.After(step)
	if j.Wish.Colour == Match {
		if why == "" && (!step.quiet(1) || j.Link.coloured()) {
			out.Map, out.Fade = total, matchFrames
		}
		return
	}
	if total.Y.Gain < leastTotal || total.Y.Gain > mostTotal {
		out.Notes = append(out.Notes,
			fmt.Sprintf("its step stays: the contrast of the whole chain would change by ×%.2f", total.Y.Gain))
		total = base
	}
	out.Map, c.level[i], c.run[i], c.links[i] = total, total, run, links+1
	out.Fade = j.Led
}

// align decides whether the first frames are moved.
func (c *corrector) align(j *Joint, out *Correction) {
	switch {
	case !j.Wish.Align:
	case !j.Link.Has("shift") || !j.Link.continues():
		why := j.Link.Missing["shift"]
		if why == "" {
			why = j.Link.refusal()
		}
		out.Notes = append(out.Notes, "it is not moved: "+why)
	case j.Link.Shift >= LimitShift: // less is noise
		out.Move = j.Link.Move.rounded()
	}
}

func (m Move) rounded() Move {
	return Move{math.Round(64*m.DX) / 64, math.Round(64*m.DY) / 64, math.Round(1e5*m.Zoom) / 1e5}
}

// quiet reports whether a map of that many links goes no further than noise does.
func (m Map) quiet(links int) bool {
	far := math.Sqrt(float64(links))
	return abs(m.Step()) <= noiseStep*far && max(abs(m.U.Offset), abs(m.V.Offset)) <= noiseCast*far
}

// coloured reports whether the link is flagged for something that a map can mend.
func (l *Link) coloured() bool {
	return slices.ContainsFunc(l.Flags(), func(f Flag) bool { return slices.Contains(colours, f.Field) })
}

var colours = []string{"luma", "chroma", "contrast", "saturation"}

// quiet takes the maps away from runs whose ends lie where noise alone would have led them.
func (c *corrector) quiet() {
	loud, grown := map[int]bool{}, map[int]bool{}
	for i, j := range c.joints {
		if j.From >= 0 && j.From < i && c.run[i] == c.run[j.From] {
			grown[j.From] = true
		}
	}
	for i := range c.joints {
		if !grown[i] && !c.level[i].quiet(c.links[i]) {
			loud[c.run[i]] = true
		}
	}
	for i := range c.joints {
		if c.links[i] > 0 && !loud[c.run[i]] {
			c.out[i].Map, c.out[i].Fade = identity, 0
		}
	}
}

// Drift is how far a clip has gone from its chain's opening, by the steps of the links alone: a lamp that is switched
// on inside a clip is not drift. What drifts inside clips, about a quarter, is not seen.
type Drift struct {
	Opening   int     // index of the clip that opened the chain
	Links     int     // from the opening to here
	Luma      float64 // codes that middle grey has moved by
	U, V      float64 // codes
	Contrast  float64 // octaves
	Sharpness float64 // octaves
	Unsure    int     // links among them that could not be measured, and count as no step
}

// Limits of drift beyond which a chain is warned about.
const (
	DriftLuma   = 8.0 // codes
	DriftChroma = 4.0 // codes
	DriftOctave = 1.5 // of contrast or sharpness
)

// Far reports whether the drift is worth a warning.
func (d Drift) Far() bool {
	return len(d.Words()) > 0
}

// Words say how far, of what is worth a warning.
func (d Drift) Words() (words []string) {
	add := func(x, limit float64, format, above, below string) {
		if abs(x) >= limit {
			words = append(words, fmt.Sprintf(format, abs(x), either(x, above, below)))
		}
	}
	add(d.Luma, DriftLuma, "%.1f codes %s", "brighter", "darker")
	add(d.U, DriftChroma, "%.1f codes %s", "bluer", "yellower")
	add(d.V, DriftChroma, "%.1f codes %s", "redder", "greener")
	add(d.Contrast, DriftOctave, "%.1f octaves %s contrast", "more", "less")
	add(d.Sharpness, DriftOctave, "%.1f octaves %s", "harder", "softer")
	return words
}

// Drifts adds up the steps of each clip's chain, from where it began anew last. With corrections it is what is left of them: those of the clips, in
// the same order; nil for none.
func Drifts(joints []Joint, corrected []Correction) []Drift {
	out, steps := make([]Drift, len(joints)), make([]Map, len(joints))
	for i, j := range joints {
		out[i].Opening, steps[i] = i, identity
		if j.From >= 0 && j.From < i {
			out[i], steps[i] = out[j.From], steps[j.From]
			if j.Anew {
				out[i], steps[i] = Drift{Opening: out[i].Opening, Links: out[i].Links}, identity
			}
			if j.Link.continues() && j.Link.Has("map") {
				steps[i] = j.Link.Map.Inverse().After(steps[i])
				out[i].Sharpness += j.Link.Sharpness
			} else {
				out[i].Unsure++
			}
			out[i].Links++
		}
		seen := steps[i]
		if corrected != nil && corrected[i].stays() && !corrected[i].plain() {
			seen = corrected[i].Map.After(seen)
		}
		out[i].Luma, out[i].U, out[i].V = seen.Step(), seen.U.Offset, seen.V.Offset
		out[i].Contrast = finite(math.Log2(seen.Y.Gain), 0)
	}
	return out
}
