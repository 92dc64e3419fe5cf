package film

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"shotchain/chain"
	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// joined are a film's clips with the links between them, each behind the one it grew from.
type joined struct {
	f      *Film
	shots  []*storyboard.Shot
	items  []timeline.Item
	joints []seam.Joint
	target render.Target
	how    work.Options
	kept   bool // links are those that earlier films have left, and no others
}

// errUnkept is of a seam that no earlier film has left.
var errUnkept = errors.New("not measured yet")

// joins measures the links between a film's clips, in the form of a timeline. With kept it decodes nothing: errUnkept
// where a link is not among those that earlier films have left.
func (f *Film) joins(ctx context.Context, tl *timeline.Timeline, reframe string, r *chain.Reel, how work.Options,
	kept bool) (*joined, error) {
	how.Progress = nil
	how.Trace, how.Ran = oneByOne(how.Trace), oneByOne(how.Ran)
	j := &joined{f: f, how: how, kept: kept, target: render.Target{Rate: tl.Rate, Width: tl.Width, Height: tl.Height}}
	clips, at := map[string]timeline.Clip{}, map[string]int{}
	for _, c := range f.clips(r) {
		clips[c.Shot] = c
	}
	for _, s := range parentsFirst(f.Storyboard) {
		c, ok := clips[s.Name()]
		if !ok {
			continue
		}
		facts, err := ffmpeg.Probe(ffmpeg.For(ctx, c.Shot), c.Path)
		if err != nil {
			return nil, fmt.Errorf("shot %s: %w", c.Shot, err)
		}
		from, known := at[s.From]
		if !known {
			from = seam.Opening
		}
		at[s.Name()] = len(j.shots)
		j.shots = append(j.shots, s)
		j.items = append(j.items, timeline.Item{Clip: c, Source: facts, Length: timeline.Conformed(facts),
			Place: timeline.Placed(facts, tl.Width, tl.Height, reframe)})
		joint := seam.Joint{From: from, Wish: wishOf(s)}
		if t := f.Take(s); t != nil {
			if joint.Anew = t.Anew(); t.Led() {
				joint.Led = timeline.Conformed(facts)
			}
		}
		j.joints = append(j.joints, joint)
	}
	links, err := j.measure(ctx, j.items)
	for i := range links {
		j.joints[i].Link = links[i]
	}
	return j, err
}

// oneByOne is told by many goroutines, one call at a time. nil stays nil.
func oneByOne(told func([]string)) func([]string) {
	if told == nil {
		return nil
	}
	var mu sync.Mutex
	return func(argv []string) {
		mu.Lock()
		defer mu.Unlock()
		told(argv)
	}
}

// parentsFirst are a film's shots, each behind the one that it continues; otherwise in film order.
func parentsFirst(sb *storyboard.Storyboard) []*storyboard.Shot {
	var all []*storyboard.Shot
	seen := map[*storyboard.Shot]bool{}
	for _, s := range sb.Shots() {
		var up []*storyboard.Shot
		for at := s; at != nil && !seen[at]; at, _ = sb.Shot(at.From) {
			seen[at] = true
			up = append(up, at)
		}
		slices.Reverse(up)
		all = append(all, up...)
	}
	return all
}

// seamAt is the seam that the i-th clip begins with.
func (j *joined) seamAt(i int, items []timeline.Item) render.Seam {
	s := render.Seam{From: items[j.joints[i].From], To: items[i]}
	if at := j.shots[i].At; at.Set {
		s.End = max(1, at.Value.Frame(timeline.Rate, s.From.Length-1)+1)
	}
	return s
}

// measure measures all links, of clips as they are or with their corrections. Two links of one clip wait for one another:
// its edges are made once.
func (j *joined) measure(ctx context.Context, items []timeline.Item) ([]seam.Link, error) {
	links, busy := make([]seam.Link, len(items)), make([]sync.Mutex, len(items))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i := range items {
		if j.joints[i].From == seam.Opening {
			continue
		}
		group.Go(func() (err error) {
			for _, clip := range []int{j.joints[i].From, i} { // in order, so nobody waits for ever
				busy[clip].Lock()
				defer busy[clip].Unlock()
			}
			if j.kept {
				link, ok := j.seamAt(i, items).Kept(j.target, j.how)
				if links[i] = link; !ok {
					return errUnkept
				}
				return nil
			}
			links[i], err = j.seamAt(i, items).Measure(ctx, j.target, j.how)
			return err
		})
	}
	return links, group.Wait()
}

// seams are the film's, with what was done about them.
func (j *joined) seams(ctx context.Context, done []seam.Correction) (*Seams, error) {
	all := &Seams{Variant: j.f.Variant}
	items := slices.Clone(j.items)
	var after []seam.Link
	if done != nil {
		for i := range items {
			items[i].Correction = done[i]
		}
		var err error
		if after, err = j.measure(ctx, items); err != nil {
			return nil, err
		}
	}
	for _, i := range j.inOrder() {
		if j.joints[i].From == seam.Opening {
			continue
		}
		s := Seam{Shot: j.shots[i].Name(), From: j.shots[i].From, Link: j.joints[i].Link, Seam: j.seamAt(i, items),
			target: j.target}
		if done != nil {
			s.Correction = done[i]
			if !done[i].None() || !done[j.joints[i].From].None() {
				s.After = &after[i]
			}
		}
		all.Links = append(all.Links, s)
	}
	all.Chains = j.chains(done)
	return all, nil
}

// inOrder are the clips' numbers in film order.
func (j *joined) inOrder() []int {
	place := map[*storyboard.Shot]int{}
	for i, s := range j.f.Shots() {
		place[s] = i
	}
	order := make([]int, len(j.shots))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return place[j.shots[a]] - place[j.shots[b]] })
	return order
}
