package timeline

// This file is about stills that are shown as shots.

import (
	"shotchain/render/ffmpeg"
	"shotchain/storyboard"
)

// Card is a picture that is shown in place of a clip.
type Card struct {
	Still         string // the picture as the storyboard has it; a clip's Path is that picture made ready
	Width, Height int    // pixels
	Frames        int    // that it stands for
	Move          string // as in storyboard.Card
}

// Still is the clip of a still in a cut. picture is its file: a png that needs no turning.
func Still(s *storyboard.Shot, picture string) Clip {
	c := s.Card
	return Clip{Shot: s.Name(), Title: c.Title(), Path: picture, Card: &Card{Still: c.Still.Path, Width: c.Still.Width, Height: c.Still.Height,
		Frames: max(1, int(c.Duration.At(Rate))), Move: c.Move}}
}

// facts are those of a clip that shows the picture.
func (c *Card) facts() ffmpeg.Facts {
	return ffmpeg.Facts{Width: c.Width, Height: c.Height, PixFmt: "rgb24", Color: ffmpeg.Color{Space: "gbr"},
		SAR: ffmpeg.Ratio{Num: 1, Den: 1}, Frames: c.Frames, Rate: ffmpeg.Ratio{Num: Rate, Den: 1}, Regular: true}
}

// sized are the facts of the clip that the film takes its size from: the first that is no still.
func (e *editor) sized() ffmpeg.Facts {
	for _, c := range e.list {
		if c.clip.Card == nil {
			return c.facts
		}
	}
	return e.list[0].facts
}
