package film

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/lock"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/film/seams"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// PlanOptions say how much of a film is planned. The zero value plans all of it.
type PlanOptions struct {
	Limit       int      // takes at once, 0 for the models' own limits
	Only        []string // make only the takes of these shots; nil for all
	Keep        []string // use the clips that these shots used last, whatever has changed since
	Resubmit    []string // give up on the unfinished attempts of these shots, and buy them again
	StopAt      []string // buy nothing that grows from these shots: a pause to look and pick
	AllowDrafts bool     // drafts may stand in for clips that are missing

	ran map[int]*chain.Reel // by services, the film's own first: how a run there ended; nil before the first
}

// Plan is what would be made of a film: its takes with reasons and prices, and its files.
type Plan struct {
	*chain.Plan
	Film  *Film
	Films []Delivery // each variant with the cuts that are made of it; nil before Into
	Sheet string     // the contact sheet's folder, "" for none

	Seams    []*seams.Report // as Make or Cut measured them last, for the contact sheet; nil before
	Failover []*Plan         // at the services that may stand in for the film's own, in order: what each would make, if no one else did

	first *Plan       // the plan of the film's own service, of one of its Failover; nil for that one
	asked PlanOptions // that it was made with
	into  Output      // of Into

	routes *routes // what came of it at each service, of the film's own service's plan; nil before Failover

	Earlier *chain.Reel // of a run of the same takes: why those are missing that it did not get; nil for none
}

// Plan plans a film on its store: what it calls cached is used, what it calls new is all that Make buys, at most at
// that price. It spends nothing and writes nothing.
func (f *Film) Plan(ctx context.Context, o PlanOptions) (*Plan, error) {
	if o.Limit < 0 {
		return nil, misused("", "--concurrency is at least 1")
	}
	how := chain.PlanOptions{Limit: o.Limit, FilmID: f.id()}
	for _, set := range []struct {
		flag  string
		names []string
		into  *map[string]bool
	}{{"--only", o.Only, &how.Only}, {"--keep", o.Keep, &how.Keep}, {"--resubmit", o.Resubmit, &how.Resubmit},
		{"--stop-at", o.StopAt, &how.StopAt}} {
		var err error
		if *set.into, err = f.shotSet(set.flag, set.names); err != nil {
			return nil, err
		}
	}
	if f.Drafts != nil {
		var err error
		how.Drafts, err = chain.Make(ctx, f.Drafts.Graph, f.Store,
			chain.PlanOptions{FilmID: f.Drafts.id(), StopAt: how.StopAt})
		if err != nil {
			return nil, err
		}
	}
	for _, other := range f.Failover {
		how.Others = append(how.Others, other.Graph)
	}
	plan, err := chain.Make(ctx, f.Graph, f.Store, o.once(0, how))
	if err != nil {
		return nil, err
	}
	if f.fallback = nil; o.AllowDrafts && how.Drafts != nil {
		f.fallback = chain.Stored(how.Drafts, f.Store)
	}
	p := &Plan{Plan: plan, Film: f, asked: o}
	return p, p.planRoutes(ctx, how)
}

// once are the options of a service's plan: what was to be given up there is given up by its first run.
func (o PlanOptions) once(n int, how chain.PlanOptions) chain.PlanOptions {
	if o.ran[n] != nil {
		how.Resubmit = nil
	}
	return how
}

// shotSet finds the shots that a flag names; nil for none.
func (f *Film) shotSet(flag string, names []string) (map[string]bool, error) {
	var set map[string]bool
	for _, name := range names {
		s, err := shotNamed(f.Storyboard, name, flag+": ")
		if err != nil {
			return nil, err
		}
		if set == nil {
			set = map[string]bool{}
		}
		set[s.Name()] = true
	}
	return set, nil
}

// shotNamed finds a shot, or says which was probably meant. who begins the message.
func shotNamed(sb *storyboard.Storyboard, name, who string) (*storyboard.Shot, error) {
	if s, ok := sb.Shot(name); ok {
		return s, nil
	}
	var all []string
	for _, s := range sb.Shots() {
		all = append(all, s.Name())
	}
	hint := say.DidYouMean(name, all, "a shot is named scene/shot; `shotchain plan` lists them")
	return nil, misused(hint, "%sthe film has no shot %q", who, say.Clean(name))
}

