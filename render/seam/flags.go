package seam

import (
	"fmt"
	"math"
)

// Limits beyond which a link is flagged. Each lies above the noise of perfect joins: 448 joins cut out of 29 real and
// generated clips, both sides encoded apart at 640×360. How many of those are flagged, and what is found of damage
// done on purpose, stands behind each.
const (
	LimitLuma       = 0.8   // codes: 0 of 448; 1 code is found in 81 %, 1.5 in all
	LimitChroma     = 0.4   // codes: 0; a cast of 1 code is found in all
	LimitContrast   = 1.0   // per cent: 2; ×1.01 in 86 %, ×1.02 in 98 %
	LimitSaturation = 2.0   // per cent: 2; ×1.06 in 88 %, ×1.1 in 94 %
	LimitSharpness  = 0.7   // octaves: 3; a blur of 1.4 px in all, of 1 px in 40 %
	LimitShift      = 0.5   // pixels: 0; 0.5 px in 96 %, 1 px and a zoom of 0.1 % in all
	LimitSame       = 0.985 // r²: of 149 pairs that are the same the lowest is 0.998
	LimitHeld       = 2     // frames: 0; 2 and more in all. One cannot be told
	LimitJoin       = 1.4   // own changes: 4; luma +2 in 65 %, +4 in 89 %
	LimitGap        = 5     // ms of silence: 0 of 202 real sound tracks; 5 ms in all
)

// What a viewer is taken to see. Assumptions: no study of chained clips is known.
const (
	SeenLuma   = 2.0 // codes
	SeenChroma = 2.0 // codes
	SeenShift  = 1.0 // pixels
)

// Flag is one thing that lies beyond the noise of perfect joins.
type Flag struct {
	Field string // of the link, as the report calls it
	Words string // "2.9 codes brighter"
}

// Flags are what is worth saying of the link; none of one that a viewer neither sees nor hears. Where the two pictures
// are not the same one, only that is said of them: the other numbers would compare unlike things.
func (l *Link) Flags() []Flag {
	var gap []Flag
	if l.Sound.Why == "" && l.Sound.Gap >= LimitGap {
		gap = []Flag{{"gap", fmt.Sprintf("%d ms without sound", l.Sound.Gap)}}
	}
	if l.Has("same") && l.Same < LimitSame {
		return append([]Flag{{"same", fmt.Sprintf("it opens on another picture (r² %.2f)", l.Same)}}, gap...)
	}
	var flags []Flag
	add := func(field string, beyond bool, format string, args ...any) {
		if beyond && l.Has(field) {
			flags = append(flags, Flag{field, fmt.Sprintf(format, args...)})
		}
	}
	signed := func(field string, x, limit float64, format, above, below string) {
		add(field, abs(x) >= limit, format, abs(x), either(x, above, below))
	}
	signed("luma", l.Luma, LimitLuma, "%.1f codes %s", "brighter", "darker")
	add("chroma", l.Chroma >= LimitChroma, "its colour moves by %.1f codes", l.Chroma)
	signed("contrast", l.Contrast, LimitContrast, "%.1f %% %s contrast", "more", "less")
	signed("saturation", l.Saturation, LimitSaturation, "%.1f %% %s colourful", "more", "less")
	signed("sharpness", l.Sharpness, LimitSharpness, "%.1f octaves %s", "harder", "softer")
	add("shift", l.Shift >= LimitShift, "moved by %.1f px", l.Shift)
	add("held", l.Held >= LimitHeld, "%d frames held", l.Held)
	add("join", l.Join >= LimitJoin, "light steps by %.1f of its own changes", l.Join)
	return append(flags, gap...)
}

func either(x float64, above, below string) string {
	if math.Signbit(x) {
		return below
	}
	return above
}
