package main

import (
	"context"
	"fmt"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/render"
	"shotchain/storyboard"
)

// madeFilm is a film that was assembled, and which variant it is.
type madeFilm struct {
	render.Film
	variant string
}

func (m madeFilm) json() *jsonFilm {
	j := filmJSON(m.Film)
	j.Variant = m.variant
	return j
}

// deliver assembles the films that lack no clip, one after the other, and prints where they are.
func (p *program) deliver(ctx context.Context, outs []delivery, r *chain.Reel, st *store.Store, moved func(done, total int)) (made []madeFilm, err error) {
	for _, d := range outs {
		if len(missing(d.film, r)) > 0 {
			continue
		}
		film, err := p.assemble(ctx, d.film, r, st, d.out, moved)
		if err != nil {
			return made, err
		}
		made = append(made, madeFilm{film, d.Variant})
	}
	return made, nil
}

// tellFilms says what the films turned out to be; their paths are the product.
func (p *program) tellFilms(made []madeFilm) {
	for _, m := range made {
		p.tellFilm(m.Film)
		if !p.json {
			fmt.Fprintln(p.out, shown(m.Path))
		}
	}
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
			p.say("%s waits for a pick: look at its takes, then `shotchain pick %s %s N`, and run again", u.Shot.Name(), shown(f.path), u.Shot.Name())
			for i, t := range f.graph.TakesOf(u.Shot) {
				if out := r.Outcomes[t.Index]; out.Ok() && !p.json {
					p.say("  take %d:", i+1)
					fmt.Fprintln(p.out, shown(out.Dir.Path(out.Clip.Video.Name)))
				}
			}
		}
	}
}

// jsonCut is the answer of cut in JSON.
type jsonCut struct {
	Film  *jsonFilm  `json:"film,omitempty"`
	Films []jsonFilm `json:"films,omitempty"` // of a storyboard with variants
}

func cutJSON(f *film, made []madeFilm) (j jsonCut) {
	for _, m := range made {
		j.Films = append(j.Films, *m.json())
	}
	if len(f.graph.Films) == 1 && len(made) == 1 {
		j.Film, j.Films = &j.Films[0], nil
	}
	return j
}

// takesJSON is the outcome of a shot in JSON, with that of each take where there are several.
func takesJSON(f *film, r *chain.Reel, s *storyboard.Shot) jsonShot {
	one := func(t *chain.Take, number int) jsonShot {
		j := shotJSON(s.Name(), r.Outcomes[t.Index])
		j.Variant, j.Take = f.Variant, number
		return j
	}
	j := one(f.graph.Pick(s), s.Pick.Value)
	if o := f.of(r, s); !r.Of(s).Ok() && o.Ok() { // a draft stands in
		j = shotJSON(s.Name(), o)
		j.Variant, j.Take = f.Variant, s.Pick.Value
	}
	if takes := f.graph.TakesOf(s); len(takes) > 1 {
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
	fmt.Fprintf(p.out, "\nAll together: %s, %s without a store; as separate films %s.\n", count(len(f.graph.Takes), "take"),
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
