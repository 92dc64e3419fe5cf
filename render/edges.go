package render

import (
	"context"
	"os"
	"path/filepath"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// edges are the two files of the work folder that hold a clip's first and last frames, as the film conforms them
// before anything is corrected: by them its seams are measured.
type edges struct{ few, many string }

// edgesOf are those of a clip that is conformed whole.
func edgesOf(sh *work.Shop, t Target, whole layer) (edges, error) {
	l := whole
	digest, err := l.Digest, error(nil)
	if digest == "" {
		if digest, err = sh.DigestOf(l.Path); err != nil {
			return edges{}, err
		}
	}
	l.Path = "/clip" + filepath.Ext(l.Path)
	args, err := t.edgesGraph(l, seam.Taps{Edges: "/edges", Ends: "/ends"}, "/none")
	if err != nil {
		return edges{}, err
	}
	key := work.Key("", digest, sh.Tools.Version, args)
	return edges{"edges" + key + ".yuv", "ends" + key + ".yuv"}, nil
}

// edgesGraph is the run that makes edges alone.
func (t Target) edgesGraph(whole layer, to seam.Taps, none string) ([]string, error) {
	var g ffmpeg.Graph
	v := seam.Tap(&g, t.plain(&g, whole), t.Width, t.Height, whole.Out, to)
	g.Output(none, ffmpeg.Args{"f": "null"}, v)
	args, err := g.Compile()
	return append([]string{"-xerror", "-filter_complex_threads", "1"}, args...), err
}

// there reports whether the work folder has them.
func (e edges) there(sh *work.Shop) bool { return sh.Has(e.few) && sh.Has(e.many) }

// tapping is a run that writes edges beside what it makes.
type tapping struct {
	edges
	to seam.Taps // unfinished
}

func (e edges) tapping(sh *work.Shop) *tapping {
	return &tapping{e, seam.Taps{Edges: sh.Temp(".yuv"), Ends: sh.Temp(".yuv")}}
}

// keep gives what the run wrote its names.
func (t *tapping) keep(sh *work.Shop) error {
	if err := sh.Keep(t.to.Edges, t.few); err != nil {
		return err
	}
	return sh.Keep(t.to.Ends, t.many)
}

func (t *tapping) drop() {
	os.Remove(t.to.Edges)
	os.Remove(t.to.Ends)
}

// whole is the layer of a clip's frames from its first to before end; 0 is all of it.
func whole(it timeline.Item, end int) layer {
	if end <= 0 || end > it.Length {
		end = it.Length
	}
	it.In, it.Out, it.Speed, it.Hold, it.Correction = 0, end, ffmpeg.Ratio{}, 0, seam.Correction{}
	return layer{Item: it, From: 0, To: end}
}

// tapsFor are the edges that the segment's run can write beside what it makes: those of a clip that it conforms whole and
// at its own speed. nil for another segment, and where they are there.
func (s *segment) tapsFor(sh *work.Shop) (*tapping, error) {
	l := s.layers[0]
	if !s.dense || !l.straight() || l.In != 0 || l.Out != l.Length || l.To != l.Length || sh.DryRun {
		return nil, nil
	}
	e, err := edgesOf(sh, s.Target, whole(l.Item, 0))
	if err != nil || e.there(sh) {
		return nil, err
	}
	return e.tapping(sh), nil
}

// Edges are a clip's first frames and those before the frame end – 0 for its last ones – as they are conformed to a
// film's form. They come out of the run that conforms the clip; where there was none they are made alone.
func Edges(ctx context.Context, it timeline.Item, end int, t Target, o work.Options) (*seam.Edges, error) {
	sh, done, err := work.Open(o)
	if err != nil {
		return nil, err
	}
	defer done()
	l := whole(it, end)
	e, err := edgesOf(sh, t, l)
	if err != nil {
		return nil, err
	}
	return e.of(ctx, sh, t, l)
}

func (e edges) make(ctx context.Context, sh *work.Shop, t Target, l layer) error {
	tap := e.tapping(sh)
	defer tap.drop()
	none := sh.Temp(".none")
	args, err := t.edgesGraph(l, tap.to, none)
	if err != nil {
		return err
	}
	if err := sh.Run(ctx, args, ffmpeg.Options{}); err != nil || sh.DryRun {
		return err
	}
	return tap.keep(sh)
}

func (e edges) read(sh *work.Shop, t Target, frames int) (*seam.Edges, error) {
	few, err := os.ReadFile(sh.Path(e.few))
	if err != nil {
		return nil, err
	}
	many, err := os.ReadFile(sh.Path(e.many))
	if err != nil {
		return nil, err
	}
	return seam.ReadEdges(few, many, t.Width, t.Height, frames)
}
