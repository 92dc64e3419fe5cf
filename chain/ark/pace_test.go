package ark

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// In no window of the vendor's are more calls made than it allows, by however many goroutines.
func TestVendorPaces(t *testing.T) {
	for name, c := range map[string]struct {
		pace   func(*pacers) pacer
		window time.Duration
		most   int
	}{
		"create": {func(p *pacers) pacer { return p.create }, time.Minute, 600},
		"get":    {func(p *pacers) pacer { return p.get }, time.Second, 20},
		"list":   {func(p *pacers) pacer { return p.list }, time.Second, 1},
		"delete": {func(p *pacers) pacer { return p.delete }, time.Second, 20},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := newPacers(Paces{})
				p := c.pace(&all)
				var mu sync.Mutex
				var times []time.Time
				var group sync.WaitGroup
				n := 3*c.most + 5
				for range n {
					group.Go(func() {
						require.NoError(t, p.wait(t.Context()))
						mu.Lock()
						defer mu.Unlock()
						times = append(times, time.Now())
					})
				}
				group.Wait()
				for i := range times {
					if i+c.most < n {
						require.Greater(t, times[i+c.most].Sub(times[i]), c.window-time.Millisecond)
					}
				}
				took := times[n-1].Sub(times[0])
				require.Less(t, took, time.Duration(float64(n)/float64(c.most)*1.2*float64(c.window))+time.Second,
					"and it is not slower than it must be")
			})
		})
	}
}

// A caller that gives up does not use up a turn.
func TestPaceGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pace{PerSecond: 0.1, Burst: 1}, Pace{})
		require.NoError(t, p.wait(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		require.Equal(t, context.DeadlineExceeded, p.wait(ctx))
		require.Equal(t, time.Second, time.Since(start))
		require.NoError(t, p.wait(t.Context()))
		require.Equal(t, 10*time.Second, time.Since(start))
	})
}
