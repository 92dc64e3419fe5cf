package chain

import (
	crypto "crypto/rand"
	"fmt"
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
	luck *rand.Rand // nil for the runtime's; guarded by mu

	mu    sync.Mutex
	taken map[int]bool // guarded by mu
}

// identifier is a safety_identifier that no other task of anybody has, for a take whose film names none. The provider
// echoes it too; unlike an expiry no gateway has a reason to round or bound it.
func (m *marks) identifier() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.luck != nil {
		return fmt.Sprintf("shotchain-%013X%013X", m.luck.Uint64()>>12, m.luck.Uint64()>>12)
	}
	return "shotchain-" + crypto.Text()
}

// choose is up to an hour from what the film asks for – sooner, where there is room for sooner – or from one day to
// two where it asks for nothing. It is never the provider's own default, which everybody's tasks have and which some
// gateways make of all that is longer, and never whole minutes, so that one that is rounded shows it.
func (m *marks) choose(asked int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.taken == nil {
		m.taken = map[int]bool{defaultExpiry: true}
	}
	low, n := defaultExpiry/2, defaultExpiry/2
	if asked != 0 {
		low, n = max(minExpiry, asked-markSpread), markSpread
	}
	draw := rand.IntN
	if m.luck != nil {
		draw = m.luck.IntN
	}
	mark := low + draw(n)
	for tries := 0; (m.taken[mark] || mark%60 == 0) && tries < 2*n; tries++ { // a run of more takes than there are marks shares some
		mark = low + draw(n)
	}
	m.taken[mark] = true
	return mark
}
