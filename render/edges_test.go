package render

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// counted are options that count what runs.
func counted(t *testing.T, o work.Options) (work.Options, *int) {
	n := 0
	o.Trace = func([]string) { n++ }
	return o, &n
}

func TestEdgesComeOutOfTheRunThatConforms(t *testing.T) {
	o, runs := counted(t, work.Options{Dir: t.TempDir()})
	clip := scene(t, 1, 50)
	tl := lay(t, 320, 180, clip)
	target := targetOf(tl)
	require.NoError(t, NewPreparer().Prepare(t.Context(), tl.Items[0].Clip, target, "", o))
	prepared := *runs
	with, err := Edges(t.Context(), tl.Items[0], 0, target, o)
	require.NoError(t, err)
	require.Equal(t, prepared, *runs, "nothing is decoded for them")
	require.Equal(t, 50, with.Frames)
	require.Len(t, with.Head, 24)

	alone, runs := counted(t, work.Options{Dir: t.TempDir()})
	again, err := Edges(t.Context(), tl.Items[0], 0, target, alone)
	require.NoError(t, err)
	require.Equal(t, 1, *runs)
	require.Equal(t, with, again, "made alone they are the same")
	_, err = Edges(t.Context(), tl.Items[0], 0, target, alone)
	require.NoError(t, err)
	require.Equal(t, 1, *runs, "once")

	early, err := Edges(t.Context(), tl.Items[0], 30, target, alone)
	require.NoError(t, err)
	require.Equal(t, 30, early.Frames)
	require.NotEqual(t, with.Last, early.Last)
	require.Equal(t, with.First, early.First)
}

func TestACorrectionIsInTheFilmAndNotInTheEdges(t *testing.T) {
	o := work.Options{Dir: t.TempDir()}
	clip := scene(t, 2, 40)
	digest := func() string {
		d, err := work.Digest(clip)
		require.NoError(t, err)
		return d
	}
	before := digest()
	tl := lay(t, 320, 180, clip, clip)
	plain, err := Edges(t.Context(), tl.Items[1], 0, targetOf(tl), o)
	require.NoError(t, err)

	up := seam.Line{Gain: 1, Offset: 10}
	same := seam.Line{Gain: 1}
	tl.Items[1].Correction = seam.Correction{Map: seam.Map{Y: up, U: same, V: same}}
	out := filepath.Join(t.TempDir(), "film.mp4")
	made, err := Deliver(t.Context(), arrange(tl), []timeline.Output{{Path: out}}, o)
	require.NoError(t, err)
	require.Equal(t, 2, made[0].Encoded, "a corrected clip is not copied as it is")
	light := func(n int) float64 {
		img, err := ffmpeg.Frames(t.Context(), out, []int{n}, 320, 180)
		require.NoError(t, err)
		sum := 0.0
		for i := 0; i < len(img[0].Pix); i += 4 {
			sum += float64(img[0].Pix[i+1])
		}
		return sum / float64(len(img[0].Pix)/4)
	}
	require.InDelta(t, light(5)+10*255/219.0, light(45), 5, "but for what is clipped")
	after, err := Edges(t.Context(), tl.Items[1], 0, targetOf(tl), o)
	require.NoError(t, err)
	require.Equal(t, plain, after)
	require.Equal(t, before, digest(), "the clip is not touched")

	dir := t.TempDir()
	_, err = Deliver(t.Context(), tl, []timeline.Output{{Path: filepath.Join(dir, "again.mp4")}}, o)
	require.NoError(t, err)
	first, err := os.ReadFile(out)
	require.NoError(t, err)
	second, err := os.ReadFile(filepath.Join(dir, "again.mp4"))
	require.NoError(t, err)
	require.Equal(t, first, second)
}
