package sim

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"golang.org/x/time/rate"
)

// The vendor's limits per account; ark-api.md §1.
const (
	createPerMinute = 600
	getPerSecond    = 20
	listPerSecond   = 1
	deletePerSecond = 20
	queueLimit      = 100
)

// slack lets a client pass that keeps to a limit exactly, over a network whose delays vary.
const slack = 1.05

// maxAccounts bounds the memory that strangers' keys take.
const maxAccounts = 1024

// pace is one operation's limit: so many calls at once, and then so many each second.
type pace struct {
	perSecond float64
	burst     int
}

// paces hold one limiter for each account and operation. Guarded by the service's mutex.
type paces struct {
	limits   map[string]pace
	limiters map[string]*rate.Limiter
}

func newPaces(l Limits) paces {
	create := cmp.Or(l.CreatePerMinute, createPerMinute)
	p := map[string]pace{opCreate: {float64(create) / 60, create}}
	for op, n := range map[string]int{
		opGet:    cmp.Or(l.GetPerSecond, getPerSecond),
		opList:   cmp.Or(l.ListPerSecond, listPerSecond),
		opDelete: cmp.Or(l.DeletePerSecond, deletePerSecond),
	} {
		p[op] = pace{float64(n), n}
	}
	return paces{limits: p, limiters: map[string]*rate.Limiter{}}
}

// allow reports whether an account may make a call now.
func (p *paces) allow(owner, op string, now time.Time) bool {
	limit, ok := p.limits[op]
	if !ok || limit.burst < 0 {
		return true
	}
	key := owner + " " + op
	l := p.limiters[key]
	if l == nil {
		if len(p.limiters) > 4*maxAccounts {
			clear(p.limiters)
		}
		l = rate.NewLimiter(rate.Limit(limit.perSecond*slack), limit.burst)
		p.limiters[key] = l
	}
	return l.AllowN(now, 1)
}

// ownerOf names an account without its key.
func ownerOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}

// limitOf is the number of tasks that run at once in a task's group, and the group's name.
func (s *Service) limitOf(t *task) (string, int) {
	name, limit := t.owner+" "+t.model.Alias, t.model.Concurrency
	if r, _ := t.model.Resolution(t.resolution); r.Concurrency > 0 {
		name, limit = name+" "+t.resolution, r.Concurrency
	}
	switch n := s.o.Limits.Concurrency; {
	case n > 0:
		limit = n
	case n < 0:
		limit = 1 << 30
	}
	return name, limit
}

// full reports whether a group takes no more.
func (s *Service) full(g *group) bool {
	limit := cmp.Or(s.o.Limits.Queue, queueLimit)
	return limit >= 0 && g.running >= g.limit && len(g.queue) >= limit
}
