package chain

import (
	"math/rand/v2"
	"sync"
)

// The range of execution_expires_after and what the provider takes where none is asked for, seconds (ark-api.md §2).
const (
	minExpiry     = 3600
	maxExpiry     = 259200
	defaultExpiry = 172800
)

// markSpread is how far a mark may be from the expiry that a film asks for, seconds.
const markSpread = 3600

// marks chooses the execution_expires_after of each attempt. The provider echoes it, so a task whose create call was
// never answered can be told from all others. No two attempts of a run share one. Safe for concurrent use.
type marks struct {
	mu    sync.Mutex
	taken map[int]bool // guarded by mu
}

// choose is up to an hour from what the film asks for – sooner, where there is room for sooner – or anything from one
// day up where it asks for nothing. It is never the provider's own default, which everybody's tasks have.
func (m *marks) choose(asked int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.taken == nil {
		m.taken = map[int]bool{defaultExpiry: true}
	}
	low, n := defaultExpiry/2, maxExpiry-defaultExpiry/2+1
	if asked != 0 {
		low, n = max(minExpiry, asked-markSpread), markSpread
	}
	mark := low + rand.IntN(n)
	for tries := 0; m.taken[mark] && tries < 2*n; tries++ { // a run of more takes than there are marks shares some
		mark = low + rand.IntN(n)
	}
	m.taken[mark] = true
	return mark
}
