package animatic

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"

	"shotchain/render/timeline"
)

// quietEdge is what is left of the loudness where a clip begins and ends: a place does not fall silent when it is cut.
const quietEdge = 0.35

// writeAmbience writes the sound of a shot as a 16-bit WAV: a soft chord chosen by the seed, the wind or surf of
// the place, and a tick on the first frame that shows whether sound and picture are in step. Like a model's, it ends
// a little before the picture: after the last whole AAC frame of the shot's even seconds.
func writeAmbience(w io.Writer, s Shot, place world) error {
	n := max(1024, (s.Frames-1)*timeline.PerFrame/1024*1024)
	out := bufio.NewWriterSize(w, 1<<16)
	if err := wavHeader(out, n); err != nil {
		return err
	}
	a := newAmbience(s, place)
	var b [4]byte
	for i := range n {
		l, r := a.next(i, n)
		binary.LittleEndian.PutUint16(b[:], uint16(int16(32767*l)))
		binary.LittleEndian.PutUint16(b[2:], uint16(int16(32767*r)))
		if _, err := out.Write(b[:]); err != nil {
			return err
		}
	}
	return out.Flush()
}

func wavHeader(w io.Writer, samples int) error {
	size := uint32(4 * samples)
	h := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 36+size)...)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, 1) // PCM
	h = binary.LittleEndian.AppendUint16(h, timeline.Channels)
	h = binary.LittleEndian.AppendUint32(h, timeline.SampleRate)
	h = binary.LittleEndian.AppendUint32(h, timeline.SampleRate*4)
	h = binary.LittleEndian.AppendUint16(h, 4)
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	_, err := w.Write(binary.LittleEndian.AppendUint32(h, size))
	return err
}

// ambience is a few turning phasors and filtered noise.
type ambience struct {
	tones []phasor
	noise *rand.Rand
	low   [2]float64
	wind  float64 // loudness of the noise
	swell float64 // its breath, in Hz
	tick  phasor
}

// phasor is a sine without calling sine for each sample.
type phasor struct{ re, im, stepRe, stepIm, gain, pan float64 }

func newPhasor(hz, gain, pan float64) phasor {
	s, c := math.Sincos(2 * math.Pi * hz / timeline.SampleRate)
	return phasor{1, 0, c, s, gain, pan}
}

func (p *phasor) next() float64 {
	p.re, p.im = p.re*p.stepRe-p.im*p.stepIm, p.re*p.stepIm+p.im*p.stepRe
	return p.im
}

func newAmbience(s Shot, w world) *ambience {
	r := s.random()
	root := 110 * math.Pow(2, float64([]int{0, 3, 5, 7, 10}[r.IntN(5)])/12)
	third := 1.5
	if w.Palette.Dark {
		third = 1.2
	}
	a := &ambience{noise: r, wind: 0.02, swell: 0.13, tick: newPhasor(1320, 0.1, 0)}
	for i, ratio := range []float64{1, third, 2, 3.001} {
		a.tones = append(a.tones, newPhasor(root*ratio*(1+0.0012*float64(i)), 0.03/float64(i+1), 0.6*float64(i%2)-0.3))
	}
	switch w.Place {
	case "sea":
		a.wind, a.swell = 0.06, 0.18
	case "room", "studio", "space", nowhere:
		a.wind = 0.006
	}
	if w.Mood == "storm" || w.Weather == "rain" {
		a.wind *= 2
	}
	return a
}

// next is sample i of n, left and right.
func (a *ambience) next(i, n int) (l, r float64) {
	t := float64(i) / timeline.SampleRate
	for k := range a.tones {
		p := &a.tones[k]
		v := p.next() * p.gain
		l, r = l+v*(1-p.pan), r+v*(1+p.pan)
	}
	breath := 0.65 + 0.35*math.Sin(2*math.Pi*a.swell*t)
	for k := range a.low {
		a.low[k] += 0.06 * (2*a.noise.Float64() - 1 - a.low[k])
	}
	l, r = l+a.low[0]*a.wind*breath*4, r+a.low[1]*a.wind*breath*4
	edge := quietEdge + (1-quietEdge)*min(1, t/0.25, float64(n-i)/timeline.SampleRate/0.12)
	l, r = l*edge, r*edge
	if t < 0.03 {
		v := a.tick.next() * a.tick.gain * math.Exp(-t*140)
		l, r = l+v, r+v
	}
	return min(1, max(-1, l)), min(1, max(-1, r))
}
