package film

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shotchain/chain"
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
	for _, other := range p.Film.Failover {
		plan, err := chain.Make(ctx, other.Graph, other.Store, chain.PlanOptions{Limit: how.Limit, FilmID: other.id(),
			Only: how.Only, StopAt: how.StopAt, After: before})
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

// Failover is what goes on at the next of the services that the film was opened with, now that the one that made this has
// refused the account, or could not be reached: only takes that nothing was made, or may have been made, of. nil where
// there is nothing to go on with. It spends nothing; it is made as any plan is, at most at the price that the first
// plan said for that service.
func (m *Made) Failover(ctx context.Context) (*Plan, error) {
	first := m.plan.first
	if first == nil {
		first = m.plan
	}
	// The next service: the first of them after the film's own, which is not among them.
	n := 1 + slices.IndexFunc(first.Failover, func(p *Plan) bool { return p.Film == m.plan.Film })
	if ctx.Err() != nil || n >= len(first.Failover) || !turnedAway(m.Reel) {
		return nil, nil
	}
	again, err := first.Film.Plan(ctx, first.asked)
	if err != nil {
		return nil, err
	}
	next, promised := again.Failover[n], first.Failover[n].Total
	switch {
	case next.Buys == 0:
		return nil, nil
	case next.Total.Micros > promised.Micros:
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
		if other.Buys == 0 || p.Buys == 0 {
			continue
		}
		line := fmt.Sprintf(
			"Where %s refuses the account or cannot be reached, %s makes what was not begun: at most %s, for at most %s.",
			p.Film.Service.Name, other.Film.Service.Name, say.Count(other.Buys, "clip"), other.Total.String())
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
