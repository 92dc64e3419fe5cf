package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// errNothing ends a take that is only to be collected, and of which nothing ever came.
var errNothing = errors.New("the service made nothing of it, and nothing is owed; run the film to make it")

// Open is a take that an earlier run bought, or may have bought, and that is not kept yet.
type Open struct {
	Dir     store.Take
	Request *store.Request
	Attempt store.Attempt
}

// Unfinished finds the takes of a store that may still turn into a clip or a bill. What it cannot read it names in
// the error, beside what it could.
func Unfinished(st *store.Store) ([]Open, error) {
	takes, err := st.Takes()
	if err != nil {
		return nil, err
	}
	var open []Open
	var unread []error
	for _, t := range takes {
		if clip, _ := intact(t); clip != nil {
			continue
		}
		j, err := t.Journal()
		if err != nil {
			unread = append(unread, fmt.Errorf("take %s: %w", t.Key[:12], err))
			continue
		}
		a := j.Last()
		if a == nil || !a.Open() || lost(t, a) {
			continue
		}
		req, err := t.Request()
		if err != nil {
			unread = append(unread, fmt.Errorf("take %s: %w", t.Key[:12], err))
			continue
		}
		open = append(open, Open{Dir: t, Request: req, Attempt: *a})
	}
	return open, errors.Join(unread...)
}

// Collect waits for unfinished takes of one provider and keeps what they made. It needs no storyboard
// and buys nothing: a create call that turns out to have been lost before it made a task is only noted as such.
// Errors and outcomes are those of Run.
func Collect(ctx context.Context, open []Open, o RunOptions) (*Reel, error) {
	if o.Provider == nil {
		return &Reel{}, errors.New("a run needs a provider")
	}
	film := &storyboard.Storyboard{}
	g := &graph.Graph{Film: film, Films: []*storyboard.Storyboard{film}, Service: o.Provider.About()}
	p := &Plan{Graph: g}
	for _, u := range open {
		if u.Request.Provider != g.Service.Namespace {
			continue
		}
		t, err := u.take()
		if err != nil {
			return &Reel{Graph: g}, err
		}
		t.Index, t.Order = len(g.Takes), len(g.Takes)
		g.Takes = append(g.Takes, t)
		p.Takes = append(p.Takes, Planned{Take: t, Standing: InFlight, Key: u.Dir.Key})
		p.Held = p.Held.Add(t.Cost)
	}
	return Run(ctx, p, o)
}

// take is the take as far as its record tells.
func (u Open) take() (*graph.Take, error) {
	t := &graph.Take{StoredKey: u.Dir.Key, Draft: u.Request.Draft, Number: u.Request.Number,
		Model:  &models.Model{Concurrency: 1 << 20},
		Tokens: u.Request.Tokens, Cost: u.Request.Worst,
		Price:    models.Price{PerMillion: u.Request.PerMillion, Currency: u.Request.Worst.Currency},
		Expected: time.Duration(u.Request.Expected * float64(time.Second))}
	var err error
	if t.Request, err = requestOf(u.Request); err != nil {
		return nil, fmt.Errorf("take %s: %w", u.Dir.Key[:12], err)
	}
	scene, id, _ := strings.Cut(u.Request.Shot, "/")
	t.Shot = &storyboard.Shot{Scene: scene, ID: id}
	t.Seconds = t.Request.Duration
	return t, nil
}

// requestOf is the request that a record holds.
func requestOf(kept *store.Request) (asked provider.Request, err error) {
	if err := json.Unmarshal(kept.Asked, &asked); err != nil {
		return asked, fmt.Errorf("%w: request.json: %v", store.ErrDamaged, err)
	}
	return asked, nil
}

// Cancellation is what became of one attempt to cancel.
type Cancellation struct {
	Open
	Ended bool  // it will not be made
	Why   error // why not, where it was not ended
}

// Cancel ends the tasks that are still queued at the provider; a task that runs cannot be stopped, and its clip is
// kept by whoever waits for it. Attempts without a task id are left for Collect to find.
func Cancel(ctx context.Context, open []Open, o RunOptions) []Cancellation {
	var all []Cancellation
	for _, u := range open {
		if u.Request.Provider != o.Provider.About().Namespace {
			continue
		}
		c := Cancellation{Open: u}
		switch {
		case o.Provider.About().Can.Cancel == provider.NoCancel:
			c.Why = errors.New("the service cancels nothing: `shotchain collect` keeps what it makes")
		case u.Attempt.Task == "":
			c.Why = errors.New("it is not known whether a task was made: `shotchain collect` looks it up")
		default:
			if c.Why = o.Provider.Cancel(ctx, refOf(&u.Attempt)); c.Why == nil {
				c.Ended = true
				c.Why = note(ctx, u, o)
			}
		}
		all = append(all, c)
	}
	return all
}

// note records a cancelled attempt, unless a run is waiting for it: that one will see it and record it.
func note(ctx context.Context, u Open, o RunOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l, err := o.Store.Lock(ctx, u.Dir.Key, cancel)
	if err != nil {
		return nil // held by the run that waits for the task
	}
	defer l.Unlock()
	j, err := l.Journal()
	if err != nil {
		return err
	}
	a := j.Last()
	if a == nil || a.Task != u.Attempt.Task || !a.Open() {
		return nil
	}
	now := time.Now().UTC()
	a.State, a.EndedAt, a.Message = store.Failed, &now, "cancelled by the user"
	if can := o.Provider.About().Can; can.Cancel == provider.CancelRunning && can.Failed != provider.No {
		a.Billed = provider.Unknown.String() // it may have run
	}
	return l.PutJournal(j)
}
