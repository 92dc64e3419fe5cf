package render

import "sync"

// tally adds up the frames of segments that are made at the same time.
type tally struct {
	mu          sync.Mutex // guards what follows, and keeps calls of report apart
	done, total int
	report      func(done, total int)
}

func (t *tally) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done += n
	if t.report != nil && n != 0 {
		t.report(t.done, t.total)
	}
}

// part is the share of one segment. Used by one goroutine at a time.
type part struct {
	tally       *tally
	done, total int
}

func (t *tally) part(total int) *part { return &part{tally: t, total: total} }

// frames says how far the segment is.
func (p *part) frames(n int) {
	if n = min(n, p.total); n > p.done {
		p.tally.add(n - p.done)
		p.done = n
	}
}

func (p *part) finish() { p.frames(p.total) }
