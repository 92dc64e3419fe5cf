package seam

import (
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACorrectedFrameIsShownAsTheFilmHasIt(t *testing.T) {
	flat := func(y byte) Picture {
		p := Picture{64, 36, make([]byte, 64*36), make([]byte, 32*18), make([]byte, 32*18)}
		for i := range p.Y {
			p.Y[i] = y
		}
		for i := range p.U {
			p.U[i], p.V[i] = 128, 128
		}
		return p
	}
	up := Correction{Map: Map{Line{1, 10}, Line{1, 0}, Line{1, 0}}, Fade: 4}
	require.Equal(t, byte(110), up.Shown(flat(100), 0).Y[7])
	require.Equal(t, byte(105), up.Shown(flat(100), 2).Y[7])
	require.Equal(t, byte(100), up.Shown(flat(100), 9).Y[7])

	spot := flat(16)
	spot.Y[10*64+20] = 200
	moved := Correction{Move: Move{DX: 3 * 1280 / 64}}.Shown(spot, 0)
	require.Equal(t, byte(200), moved.Y[10*64+17], "what lay three pixels to the right is moved back")
	require.Equal(t, byte(16), moved.Y[10*64+20])
	require.Equal(t, byte(200), spot.Y[10*64+20], "the picture itself is left alone")
	require.Equal(t, spot, Correction{Move: Move{DX: 60}}.Shown(spot, alignFrames))
	require.Equal(t, spot, Correction{}.Shown(spot, 0))

	both := Halves(flat(16), flat(235))
	require.Equal(t, color.NRGBA{0, 0, 0, 255}, both.NRGBAAt(31, 5))
	require.Equal(t, color.NRGBA{255, 255, 255, 255}, both.NRGBAAt(32, 5))
	require.Nil(t, Halves(flat(16), Picture{W: 2, H: 2}))
}
