package seam

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const rate = 48000

// hum is a second of a sound that never stands still: tones and hiss.
func hum(level, tone float64) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	s := make([]float32, rate)
	for i := range s {
		s[i] = float32(level * (0.6*math.Sin(2*math.Pi*tone*float64(i)/rate) + 0.4*(2*r.Float64()-1)))
	}
	return s
}

func TestHolesOfFiveMillisecondsAreFound(t *testing.T) {
	for _, ms := range []int{0, 5, 8, 20} {
		a, b := hum(0.2, 300), hum(0.2, 310)
		hole := ms * rate / 1000
		clear(a[len(a)-hole/2-hole%2:])
		clear(b[:hole/2])
		s := Listen(a, b, rate)
		require.Empty(t, s.Why)
		require.InDelta(t, ms, s.Gap, 1)
		require.Equal(t, ms > 0, s.Gap >= LimitGap-1)
		require.InDelta(t, 0, s.Level, 0.3)
	}
}

func TestStepsOfSoundAreReported(t *testing.T) {
	s := Listen(hum(0.1, 300), hum(0.2, 300), rate)
	require.InDelta(t, 6, s.Level, 0.2)
	require.InDelta(t, 0, s.Spectrum, 1)
	require.Greater(t, Listen(hum(0.1, 120), hum(0.1, 4000), rate).Spectrum, 3.0)
}

func TestSilenceIsNotMeasured(t *testing.T) {
	require.Equal(t, "a side is silent", Listen(make([]float32, rate), hum(0.2, 300), rate).Why)
	require.Equal(t, "a sound is too short", Listen(nil, hum(0.2, 300), rate).Why)
	broken := hum(0.2, 300)
	broken[rate-5] = float32(math.NaN())
	require.Equal(t, "a side is silent", Listen(broken, hum(0.2, 300), rate).Why)
}
