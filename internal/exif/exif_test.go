package exif_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/tiff"

	"shotchain/internal/exif"
	"shotchain/internal/exif/exiftest"
)

// written are a picture's files, by format, with that Exif block in each.
func written(img image.Image, block []byte) map[string][]byte {
	return map[string][]byte{"jpeg": exiftest.JPEG(img, block), "png": exiftest.PNG(img, block)}
}

// scene is a picture of 4×2 quarters, red at the top left and blue at the top right, as it is stored by a camera that
// says the turn.
func scene(turn exif.Turn) image.Image {
	w, h := turn.Size(40, 20)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range 20 {
		for x := range 40 {
			c := color.NRGBA{255, 255, 255, 255}
			switch {
			case y < 10 && x < 20:
				c = color.NRGBA{255, 0, 0, 255}
			case y < 10:
				c = color.NRGBA{0, 0, 255, 255}
			}
			// Where the Exif standard puts the pixel, in its own words: the edge that row 0 and column 0 are.
			sx, sy := x, y
			if turn == 2 || turn == 3 || turn == 6 || turn == 7 {
				sx = 39 - x
			}
			if turn == 3 || turn == 4 || turn == 7 || turn == 8 {
				sy = 19 - y
			}
			if turn >= 5 {
				sx, sy = sy, sx
			}
			img.Set(sx, sy, c)
		}
	}
	return img
}

func TestAPictureIsSeenAsItsCameraHeldIt(t *testing.T) {
	for turn := exif.Turn(1); turn <= 8; turn++ {
		for _, order := range []exiftest.Order{binary.BigEndian, binary.LittleEndian} {
			for format, file := range written(scene(turn), exiftest.Block(order, int(turn))) {
				require.Equal(t, turn, exif.TurnOf(bytes.NewReader(file), format), "%s %v", format, order)
				img, _, err := image.Decode(bytes.NewReader(file))
				require.NoError(t, err)
				seen := turn.Upright(img)
				require.Equal(t, image.Pt(40, 20), seen.Bounds().Size(), "turn %d", turn)
				for at, want := range map[image.Point][3]uint32{{4, 4}: {0xffff, 0, 0}, {35, 4}: {0, 0, 0xffff},
					{4, 15}: {0xffff, 0xffff, 0xffff}, {35, 15}: {0xffff, 0xffff, 0xffff}} {
					r, g, b, _ := seen.At(at.X, at.Y).RGBA()
					for i, v := range [3]uint32{r, g, b} {
						require.InDelta(t, want[i], v, 0x0800, "%s, turn %d at %v", format, turn, at)
					}
				}
			}
		}
	}
}

func TestWhatSaysNothingIsAsItIsStored(t *testing.T) {
	img := scene(1)
	for _, turn := range []int{0, 9, 65535} {
		for format, file := range written(img, exiftest.Block(binary.BigEndian, turn)) {
			require.EqualValues(t, 1, exif.TurnOf(bytes.NewReader(file), format))
		}
	}
	var plain bytes.Buffer
	require.NoError(t, tiff.Encode(&plain, img, nil))
	require.EqualValues(t, 1, exif.TurnOf(bytes.NewReader(plain.Bytes()), "tiff"))
	require.EqualValues(t, 1, exif.TurnOf(bytes.NewReader(plain.Bytes()), "bmp"))
	require.Equal(t, img, exif.Turn(0).Upright(img))
}

// Whatever stands in a file, it has one of the eight turns, and is found to in time.
func FuzzTurnOf(f *testing.F) {
	for _, file := range written(image.NewGray(image.Rect(0, 0, 2, 2)), exiftest.Block(binary.LittleEndian, 6)) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, format := range []string{"jpeg", "png", "tiff", "webp"} {
			turn := exif.TurnOf(bytes.NewReader(file), format)
			require.True(t, turn >= 1 && turn <= 8, "%s: %d", format, turn)
		}
	})
}
