package film

import (
	"context"
	"fmt"
	"image"
	"strings"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/internal/say"
	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// judge looks at last frames before anything is bought that grows from them, as the shots' gates say.
type judge struct {
	f   *Film
	o   Observer
	how work.Options
}

var _ chain.Judge = (*judge)(nil)

func (j *judge) Judge(ctx context.Context, from chain.Outcome, next *graph.Take) error {
	gate := next.Shot.Look.Seam.Gate.Value
	if gate == "off" || !from.Ok() {
		return nil
	}
	ctx = ffmpeg.For(ctx, from.Take.Shot.Name())
	clip := timeline.Clip{Shot: from.Take.Shot.Name(), Path: from.Dir.Path(from.Clip.Video.Name),
		Digest: from.Clip.Video.Digest}
	e, frames, err := render.Ending(ctx, clip, from.Dir.Path(from.Clip.LastFrame.Name), j.how)
	if err != nil {
		j.o.note("the frame that %s grows from was not looked at: %s", next.Name(), err)
		return nil
	}
	if j.f.Service.Simulated() {
		e.Sharp = nil // its slate is detail that goes before the last frame comes
	}
	e.Next = image.Pt(next.Size.Width, next.Size.Height)
	v := seam.Judge(e)
	if len(v.Reasons) == 0 {
		return nil
	}
	var why []string
	for _, r := range v.Reasons {
		why = append(why, r.Words)
	}
	held := &chain.Held{From: from.Take, Why: strings.Join(why, ", and "), At: earlier(frames, v.Better)}
	held.Hint = otherFrame(from.Take, v.Better, held.At)
	if gate == "stop" && v.Stops() {
		return held
	}
	words := held.Error()
	if held.Hint != "" {
		words += "; " + held.Hint
	}
	j.o.note("%s", words)
	return nil
}

// earlier is the moment of the frame that many before a clip's last one, as a storyboard writes it; "" for none.
func earlier(frames, before int) string {
	if before <= 0 || before >= frames {
		return ""
	}
	return fmt.Sprintf("-%df", before)
}

// otherFrame says how to grow from an earlier moment; "" for none.
func otherFrame(t *graph.Take, before int, at string) string {
	if at == "" {
		return ""
	}
	return fmt.Sprintf("to grow from %s earlier: from: { shot: %s, at: %s } – a frame that is decoded here "+
		"is not the service's own, which may then refuse real faces", say.Count(before, "frame"), t.Shot.Name(), at)
}
