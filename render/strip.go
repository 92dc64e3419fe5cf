package render

import (
	"context"
	"fmt"
	"image"
	"image/draw"

	"shotchain/render/ffmpeg"
)

// Strip writes n frames of a film as one PNG, evenly spread, in rows of up to four, each 480 pixels wide.
func Strip(ctx context.Context, film, out string, n int) error {
	f, err := ffmpeg.Probe(ctx, film)
	if err != nil {
		return err
	}
	if n < 1 || n > f.Frames || n > 64 {
		return fmt.Errorf("%s: cannot show %d of %d frames", film, n, f.Frames)
	}
	numbers := make([]int, n)
	for i := range numbers { // from the middles of n equal parts: first frames are often black
		numbers[i] = (2*i + 1) * f.Frames / (2 * n)
	}
	const width, gap, across = 480, 6, 4
	sw, sh := shown(f)
	height := even(width * sh / sw)
	frames, err := ffmpeg.Frames(ctx, film, numbers, width, height)
	if err != nil {
		return err
	}
	columns := min(n, across)
	rows := (n + columns - 1) / columns
	sheet := image.NewNRGBA(image.Rect(0, 0, columns*(width+gap)-gap, rows*(height+gap)-gap))
	for i, img := range frames {
		at := image.Pt(i%columns*(width+gap), i/columns*(height+gap))
		draw.Draw(sheet, image.Rectangle{Min: at, Max: at.Add(image.Pt(width, height))}, img, image.Point{}, draw.Src)
	}
	return ffmpeg.WritePNG(out, sheet)
}
