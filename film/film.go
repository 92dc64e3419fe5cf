// Package film makes films of storyboards: it is the whole program as a library. [Open] reads a storyboard for a
// service, [Film.Plan] says what would be made and for how much, [Film.Make] gets the clips and assembles them, and
// [Film.Page] shows all of it:
//
//	f, err := film.Open(ctx, "film.yaml", film.Options{})
//	defer f.Close()
//	plan, err := f.Plan(ctx, film.PlanOptions{})
//	made, err := f.Make(ctx, plan, film.MakeOptions{})
//
// The zero [Options] take the built-in simulator, which charges nothing; [Choose] knows the others. Everything that can
// be wrong is found before anything is written, and everything is written before anything is bought: Make buys what
// the plan says, at most at its price, and asks nobody – whoever calls it has asked. Errors are [*Failure]s, or become
// one by [AsFailure]. A Film is of one goroutine at a time; what its options are told is told by many, one call at a time.
package film

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/storyboard"
)

// Options say how a storyboard is read, and for whom.
type Options struct {
	Vars       map[string]string // replace variables of the film
	AllowPaths []string          // folders beside the storyboard's own that its files may come from
	Variants   []string          // ids of the variants that are wanted, or patterns of them (*, ?, [a-z]); nil for all
	Rows       []string          // their places among the film's variants, from 1: 7, or 100-199; nil for all
	Where      []string          // what they must all set, as name=value: variables, and keys of look; nil for nothing
	Models     string            // a file of models that replace or join the built-in ones; "" for none
	Service    Service           // who makes the clips; the zero value is the built-in simulator
	Store      string            // the folder that keeps the clips; "" for .shotchain beside the storyboard
	Draft      bool              // drafts instead: cheap takes to look at first

	// Choose finds the service by the name that the storyboard gives (look.provider), "" where it gives none; nil for
	// Service, whatever the storyboard says.
	Choose func(name string) (Service, error)

	named storyboard.Pos // of look.provider, where it chose the service

	// Failover are other services, in order, that may make what the film's own does not take on; see Made.Failover.
	Failover []Service

	Scratch *Scratch                    // shared by films that are opened again and again; nil for one of its own
	Disk    func(dir string) durable.FS // the disk that the store is on; nil for the real one
}

// Film is a storyboard that was opened for a service, with its store.
type Film struct {
	*storyboard.Storyboard
	Path     string // absolute
	Service  Service
	Graph    *graph.Graph
	Store    *store.Store // opened for reading: nothing is there before something is made
	Draft    bool         // what is made are drafts
	Failover []*Film      // the same film at the services that may stand in for its own, in order
	Drafts   *Film        // the same film as drafts; nil for drafts themselves, and where none can be made

	models *models.Catalogue
	named  storyboard.Pos         // of look.provider, where it chose the service
	filmed *storyboard.Storyboard // the same film as the graph has it, without own footage
	number int                    // in Graph.Films
	temps  *Scratch
	lent   bool // temps are not ours to remove

	fallback *chain.Reel // of drafts that stand in for missing clips; nil for none
}

// Open reads, checks and compiles a storyboard. It sends and writes nothing, but for frames of own footage into a
// folder that goes with Close. The error is storyboard.Problems where the storyboard is wrong: all of them, in order.
func Open(ctx context.Context, path string, o Options) (*Film, error) {
	sb, err := storyboard.Load(path, o.Reading(ctx))
	if err != nil {
		return nil, o.allWrong(ctx, sb, err)
	}
	return Of(ctx, sb, path, o)
}

// allWrong adds to the problems of a broken storyboard what its models surely cannot do.
func (o Options) allWrong(ctx context.Context, sb *storyboard.Storyboard, err error) error {
	var ps storyboard.Problems
	catalogue, unread := Catalogue(o.Models)
	if sb == nil || unread != nil || !errors.As(err, &ps) {
		return err
	}
	var more storyboard.Problems
	if o, err := o.served(sb); !errors.As(err, &more) && err == nil {
		more = graph.Check(ctx, sb, o.target(catalogue))
	}
	all := append(slices.Clone(ps), more...)
	all.Sort()
	return all
}

// served are the options with the service that makes the film: the one that the storyboard names, where its name counts.
func (o Options) served(sb *storyboard.Storyboard) (Options, error) {
	if o.Choose == nil || sb.Unread("provider") {
		return o, nil
	}
	named := sb.Look.Provider
	s, err := o.Choose(named.Value)
	if f := (*Failure)(nil); named.Set && errors.As(err, &f) {
		return o, storyboard.Problems{sb.Problem(named.Pos, f.Hint, "%s", f.Message)}
	}
	o.Service, o.Choose, o.named = s, nil, named.Pos
	return o, err
}

// target is what a storyboard is compiled for.
func (o Options) target(catalogue *models.Catalogue) graph.Target {
	s := o.Service.OrSimulator()
	return graph.Target{Models: catalogue, Service: s.About, Prices: s.Gateway.PriceFactor, Ended: s.Simulated(),
		Now: time.Now(), Draft: o.Draft}
}

// Reading is how the storyboard is read, until ctx ends.
func (o Options) Reading(ctx context.Context) storyboard.Options {
	return storyboard.Options{Vars: o.Vars, AllowPaths: o.AllowPaths, Done: ctx.Done()}
}

