package sound

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/timeline"
)

// stored writes samples as sources are kept.
func stored(t *testing.T, n int, at func(i int) float32) string {
	var b bytes.Buffer
	for i := range n {
		for range timeline.Channels {
			require.NoError(t, binary.Write(&b, binary.LittleEndian, math.Float32bits(at(i))))
		}
	}
	path := filepath.Join(t.TempDir(), "sound.f32")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	return path
}

// TestASoundThatEndsEarlyIsBridged holds that no hole is left before the next sound takes over, that nothing else
// changes, and that whoever begins in the middle of the bridge hears the same.
func TestASoundThatEndsEarlyIsBridged(t *testing.T) {
	const n, end = 5000, 5000 + 864
	path := stored(t, n, func(i int) float32 { return float32(math.Sin(float64(i)/20) / 2) })
	mixed := func(bridged bool, from int64) []float32 {
		m := mixer{sounds: []timeline.Sound{{End: end, Bridged: bridged}},
			open: func(int) (*os.File, error) { return os.Open(path) }}
		var out []float32
		require.NoError(t, m.mix(from, 9000, func(b []float32) error {
			for i := 0; i < len(b); i += timeline.Channels {
				require.Equal(t, b[i], b[i+1])
				out = append(out, b[i])
			}
			return nil
		}))
		return out
	}
	plain, bridged := mixed(false, 0), mixed(true, 0)
	require.True(t, slices.Equal(plain[:n], bridged[:n]), "what there is of it is left as it is")
	require.True(t, slices.Equal(make([]float32, 864), plain[n:end]), "without it there is a hole")
	for k := range 864 {
		require.InDelta(t, float64(bridged[n-1-k])*(1-float64(k)/bridgeSamples), bridged[n+k], 1e-3)
	}
	require.True(t, slices.Equal(make([]float32, 9000-end), bridged[end:]), "it ends where it is to end")
	for _, from := range []int64{1, 4999, 5000, 5100, 5863, 5864} {
		require.True(t, slices.Equal(bridged[from:], mixed(true, from)), "from %d", from)
	}

	far := mixer{sounds: []timeline.Sound{{End: 9000, Bridged: true}},
		open: func(int) (*os.File, error) { return os.Open(path) }}
	last, at := 0, 0
	require.NoError(t, far.mix(0, 9000, func(b []float32) error {
		for i := 0; i < len(b); i += timeline.Channels {
			if at++; b[i] != 0 {
				last = at
			}
		}
		return nil
	}))
	require.InDelta(t, n+bridgeSamples, last, 5, "a long hole stays one")
}
