package timeline

// This file asks what no clip is needed for: whether this machine can make what a cut asks for.

import (
	"context"
	"slices"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/storyboard"
)

// machine asks what no clip is needed for: are the sound files sound, can the words be set, is there an encoder.
func (e *editor) machine(ctx context.Context) error {
	for _, n := range e.spec.Narration {
		if facts, ok := e.heard(ctx, n.File); ok {
			e.lines = append(e.lines, line{n, facts, Lasting(facts.Duration)})
		}
	}
	if m := e.spec.Music; m != nil {
		e.bed, _ = e.heard(ctx, m.File)
	}
	seen := map[*storyboard.Shot]bool{}
	for _, s := range e.spec.Shots {
		if s.Shot.Clip == nil || seen[s.Shot] {
			continue
		}
		seen[s.Shot] = true
		if _, err := e.See(ctx, s.Shot.Clip.Path); err != nil {
			e.problem(s.Shot.Clip.Pos, "", "%s %v", s.Shot.Clip.Name, err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e.settable()
	return e.encodable(ctx)
}

// heard probes a sound file of the storyboard.
func (e *editor) heard(ctx context.Context, f storyboard.File) (ffmpeg.SoundFacts, bool) {
	facts, err := e.Hear(ctx, f.Path)
	if err == nil {
		return facts, true
	}
	e.problem(f.Pos, "", "%s %v", f.Name, err)
	return facts, false
}

// settable refuses words that would come out as empty boxes.
func (e *editor) settable() {
	font := func(s storyboard.Style) bool {
		if !s.Font.Set {
			return true
		}
		err := e.Letters("", s.Font.Value)
		if err != nil {
			e.problem(s.Font.Pos, "", "%v", err)
		}
		return err == nil
	}
	words := func(text string, s storyboard.Style, at storyboard.Pos) {
		if err := e.Letters(text, s.Font.Value); err != nil {
			e.problem(at, "", "%v", err)
		}
	}
	for _, t := range e.spec.Titles {
		if font(t.Style) {
			words(t.Text, t.Style, t.Pos)
		}
	}
	c := e.spec.Captions
	if c == nil || c.Mode != "burn" || !font(c.Style) {
		return
	}
	seen := map[*storyboard.Shot]bool{}
	for _, s := range e.spec.Shots {
		if s.Shot.Caption != "" && !seen[s.Shot] {
			seen[s.Shot] = true
			words(s.Shot.Caption, c.Style, s.Shot.CaptionPos)
		}
	}
}

// audible refuses outputs whose sound this ffmpeg cannot make: a silent film needs no encoder for it.
func (e *editor) audible(ctx context.Context) error {
	if !e.tl.Heard() {
		return nil
	}
	return e.encoded(ctx, func(o Output) (need []string, what string) {
		if s := o.SoundEncoder(); s != "" {
			need = []string{s}
		}
		return need, " with sound"
	})
}

const doctorSays = "`shotchain doctor` says which ffmpeg is used"

// encodable refuses outputs whose picture this ffmpeg cannot make.
func (e *editor) encodable(ctx context.Context) error {
	return e.encoded(ctx, func(o Output) (need []string, what string) { return o.Encoders(), "" })
}

// encoded refuses outputs that need encoders of which this ffmpeg has none.
func (e *editor) encoded(ctx context.Context, needs func(Output) (need []string, what string)) error {
	if len(e.spec.Outputs) == 0 {
		return nil
	}
	have, err := e.Encoders(ctx)
	if err != nil {
		return err
	}
	for _, o := range e.spec.Outputs {
		need, what := needs(Output{Path: o.Path, Format: o.Format, Codec: o.Codec.Value})
		if len(need) == 0 || slices.ContainsFunc(need, func(n string) bool { return slices.Contains(have, n) }) {
			continue
		}
		at := o.Pos
		if o.Codec.Set {
			at = o.Codec.Pos
		}
		e.problem(at, doctorSays, "this ffmpeg cannot make %s%s: it lacks the encoder %s",
			strings.TrimSpace(o.Format+" "+o.Codec.Value), what, strings.Join(need, " or "))
	}
	return nil
}
