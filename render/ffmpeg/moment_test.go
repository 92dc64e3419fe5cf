package ffmpeg

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFrameAtCounts(t *testing.T) {
	clip := film(t, "clip.mp4", plain("25")...)
	out := filepath.Join(t.TempDir(), "frame.png")
	all, err := Frames(t.Context(), clip, []int{0, 13, 24}, 320, 180)
	require.NoError(t, err)
	for i, n := range []int{0, 13, 24} {
		require.NoError(t, FrameAt(t.Context(), clip, n, out))
		b, err := os.ReadFile(out)
		require.NoError(t, err)
		got, facts, err := DecodeImage(b)
		require.NoError(t, err)
		require.Equal(t, ImageFacts{320, 180, "image/png"}, facts)
		for y := range 180 {
			for x := range 320 {
				r, g, b, _ := got.At(x, y).RGBA()
				wr, wg, wb, _ := all[i].At(x, y).RGBA()
				require.Equal(t, [3]uint32{wr, wg, wb}, [3]uint32{r, g, b})
			}
		}
	}
	last, err := DecodeLast(t.Context(), clip)
	require.NoError(t, err)
	require.Equal(t, last.Pix, all[2].Pix, "the last frame is the last by number")
	require.EqualError(t, FrameAt(t.Context(), clip, 25, out), "there is no frame 25 in 25 frames")
	require.Error(t, FrameAt(t.Context(), clip, -1, out))
}
