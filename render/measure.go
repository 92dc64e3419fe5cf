package render

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// Seam is a place where one clip continues another.
type Seam struct {
	From, To timeline.Item // whole clips, as a film places them; with their corrections
	End      int           // the frames of From's clip that come before the shared one, that one included; 0 for all
}

// measured is the version of the measures: what was kept by an older one is measured again.
const measured = 2

// Measure compares the frame that the clip grew from with the first frame of its own, with both clips' corrections. A
// link is measured once and kept in the work folder; in a dry run too, for the commands depend on it. What cannot be
// measured is a link that says why; the error is the context's alone.
func (s Seam) Measure(ctx context.Context, t Target, o work.Options) (seam.Link, error) {
	if s.From.Length > longClip || s.To.Length > longClip {
		return seam.Unmeasured("a clip is longer than a minute"), nil
	}
	if o.DryRun {
		o.DryRun, o.Trace = false, o.Ran
	}
	o.Workers = 1
	sh, done, err := work.Open(o)
	if err != nil {
		return seam.Unmeasured(err.Error()), ctx.Err()
	}
	defer done()
	l, err := s.measure(ctx, sh, t)
	if err != nil {
		return seam.Unmeasured(err.Error()), ctx.Err()
	}
	return l, nil
}

// Kept is what Measure kept of the seam; false where it has to be measured. Nothing is decoded.
func (s Seam) Kept(t Target, o work.Options) (l seam.Link, ok bool) {
	if s.From.Length > longClip || s.To.Length > longClip {
		return seam.Unmeasured("a clip is longer than a minute"), true
	}
	o.Trace, o.Workers = nil, 1
	sh, done, err := work.Open(o)
	if err != nil {
		return l, false
	}
	defer done()
	p, err := s.parts(sh, t)
	return l, err == nil && p.kept(sh, &l)
}

// parts are what a seam is measured by, and the name that its link is kept by.
type parts struct {
	from, to layer
	a, b     edges
	heard    meeting
	name     string
}

func (s Seam) parts(sh *work.Shop, t Target) (p parts, err error) {
	p.from, p.to = whole(s.From, s.End), whole(s.To, 0)
	if p.a, err = edgesOf(sh, t, p.from); err != nil {
		return p, err
	}
	if p.b, err = edgesOf(sh, t, p.to); err != nil {
		return p, err
	}
	if p.heard, err = s.meeting(sh); err != nil {
		return p, err
	}
	p.name = work.Key("link", measured, p.a.few, p.b.few, s.From.Correction.Done(), s.To.Correction.Done(), p.heard.id()) +
		".json"
	return p, nil
}

// kept reads the link, where it was kept.
func (p parts) kept(sh *work.Shop, into *seam.Link) bool {
	body, err := os.ReadFile(sh.Path(p.name))
	return err == nil && sh.Has(p.name) && json.Unmarshal(body, into) == nil
}

func (s Seam) measure(ctx context.Context, sh *work.Shop, t Target) (l seam.Link, err error) {
	p, err := s.parts(sh, t)
	if err != nil || p.kept(sh, &l) {
		return l, err
	}
	was, err := p.a.of(ctx, sh, t, p.from)
	if err != nil {
		return l, err
	}
	is, err := p.b.of(ctx, sh, t, p.to)
	if err != nil {
		return l, err
	}
	l = s.To.Correction.Left(seam.Measure(s.From.Correction.Edges(was), s.To.Correction.Edges(is)))
	if l.Sound, err = p.heard.listen(ctx, sh); err != nil { // said, and tried again the next time
		return l, ctx.Err()
	}
	body, err := json.Marshal(l)
	if err != nil {
		return l, err
	}
	return l, sh.Write(p.name, func(w io.Writer) error { _, err := w.Write(body); return err })
}

// of are the edges, made where they are not there.
func (e edges) of(ctx context.Context, sh *work.Shop, t Target, l layer) (*seam.Edges, error) {
	if !e.there(sh) {
		if err := e.make(ffmpeg.For(ctx, l.Shot), sh, t, l); err != nil {
			return nil, err
		}
	}
	return e.read(sh, t, l.Out)
}

// EchoPair are the two pictures that a seam is measured by: the one that the clip grew from, and its own first one.
func (s Seam) EchoPair(ctx context.Context, t Target, o work.Options) (a, b seam.Picture, err error) {
	was, err := Edges(ctx, s.From, s.End, t, o)
	if err != nil {
		return a, b, err
	}
	is, err := Edges(ctx, s.To, 0, t, o)
	if err != nil {
		return a, b, err
	}
	return was.Last, is.First, nil
}
