package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/film"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// What a verb says of films, in words.

// tellFilms says what the films turned out to be, a line for each cut.
func (p *program) tellFilms(all []film.Edition) {
	for i := 0; i < len(all); {
		e, formats := all[i], []string(nil)
		var notes []string
		for ; i < len(all) && all[i].Cut == e.Cut && all[i].Variant == e.Variant; i++ {
			formats = append(formats, all[i].Format)
			for _, note := range all[i].Notes { // of the timeline, and so of each of its files
				if !slices.Contains(notes, note) {
					notes = append(notes, note)
				}
			}
		}
		p.say("%s: %d×%d, %s, %s; %s encoded, %d as they were", strings.TrimPrefix(e.Variant+" "+cmp.Or(e.Cut, "film"), " "),
			e.Width, e.Height, say.Took(e.Duration),
			strings.Join(formats, " "), say.Count(e.Encoded, "piece"), e.Reused)
		for _, note := range notes {
			p.say("  %s", say.Clean(note))
		}
	}
}

// printFilms prints where the films are.
func (p *program) printFilms(all []film.Edition) {
	for _, e := range all {
		fmt.Fprintln(p.out, say.Path(e.Path))
	}
}

// tellWaiting says which shots wait for a pick. Their takes are what there is to look at.
func (p *program) tellWaiting(f *film.Film, r *chain.Reel) {
	told := map[*storyboard.Shot]bool{}
	for _, o := range r.Outcomes {
		var uses []graph.Use
		if o.Standing == chain.Unpicked && r.Outcomes[o.Take.From.Index].Ok() {
			uses = o.Take.From.Uses
		}
		for _, u := range slices.Concat(o.Take.Uses, uses) {
			of := o.Ok() && u.Shot.Unpicked() || slices.Contains(uses, u)
			if told[u.Shot] || !of {
				continue
			}
			told[u.Shot] = true
			p.say("%s waits for a pick: look at its takes, then `shotchain pick %s %s N`, and run again", u.Shot.Name(),
				say.Path(f.Path), u.Shot.Name())
			for i, t := range f.Graph.TakesOf(u.Shot) {
				if out := r.Outcomes[t.Index]; out.Ok() && !p.json {
					p.say("  take %d:", i+1)
					fmt.Fprintln(p.out, say.Path(out.Dir.Path(out.Clip.Video.Name)))
				}
			}
		}
	}
}

// maxPrinted is how many takes of a film with variants are listed one by one.
const maxPrinted = 60

// printParts shows what each variant has for itself and what it shares.
//
// Where more than maxAlike in a row have the same figures, they share a line.
func (p *program) printParts(plan *film.Plan) {
	t := newTable("VARIANT", ">TAKES", ">SHARED", ">OWN", ">OWN AT MOST", ">ALONE AT MOST")
	shares, separate := plan.Shares()
	together := money.Amount{Currency: separate.Currency}
	for _, take := range plan.Graph.Takes {
		together.Micros += take.Cost.Micros
	}
	type row [5]string
	cells := func(s chain.Share) row {
		s.Own.Currency = separate.Currency
		return row{fmt.Sprint(len(s.Takes)), fmt.Sprint(s.Shared), fmt.Sprint(len(s.Takes) - s.Shared),
			s.Own.String(), s.Alone.String()}
	}
	for from, to := 0, 0; from < len(shares); from = to {
		for to = from; to < len(shares) && cells(shares[to]) == cells(shares[from]); to++ {
		}
		name := shares[from].Film.Variant
		if to-from <= maxAlike {
			to = from + 1
		} else {
			name = fmt.Sprintf("each of %d: %s … %s", to-from, name, shares[to-1].Film.Variant)
		}
		c := cells(shares[from])
		t.add(append([]string{name}, c[:]...)...)
	}
	t.write(p.out, nil)
	fmt.Fprintf(p.out, "\nAll together: %s, %s without a store; as separate films %s.\n",
		say.Count(len(plan.Graph.Takes), "take"),
		together.String(), separate.String())
}

// maxAlike is how many variants with the same figures have a line each.
const maxAlike = 12

// tellDrafts says which shots of the films are drafts although the films are none.
func (p *program) tellDrafts(f *film.Film, r *chain.Reel) {
	n := 0
	for _, one := range f.Variants() {
		for _, s := range one.Shots() {
			if o := one.Of(r, s); o.Ok() && o.Clip.Draft != "" && !f.Draft {
				n++
			}
		}
	}
	if n > 0 {
		p.say("%s", fmt.Sprintf("%s shown as drafts", say.Count(n, "shot")))
	}
}

// tellPlan says in short what is about to happen.
func (p *program) tellPlan(plan *film.Plan) {
	cached := 0
	for _, t := range plan.Takes {
		if t.Standing == chain.Cached {
			cached++
		}
	}
	p.say("%s: %s, %d cached. %s", plan.Film.Name(), say.Count(len(plan.Takes), "take"), cached, plan.BottomLine())
}

// tellReel says what came of a run: what failed and why, what was left, and what it cost.
func (p *program) tellReel(f *film.Film, made *film.Made, fail *film.Failure) {
	for _, o := range made.Reel.Outcomes {
		if fail != nil && fail.Fault != nil && errors.Is(o.Fault, fail.Fault) {
			continue // the end of the run says it
		}
		if o.Standing == chain.Skipped && fail != nil && fail.Kind == film.Interrupted {
			continue // everything was left off here
		}
		if line := outcomeLine(o); line != "" {
			p.say("%s", line)
		}
	}
	p.say("%s, in %s", f.Bill(made.Reel), say.Took(made.Took))
}

// outcomeLine tells of a take that has no clip, "" of one that has.
func outcomeLine(o chain.Outcome) string {
	name := o.Take.Name()
	var fault *provider.Fault
	switch o.Standing {
	case chain.Failed, chain.Unclear:
		line := fmt.Sprintf("%s %s: %s", name, o.Standing, say.Clean(fmt.Sprint(o.Fault)))
		if errors.As(o.Fault, &fault) && fault.Hint != "" && o.Standing != chain.Unclear { // of the look-up, not of the clip
			line += "\n  hint: " + say.Clean(fault.Hint)
		}
		return line
	case chain.Skipped:
		return fmt.Sprintf("%s skipped: %s is not there", name, o.Behind.Name())
	case chain.InFlight:
		return fmt.Sprintf("%s still runs as task %s", name, say.Clean(o.Task))
	}
	return ""
}
