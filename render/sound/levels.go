package sound

import (
	"context"
	"math"
	"strings"

	"shotchain/render/timeline"
	"shotchain/render/work"
)

// level is what one stretch measures.
type level struct {
	Steps []float64 // loudness of its own samples, without run-up
	Peak  float64   // highest sample
}

// levels measures all stretches of the film, from what is known of equal ones where there is that.
type levels struct {
	Stretches []level
	Gain      float64 // dB to apply
}

// measured is the film's first pass, kept by its plan.
func (s *Track) measured(ctx context.Context) (levels, error) {
	return recall(s.Shop, s.levels(), func() (levels, error) {
		l := levels{Stretches: make([]level, s.stretches())}
		group, each := work.Group(ctx, s.Workers)
		for i := range l.Stretches {
			group.Go(func() (err error) {
				l.Stretches[i], err = recall(s.Shop, work.Key("level", s.part(i)), func() (level, error) {
					from, to, _ := s.span(i)
					pcm, err := s.samples(each, from, to)
					return s.level(i, pcm), err
				})
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return l, err
		}
		return l, s.choose(ctx, &l)
	})
}

// level measures one stretch of samples, run-up included.
func (s *Track) level(i int, pcm []float32) level {
	from, to, drop := s.span(i)
	own := (from + drop*packet)
	var l level
	if s.tl.Loudness != 0 && own < to && int64(len(pcm)) == (to-from)*timeline.Channels {
		l.Steps = stepsOf(pcm, own-from, min(to, own+stretch*packet)-from)
	}
	for _, x := range pcm {
		l.Peak = max(l.Peak, math.Abs(float64(x)))
	}
	return l
}

// stepsOf is the loudness of the samples from..to; what lies before them has settled the filters.
func stepsOf(pcm []float32, from, to int64) []float64 {
	m := &meter{}
	m.add(pcm[:from*timeline.Channels])
	m.steps, m.sum, m.n = nil, 0, 0
	m.add(pcm[from*timeline.Channels : to*timeline.Channels])
	return m.steps
}

// choose sets the gain. Where the limiter must work, it takes loudness away: a second pass measures how much is left
// and makes up for it.
func (s *Track) choose(ctx context.Context, l *levels) error {
	peak := 0.0
	var steps []float64
	for _, x := range l.Stretches {
		peak, steps = max(peak, x.Peak), append(steps, x.Steps...)
	}
	if s.tl.Loudness != 0 {
		l.Gain = quantize(s.tl.Loudness - integrated(steps))
	}
	if s.tl.Loudness == 0 || peak*math.Pow(10, l.Gain/20) <= s.ceiling()/2 {
		return nil
	}
	for range 4 {
		reached, err := s.limited(ctx, *l)
		if err != nil {
			return err
		}
		short := quantize(s.tl.Loudness - reached)
		if short <= 0 || short > 6 { // more than that no limiter gives back
			break
		}
		l.Gain += short
	}
	return nil
}

// limited is the film's loudness after the limiter.
func (s *Track) limited(ctx context.Context, l levels) (float64, error) {
	after := make([][]float64, len(l.Stretches))
	group, ctx := work.Group(ctx, s.Workers)
	for i := range after {
		group.Go(func() (err error) {
			after[i], err = recall(s.Shop, work.Key("limited", s.part(i), l.Gain, s.limits(i, l)), func() ([]float64, error) {
				from, to, drop := s.span(i)
				pcm, err := s.finished(ctx, i, l, headroom)
				if own := drop * packet; err == nil && own < to-from {
					return stepsOf(pcm, own, min(to-from, own+stretch*packet)), nil
				}
				return nil, err
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	var steps []float64
	for _, a := range after {
		steps = append(steps, a...)
	}
	return integrated(steps), nil
}

// ceiling is the amplitude that no true peak passes.
func (s *Track) ceiling() float64 {
	if s.tl.Loudness == 0 {
		return 1 // left as it is, but for what could not be played
	}
	return math.Pow(10, ceiling/20)
}

func quantize(db float64) float64 {
	if math.IsInf(db, 0) || math.IsNaN(db) {
		return 0
	}
	return math.Round(min(db, maxGain)/gainStep) * gainStep
}

// limits reports whether a stretch has samples so high that peaks between them can pass the ceiling.
func (s *Track) limits(i int, l levels) bool {
	return l.Stretches[i].Peak*math.Pow(10, l.Gain/20) > s.ceiling()/2
}

// levels is what the film's first pass is kept as.
func (s *Track) levels() string { return strings.Replace(s.plan, "plan-", "levels-", 1) }
