package render

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"
	"pgregory.net/rapid"

	"shotchain/internal/exif"
	"shotchain/internal/exif/exiftest"
)

// disc is a picture of a red disc in the middle, which a stretched copy would not have.
func disc(w, h int) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := min(w, h) / 4
	for y := range h {
		for x := range w {
			c := color.NRGBA{255, 255, 255, 255}
			if dx, dy := x-w/2, y-h/2; dx*dx+dy*dy <= r*r {
				c = color.NRGBA{200, 0, 0, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return b.Bytes()
}

// A disc in the middle stays a disc in the middle, whatever the sizes.
func TestFitNeverStretches(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, h := rapid.IntRange(40, 300).Draw(rt, "w"), rapid.IntRange(40, 300).Draw(rt, "h")
		tw, th := rapid.IntRange(40, 300).Draw(rt, "tw"), rapid.IntRange(40, 300).Draw(rt, "th")
		b, err := Fit(disc(w, h), tw, th)
		if err != nil {
			rt.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != tw || img.Bounds().Dy() != th {
			rt.Fatalf("%v, %v", err, img.Bounds())
		}
		red := func(x, y int) bool {
			if x < 0 || y < 0 || x >= tw || y >= th {
				return false
			}
			_, g, _, _ := img.At(x, y).RGBA()
			return g < 0x8000
		}
		scale := max(float64(tw)/float64(w), float64(th)/float64(h))
		r := int(scale * float64(min(w, h)/4))
		slack := 3 + int(2*scale)
		for _, d := range [][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			inside, outside := max(0, r-slack), r+slack
			if x, y := tw/2+d[0]*inside, th/2+d[1]*inside; x >= 0 && y >= 0 && x < tw && y < th && !red(x, y) {
				rt.Fatalf("%d×%d to %d×%d: no disc at %d,%d", w, h, tw, th, x, y)
			}
			if x, y := tw/2+d[0]*outside, th/2+d[1]*outside; red(x, y) {
				rt.Fatalf("%d×%d to %d×%d: disc at %d,%d", w, h, tw, th, x, y)
			}
		}
	})
}

func TestFitRefusesWhatIsNoPicture(t *testing.T) {
	_, err := Fit([]byte("text"), 10, 10)
	require.Error(t, err)
	_, err = Fit(disc(40, 40), 0, 10)
	require.Error(t, err)
}

func TestCropKeepsTheMiddle(t *testing.T) {
	require.Equal(t, image.Rect(55, 0, 944, 500), crop(image.Rect(0, 0, 1000, 500), 1280, 720))
	require.Equal(t, image.Rect(0, 109, 500, 390), crop(image.Rect(0, 0, 500, 500), 1280, 720))
	require.Equal(t, image.Rect(0, 0, 640, 360), crop(image.Rect(0, 0, 640, 360), 1280, 720))
}

// Each way in which a camera can be held, and each of both files that can say so: what is sent is upright.
func TestFitBringsAStillUpright(t *testing.T) {
	corners := map[exif.Turn][2]image.Point{ // where the picture's top left and top right are stored
		1: {{4, 4}, {75, 4}}, 2: {{75, 4}, {4, 4}}, 3: {{75, 35}, {4, 35}}, 4: {{4, 35}, {75, 35}},
		5: {{4, 4}, {4, 75}}, 6: {{4, 75}, {4, 4}}, 7: {{35, 75}, {35, 4}}, 8: {{35, 4}, {35, 75}},
	}
	for turn, at := range corners {
		w, h := turn.Size(80, 40)
		stored := image.NewNRGBA(image.Rect(0, 0, w, h))
		draw.Draw(stored, stored.Rect, image.White, image.Point{}, draw.Src)
		for i, c := range []color.NRGBA{{255, 0, 0, 255}, {0, 0, 255, 255}} {
			r := image.Rectangle{at[i], at[i]}.Inset(-4)
			draw.Draw(stored, r, image.NewUniform(c), image.Point{}, draw.Src)
		}
		block := exiftest.Block(binary.BigEndian, int(turn))
		for name, file := range map[string][]byte{"jpeg": exiftest.JPEG(stored, block), "png": exiftest.PNG(stored, block)} {
			b, err := Fit(file, 160, 80)
			require.NoError(t, err)
			seen, err := png.Decode(bytes.NewReader(b))
			require.NoError(t, err)
			require.Equal(t, image.Pt(160, 80), seen.Bounds().Size())
			r, _, blue, _ := seen.At(6, 6).RGBA()
			require.True(t, r > 0xe000 && blue < 0x2000, "%s, turn %d: red at the top left", name, turn)
			r, _, blue, _ = seen.At(153, 6).RGBA()
			require.True(t, blue > 0xe000 && r < 0x2000, "%s, turn %d: blue at the top right", name, turn)
		}
	}
}
