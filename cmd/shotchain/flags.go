package main

// Options that several verbs share. Each is bound into what the library takes.

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"shotchain/chain"
	"shotchain/chain/models"
	"shotchain/chain/store"
	"shotchain/film"
	"shotchain/storyboard"
)

// catalogueFlags say which models there are.
type catalogueFlags struct{ models string }

func (f *catalogueFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.models, "models", "", "a `FILE` of models that replace or join the built-in ones")
}

func (f catalogueFlags) catalogue() (*models.Catalogue, error) { return film.Catalogue(f.models) }

// serviceFlags say who makes the clips.
type serviceFlags struct{ provider, base, drift string }

func (f *serviceFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.provider, "provider", "",
		"who makes the clips: `NAME` is ark, byteplus, fal, openrouter, sim or a gateway of the catalogue (default ark where ARK_API_KEY is set, else sim)")
	fs.StringVar(&f.base, "base-url", "",
		"a service of the provider's shape at another `URL` (default $ARK_BASE_URL, $FAL_BASE_URL or $OPENROUTER_BASE_URL, else the vendor's)")
	_ = cmd.RegisterFlagCompletionFunc("provider", fixed(append(film.ServiceNames(), models.Default().GatewayNames()...)))
	addDrift(cmd, &f.drift)
}

// ofFilm adds that a storyboard may choose.
func (f *serviceFlags) ofFilm(cmd *cobra.Command) {
	flag := cmd.Flags().Lookup("provider")
	flag.Usage = strings.Replace(flag.Usage, "(default ", "(default the film's look.provider, else ", 1)
}

// addDrift adds the flag of the simulator's camera.
func addDrift(cmd *cobra.Command, drift *string) {
	cmd.Flags().StringVar(drift, "drift", "none",
		"how the simulator's pictures drift from link to link: `NAME` is mild, strong, bright, dark, soft or none")
	_ = cmd.RegisterFlagCompletionFunc("drift", fixed(film.Drifts()))
}

// service chooses who makes the clips. It needs no key.
func (p *program) service(f serviceFlags, of catalogueFlags) (film.Service, error) {
	c, err := of.catalogue()
	if err != nil {
		return film.Service{}, err
	}
	s, err := film.Choose(f.provider, f.base, p.env, c)
	if err != nil {
		return s, err
	}
	return s.Drifting(f.drift)
}

// key is the user's at a service, "" for none.
func (p *program) key(s film.Service) string { return p.env(s.KeyEnv) }

// chooser is service, where --provider chooses it; else how it is chosen once it is known which one a storyboard names.
func (p *program) chooser(f serviceFlags, of catalogueFlags) (film.Service,
	func(name string) (film.Service, error), error) {
	s, err := p.service(f, of)
	if f.provider != "" || err != nil && f.base == "" {
		return s, nil, err
	}
	unnamed := err // a base URL alone may be that of the provider that the storyboard names
	return s, func(name string) (film.Service, error) {
		if name == "" {
			return s, unnamed
		}
		f.provider = name
		return p.service(f, of)
	}, nil
}

// admit tells of the simulator where the user did not ask for it.
func (p *program) admit(s film.Service) {
	if s.Simulated() && !s.Chosen {
		p.say("no %s: using the built-in simulator; its clips are placeholders", film.EnvKey)
	}
}

// filmFlags say how a storyboard is read, and for whom.
type filmFlags struct {
	vars, allow, variants, rows, where []string
	draft                              bool
	catalogueFlags
	serviceFlags
}

func (f *filmFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringArrayVar(&f.vars, "var", nil, "set a variable of the film: `NAME=VALUE`; may be repeated")
	fs.StringArrayVar(&f.allow, "allow-path", nil,
		"a `FOLDER` beside the storyboard's own that its stills may come from; may be repeated")
	fs.StringArrayVar(&f.variants, "variant", nil,
		"only the variants with this `ID`, or like this pattern (*, ?, [a-z]); may be repeated")
	fs.StringSliceVar(&f.rows, "rows", nil, "only the variants at these places, such as a table's rows, from 1: `100-199,205`")
	fs.StringArrayVar(&f.where, "where", nil,
		"only the variants that set a variable, or a key of look, to this: `NAME=VALUE`; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("variant", f.completeVariants)
	f.catalogueFlags.add(cmd)
	f.serviceFlags.add(cmd)
	f.serviceFlags.ofFilm(cmd)
	cmd.Args = oneFile
	cmd.ValidArgsFunction = completeFile
}

// addDraft lets a verb work on drafts.
func (f *filmFlags) addDraft(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.draft, "draft", false,
		"drafts instead: in the model's draft mode, at its lowest resolution, or with the model of look.draft")
}

