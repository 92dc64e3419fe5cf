package chain

import "time"

// Left is how much longer a run of the plan takes, about: done says which takes have ended, and ran for how long each
// of the others has been under way, zero where it has not begun.
func (p *Plan) Left(done func(*Take) bool, ran func(*Take) time.Duration) time.Duration {
	left := p.forecast(func(t *Take) bool { return !done(t) })
	var first *Take // what is under way and holds up the most
	for _, t := range p.Graph.Takes {
		if !done(t) && ran(t) > 0 && (first == nil || t.Remaining > first.Remaining) {
			first = t
		}
	}
	if first != nil {
		left -= min(ran(first), first.Expected)
	}
	return max(0, left)
}
