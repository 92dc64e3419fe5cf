package main

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Samples a second.
const (
	themeRate = 22050
	lineRate  = 8000
)

// theme is two bars of music, 96 beats to the minute: a chord on each bar, a soft bass drum on each beat. It loops.
func theme() []float64 {
	const beat = 60.0 / 96
	out := make([]float64, int(8*beat*themeRate))
	chords := [][]float64{{220, 261.63, 329.63}, {174.61, 220, 261.63}}
	for i := range out {
		t := float64(i) / themeRate
		inBar, inBeat := math.Mod(t, 4*beat), math.Mod(t, beat)
		for k, f := range chords[int(t/(4*beat))] {
			pluck := math.Mod(t+float64(k)*beat/2, beat) // one string after the other
			out[i] += 0.12 * math.Sin(2*math.Pi*f*t) * math.Exp(-3*pluck) * min(1, 200*pluck)
			out[i] += 0.05 * math.Sin(math.Pi*f*t) * math.Exp(-0.6*inBar) * min(1, 50*inBar)
		}
		out[i] += 0.4 * math.Sin(2*math.Pi*(45*inBeat+3*(1-math.Exp(-30*inBeat)))) * math.Exp(-9*inBeat)
	}
	return out
}

// line stands for somebody who speaks: a tone with the rise and fall of syllables.
func line(seconds float64, n int) []float64 {
	out := make([]float64, int(seconds*lineRate))
	phase := 0.0
	for i := range out {
		t := float64(i) / lineRate
		pitch := 130 + 18*math.Sin(2.1*t+float64(n)) - 12*t/seconds
		phase += 2 * math.Pi * pitch / lineRate
		syllable := math.Pow(math.Abs(math.Sin(math.Pi*3.7*t)), 0.6) * math.Min(1, 20*math.Min(t, seconds-t))
		for h := 1; h <= 5; h++ {
			out[i] += 0.25 / float64(h) * math.Sin(float64(h)*phase) * syllable
		}
	}
	return out
}

// wav is mono sound of 16 bits.
func wav(rate int, samples []float64) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF")
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes everything
		}
	}
	put(uint32(36 + 2*len(samples)))
	b.WriteString("WAVEfmt ")
	put(uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2*rate), uint16(2), uint16(16))
	b.WriteString("data")
	put(uint32(2 * len(samples)))
	for _, s := range samples {
		put(int16(32767 * max(-1, min(1, s))))
	}
	return b.Bytes()
}
