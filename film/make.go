package film

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"shotchain/chain"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/film/seams"
	"shotchain/internal/say"
	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/sheet"
	"shotchain/render/work"
)

// MakeOptions say how a plan is made. The zero value makes it in silence, with the built-in simulator.
type MakeOptions struct {
	Key       string // of the user's account at the service; "" for the simulator
	Version   string // of the program, for logs at the service
	Timing    chain.Timing
	Callbacks Callbacks
	Observer  Observer

	Before func() error // called when all is ready, just before anything may be bought; nil for nothing to do

	Commands func(argv []string) // told of each ffmpeg command as it runs; nil for nobody
	Ran      func(argv []string) // with DryRun: told of those that ran all the same, to know what to correct; nil for nobody
	DryRun   bool                // of Cut: tell the commands that are still to run, and run none

	Around func(provider.Provider) provider.Provider // put around the service's client; nil for nothing
}

// Observer is told what goes on, by many goroutines, one call of each at a time. What is nil is not told.
type Observer struct {
	Take   func(chain.Event)     // a take reached a stage
	Frames func(done, total int) // frames of the films that are ready
	Note   func(words string)    // something that fails no run, but that the user should know; safe to print
}

func (o Observer) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(say.Clean(fmt.Sprintf(format, args...)))
	}
}

// Made is what came of a plan.
type Made struct {
	Reel  *chain.Reel     // of every take what became of it
	Files []Edition       // the finished files of all cuts
	Seams []*seams.Report // of each variant of which a file was made
	Left  []Unmade        // the cuts that were left unmade for want of a clip or a pick
	Old   []string        // files of an earlier list of cuts that are still there, from the storyboard's folder
	Took  time.Duration   // of the clips and the files

	plan *Plan
	run  *store.Run
	log  *runLog
	o    Observer
}

// Ready says what keeps films from being made on this machine: ffmpeg is missing, or too old.
func Ready() error {
	_, err := ffmpeg.Find()
	return err
}

// Make gets the clips of a plan – it buys what the plan says, asking nobody – and assembles the films that lack none.
// Where the plan was not told Into what, it is what the storyboard says. Made is nil only where nothing was begun;
// what failed is a *Failure beside it: the clips there are have been kept.
func (f *Film) Make(ctx context.Context, p *Plan, o MakeOptions) (*Made, error) {
	if p.Films == nil {
		if err := p.Into(Output{}); err != nil {
			return nil, err
		}
		if err := p.Foresee(ctx); err != nil {
			return nil, err
		}
	}
	return f.begin(ctx, p, o)
}

// Clips is Make without the films: it only gets the plan's clips.
func (f *Film) Clips(ctx context.Context, p *Plan, o MakeOptions) (*Made, error) {
	clips := *p
	clips.Films = nil
	return f.begin(ctx, &clips, o)
}

