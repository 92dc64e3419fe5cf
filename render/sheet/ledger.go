package sheet

// This file tells what was spent and saved.

import (
	"fmt"
	"strconv"

	"shotchain/chain/money"
	"shotchain/internal/say"
)

// ledger tells what was spent and saved. Prices of clips that nobody was charged for say so.
func (p *Page) ledger() []fact {
	var worth money.Sums
	var tokens int64
	kept, done, wanted := map[string]bool{}, 0, 0
	var none money.Amount // nothing, in the currency that there will be
	for f := range p.Films {
		for s := range p.Films[f].Shots {
			if p.Films[f].Shots[s].Footage != "" {
				continue // nobody makes it
			}
			for _, t := range p.Films[f].Shots[s].Takes {
				wanted++
				if none.Currency == "" {
					none.Currency = t.Cost.Currency
				}
				if t.Clip == nil {
					continue
				}
				done++
				if kept[t.Clip.Video] {
					continue
				}
				kept[t.Clip.Video] = true
				worth = worth.Add(t.Cost)
				tokens += t.Tokens
			}
		}
	}
	note := ""
	if !p.Charged {
		note = "simulated, not charged"
	}
	shared := ""
	if len(kept) < done {
		shared = say.Count(len(kept), "clip") + ", some of them shared"
	}
	cost := worth.String()
	if len(worth) == 0 {
		cost = none.String()
	}
	all := []fact{{"Takes", fmt.Sprintf("%d of %d", done, wanted), shared}, {"Cost", cost, note},
		{"Tokens", grouped(tokens), ""}}
	if p.Run == nil {
		return all
	}
	made := "made " + say.Count(p.Run.Bought, "clip")
	if p.Charged {
		made = "bought " + say.Count(p.Run.Bought, "clip")
	}
	all = append(all, fact{"Last run", say.Took(p.Run.Took), made + ", " + p.Run.Began.Format("2 Jan 15:04")})
	var nothing money.Amount // gives a run that spent nothing its currency
	if len(worth) > 0 {
		nothing.Currency = worth[0].Currency
	}
	if p.Charged {
		all = append(all, fact{"Spent", p.Run.Spent.Add(nothing).String(), ""})
	}
	return append(all,
		fact{"Saved", p.Run.Saved.Add(nothing).String(), say.Count(p.Run.Reused, "clip") + " from the store"})
}

// grouped writes a number with its thousands apart: 108 900.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
