package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/film"
	"shotchain/internal/say"
)

// everywhere is --compare without a list.
const everywhere = "all"

// compare is plan with --compare: the same film at several providers.
func (p *program) compare(ctx context.Context, path string, o *runFlags, among string) error {
	if o.film.provider != "" || o.film.base != "" {
		return usage("name them: --compare=ark,fal", "--compare chooses the providers itself")
	}
	catalogue, err := o.film.catalogue()
	if err != nil {
		return err
	}
	var names []string
	if among != everywhere {
		names = strings.Split(among, ",")
	}
	sellers, err := film.Sellers(names, p.env, catalogue)
	if err != nil {
		return err
	}
	how, err := p.film(o.film, o.stores)
	if err != nil {
		return err
	}
	all, err := film.Compare(ctx, path, how, sellers, p.env, o.limits.PlanOptions)
	if err != nil {
		return err
	}
	if !p.json {
		p.printQuotes(all)
	}
	var fail *film.Failure
	if !slices.ContainsFunc(all, func(q film.Quote) bool { return q.Plan != nil }) {
		fail = &film.Failure{Kind: film.Miswritten, Message: "none of them can make the film"}
	}
	return p.conclude(quotesJSON(all), fail)
}

// printQuotes shows them side by side, and below what there is to know of each.
func (p *program) printQuotes(all []film.Quote) {
	t := newTable("PROVIDER", "KEY", ">CACHED", ">TO BUY", ">AT MOST", ">WHOLE FILM", "CANNOT")
	for _, q := range all {
		key, cached, buys, most, whole, cannot := "set", "-", "-", "-", "-", "-"
		if !q.Keyed {
			key = "no " + q.Service.KeyEnv
		}
		if q.Plan == nil {
			cannot = say.Count(len(q.Problems), "thing")
		} else {
			cached, buys = fmt.Sprint(q.Plan.Count(chain.Cached)), fmt.Sprint(q.Plan.Buys)
			most, whole = q.Plan.Total.In(q.Whole.Currency).String(), q.Whole.String()
		}
		t.add(q.Service.Name, key, cached, buys, most, whole, cannot)
	}
	t.write(p.out, func(row, column int) string {
		if !p.colourOut || row > len(all) || all[row-1].Plan != nil {
			return ""
		}
		return dim
	})
	for _, q := range all {
		if q.Plan == nil {
			fmt.Fprintf(p.out, "\n%s cannot make it:\n", q.Service.Name)
		}
		for _, problem := range q.Problems {
			line := problem.Error()
			if problem.Hint != "" {
				line += "; " + problem.Hint
			}
			fmt.Fprint(p.out, wrapped("  ", line, columns))
		}
		if notes := told(q); len(notes) > 0 {
			fmt.Fprintf(p.out, "\n%s:\n", q.Service.Name)
			for _, line := range notes {
				fmt.Fprint(p.out, wrapped("  ", line, columns))
			}
		}
	}
}

// told is what else there is to know of a film at a provider.
func told(q film.Quote) (notes []string) {
	if q.Plan == nil {
		return nil
	}
	return append(elsewhere(q.Plan), notesOn(q.Plan)...)
}

// elsewhere is what earlier runs have left at the provider.
func elsewhere(plan *film.Plan) (notes []string) {
	for _, of := range []struct {
		state chain.Standing
		words string
	}{{chain.InFlight, "in flight there, bought by an earlier run"},
		{chain.Unclear, "perhaps bought there, and counted as to buy"}} {
		if n := plan.Count(of.state); n > 0 {
			notes = append(notes, say.Count(n, "clip")+" "+of.words+".")
		}
	}
	return notes
}

// notesOn are what is to be known of a plan before anything is bought.
func notesOn(plan *film.Plan) (notes []string) {
	for _, line := range []string{plan.UnconfirmedLine(), plan.FacesLine(), plan.ServiceLine()} {
		if line != "" {
			notes = append(notes, line)
		}
	}
	return append(notes, plan.FailoverLines()...)
}

// wrapped breaks words, cleaned, into lines of so many columns, all but the first indented a little more.
func wrapped(indent, words string, room int) string {
	var b strings.Builder
	line := indent
	for _, word := range strings.Fields(say.Clean(words)) {
		if strings.TrimSpace(line) != "" && columnsOf(line)+1+columnsOf(word) > room {
			fmt.Fprintln(&b, line)
			line = indent + "  "
		}
		if strings.TrimSpace(line) != "" {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(&b, line)
	return b.String()
}

// jsonQuote is a film at one provider, in JSON.
type jsonQuote struct {
	Provider  string        `json:"provider"`
	Host      string        `json:"host"`
	Namespace string        `json:"namespace"`
	KeySet    bool          `json:"key_set"`
	KeyEnv    string        `json:"key_env,omitempty"`
	Can       bool          `json:"can"`
	Cached    int           `json:"cached"`
	InFlight  int           `json:"in_flight"`
	Unknown   int           `json:"unknown"`
	Buys      int           `json:"buys"`
	Total     *price        `json:"total,omitempty"`
	Whole     *price        `json:"whole,omitempty"`
	Saved     *price        `json:"saved,omitempty"`
	Problems  []jsonProblem `json:"problems"`
	Notes     []string      `json:"notes"`
}

func quotesJSON(all []film.Quote) map[string]any {
	rows := []jsonQuote{}
	for _, q := range all {
		n := jsonQuote{Provider: q.Service.Name, Host: q.Service.Host(), Namespace: q.Service.About.Namespace,
			KeySet: q.Keyed, KeyEnv: q.Service.KeyEnv, Can: q.Plan != nil, Problems: problemsJSON(q.Problems),
			Notes: append([]string{}, told(q)...)}
		if q.Plan != nil {
			n.Cached, n.InFlight = q.Plan.Count(chain.Cached), q.Plan.Count(chain.InFlight)
			n.Unknown = q.Plan.Count(chain.Unclear)
			total, whole := priceOf(q.Plan.Total.In(q.Whole.Currency)), priceOf(q.Whole)
			saved := priceOf(q.Plan.Saved.In(q.Whole.Currency))
			n.Buys, n.Total, n.Whole, n.Saved = q.Plan.Buys, &total, &whole, &saved
		}
		rows = append(rows, n)
	}
	return map[string]any{"providers": rows}
}
