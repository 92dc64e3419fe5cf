package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

func (p *program) planVerb() *cobra.Command {
	var film filmFlags
	var stores storeFlags
	var limits planFlags
	var strict strictFlag
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "say what would be made, why, and what it costs",
		Long: `Plan compares a storyboard with the store and prints each take: what it grows from, its state with the reason, and
what it costs at most. It spends nothing, writes nothing and needs no key. What it calls cached is used; what it calls
new, stale or waits is all that a run will buy, at most at that price.

  cached      kept in the store: used as it is
  new         bought, can start at once
  stale       bought: the shot has a clip, but asks for something else by now
  waits       bought once the frame that it grows from is there
  in flight   bought by an earlier run: picked up
  unknown     may have been bought: looked up before anything is bought
  left out    not among the shots of --only

Own footage (a shot with ` + "`clip`" + `) is listed too: nothing is made for it. Warnings about chains are those of check.`,
		Example: "shotchain plan film.yaml --provider ark",
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := p.openIn(cmd.Context(), args[0], film, stores)
			if err != nil {
				return err
			}
			ws, err := strict.warned(f)
			if err != nil {
				return err
			}
			st, err := p.storeOf(stores, f)
			if err != nil {
				return err
			}
			plan, err := limits.plan(cmd.Context(), f, st)
			if err != nil {
				return err
			}
			p.admit(f.service)
			if p.json {
				j := planJSON(f, plan)
				j.Warnings = warningsJSON(ws)
				p.printJSON(j)
			} else {
				p.printWarnings(ws)
				p.printPlan(f, plan)
			}
			return nil
		},
	}
	film.add(cmd)
	stores.add(cmd)
	limits.add(cmd, &film)
	film.addDraft(cmd)
	strict.add(cmd)
	return cmd
}

// planFlags say how much of a film is planned.
type planFlags struct {
	limit                int
	only, keep, resubmit []string
	stopAt               []string
}

func (l *planFlags) add(cmd *cobra.Command, film *filmFlags) {
	fs := cmd.Flags()
	fs.IntVar(&l.limit, "concurrency", 0, "make at most `N` takes at once (default the models' own limits)")
	fs.StringSliceVar(&l.only, "only", nil, "make only the takes of these shots; `SHOT,...`")
	fs.StringSliceVar(&l.keep, "keep", nil, "use the clips that these shots used last, whatever has changed since; `SHOT,...`")
	fs.StringSliceVar(&l.resubmit, "resubmit", nil, "give up on the unfinished attempts of these shots and buy them again; `SHOT,...`")
	fs.StringSliceVar(&l.stopAt, "stop-at", nil, "buy nothing that grows from these shots: a pause to look and pick; `SHOT,...`")
	for _, name := range []string{"only", "keep", "resubmit", "stop-at"} {
		_ = cmd.RegisterFlagCompletionFunc(name, film.completeShots)
	}
}

// plan plans a film on a store.
func (l *planFlags) plan(ctx context.Context, f *film, st *store.Store) (*chain.Plan, error) {
	o := chain.PlanOptions{Limit: l.limit, FilmID: f.id(st)}
	if l.limit < 0 {
		return nil, usage("", "--concurrency is at least 1")
	}
	var err error
	for _, set := range []struct {
		flag  string
		names []string
		into  *map[string]bool
	}{{"--only", l.only, &o.Only}, {"--keep", l.keep, &o.Keep}, {"--resubmit", l.resubmit, &o.Resubmit}, {"--stop-at", l.stopAt, &o.StopAt}} {
		if *set.into, err = f.shotSet(set.flag, set.names); err != nil {
			return nil, err
		}
	}
	if f.drafts != nil {
		o.Drafts, err = chain.Make(ctx, f.drafts.graph, st, chain.PlanOptions{FilmID: f.drafts.id(st), StopAt: o.StopAt})
		if err != nil {
			return nil, err
		}
	}
	return chain.Make(ctx, f.graph, st, o)
}

