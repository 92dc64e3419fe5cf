package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"shotchain/board"
	"shotchain/chain"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/render/sheet"
	"shotchain/storyboard"
)

func (p *program) boardVerb() *cobra.Command {
	var o runFlags
	port := 0
	cmd := &cobra.Command{
		Use:   "board FILE",
		Short: "serve the contact sheet on this machine, live",
		Long: `Board serves the film's contact sheet at an address of this machine, which it prints on stdout, until it is interrupted.
The page follows what goes on: queued, running, downloading, done. A run can be started there, after its price was
shown, and stopped; tasks that run at the provider are picked up by the next run. A click on a take picks it, as
"shotchain pick" does. --max-cost and --max-takes bound what
each run may buy.

The address holds a token: whoever has it can spend money with this key. It is served on 127.0.0.1 only, and pages
elsewhere can neither read nor use it.`,
		Example: "shotchain board film.yaml --max-cost 20",
		RunE: func(cmd *cobra.Command, args []string) error {
			b := &boardFilm{p: p, file: args[0], o: &o}
			if _, err := b.look(); err != nil {
				return err
			}
			return p.serveBoard(cmd.Context(), b, port)
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "the `PORT` to serve at (default any that is free)")
	o.film.add(cmd)
	o.stores.add(cmd)
	o.limits.add(cmd, &o.film)
	o.budget.add(cmd)
	o.timing.add(cmd)
	o.output.add(cmd, &o.film)
	o.sheet.add(cmd)
	o.calls.add(cmd)
	o.film.addDraft(cmd)
	o.drafts.add(cmd)
	return cmd
}

// serveBoard serves until ctx ends.
func (p *program) serveBoard(ctx context.Context, b *boardFilm, port int) error {
	l, err := board.Listen(strconv.Itoa(port))
	if err != nil {
		return usage("choose a --port that is free", "the board cannot be served: %v", err)
	}
	s := board.New(ctx, b, l.Addr().String())
	if p.json {
		p.printJSON(map[string]any{"board": s.URL()})
	} else {
		fmt.Fprintln(p.out, s.URL())
	}
	p.say("the board is open until Ctrl-C; keep its address to yourself")
	return s.Serve(ctx, l)
}

// boardFilm is the film that a board shows. The storyboard is read anew for each page: it may change at any time.
type boardFilm struct {
	p    *program
	file string
	o    *runFlags

	mu   sync.Mutex
	reel *chain.Reel // of the last run that the board has seen; guarded by mu
	of   string      // the takes that it was of; guarded by mu

	editing sync.Mutex // one pick at a time
}

var _ board.Film = (*boardFilm)(nil)

// look reads the film and the store as they are now.
func (b *boardFilm) look() (*filmed, error) {
	f, err := b.p.openIn(context.Background(), b.file, b.o.film, b.o.stores)
	if err != nil {
		return nil, told(err)
	}
	if _, err := ffmpeg.Find(); err != nil {
		return nil, err
	}
	st, err := b.p.storeOf(b.o.stores, f)
	if err != nil {
		return nil, err
	}
	plan, err := b.o.limits.plan(context.Background(), f, st)
	if err != nil {
		return nil, err
	}
	b.o.drafts.into(f, plan, st)
	outs, err := f.deliveries(b.o.output, st)
	if err != nil {
		return nil, err
	}
	return &filmed{film: f, file: b.file, plan: plan, st: st, outs: outs}, nil
}

// told is an error whose words name the first problem of a storyboard, once: a board has room for a line.
func told(err error) error {
	ps := AsFailure(context.Background(), err).Problems
	switch len(ps) {
	case 0:
		return err
	case 1:
		return errors.New(ps[0].Error())
	}
	return fmt.Errorf("%s (and %s)", ps[0].Error(), say.Count(len(ps)-1, "more problem"))
}

// Page shows the film with what became of its takes in the last run, as long as the plan is what that run left.
func (b *boardFilm) Page(ctx context.Context) (*sheet.Page, error) {
	f, err := b.look()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	if b.reel != nil && b.of == identity(f.plan) {
		f.failures = b.reel
	}
	b.mu.Unlock()
	release, err := f.st.HoldWork(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	page := f.page(ctx)
	page.Board = &sheet.Board{Buys: f.plan.Buys, Cost: f.plan.Total, Picks: true, Takes: len(f.graph.Takes)}
	err = sheet.Prepare(ctx, page, f.st.WorkDir())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		b.p.say("the board lacks pictures: %s", say.Clean(err.Error()))
	}
	return page, nil
}

// identity names a film's takes, whatever of them is made.
func identity(p *chain.Plan) string {
	h := sha256.New()
	for _, t := range p.Graph.Takes {
		fmt.Fprintln(h, t.Identity)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// offerID names what a run of a plan would buy, and for how much.
func offerID(p *chain.Plan) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	_ = e.Encode([]any{identity(p), p.Total, p.Buys})
	for i := range p.Takes {
		_ = e.Encode([]any{p.Takes[i].State, p.Takes[i].Key})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Offer says what a run would buy.
func (b *boardFilm) Offer(context.Context) (board.Offer, error) {
	f, err := b.look()
	if err != nil {
		return board.Offer{}, err
	}
	return board.Offer{ID: offerID(f.plan), Text: f.bottomLine(f.plan), Buys: f.plan.Buys}, nil
}

// Run makes what was offered. The offer was the question; --max-cost and --max-takes hold all the same.
func (b *boardFilm) Run(ctx context.Context, offer string, observe func(chain.Event)) (string, error) {
	f, err := b.look()
	if err != nil {
		return "", err
	}
	if offerID(f.plan) != offer {
		return "", board.ErrChanged
	}
	quiet := *b.p // what a run says goes on, and where the film is, is talk here
	quiet.out, quiet.json = b.p.err, false
	budget := b.o.budget
	budget.yes = true
	if err := quiet.allow(ctx, f.film, f.plan, &budget); err != nil {
		return "", err
	}
	f.observe = observe
	err = quiet.execute(ctx, f, b.o)
	b.mu.Lock()
	b.reel, b.of = f.reel, identity(f.plan)
	b.mu.Unlock()
	if err != nil {
		fail := AsFailure(ctx, err)
		return "", errors.New(cmp.Or(fail.Message, "failed"))
	}
	return "The film is there: " + bill(f.film, f.reel) + ".", nil
}

// Pick writes the storyboard as `shotchain pick` does. A variant has no pick of its own: the storyboard has.
func (b *boardFilm) Pick(_ context.Context, _, shot string, take int) error {
	b.editing.Lock()
	defer b.editing.Unlock()
	e, err := b.o.film.edit(b.file, shot)
	if err != nil {
		return told(err)
	}
	if err := e.set(storyboard.SetPick, take); err != nil {
		return told(err)
	}
	return e.write()
}

// runOnBoard makes a run while a board shows it.
func (p *program) runOnBoard(ctx context.Context, f *filmed, o *runFlags) error {
	l, err := board.Listen("0")
	if err != nil {
		return err
	}
	b := &boardFilm{p: p, file: f.file, o: o}
	serving, close := context.WithCancel(context.WithoutCancel(ctx))
	s := board.New(serving, b, l.Addr().String())
	served := make(chan error, 1)
	go func() { served <- s.Serve(serving, l) }()
	fmt.Fprintf(p.err, "board: %s\n", s.URL()) // also with --quiet: nobody could guess it

	stopped, end := s.Join()
	ctx, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(stopped, cancel)()
	f.observe = s.Observe
	err = p.execute(ctx, f, o)
	cancel()
	b.mu.Lock()
	b.reel, b.of = f.reel, identity(f.plan)
	b.mu.Unlock()
	told := "The run has ended, and its board with it."
	if err != nil {
		told = AsFailure(ctx, err).Message
	}
	end(told)
	close()
	<-served
	return err
}
