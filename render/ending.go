package render

import (
	"context"
	"image"
	"os"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// Ending is how a clip ends, by its own pixels: what another shot is about to grow from. still is the picture that it
// will grow from, "" for the clip's own last frame. It decodes the clip once, and keeps its edges.
func Ending(ctx context.Context, c timeline.Clip, still string, o work.Options) (e seam.Ending, frames int, err error) {
	o.DryRun, o.Trace, o.Workers = false, nil, 1
	sh, done, err := work.Open(o)
	if err != nil {
		return e, 0, err
	}
	defer done()
	f, err := ffmpeg.Probe(ctx, c.Path)
	if err != nil {
		return e, 0, err
	}
	e.Clip = image.Pt(f.Width, f.Height)
	if still != "" {
		facts, err := ffmpeg.VerifyImage(still)
		if err != nil {
			return e, 0, err
		}
		e.Frame = image.Pt(facts.Width, facts.Height)
	}
	t := Target{Rate: timeline.Rate, Width: f.Width &^ 1, Height: f.Height &^ 1}
	l := whole(timeline.Item{Clip: c, Source: f, Length: timeline.Conformed(f),
		Place: timeline.Placed(f, t.Width, t.Height, "")}, 0)
	if l.Length > longClip {
		return e, l.Length, nil
	}
	edges, err := edgesOf(sh, t, l)
	if err != nil {
		return e, 0, err
	}
	tap := edges.tapping(sh)
	defer tap.drop()
	tap.to.Tail = sh.Temp(".gray")
	defer os.Remove(tap.to.Tail)
	args, err := t.edgesGraph(l, tap.to, sh.Temp(".none"))
	if err == nil {
		err = sh.Run(ctx, args, ffmpeg.Options{})
	}
	if err == nil {
		err = tap.keep(sh)
	}
	if err != nil {
		return e, 0, err
	}
	kept, err := edges.read(sh, t, l.Out)
	if err != nil {
		return e, 0, err
	}
	tail, err := os.ReadFile(tap.to.Tail)
	if err != nil {
		return e, 0, err
	}
	e.Tail, e.Sharp = kept.Tail, seam.ReadTail(tail, t.Width, t.Height)
	return e, l.Length, nil
}
