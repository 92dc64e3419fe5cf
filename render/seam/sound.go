package seam

import (
	"math"
	"math/cmplx"
)

// Sound is what was measured where two clips' sounds meet.
type Sound struct {
	Gap      int     // ms of silence around the join, of sound on both sides; LimitGap flags it
	Level    float64 // dB that the second is louder by: reported, never flagged – real sound steps as much
	Spectrum float64 // dB, mean difference of the octaves' shares: reported, never flagged
	Why      string  // it was not measured; "" where it was
}

// Parts of a second, and levels, of the measurement of sound.
const (
	gapReach   = 0.1 // seconds on each side in which a hole is looked for
	sideReach  = 0.5 // seconds that a side's level is taken from
	soundFloor = -55 // dB: below, a side is silent and nothing can be told
	gapDepth   = 30  // dB below the quieter side that a hole is
	octaves    = 8   // from 62.5 Hz up
	lowest     = 62.5
	window     = 8192 // samples of a spectrum, a power of two
)

// Listen measures where two sounds meet: the film's last samples before the join and its first ones after it, one
// channel, −1 … 1. Half a second of each is enough.
func Listen(a, b []float32, rate int) Sound {
	if rate < 1000 || len(a) < int(gapReach*float64(rate)) || len(b) < int(gapReach*float64(rate)) {
		return Sound{Why: "a sound is too short"}
	}
	side := min(int(sideReach*float64(rate)), len(a), len(b))
	a, b = a[len(a)-side:], b[:side]
	la, lb := loud(a), loud(b)
	if min(la, lb) <= soundFloor || math.IsNaN(la+lb) || math.IsInf(la+lb, 0) {
		return Sound{Why: "a side is silent"}
	}
	return Sound{Gap: gap(a, b, rate, min(la, lb)-gapDepth), Level: lb - la, Spectrum: spectrum(a, b, rate)}
}

// loud is the level of samples, in dB below full scale.
func loud(s []float32) float64 {
	sum := 0.0
	for _, v := range s {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(max(sum/float64(max(1, len(s))), 1e-12))
}

// gap is the longest run of ms around the join that lie below a level.
func gap(a, b []float32, rate int, below float64) int {
	reach, block := int(gapReach*float64(rate)), rate/1000
	around := append(append([]float32{}, a[len(a)-reach:]...), b[:reach]...)
	longest, run := 0, 0
	for at := 0; at+block <= len(around); at += block {
		if run++; loud(around[at:at+block]) >= below {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// spectrum is the mean difference of what each octave has of the whole sound.
func spectrum(a, b []float32, rate int) float64 {
	x, y := shares(a, rate), shares(b, rate)
	sum, n := 0.0, 0.0
	for i := range x {
		if x[i] > soundFloor || y[i] > soundFloor {
			sum += abs(max(x[i], soundFloor) - max(y[i], soundFloor))
			n++
		}
	}
	return sum / max(1, n)
}

// shares are the octaves' shares of a sound, in dB.
func shares(s []float32, rate int) (of [octaves]float64) {
	n := window
	for n > len(s) {
		n /= 2
	}
	c := make([]complex128, n)
	for i := range c {
		c[i] = complex(float64(s[i])*(0.5-0.5*math.Cos(2*math.Pi*float64(i)/float64(n))), 0)
	}
	transform(c)
	total := 1e-12
	for k := 1; k < n/2; k++ {
		p := real(c[k])*real(c[k]) + imag(c[k])*imag(c[k])
		total += p
		if o := math.Floor(math.Log2(float64(k) * float64(rate) / float64(n) / lowest)); o >= 0 && o < octaves {
			of[int(o)] += p
		}
	}
	for i, p := range of {
		of[i] = 10 * math.Log10(max(p/total, 1e-12))
	}
	return of
}

// transform is Fourier's, in place; the length is a power of two.
func transform(c []complex128) {
	n := len(c)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		if j ^= bit; i < j {
			c[i], c[j] = c[j], c[i]
		}
	}
	for size := 2; size <= n; size <<= 1 {
		turn := cmplx.Exp(complex(0, -2*math.Pi/float64(size)))
		for at := 0; at < n; at += size {
			w := complex(1, 0)
			for k := range size / 2 {
				x, y := c[at+k], w*c[at+k+size/2]
				c[at+k], c[at+k+size/2], w = x+y, x-y, w*turn
			}
		}
	}
}
