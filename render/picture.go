package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"shotchain/render/ffmpeg"
	"shotchain/render/mux"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// picture makes what the work folder does not have of the film's picture, as many segments at once as there are
// workers, and returns the packets of all cells in order. The first failure ends the others: there is no film
// without it.
func picture(ctx context.Context, sh *work.Shop, cells []cell, film *File) ([]mux.Range, error) {
	weight := map[*segment]int{}
	var order []*segment
	total := 0
	for _, c := range cells {
		if weight[c.segment] == 0 {
			order = append(order, c.segment)
		}
		weight[c.segment] += c.to - c.from
		total += c.to - c.from
	}
	names, err := encode(ctx, sh, order, weight, total, film)
	if err != nil || sh.DryRun {
		return nil, err
	}
	all, err := ranges(sh, cells, names)
	if err != nil || uniform(all) {
		return all, err
	}
	// Some were made by an encoder that was replaced since, under the same ffmpeg: all are made by today's.
	for _, name := range names {
		if err := os.Remove(sh.Path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	film.Encoded, film.Reused = 0, 0
	if names, err = encode(ctx, sh, order, weight, total, film); err != nil {
		return nil, err
	}
	return ranges(sh, cells, names)
}

// uniform reports whether one set of parameters decodes all of them.
func uniform(all []mux.Range) bool {
	return !slices.ContainsFunc(all, func(r mux.Range) bool { return string(r.Entry) != string(all[0].Entry) })
}

// job is a segment to be made.
type job struct {
	*segment
	name     string
	excerpts []excerpt     // of a mezzanine
	done     chan struct{} // closed when it is made, or never will be
	after    []*job        // whose excerpts it uses
}

// jobs are the segments in the order in which they are begun: mezzanines before the transitions that wait for them.
func jobs(order []*segment) []*job {
	var first, rest []*job
	dense := map[string]*job{}
	for _, s := range order {
		j := &job{segment: s, done: make(chan struct{})}
		if s.dense {
			dense[s.identity()] = j
			first = append(first, j)
		} else {
			rest = append(rest, j)
		}
	}
	for _, j := range rest {
		if len(j.layers) != 2 {
			continue
		}
		l := j.layers[0]
		m, offset := mezzanine(j.Target, l.Item)
		if d := dense[m.identity()]; d != nil {
			e := &segment{Target: j.Target, layers: []layer{l}, edge: true}
			d.excerpts = append(d.excerpts, excerpt{segment: e, from: offset + l.From})
			j.after = append(j.after, d)
		}
	}
	return append(first, rest...)
}

// do makes the job's segment.
func (j *job) do(ctx context.Context, sh *work.Shop, frames func(int)) (encoded bool, err error) {
	if sh.Has(j.name) {
		return false, nil
	}
	s := j.segment
	for _, d := range j.after {
		select {
		case <-d.done:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	if len(s.layers) == 2 {
		if s, err = s.onEdge(sh); err != nil {
			return false, err
		}
	}
	var excerpts []excerpt
	for _, e := range j.excerpts {
		if e.path, err = e.segment.name(sh); err != nil {
			return false, err
		}
		if !sh.Has(e.path) {
			excerpts = append(excerpts, e)
		}
	}
	return s.make(ctx, sh, j.name, frames, excerpts...)
}

// onEdge is the transition with its first picture read from what was kept of the clip's end, where there is that.
func (s *segment) onEdge(sh *work.Shop) (*segment, error) {
	l := s.layers[0]
	name, err := (&segment{Target: s.Target, layers: []layer{l}, edge: true}).name(sh)
	if err != nil || !sh.Has(name) {
		return s, err
	}
	n := l.To - l.From
	kept := timeline.Item{Clip: l.Clip, Length: n, Out: n, Place: timeline.Place{Width: s.Width, Height: s.Height}}
	kept.Path, kept.Card, kept.Correction = sh.Path(name), nil, seam.Correction{} // what was kept is corrected
	kept.Source = ffmpeg.Facts{Codec: "h264", PixFmt: "yuv420p", Width: s.Width, Height: s.Height,
		SAR: ffmpeg.Ratio{Num: 1, Den: 1}, Frames: n,
		Rate: ffmpeg.Ratio{Num: int64(s.Rate), Den: 1}, Regular: true}
	on := *s
	on.layers = []layer{{kept, 0, n}, s.layers[1]}
	return &on, nil
}

func encode(ctx context.Context, sh *work.Shop, order []*segment, weight map[*segment]int, total int,
	film *File) (map[*segment]string, error) {
	jobs := jobs(order)
	made := make([]bool, len(jobs))
	p := &tally{total: total, report: sh.Progress}
	group, ctx := work.Group(ctx, sh.Workers)
	for i, j := range jobs {
		group.Go(func() (err error) {
			defer close(j.done)
			part := p.part(weight[j.segment])
			ctx := ffmpeg.For(ctx, shotNames(j.layers)...)
			if j.name, err = j.segment.name(sh); err == nil {
				made[i], err = j.do(ctx, sh, func(n int) { part.frames(n * weight[j.segment] / j.frames()) })
			}
			if err == nil {
				part.finish()
			} else if !errors.Is(err, context.Canceled) {
				err = fmt.Errorf("%s: %w", shotsOf(j.layers), err)
			}
			return err
		})
	}
	err := group.Wait()
	names := map[*segment]string{}
	for i, j := range jobs {
		names[j.segment] = j.name
		if made[i] {
			film.Encoded++
		} else {
			film.Reused++
		}
	}
	return names, err
}

// ranges opens each segment's tables once.
func ranges(sh *work.Shop, cells []cell, names map[*segment]string) ([]mux.Range, error) {
	read := map[*segment]*mux.Packets{}
	for s, name := range names {
		p, err := mux.ReadPackets(sh.Path(name), "vide")
		if err != nil {
			return nil, err
		}
		if len(p.Sizes) != s.frames() {
			return nil, fmt.Errorf("%s has %d packets, not %d: delete it", p.Path, len(p.Sizes), s.frames())
		}
		read[s] = p
	}
	all := make([]mux.Range, 0, len(cells))
	for _, c := range cells {
		all = append(all, mux.Range{Packets: read[c.segment], From: c.from, To: c.to})
	}
	return all, nil
}