// reading is how the storyboard is read.
func (f filmFlags) reading() (storyboard.Options, error) {
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

func (f filmFlags) load(path string) (*storyboard.Storyboard, error) {
	o, err := f.reading()
	if err != nil {
		return nil, err
	}
	return storyboard.Load(path, o)
}

// routeFlags say who may make what the film's own provider does not take on.
type routeFlags struct{ failover []string }

func (r *routeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&r.failover, "failover", nil,
		"where the provider refuses the account or cannot be reached, let these make what it has not begun, in order; `NAME,...`")
	_ = cmd.RegisterFlagCompletionFunc("failover", fixed(append(film.ServiceNames(), models.Default().GatewayNames()...)))
}

// services are those that may stand in.
func (p *program) services(r routeFlags, of catalogueFlags) ([]film.Service, error) {
	if len(r.failover) == 0 {
		return nil, nil
	}
	c, err := of.catalogue()
	if err != nil {
		return nil, err
	}
	return film.Sellers(r.failover, p.env, c)
}

// openRoutes is open, with the providers that may stand in.
func (p *program) openRoutes(ctx context.Context, path string, f filmFlags, stores storeFlags,
	r routeFlags) (*film.Film, error) {
	o, err := p.film(f, stores)
	if err != nil {
		return nil, err
	}
	if o.Failover, err = p.services(r, f.catalogueFlags); err != nil {
		return nil, err
	}
	return film.Open(ctx, path, o)
}

// film are the options of a film for the library.
func (p *program) film(f filmFlags, stores storeFlags) (film.Options, error) {
	s, choose, err := p.chooser(f.serviceFlags, f.catalogueFlags)
	if err != nil {
		return film.Options{}, err
	}
	o, err := f.reading()
	if err != nil {
		return film.Options{}, err
	}
	return film.Options{Vars: o.Vars, AllowPaths: o.AllowPaths, Variants: f.variants, Rows: f.rows, Where: f.where, Models: f.models, Draft: f.draft,
		Service: s, Choose: choose, Store: p.storeDir(stores), Scratch: p.temps, Disk: p.disk}, nil
}

// open reads, checks and compiles a storyboard. A wrong command line comes before a wrong file.
func (p *program) open(ctx context.Context, path string, f filmFlags, stores storeFlags) (*film.Film, error) {
	o, err := p.film(f, stores)
	if err != nil {
		return nil, err
	}
	return film.Open(ctx, path, o)
}

// storeFlags say where clips are kept.
type storeFlags struct{ dir string }

func (f *storeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "store", "",
		"the `FOLDER` that keeps the clips (default $SHOTCHAIN_STORE, else .shotchain beside the storyboard)")
}

// storeDir is the store's folder that the user names, "" for none.
func (p *program) storeDir(f storeFlags) string {
	if f.dir != "" {
		return f.dir
	}
	return p.env(film.EnvStore)
}

// storeAt opens for reading the store of storyboards in dir. A folder that is no store is an empty one.
func (p *program) storeAt(f storeFlags, dir string) (*store.Store, error) {
	return film.Peek(p.storeDir(f), dir, p.disk)
}

// planFlags say how much of a film is planned.
type planFlags struct{ film.PlanOptions }

func (l *planFlags) add(cmd *cobra.Command, film *filmFlags) {
	fs := cmd.Flags()
	fs.IntVar(&l.Limit, "concurrency", 0, "make at most `N` takes at once (default the models' own limits)")
	fs.StringSliceVar(&l.Only, "only", nil, "make only the takes of these shots; `SHOT,...`")
	fs.StringSliceVar(&l.Keep, "keep", nil,
		"use the clips that these shots used last, whatever has changed since; `SHOT,...`")
	fs.StringSliceVar(&l.Resubmit, "resubmit", nil,
		"give up on the unfinished attempts of these shots and buy them again; `SHOT,...`")
	fs.StringSliceVar(&l.StopAt, "stop-at", nil,
		"buy nothing that grows from these shots: a pause to look and pick; `SHOT,...`")
	for _, name := range []string{"only", "keep", "resubmit", "stop-at"} {
		_ = cmd.RegisterFlagCompletionFunc(name, film.completeShots)
	}
}

