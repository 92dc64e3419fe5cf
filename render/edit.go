package render

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"

	"shotchain/render/ffmpeg"
)

// sameShape is the difference of ratio, as a factor, below which a picture is scaled plainly rather than given
// bars: models round 16:9 to sizes such as 864×496 (2 % off), which nobody sees, and a bar of 5 pixels everybody.
const sameShape = 1.03

// maxFrames bounds a film: 24 hours.
const maxFrames = 24 * 3600 * Rate

// Edit probes the clips and lays them end to end. The first clip gives the film's size. A clip that continues the
// one before it loses its first frame, which would stand still otherwise; a first clip has nothing to continue.
// Errors name the shot.
func Edit(ctx context.Context, title string, clips []Clip) (*Timeline, error) {
	if len(clips) == 0 {
		return nil, errors.New("a film needs at least one clip")
	}
	tl := &Timeline{Title: title, Rate: Rate, Items: make([]Item, 0, len(clips))}
	for i, c := range clips {
		facts, err := ffmpeg.Probe(ctx, c.Path)
		if err != nil {
			return nil, fmt.Errorf("shot %s: %w", c.Shot, err)
		}
		if i == 0 {
			tl.Width, tl.Height = filmSize(facts)
		}
		it, err := tl.lay(c, facts)
		if err != nil {
			return nil, fmt.Errorf("shot %s: %w", c.Shot, err)
		}
		tl.Items = append(tl.Items, it)
		tl.Frames += it.Frames()
		tl.Sound = tl.Sound || facts.HasAudio()
	}
	if tl.Frames > maxFrames {
		return nil, fmt.Errorf("the film would have %d frames, more than 24 hours", tl.Frames)
	}
	return tl, nil
}

// lay makes the item that follows those there are.
func (tl *Timeline) lay(c Clip, f ffmpeg.Facts) (Item, error) {
	if c.Title == "" {
		c.Title = c.Shot
	}
	c.Continues = c.Continues && len(tl.Items) > 0
	it := Item{Clip: c, Source: f, Length: conformed(f), At: tl.Frames, Place: place(f, tl.Width, tl.Height)}
	if it.Out = it.Length; c.Frames > 0 {
		it.Out = min(it.Length, c.Frames)
	}
	if c.Continues {
		it.In = 1
	}
	if it.Length > maxFrames {
		return it, fmt.Errorf("has %d frames, more than 24 hours", it.Length)
	}
	if it.Frames() < 1 {
		return it, fmt.Errorf("has %d frames: nothing is left to show", it.Length)
	}
	return it, nil
}

// conformed is a clip's length in frames of the film: its own frames where its rate is the film's, else the whole
// number nearest to its duration.
func conformed(f ffmpeg.Facts) int {
	if steady(f) {
		return f.Frames
	}
	d := f.Duration.Rat()
	if d.Sign() <= 0 && f.Rate.Num > 0 {
		d = new(big.Rat).Quo(new(big.Rat).SetInt64(int64(f.Frames)), f.Rate.Rat())
	}
	n, _ := new(big.Rat).Mul(d, big.NewRat(Rate, 1)).Float64()
	return int(math.Round(min(n, maxFrames+1)))
}

// steady reports whether a clip's frames are the film's, one for one.
func steady(f ffmpeg.Facts) bool { return f.Regular && f.Rate.Is(Rate, 1) }

// shown is a picture's width and height in square pixels.
func shown(f ffmpeg.Facts) (w, h float64) {
	w, h = float64(f.Width), float64(f.Height)
	if f.SAR.Num > 0 && f.SAR.Den > 0 && !f.SAR.Is(1, 1) {
		w *= float64(f.SAR.Num) / float64(f.SAR.Den)
	}
	return w, h
}

// filmSize is the first clip's, made even: 4:2:0 halves both.
func filmSize(f ffmpeg.Facts) (w, h int) {
	sw, sh := shown(f)
	return even(sw), even(sh)
}

func even(x float64) int { return max(2, 2*int(math.Round(x/2))) }

// place fits a clip into the film's picture, in the middle.
func place(f ffmpeg.Facts, w, h int) Place {
	sw, sh := shown(f)
	shape := (sw / sh) / (float64(w) / float64(h))
	p := Place{Width: w, Height: h}
	switch {
	case shape > sameShape: // wider: bars above and below
		p.Height = min(h, even(float64(w)*sh/sw))
	case shape < 1/sameShape:
		p.Width = min(w, even(float64(h)*sw/sh))
	}
	p.X, p.Y = (w-p.Width)/2&^1, (h-p.Height)/2&^1
	return p
}
