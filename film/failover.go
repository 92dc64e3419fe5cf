package film

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/internal/say"
)

// openRoutes opens the film for the services that may stand in for its own, in their order. What one of them cannot do
// of it is the storyboard's problem.
func (f *Film) openRoutes(ctx context.Context, o Options) error {
	route := o
	route.Failover, route.Choose, route.Scratch = nil, nil, f.temps
	for _, s := range o.Failover {
		switch {
		case f.Draft:
			return misused("make the drafts at one provider", "--failover is for the film, not for its drafts")
		case s.Simulated() || f.Service.Simulated():
			return misused("", "--failover goes from one paid provider to another: the simulator refuses nothing")
		case s.About.Same(f.Service.About):
			return misused("", "--failover %s is the film's own provider", s.Name)
		}
		route.Service = s
		other, err := Of(ctx, f.Storyboard, f.Path, route)
		if err != nil {
			return err
		}
		other.Drafts = nil
		f.Failover = append(f.Failover, other)
	}
	return nil
}

// planRoutes plans what each of the other services would make if those before it took on nothing more.
func (p *Plan) planRoutes(ctx context.Context, how chain.PlanOptions) error {
	before := p.Plan
	for i, other := range p.Film.Failover {
		plan, err := chain.Make(ctx, other.Graph, other.Store, p.asked.once(i+1, chain.PlanOptions{Limit: how.Limit,
			FilmID: other.id(), Only: how.Only, StopAt: how.StopAt, Resubmit: how.Resubmit,
			After: before, Settled: p.asked.ran[i] != nil}))
		if err != nil {
			return err
		}
		p.Failover = append(p.Failover, &Plan{Plan: plan, Film: other, first: p})
		before = plan
	}
	return nil
}

// turnedAway reports whether a service refused the account, or could not be reached, for a clip that is missing now.
func turnedAway(r *chain.Reel) bool {
	for _, o := range r.Outcomes {
		if f := (*provider.Fault)(nil); !o.Ok() && errors.As(o.Fault, &f) {
			switch f.Class {
			case provider.Account, provider.Quota, provider.Busy:
				return true
			}
		}
	}
	return false
}

// routes are what several services made of one film so far.
type routes struct {
	promised []money.Amount      // of each service, the film's own first: what it may still charge
	last     map[int]*chain.Reel // of those that have made something: how its last run ended
	idle     map[int]bool        // those that were gone back to, for nothing
}

// Failover is what goes on at another of the services that the film was opened with. That is the next one, now that the
// one that made this has refused the account or could not be reached, or where the next one has something under way:
// only takes that nothing was made, or may have been made, of. Where none is left, it is one that was left with clips
// under way: they are paid for, and are collected. nil where there is nothing to go on with. It spends nothing; it is
// made as any plan is, all that it charges at most what the first plan said for that service.
func (m *Made) Failover(ctx context.Context) (*Plan, error) {
	first := m.plan.first
	if first == nil {
		first = m.plan
	}
	if len(first.Failover) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	first.noteRoute(m)
	how := first.asked
	how.ran = first.routes.last
	fresh, err := first.Film.Plan(ctx, how)
	if err != nil {
		return nil, err
	}
	n := first.nextRoute(m, fresh)
	if n < 0 {
		return nil, nil
	}
	next, promised := fresh.at(n), first.routes.promised[n]
	if next.Total.Micros+next.Held.Micros > promised.Micros {
		return nil, &Failure{Kind: OverBudget,
			Message: fmt.Sprintf("%s would cost %s at %s, more than the %s that were said before; nothing was bought there",
				say.Count(next.Buys, "clip"), next.Total.String(), next.Film.Service.Name, promised.String())}
	}
	next.first = first
	if err := next.Into(first.into); err != nil {
		return nil, err
	}
	return next, next.Foresee(ctx)
}

// at is the plan of one of the film's services, its own first.
func (p *Plan) at(n int) *Plan {
	if n == 0 {
		return p
	}
	return p.Failover[n-1]
}

// noteRoute takes down how a run of one of the services ended.
func (p *Plan) noteRoute(m *Made) {
	if p.routes == nil {
		p.routes = &routes{last: map[int]*chain.Reel{}, idle: map[int]bool{}}
		for n := range len(p.Failover) + 1 {
			p.routes.promised = append(p.routes.promised, p.at(n).Total.Add(p.at(n).Held))
		}
	}
	n := p.routeOf(m.plan.Film)
	_, went := p.routes.last[n]
	p.routes.idle[n] = went && m.Reel.Count(chain.Kept) == 0 // it is no use to go there once more
	p.routes.last[n] = m.Reel
	p.routes.promised[n].Micros -= m.Reel.Spent.Micros // all services' amounts are in their own currency
}

