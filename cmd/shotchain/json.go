package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"shotchain/chain"
	"shotchain/chain/models"
	"shotchain/chain/money"
	"shotchain/chain/store"
	"shotchain/chain/vet"
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
	one := func(t *chain.Take, number int) jsonShot {
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
	Event    string      `json:"event"`            // result
	Film     *jsonFilm   `json:"film,omitempty"`   // the first of films
	Films    []jsonFilm  `json:"films,omitempty"`  // all files of all cuts
	Unmade   []jsonLeft  `json:"unmade,omitempty"` // cuts that were left
	Sheet    string      `json:"sheet,omitempty"`  // the contact sheet's page
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

// jsonPlan is a plan in JSON.
type jsonPlan struct {
	Title           string        `json:"title"`
	Provider        string        `json:"provider"`
	Namespace       string        `json:"namespace"` // of the provider's clips in the store
	Charged         bool          `json:"charged"`   // false: the simulator's prices are what the real service would charge
	Takes           []jsonTake    `json:"takes"`
	Chains          []jsonStrand  `json:"chains,omitempty"`
	Footage         []jsonFootage `json:"footage,omitempty"` // shots that nothing is made for
	Variants        []jsonPart    `json:"variants,omitempty"`
	Drafts          *jsonDraft    `json:"drafts,omitempty"`   // the same film as drafts
	Separate        *price        `json:"separate,omitempty"` // what the variants would cost as films of their own
	Buys            int           `json:"buys"`
	Total           price         `json:"total"` // at most
	Held            price         `json:"held"`  // at most, of tasks in flight
	Saved           price         `json:"saved"`
	ExpectedSeconds float64       `json:"expected_seconds"`

	Notes    []string      `json:"notes,omitempty"`
	Warnings []jsonWarning `json:"warnings,omitempty"`
}

// jsonStrand is a shot that opens on its own with all that grows from it.
type jsonStrand struct {
	Opening string   `json:"opening"`
	Links   int      `json:"links"`         // of the longest way
	Depth   int      `json:"depth"`         // the most in a row without a keyframe
	Led     []string `json:"led,omitempty"` // shots that end on a given picture, from which others begin anew
}

// strandsJSON are the chains of a graph.
func strandsJSON(g *chain.Graph) (all []jsonStrand) {
	for _, s := range g.Strands() {
		j := jsonStrand{Opening: s.Opening.Name(), Links: s.Links, Depth: s.Depth}
		for _, t := range s.Led {
			j.Led = append(j.Led, t.Name())
		}
		all = append(all, j)
	}
	return all
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
	Links      int      `json:"links,omitempty"` // from the chain's opening to here
	Depth      int      `json:"depth,omitempty"` // the same, from where the chain began anew last
	At         float64  `json:"at,omitempty"`    // seconds of the clip of from, below 0 before its last frame; none: its end
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

func planJSON(plan *film.Plan) jsonPlan {
	f := plan.Film
	j := jsonPlan{Title: f.Title, Provider: f.Service.Name, Namespace: f.Service.About.Namespace,
		Charged: !f.Service.Simulated(),
		Takes:   []jsonTake{}, Chains: strandsJSON(plan.Graph), Buys: plan.Buys, Total: priceOf(plan.Total),
		Held: priceOf(plan.Held), Saved: priceOf(plan.Saved),
		ExpectedSeconds: plan.Expected.Seconds(), Notes: notesOn(plan)}
	for i := range plan.Takes {
		pt := &plan.Takes[i]
		t := pt.Take
		n := jsonTake{Links: t.Links, Depth: t.Depth, At: t.Shot.At.Value.Seconds(models.Rate), To: f.EndsOn(t),
			Fits: f.Fits(t), Shot: t.Shot.Name(), Take: t.Number, Picked: t.Picked(), Variants: f.VariantsOf(t),
			State: string(pt.Standing), Reason: pt.Reason, Model: t.Request.Model,
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
			n.From = f.GrowsFrom(t)
		} else if t.Shot.FirstFrame != nil {
			n.FirstFrame = f.GrowsFrom(t)
		}
		j.Takes = append(j.Takes, n)
	}
	if d := plan.Options.Drafts; d != nil {
		j.Drafts = &jsonDraft{d.Buys, priceOf(d.Total)}
	}
	if len(f.Graph.Films) > 1 {
		j.Variants, j.Separate = partsJSON(plan)
	}
	for _, own := range f.OwnClips() {
		j.Footage = append(j.Footage, jsonFootage{own.Shot, own.File.Path, own.Variants})
	}
	return j
}

// jsonTimeline is a cut resolved to frames, in JSON.
type jsonTimeline struct {
	Variant  string      `json:"variant,omitempty"`
	Cut      string      `json:"cut,omitempty"`
	Width    int         `json:"width"`
	Height   int         `json:"height"`
	Rate     int         `json:"rate"`   // frames per second
	Frames   int         `json:"frames"` // of the film
	Timecode string      `json:"timecode"`
	Items    []jsonItem  `json:"items"`
	Sounds   []jsonSound `json:"sounds"`
	Titles   []jsonText  `json:"titles"`
	Captions []jsonText  `json:"captions"`
	Outputs  []string    `json:"outputs"`
}

// jsonItem is a range of a clip in the film; all its numbers are frames.
type jsonItem struct {
	Shot       string `json:"shot"`
	Start      int    `json:"start"`
	End        int    `json:"end"` // not included
	Timecode   string `json:"timecode"`
	In         int    `json:"in"`
	Out        int    `json:"out"`
	Length     int    `json:"length"`
	Speed      string `json:"speed"` // a ratio
	Hold       int    `json:"hold,omitempty"`
	Continues  bool   `json:"continues"`
	Transition string `json:"transition,omitempty"`
	Overlap    int    `json:"overlap,omitempty"`
}

// jsonSound is a stretch of sound; its numbers are samples at 48 kHz.
type jsonSound struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Start   int64   `json:"start"`
	End     int64   `json:"end"`
	From    int64   `json:"from"`
	Gain    float64 `json:"gain,omitempty"`
	FadeIn  int64   `json:"fade_in,omitempty"`
	FadeOut int64   `json:"fade_out,omitempty"`
	Loop    bool    `json:"loop,omitempty"`
	Ducked  bool    `json:"ducked,omitempty"`
	Bridged bool    `json:"bridged,omitempty"`
}

type jsonText struct {
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func timelineJSON(c *storyboard.Cut, tl *film.Timeline) jsonTimeline {
	j := jsonTimeline{Cut: c.ID, Width: tl.Width, Height: tl.Height, Rate: tl.Rate, Frames: tl.Frames,
		Timecode: tl.Timecode(tl.Frames),
		Items:    []jsonItem{}, Sounds: []jsonSound{}, Titles: textsJSON(tl.Titles), Captions: textsJSON(tl.Captions),
		Outputs: []string{}}
	for _, it := range tl.Items {
		j.Items = append(j.Items,
			jsonItem{it.Shot, it.At, it.End(), tl.Timecode(it.At), it.In, it.Out, it.Length, it.Speed.String(), it.Hold,
				it.Continues, it.Transition.Type, it.Transition.Overlap()})
	}
	for _, s := range tl.Sounds {
		j.Sounds = append(j.Sounds,
			jsonSound{s.Kind, s.Name, s.Start, s.End, s.From, s.Gain, s.FadeIn, s.FadeOut, s.Loop, s.Ducked, s.Bridged})
	}
	for _, o := range c.Outputs {
		j.Outputs = append(j.Outputs, o.Path)
	}
	return j
}

func textsJSON(texts []film.Text) []jsonText {
	all := []jsonText{}
	for _, t := range texts {
		all = append(all, jsonText{t.Text, t.Start, t.End})
	}
	return all
}

// jsonError is an error as every command tells it with --json.
type jsonError struct {
	Code        string   `json:"code"` // the kind of failure: each has its exit code
	Message     string   `json:"message"`
	Shot        string   `json:"shot,omitempty"`
	Place       string   `json:"place,omitempty"` // file:line:column
	Hint        string   `json:"hint,omitempty"`
	RetryWith   []string `json:"retry_with,omitzero"`    // options to add to the same command; empty: the same command again
	ServiceCode string   `json:"service_code,omitempty"` // the provider's own
	RequestID   string   `json:"request_id,omitempty"`
}

type jsonProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Source  string `json:"source,omitempty"`
}

func errorJSON(f *film.Failure) *jsonError {
	e := &jsonError{Code: string(f.Kind), Message: f.Message, Shot: f.Shot, Place: f.Place, Hint: f.Hint,
		RetryWith: f.Retry}
	if f.Fault != nil {
		e.ServiceCode, e.RequestID = f.Fault.Code, f.Fault.RequestID
	}
	return e
}

// jsonVet is what was vetted, with what that means in the end.
type jsonVet struct {
	*vet.Report
	Error *jsonError `json:"error,omitempty"`
}

// jsonFailure is a failure without a result.
type jsonFailure struct {
	Error    *jsonError    `json:"error"`
	Problems []jsonProblem `json:"problems,omitempty"`
}

func failureJSON(f *film.Failure) jsonFailure {
	return jsonFailure{Error: errorJSON(f), Problems: problemsJSON(f.Problems)}
}

func problemsJSON(ps storyboard.Problems) []jsonProblem {
	out := []jsonProblem{}
	for _, q := range ps {
		out = append(out, jsonProblem{q.File, q.Line, q.Column, q.Message, q.Hint, q.Source})
	}
	return out
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

// statusJSON is what status tells with --json.
func statusJSON(s film.Status) map[string]any {
	open, ledger := []jsonOpen{}, []jsonAccount{}
	for _, o := range s.Open {
		open = append(open, openJSON(o))
	}
	for _, a := range s.Ledger {
		ledger = append(ledger, jsonAccount{a.Provider, a.Clips, priceOf(a.Spent), priceOf(a.Saved)})
	}
	return map[string]any{"store": s.Dir, "in_flight": open, "ledger": ledger, "runs": s.Runs}
}

func openJSON(o chain.Open) jsonOpen {
	return jsonOpen{Key: o.Dir.Key, Shot: o.Request.Shot, Film: o.Request.Film, Provider: o.Request.Provider,
		State: attemptState(o), Task: o.Attempt.Task, RequestID: o.Attempt.RequestID, Since: o.Attempt.IntendedAt,
		AtMost: priceOf(o.Request.Worst)}
}

// jsonEvent is one line of a run with --json.
type jsonEvent struct {
	Event   string    `json:"event"` // take
	Time    time.Time `json:"time"`
	Shot    string    `json:"shot"`
	Variant string    `json:"variant,omitempty"` // the first that uses the take
	Take    int       `json:"take"`
	Stage   string    `json:"stage"`
	Task    string    `json:"task,omitempty"`
	Message string    `json:"message,omitempty"`
	Cost    *price    `json:"cost,omitempty"` // billed, when it is kept
}

// schemaVersion is the version of what --json prints, docs/json.md. It grows when a field goes or changes its meaning;
// new fields may come at any time.
const schemaVersion = 1

// printJSON writes one value on one line. An object begins with the version of its schema.
func (t *terminal) printJSON(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // our own types always marshal
	}
	line := b.Bytes()
	if rest, ok := bytes.CutPrefix(line, []byte("{")); ok {
		comma := ","
		if rest[0] == '}' {
			comma = ""
		}
		line = append(fmt.Appendf(nil, `{"schema":%d%s`, schemaVersion, comma), rest...)
	}
	_, _ = t.out.Write(escaped(line)) // a closed stdout is nothing that could be told
}

// price is an amount as JSON tells it: a decimal number of the currency's units, exact to the millionth.
type price struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency,omitempty"`
}

