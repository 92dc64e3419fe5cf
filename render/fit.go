package render

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"

	"golang.org/x/image/draw"

	"shotchain/internal/exif"
	"shotchain/render/ffmpeg"
)

// Fit brings a picture upright, and crops and scales it to exactly width × height pixels, without stretching it: as much as possible of its
// middle is kept. What is transparent becomes white. The result is a PNG.
func Fit(still []byte, width, height int) ([]byte, error) {
	if width < 1 || height < 1 {
		return nil, fmt.Errorf("%d×%d is no size", width, height)
	}
	from, f, err := ffmpeg.DecodeImage(still)
	if err != nil {
		return nil, err
	}
	from = exif.TurnOf(bytes.NewReader(still), strings.TrimPrefix(f.MediaType, "image/")).Upright(from)
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(to, to.Rect, image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(to, to.Rect, from, crop(from.Bounds(), width, height), draw.Over, nil)
	var b bytes.Buffer
	err = png.Encode(&b, to)
	return b.Bytes(), err
}

// crop is the largest part in the middle of a picture that has the shape of width × height.
func crop(r image.Rectangle, width, height int) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if w*height > h*width { // too wide
		w = max(1, (h*width+height/2)/height)
	} else {
		h = max(1, (w*height+width/2)/width)
	}
	x, y := r.Min.X+(r.Dx()-w)/2, r.Min.Y+(r.Dy()-h)/2
	return image.Rect(x, y, x+w, y+h)
}
