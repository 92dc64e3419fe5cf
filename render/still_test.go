package render

import (
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// spot is a picture of 640×360 with one soft white spot in a red field, right of the middle and above it.
func spot(t *testing.T) *storyboard.Shot {
	img := image.NewRGBA(image.Rect(0, 0, 640, 360))
	for y := range 360 {
		for x := range 640 {
			g := 200 * math.Exp(-(math.Pow(float64(x)-420, 2)+math.Pow(float64(y)-120, 2))/200)
			img.Set(x, y, color.RGBA{R: 200, G: uint8(g), B: uint8(g), A: 255})
		}
	}
	path := filepath.Join(t.TempDir(), "spot.png")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, img))
	require.NoError(t, f.Close())
	return &storyboard.Shot{ID: "spot.png", Card: &storyboard.Card{Still: &storyboard.Still{Path: path, Width: 640, Height: 360},
		Duration: storyboard.Time{Micros: 2_000_000}}}
}

// where is the centre of the white spot.
func where(img *image.NRGBA) (x, y float64) {
	var sum float64
	for j := range img.Rect.Dy() {
		for i := range img.Rect.Dx() {
			w := max(0, float64(img.NRGBAAt(i, j).G)-40)
			x, y, sum = x+w*float64(i), y+w*float64(j), sum+w
		}
	}
	return x / sum, y / sum
}

// TestAStillMovesEvenly holds where a moving still begins and ends, that it goes there without a jerk, and that its
// colours are the picture's.
func TestAStillMovesEvenly(t *testing.T) {
	shot := spot(t)
	var all []int
	for i := range 48 {
		all = append(all, i)
	}
	// A spot at 420, 120 of a field around 320, 180 is that much further from the middle where 92 % are in the frame.
	near := func(x, y float64) [2]float64 { return [2]float64{320 + (x-320)/within, 180 + (y-180)/within} }
	for move, ends := range map[string][2][2]float64{"none": {{420, 120}, {420, 120}},
		"slow-zoom": {{420, 120}, near(420, 120)}, "slow-zoom-out": {near(420, 120), {420, 120}},
		"pan-left": {near(420-25.6, 120), near(420+25.6, 120)}, "pan-right": {near(420+25.6, 120), near(420-25.6, 120)}} {
		t.Run(move, func(t *testing.T) {
			shot.Card.Move = move
			cut := &storyboard.Cut{Shots: []storyboard.CutShot{{Shot: shot}}}
			tl, err := timeline.Machine{}.Edit(t.Context(), nil, cut, []timeline.Clip{timeline.Still(shot, shot.Card.Still.Path)})
			require.NoError(t, err)
			require.Equal(t, 48, tl.Frames)
			out := filepath.Join(t.TempDir(), "film.mp4")
			_, err = assemble(t.Context(), tl, out, work.Options{})
			require.NoError(t, err)
			frames, err := ffmpeg.Frames(t.Context(), out, all, 640, 360)
			require.NoError(t, err)
			require.Len(t, frames, 48)
			corner := frames[20].NRGBAAt(40, 300)
			require.InDelta(t, 200, int(corner.R), 4)
			require.InDelta(t, 0, int(corner.G), 4)
			for i, img := range frames {
				at := float64(i) / 47
				x, y := where(img)
				require.InDelta(t, ends[0][0]+(ends[1][0]-ends[0][0])*at, x, 1.2, "frame %d", i)
				require.InDelta(t, ends[0][1]+(ends[1][1]-ends[0][1])*at, y, 1.2, "frame %d", i)
				if i > 0 {
					was, _ := where(frames[i-1])
					require.InDelta(t, (ends[1][0]-ends[0][0])/47, x-was, 0.35, "frame %d jerks", i)
				}
			}
		})
	}
}
