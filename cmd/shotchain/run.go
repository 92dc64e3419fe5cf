package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/ark"
	"shotchain/chain/models"
	"shotchain/chain/store"
	"shotchain/render"
	"shotchain/render/ffmpeg"
)

// runFlags are all options of run.
type runFlags struct {
	film   filmFlags
	stores storeFlags
	limits planFlags
	budget budgetFlags
	timing timingFlags
	output outputFlags
	sheet  sheetFlags
	board  bool
	calls  callbackFlags
}

func (p *program) runVerb() *cobra.Command {
	var o runFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "generate what is missing and assemble the film",
		Long: `Run plans, generates what the store does not hold, and assembles the film, whose path it prints on stdout. Takes that
do not depend on each other are made at the same time; a take starts the moment its first frame exists. A clip is kept
as soon as it is there, so a run that ends early loses nothing: the next one goes on, and picks up tasks that still
run at the provider. A failed take does not stop the others; what grows from it is skipped.

A run that costs money asks first. Where nobody is there to be asked, it needs --yes or --max-cost. The built-in
simulator charges nothing and does not ask.

With --json, each change of a take is one line {"event":"take",...}, and the last line is {"event":"result",...}.`,
		Example: "shotchain run film.yaml --max-cost 12.50 --output film.mp4",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.run(cmd.Context(), args[0], &o) },
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	o.limits.add(cmd, &o.film)
	o.budget.add(cmd)
	o.timing.add(cmd)
	o.output.add(cmd)
	o.sheet.add(cmd)
	cmd.Flags().BoolVar(&o.board, "board", false, "serve the contact sheet live while the run goes on, see `shotchain help board`")
	o.calls.add(cmd)
	return cmd
}

// run is the verb, in the order in which a user could still say no: everything that can be wrong is found before
// anything is written, and everything is written before anything is bought.
func (p *program) run(ctx context.Context, path string, o *runFlags) error {
	if err := o.calls.check(); err != nil {
		return err
	}
	f, err := p.open(path, o.film)
	if err != nil {
		return err
	}
	if _, err := ffmpeg.Find(); err != nil {
		return err
	}
	dir := p.storeDir(o.stores, f)
	st, err := store.Peek(dir)
	if err != nil {
		return err
	}
	out, err := f.output(o.output, st)
	if err != nil {
		return err
	}
	if _, err := sheetDir(o.sheet, out, st); err != nil {
		return err
	}
	plan, err := o.limits.plan(f, st)
	if err != nil {
		return err
	}
	p.admit(f.service)
	p.tellPlan(f, plan)
	if err := p.allow(ctx, f, plan, &o.budget); err != nil {
		return err
	}
	what := &filmed{film: f, file: path, plan: plan, st: st, out: out}
	if o.board {
		return p.runOnBoard(ctx, what, o)
	}
	return p.execute(ctx, what, o)
}

// execute makes a plan that was allowed.
func (p *program) execute(ctx context.Context, f *filmed, o *runFlags) error {
	sheet, err := sheetDir(o.sheet, f.out, f.st)
	if err != nil {
		return err
	}
	catalogue, err := o.film.catalogue()
	if err != nil {
		return err
	}
	provider, done, err := p.client(f.service, catalogue)
	if err != nil {
		return err
	}
	defer done()
	if f.st, err = store.Open(f.st.Dir()); err != nil {
		return err
	}
	calls, err := o.calls.start()
	if err != nil {
		return err
	}
	defer calls.close()
	how := chain.RunOptions{Provider: provider, Store: f.st, Inspector: inspector{}, Timing: o.timing.timing()}
	calls.into(&how, o.calls.url)
	return p.make(ctx, f, how, sheet)
}

// decorate, where a test sets it, wraps every provider of the program.
var decorate = func(p chain.Provider) chain.Provider { return p }

// client connects to who makes the clips; the built-in simulator serves the catalogue. done ends it.
func (p *program) client(who service, catalogue *models.Catalogue) (_ chain.Provider, done func(), err error) {
	base, key, done := who.base, p.env(envKey), func() {}
	if who.simulated() {
		s, secret, err := builtin(catalogue)
		if err != nil {
			return nil, nil, fmt.Errorf("the simulator does not start: %w", err)
		}
		base, key, done = s.url, secret, s.close
	} else if key == "" {
		return nil, nil, &failure{exit: exitAccount, message: fmt.Sprintf("%s needs %s", who.name, envKey),
			hint: "set it to the service's API key, or use --provider sim"}
	}
	c, err := ark.New(ark.Options{BaseURL: base, Key: key, Version: buildInfo().Version})
	if err != nil {
		done()
		return nil, nil, &failure{exit: exitUsage, message: err.Error()}
	}
	return decorate(c), done, nil
}