// shotSet finds the shots that a flag names; nil for none.
func (f *film) shotSet(flag string, names []string) (map[string]bool, error) {
	var set map[string]bool
	for _, name := range names {
		s, ok := f.Shot(name)
		if !ok {
			var all []string
			for _, s := range f.Shots() {
				all = append(all, s.Name())
			}
			return nil, usage(say.DidYouMean(name, all, "a shot is named scene/shot; `shotchain plan` lists them"), "%s: the film has no shot %q", flag, say.Clean(name))
		}
		if set == nil {
			set = map[string]bool{}
		}
		set[s.Name()] = true
	}
	return set, nil
}

var stateColours = map[chain.State]string{chain.Cached: dim, chain.New: green, chain.Stale: green, chain.Waits: green, chain.InFlight: amber, chain.Unclear: red}

func (p *program) printPlan(f *film, plan *chain.Plan) {
	fmt.Fprintf(p.out, "%s: %s, %d s, by %s\n\n", f.title(), say.Count(len(f.Shots()), "shot"), f.seconds(), f.service.by())
	if len(f.graph.Films) > 1 {
		p.printParts(f, plan)
		if len(plan.Takes) > maxPrinted {
			fmt.Fprintf(p.out, "\n%s\n", f.bottomLine(plan))
			return
		}
		fmt.Fprintln(p.out)
	}
	t := newTable("SHOT", "GROWS FROM", "STATE", ">LENGTH", "SIZE", ">TOKENS", ">AT MOST", "WHY")
	var notes []string
	for i := range plan.Takes {
		pt := &plan.Takes[i]
		take := pt.Take
		tokens, cost := "-", "-"
		if pt.Cost != (chain.Money{}) {
			tokens, cost = fmt.Sprint(pt.Tokens), chain.FormatMoney(pt.Cost)
		}
		grows := f.growsFrom(take)
		if to := f.endsOn(take); to != "" {
			grows += " to " + to
		}
		for _, fit := range f.fits(take) {
			notes = append(notes, take.Name()+": "+fit)
		}
		t.add(shotsOf(take), grows, string(pt.State), fmt.Sprintf("%d s", take.Seconds),
			fmt.Sprintf("%s %d×%d", take.Request.Resolution, take.Size.Width, take.Size.Height), tokens, cost, why(pt))
	}
	for _, own := range f.ownClips() {
		t.add(own.name(f), "-", "own footage", "-", "-", "-", "-", say.Clean(own.file.Name))
	}
	t.write(p.out, func(row, column int) string {
		if !p.colourOut || column != 2 || row > len(plan.Takes) {
			return ""
		}
		return stateColours[plan.Takes[row-1].State]
	})
	if len(notes) > 0 {
		fmt.Fprintf(p.out, "\nStills are cropped around their middle and scaled:\n")
	}
	for _, note := range notes {
		fmt.Fprintf(p.out, "  %s\n", say.Clean(note))
	}
	fmt.Fprintf(p.out, "\n%s\n", f.bottomLine(plan))
	if d := plan.Options.Drafts; d != nil && plan.Buys > 0 {
		fmt.Fprintf(p.out, "%s\n", f.draftLine(plan, d))
	}
}

// draftLine says what the same film costs as drafts, and how many finals are made from drafts there are.
func (f *film) draftLine(plan, d *chain.Plan) string {
	s := fmt.Sprintf("As drafts (--draft): %s to make, for at most %s.", say.Count(d.Buys, "clip"), chain.FormatMoney(chain.Money{Micros: d.Total.Micros, Currency: plan.Total.Currency}))
	n := 0
	for i := range plan.Takes {
		if plan.Takes[i].Promotes != nil {
			n++
		}
	}
	if n > 0 {
		s += fmt.Sprintf(" %s made from drafts.", say.Count(n, "clip"))
	}
	return s
}

// why is the reason of a take's state, with what it makes necessary downstream.
func why(pt *chain.Planned) string {
	s := pt.Reason
	if pt.Drags > 0 && pt.State == chain.Stale {
		s += fmt.Sprintf("; drags along %s, %s", say.Count(pt.Drags, "take"), chain.FormatMoney(pt.DragsCost))
	}
	return s
}

