package render

import (
	"context"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/sound"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// meeting is where the sounds of a seam's clips meet in the film: at the beginning of the frame that they share, which
// the second sound begins with.
type meeting struct {
	why           string // there is none; "" where there is
	before, after sound.Span
	from, to      string // names of the shots
}

// meetingSpan is what is listened to on each side, in samples.
const meetingSpan = timeline.SampleRate / 2

func (s Seam) meeting(sh *work.Shop) (m meeting, err error) {
	if !s.From.Source.HasAudio() || !s.To.Source.HasAudio() {
		return meeting{why: "a clip has no sound"}, nil
	}
	end := int64(whole(s.From, s.End).Out-1) * timeline.PerFrame
	begin := int64(s.To.Correction.Skip) * timeline.PerFrame
	m.from, m.to = s.From.Shot, s.To.Shot
	if m.before, err = sound.SpanOf(sh, s.From, max(0, end-meetingSpan), end, true); err != nil {
		return m, err
	}
	m.after, err = sound.SpanOf(sh, s.To, begin, min(begin+meetingSpan, int64(s.To.Length)*timeline.PerFrame), false)
	return m, err
}

func (m meeting) id() any {
	if m.why != "" {
		return m.why
	}
	return []any{m.before.ID(), m.after.ID()}
}

// listen measures it.
func (m meeting) listen(ctx context.Context, sh *work.Shop) (seam.Sound, error) {
	if m.why != "" {
		return seam.Sound{Why: m.why}, nil
	}
	was, err := m.before.Samples(ffmpeg.For(ctx, m.from), sh)
	if err != nil {
		return seam.Sound{Why: err.Error()}, err
	}
	is, err := m.after.Samples(ffmpeg.For(ctx, m.to), sh)
	if err != nil {
		return seam.Sound{Why: err.Error()}, err
	}
	return seam.Listen(was, is, timeline.SampleRate), nil
}
