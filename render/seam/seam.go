// Package seam measures what a viewer may see where one clip continues another, says what is worth saying, and makes
// the corrections that a storyboard asks for. Its one idea: a clip's first frame is the last frame of the clip it
// grew from, filmed again by the model. The film drops that frame; here it is the measurement. Whatever differs
// between the two pictures – the echo pair – is the model's, nothing is motion.
//
// [Edges] are a clip's first and last frames, made small by the run that conforms the clip; [Measure] compares those
// of two clips and gives a [Link], [Listen] what it has of their sounds; [Link.Flags] are what lies beyond the noise of
// perfect joins. [Correct] turns the
// links of a whole film, and what was declared for them, into one [Correction] a clip; [Drifts] adds the steps up
// along each chain; [Judge] looks at a last frame before anything is grown from it. All of it is arithmetic on bytes
// that starts no process, may be used by many goroutines at once, and costs about 0.05 CPU seconds a seam. What
// cannot be measured is named with its reason: no field ever holds NaN or an infinity.
//
// Codes are 8-bit in tv range. Pixels are those of a picture 1280 wide, whatever the clip's size.
package seam

import "math"

// Link is what was measured between a clip and the one that continues it. Fields that could not be measured are 0 and
// named in Missing.
type Link struct {
	Luma       float64 // codes; the second is brighter where it is above 0
	Chroma     float64 // codes, the larger step of U and V
	Contrast   float64 // per cent
	Saturation float64 // per cent
	Sharpness  float64 // octaves of the variance of the Laplacian; below 0 the second is softer
	Shift      float64 // pixels, the largest displacement in the frame
	Same       float64 // r² of the two pictures, 0 … 1
	Held       int     // frames at the second's beginning that do not move
	Join       float64 // luma step of the frames that the film shows, in own changes
	Jump       float64 // difference of the frames that the film shows, in own changes
	Sound      Sound   // where the two sounds meet

	Map     Map     // turns the second's first frame into the first's last; one that changes nothing where it is missing
	Move    Move    // where the second's first frame lies against the first's last
	Clipped float64 // share of the second's first frame at 250 codes and more, or 5 and less: 0 … 1
	Missing Missing
}

// Missing says why a field was not measured, by the field's name. The name "link" stands for all of them.
type Missing map[string]string

// whole is the name in Missing for a link of which nothing was measured.
const whole = "link"

// Unmeasured is a link of which nothing could be measured.
func Unmeasured(why string) Link {
	return Link{Map: identity, Missing: Missing{whole: why}, Sound: Sound{Why: why}}
}

// Why is the reason that nothing of the link's pictures was measured, "" where something was.
func (l *Link) Why() string { return l.Missing[whole] }

// Has reports whether a field, by its name in the report, was measured.
func (l *Link) Has(field string) bool {
	_, gone := l.Missing[field]
	return !gone && l.Why() == ""
}

func (l *Link) miss(field, why string) { l.Missing[field] = why }

// unheard is why a link has no measures of sound that nobody listened to.
const unheard = "nobody has listened"

// Measure compares the last frames of a clip with the first ones of the clip that continues it. Both must come out of
// the same path of decoding: a provider's still against a decoded frame differs by 1.6 to 1.9 codes without any fault.
// The link's Sound is for whoever has the samples to fill in, by Listen.
func Measure(a, b *Edges) Link {
	if a == nil || b == nil {
		return Unmeasured("a clip's frames are not there")
	}
	if a.Size != b.Size {
		return Unmeasured("the clips have pictures of different shapes")
	}
	l := Link{Map: identity, Missing: Missing{}, Sound: Sound{Why: unheard}}
	p := newPair(a.Last, b.First)
	p.tone(&l)
	p.fit(&l)
	p.move(&l)
	motion(a.Tail, b.Head, &l)
	return l
}

// finite is x, or otherwise where arithmetic had no answer.
func finite(x, otherwise float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return otherwise
	}
	return x
}
