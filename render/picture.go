package render

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"shotchain/render/ffmpeg"
)

// picture makes what the work folder does not have of the film's picture, as many segments at once as there are
// workers, and returns the packets of all cells in order. The first failure ends the others: there is no film
// without it.
func (sh *shop) picture(ctx context.Context, cells []cell, film *Film) ([]ffmpeg.Range, error) {
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
	names, err := sh.encode(ctx, order, weight, total, film)
	if err != nil || sh.DryRun {
		return nil, err
	}
	return sh.ranges(cells, order, names)
}

func (sh *shop) encode(ctx context.Context, order []*segment, weight map[*segment]int, total int, film *Film) ([]string, error) {
	names, made := make([]string, len(order)), make([]bool, len(order))
	p := &tally{total: total, report: sh.Progress}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers(sh.Workers))
	for i, s := range order {
		group.Go(func() (err error) {
			if names[i], err = s.name(sh); err == nil {
				part := p.part(weight[s])
				made[i], err = s.make(ctx, sh, names[i], func(n int) { part.frames(n * weight[s] / s.frames()) })
				if err == nil {
					part.finish()
				}
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("%s: %w", shotsOf(s.layers), err)
			}
			return err
		})
	}
	err := group.Wait()
	for _, encoded := range made {
		if encoded {
			film.Encoded++
		} else {
			film.Reused++
		}
	}
	return names, err
}

// ranges opens each segment's tables once.
func (sh *shop) ranges(cells []cell, order []*segment, names []string) ([]ffmpeg.Range, error) {
	read := map[*segment]*ffmpeg.Packets{}
	for i, s := range order {
		p, err := ffmpeg.ReadPackets(sh.path(names[i]), "vide")
		if err != nil {
			return nil, err
		}
		if len(p.Sizes) != s.frames() {
			return nil, fmt.Errorf("%s has %d packets, not %d: delete it", p.Path, len(p.Sizes), s.frames())
		}
		read[s] = p
	}
	all := make([]ffmpeg.Range, 0, len(cells))
	for _, c := range cells {
		all = append(all, ffmpeg.Range{Packets: read[c.segment], From: c.from, To: c.to})
	}
	return all, nil
}

func workers(n int) int {
	if n > 0 {
		return n
	}
	return runtime.NumCPU()
}