// Freeze is the lock file's text: which clips the plan's film is made of.
func (p *Plan) Freeze() ([]byte, int, error) {
	locked, err := lock.Freeze(p.Plan)
	if err != nil {
		return nil, 0, &Failure{Kind: Incomplete, Message: err.Error(), Hint: "`shotchain run` makes what is missing"}
	}
	text, err := locked.Encode()
	return text, len(locked.Takes), err
}

// Identity names the plan's takes, whatever of them is made.
func (p *Plan) Identity() string {
	h := sha256.New()
	for _, t := range p.Graph.Takes {
		fmt.Fprintln(h, t.Identity)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// GrowsFrom is the shot or the still that a take starts from, "-" for none.
func (f *Film) GrowsFrom(t *graph.Take) string {
	still := t.Shot.FirstFrame
	switch {
	case t.From != nil && t.At != 0:
		return fmt.Sprintf("%s at %s", t.From.Name(), t.Shot.At.Value)
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
func (f *Film) stillName(still *storyboard.Still) string {
	if still.URL != "" {
		return still.URL
	}
	rel, err := filepath.Rel(f.Dir, still.Path)
	if err != nil {
		return still.Path
	}
	return filepath.ToSlash(rel)
}

// EndsOn is the shot or the still whose frame a take ends on, "" for none.
func (f *Film) EndsOn(t *graph.Take) string {
	switch {
	case t.Shot.To != "":
		return t.Shot.To
	case t.Shot.ToStill != nil:
		return f.stillName(t.Shot.ToStill)
	case t.Keyframe() != nil:
		return f.stillName(t.Keyframe())
	}
	return ""
}

// Fits says how stills are made to fit the clips that begin or end with them.
func (f *Film) Fits(t *graph.Take) (all []string) {
	for _, fit := range t.Fits {
		if line := f.stillName(fit.Still) + " " + fit.String(); !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	return all
}

// BottomLine says what Make would buy, for how much, and how long it takes.
func (p *Plan) BottomLine() string {
	var parts []string
	simulated := p.Film.Service.Simulated()
	switch {
	case p.Buys == 0:
		parts = append(parts, "Nothing to buy.")
	case simulated:
		parts = append(parts, fmt.Sprintf("%s to make; nothing is charged, the real service would charge at most %s.",
			say.Count(p.Buys, "clip"), p.Total.String()))
	default:
		parts = append(parts, fmt.Sprintf("%s to buy, for at most %s.", say.Count(p.Buys, "clip"), p.Total.String()))
	}
	if p.Held.Micros > 0 {
		parts = append(parts, fmt.Sprintf("Earlier runs bought what is still in flight, for at most %s.", p.Held.String()))
	}
	if p.Saved.Micros > 0 && !simulated { // nobody would have paid for what the simulator drew
		parts = append(parts, fmt.Sprintf("The store saves %s.", p.Saved.String()))
	}
	if p.Follow > 0 {
		follow := "follow"
		if p.Follow == 1 {
			follow = "follows"
		}
		parts = append(parts, fmt.Sprintf("Once takes are picked, %s %s, for at most %s.",
			say.Count(p.Follow, "clip"), follow, p.Later.String()))
	}
	if whole := p.Whole(); !simulated && whole != p.Total && whole != p.Saved {
		parts = append(parts, fmt.Sprintf("The film will have cost at most %s.", whole.String()))
	}
	switch {
	case p.Expected == 0:
	case simulated:
		parts = append(parts, fmt.Sprintf("The real service would take about %s.", say.Took(p.Expected)))
	default:
		parts = append(parts, fmt.Sprintf("It takes about %s.", say.Took(p.Expected)))
	}
	return strings.Join(parts, " ")
}

// Whole is what the film will have cost when all of it is made, at most: what its clips had cost, what is in flight, what
// is bought now and what is bought once it can be.
func (p *Plan) Whole() money.Amount { return p.Saved.Add(p.Held).Add(p.Total).Add(p.Later) }

// DraftLine says what the same film costs as drafts, and how many finals are made from drafts there are; "" where
// there can be none, or nothing is bought.
func (p *Plan) DraftLine() string {
	d := p.Options.Drafts
	if d == nil || p.Buys == 0 {
		return ""
	}
	total := d.Total.In(p.Total.Currency)
	s := fmt.Sprintf("As drafts (--draft): %s to make, for at most %s.", say.Count(d.Buys, "clip"), total.String())
	n := 0
	for i := range p.Takes {
		if p.Takes[i].Promotes != nil {
			n++
		}
	}
	if n > 0 {
		s += fmt.Sprintf(" %s made from drafts, all at once.", say.Count(n, "clip"))
	}
	return s
}

// UnconfirmedLine names the models that something is bought of at a price that the vendor has not published; "" for none.
func (p *Plan) UnconfirmedLine() string {
	var models []string
	for i := range p.Takes {
		t := p.Takes[i].Take
		if name := t.Model.Alias + " at " + t.Request.Resolution; p.Takes[i].Cost.Micros > 0 && t.Price.Unconfirmed &&
			!slices.Contains(models, name) {
			models = append(models, name)
		}
	}
	if len(models) == 0 {
		return ""
	}
	return "The vendor has not published the price of " + strings.Join(models, ", ") + ": the bill may differ."
}

// FacesLine names the takes to buy that start from a frame which the service did not give itself, where their model
// refuses recognisable faces in such pictures; "" for none. The service's own last frame, by its own URL, is no such one.
func (p *Plan) FacesLine() string {
	can, simulated := p.Film.Service.About.Can, p.Film.Service.Simulated()
	var names []string
	for i := range p.Takes {
		t := p.Takes[i].Take
		decoded := t.From != nil && (t.At != 0 || can.LastFrame == provider.No || can.OwnFrames == provider.No)
		if decoded && t.Model.RefusesFaces && p.Takes[i].Cost.Micros > 0 && !simulated {
			names = append(names, t.Name())
		}
	}
	if len(names) == 0 {
		return ""
	}
	bill := map[provider.Answer]string{provider.No: "", provider.Yes: ", and is billed all the same"}
	told, known := bill[can.Failed]
	if !known {
		told = ", and may be billed all the same"
	}
	who := names[0]
	if n := len(names) - 1; n > 0 {
		who += fmt.Sprintf(" and %s more", say.Count(n, "take"))
	}
	return fmt.Sprintf(
		"%s: the first frame is decoded from a clip, and so foreign to %s: where a face in it can be recognised, "+
			"the clip is likely refused%s.", who, p.Film.Service.Name, told)
}

// ServiceLine says what is not known, or cannot be done, at the service that something is bought from; "" for nothing.
func (p *Plan) ServiceLine() string {
	g, can := p.Film.Service.Gateway, p.Film.Service.About.Can
	if p.Film.Service.Simulated() || p.Buys == 0 {
		return ""
	}
	var lines []string
	switch {
	case g.Name != "" && g.PriceFactor != 0:
		lines = append(lines,
			fmt.Sprintf("%s charges %g times the prices of %s, as the models file says.", g.Name, g.PriceFactor, g.Region))
	case g.Name != "":
		lines = append(lines, fmt.Sprintf("What %s charges is not known here: these are the prices of %s.", g.Name, g.Region))
	}
	switch {
	case can.Lookup == provider.NoLookup && g.Echo != nil && len(g.Echo) == 0:
		lines = append(lines,
			"Its tasks tell nothing back by which they could be known: of an answer that is lost nobody can tell whether the "+
				"clip was bought.")
	case can.Lookup == provider.NoLookup:
		lines = append(lines, "It lists no tasks: of an answer that is lost nobody can tell whether the clip was bought.")
	}
	switch can.Failed {
	case provider.Unknown:
		lines = append(lines, "A clip that fails there may be billed all the same: only what surely was not is tried again.")
	case provider.Yes:
		lines = append(lines, "A clip that fails there is billed all the same: none is tried again.")
	}
	return strings.Join(lines, " ")
}
