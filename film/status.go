package film

import (
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/chain/money"
	"shotchain/chain/store"
)

// Status is what status tells of a store.
type Status struct {
	Dir    string
	Open   []chain.Open // what may still turn into a clip or a bill
	Ledger []Account    // by provider
	Runs   int
}

// Account is what clips of one provider have cost and saved.
type Account struct {
	Provider     string
	Clips        int
	Spent, Saved money.Amount
}

// StatusOf reads how a store stands. The error names what cannot be read, beside what can.
func StatusOf(st *store.Store) (Status, error) {
	s := Status{Dir: st.Dir()}
	entries, err := st.Ls()
	if err != nil {
		return s, err
	}
	of := map[string]*Account{}
	book := func(provider string) *Account {
		if of[provider] == nil {
			of[provider] = &Account{Provider: provider}
		}
		return of[provider]
	}
	for _, e := range entries {
		if e.Clip != nil {
			a := book(e.Clip.Provider)
			a.Clips++
			a.Spent = a.Spent.Add(e.Clip.Cost)
		}
	}
	runs := st.Runs()
	s.Runs = len(runs)
	for _, r := range runs {
		a := book(r.Provider)
		a.Saved = a.Saved.Add(r.Saved)
	}
	for _, a := range of {
		s.Ledger = append(s.Ledger, *a)
	}
	slices.SortFunc(s.Ledger, func(a, b Account) int { return strings.Compare(a.Provider, b.Provider) })
	s.Open, err = chain.Unfinished(st)
	return s, err
}