// make gets the takes, assembles the film and writes the contact sheet.
func (p *program) make(ctx context.Context, f *filmed, how chain.RunOptions, sheet string) error {
	began := time.Now()
	show := p.newProgress(f.film)
	if b, ok := show.(*bars); ok {
		b.expects(f.plan)
	}
	log := newRunLog(show, f.observe)
	how.Observe = log.take
	ctx = log.steps(ctx)
	reel, err := chain.Run(ctx, f.plan, how)
	f.reel = reel
	fail := p.outcome(ctx, f.film, reel, err)
	var made *render.Film
	if fail == nil {
		made, fail = p.finish(ctx, f, show)
	}
	show.close()
	p.note(f.film, f.st, reel, began, log)
	p.tellReel(f.film, reel, time.Since(began), fail)
	if made != nil {
		p.tellFilm(*made)
	}
	page := p.sheetAfter(ctx, f, sheet)
	result := resultJSON(f.film, reel, made, fail)
	result.Sheet = page
	if fail != nil {
		fail.result = result
		return fail
	}
	if p.json {
		p.printJSON(result)
	} else {
		fmt.Fprintln(p.out, shown(f.out))
	}
	return nil
}

// finish assembles the film of a whole reel.
func (p *program) finish(ctx context.Context, f *filmed, show progress) (*render.Film, *failure) {
	made, err := p.assemble(ctx, f.film, f.reel, f.st, f.out, show.film)
	if err == nil {
		return &made, nil
	}
	fail := asFailure(ctx, err)
	if fail.hint == "" {
		fail.hint = "the clips are kept: `shotchain cut` assembles them again"
	}
	return nil, fail
}

// outcome says with which exit code a run ended; nil where every take has its clip.
func (p *program) outcome(ctx context.Context, f *film, r *chain.Reel, err error) *failure {
	var fault *chain.Fault
	switch {
	case ctx.Err() != nil:
		return &failure{exit: exitInterrupted, message: "interrupted", hint: p.afterwards(f, r), retry: []string{}}
	case errors.As(err, &fault):
		return &failure{exit: exitAccount, message: fmt.Sprintf("%s refused the account: %s", f.service.host(), fault),
			hint: fault.Hint, fault: fault}
	case err != nil:
		return asFailure(ctx, err)
	case r.Whole():
		return nil
	}
	gone := missing(f, r)
	fail := &failure{exit: exitIncomplete, shot: gone[0], retry: []string{},
		message: fmt.Sprintf("no film: %s missing; the clips there are have been kept", strings.Join(gone, ", ")),
		hint:    "`shotchain run` again makes only what is missing"}
	for _, o := range r.Outcomes {
		if o.Stage == chain.StageUnknown {
			fail.exit, fail.shot, fail.retry = exitUnknown, o.Take.Name(), []string{"--resubmit", o.Take.Name()}
			fail.message = fmt.Sprintf("nobody can tell whether %s was bought: %v", o.Take.Name(), o.Fault)
			fail.hint = fmt.Sprintf("`shotchain collect` looks it up once more, and so does the next run; the service's console may know it; `shotchain run --resubmit %s` buys it again", o.Take.Name())
			break
		}
	}
	return fail
}

// afterwards says what becomes of the tasks that an interrupted run leaves behind.
func (p *program) afterwards(f *film, r *chain.Reel) string {
	n := r.Count(chain.StageInFlight)
	switch {
	case f.service.simulated():
		return "the next run makes what is missing"
	case n == 1:
		return fmt.Sprintf("1 task is still running at %s; the next run picks it up", f.service.name)
	case n > 1:
		return fmt.Sprintf("%d tasks are still running at %s; the next run picks them up", n, f.service.name)
	}
	return "no task is running; the next run makes what is missing"
}

// tellPlan says in short what is about to happen.
func (p *program) tellPlan(f *film, plan *chain.Plan) {
	cached := 0
	for _, t := range plan.Takes {
		if t.State == chain.Cached {
			cached++
		}
	}
	p.say("%s: %s, %d cached. %s", f.title(), count(len(plan.Takes), "take"), cached, f.bottomLine(plan))
}

// tellReel says what came of a run: what failed and why, what was left, and what it cost.
func (p *program) tellReel(f *film, r *chain.Reel, d time.Duration, fail *failure) {
	for _, o := range r.Outcomes {
		if fail != nil && fail.fault != nil && errors.Is(o.Fault, fail.fault) {
			continue // the end of the run says it
		}
		if o.Stage == chain.StageSkipped && fail != nil && fail.exit == exitInterrupted {
			continue // everything was left off here
		}
		if line := outcomeLine(o); line != "" {
			p.say("%s", line)
		}
	}
	p.say("%s, in %s", bill(f, r), took(d))
}

