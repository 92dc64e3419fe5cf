package timeline

import (
	"context"
	"math"

	"shotchain/render/ffmpeg"
)

// sameShape is the difference of ratio, as a factor, below which a picture is scaled plainly rather than given
// bars: models round 16:9 to sizes such as 864×496 (2 % off), which nobody sees, and a bar of 5 pixels everybody.
const sameShape = 1.03

// Ways to bring a picture of another shape into the film's.
const (
	reframeFit  = "fit"
	reframeFill = "fill"
	reframeBlur = "blur"
)

// Shown is a picture's width and height in square pixels.
func Shown(f ffmpeg.Facts) (w, h float64) {
	w, h = float64(f.Width), float64(f.Height)
	if f.SAR.Num > 0 && f.SAR.Den > 0 && !f.SAR.Is(1, 1) {
		w *= float64(f.SAR.Num) / float64(f.SAR.Den)
	}
	return w, h
}

// filmSize is the first clip's, made even: 4:2:0 halves both.
func filmSize(f ffmpeg.Facts) (w, h int) {
	sw, sh := Shown(f)
	return Even(sw), Even(sh)
}

// Even is a length in whole pixels that 4:2:0 can halve, at least 2.
func Even(x float64) int { return max(2, 2*int(math.Round(x/2))) }

// Placed brings a clip into the film's picture: whole with bars or before itself, or cut off at its edges.
func Placed(f ffmpeg.Facts, w, h int, how string) Place {
	sw, sh := Shown(f)
	shape := (sw / sh) / (float64(w) / float64(h))
	p := Place{Width: w, Height: h}
	switch wider, taller := shape > sameShape, shape < 1/sameShape; {
	case !wider && !taller:
		return p
	case how == reframeFill && wider:
		p.CropWidth, p.CropHeight = min(f.Width, Even(float64(f.Width)/shape)), f.Height
		return p
	case how == reframeFill:
		p.CropWidth, p.CropHeight = f.Width, min(f.Height, Even(float64(f.Height)*shape))
		return p
	case wider:
		p.Height = min(h, Even(float64(w)*sh/sw))
	default:
		p.Width = min(w, Even(float64(h)*sw/sh))
	}
	p.X, p.Y = (w-p.Width)/2&^1, (h-p.Height)/2&^1
	p.Blur = how == reframeBlur && (p.Width != w || p.Height != h)
	return p
}

// Size is that of a film which begins with a clip and does not say its own.
func Size(ctx context.Context, clip string) (width, height int, err error) {
	f, err := ffmpeg.Probe(ctx, clip)
	if err != nil {
		return 0, 0, err
	}
	width, height = filmSize(f)
	return width, height, nil
}
