package film

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"path/filepath"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// edit lays a cut with the clips of its shots, and with its stills.
func (f *Film) edit(ctx context.Context, c *storyboard.Cut, clips []timeline.Clip) (*timeline.Timeline, error) {
	seen := map[*storyboard.Shot]bool{}
	for _, s := range c.Shots {
		if s.Shot.Card == nil || seen[s.Shot] {
			continue
		}
		seen[s.Shot] = true
		picture, err := upright(s.Shot.Card.Still, f.Store.WorkDir())
		if err != nil {
			return nil, fmt.Errorf("still %s: %w", s.Shot.Name(), err)
		}
		clips = append(clips[:len(clips):len(clips)], timeline.Still(s.Shot, picture))
	}
	return here.Edit(forCut(ctx, c), f.Storyboard, c, clips)
}

// upright is a still as it is shown, a file in the work folder: turned as its camera was held, and on black where it is
// transparent.
func upright(still *storyboard.Still, dir string) (string, error) {
	b, err := still.Read()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, work.Key("card", b, still.Turn)+".png")
	if ffmpeg.Made(path) {
		return path, nil
	}
	img, err := still.Image()
	if err != nil {
		return "", err
	}
	return path, work.WriteFile(path, func(w io.Writer) error {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, flat(img))
	})
}

// flat is a picture on black.
func flat(img image.Image) *image.RGBA {
	b := img.Bounds()
	on := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(on, on.Bounds(), image.Black, image.Point{}, draw.Src)
	draw.Draw(on, on.Bounds(), img, b.Min, draw.Over)
	return on
}
