package render

import (
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// TestAnEndingIsJudgedByItsOwnFrames holds that what a gate says of a clip, and the frame that it suggests, are true of
// the file: its last frames are black, and the one that is suggested is the last that is not.
func TestAnEndingIsJudgedByItsOwnFrames(t *testing.T) {
	dark := "drawbox=c=black:t=fill:enable='gte(n,44)'"
	clip := shoot(t, "dark.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=24,trim=end_frame=48,"+dark,
		"-c:v", "libx264", "-pix_fmt", "yuv420p")
	e, frames, err := Ending(t.Context(), timeline.Clip{Shot: "s/a", Path: clip}, "", work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	require.Equal(t, 48, frames)
	v := seam.Judge(e)
	require.True(t, v.Stops())
	require.Equal(t, "is black, or of one colour", v.Reasons[0].Words)
	require.Equal(t, 4, v.Better)
	img, err := ffmpeg.Frames(t.Context(), clip, []int{frames - 1 - v.Better, frames - v.Better}, 32, 18)
	require.NoError(t, err)
	require.Greater(t, int(img[0].NRGBAAt(3, 5).R)+int(img[0].NRGBAAt(16, 9).G)+int(img[0].NRGBAAt(28, 15).B), 60)
	require.Less(t, int(img[1].NRGBAAt(16, 9).G), 20)
}