// bill says how many clips were bought, for how much, and how many cost nothing in this run.
func bill(f *film, r *chain.Reel) string {
	kept, cached := r.Count(chain.StageKept), r.Count(chain.StageCached)
	if f.service.simulated() {
		return fmt.Sprintf("made %s for nothing, %d from the store", count(kept, "clip"), cached)
	}
	bought := 0
	for _, o := range r.Outcomes {
		if o.Stage == chain.StageKept && o.Spent.Micros > 0 {
			bought++
		}
	}
	spent := r.Spent
	spent.Currency = r.Graph.Takes[0].Cost.Currency // also of nothing
	s := fmt.Sprintf("bought %s for %s", count(bought, "clip"), chain.FormatMoney(spent))
	if kept > bought {
		s += fmt.Sprintf(", picked up %d of earlier runs", kept-bought)
	}
	s += fmt.Sprintf(", %d from the store", cached)
	if r.Saved.Micros > 0 {
		s += fmt.Sprintf(" (saved %s)", chain.FormatMoney(r.Saved))
	}
	return s
}

// outcomeLine tells of a take that has no clip, "" of one that has.
func outcomeLine(o chain.Outcome) string {
	name := o.Take.Name()
	var fault *chain.Fault
	switch o.Stage {
	case chain.StageFailed, chain.StageUnknown:
		line := fmt.Sprintf("%s %s: %s", name, o.Stage, clean(fmt.Sprint(o.Fault)))
		if errors.As(o.Fault, &fault) && fault.Hint != "" && o.Stage != chain.StageUnknown { // of the look-up, not of the clip
			line += "\n  hint: " + clean(fault.Hint)
		}
		return line
	case chain.StageSkipped:
		return fmt.Sprintf("%s skipped: %s is not there", name, o.Behind.Name())
	case chain.StageInFlight:
		return fmt.Sprintf("%s still runs as task %s", name, clean(o.Task))
	}
	return ""
}

// jsonResult is the last line of a run with --json.
type jsonResult struct {
	Event    string     `json:"event"` // result
	Film     *jsonFilm  `json:"film,omitempty"`
	Sheet    string     `json:"sheet,omitempty"` // the contact sheet's page
	Provider string     `json:"provider"`
	Charged  bool       `json:"charged"`
	Spent    price      `json:"spent"`
	Saved    price      `json:"saved"`
	Shots    []jsonShot `json:"shots"` // in film order
	Error    *jsonError `json:"error,omitempty"`
}

type jsonShot struct {
	Shot      string     `json:"shot"`
	Stage     string     `json:"stage"`
	Task      string     `json:"task,omitempty"`
	Clip      string     `json:"clip,omitempty"`
	LastFrame string     `json:"last_frame,omitempty"`
	Frames    int        `json:"frames,omitempty"`
	Seed      *int64     `json:"seed,omitempty"`
	Tokens    int64      `json:"tokens,omitempty"`
	Cost      *price     `json:"cost,omitempty"` // what the clip cost when it was bought
	Error     *jsonError `json:"error,omitempty"`
}

func resultJSON(f *film, r *chain.Reel, made *render.Film, fail *failure) jsonResult {
	j := jsonResult{Event: "result", Provider: f.service.name, Charged: !f.service.simulated(),
		Spent: priceOf(r.Spent), Saved: priceOf(r.Saved), Shots: []jsonShot{}}
	if made != nil {
		j.Film = filmJSON(*made)
	}
	if fail != nil {
		j.Error = fail.json()
	}
	for _, s := range f.Shots() {
		j.Shots = append(j.Shots, shotJSON(s.Name(), r.Of(s)))
	}
	return j
}

func shotJSON(name string, o chain.Outcome) jsonShot {
	j := jsonShot{Shot: name, Stage: string(o.Stage), Task: o.Task}
	if c := o.Clip; c != nil {
		cost := priceOf(c.Cost)
		j.Clip, j.LastFrame = o.Dir.Path(c.Video.Name), o.Dir.Path(c.LastFrame.Name)
		j.Frames, j.Seed, j.Tokens, j.Cost = c.Frames, c.Seed, c.Tokens, &cost
	}
	if o.Fault != nil {
		fail := &failure{exit: exitFailed, message: o.Fault.Error(), shot: name}
		if errors.As(o.Fault, &fail.fault) && o.Stage != chain.StageUnknown {
			fail.hint = fail.fault.Hint
		}
		j.Error = fail.json()
	}
	return j
}
