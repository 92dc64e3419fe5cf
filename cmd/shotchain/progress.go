package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"shotchain/chain"
)

// progress tells how a run goes. Its methods may be called by many goroutines, one call at a time each.
type progress interface {
	take(chain.Event)
	film(done, total int) // frames of the film that are ready
	close()               // puts the terminal back in order; nothing is told after it
}

func (p *program) newProgress(f *film) progress {
	switch {
	case p.json:
		return &jsonLines{p: p}
	case p.quiet:
		return silence{}
	case p.bars:
		return newBars(p, f)
	}
	return &lines{p: p, charged: !f.service.simulated(), last: map[*chain.Take]chain.Stage{}}
}

type silence struct{}

func (silence) take(chain.Event) {}
func (silence) film(int, int)    {}
func (silence) close()           {}

// jsonEvent is one line of a run with --json.
type jsonEvent struct {
	Event   string    `json:"event"` // take
	Time    time.Time `json:"time"`
	Shot    string    `json:"shot"`
	Variant string    `json:"variant,omitempty"` // the first that uses the take
	Take    int       `json:"take"`
	Stage   string    `json:"stage"`
	Task    string    `json:"task,omitempty"`
	Message string    `json:"message,omitempty"`
	Cost    *price    `json:"cost,omitempty"` // billed, when it is kept
}

type jsonLines struct{ p *program }

func (j *jsonLines) take(e chain.Event) {
	line := jsonEvent{Event: "take", Time: e.Time, Shot: e.Take.Shot.Name(), Take: e.Take.Number, Variant: e.Take.Variant(), Stage: string(e.Stage), Task: e.Task, Message: e.Message}
	if e.Stage == chain.StageKept {
		cost := priceOf(e.Cost)
		line.Cost = &cost
	}
	j.p.printJSON(line)
}

func (j *jsonLines) film(int, int) {}
func (j *jsonLines) close()        {}

// lines tell each change on a line of its own, for logs.
type lines struct {
	p       *program
	charged bool

	mu   sync.Mutex
	last map[*chain.Take]chain.Stage // guarded by mu
}

func (l *lines) take(e chain.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last[e.Take] == e.Stage {
		return
	}
	l.last[e.Take] = e.Stage
	l.p.say("%s", eventLine(e, l.charged))
}

func (l *lines) film(int, int) {}
func (l *lines) close()        {}

// eventLine is an event in words. What a simulator would charge is not told: nobody pays it.
func eventLine(e chain.Event, charged bool) string {
	s := fmt.Sprintf("%s: %s", e.Take.Name(), e.Stage)
	if e.Task != "" && !e.Stage.Final() {
		s += ", task " + clean(e.Task)
	}
	if e.Stage == chain.StageKept && e.Cost.Micros > 0 && charged {
		s += ", " + chain.FormatMoney(e.Cost)
	}
	if e.Message != "" {
		s += ": " + clean(e.Message)
	}
	return s
}

// bars show each take under way on a terminal, by the time it usually takes.
type bars struct {
	p     *program
	f     *film
	all   *mpb.Progress
	width int // of the names

	mu     sync.Mutex
	live   map[*chain.Take]*liveBar // guarded by mu
	joined *mpb.Bar                 // of the film; guarded by mu
	closed bool                     // guarded by mu
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

func newBars(p *program, f *film) *bars {
	b := &bars{p: p, f: f, live: map[*chain.Take]*liveBar{}, ticks: make(chan struct{}),
		all: mpb.New(mpb.WithOutput(p.err), mpb.WithWidth(40), mpb.WithRefreshRate(150*time.Millisecond))}
	for _, t := range f.graph.Takes {
		b.width = max(b.width, widths.StringWidth(t.Name()))
	}
	b.gone.Add(1)
	go b.tick()
	return b
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
				share := min(float64(time.Since(bar.began))/float64(bar.full), 0.98)
				bar.SetCurrent(int64(share * resolution))
			}
			b.mu.Unlock()
		}
	}
}

func (b *bars) take(e chain.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	bar := b.live[e.Take]
	switch {
	case b.closed:
	case e.Stage.Final():
		if bar != nil {
			bar.Abort(true) // mpb: a bar that has a total cannot be completed by SetTotal, and Wait would hang
			delete(b.live, e.Take)
		}
		if e.Stage != chain.StageCached {
			fmt.Fprintln(b.all, eventLine(e, !b.f.service.simulated()))
		}
	case bar == nil:
		b.live[e.Take] = b.start(e)
	default:
		bar.says(string(e.Stage))
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
	l := &liveBar{began: time.Now(), full: max(e.Take.Expected, time.Second), stage: string(e.Stage)}
	if b.f.service.simulated() { // it films in about real time
		l.full = time.Duration(max(e.Take.Seconds, 1)) * time.Second
	}
	l.Bar = b.all.New(resolution, mpb.BarStyle().Lbound("▕").Filler("█").Tip("█").Padding(" ").Rbound("▏"),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(e.Take.Name(), decor.WC{W: b.width + 1, C: decor.DindentRight})),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			return fmt.Sprintf(" %-11s %s", l.said(), took(time.Since(l.began)))
		})))
	return l
}

func (b *bars) film(done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	if b.joined == nil || b.joined.Completed() { // of the next variant
		b.joined = b.all.New(int64(total), mpb.BarStyle().Lbound("▕").Filler("█").Tip("█").Padding(" ").Rbound("▏"),
			mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name("film", decor.WC{W: b.width + 1, C: decor.DindentRight})),
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
	for _, bar := range b.live {
		bar.Abort(true)
	}
	if b.joined != nil {
		b.joined.Abort(true)
	}
	b.mu.Unlock()
	b.gone.Wait()
	b.all.Wait()
}
