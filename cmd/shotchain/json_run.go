package main

// What a run has made, in JSON.

import (
	"errors"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/film"
	"shotchain/storyboard"
)

// What --json prints: a contract, documented in docs/json.md.

// jsonFilm is a finished file in JSON.
type jsonFilm struct {
	Variant string   `json:"variant,omitempty"`
	Cut     string   `json:"cut,omitempty"`
	Path    string   `json:"path"`
	Format  string   `json:"format"`
	Width   int      `json:"width"`
	Height  int      `json:"height"`
	Frames  int      `json:"frames"`
	Seconds float64  `json:"seconds"`
	Sound   bool     `json:"sound"`
	Encoded int      `json:"encoded"` // pieces of picture that were encoded
	Reused  int      `json:"reused"`  // pieces that were there
	Notes   []string `json:"notes,omitempty"`
}

func filmsJSON(all []film.Edition) []jsonFilm {
	films := []jsonFilm{}
	for _, e := range all {
		films = append(films,
			jsonFilm{e.Variant, e.Cut, e.Path, e.Format, e.Width, e.Height, e.Frames, e.Duration.Seconds(), e.Sound, e.Encoded,
				e.Reused, e.Notes})
	}
	return films
}

// takesJSON is the outcome of a shot in JSON, with that of each take where there are several.
func takesJSON(f *film.Film, r *chain.Reel, s *storyboard.Shot) jsonShot {
	one := func(t *graph.Take, number int) jsonShot {
		j := shotJSON(s.Name(), r.Outcomes[t.Index])
		j.Variant, j.Take = f.Variant, number
		return j
	}
	pick := f.Take(s)
	if pick == nil {
		return jsonShot{Shot: s.Name(), Variant: f.Variant, Stage: "own footage", Clip: s.Clip.Path}
	}
	j := one(pick, s.Pick.Value)
	if o := f.Of(r, s); !r.Outcomes[pick.Index].Ok() && o.Ok() { // a draft stands in
		j = shotJSON(s.Name(), o)
		j.Variant, j.Take = f.Variant, s.Pick.Value
	}
	if takes := f.Takes(s); len(takes) > 1 {
		for i, t := range takes {
			j.Takes = append(j.Takes, one(t, i+1))
		}
	}
	return j
}

// jsonPart is what a plan has of one variant.
type jsonPart struct {
	Variant string `json:"variant"`
	Takes   int    `json:"takes"`
	Shared  int    `json:"shared"` // with other variants
	Own     price  `json:"own"`    // what its own takes cost in this run, at most
	Alone   price  `json:"alone"`  // what it would cost by itself, without a store
}

func partsJSON(plan *film.Plan) (parts []jsonPart, separate *price) {
	shares, sum := plan.Shares()
	for _, s := range shares {
		parts = append(parts, jsonPart{s.Film.Variant, len(s.Takes), s.Shared, priceOf(s.Own), priceOf(s.Alone)})
	}
	total := priceOf(sum)
	return parts, &total
}

// jsonDraft is what a film costs as drafts.
type jsonDraft struct {
	Buys  int   `json:"buys"`
	Total price `json:"total"` // at most
}

// jsonResult is the last line of a run with --json.
type jsonResult struct {
	Event    string      `json:"event"`              // result
	Film     *jsonFilm   `json:"film,omitempty"`     // the first of films
	Films    []jsonFilm  `json:"films,omitempty"`    // all files of all cuts
	Unmade   []jsonLeft  `json:"unmade,omitempty"`   // cuts that were left
	Leftover []string    `json:"leftover,omitempty"` // files of an earlier list of cuts that are still there
	Sheet    string      `json:"sheet,omitempty"`    // the contact sheet's page
	Provider string      `json:"provider"`
	Charged  bool        `json:"charged"`
	Spent    price       `json:"spent"`
	Unsure   *price      `json:"may_be_billed,omitempty"` // beside spent, at most: of tasks that ended without a clip
	Routes   []jsonRoute `json:"routes,omitempty"`        // where there were several
	Saved    price       `json:"saved"`
	Shots    []jsonShot  `json:"shots"` // in film order
	Error    *jsonError  `json:"error,omitempty"`

	Seams  []jsonSeam  `json:"seams,omitempty"`  // of the clips that the films are made of, in film order
	Chains []jsonChain `json:"chains,omitempty"` // how far they have drifted
}

