package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/money"
	"shotchain/film"
	"shotchain/internal/say"
)

// bars show a run on a terminal: one line for each take under way, by the time that it usually takes, with what waits
// for it; below them the run as a whole. Takes that have ended scroll above, in film order: one that ends before
// those ahead of it waits for them there. Lines are cut to the terminal's width, whatever script they are in.
type bars struct {
	p     *program
	f     *film.Film
	all   *mpb.Progress
	width int // of the names

	mu     sync.Mutex
	began  time.Time
	plan   *chain.Plan                 // nil where none is known; guarded by mu
	live   map[*graph.Take]*liveBar    // guarded by mu
	ended  map[*graph.Take]chain.Event // guarded by mu
	order  []*graph.Take               // of the film; those that have been told are taken off. Guarded by mu
	spent  money.Amount                // guarded by mu
	said   atomic.Pointer[string]      // the last line: mpb asks for it while others wait for mpb, so it takes no lock
	total  *mpb.Bar
	joined *mpb.Bar // of the film; guarded by mu
	closed bool     // guarded by mu
	ticks  chan struct{}
	gone   sync.WaitGroup
}

type liveBar struct {
	*mpb.Bar
	began time.Time
	full  time.Duration

	mu    sync.Mutex
	stage string // guarded by mu
}

// resolution is the number of steps of a bar.
const resolution = 1000

// maxName is how many columns a take's name may have.
const maxName = 28

var barStyle = mpb.BarStyle().Lbound("▕").Filler("█").Tip("█").Padding(" ").Rbound("▏")

func newBars(p *program, f *film.Film) *bars {
	b := &bars{p: p, f: f, live: map[*graph.Take]*liveBar{}, ended: map[*graph.Take]chain.Event{},
		ticks: make(chan struct{}), began: time.Now(),
		all: mpb.New(mpb.WithOutput(p.screen), mpb.WithWidth(24), mpb.WithRefreshRate(150*time.Millisecond))}
	b.order = slices.Clone(f.Graph.Takes)
	slices.SortStableFunc(b.order, func(x, y *graph.Take) int { return cmp.Compare(x.Order, y.Order) })
	for _, t := range b.order {
		b.width = max(b.width, min(maxName, say.Width(t.Name())))
	}
	b.sum()
	b.total = b.all.New(1, mpb.NopStyle(), mpb.BarPriority(math.MaxInt32), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return *b.said.Load() })))
	b.gone.Add(1)
	go b.tick()
	return b
}

// expects tells the bars what is planned.
func (b *bars) expects(plan *chain.Plan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.plan = plan
}

// sum says in the last line how much is done, what it has cost, and how much longer it takes. Done is what has a clip.
func (b *bars) sum() {
	done, unpicked, failed := 0, 0, 0
	for _, e := range b.ended {
		switch e.Standing {
		case chain.Kept, chain.Cached:
			done++
		case chain.Unpicked:
			unpicked++
		case chain.Failed, chain.Unclear:
			failed++
		}
	}
	parts := []string{fmt.Sprintf("%d of %d done", done, len(b.f.Graph.Takes)), fmt.Sprintf("%d under way", len(b.live))}
	if unpicked > 0 {
		parts = append(parts, fmt.Sprintf("%d waiting for a pick", unpicked))
	}
	if failed > 0 {
		parts = append(parts, paint(b.p.colourErr, red, fmt.Sprintf("%d failed", failed)))
	}
	if rest := len(b.ended) - done - unpicked - failed; rest > 0 {
		parts = append(parts, fmt.Sprintf("%d not made", rest))
	}
	if b.plan != nil && !b.f.Service.Simulated() && b.plan.Total.Micros > 0 {
		spent := b.spent
		spent.Currency = b.plan.Total.Currency
		parts = append(parts, fmt.Sprintf("%s of at most %s", spent.String(), b.plan.Total.String()))
	}
	parts = append(parts, say.Took(time.Since(b.began)))
	if left := b.left(); left > 0 {
		parts = append(parts, "about "+say.Took(left)+" left")
	}
	line := strings.Join(parts, " · ")
	b.said.Store(&line)
}

// left is how much longer the run takes, about; zero where nobody knows.
func (b *bars) left() time.Duration {
	if b.plan == nil || len(b.ended) == len(b.f.Graph.Takes) {
		return 0
	}
	left := b.plan.Left(func(t *graph.Take) bool { _, ok := b.ended[t]; return ok }, func(t *graph.Take) time.Duration {
		if l := b.live[t]; l != nil {
			return time.Duration(float64(time.Since(l.began)) / float64(l.full) * float64(t.Expected))
		}
		return 0
	})
	if b.f.Service.Simulated() { // it films in about real time, not in the service's
		seconds, expected := 0, time.Duration(0)
		for _, t := range b.f.Graph.Takes {
			seconds, expected = seconds+t.Seconds, expected+t.Expected
		}
		left = time.Duration(float64(left) * float64(seconds) / max(1, expected.Seconds()))
	}
	return left
}

