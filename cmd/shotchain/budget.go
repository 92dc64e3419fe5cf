package main

import (
	"context"
	"fmt"

	"shotchain/film"
	"shotchain/internal/say"
)

// allow decides whether a plan may be bought, asking where somebody is there. Nothing was bought when it says no.
func (p *program) allow(ctx context.Context, plan *film.Plan, b budgetFlags) error {
	buys := plan.MayBuy()
	if err := b.Allows(plan); err != nil || buys == 0 || plan.Film.Service.Simulated() || b.yes {
		return err
	}
	what, total := say.Count(buys, "clip"), plan.Total.String()
	for _, other := range plan.Failover {
		if other.Buys > 0 {
			total += fmt.Sprintf(", or what goes to %s for at most %s there", other.Film.Service.Name, other.Total.String())
		}
	}
	if p.asks {
		switch yes := p.ask(ctx.Done(), fmt.Sprintf("Buy %s for at most %s?", what, total)); {
		case ctx.Err() != nil:
			return ctx.Err()
		case !yes:
			return &film.Failure{Kind: film.Failed, Message: "nothing was bought"}
		}
		return nil
	}
	if b.MaxCost != "" {
		return nil
	}
	return &film.Failure{Kind: film.Misused, Retry: []string{"--max-cost", plan.Ceiling()},
		Message: fmt.Sprintf("%s would cost at most %s, and there is nobody to ask", what, total),
		Hint:    fmt.Sprintf("--yes buys it, --max-cost %s buys at most that", plan.Ceiling())}
}
