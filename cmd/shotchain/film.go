package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/models"
	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// film is a storyboard that was opened for a provider.
type film struct {
	*storyboard.Storyboard
	filmed  *storyboard.Storyboard // the same film as the graph has it, without own footage
	number  int                    // in graph.Films
	path    string                 // absolute
	service service
	graph   *chain.Graph
	draft   bool  // what is made are drafts
	drafts  *film // the same film as drafts; nil for drafts themselves, and where none can be made

	fallback *chain.Reel // of drafts that stand in for missing clips; nil for none
}

// catalogueFlags say which models there are.
type catalogueFlags struct{ models string }

func (f *catalogueFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.models, "models", "", "a `FILE` of models that replace or join the built-in ones")
}

func (f catalogueFlags) catalogue() (*models.Catalogue, error) {
	if f.models == "" {
		return models.Default(), nil
	}
	c, err := models.Load(f.models, models.Default())
	if err != nil {
		return nil, &Failure{Kind: Misused, Message: "--models: " + err.Error()}
	}
	return c, nil
}

// filmFlags say how a storyboard is read, and for whom.
type filmFlags struct {
	vars, allow, variants []string
	draft                 bool
	catalogueFlags
	serviceFlags
}

func (f *filmFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringArrayVar(&f.vars, "var", nil, "set a variable of the film: `NAME=VALUE`; may be repeated")
	fs.StringArrayVar(&f.allow, "allow-path", nil, "a `FOLDER` beside the storyboard's own that its stills may come from; may be repeated")
	fs.StringArrayVar(&f.variants, "variant", nil, "only the variants with this `ID`, or like this pattern (*, ?, [a-z]); may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("variant", f.completeVariants)
	f.catalogueFlags.add(cmd)
	f.serviceFlags.add(cmd)
	cmd.Args = oneFile
	cmd.ValidArgsFunction = completeFile
}

// open reads, checks and compiles a storyboard.
func (p *program) open(ctx context.Context, path string, f filmFlags) (*film, error) {
	return p.openIn(ctx, path, f, storeFlags{})
}

// openIn is open for a film whose store may be elsewhere: it knows the last frames of own footage.
func (p *program) openIn(ctx context.Context, path string, f filmFlags, stores storeFlags) (*film, error) {
	if _, err := p.service(f.serviceFlags); err != nil { // a wrong command line comes before a wrong file
		return nil, err
	}
	sb, err := f.load(ctx, path)
	if err != nil {
		return nil, err
	}
	return p.compile(ctx, path, sb, f, stores)
}

// compile compiles a storyboard that was read from path.
func (p *program) compile(ctx context.Context, path string, sb *storyboard.Storyboard, f filmFlags, stores storeFlags) (*film, error) {
	s, err := p.service(f.serviceFlags)
	if err != nil {
		return nil, err
	}
	catalogue, err := f.catalogue()
	if err != nil {
		return nil, err
	}
	wanted, err := chosen(sb, f.variants)
	if err != nil {
		return nil, err
	}
	frames, err := p.lastFrames(ctx, sb, p.storeIn(stores, sb.Dir))
	if err != nil {
		return nil, err
	}
	filmed := sb.Filmed(frames)
	to := chain.Target{Models: catalogue, Service: s.about,
		Ended: s.simulated(), Now: time.Now(), Variants: wanted, Draft: f.draft}
	g, err := chain.Compile(ctx, filmed, to)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	made := &film{Storyboard: sb, filmed: g.Film, path: abs, service: s, graph: g, draft: f.draft}
	if to.Draft = true; !f.draft {
		if g, err := chain.Compile(ctx, filmed, to); err == nil && slices.ContainsFunc(g.Takes, func(t *chain.Take) bool { return t.Draft }) {
			made.drafts = &film{Storyboard: sb, filmed: g.Film, path: abs, service: s, graph: g, draft: true}
		}
	}
	return made, nil
}

func (f filmFlags) load(ctx context.Context, path string) (*storyboard.Storyboard, error) {
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	o.Done = ctx.Done()
	return storyboard.Load(path, o)
}

func (f filmFlags) options() (storyboard.Options, error) {
	vars := map[string]string{}
	for _, v := range f.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return storyboard.Options{}, usage("write --var name=value", "--var %q sets no variable", v)
		}
		vars[name] = value
	}
	return storyboard.Options{Vars: vars, AllowPaths: f.allow}, nil
}

// maxTitle is how many columns a title may have in messages.
const maxTitle = 100

// title is the film's name in messages.
func (f *film) title() string {
	if t := strings.TrimSpace(say.Clean(f.Title)); t != "" {
		return widths.Truncate(t, maxTitle, "…")
	}
	return filepath.Base(f.path)
}

// seconds is the length of all shots, at most.
func (f *film) seconds() (n int) {
	for _, s := range f.Shots() {
		if t := f.take(s); t != nil {
			n += t.Seconds
		}
	}
	return n
}

// take is the take that the film uses for a shot, nil for own footage.
func (f *film) take(s *storyboard.Shot) *chain.Take {
	if made, ok := f.filmed.Shot(s.Name()); ok {
		return f.graph.Pick(made)
	}
	return nil
}

// chains is the number of takes that open on their own.
func (f *film) chains() (n int) {
	for _, t := range f.graph.Takes {
		if t.From == nil {
			n++
		}
	}
	return n
}

// storeFlags say where clips are kept.
type storeFlags struct{ dir string }

// envStore names the store that films share.
const envStore = "SHOTCHAIN_STORE"

func (f *storeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "store", "", "the `FOLDER` that keeps the clips (default $SHOTCHAIN_STORE, else .shotchain beside the storyboard)")
}

// storeDir is the store's folder for a film.
func (p *program) storeDir(f storeFlags, film *film) string { return p.storeIn(f, film.Dir) }

// storeIn is the store's folder where the storyboard lies in dir.
func (p *program) storeIn(f storeFlags, dir string) string {
	switch {
	case f.dir != "":
		return f.dir
	case p.env(envStore) != "":
		return p.env(envStore)
	}
	return filepath.Join(dir, store.DirName)
}

// storeOf opens the film's store for reading; Create makes it where something is to be written.
func (p *program) storeOf(f storeFlags, film *film) (*store.Store, error) {
	return p.storeAt(f, film.Dir)
}

// storeAt opens for reading the store of storyboards in dir. A folder that is no store is an empty one.
func (p *program) storeAt(f storeFlags, dir string) (*store.Store, error) {
	var options []store.Option
	if p.disk != nil {
		options = append(options, store.On(p.disk))
	}
	return store.Peek(p.storeIn(f, dir), options...)
}

// id names the film in a store: by whom it is made, and the way from the store to the storyboard, so that a folder
// that is moved as a whole keeps its memory.
func (f *film) id(st *store.Store) string {
	rel, err := filepath.Rel(st.Dir(), f.path)
	if err != nil {
		rel = f.path
	}
	id := f.service.about.Namespace + " " + filepath.ToSlash(rel)
	if f.draft {
		id += " draft"
	}
	return id
}