// tick moves the bars with time: a service tells no percentage.
func (b *bars) tick() {
	defer b.gone.Done()
	every := time.NewTicker(200 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-b.ticks:
			return
		case <-every.C:
			b.mu.Lock()
			for _, bar := range b.live {
				bar.SetCurrent(int64(progressed(time.Since(bar.began), bar.full) * resolution))
			}
			b.sum()
			b.mu.Unlock()
		}
	}
}

// progressed is how full a bar is. The time that a take usually has fills nine tenths; what is late creeps on and is
// never full, so that nothing looks done that is not.
func progressed(since, usual time.Duration) float64 {
	const soon = 0.9
	if since <= usual {
		return soon * float64(since) / float64(usual)
	}
	return 1 - (1-soon)*float64(usual)/float64(since)
}

func (b *bars) take(e chain.Event) {
	b.mu.Lock()
	bar := b.live[e.Take]
	var lines []string
	switch {
	case b.closed:
	case e.Standing.Final():
		delete(b.live, e.Take)
		b.ended[e.Take] = e
		b.spent = b.spent.Add(e.Cost)
		lines = b.told(false)
	case bar == nil:
		b.live[e.Take] = b.start(e)
	default:
		bar.says(string(e.Standing))
	}
	b.sum()
	b.mu.Unlock()
	if bar != nil && e.Standing.Final() {
		bar.Abort(true) // mpb: a bar that has a total cannot be completed by SetTotal, and Wait would hang
	}
	b.print(lines)
}

// told takes off the takes at the head of the film that have ended, and says what came of them. all takes those that
// have ended behind others too.
func (b *bars) told(all bool) (lines []string) {
	var waiting []*graph.Take
	for i, t := range b.order {
		e, ended := b.ended[t]
		if !ended && !all {
			waiting = append(waiting, b.order[i:]...)
			break
		}
		if ended && e.Standing != chain.Cached {
			lines = append(lines, b.line(e))
		}
	}
	b.order = waiting
	return lines
}

// line says at a glance what came of a take.
func (b *bars) line(e chain.Event) string {
	mark, colour := "–", dim
	switch e.Standing {
	case chain.Kept:
		mark, colour = "✓", green
	case chain.Failed, chain.Unclear:
		mark, colour = "✗", red
	}
	return paint(b.p.colourErr, colour, mark) + " " + eventLine(e, !b.f.Service.Simulated())
}

func (b *bars) print(lines []string) {
	for _, l := range lines {
		fmt.Fprintln(b.all, l)
	}
}

func (l *liveBar) says(stage string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stage = stage
}

func (l *liveBar) said() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stage
}

func (b *bars) start(e chain.Event) *liveBar {
	l := &liveBar{began: time.Now(), full: max(e.Take.Expected, time.Second), stage: string(e.Standing)}
	if b.f.Service.Simulated() { // it films in about real time
		l.full = time.Duration(max(e.Take.Seconds, 1)) * time.Second
	}
	name := say.Pad(say.Shorten(say.Clean(e.Take.Name()), b.width), b.width)
	l.Bar = b.all.New(resolution, barStyle, mpb.BarPriority(e.Take.Order), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return name + " " })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			return fmt.Sprintf(" %-11s %s%s", l.said(), say.Took(time.Since(l.began)), follows(e.Take))
		})))
	return l
}

// follows names what waits for a take.
func follows(t *graph.Take) string {
	if len(t.Grows) == 0 {
		return ""
	}
	s := "  then " + say.Clean(t.Grows[0].Name())
	if n := len(t.Grows) - 1; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}

func (b *bars) film(done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	if b.joined == nil || b.joined.Completed() {
		b.joined = b.all.New(int64(total), barStyle, mpb.BarPriority(math.MaxInt32-1), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return say.Pad("film", b.width) + " " })),
			mpb.AppendDecorators(decor.CountersNoUnit(" %d of %d frames")))
	}
	b.joined.SetCurrent(int64(done))
}

func (b *bars) close() {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return
	}
	b.closed = true
	close(b.ticks)
	ending := []*mpb.Bar{b.total, b.joined}
	for _, bar := range b.live {
		ending = append(ending, bar.Bar)
	}
	lines := b.told(true)
	b.mu.Unlock()
	b.print(lines)
	for _, bar := range ending {
		if bar != nil {
			bar.Abort(true)
		}
	}
	b.gone.Wait()
	b.all.Wait()
}
