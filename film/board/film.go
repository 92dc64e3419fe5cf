package board

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"shotchain/chain"
	"shotchain/film"
	"shotchain/internal/say"
	"shotchain/render/sheet"
)

// Options say which film a board shows, and what it may do. All but File may be left out.
type Options struct {
	File   string
	Film   film.Options
	Plan   film.PlanOptions
	Output film.Output
	Budget film.Budget // of each run

	// Make makes a plan; observe is told of its takes beside whoever else is. nil: the film makes it, in silence.
	Make func(ctx context.Context, f *film.Film, p *film.Plan, observe func(chain.Event)) (*film.Made, error)
	Note func(words string) // told what the user should know, safe to print; nil for nobody
}

// Storyboard is a Film that is read anew for each page: the file may change at any time.
type Storyboard struct {
	o Options

	mu   sync.Mutex
	reel *chain.Reel // of the last run that the board has seen; guarded by mu
	of   string      // the takes that it was of; guarded by mu

	editing sync.Mutex // one change of the file at a time
}

var _ Film = (*Storyboard)(nil)

// Of shows the storyboard of a file.
func Of(o Options) *Storyboard {
	if o.Make == nil {
		o.Make = func(ctx context.Context, f *film.Film, p *film.Plan, observe func(chain.Event)) (*film.Made, error) {
			return f.Make(ctx, p, film.MakeOptions{Observer: film.Observer{Take: observe}})
		}
	}
	return &Storyboard{o: o}
}

// Look reads the film and its store as they are now. Whoever looks closes the film.
func (b *Storyboard) Look(ctx context.Context) (*film.Film, *film.Plan, error) {
	f, err := film.Open(ctx, b.o.File, b.o.Film)
	if err != nil {
		return nil, nil, told(err)
	}
	p, err := b.plan(ctx, f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, p, nil
}

func (b *Storyboard) plan(ctx context.Context, f *film.Film) (*film.Plan, error) {
	if err := film.Ready(); err != nil {
		return nil, err
	}
	p, err := f.Plan(ctx, b.o.Plan)
	if err != nil {
		return nil, err
	}
	return p, p.Into(b.o.Output)
}

// told is an error whose words name the first problem of a storyboard, once: a board has room for a line.
func told(err error) error {
	ps := film.AsFailure(context.Background(), err).Problems
	switch len(ps) {
	case 0:
		return err
	case 1:
		return errors.New(ps[0].Error())
	}
	return fmt.Errorf("%s (and %s)", ps[0].Error(), say.Count(len(ps)-1, "more problem"))
}

// Page shows the film with what became of its takes in the last run, as long as the plan is what that run left.
func (b *Storyboard) Page(ctx context.Context) (*sheet.Page, error) {
	f, p, err := b.Look(ctx)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b.mu.Lock()
	if b.reel != nil && b.of == p.Identity() {
		p.Earlier = b.reel
	}
	b.mu.Unlock()
	release, err := f.Store.HoldWork(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	page := f.Page(ctx, p, nil)
	page.Board = &sheet.Board{Buys: p.Buys, Cost: p.Total, Picks: true, Takes: len(f.Graph.Takes)}
	err = sheet.Prepare(ctx, page, f.Store.WorkDir())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && b.o.Note != nil {
		b.o.Note("the board lacks pictures: " + err.Error())
	}
	return page, nil
}

// offerID names what a run of a plan would buy, and for how much.
func offerID(p *film.Plan) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	_ = e.Encode([]any{p.Identity(), p.Total, p.Buys})
	for i := range p.Takes {
		_ = e.Encode([]any{p.Takes[i].Standing, p.Takes[i].Key})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Offer says what a run would buy.
func (b *Storyboard) Offer(ctx context.Context) (Offer, error) {
	f, p, err := b.Look(ctx)
	if err != nil {
		return Offer{}, err
	}
	defer f.Close()
	return Offer{ID: offerID(p), Text: p.BottomLine(), Buys: p.Buys}, nil
}

// Run makes what was offered. The offer was the question; the budget holds all the same.
func (b *Storyboard) Run(ctx context.Context, offer string, observe func(chain.Event)) (string, error) {
	f, p, err := b.Look(ctx)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if offerID(p) != offer {
		return "", ErrChanged
	}
	if err := b.o.Budget.Allows(p); err != nil {
		return "", err
	}
	made, err := b.o.Make(ctx, f, p, observe)
	b.Saw(p, made)
	if err != nil {
		fail := film.AsFailure(ctx, err)
		if fail.Kind == film.Waiting {
			return strings.ToUpper(fail.Message[:1]) + fail.Message[1:] + ".", nil
		}
		return "", errors.New(cmp.Or(fail.Message, "failed"))
	}
	return "The film is there: " + f.Bill(made.Reel) + ".", nil
}

// Saw tells the board what came of a run of its film; nil for nothing.
func (b *Storyboard) Saw(p *film.Plan, made *film.Made) {
	if made == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reel, b.of = made.Reel, p.Identity()
}

// Pick writes the storyboard as `shotchain pick` does. A variant has no pick of its own: the storyboard has.
func (b *Storyboard) Pick(ctx context.Context, _, shot string, take int) error {
	b.editing.Lock()
	defer b.editing.Unlock()
	c, err := film.ChangeOf(b.o.File, shot, b.o.Film.Reading(ctx))
	if err != nil {
		return told(err)
	}
	if err := c.Pick(take); err != nil {
		return told(err)
	}
	return c.Write()
}

// Grow writes the storyboard as a gate suggests.
func (b *Storyboard) Grow(ctx context.Context, shot, from, at string) error {
	b.editing.Lock()
	defer b.editing.Unlock()
	c, err := film.ChangeOf(b.o.File, shot, b.o.Film.Reading(ctx))
	if err != nil {
		return told(err)
	}
	if c.Shot.From != from || c.Shot.At.Pos.Line > 0 {
		return ErrGrown
	}
	if err := c.Grow(from, at); err != nil {
		return told(err)
	}
	return c.Write()
}
