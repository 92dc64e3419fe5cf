package sound

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// constant is a clip's sound of one level.
func constant(level float32, frames int) []byte {
	b := make([]byte, 0, frames*timeline.PerFrame*sampleBytes)
	for range frames * timeline.PerFrame * timeline.Channels {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(level))
	}
	return b
}

// mixed mixes a timeline whose clips sound as given.
func mixed(t require.TestingT, dir string, tl *timeline.Timeline, sounds [][]byte) []float32 {
	for i, s := range sounds {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), s, 0o644))
	}
	m := &mixer{sounds: tl.Sounds, open: func(i int) (*os.File, error) {
		return os.Open(filepath.Join(dir, fmt.Sprint(tl.Sounds[i].Item)))
	}}
	var pcm []float32
	require.NoError(t, m.mix(0, int64(tl.Frames)*timeline.PerFrame, func(b []float32) error {
		pcm = append(pcm, b...)
		return nil
	}))
	return pcm
}

// fade is how long a follower's sound takes over, in samples: as an edit lays it.
const fade = 480

// laid is the timeline of clips of so many frames.
func laid(t require.TestingT, continues, silent []bool, frames int) *timeline.Timeline {
	var clips []timeline.Clip
	for i := range continues {
		clips = append(clips, timeline.Clip{Shot: fmt.Sprint(i), Path: fmt.Sprint(i), Continues: continues[i]})
	}
	see := func(_ context.Context, path string) (ffmpeg.Facts, error) {
		i, err := strconv.Atoi(path)
		f := ffmpeg.Facts{Width: 2, Height: 2, Frames: frames, Rate: ffmpeg.Ratio{Num: 24, Den: 1}, Regular: true,
			SAR: ffmpeg.Ratio{Num: 1, Den: 1}}
		if err == nil && !silent[i] {
			f.Audio, f.Channels = "aac", 2
		}
		return f, err
	}
	tl, err := timeline.Machine{See: see}.Edit(context.Background(), nil, nil, clips)
	require.NoError(t, err)
	return tl
}

// Whatever the cut: every sample is there, the middle of each clip is its own sound untouched, nothing is louder than
// two clips that cross, and silent clips are silent.
func TestMixIsExact(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "clips")
		frames := rapid.IntRange(2, 4).Draw(t, "frames")
		continues := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "continues")
		silent := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "silent")
		tl := laid(t, continues, silent, frames)
		sounds := make([][]byte, n)
		for i := range sounds {
			sounds[i] = constant(0.1*float32(i+1), frames)
		}
		pcm := mixed(t, dir, tl, sounds)
		require.Len(t, pcm, tl.Frames*timeline.PerFrame*timeline.Channels)
		for i, it := range tl.Items {
			at := (it.At*timeline.PerFrame + 2*fade) * timeline.Channels // past the fades, before a follower's seam frame
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
	a := voice{Sound: timeline.Sound{Start: 0, End: 1000, FadeOut: fade}}
	b := voice{Sound: timeline.Sound{Start: 1000 - fade, End: 5000, FadeIn: fade}}
	for i := int64(1000 - fade); i < 1000; i++ {
		x, y := a.fade(i), b.fade(i)
		require.InDelta(t, 1, x*x+y*y, 1e-6)
	}
}

func TestMixSurvivesNaN(t *testing.T) {
	tl := laid(t, []bool{false}, []bool{false}, 2)
	for _, v := range mixed(t, t.TempDir(), tl, [][]byte{constant(float32(math.NaN()), 2)}) {
		require.Zero(t, v)
	}
}

// What a source lacks is silence, and one that loops begins anew.
func TestShortSounds(t *testing.T) {
	tl := laid(t, []bool{false}, []bool{false}, 3)
	pcm := mixed(t, t.TempDir(), tl, [][]byte{constant(0.5, 1)})
	require.Equal(t, [2]float32{0.5, 0},
		[2]float32{pcm[timeline.PerFrame*timeline.Channels-1], pcm[timeline.PerFrame*timeline.Channels]})
	tl.Sounds[0].Loop = true
	for _, v := range mixed(t, t.TempDir(), tl, [][]byte{constant(0.5, 1)}) {
		require.Equal(t, float32(0.5), v)
	}
}
