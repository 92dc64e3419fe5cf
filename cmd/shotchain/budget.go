package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/internal/say"
)

// budgetFlags say how much a run may cost.
type budgetFlags struct {
	yes      bool
	maxCost  string
	maxTakes int
}

func (b *budgetFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVarP(&b.yes, "yes", "y", false, "buy without asking")
	fs.IntVar(&b.maxTakes, "max-takes", 0, "buy nothing where it would be more than `N` clips (default any number)")
	fs.StringVar(&b.maxCost, "max-cost", "", "buy nothing where all of it would cost more than `AMOUNT`, as 12.50, in the provider's currency")
}

var amountPattern = regexp.MustCompile(`^(\d{1,9})(?:\.(\d{1,6}))?$`)

// cap is the most that may be spent, in millionths; ok is false for no limit.
func (b *budgetFlags) cap() (micros int64, ok bool, err error) {
	if b.maxCost == "" {
		return 0, false, nil
	}
	m := amountPattern.FindStringSubmatch(b.maxCost)
	if m == nil {
		return 0, false, usage("write it as 12.50", "--max-cost %q is no amount", say.Clean(b.maxCost))
	}
	whole, _ := strconv.ParseInt(m[1], 10, 64)
	part, _ := strconv.ParseInt((m[2] + "000000")[:6], 10, 64)
	return whole*1_000_000 + part, true, nil
}

// allow decides whether a plan may be bought, asking where somebody is there. Nothing was bought when it says no.
func (p *program) allow(ctx context.Context, f *film, plan *chain.Plan, b *budgetFlags) error {
	most, capped, err := b.cap()
	if err != nil || plan.Buys == 0 {
		return err
	}
	total := chain.FormatMoney(plan.Total)
	if b.maxTakes > 0 && plan.Buys > b.maxTakes {
		return &Failure{Kind: OverBudget, Retry: []string{"--max-takes", strconv.Itoa(plan.Buys)}, Hint: fmt.Sprintf("allow it with --max-takes %d, or make a part of it with --only", plan.Buys),
			Message: fmt.Sprintf("it would make %s, more than the %d allowed; nothing was bought", say.Count(plan.Buys, "clip"), b.maxTakes)}
	}
	if capped && plan.Total.Micros > most {
		return &Failure{Kind: OverBudget, Retry: []string{"--max-cost", ceiling(plan.Total)},
			Message: fmt.Sprintf("it would cost %s, more than the %s allowed; nothing was bought", total,
				chain.FormatMoney(chain.Money{Micros: most, Currency: plan.Total.Currency})),
			Hint: "allow it with --max-cost " + ceiling(plan.Total)}
	}
	if f.service.simulated() || b.yes {
		return nil
	}
	if p.asks {
		question := fmt.Sprintf("Buy %s for at most %s?", say.Count(plan.Buys, "clip"), total)
		switch yes := p.ask(ctx.Done(), question); {
		case ctx.Err() != nil:
			return ctx.Err()
		case !yes:
			return &Failure{Kind: Failed, Message: "nothing was bought"}
		}
		return nil
	}
	if capped {
		return nil
	}
	return &Failure{Kind: Misused, Retry: []string{"--max-cost", ceiling(plan.Total)},
		Message: fmt.Sprintf("%s would cost at most %s, and there is nobody to ask", say.Count(plan.Buys, "clip"), total),
		Hint:    fmt.Sprintf("--yes buys it, --max-cost %s buys at most that", ceiling(plan.Total))}
}

// ceiling is an amount as --max-cost takes it, rounded up to cents.
func ceiling(m chain.Money) string {
	return strings.TrimLeft(chain.FormatMoney(chain.Money{Micros: m.Micros}), "¥$")
}