func priceOf(m money.Amount) price { return price{json.Number(m.Decimal()), m.Currency} }

// jsonParts are files of the store that can be made again, in JSON.
type jsonParts struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func partsOf(all []store.Part) jsonParts {
	j := jsonParts{Files: len(all)}
	for _, part := range all {
		j.Bytes += part.Bytes
	}
	return j
}

// jsonWatched is one look of watch with --json.
type jsonWatched struct {
	Film  *jsonFilm  `json:"film,omitempty"`
	Drawn int        `json:"drawn"` // clips that were made for it; the others were there
	Error *jsonError `json:"error,omitempty"`
	Took  float64    `json:"took_seconds"`
}

func collectedJSON(r *chain.Reel) map[string]any {
	shots := []jsonShot{}
	for _, o := range r.Outcomes {
		shots = append(shots, shotJSON(o.Take.Name(), o))
	}
	return map[string]any{"collected": shots}
}

// checked is the answer of check in JSON.
type checked struct {
	OK       bool   `json:"ok"`
	Title    string `json:"title"`
	Provider string `json:"provider"`
	Scenes   int    `json:"scenes"`
	Shots    int    `json:"shots"`
	Takes    int    `json:"takes"`  // shots that ask for exactly the same share one
	Chains   int    `json:"chains"` // takes that open on their own
	Seconds  int    `json:"seconds"`
	Cuts     int    `json:"cuts"` // 1 where the film does not say

	Warnings []jsonWarning `json:"warnings,omitempty"`
}