type jsonShot struct {
	Shot      string     `json:"shot"`
	Variant   string     `json:"variant,omitempty"`
	Take      int        `json:"take"` // the pick
	Stage     string     `json:"stage"`
	Task      string     `json:"task,omitempty"`
	Clip      string     `json:"clip,omitempty"`
	Draft     string     `json:"draft,omitempty"` // how it was made cheaply
	LastFrame string     `json:"last_frame,omitempty"`
	Frames    int        `json:"frames,omitempty"`
	Seed      *int64     `json:"seed,omitempty"`
	Tokens    int64      `json:"tokens,omitempty"`
	Cost      *price     `json:"cost,omitempty"` // what the clip cost when it was bought
	Error     *jsonError `json:"error,omitempty"`
	Takes     []jsonShot `json:"takes,omitempty"` // all of them, where there are several
}

// jsonRoute is what one provider of a run has charged, in JSON.
type jsonRoute struct {
	Provider string `json:"provider"`
	Bought   int    `json:"bought"`
	Spent    price  `json:"spent"`
	Unsure   *price `json:"may_be_billed,omitempty"`
}

func routeJSON(made *film.Made) jsonRoute {
	r := jsonRoute{Provider: made.Film().Service.Name, Bought: made.Reel.Count(chain.Kept),
		Spent: priceOf(made.Reel.Spent)}
	if made.Reel.Unsure.Micros > 0 {
		r.Unsure = new(priceOf(made.Reel.Unsure))
	}
	return r
}

// jsonLeft is a cut that was left unmade.
type jsonLeft struct {
	Variant string     `json:"variant,omitempty"`
	Cut     string     `json:"cut,omitempty"`
	Lacks   []jsonLack `json:"lacks"`
}

type jsonLack struct {
	Shot string `json:"shot"`
	Why  string `json:"why"`
	Pick string `json:"waits_for_pick_of,omitempty"`
}

func unmadeJSON(left []film.Unmade) (all []jsonLeft) {
	for _, u := range left {
		j := jsonLeft{Variant: u.Variant, Cut: u.Cut}
		for _, l := range u.Lacks {
			j.Lacks = append(j.Lacks, jsonLack(l))
		}
		all = append(all, j)
	}
	return all
}

func resultJSON(f *film.Film, r *chain.Reel, made []film.Edition, fail *film.Failure) jsonResult {
	j := jsonResult{Event: "result", Provider: f.Service.Name, Charged: !f.Service.Simulated(),
		Spent: priceOf(r.Spent), Saved: priceOf(r.Saved), Shots: []jsonShot{}}
	if r.Unsure.Micros > 0 {
		j.Unsure = new(priceOf(r.Unsure))
	}
	if len(made) > 0 {
		j.Films = filmsJSON(made)
		j.Film = &j.Films[0]
	}
	if fail != nil {
		j.Error = errorJSON(fail)
	}
	for _, one := range f.Variants() {
		for _, s := range one.Shots() {
			j.Shots = append(j.Shots, takesJSON(one, r, s))
		}
	}
	return j
}

func shotJSON(name string, o chain.Outcome) jsonShot {
	j := jsonShot{Shot: name, Take: o.Take.Number, Stage: string(o.Standing), Task: o.Task}
	if c := o.Clip; c != nil {
		cost := priceOf(c.Cost)
		j.Clip, j.LastFrame = o.Dir.Path(c.Video.Name), o.Dir.Path(c.LastFrame.Name)
		j.Draft = c.Draft
		j.Frames, j.Seed, j.Tokens, j.Cost = c.Frames, c.Seed, c.Tokens, &cost
	}
	if o.Fault != nil {
		fail := &film.Failure{Kind: film.Failed, Message: o.Fault.Error(), Shot: name}
		if errors.As(o.Fault, &fail.Fault) && o.Standing != chain.Unclear {
			fail.Hint = fail.Fault.Hint
		}
		j.Error = errorJSON(fail)
	}
	return j
}
