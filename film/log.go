package film

import (
	"context"
	"sync"
	"time"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/render/ffmpeg"
)

// runLog remembers what went on in a run, for trace. Safe for concurrent use.
type runLog struct {
	also func(chain.Event) // nil for nobody

	mu     sync.Mutex
	events []store.RunEvent // guarded by mu
}

// take notes a stage of a take, and passes it on.
func (l *runLog) take(e chain.Event) {
	l.mu.Lock()
	l.events = append(l.events, store.RunEvent{At: e.Time.UTC(), Variant: e.Take.Variant(), Shot: e.Take.Shot.Name(),
		Take: e.Take.Number, Stage: string(e.Standing), Task: e.Task, Message: e.Message})
	l.mu.Unlock()
	if l.also != nil {
		l.also(e)
	}
}

// steps is ctx with ears for ffmpeg: each of its runs is noted. The shots that it works for are a variant's; "" where
// there is none, or they tell it themselves.
func (l *runLog) steps(ctx context.Context, variant string) context.Context {
	return ffmpeg.Traced(ctx, func(s ffmpeg.Step) {
		shots := s.Shots
		if variant != "" {
			shots = nil
			for _, name := range s.Shots {
				shots = append(shots, variant+":"+name)
			}
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.events = append(l.events, store.RunEvent{At: s.Began.UTC(), Until: s.Ended.UTC(), Step: s.What, Shots: shots})
	})
}

// note writes down what a run did, for status and trace.
func (m *Made) note(began time.Time) {
	f, r := m.plan.Film, m.Reel
	m.run = &store.Run{Film: f.Name(), File: f.File, Provider: f.Service.About.Namespace, Draft: f.Draft,
		Began: began.UTC(), Ended: time.Now().UTC(), Bought: r.Count(chain.Kept), Reused: r.Count(chain.Cached),
		Failed: r.Count(chain.Failed) + r.Count(chain.Unclear), Spent: r.Spent, Saved: r.Saved}
	m.write()
}

// write writes what is known of a run now. Nothing depends on it, so a disk that will not take it is no failure.
func (m *Made) write() {
	m.log.mu.Lock()
	defer m.log.mu.Unlock()
	if err := m.plan.Film.Store.PutRun(m.run, m.log.events...); err != nil {
		m.o.note("the run could not be noted: %v", err)
	}
}