// routeOf finds the service that a film was opened for.
func (p *Plan) routeOf(f *Film) int {
	return 1 + slices.IndexFunc(p.Failover, func(other *Plan) bool { return other.Film == f })
}

// nextRoute chooses a service to go on at; -1 for none. fresh is the plan of what is there by now.
func (p *Plan) nextRoute(m *Made, fresh *Plan) int {
	refused := turnedAway(m.Reel)
	for n := p.routeOf(m.plan.Film) + 1; n <= len(p.Failover); n++ {
		if next := fresh.at(n); refused && next.Buys > 0 || next.collects() > 0 {
			return n
		}
	}
	for n := range len(p.Failover) + 1 {
		if reel := p.routes.last[n]; reel != nil && reel != m.Reel && reel.Count(chain.InFlight) > 0 && !p.routes.idle[n] {
			return n
		}
	}
	return -1
}

// Does says what goes on at a service after others.
func (p *Plan) Does() string {
	var parts []string
	if n := p.collects(); n > 0 {
		parts = append(parts, say.Count(n, "clip")+" to collect")
	}
	if p.Buys > 0 {
		parts = append(parts, fmt.Sprintf("%s to buy, for at most %s", say.Count(p.Buys, "clip"), p.Total.String()))
	}
	return strings.Join(parts, ", ")
}

// MayBuy is how many clips may be bought, at whichever of the film's services.
func (p *Plan) MayBuy() int {
	most := p.Buys
	for _, other := range p.Failover {
		most = max(most, other.Buys)
	}
	return most
}

// collects counts the takes that the plan's service has, or may have, under way.
func (p *Plan) collects() (n int) {
	for i := range p.Takes {
		switch p.Takes[i].Standing {
		case chain.InFlight, chain.Unclear:
			n++
		}
	}
	return n
}

// Unsettled is how a film ended that several services have made, from how it ended at the last: where it lacks something,
// what nobody knows the fate of at an earlier one comes first.
func Unsettled(ctx context.Context, earlier []*Made, err error) error {
	if err == nil || AsFailure(ctx, err).Kind != Incomplete {
		return err
	}
	for _, m := range earlier {
		if m.Reel.Count(chain.Unclear) > 0 {
			if fail := m.Film().Outcome(ctx, m.Reel, nil); fail != nil {
				return fail
			}
		}
	}
	return err
}

// Film is the film that was made: at the service that made it last.
func (m *Made) Film() *Film { return m.plan.Film }

// FailoverLines say what the other services would make, at most, where the film's own refuses the account or is out of
// reach; none without such services.
func (p *Plan) FailoverLines() (lines []string) {
	for _, other := range p.Failover {
		var line string
		switch there, name := other.collects(), other.Film.Service.Name; {
		case there > 0 && other.Buys > 0:
			line = fmt.Sprintf("%s has %s under way: they are collected, and at most %s more made there, for at most %s.", name,
				say.Count(there, "clip"), say.Count(other.Buys, "clip"), other.Total.String())
		case there > 0:
			line = fmt.Sprintf("%s has %s under way: they are collected.", name, say.Count(there, "clip"))
		case other.Buys > 0 && p.Buys+p.collects() > 0:
			line = fmt.Sprintf(
				"Where %s refuses the account or cannot be reached, %s makes what was not begun: at most %s, for at most %s.",
				p.Film.Service.Name, name, say.Count(other.Buys, "clip"), other.Total.String())
		default:
			continue
		}
		if other.continues() {
			line += " A chain that was begun goes on there from the last picture of its clips: colours and sharpness may change at " +
				"that join, and where a face in it can be recognised, the clip is likely refused."
		}
		lines = append(lines, line)
	}
	return lines
}

// continues reports whether something that is to be bought grows from something else.
func (p *Plan) continues() bool {
	for i := range p.Takes {
		if t := &p.Takes[i]; t.Cost.Micros > 0 && t.Take.From != nil {
			return true
		}
	}
	return false
}

// SeamLines name the joins at which a chain goes over from one service to another.
func (p *Plan) SeamLines() (lines []string) {
	for i := range p.Takes {
		pt := &p.Takes[i]
		if pt.Cost.Micros == 0 || pt.Take.From == nil {
			continue
		}
		if at := p.Of(pt.Take.From).Elsewhere; at != "" {
			lines = append(lines,
				fmt.Sprintf("%s goes on at %s where %s of %s ends: colours and sharpness may change at that join.",
					pt.Take.Name(), p.Film.Service.Name, pt.Take.From.Name(), strings.Split(at, "@")[0]))
		}
	}
	return lines
}
