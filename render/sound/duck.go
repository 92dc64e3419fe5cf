package sound

import (
	"math"

	"shotchain/render/timeline"
)

// ducker lowers music under the other sounds: a compressor whose level is read from those. Used by one goroutine.
type ducker struct {
	floor      float64 // threshold, as power
	slope      float64 // of the gain over the level above the threshold, both in powers
	rise, fall float64 // share of the way to the new level per sample
	power      float64 // level of the other sounds, smoothed
	gain, last float64
}

// duckStep is for how many samples one gain is computed; between them it moves in a line.
const duckStep = 32

func newDucker(d *timeline.Duck) *ducker {
	if d == nil {
		return nil
	}
	share := func(ms int) float64 { return 1 - math.Exp(-1/(float64(max(1, ms))/1000*timeline.SampleRate)) }
	return &ducker{floor: d.Threshold * d.Threshold, slope: (1/max(1, d.Ratio) - 1) / 2,
		rise: share(d.Attack), fall: share(d.Release), gain: 1, last: 1}
}

// settle is how many samples the ducker needs to forget where it began: to a thousandth of a decibel.
func settle(d *timeline.Duck) int64 {
	if d == nil {
		return 0
	}
	return int64(10*max(d.Attack, d.Release)) * timeline.SampleRate / 1000
}

// under adds the music to the other sounds, lowered as they ask for.
func (d *ducker) under(voices, music []float32) {
	for i := 0; i < len(voices); i += duckStep * timeline.Channels {
		end := min(i+duckStep*timeline.Channels, len(voices))
		for k := i; k < end; k += timeline.Channels {
			l, r := float64(voices[k]), float64(voices[k+1])
			p := max(l*l, r*r)
			if p > d.power {
				d.power += (p - d.power) * d.rise
			} else {
				d.power += (p - d.power) * d.fall
			}
		}
		d.last, d.gain = d.gain, 1
		if d.power > d.floor && d.floor > 0 {
			d.gain = math.Pow(d.power/d.floor, d.slope)
		}
		n := float64((end - i) / timeline.Channels)
		for k := i; k < end; k += timeline.Channels {
			g := float32(d.last + (d.gain-d.last)*(float64((k-i)/timeline.Channels)+1)/n)
			voices[k] += g * music[k]
			voices[k+1] += g * music[k+1]
		}
	}
}
