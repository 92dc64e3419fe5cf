package render

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// constant is a clip's sound of one level.
func constant(level float32, frames int) []byte {
	b := make([]byte, 0, frames*perFrame*sampleBytes)
	for range frames * perFrame * channels {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(level))
	}
	return b
}

func mixed(t require.TestingT, tl *Timeline, sounds [][]byte) []float32 {
	var out bytes.Buffer
	m := &mixer{spans: tl.spans(), total: int64(tl.Frames) * perFrame, open: func(i int) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(sounds[i])), nil
	}}
	require.NoError(t, m.mix(&out))
	pcm := make([]float32, out.Len()/4)
	require.NoError(t, binary.Read(&out, binary.LittleEndian, pcm))
	return pcm
}

func timeline(continues []bool, silent []bool, frames int) *Timeline {
	tl := &Timeline{Rate: Rate, Width: 2, Height: 2}
	for i := range continues {
		f := facts(2, 2, frames, 24, 1)
		if !silent[i] {
			f.Audio = "aac"
		}
		it, err := tl.lay(Clip{Continues: continues[i]}, f)
		if err != nil {
			panic(err)
		}
		tl.Items, tl.Frames = append(tl.Items, it), tl.Frames+it.Frames()
	}
	return tl
}

// Whatever the cut: every sample is there, the middle of each clip is its own sound untouched, nothing is louder than
// two clips that cross, and silent clips are silent.
func TestMixIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "clips")
		frames := rapid.IntRange(2, 4).Draw(t, "frames")
		continues := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "continues")
		silent := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "silent")
		tl := timeline(continues, silent, frames)
		sounds := make([][]byte, n)
		for i := range sounds {
			sounds[i] = constant(0.1*float32(i+1), frames)
		}
		pcm := mixed(t, tl, sounds)
		require.Len(t, pcm, tl.Frames*perFrame*channels)
		for i, it := range tl.Items {
			at := (it.At*perFrame + 2*crossfade) * channels // past the fades, before a follower's seam frame
			want := 0.1 * float32(i+1)
			if silent[i] {
				want = 0
			}
			if it.Frames() > 1 {
				require.InDelta(t, want, pcm[at], 1e-6)
			}
		}
		for _, v := range pcm {
			require.LessOrEqual(t, float64(v), 0.1*float64(n)*math.Sqrt2+1e-6)
		}
	})
}

// Equal power: the squares of two sounds that cross add up to one all the way.
func TestCrossfadeKeepsPower(t *testing.T) {
	a := voice{span: span{start: 0, end: 1000, fadeOut: crossfade}}
	b := voice{span: span{start: 1000 - crossfade, end: 5000, fadeIn: crossfade}}
	for i := int64(1000 - crossfade); i < 1000; i++ {
		x, y := float64(a.gain(i)), float64(b.gain(i))
		require.InDelta(t, 1, x*x+y*y, 1e-6)
	}
}

func TestMixSurvivesNaN(t *testing.T) {
	tl := timeline([]bool{false}, []bool{false}, 2)
	sound := constant(float32(math.NaN()), 2)
	for _, v := range mixed(t, tl, [][]byte{sound}) {
		require.Zero(t, v)
	}
}

func TestShortSoundIsAnError(t *testing.T) {
	tl := timeline([]bool{false}, []bool{false}, 2)
	m := &mixer{spans: tl.spans(), total: 2 * perFrame, open: func(int) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(constant(0, 1))), nil
	}}
	require.EqualError(t, m.mix(io.Discard), "a conformed sound is shorter than its picture")
}
