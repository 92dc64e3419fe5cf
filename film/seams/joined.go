package seams

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// Clip is a shot's clip, and how it was made.
type Clip struct {
	timeline.Clip
	Anew bool // its first frame is a picture that the clip before it was given to end on
	Led  bool // it was given a picture to end on
}

// Form is the form of the film in which its seams are measured.
type Form struct {
	render.Target
	Reframe string
}

// Joined are a film's clips with the links between them, each behind the one it grew from.
type Joined struct {
	sb     *storyboard.Storyboard
	shots  []*storyboard.Shot
	items  []timeline.Item
	joints []seam.Joint
	form   Form
	how    work.Options
	kept   bool // links are those that earlier films have left, and no others
}

// ErrUnkept is of a seam that no earlier film has left.
var ErrUnkept = errors.New("not measured yet")

// Measure measures the links between a film's clips: each once, then it is kept in the work folder.
func Measure(ctx context.Context, sb *storyboard.Storyboard, clips []Clip, form Form,
	how work.Options) (*Joined, error) {
	return join(ctx, clips, &Joined{sb: sb, form: form, how: how})
}

// Kept are the links as earlier films have left them in the work folder, and decodes nothing: ErrUnkept where one is not
// there.
func Kept(ctx context.Context, sb *storyboard.Storyboard, clips []Clip, form Form,
	how work.Options) (*Joined, error) {
	return join(ctx, clips, &Joined{sb: sb, form: form, how: how, kept: true})
}

func join(ctx context.Context, clips []Clip, j *Joined) (*Joined, error) {
	j.how.Progress = nil
	j.how.Trace, j.how.Ran = oneByOne(j.how.Trace), oneByOne(j.how.Ran)
	of, at := map[string]Clip{}, map[string]int{}
	for _, c := range clips {
		of[c.Shot] = c
	}
	for _, s := range parentsFirst(j.sb) {
		c, ok := of[s.Name()]
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
		j.items = append(j.items, timeline.Item{Clip: c.Clip, Source: facts, Length: timeline.Conformed(facts),
			Place: timeline.Placed(facts, j.form.Width, j.form.Height, j.form.Reframe)})
		joint := seam.Joint{From: from, Wish: wishOf(s), Anew: c.Anew}
		if c.Led {
			joint.Led = timeline.Conformed(facts)
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
func (j *Joined) seamAt(i int, items []timeline.Item) render.Seam {
	s := render.Seam{From: items[j.joints[i].From], To: items[i]}
	if at := j.shots[i].At; at.Set {
		s.End = max(1, at.Value.Frame(timeline.Rate, s.From.Length-1)+1)
	}
	return s
}

// measure measures all links, of clips as they are or with their corrections. Two links of one clip wait for one another:
// its edges are made once.
func (j *Joined) measure(ctx context.Context, items []timeline.Item) ([]seam.Link, error) {
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
				link, ok := j.seamAt(i, items).Kept(j.form.Target, j.how)
				if links[i] = link; !ok {
					return ErrUnkept
				}
				return nil
			}
			links[i], err = j.seamAt(i, items).Measure(ctx, j.form.Target, j.how)
			return err
		})
	}
	return links, group.Wait()
}

// inOrder are the clips' numbers in film order.
func (j *Joined) inOrder() []int {
	place := map[*storyboard.Shot]int{}
	for i, s := range j.sb.Shots() {
		place[s] = i
	}
	order := make([]int, len(j.shots))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return place[j.shots[a]] - place[j.shots[b]] })
	return order
}
