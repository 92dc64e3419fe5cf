package chain

import (
	"sync"

	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/chain/store"
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

// bill is what a task that made a clip cost: what the service says, else its billed tokens at the take's price, else
// the worst case.
func (v *life) bill(task provider.Task) money.Amount {
	switch {
	case task.Cost != (money.Amount{}):
		return task.Cost
	case task.Tokens <= 0 || v.t.Tokens <= 0:
		return v.t.Cost
	}
	return v.t.Price.Cost(task.Tokens)
}

// wasted closes an attempt whose task ended without a clip, and books it: what is not surely free stays in the purse.
// It returns the fault as it is told, and what was billed in this run, surely or perhaps.
func (v *life) wasted(a *store.Attempt, task provider.Task, f *provider.Fault) (
	told *provider.Fault, spent, unsure money.Amount) {
	told = withBill(f, task.Billed.Or(f.Billed).Or(v.plan.Graph.Service.Can.Failed))
	v.close(a, told)
	if told.Billed == provider.No {
		v.unhold()
		return told, spent, unsure
	}
	a.Billed, a.Cost = told.Billed.String(), task.Cost
	most := v.t.Cost
	if task.Cost != (money.Amount{}) {
		most = task.Cost
	}
	if v.held {
		v.purse.exchange(v.t.Cost, most)
		v.held = false
	}
	switch {
	case v.tries == 0: // an earlier run has paid it
	case told.Billed == provider.Yes:
		spent = most
	default:
		unsure = most
	}
	return told, spent, unsure
}

// withBill is a fault that says in its hint what is known of its bill. Where nothing was billed and there is no hint, there
// is nothing to add.
func withBill(f *provider.Fault, billed provider.Answer) *provider.Fault {
	told := *f
	told.Billed = billed
	words := map[provider.Answer]string{provider.Yes: "it is billed all the same", provider.No: "nothing was billed",
		provider.Unknown: "it may be billed all the same: the service's account knows"}[billed]
	if billed != provider.No || f.Hint != "" {
		told.Hint = joined(f.Hint, words)
	}
	return &told
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
