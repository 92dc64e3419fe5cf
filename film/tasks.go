package film

import (
	"context"

	"shotchain/chain"
	"shotchain/chain/models"
	"shotchain/chain/store"
)

// Tasks are what earlier runs have bought of a service, or may have bought, and that is not kept yet.
type Tasks struct {
	Open   []chain.Open
	Others map[string]int // how many there are of other services, by their clips' namespace

	service Service
	models  *models.Catalogue
	store   *store.Store
}

// TasksOf finds a service's tasks in a store. What cannot be read is an Unclear failure, beside what could. Tasks of
// the built-in simulator ended with it. The catalogue is what they were asked for with, nil for the built-in one.
func TasksOf(st *store.Store, s Service, catalogue *models.Catalogue) (*Tasks, error) {
	t := &Tasks{service: s.OrSimulator(), models: catalogue, store: st, Others: map[string]int{}}
	all, unread := chain.Unfinished(st)
	for _, u := range all {
		switch {
		case u.Request.Provider != t.service.About.Namespace:
			t.Others[u.Request.Provider]++
		case !t.service.Simulated():
			t.Open = append(t.Open, u)
		}
	}
	if unread != nil {
		return t, &Failure{Kind: Unclear, Message: unread.Error(), Hint: "`shotchain store verify` looks closer"}
	}
	return t, nil
}

// Collect waits for the tasks and keeps what they made. It buys nothing. The error is that of chain.Collect.
func (t *Tasks) Collect(ctx context.Context, o MakeOptions) (*chain.Reel, error) {
	how, done, err := t.connect(o)
	if err != nil {
		return nil, err
	}
	defer done()
	how.Inspector, how.Observe, how.Timing = inspector{}, o.Observer.Take, o.Timing
	return chain.Collect(ctx, t.Open, how)
}

// Cancel ends the tasks that are still queued.
func (t *Tasks) Cancel(ctx context.Context, o MakeOptions) ([]chain.Cancellation, error) {
	if len(t.Open) == 0 {
		return nil, nil
	}
	how, done, err := t.connect(o)
	if err != nil {
		return nil, err
	}
	defer done()
	return chain.Cancel(ctx, t.Open, how), nil
}

func (t *Tasks) connect(o MakeOptions) (chain.RunOptions, func(), error) {
	provider, done, err := t.service.Connect(Connection{Key: o.Key, Version: o.Version, Models: t.models})
	if err != nil {
		return chain.RunOptions{}, nil, err
	}
	if o.Around != nil {
		provider = o.Around(provider)
	}
	return chain.RunOptions{Provider: provider, Store: t.store}, done, nil
}
