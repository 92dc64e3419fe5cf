package seam

import "slices"

// The parts of a clip's ends that tell motion.
const (
	before    = 8   // last frames of the first clip
	after     = 12  // frames of the second from which it surely moves
	moving    = 0.5 // codes of mean difference from frame to frame: below, nothing moves and nothing can be held
	still     = 0.25
	lightRoom = 0.25 // codes that a change of light may always have
	frameRoom = 0.3  // the same for differences of frames
)

// motion measures what the film shows on both sides of the seam: tail are the first clip's last frames, head the
// second's first ones, the dropped one among them.
func motion(tail, head []Picture, l *Link) {
	was, is := changes(tail), changes(head)
	held(was, is, l)
	if len(head) < 2 || len(tail) == 0 || len(was)+len(is) == 0 {
		l.miss("join", "a clip has one frame")
		l.miss("jump", "a clip has one frame")
		return
	}
	own := append(slices.Clone(was), is...)
	lights := append(lightsOf(tail), lightsOf(head)...)
	end, begin := tail[len(tail)-1], head[1]
	l.Join = abs(mean(begin.Y)-mean(end.Y)) / (p95(lights) + lightRoom)
	l.Jump = distance(begin.Y, end.Y) / (p95(own) + frameRoom)
}

// held counts the frames at the beginning that stand though both clips move.
func held(was, is []float64, l *Link) {
	if len(was) < before || len(is) < after+4 {
		l.miss("held", "a clip is too short")
		return
	}
	m := min(median(was[len(was)-before:]), median(is[after:]))
	if m < moving {
		l.miss("held", "hardly anything moves")
		return
	}
	for l.Held < len(is) && is[l.Held] < still*m {
		l.Held++
	}
}

// changes are the differences from frame to frame.
func changes(frames []Picture) []float64 {
	var all []float64
	for i := 1; i < len(frames); i++ {
		all = append(all, distance(frames[i].Y, frames[i-1].Y))
	}
	return all
}

// lightsOf are the changes of mean luma from frame to frame.
func lightsOf(frames []Picture) []float64 {
	var all []float64
	for i := 1; i < len(frames); i++ {
		all = append(all, abs(mean(frames[i].Y)-mean(frames[i-1].Y)))
	}
	return all
}

func median(of []float64) float64 { return quantile(of, 0.5) }

func p95(of []float64) float64 { return quantile(of, 0.95) }

// quantile between the two nearest values; 0 of nothing.
func quantile(of []float64, share float64) float64 {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	at := share * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

func abs(x float64) float64 { return max(x, -x) }
