package chain

import (
	"context"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// gate is shut for all takes when the provider told one of them that it is busy, so that many takes do not each
// find out for themselves. Safe for concurrent use.
type gate struct {
	mu   sync.Mutex
	open time.Time // nobody passes before
}

// shut keeps the gate shut for at least d from now.
func (g *gate) shut(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := time.Now().Add(d); t.After(g.open) {
		g.open = t
	}
}

// pass waits until the gate is open.
func (g *gate) pass(ctx context.Context) error {
	for {
		g.mu.Lock()
		d := time.Until(g.open)
		g.mu.Unlock()
		if d <= 0 {
			return ctx.Err()
		}
		if err := pause(ctx, d); err != nil {
			return err
		}
	}
}

// pauses are those between tries: they grow from a second to half a minute, and vary so that processes that were
// refused together do not come back together.
func (s *Shooter) pauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = time.Second, 30*time.Second
	if s.how.steady {
		b.RandomizationFactor = 0
	}
	return b
}

// pause waits for d or the context's end.
func pause(ctx context.Context, d time.Duration) error { return pauseOr(ctx, d, nil) }

// pauseOr is pause that ends early when something is received.
func pauseOr(ctx context.Context, d time.Duration, early <-chan struct{}) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-early:
		return nil
	case <-t.C:
		return nil
	}
}