// begin makes everything ready that a run needs, and runs.
func (f *Film) begin(ctx context.Context, p *Plan, o MakeOptions) (*Made, error) {
	if err := Ready(); err != nil {
		return nil, err
	}
	client, done, err := f.Service.Connect(Connection{Key: o.Key, Version: o.Version, Models: f.models})
	if err != nil {
		return nil, err
	}
	defer done()
	if err := p.offered(ctx, client); err != nil {
		return nil, err
	}
	bells := provider.Bell(client)
	if o.Around != nil {
		client = o.Around(client)
	}
	if err := f.Store.Create(); err != nil {
		return nil, err
	}
	if err := f.keepFrames(); err != nil {
		return nil, err
	}
	calls, err := o.Callbacks.start(bells)
	if err != nil {
		return nil, err
	}
	defer calls.close()
	how := chain.RunOptions{Provider: client, Store: f.Store, Inspector: inspector{}, Timing: o.Timing,
		Judge: &judge{f: f, o: o.Observer, how: f.assembly(o)}}
	calls.into(&how, o.Callbacks.URL)
	if o.Callbacks.Until != nil {
		defer o.Callbacks.Until()
	}
	if o.Before != nil {
		if err := o.Before(); err != nil {
			return nil, err
		}
	}
	release, err := f.Store.HoldWork(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return f.run(ctx, p, how, o)
}

// run gets the takes and assembles the films.
func (f *Film) run(ctx context.Context, p *Plan, how chain.RunOptions, o MakeOptions) (*Made, error) {
	began := time.Now()
	log := &runLog{also: o.Observer.Take}
	m := &Made{plan: p, log: log, o: o.Observer}
	prepare := render.NewPreparer()
	var soon []*ahead
	for _, d := range p.Films {
		soon = append(soon, newAhead(log.steps(ctx, d.Variant), d.Film, d.Cuts, prepare, f.assembly(o)))
	}
	how.Observe = func(e chain.Event) {
		log.take(e)
		for _, a := range soon {
			a.take(log.steps(ctx, a.f.Variant), e)
		}
	}
	var err error
	m.Reel, err = chain.Run(log.steps(ctx, ""), p.Plan, how)
	for _, a := range soon {
		a.wait()
	}
	fail := f.Outcome(ctx, m.Reel, err)
	if fail == nil || fail.Kind == Incomplete || fail.Kind == Unclear { // films that lack nothing are made all the same
		if m.Files, m.Seams, err = p.deliver(ctx, m.Reel, f.assembly(o), o.Version, log.steps); err != nil {
			if fail = AsFailure(ctx, err); fail.Hint == "" {
				fail.Hint = fmt.Sprintf("the clips are kept: `%s` assembles them again", f.Command("cut"))
			}
		} else {
			m.Old = p.leftover()
		}
	}
	m.Left = p.unmade(m.Reel)
	if fail == nil {
		fail = f.waiting(m.Left)
	}
	p.Seams = m.Seams
	m.Took = time.Since(began)
	m.note(began)
	if fail != nil {
		return m, fail
	}
	return m, nil
}

// assembly is how films are put together in the store.
func (f *Film) assembly(o MakeOptions) work.Options {
	how := work.Options{Dir: f.Store.WorkDir(), Progress: o.Observer.Frames, Trace: o.Commands, Ran: o.Ran,
		DryRun: o.DryRun}
	if o.DryRun {
		how.Progress = nil
	}
	return how
}

// Cut assembles the plan's films from the clips that the store holds, and buys nothing. Where one is missing it makes
// nothing: the failure is Incomplete.
func (f *Film) Cut(ctx context.Context, p *Plan, o MakeOptions) (*Made, error) {
	if p.Films == nil {
		if err := p.Into(Output{}); err != nil {
			return nil, err
		}
	}
	began := time.Now()
	reel, err := p.stored()
	if err != nil {
		return nil, err
	}
	if !o.DryRun || p.corrects() {
		release, err := f.Store.HoldWork(ctx)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	m := &Made{Reel: reel, plan: p, o: o.Observer}
	m.Files, m.Seams, err = p.deliver(ctx, reel, f.assembly(o), o.Version, nil)
	if err == nil && !o.DryRun {
		m.Old = p.leftover()
	}
	p.Seams = m.Seams
	m.Took = time.Since(began)
	return m, err
}

// WriteSheet writes the contact sheet of what was made and returns its page; "" where there is none: the plan wants
// none, no clip is there, or it could not be written, which is only noted: a run is what it is.
func (m *Made) WriteSheet(ctx context.Context) string {
	p := m.plan
	if p.Sheet == "" || ctx.Err() != nil || !slices.ContainsFunc(m.Reel.Outcomes, chain.Outcome.Ok) {
		return ""
	}
	if m.log != nil {
		ctx = m.log.steps(ctx, "")
	}
	page, err := p.Film.WriteSheet(ctx, p, m.Reel, m.o)
	if err != nil {
		m.o.note("there is no contact sheet: %s", err)
		return ""
	}
	if m.run != nil {
		m.write() // with what the contact sheet took
	}
	return page
}

// WriteSheet writes the plan's contact sheet and returns its page. reel is of a run that has just ended, nil for what
// the store holds. Pictures that could not be made are noted.
func (f *Film) WriteSheet(ctx context.Context, p *Plan, reel *chain.Reel, o Observer) (string, error) {
	release, err := f.Store.HoldWork(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	page, err := sheet.Write(ctx, f.Page(ctx, p, reel), p.Sheet, f.Store.WorkDir())
	if unshown := (*sheet.Unshown)(nil); errors.As(err, &unshown) {
		o.note("the contact sheet lacks pictures: %s", unshown)
		return page, nil
	}
	return page, err
}
