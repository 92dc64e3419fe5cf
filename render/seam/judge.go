package seam

import (
	"fmt"
	"image"
	"math"
)

// Ending is how a clip ends: what another shot is about to grow from.
type Ending struct {
	Tail  []Picture   // the last frames, 160 wide, in order
	Sharp []Picture   // the same frames, 640 wide and grey; nil where they were not decoded
	Frame image.Point // pixels of the provider's last frame; zero where there is none
	Clip  image.Point // pixels of the clip
	Next  image.Point // pixels of the clip that is about to grow from it; zero where they are not known
}

// Reason is why a last frame is a bad one to grow from.
type Reason struct {
	Rule  string // black, fading, blurred, size
	Words string // "is blurred (2.9 octaves softer than 5 frames earlier)"
	Warn  bool   // never holds a chain: real clips look the same now and then
}

// Verdict is what Judge says. The zero Verdict has nothing against the frame.
type Verdict struct {
	Reasons []Reason
	Better  int // frames before the last one: that of a frame to grow from instead; 0 where none is better
}

// Stops reports whether there is a reason that may hold a chain.
func (v Verdict) Stops() bool {
	for _, r := range v.Reasons {
		if !r.Warn {
			return true
		}
	}
	return false
}

// Limits of a last frame, with what 149 real last frames have, and what is found of damage done on purpose.
const (
	leastRange   = 25   // codes between the 1st and the 99th percentile (real: at least 39.6): all that are faded to 10 %
	leastFade    = 0.8  // of what was there 12 frames before (real: at least 0.82): 95 % of those faded to 70 %
	mostBlur     = 2.4  // octaves below the sharpest frame: 1 of 149; a blur of 2 px in 70 %, of 3 px in 91 %
	fadeFrames   = 12   // that a fade is measured over
	betterFrames = 12   // among which another frame is looked for: focus is always best far from the cut
	asSharp      = 0.3  // octaves below the sharpest of them that are as good
	sameRatio    = 0.05 // difference of two ratios that are one: models round their sizes by up to 3 %
)

// Judge looks at the frame that another shot is about to grow from.
func Judge(e Ending) Verdict {
	var v Verdict
	add := func(rule string, warn bool, format string, args ...any) {
		v.Reasons = append(v.Reasons, Reason{rule, fmt.Sprintf(format, args...), warn})
	}
	last := len(e.Tail) - 1
	if last >= 0 {
		if blank(e.Tail[last]) {
			add("black", false, "is black, or of one colour")
		} else if by, fading := fade(e.Tail, last); fading {
			add("fading", false, "is fading: %.0f %% of what was there %d frames earlier", 100*by, min(fadeFrames, last))
		}
	}
	better, softer := e.better()
	switch {
	case softer <= mostBlur || len(v.Reasons) > 0:
	case better > 1:
		add("blurred", true, "is blurred (%.1f octaves softer than %d frames earlier)", softer, better)
	default:
		add("blurred", true, "is blurred (%.1f octaves softer than the sharpest before it)", softer)
	}
	if len(v.Reasons) > 0 {
		v.Better = better
	}
	if e.Frame != (image.Point{}) && e.Frame != e.Clip {
		add("size", false, "has %d×%d pixels, its clip %d×%d", e.Frame.X, e.Frame.Y, e.Clip.X, e.Clip.Y)
	} else if have, want := ratio(e.Clip), ratio(e.Next); have > 0 && want > 0 && abs(have/want-1) > sameRatio {
		add("size", false, "has %d×%d pixels: it would be cropped or stretched to %d×%d",
			e.Clip.X, e.Clip.Y, e.Next.X, e.Next.Y)
	}
	return v
}

func ratio(p image.Point) float64 {
	if p.X <= 0 || p.Y <= 0 {
		return 0
	}
	return float64(p.X) / float64(p.Y)
}

// blank reports whether a picture has hardly any light and dark.
func blank(p Picture) bool { return percentile(p.Y, 0.99)-percentile(p.Y, 0.01) < leastRange }

// fade is how much of the light that was there before is left, and whether that is a fade.
func fade(frames []Picture, i int) (left float64, fading bool) {
	if i < 1 {
		return 1, false
	}
	was, is := frames[max(0, i-fadeFrames)].Y, frames[i].Y
	if spread(was) < 1 {
		return 1, false
	}
	light := max(1, mean(is)-16) / max(1, mean(was)-16)
	left = max(spread(is)/spread(was), min(light, 1/light))
	return left, left < leastFade
}

// better is how many frames before the last one the best frame to grow from lies, 0 where the last is as good; and
// how many octaves softer than the sharpest frame of the ending the last one is.
func (e Ending) better() (frames int, softer float64) {
	n := len(e.Tail)
	if n == 0 {
		return 0, 0
	}
	sharp := make([]float64, n)
	if len(e.Sharp) == n {
		for i, p := range e.Sharp {
			sharp[i] = math.Log2(max(detail(p.Y, p.W, p.H), noDetail))
		}
	}
	top := sharp[n-1]
	for _, s := range sharp {
		top = max(top, s)
	}
	good := func(i int) bool {
		_, fading := fade(e.Tail, i)
		return !fading && !blank(e.Tail[i])
	}
	best, found := 0.0, false
	for i := max(0, n-1-betterFrames); i < n; i++ {
		if good(i) && (!found || sharp[i] > best) {
			best, found = sharp[i], true
		}
	}
	for i := n - 1; found && i >= max(0, n-1-betterFrames); i-- {
		if good(i) && sharp[i] >= best-asSharp {
			return n - 1 - i, top - sharp[n-1]
		}
	}
	return 0, top - sharp[n-1]
}