// by names the service with where it is.
func (s service) by() string {
	if s.simulated() {
		return s.host()
	}
	return s.name + " at " + s.host()
}

// shotsOf names a take by all shots that use it.
func shotsOf(t *chain.Take) string {
	names := []string{t.Name()}
	for _, s := range t.Also {
		names = append(names, s.Name())
	}
	shots := strings.Join(names, " = ")
	if n := len(usersOf(t)); t.Variant() != "" && n > 1 {
		shots += fmt.Sprintf(" (+%d)", n-1)
	}
	return shots
}

// growsFrom is the shot or the still that a take starts from.
func (f *film) growsFrom(t *chain.Take) string {
	still := t.Shot.FirstFrame
	switch {
	case t.From != nil && t.At > 0:
		return fmt.Sprintf("%s at %gs", t.From.Name(), t.Shot.At.Value.Seconds())
	case t.From != nil:
		return t.From.Name()
	case still == nil:
		return "-"
	case still.Of != "":
		return still.Of
	}
	return f.stillName(still)
}

// stillName is a still as the storyboard would write it.
func (f *film) stillName(still *storyboard.Still) string {
	if still.URL != "" {
		return still.URL
	}
	rel, err := filepath.Rel(f.Dir, still.Path)
	if err != nil {
		return still.Path
	}
	return filepath.ToSlash(rel)
}

// endsOn is the shot or the still whose frame a take ends on, "" for none.
func (f *film) endsOn(t *chain.Take) string {
	switch {
	case t.Shot.To != "":
		return t.Shot.To
	case t.Shot.ToStill != nil:
		return f.stillName(t.Shot.ToStill)
	}
	return ""
}

