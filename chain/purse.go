package chain

import (
	"sync"

	"shotchain/chain/money"
)

// purse holds a run to what its plan said: the worst case is set aside before each create call, and exchanged for
// the bill when the task has ended. Safe for concurrent use.
type purse struct {
	mu    sync.Mutex
	cap   money.Amount
	taken int64 // billed or set aside, millionths
}

// reserve sets an amount aside; false where the plan's price would be passed.
func (p *purse) reserve(m money.Amount) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken+m.Micros > p.cap.Micros {
		return false
	}
	p.taken += m.Micros
	return true
}

// exchange replaces what was set aside by what was billed.
func (p *purse) exchange(reserved, billed money.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken += billed.Micros - reserved.Micros
}
