package seam

import (
	"image"
	"testing"

	"github.com/stretchr/testify/require"
)

// ending is the last 24 frames of the footage's first clip, and the same seen sharply: of its small frames, which is
// all that the fixture keeps.
func ending(t *testing.T) Ending {
	e := made(t).edges[0]
	return Ending{Tail: append([]Picture{}, e.Tail...), Sharp: append([]Picture{}, e.Tail...)}
}

func words(v Verdict) (rules []string) {
	for _, r := range v.Reasons {
		rules = append(rules, r.Rule)
	}
	return rules
}

func TestARealEndingHasNothingAgainstIt(t *testing.T) {
	require.Zero(t, Judge(ending(t)))
	require.Zero(t, Judge(Ending{}), "nor one that was not looked at")
}

// faded is a picture with that share of its light left.
func faded(p Picture, left float64) Picture {
	return Map{Y: Line{left, 16 * (1 - left)}, U: same, V: same}.apply(p)
}

func TestFadesAreFoundAndAnEarlierFrameIsSuggested(t *testing.T) {
	e := ending(t)
	for i := range 8 { // over the last 8 frames, to 30 %
		e.Tail[16+i] = faded(e.Tail[16+i], 1-0.7*float64(i+1)/8)
	}
	v := Judge(e)
	require.Equal(t, []string{"fading"}, words(v))
	require.True(t, v.Stops())
	require.Contains(t, v.Reasons[0].Words, "of what was there 12 frames earlier")
	_, fading := fade(e.Tail, 23-v.Better)
	require.False(t, fading)
	require.GreaterOrEqual(t, v.Better, 5, "the light is not at 80 % before")
	require.LessOrEqual(t, v.Better, 8)

	for i := range e.Tail[20:] {
		e.Tail[20+i] = faded(e.Tail[20+i], 0.05)
	}
	require.Equal(t, []string{"black"}, words(Judge(e)))
}

func TestBlurIsOnlyWarnedAbout(t *testing.T) {
	e := ending(t)
	for i := 19; i < 24; i++ {
		p := e.Sharp[i]
		s := shrink(p.Y, p.W, p.H, 1)
		for range 6 {
			s = soften(s)
		}
		blurred := Picture{W: p.W, H: p.H, Y: make([]byte, len(p.Y))}
		for k, v := range s.v {
			blurred.Y[k] = byte(v)
		}
		e.Sharp[i] = blurred
	}
	v := Judge(e)
	require.Equal(t, []string{"blurred"}, words(v))
	require.False(t, v.Stops())
	require.Equal(t, 5, v.Better)
	require.Regexp(t, `^is blurred \(\d\.\d octaves softer than 5 frames earlier\)$`, v.Reasons[0].Words)
}

func TestAFrameOfAnotherSizeOrShape(t *testing.T) {
	e := ending(t)
	e.Frame, e.Clip, e.Next = image.Pt(1280, 718), image.Pt(1280, 720), image.Pt(1280, 720)
	require.Equal(t, "has 1280×718 pixels, its clip 1280×720", Judge(e).Reasons[0].Words)
	e.Frame, e.Next = e.Clip, image.Pt(720, 1280)
	require.Contains(t, Judge(e).Reasons[0].Words, "cropped or stretched to 720×1280")
	e.Next = image.Pt(864, 486)
	require.Zero(t, Judge(e), "the same shape, smaller")
}
