package film

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"shotchain/chain"
	"shotchain/chain/money"
	"shotchain/internal/say"
)

// Budget bounds what a plan may buy. The zero value is no bound.
type Budget struct {
	MaxCost  string // "12.50" of the provider's currency; "" for any
	MaxTakes int    // clips; 0 for any number

	FailoverMaxCost string // as MaxCost, of what other services may make in the currency of those; "" for MaxCost
}

var amountPattern = regexp.MustCompile(`^(\d{1,9})(?:\.(\d{1,6}))?$`)

// Most is the most that may be spent, in millionths; ok is false for no limit.
func (b Budget) Most() (micros int64, ok bool, err error) {
	if b.MaxCost == "" {
		return 0, false, nil
	}
	m := amountPattern.FindStringSubmatch(b.MaxCost)
	if m == nil {
		return 0, false, misused("write it as 12.50", "--max-cost %q is no amount", say.Clean(b.MaxCost))
	}
	whole, _ := strconv.ParseInt(m[1], 10, 64)
	part, _ := strconv.ParseInt((m[2] + "000000")[:6], 10, 64)
	return whole*1_000_000 + part, true, nil
}

// Allows refuses a plan that would buy more: the failure is OverBudget, and says what would pass.
func (b Budget) Allows(p *Plan) error {
	most, capped, err := b.Most()
	buys := p.MayBuy()
	if err != nil || buys == 0 {
		return err
	}
	if b.MaxTakes > 0 && buys > b.MaxTakes {
		return &Failure{Kind: OverBudget, Retry: []string{"--max-takes", strconv.Itoa(buys)},
			Message: fmt.Sprintf("it would make %s, more than the %d allowed; nothing was bought", say.Count(buys, "clip"),
				b.MaxTakes),
			Hint: fmt.Sprintf("allow it with --max-takes %d, or make a part of it with --only", buys)}
	}
	if capped && p.Total.Micros > most {
		return &Failure{Kind: OverBudget, Retry: []string{"--max-cost", p.Ceiling()},
			Message: fmt.Sprintf("it would cost %s, more than the %s allowed; nothing was bought", p.Total.String(),
				money.Amount{Micros: most, Currency: p.Total.Currency}.String()),
			Hint: "allow it with --max-cost " + p.Ceiling()}
	}
	return b.allowsRoutes(p, most, capped)
}

// allowsRoutes refuses what the services that may stand in would charge. most is MaxCost, where there is one: of all
// services that charge in the plan's currency together, since each take is bought once.
func (b Budget) allowsRoutes(p *Plan, most int64, capped bool) error {
	theirs, set, err := Budget{MaxCost: b.FailoverMaxCost}.Most()
	if err != nil {
		return misused("write it as 12.50", "--failover-max-cost %q is no amount", say.Clean(b.FailoverMaxCost))
	}
	var plans []*chain.Plan
	for _, other := range p.Failover {
		plans = append(plans, other.Plan)
		switch total := other.Total; {
		case set && total.Micros > theirs:
			return &Failure{Kind: OverBudget, Retry: []string{"--failover-max-cost", other.Ceiling()},
				Message: fmt.Sprintf("it would cost %s at %s, more than the %s allowed there; nothing was bought", total.String(),
					other.Film.Service.Name, money.Amount{Micros: theirs, Currency: total.Currency}.String()),
				Hint: "allow it with --failover-max-cost " + other.Ceiling()}
		case !set && capped && total.Micros > 0 && total.Currency != p.Total.Currency:
			return misused("add --failover-max-cost "+other.Ceiling(), "--max-cost is in %s, and %s charges in %s",
				p.Total.Currency,
				other.Film.Service.Name, total.Currency)
		}
	}
	if worst := p.Worst(plans...); capped && !set && worst.Micros > most {
		return &Failure{Kind: OverBudget,
			Message: fmt.Sprintf(
				"with what may go to another provider it would cost %s, more than the %s allowed; nothing was bought",
				worst.String(), money.Amount{Micros: most, Currency: worst.Currency}.String()),
			Hint: "allow it with --max-cost, or bound the others with --failover-max-cost"}
	}
	return nil
}

// Ceiling is the plan's price as MaxCost takes it, rounded up to cents.
func (p *Plan) Ceiling() string {
	return strings.TrimLeft(p.Total.In("").String(), "¥$")
}
