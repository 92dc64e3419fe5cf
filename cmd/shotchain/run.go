package main

import (
	"context"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/film"
	"shotchain/internal/say"
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
	board  bool
	calls  callbackFlags
	lock   lockFlags
	routes routeFlags
	plan   string // the file of a plan that is run as it is, "" for none
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
run at the provider. A failed take does not stop the others; what grows from it is skipped. A cut that lacks a clip, or
shows a shot with ` + "`approve`" +
			` before a take of it is picked, is left unmade: run says which and why, and ends with exit code
4, or with 9 where it only waits for a pick.

Where the answer to a paid call is lost, the provider's list says whether it made a task. That a task is not listed is
believed only where the list shows another one of the store exactly as it was sent. Where it does not – the first call
of all is such a case – the run ends with exit code 7: look into the service's console, then wait, or buy the clip with
--resubmit SHOT.

With --failover NAME,… other providers stand in where the film's own refuses the account, has used up a quota or cannot
be reached for as long as --patience says. Only takes move that it surely made nothing of: one that it was sent and may
have taken on, has under way, failed at, or refused for its content stays there, and so does what grows from it. Chains
that have not begun move whole. One that has begun goes on from the last picture of its clips, and that is said with the
name of the join: colours and sharpness may change there. What the other provider would charge for all of it is shown
and asked for beforehand; its clips are used again wherever --failover names it.

--plan FILE runs a plan that plan --out has written, as it was made and for nothing else: where the storyboard, a file
that it names, the store, a price or the catalogue has changed since, it says what, buys nothing and ends with exit code
11. It holds the options that shaped the plan; --base-url, --models, --store and --allow-path are given again.

A run that costs money asks first. Where nobody is there to be asked, it needs --yes or --max-cost. The built-in
simulator charges nothing and does not ask.

With --json, each change of a take is one line {"event":"take",...}, and the last line is {"event":"result",...}.`,
		Example: "shotchain run film.yaml --max-cost 12.50 --output film.mp4",
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := o.planned(cmd)
			if err != nil {
				return err
			}
			return p.run(cmd.Context(), args[0], &o, plan)
		},
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	o.limits.add(cmd, &o.film)
	o.routes.add(cmd)
	o.budget.add(cmd)
	o.budget.addFailover(cmd)
	o.timing.add(cmd)
	o.output.add(cmd, &o.film)
	o.trace.add(cmd, false)
	o.output.addSheet(cmd)
	cmd.Flags().BoolVar(&o.board, "board", false,
		"serve the contact sheet live while the run goes on, see shotchain help board")
	o.calls.add(cmd)
	o.film.addDraft(cmd)
	o.limits.addDrafts(cmd)
	o.lock.add(cmd)
	o.addPlan(cmd)
	return cmd
}

// run is the verb, in the order in which a user could still say no: everything that can be wrong is found before
// anything is written, and everything is written before anything is bought. written is the plan that it must be, nil for
// any.
func (p *program) run(ctx context.Context, path string, o *runFlags, written *film.Saved) error {
	if err := o.calls.Check(); err != nil {
		return err
	}
	if o.board && len(o.routes.failover) > 0 {
		return usage("leave one of them out", "--board shows the clips of one provider, --failover may need several")
	}
	f, err := p.openRoutes(ctx, path, o.film, o.stores, o.routes)
	if err != nil {
		return err
	}
	if err := film.Ready(); err != nil {
		return err
	}
	locked, err := o.lock.read(ctx, f)
	if err != nil {
		return err
	}
	plan, err := f.Plan(ctx, o.limits.PlanOptions)
	if err != nil {
		return err
	}
	if err := locked.Holds(plan); err != nil {
		return err
	}
	if written != nil {
		if err := written.Holds(plan); err != nil {
			return err
		}
	}
	if err := plan.Into(o.output.Output); err != nil {
		return err
	}
	if err := plan.Foresee(ctx); err != nil {
		return err
	}
	if locked != nil {
		return p.cut(ctx, plan, o.trace)
	}
	p.admit(f.Service)
	if err := plan.Keyed(p.env); err != nil {
		return err
	}
	p.tellPlan(plan)
	for _, line := range plan.FailoverLines() {
		p.say("%s", line)
	}
	if err := p.allow(ctx, plan, o.budget); err != nil {
		return err
	}
	if o.board {
		return p.runOnBoard(ctx, plan, o)
	}
	_, err = p.make(ctx, plan, o, nil)
	return err
}

// make makes a plan that was allowed, and tells what came of it. observe is told of the takes beside the terminal; nil
// for nobody.
func (p *program) make(ctx context.Context, plan *film.Plan, o *runFlags,
	observe func(chain.Event)) (*film.Made, error) {
	var routes []jsonRoute
	var earlier []*film.Made
	made, err := p.makeOnce(ctx, plan, o, observe)
	for made != nil {
		routes = append(routes, routeJSON(made))
		next, unable := made.Failover(ctx)
		if next == nil {
			if unable != nil {
				err = unable
			}
			break
		}
		p.tellFailover(ctx, made, next, err)
		more, failed := p.makeOnce(ctx, next, o, observe)
		if err = failed; more == nil { // it did not begin
			break
		}
		earlier, made = append(earlier, made), more
	}
	err = film.Unsettled(ctx, earlier, err)
	if made == nil {
		return nil, err
	}
	f := made.Film()
	var fail *film.Failure
	if err != nil {
		fail = film.AsFailure(ctx, err)
	}
	p.tellMade(f, made, fail)
	result := resultJSON(f, made.Reel, made.Files, fail)
	if len(routes) > 1 {
		result.Routes = routes
	}
	result.Unmade, result.Leftover = unmadeJSON(made.Left), made.Old
	result.Seams, result.Chains = seamsJSON(made.Seams)
	if result.Sheet = made.WriteSheet(ctx); result.Sheet != "" {
		p.say("contact sheet: %s", say.Path(result.Sheet))
	}
	if fail == nil && len(made.Files) > 0 {
		p.say("next: `%s` shows it, and picks takes by a click", f.Command("board"))
	}
	switch {
	case fail != nil:
		return made, &ended{Failure: fail, result: result}
	case p.json:
		p.printJSON(result)
	}
	return made, nil
}

// makeOnce makes a plan at one provider.
func (p *program) makeOnce(ctx context.Context, plan *film.Plan, o *runFlags,
	observe func(chain.Event)) (*film.Made, error) {
	show := p.progress(plan)
	how := p.making(plan.Film.Service, show, observe)
	how.Timing, how.Callbacks, how.Commands = o.timing.Timing, o.calls.Callbacks, o.trace.commands(p)
	made, err := plan.Film.Make(ctx, plan, how)
	show.close()
	return made, err
}

// tellFailover says why a film goes on at another provider, and with what.
func (p *program) tellFailover(ctx context.Context, made *film.Made, next *film.Plan, err error) {
	if err != nil {
		p.say("%s", film.AsFailure(ctx, err).Message)
	}
	p.say("%s, in %s", made.Film().Bill(made.Reel), say.Took(made.Took))
	p.say("going on at %s: %s", next.Film.Service.By(), next.Does())
	for _, line := range append(next.SeamLines(), next.FacesLine()) {
		if line != "" {
			p.say("%s", line)
		}
	}
}

// tellMade says what came of a run, but for its contact sheet.
func (p *program) tellMade(f *film.Film, made *film.Made, fail *film.Failure) {
	p.tellReel(f, made, fail)
	p.tellFilms(made.Files)
	p.tellSeams(made.Seams)
	if !p.json {
		p.printFilms(made.Files)
	}
	if len(made.Files) > 0 {
		p.tellDrafts(f, made.Reel)
	}
	for _, left := range made.Left {
		p.say("%s", say.Clean(left.String()))
	}
	p.tellOld(made.Old)
	if fail == nil || fail.Kind == film.Waiting {
		p.tellWaiting(f, made.Reel)
	}
}

// tellOld names files that nothing makes any more.
func (p *program) tellOld(files []string) {
	for _, name := range files {
		p.say("%s is of an earlier list of cuts: nothing makes it any more", say.Path(name))
	}
}

// making is how this program makes things: with its key at the service, telling its terminal.
func (p *program) making(s film.Service, show progress, observe func(chain.Event)) film.MakeOptions {
	take := show.take
	if observe != nil {
		take = func(e chain.Event) {
			show.take(e)
			observe(e)
		}
	}
	return film.MakeOptions{Key: p.key(s), Version: buildInfo().Version, Around: p.around,
		Observer: film.Observer{Take: take, Frames: show.film, Note: func(words string) { p.say("%s", words) }}}
}
