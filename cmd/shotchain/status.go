package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/internal/say"
)

// keeper are the options of verbs that work on a store without reading a storyboard.
type keeper struct{ stores storeFlags }

func (k *keeper) add(cmd *cobra.Command) {
	k.stores.add(cmd)
	cmd.Flags().Lookup("store").Usage = "the `FOLDER` that keeps the clips (default $SHOTCHAIN_STORE, else .shotchain beside FILE, or here)"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage("", "%s takes one storyboard, not %d", cmd.Name(), len(args))
		}
		return nil
	}
	cmd.ValidArgsFunction = completeFile
}

// peek opens the store for reading. A folder that is no store is an empty one.
func (p *program) peek(k keeper, args []string) (*store.Store, error) {
	return p.storeAt(k.stores, beside(args))
}

// beside is the folder of an optional storyboard.
func beside(args []string) string {
	if len(args) > 0 {
		return filepath.Dir(args[0])
	}
	return "."
}

func (p *program) statusVerb() *cobra.Command {
	var k keeper
	cmd := &cobra.Command{
		Use:   "status [FILE]",
		Short: "what is in flight, what was spent and what the store saved",
		Long: `Status reads the store beside FILE, or here, and tells which tasks earlier runs have bought that are not kept yet,
what all kept clips have cost, and what using them again has saved. It asks no provider and changes nothing.`,
		Example: "shotchain status film.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			st, err := p.peek(k, args)
			if err != nil {
				return err
			}
			s, err := look(st)
			if !p.json {
				p.printStatus(s)
			}
			var fail *Failure
			if err != nil {
				fail = &Failure{Kind: Unclear, Message: err.Error(), Hint: "`shotchain store verify` looks closer"}
			}
			return p.conclude(s.json(), fail)
		},
	}
	k.add(cmd)
	return cmd
}

// standing is what status tells of a store.
type standing struct {
	dir    string
	open   []chain.Open
	ledger []account
	runs   int
}

// account is what clips of one provider have cost and saved.
type account struct {
	provider     string
	clips        int
	spent, saved chain.Money
}

// look reads a store's standing. The error names what cannot be read, beside what can.
func look(st *store.Store) (standing, error) {
	s := standing{dir: st.Dir()}
	entries, err := st.Ls()
	if err != nil {
		return s, err
	}
	of := map[string]*account{}
	book := func(provider string) *account {
		if of[provider] == nil {
			of[provider] = &account{provider: provider}
		}
		return of[provider]
	}
	for _, e := range entries {
		if e.Clip != nil {
			a := book(e.Clip.Provider)
			a.clips++
			a.spent = plus(a.spent, e.Clip.Cost)
		}
	}
	runs := st.Runs()
	s.runs = len(runs)
	for _, r := range runs {
		a := book(r.Provider)
		a.saved = plus(a.saved, r.Saved)
	}
	for _, a := range of {
		s.ledger = append(s.ledger, *a)
	}
	slices.SortFunc(s.ledger, func(a, b account) int { return strings.Compare(a.provider, b.provider) })
	s.open, err = chain.Unfinished(st)
	return s, err
}

func plus(a, b chain.Money) chain.Money {
	if a.Currency == "" {
		a.Currency = b.Currency
	}
	a.Micros += b.Micros
	return a
}

// free reports whether a namespace's clips cost nothing.
func free(namespace string) bool { return namespace == providerSim }

func (p *program) printStatus(s standing) {
	if len(s.open) > 0 {
		t := newTable("SHOT", "FILM", "PROVIDER", "STATE", "TASK", "SINCE", ">AT MOST")
		for _, o := range s.open {
			t.add(o.Request.Shot, o.Request.Film, o.Request.Provider, attemptState(o), o.Attempt.Task,
				o.Attempt.IntendedAt.Local().Format(time.DateTime), chain.FormatMoney(o.Request.Worst))
		}
		t.write(p.out, nil)
		fmt.Fprintln(p.out)
	}
	fmt.Fprintf(p.out, "%s in flight.\n", say.Count(len(s.open), "task"))
	for _, a := range s.ledger {
		if free(a.provider) {
			fmt.Fprintf(p.out, "%s: %s, for nothing.\n", a.provider, say.Count(a.clips, "clip"))
			continue
		}
		fmt.Fprintf(p.out, "%s: %s kept, spent %s; using them again saved %s.\n", say.Clean(a.provider), say.Count(a.clips, "clip"),
			chain.FormatMoney(a.spent), chain.FormatMoney(chain.Money{Micros: a.saved.Micros, Currency: a.spent.Currency}))
	}
	if len(s.open) > 0 {
		p.say("`shotchain collect` fetches what is finished; `shotchain cancel` ends what is still queued")
	}
}

// attemptState is how far an open attempt has come, in words.
func attemptState(o chain.Open) string {
	if o.Attempt.State == store.Intended {
		return "unknown"
	}
	return "in flight"
}

type jsonOpen struct {
	Key       string    `json:"key"`
	Shot      string    `json:"shot"`
	Film      string    `json:"film"`
	Provider  string    `json:"provider"`
	State     string    `json:"state"` // in flight, unknown
	Task      string    `json:"task,omitempty"`
	RequestID string    `json:"request_id,omitempty"`
	Since     time.Time `json:"since"`
	AtMost    price     `json:"at_most"`
}

type jsonAccount struct {
	Provider string `json:"provider"`
	Clips    int    `json:"clips"`
	Spent    price  `json:"spent"`
	Saved    price  `json:"saved"`
}

// json is what status tells with --json.
func (s standing) json() map[string]any {
	open, ledger := []jsonOpen{}, []jsonAccount{}
	for _, o := range s.open {
		open = append(open, openJSON(o))
	}
	for _, a := range s.ledger {
		ledger = append(ledger, jsonAccount{a.provider, a.clips, priceOf(a.spent), priceOf(a.saved)})
	}
	return map[string]any{"store": s.dir, "in_flight": open, "ledger": ledger, "runs": s.runs}
}

func openJSON(o chain.Open) jsonOpen {
	return jsonOpen{Key: o.Dir.Key, Shot: o.Request.Shot, Film: o.Request.Film, Provider: o.Request.Provider,
		State: attemptState(o), Task: o.Attempt.Task, RequestID: o.Attempt.RequestID, Since: o.Attempt.IntendedAt,
		AtMost: priceOf(o.Request.Worst)}
}