// fits says how stills are made to fit the clips that begin or end with them.
func (f *film) fits(t *chain.Take) (all []string) {
	for _, fit := range t.Fits {
		if line := f.stillName(fit.Still) + " " + fit.String(); !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	return all
}

// bottomLine says what a run would buy, for how much, and how long it takes.
func (f *film) bottomLine(plan *chain.Plan) string {
	var parts []string
	switch {
	case plan.Buys == 0:
		parts = append(parts, "Nothing to buy.")
	case f.service.simulated():
		parts = append(parts, fmt.Sprintf("%s to make; nothing is charged, the real service would charge at most %s.",
			say.Count(plan.Buys, "clip"), chain.FormatMoney(plan.Total)))
	default:
		parts = append(parts, fmt.Sprintf("%s to buy, for at most %s.", say.Count(plan.Buys, "clip"), chain.FormatMoney(plan.Total)))
	}
	if plan.Held.Micros > 0 {
		parts = append(parts, fmt.Sprintf("Earlier runs bought what is still in flight, for at most %s.", chain.FormatMoney(plan.Held)))
	}
	if plan.Saved.Micros > 0 {
		parts = append(parts, fmt.Sprintf("The store saves %s.", chain.FormatMoney(plan.Saved)))
	}
	switch {
	case plan.Expected == 0:
	case f.service.simulated():
		parts = append(parts, fmt.Sprintf("The real service would take about %s.", say.Took(plan.Expected)))
	default:
		parts = append(parts, fmt.Sprintf("It takes about %s.", say.Took(plan.Expected)))
	}
	return strings.Join(parts, " ")
}

// jsonPlan is a plan in JSON.
type jsonPlan struct {
	Title           string        `json:"title"`
	Provider        string        `json:"provider"`
	Namespace       string        `json:"namespace"` // of the provider's clips in the store
	Charged         bool          `json:"charged"`   // false: the simulator's prices are what the real service would charge
	Takes           []jsonTake    `json:"takes"`
	Footage         []jsonFootage `json:"footage,omitempty"` // shots that nothing is made for
	Variants        []jsonPart    `json:"variants,omitempty"`
	Drafts          *jsonDraft    `json:"drafts,omitempty"`   // the same film as drafts
	Separate        *price        `json:"separate,omitempty"` // what the variants would cost as films of their own
	Buys            int           `json:"buys"`
	Total           price         `json:"total"` // at most
	Held            price         `json:"held"`  // at most, of tasks in flight
	Saved           price         `json:"saved"`
	ExpectedSeconds float64       `json:"expected_seconds"`

	Warnings []jsonWarning `json:"warnings,omitempty"`
}

// jsonFootage is a shot of own footage.
type jsonFootage struct {
	Shot     string   `json:"shot"`
	Clip     string   `json:"clip"`
	Variants []string `json:"variants,omitempty"` // that use it
}

type jsonTake struct {
	Shot       string   `json:"shot"`
	Take       int      `json:"take"`
	Picked     bool     `json:"picked"`
	Variants   []string `json:"variants,omitempty"` // that use it
	Also       []string `json:"also,omitempty"`
	From       string   `json:"from,omitempty"`
	At         float64  `json:"at,omitempty"` // seconds of the clip of from, where it is not its end
	FirstFrame string   `json:"first_frame,omitempty"`
	To         string   `json:"to,omitempty"`   // the shot whose first frame, or the still, that it ends on
	Fits       []string `json:"fits,omitempty"` // how stills are cropped and scaled
	Draft      bool     `json:"draft,omitempty"`
	Promotes   string   `json:"promotes,omitempty"` // the task of the draft that it is made from
	State      string   `json:"state"`
	Reason     string   `json:"reason,omitempty"`
	Model      string   `json:"model"`
	Resolution string   `json:"resolution"`
	Ratio      string   `json:"ratio"`
	Width      int      `json:"width"`
	Height     int      `json:"height"`
	Seconds    int      `json:"seconds"`
	Tokens     int64    `json:"tokens"`
	Cost       price    `json:"cost"`            // at most
	Drags      int      `json:"drags,omitempty"` // takes that wait for this one, directly or not
	DragsCost  *price   `json:"drags_cost,omitempty"`
	Key        string   `json:"key,omitempty"`
}

func planJSON(f *film, plan *chain.Plan) jsonPlan {
	j := jsonPlan{Title: f.Title, Provider: f.service.name, Namespace: f.service.about.Namespace, Charged: !f.service.simulated(),
		Takes: []jsonTake{}, Buys: plan.Buys, Total: priceOf(plan.Total), Held: priceOf(plan.Held), Saved: priceOf(plan.Saved),
		ExpectedSeconds: plan.Expected.Seconds()}
	for i := range plan.Takes {
		pt := &plan.Takes[i]
		t := pt.Take
		n := jsonTake{At: t.Shot.At.Value.Seconds(), To: f.endsOn(t), Fits: f.fits(t), Shot: t.Shot.Name(), Take: t.Number, Picked: t.Picked(), Variants: variantsOf(f, t), State: string(pt.State), Reason: pt.Reason, Model: t.Request.Model,
			Resolution: t.Request.Resolution, Ratio: t.Request.Ratio, Width: t.Size.Width, Height: t.Size.Height,
			Seconds: t.Seconds, Tokens: pt.Tokens, Cost: priceOf(pt.Cost), Key: pt.Key}
		if pt.Drags > 0 {
			drags := priceOf(pt.DragsCost)
			n.Drags, n.DragsCost = pt.Drags, &drags
		}
		for _, s := range t.Also {
			n.Also = append(n.Also, s.Name())
		}
		if n.Draft = t.Draft; pt.Promotes != nil {
			n.Promotes = pt.Promotes.Task
		}
		if t.From != nil {
			n.From = t.From.Shot.Name()
		} else if t.Shot.FirstFrame != nil && t.Shot.FirstFrame.Of != "" {
			n.From = f.growsFrom(t)
		} else if t.Shot.FirstFrame != nil {
			n.FirstFrame = f.growsFrom(t)
		}
		j.Takes = append(j.Takes, n)
	}
	if d := plan.Options.Drafts; d != nil {
		j.Drafts = &jsonDraft{d.Buys, priceOf(d.Total)}
	}
	if len(f.graph.Films) > 1 {
		j.Variants, j.Separate = partsJSON(plan)
	}
	for _, own := range f.ownClips() {
		j.Footage = append(j.Footage, jsonFootage{own.shot, own.file.Path, own.variants})
	}
	return j
}
