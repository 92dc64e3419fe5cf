package main

import (
	"context"
	"fmt"

	"shotchain/chain"
	"shotchain/internal/say"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// deliver makes the cuts that lack no clip, one film after the other. within is the context for a variant, nil for
// the same for all.
func (p *program) deliver(ctx context.Context, outs []delivery, r *chain.Reel, o work.Options, within func(context.Context, string) context.Context) (made []edition, err error) {
	for _, d := range outs {
		var cuts []*storyboard.Cut
		for _, c := range d.cuts {
			if len(missing(d.film, r, []*storyboard.Cut{c})) == 0 {
				cuts = append(cuts, c)
			}
		}
		if len(cuts) == 0 {
			continue
		}
		its := ctx
		if within != nil {
			its = within(ctx, d.Variant)
		}
		films, err := p.assemble(its, d.film, cuts, r, o)
		made = append(made, films...)
		if err != nil {
			return made, err
		}
	}
	return made, nil
}

// tellWaiting says which shots wait for a pick. Their takes are what there is to look at.
func (p *program) tellWaiting(f *film, r *chain.Reel) {
	told := map[*storyboard.Shot]bool{}
	for _, o := range r.Outcomes {
		if o.Stage != chain.StageUnpicked || !r.Outcomes[o.Take.From.Index].Ok() {
			continue
		}
		for _, u := range o.Take.From.Uses {
			if told[u.Shot] {
				continue
			}
			told[u.Shot] = true
			p.say("%s waits for a pick: look at its takes, then `shotchain pick %s %s N`, and run again", u.Shot.Name(), say.Path(f.path), u.Shot.Name())
			for i, t := range f.graph.TakesOf(u.Shot) {
				if out := r.Outcomes[t.Index]; out.Ok() && !p.json {
					p.say("  take %d:", i+1)
					fmt.Fprintln(p.out, say.Path(out.Dir.Path(out.Clip.Video.Name)))
				}
			}
		}
	}
}

// takesJSON is the outcome of a shot in JSON, with that of each take where there are several.
func takesJSON(f *film, r *chain.Reel, s *storyboard.Shot) jsonShot {
	one := func(t *chain.Take, number int) jsonShot {
		j := shotJSON(s.Name(), r.Outcomes[t.Index])
		j.Variant, j.Take = f.Variant, number
		return j
	}
	pick := f.take(s)
	if pick == nil {
		return jsonShot{Shot: s.Name(), Variant: f.Variant, Stage: "own footage", Clip: s.Clip.Path}
	}
	j := one(pick, s.Pick.Value)
	if o := f.of(r, s); !r.Outcomes[pick.Index].Ok() && o.Ok() { // a draft stands in
		j = shotJSON(s.Name(), o)
		j.Variant, j.Take = f.Variant, s.Pick.Value
	}
	if takes := f.takes(s); len(takes) > 1 {
		for i, t := range takes {
			j.Takes = append(j.Takes, one(t, i+1))
		}
	}
	return j
}

// usersOf are the films that use a take, by their place in the graph.
func usersOf(t *chain.Take) (films []int) {
	for _, u := range t.Uses {
		if len(films) == 0 || films[len(films)-1] != u.Film {
			films = append(films, u.Film)
		}
	}
	return films
}

// variantsOf are the variants that use a take; nil for a film without variants.
func variantsOf(f *film, t *chain.Take) (ids []string) {
	for _, i := range usersOf(t) {
		if id := f.graph.Films[i].Variant; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// maxPrinted is how many takes of a film with variants are listed one by one.
const maxPrinted = 60

// printParts shows what each variant has for itself and what it shares.
func (p *program) printParts(f *film, plan *chain.Plan) {
	t := newTable("VARIANT", ">TAKES", ">SHARED", ">OWN", ">OWN AT MOST", ">ALONE AT MOST")
	shares, separate := plan.Shares()
	together := chain.Money{Currency: separate.Currency}
	for _, take := range f.graph.Takes {
		together.Micros += take.Cost.Micros
	}
	for _, s := range shares {
		s.Own.Currency = separate.Currency
		t.add(s.Film.Variant, fmt.Sprint(len(s.Takes)), fmt.Sprint(s.Shared), fmt.Sprint(len(s.Takes)-s.Shared), chain.FormatMoney(s.Own), chain.FormatMoney(s.Alone))
	}
	t.write(p.out, nil)
	fmt.Fprintf(p.out, "\nAll together: %s, %s without a store; as separate films %s.\n", say.Count(len(f.graph.Takes), "take"),
		chain.FormatMoney(together), chain.FormatMoney(separate))
}

// jsonPart is what a plan has of one variant.
type jsonPart struct {
	Variant string `json:"variant"`
	Takes   int    `json:"takes"`
	Shared  int    `json:"shared"` // with other variants
	Own     price  `json:"own"`    // what its own takes cost in this run, at most
	Alone   price  `json:"alone"`  // what it would cost by itself, without a store
}

func partsJSON(plan *chain.Plan) (parts []jsonPart, separate *price) {
	shares, sum := plan.Shares()
	for _, s := range shares {
		parts = append(parts, jsonPart{s.Film.Variant, len(s.Takes), s.Shared, priceOf(s.Own), priceOf(s.Alone)})
	}
	total := priceOf(sum)
	return parts, &total
}

// takes are all takes of a shot by number; none of own footage.
func (f *film) takes(s *storyboard.Shot) []*chain.Take {
	if made, ok := f.filmed.Shot(s.Name()); ok {
		return f.graph.TakesOf(made)
	}
	return nil
}
