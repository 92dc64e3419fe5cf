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
	"shotchain/internal/say"
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
	trace  traceFlags
	sheet  sheetFlags
	board  bool
	calls  callbackFlags
	drafts draftFlags
	lock   lockFlags
}

func (p *program) runVerb() *cobra.Command {
	var o runFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "generate what is missing and assemble the film",
		Long: `Run plans, generates what the store does not hold, and assembles the film: all cuts of the storyboard, or those chosen
with --cut. It prints the paths of what it made on stdout. Takes that
do not depend on each other are made at the same time; a take starts the moment its first frame exists. A clip is kept
as soon as it is there, so a run that ends early loses nothing: the next one goes on, and picks up tasks that still
run at the provider. A failed take does not stop the others; what grows from it is skipped.

Where the answer to a paid call is lost, the provider's list says whether it made a task. That a task is not listed is
believed only where the list shows another one of the store exactly as it was sent. Where it does not – the first call
of all is such a case – the run ends with exit code 7: look into the service's console, then wait, or buy the clip with
--resubmit SHOT.

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
	o.output.add(cmd, &o.film)
	o.trace.add(cmd, false)
	o.sheet.add(cmd)
	cmd.Flags().BoolVar(&o.board, "board", false, "serve the contact sheet live while the run goes on, see shotchain help board")
	o.calls.add(cmd)
	o.film.addDraft(cmd)
	o.drafts.add(cmd)
	o.lock.add(cmd)
	return cmd
}

// run is the verb, in the order in which a user could still say no: everything that can be wrong is found before
// anything is written, and everything is written before anything is bought.
func (p *program) run(ctx context.Context, path string, o *runFlags) error {
	if err := o.calls.check(); err != nil {
		return err
	}
	f, err := p.openIn(ctx, path, o.film, o.stores)
	if err != nil {
		return err
	}
	if _, err := ffmpeg.Find(); err != nil {
		return err
	}
	st, err := p.storeOf(o.stores, f)
	if err != nil {
		return err
	}
	locked, err := p.bring(ctx, f, o.lock, st)
	if err != nil {
		return err
	}
	plan, err := o.limits.plan(ctx, f, st)
	if err != nil {
		return err
	}
	if err := held(f, locked, plan); err != nil {
		return err
	}
	o.drafts.into(f, plan, st)
	outs, err := f.deliveries(o.output, st)
	if err != nil {
		return err
	}
	for _, d := range outs {
		if err := d.foreseen(ctx, d.cuts); err != nil {
			return err
		}
	}
	if _, err := sheetDir(o.sheet, f, outs, st); err != nil {
		return err
	}
	p.admit(f.service)
	if locked != nil {
		return p.cut(ctx, f, plan, st, outs, o.trace)
	}
	p.tellPlan(f, plan)
	if err := p.allow(ctx, f, plan, &o.budget); err != nil {
		return err
	}
	what := &filmed{film: f, file: path, plan: plan, st: st, outs: outs}
	if o.board {
		return p.runOnBoard(ctx, what, o)
	}
	return p.execute(ctx, what, o)
}

// execute makes a plan that was allowed.
func (p *program) execute(ctx context.Context, f *filmed, o *runFlags) error {
	sheet, err := sheetDir(o.sheet, f.film, f.outs, f.st)
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
	if err := f.st.Create(); err != nil {
		return err
	}
	if err := p.keepFrames(f.film, f.st); err != nil {
		return err
	}
	calls, err := o.calls.start()
	if err != nil {
		return err
	}
	defer calls.close()
	how := chain.RunOptions{Provider: provider, Store: f.st, Inspector: inspector{}, Timing: o.timing.timing()}
	calls.into(&how, o.calls.url)
	return p.make(ctx, f, how, sheet, o.trace)
}

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
		return nil, nil, &Failure{Kind: Refused, Message: fmt.Sprintf("%s needs %s", who.name, envKey),
			Hint: "set it to the service's API key, or use --provider sim"}
	}
	how := ark.Options{BaseURL: base, Key: key, Region: who.about.Region, Simulator: who.simulated(), Version: buildInfo().Version}
	if !who.simulated() { // the built-in simulator has one client
		how.Turn = listTurns(base, key)
	}
	c, err := ark.New(how)
	if err != nil {
		done()
		return nil, nil, &Failure{Kind: Misused, Message: err.Error()}
	}
	if p.around != nil {
		return p.around(c), done, nil
	}
	return c, done, nil
}

// make gets the takes, assembles the films and writes the contact sheet.
func (p *program) make(ctx context.Context, f *filmed, how chain.RunOptions, sheet string, trace traceFlags) error {
	release, err := how.Store.HoldWork(ctx)
	if err != nil {
		return err
	}
	defer release()
	began := time.Now()
	show := p.newProgress(f.film)
	if b, ok := show.(*bars); ok {
		b.expects(f.plan)
	}
	log := newRunLog(show, f.observe)
	var soon []*ahead
	prepare := render.NewPreparer()
	for _, d := range f.outs {
		soon = append(soon, newAhead(log.steps(ctx, d.Variant), d.film, d.cuts, prepare, trace.options(p, how.Store, nil)))
	}
	how.Observe = func(e chain.Event) {
		log.take(e)
		for _, a := range soon {
			a.take(log.steps(ctx, a.f.Variant), e)
		}
	}
	reel, err := chain.Run(log.steps(ctx, ""), f.plan, how)
	for _, a := range soon {
		a.wait()
	}
	f.reel = reel
	fail := p.outcome(ctx, f.film, reel, err)
	var made []edition
	if fail == nil || fail.Kind == Incomplete || fail.Kind == Unclear { // films that lack nothing are made all the same
		made, err = p.deliver(ctx, f.outs, reel, trace.options(p, how.Store, show.film), log.steps)
		if err != nil {
			fail = AsFailure(ctx, err)
			if fail.Hint == "" {
				fail.Hint = fmt.Sprintf("the clips are kept: `%s` assembles them again", f.command("cut"))
			}
		}
	}
	show.close()
	run := p.note(f.film, f.st, reel, began, log)
	p.tellReel(f.film, reel, time.Since(began), fail)
	p.tellFilms(made)
	if !p.json {
		p.printFilms(made)
	}
	if len(made) > 0 {
		p.tellDrafts(f.film, reel)
	}
	if fail == nil {
		p.tellWaiting(f.film, reel)
	}
	result := resultJSON(f.film, reel, made, fail)
	if result.Sheet = p.sheetAfter(log.steps(ctx, ""), f, sheet); result.Sheet != "" {
		p.write(run, f.st, log) // with what the contact sheet took
	}
	if fail == nil && len(made) > 0 {
		p.say("next: `%s` shows it, and picks takes by a click", f.command("board"))
	}
	switch {
	case fail != nil:
		return &ended{Failure: fail, result: result}
	case p.json:
		p.printJSON(result)
	}
	return nil
}

// outcome says with which exit code a run ended; nil where every take has its clip.
func (p *program) outcome(ctx context.Context, f *film, r *chain.Reel, err error) *Failure {
	var fault *chain.Fault
	switch {
	case ctx.Err() != nil:
		return &Failure{Kind: Interrupted, Message: "interrupted", Hint: p.afterwards(f, r), Retry: []string{}}
	case errors.As(err, &fault):
		return &Failure{Kind: Refused, Message: fmt.Sprintf("%s refused the account: %s", f.service.host(), fault),
			Hint: fault.Hint, Fault: fault}
	case err != nil:
		return AsFailure(ctx, err)
	case r.Whole(), r.Count(chain.StageCached)+r.Count(chain.StageKept)+r.Count(chain.StageUnpicked) == len(r.Outcomes):
		return nil
	}
	fail := &Failure{Kind: Incomplete, Retry: []string{}, Hint: fmt.Sprintf("`%s` makes only what is missing", f.command("run"))}
	if gone := missingOf(f.wholes(), r); len(gone) > 0 {
		fail.Shot, fail.Message = gone[0], fmt.Sprintf("no film: %s missing; the clips there are have been kept", strings.Join(gone, ", "))
		if len(r.Graph.Films) > 1 {
			fail.Message = "not every film: " + strings.TrimPrefix(fail.Message, "no film: ")
		}
	} else if r.Count(chain.StageCached)+r.Count(chain.StageKept)+r.Count(chain.StageUnpicked)+r.Count(chain.StageLeft) == len(r.Outcomes) {
		return nil // drafts stand in for what was left out, as the user wants it
	} else {
		fail.Message = "the film has its clips, but not every take was made"
	}
	for _, o := range r.Outcomes {
		if o.Stage == chain.StageUnknown {
			fail.Kind, fail.Shot, fail.Retry = Unclear, o.Take.Name(), []string{"--resubmit", o.Take.Shot.Name()}
			fail.Message = fmt.Sprintf("nobody can tell whether %s was bought: %v", o.Take.Name(), o.Fault)
			fail.Hint = fmt.Sprintf("`shotchain collect` looks it up once more, and so does the next run; the service's console may know it; `shotchain run --resubmit %s` buys it again", o.Take.Shot.Name())
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
		return fmt.Sprintf("the next run makes what is missing: `%s`", f.command("run"))
	case n == 1:
		return fmt.Sprintf("1 task is still running at %s; the next run picks it up: `%s`", f.service.name, f.command("run"))
	case n > 1:
		return fmt.Sprintf("%d tasks are still running at %s; the next run picks them up: `%s`", n, f.service.name, f.command("run"))
	}
	return fmt.Sprintf("no task is running; the next run makes what is missing: `%s`", f.command("run"))
}

// tellPlan says in short what is about to happen.
func (p *program) tellPlan(f *film, plan *chain.Plan) {
	cached := 0
	for _, t := range plan.Takes {
		if t.State == chain.Cached {
			cached++
		}
	}
	p.say("%s: %s, %d cached. %s", f.title(), say.Count(len(plan.Takes), "take"), cached, f.bottomLine(plan))
}

// tellReel says what came of a run: what failed and why, what was left, and what it cost.
func (p *program) tellReel(f *film, r *chain.Reel, d time.Duration, fail *Failure) {
	for _, o := range r.Outcomes {
		if fail != nil && fail.Fault != nil && errors.Is(o.Fault, fail.Fault) {
			continue // the end of the run says it
		}
		if o.Stage == chain.StageSkipped && fail != nil && fail.Kind == Interrupted {
			continue // everything was left off here
		}
		if line := outcomeLine(o); line != "" {
			p.say("%s", line)
		}
	}
	p.say("%s, in %s", bill(f, r), say.Took(d))
}

// bill says how many clips were bought, for how much, and how many cost nothing in this run.
func bill(f *film, r *chain.Reel) string {
	kept, cached := r.Count(chain.StageKept), r.Count(chain.StageCached)
	if f.service.simulated() {
		return fmt.Sprintf("made %s for nothing, %d from the store", say.Count(kept, "clip"), cached)
	}
	bought := 0
	for _, o := range r.Outcomes {
		if o.Stage == chain.StageKept && o.Spent.Micros > 0 {
			bought++
		}
	}
	spent := r.Spent
	if len(r.Graph.Takes) > 0 {
		spent.Currency = r.Graph.Takes[0].Cost.Currency // also of nothing
	}
	s := fmt.Sprintf("bought %s for %s", say.Count(bought, "clip"), chain.FormatMoney(spent))
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
		line := fmt.Sprintf("%s %s: %s", name, o.Stage, say.Clean(fmt.Sprint(o.Fault)))
		if errors.As(o.Fault, &fault) && fault.Hint != "" && o.Stage != chain.StageUnknown { // of the look-up, not of the clip
			line += "\n  hint: " + say.Clean(fault.Hint)
		}
		return line
	case chain.StageSkipped:
		return fmt.Sprintf("%s skipped: %s is not there", name, o.Behind.Name())
	case chain.StageInFlight:
		return fmt.Sprintf("%s still runs as task %s", name, say.Clean(o.Task))
	}
	return ""
}

// jsonResult is the last line of a run with --json.
type jsonResult struct {
	Event    string     `json:"event"`           // result
	Film     *jsonFilm  `json:"film,omitempty"`  // the first of films
	Films    []jsonFilm `json:"films,omitempty"` // all files of all cuts
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

func resultJSON(f *film, r *chain.Reel, made []edition, fail *Failure) jsonResult {
	j := jsonResult{Event: "result", Provider: f.service.name, Charged: !f.service.simulated(),
		Spent: priceOf(r.Spent), Saved: priceOf(r.Saved), Shots: []jsonShot{}}
	if len(made) > 0 {
		j.Films = filmsJSON(made)
		j.Film = &j.Films[0]
	}
	if fail != nil {
		j.Error = errorJSON(fail)
	}
	for _, one := range f.films() {
		for _, s := range one.Shots() {
			j.Shots = append(j.Shots, takesJSON(one, r, s))
		}
	}
	return j
}

func shotJSON(name string, o chain.Outcome) jsonShot {
	j := jsonShot{Shot: name, Take: o.Take.Number, Stage: string(o.Stage), Task: o.Task}
	if c := o.Clip; c != nil {
		cost := priceOf(c.Cost)
		j.Clip, j.LastFrame = o.Dir.Path(c.Video.Name), o.Dir.Path(c.LastFrame.Name)
		j.Draft = c.Draft
		j.Frames, j.Seed, j.Tokens, j.Cost = c.Frames, c.Seed, c.Tokens, &cost
	}
	if o.Fault != nil {
		fail := &Failure{Kind: Failed, Message: o.Fault.Error(), Shot: name}
		if errors.As(o.Fault, &fail.Fault) && o.Stage != chain.StageUnknown {
			fail.Hint = fail.Fault.Hint
		}
		j.Error = errorJSON(fail)
	}
	return j
}
