package sound

import (
	"math"

	"shotchain/render/timeline"
)

// meter measures loudness as ITU-R BS.1770-4 has it: K-weighted power in steps of 100 ms, to be gated over the whole
// film by integrated. Used by one goroutine.
type meter struct {
	filter [timeline.Channels]kweight
	sum    float64
	n      int
	steps  []float64 // mean power of both channels together in each whole step
}

// hop is the step of the measure in samples: gating blocks of 400 ms overlap by three quarters.
const hop = timeline.SampleRate / 10

// kweight is the standard's two filters at 48 kHz, one after the other; its coefficients are those of the
// standard's tables 1 and 2.
type kweight struct{ x1, x2, y1, y2, z1, z2 float64 }

func (k *kweight) next(x float64) float64 {
	y := 1.53512485958697*x - 2.69169618940638*k.x1 + 1.19839281085285*k.x2 + 1.69065929318241*k.y1 - 0.73248077421585*k.y2
	z := y - 2*k.y1 + k.y2 + 1.99004745483398*k.z1 - 0.99007225036621*k.z2
	k.x1, k.x2, k.y1, k.y2, k.z1, k.z2 = x, k.x1, y, k.y1, z, k.z1
	return z
}

func (m *meter) add(samples []float32) {
	for i := 0; i+1 < len(samples); i += timeline.Channels {
		a, b := m.filter[0].next(float64(samples[i])), m.filter[1].next(float64(samples[i+1]))
		m.sum += a*a + b*b
		if m.n++; m.n == hop {
			m.steps = append(m.steps, m.sum/hop)
			m.sum, m.n = 0, 0
		}
	}
}

// integrated is the gated loudness of steps in LUFS, -Inf for silence.
func integrated(steps []float64) float64 {
	var blocks []float64
	for i := 0; i+4 <= len(steps); i++ {
		blocks = append(blocks, (steps[i]+steps[i+1]+steps[i+2]+steps[i+3])/4)
	}
	if len(blocks) == 0 && len(steps) > 0 { // shorter than a block: better its own mean than nothing
		blocks = append(blocks, mean(steps, 0))
	}
	absolute := power(-70)
	return lufs(mean(blocks, max(absolute, mean(blocks, absolute)/10)))
}

// mean is that of the values above a gate.
func mean(values []float64, gate float64) float64 {
	sum, n := 0.0, 0
	for _, v := range values {
		if v > gate {
			sum, n = sum+v, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func lufs(power float64) float64 { return -0.691 + 10*math.Log10(power) }
func power(lufs float64) float64 { return math.Pow(10, (lufs+0.691)/10) }

// Loudness is the integrated loudness of a sound in LUFS, as BS.1770 gates it; -Inf for silence. Samples are
// interleaved stereo at 48 kHz.
func Loudness(samples []float32) float64 {
	m := meter{}
	m.add(samples)
	return integrated(m.steps)
}