// addDrafts lets drafts stand in.
func (l *planFlags) addDrafts(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&l.AllowDrafts, "allow-drafts", false, "let drafts stand in for clips that are missing")
}

// outputFlags say which cuts are made, and where they and the contact sheet go.
type outputFlags struct{ film.Output }

func (o *outputFlags) add(cmd *cobra.Command, film *filmFlags) {
	fs := cmd.Flags()
	fs.StringVarP(&o.Path, "output", "o", "",
		"the `FILE` to make, in place of what the cut says; ${title} and ${variant} "+
			"are replaced (default out/<title>.mp4 beside the storyboard, with the variant)")
	fs.StringSliceVar(&o.Cuts, "cut", nil, "make only these cuts of the film; `ID,...`")
	_ = cmd.RegisterFlagCompletionFunc("cut", film.completeCuts)
}

const sheetUsage = "the contact sheet's `FOLDER` (default beside the film, <film>-sheet)"

// addSheet declares the options of a verb that writes a contact sheet beside something else.
func (o *outputFlags) addSheet(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Sheet, "sheet", "", sheetUsage)
	cmd.Flags().BoolVar(&o.NoSheet, "no-sheet", false, "write no contact sheet")
}

// budgetFlags say how much a run may cost.
type budgetFlags struct {
	film.Budget
	yes bool
}

func (b *budgetFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVarP(&b.yes, "yes", "y", false, "buy without asking")
	fs.IntVar(&b.MaxTakes, "max-takes", 0, "buy nothing where it would be more than `N` clips (default any number)")
	fs.StringVar(&b.MaxCost, "max-cost", "",
		"buy nothing where all of it would cost more than `AMOUNT`, as 12.50, in the provider's currency")
}

// addFailover bounds the providers of --failover too.
func (b *budgetFlags) addFailover(cmd *cobra.Command) {
	cmd.Flags().StringVar(&b.FailoverMaxCost, "failover-max-cost", "",
		"buy nothing where a provider of --failover might charge more than `AMOUNT` (default --max-cost, where the currency is the same)")
}

// timingFlags say how patient a run is.
type timingFlags struct{ chain.Timing }

func (t *timingFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.DurationVar(&t.Patience, "patience", 15*time.Minute, "try a busy or unreachable provider for `TIME`")
	fs.DurationVar(&t.Settle, "settle", time.Minute,
		"after a lost answer, give the task `TIME` to show up in the provider's list before it counts as never made")
}

// callbackFlags say where the provider may tell that a task has changed.
type callbackFlags struct{ film.Callbacks }

func (c *callbackFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&c.Listen, "callback-listen", "",
		"notice finished tasks at once: take the provider's callbacks at this `ADDRESS`, host:port; needs --callback-url")
	fs.StringVar(&c.URL, "callback-url", "",
		"the `URL` under which the provider reaches that address; a token that nobody can guess is added to it")
}

// lockFlags hold a run to a lock file.
type lockFlags struct {
	locked bool
	fetch  string
}

func (l *lockFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&l.locked, "locked", false,
		"make the film of the clips in its lock file, or fail; nothing is bought")
	cmd.Flags().StringVar(&l.fetch, "fetch", "", "with --locked: a store's `FOLDER-OR-URL` to take missing clips from")
}

// read reads the film's lock file; nil where the run is not locked.
func (l lockFlags) read(ctx context.Context, f *film.Film) (*film.Locked, error) {
	switch {
	case l.locked:
		return f.Locked(ctx, l.fetch)
	case l.fetch != "":
		return nil, usage("add --locked", "--fetch takes the clips of a lock file")
	}
	return nil, nil
}

// fixed completes a flag with a list of words.
func fixed(words []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// unsorted keeps the options of a command in the order that they were declared in.
func unsorted(fs *pflag.FlagSet) { fs.SortFlags = false }
