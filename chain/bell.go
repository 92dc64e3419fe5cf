package chain

import (
	"strings"
	"sync"
)

// Bell wakes the takes that wait for a task before their time has come, as a callback of the provider does. It is a
// hint and nothing more: whoever is woken asks the provider. The zero Bell is ready; it is safe for concurrent use.
type Bell struct {
	mu    sync.Mutex
	ropes map[string]chan struct{} // by task
}

// Ring wakes whoever waits for the task; where nobody does, nothing happens. A provider whose tasks have a path for an
// id may name the path's last part.
func (b *Bell) Ring(task string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, rope := range b.ropes {
		if id != task && (task == "" || !strings.HasSuffix(id, "/"+task)) {
			continue
		}
		select {
		case rope <- struct{}{}:
		default:
		}
	}
}

// hear is where a waiting take hears its task's bell until leave is called. A nil Bell never rings.
func (b *Bell) hear(task string) (rung <-chan struct{}, leave func()) {
	if b == nil {
		return nil, func() {}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ropes == nil {
		b.ropes = map[string]chan struct{}{}
	}
	c := make(chan struct{}, 1)
	b.ropes[task] = c
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.ropes, task)
	}
}
