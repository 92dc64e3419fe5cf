package sound

import (
	"math"

	"shotchain/render/timeline"
)

// limiter keeps true peaks – those between the samples too, as BS.1770-4 measures them by oversampling four times –
// below a ceiling: it looks ahead, so that the gain is down when a peak arrives. It works on a whole stretch in
// memory, in place.
type limiter struct {
	ceiling float64
}

const (
	lookahead = timeline.SampleRate * 5 / 1000  // samples over which the gain goes down
	recovery  = timeline.SampleRate * 80 / 1000 // time constant of its way up
)

// truePeak is a polyphase interpolator by four: the standard's own filter (BS.1770-4, annex 2).
var truePeak = [4][12]float64{
	{0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875, 0.1373291015625,
		0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500},
	{-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500, 0.4650878906250,
		0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375},
	{-0.0189208984375, 0.0330810546875, -0.0582275390625, 0.1015625000000, -0.2003173828125, 0.7797851562500,
		0.4650878906250, -0.1665039062500, 0.0891113281250, -0.0517578125000, 0.0292968750000, -0.0291748046875},
	{-0.0083007812500, 0.0148925781250, -0.0266113281250, 0.0476074218750, -0.1022949218750, 0.9721679687500,
		0.1373291015625, -0.0594482421875, 0.0332031250000, -0.0196533203125, 0.0109863281250, 0.0017089843750},
}

// peakAt is the highest true peak around a sample: between it and its neighbours.
func peakAt(s []float32, i int) float64 {
	worst := 0.0
	for c := range timeline.Channels {
		for p := range truePeak {
			sum := 0.0
			for k, h := range truePeak[p] {
				if j := i + 6 - k; j >= 0 && j < len(s)/timeline.Channels {
					sum += h * float64(s[j*timeline.Channels+c])
				}
			}
			worst = max(worst, math.Abs(sum))
		}
	}
	return worst
}

// loud are the samples near which a true peak above half the level can be: elsewhere none can reach it by more than
// interpolation adds (less than 6 dB for anything but made-up signals), and nothing is computed.
func loud(s []float32, level float64, each func(i int)) {
	half := float32(level / 2)
	until := -1
	n := len(s) / timeline.Channels
	for i := range n {
		l, r := s[i*timeline.Channels], s[i*timeline.Channels+1]
		if l > half || l < -half || r > half || r < -half {
			for k := max(until+1, i-6); k <= i; k++ {
				each(k)
			}
			until = max(until, i)
			for k := until + 1; k <= min(i+6, n-1); k++ {
				each(k)
				until = k
			}
		}
	}
}

// maxPeak is the highest true peak, as far as it is above the level.
func maxPeak(s []float32, level float64) float64 {
	worst := 0.0
	loud(s, level, func(i int) { worst = max(worst, peakAt(s, i)) })
	return worst
}

// limit lowers what is too loud, and reports whether anything was.
func (l limiter) limit(s []float32) bool {
	n := len(s) / timeline.Channels
	var need []float32 // highest gain allowed at a sample, nil while it is 1 everywhere
	loud(s, l.ceiling, func(i int) {
		if p := peakAt(s, i); p > l.ceiling {
			if need == nil {
				need = make([]float32, n)
				for k := range need {
					need[k] = 1
				}
			}
			need[i] = float32(l.ceiling / p)
		}
	})
	if need == nil {
		return false
	}
	apply(s, eased(need))
	return true
}

// eased makes a gain that is never above what is needed: the least needed in the time ahead, let up slowly, then
// averaged over that time, so that it moves without edges.
func eased(need []float32) []float32 {
	n := len(need)
	least := slidingMin(need, lookahead)
	up := float32(1 - math.Exp(-1/float64(recovery)))
	g := least[0]
	first := float64(g) // stands for what was before: a peak may come at once
	for i := range n {
		if g += (1 - g) * up; least[i] < g {
			g = least[i]
		}
		least[i] = g
	}
	// The average over the window before each sample is not above the least of the window ahead of its start.
	sum := lookahead * first
	for i := range n {
		sum += float64(least[i])
		if i >= lookahead {
			sum -= float64(need[i-lookahead]) // holds what least was there: see below
		} else {
			sum -= first
		}
		need[i], least[i] = least[i], float32(sum/lookahead)
	}
	return least
}

// slidingMin is, for each sample, the least of it and the k-1 that follow.
func slidingMin(v []float32, k int) []float32 {
	out := make([]float32, len(v))
	queue := make([]int, 0, k+1)
	for i := len(v) - 1; i >= 0; i-- {
		for len(queue) > 0 && v[queue[len(queue)-1]] >= v[i] {
			queue = queue[:len(queue)-1]
		}
		queue = append(queue, i)
		if queue[0] >= i+k {
			queue = queue[1:]
		}
		out[i] = v[queue[0]]
	}
	return out
}

func apply(s, gain []float32) {
	for i, g := range gain {
		for c := range timeline.Channels {
			s[i*timeline.Channels+c] *= g
		}
	}
}
