package main

import (
	"fmt"
	"sync"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/film"
	"shotchain/internal/say"
)

// progress tells how a run goes. Its methods may be called by many goroutines, one call at a time each.
type progress interface {
	take(chain.Event)
	film(done, total int) // frames of the film that are ready
	close()               // puts the terminal back in order; nothing is told after it
}

func (p *program) newProgress(f *film.Film) progress {
	switch {
	case p.json:
		return &jsonLines{p: p}
	case p.quiet:
		return silence{}
	case p.bars && !p.plain:
		return newBars(p, f)
	}
	return &lines{p: p, charged: !f.Service.Simulated(), last: map[*graph.Take]chain.Standing{}}
}

// progress tells how a plan is made.
func (p *program) progress(plan *film.Plan) progress {
	show := p.newProgress(plan.Film)
	if b, ok := show.(*bars); ok {
		b.expects(plan.Plan)
	}
	return show
}

type silence struct{}

func (silence) take(chain.Event) {}
func (silence) film(int, int)    {}
func (silence) close()           {}

type jsonLines struct{ p *program }

func (j *jsonLines) take(e chain.Event) {
	line := jsonEvent{Event: "take", Time: e.Time, Shot: e.Take.Shot.Name(), Take: e.Take.Number,
		Variant: e.Take.Variant(), Stage: string(e.Standing), Task: e.Task, Message: e.Message}
	if e.Standing == chain.Kept {
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
	last map[*graph.Take]chain.Standing // guarded by mu
}

func (l *lines) take(e chain.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last[e.Take] == e.Standing {
		return
	}
	l.last[e.Take] = e.Standing
	l.p.say("%s", eventLine(e, l.charged))
}

func (l *lines) film(int, int) {}
func (l *lines) close()        {}

// eventLine is an event in words. What a simulator would charge is not told: nobody pays it.
func eventLine(e chain.Event, charged bool) string {
	s := fmt.Sprintf("%s: %s", e.Take.Name(), e.Standing)
	if e.Task != "" && !e.Standing.Final() {
		s += ", task " + say.Clean(e.Task)
	}
	if e.Standing == chain.Kept && e.Cost.Micros > 0 && charged {
		s += ", " + e.Cost.String()
	}
	if e.Message != "" {
		s += ": " + say.Clean(e.Message)
	}
	return s
}
