package ark

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/time/rate"
)

// Pace is how often one kind of call may be made: Burst at once, PerSecond in the long run.
// PerSecond may be math.Inf(1).
type Pace struct {
	PerSecond float64
	Burst     int
}

// Paces are the paces of the four calls. A zero one is the vendor's limit, see VendorPaces.
type Paces struct{ Create, Get, List, Delete Pace }

// VendorPaces stay under the vendor's limits for one account in any window, also where the network bunches calls
// together: create 600 a minute, get and delete 20 a second, list 1 a second. (Individual accounts: create 180.)
var VendorPaces = Paces{
	Create: Pace{PerSecond: 9.8, Burst: 10},    // 10 + 9.8 × 60 = 598
	Get:    Pace{PerSecond: 18, Burst: 2},      // 2 + 18 = 20
	List:   Pace{PerSecond: 1 / 1.1, Burst: 1}, // one at a time, 100 ms of slack for the network
	Delete: Pace{PerSecond: 18, Burst: 2},
}

// pacer makes the calls of one kind wait for their turn.
type pacer struct{ l *rate.Limiter }

// pacers are shared by all goroutines of a client.
type pacers struct{ create, get, list, delete pacer }

func newPacers(p Paces) pacers {
	return pacers{
		create: newPacer(p.Create, VendorPaces.Create),
		get:    newPacer(p.Get, VendorPaces.Get),
		list:   newPacer(p.List, VendorPaces.List),
		delete: newPacer(p.Delete, VendorPaces.Delete),
	}
}

func newPacer(p, vendor Pace) pacer {
	p = cmp.Or(p, vendor)
	return pacer{rate.NewLimiter(rate.Limit(p.PerSecond), max(p.Burst, 1))}
}

// wait returns when it is the caller's turn, or the context's error. It does not use Limiter.Wait, which fails with
// an error of its own as soon as it sees that the deadline will come first.
func (p pacer) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := p.l.Reserve()
	d := r.Delay()
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		r.Cancel()
		return ctx.Err()
	}
}