// Of is Open for a storyboard that was read, or changed, already: as the file at path would be.
func Of(ctx context.Context, sb *storyboard.Storyboard, path string, o Options) (*Film, error) {
	catalogue, err := Catalogue(o.Models)
	if err != nil {
		return nil, err
	}
	if o, err = o.served(sb); err != nil {
		return nil, err
	}
	f := &Film{Storyboard: sb, Service: o.Service.OrSimulator(), Draft: o.Draft, models: catalogue, named: o.named,
		temps: o.Scratch, lent: o.Scratch != nil}
	if !f.lent {
		f.temps = &Scratch{}
	}
	if f.Path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if f.Store, err = o.store(sb.Dir); err != nil {
		return nil, err
	}
	ffmpeg.Remember(f.Store.WorkDir())
	err = f.compile(ctx, o)
	if err == nil {
		err = f.openRoutes(ctx, o)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Catalogue are the built-in models, with those of a file that replace or join them; "" for none.
func Catalogue(file string) (*models.Catalogue, error) {
	if file == "" {
		return models.Default(), nil
	}
	c, err := models.Load(file, models.Default())
	if err != nil {
		return nil, &Failure{Kind: Misused, Message: "--models: " + err.Error()}
	}
	return c, nil
}

// store opens for reading the store of storyboards in dir. A folder that is no store is an empty one.
func (o Options) store(dir string) (*store.Store, error) {
	return Peek(o.Store, dir, o.Disk)
}

// Peek opens a store for reading: the named one, or where none is named that of storyboards in dir, which may be a
// stranger's and so no link. A disk of its own may be given, nil for the real one.
func Peek(named, dir string, disk func(dir string) durable.FS) (*store.Store, error) {
	var options []store.Option
	if disk != nil {
		options = append(options, store.On(disk))
	}
	if named == "" {
		named, options = filepath.Join(dir, store.DirName), append(options, store.Unlinked())
	}
	return store.Peek(named, options...)
}

// compile makes the film's graph, and that of its drafts where there can be any.
func (f *Film) compile(ctx context.Context, o Options) error {
	wanted, err := o.chosen(f.Storyboard)
	if err != nil {
		return err
	}
	frames, err := lastFrames(ctx, f.Storyboard, f.Store.Dir(), f.temps)
	if err != nil {
		return err
	}
	filmed := f.Storyboard.Filmed(frames)
	to := Options{Service: f.Service, Draft: f.Draft}.target(f.models)
	to.Variants = wanted
	if f.Graph, err = graph.Compile(ctx, filmed, to); err != nil {
		return err
	}
	f.filmed = f.Graph.Film
	if to.Draft = true; f.Draft {
		return nil
	}
	g, err := graph.Compile(ctx, filmed, to)
	if err == nil && slices.ContainsFunc(g.Takes, func(t *graph.Take) bool { return t.Draft }) {
		drafts := *f
		drafts.Graph, drafts.filmed, drafts.Draft = g, g.Film, true
		f.Drafts = &drafts
	}
	return nil
}

// Close removes what Open made for itself.
func (f *Film) Close() {
	if !f.lent {
		f.temps.Remove()
	}
}

// maxTitle is how many columns a title may have in messages.
const maxTitle = 100

// Name is the film's name in messages: its title, or its file.
func (f *Film) Name() string {
	if t := strings.TrimSpace(say.Clean(f.Title)); t != "" {
		return say.Shorten(t, maxTitle)
	}
	return filepath.Base(f.Path)
}

// Seconds is the length of all shots that are made, as the film shows them, at most: to the tenth.
func (f *Film) Seconds() float64 {
	tenths := 0
	for _, s := range f.Shots() {
		if t := f.Take(s); t != nil {
			tenths += Tenths(s, t)
		}
	}
	return float64(tenths) / 10
}

// Tenths is how many tenths of a second the film shows of a shot's take.
func Tenths(s *storyboard.Shot, t *graph.Take) int {
	whole := 10 * t.Seconds
	if n := s.Look.Duration.Value.Tenths; n > 0 {
		return min(whole, n)
	}
	return whole
}

// Take is the take that the film uses for a shot, nil for own footage.
func (f *Film) Take(s *storyboard.Shot) *graph.Take {
	if made, ok := f.filmed.Shot(s.Name()); ok {
		return f.Graph.Pick(made)
	}
	return nil
}

// Takes are all takes of a shot by number; none of own footage.
func (f *Film) Takes(s *storyboard.Shot) []*graph.Take {
	if made, ok := f.filmed.Shot(s.Name()); ok {
		return f.Graph.TakesOf(made)
	}
	return nil
}

// Chains is the number of takes that open on their own.
func (f *Film) Chains() (n int) {
	for _, t := range f.Graph.Takes {
		if t.From == nil {
			n++
		}
	}
	return n
}

// id names the film in its store: by whom it is made, and the way from the store to the storyboard, so that a folder
// that is moved as a whole keeps its memory.
func (f *Film) id() string {
	rel, err := filepath.Rel(f.Store.Dir(), f.Path)
	if err != nil {
		rel = f.Path
	}
	id := f.Service.About.Namespace + " " + filepath.ToSlash(rel)
	if f.Draft {
		id += " draft"
	}
	return id
}
