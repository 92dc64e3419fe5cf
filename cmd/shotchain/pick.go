package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/internal/durable"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

func (p *program) pickVerb() *cobra.Command {
	var film filmFlags
	cmd := &cobra.Command{
		Use:   "pick FILE SHOT N",
		Short: "use take N of a shot",
		Long: `Pick writes "pick: N" at a shot of the storyboard: the take that the film uses and that later shots continue from.
Nothing else of the file changes: comments, blank lines and quotes stay. Nothing is bought; the next run buys what grows
from the take, unless the store has it from before.`,
		Example: "shotchain pick film.yaml arrival/boat 2",
		RunE: func(_ *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[2])
			if err != nil || n < 1 {
				return usage("takes are counted from 1", "%q is not the number of a take", say.Clean(args[2]))
			}
			e, err := film.edit(args[0], args[1])
			if err != nil {
				return err
			}
			if err := e.set(storyboard.SetPick, n); err != nil {
				return err
			}
			if err := e.write(); err != nil {
				return err
			}
			if p.json {
				p.printJSON(map[string]any{"shot": e.shot.Name(), "pick": n, "was": e.shot.Pick.Value, "takes": e.shot.Takes})
			}
			p.say("%s: take %d of %d is picked", e.shot.Name(), n, e.shot.Takes)
			return nil
		},
	}
	film.add(cmd)
	cmd.Args = threeOf("pick", "film.yaml arrival/boat 2")
	cmd.ValidArgsFunction = film.completeShot
	return cmd
}

// threeOf asks for a file, a shot and a number.
func threeOf(verb, example string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 3 {
			return usage("shotchain "+verb+" "+example, "%s needs a storyboard, a shot and a number", verb)
		}
		return nil
	}
}

// completeShot offers storyboards, then the shots of the one that was named.
func (f *filmFlags) completeShot(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return completeFile(cmd, args, begun)
	case 1:
		return f.completeShots(cmd, args, begun)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// edit is a change of a storyboard's text. Nothing is written before write.
type edit struct {
	file   string
	real   string // file without symbolic links
	source []byte
	film   *storyboard.Storyboard // as the text says
	shot   *storyboard.Shot       // as it was before
	o      storyboard.Options
}

// edit reads a storyboard to change one shot of it.
func (f *filmFlags) edit(file, shot string) (*edit, error) {
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	e := &edit{file: file, o: o}
	if e.film, err = storyboard.Load(file, o); err != nil {
		return nil, err
	}
	s, ok := e.film.Shot(shot)
	if !ok {
		var all []string
		for _, s := range e.film.Shots() {
			all = append(all, s.Name())
		}
		return nil, usage(say.DidYouMean(shot, all, "a shot is named scene/shot; `shotchain plan` lists them"), "the film has no shot %q", say.Clean(shot))
	}
	e.shot = s
	if e.real, err = filepath.EvalSymlinks(file); err != nil {
		return nil, err
	}
	e.source, err = os.ReadFile(e.real)
	return e, err
}

// set changes the text, and holds that the film is right with it.
func (e *edit) set(splice func([]byte, string, int) ([]byte, error), n int) error {
	text, err := splice(e.source, e.shot.Name(), n)
	if err != nil {
		return &Failure{Kind: Miswritten, Message: err.Error()}
	}
	film, err := storyboard.Parse(e.file, filepath.Dir(e.file), text, e.o)
	if err != nil {
		return err
	}
	e.source, e.film = text, film
	return nil
}

// write replaces the file. It keeps its permissions, and is whole whatever happens.
func (e *edit) write() error {
	info, err := os.Stat(e.real)
	if err != nil {
		return err
	}
	if err := durable.WritePath(e.real, e.source); err != nil {
		return fmt.Errorf("%s is as it was: %w", e.file, err)
	}
	return os.Chmod(e.real, info.Mode().Perm())
}

// takeFlags are the options of take.
type takeFlags struct {
	film   filmFlags
	stores storeFlags
	budget budgetFlags
	timing timingFlags
	more   int
}

func (p *program) takeVerb() *cobra.Command {
	var o takeFlags
	cmd := &cobra.Command{
		Use:   "take FILE SHOT",
		Short: "buy more takes of one shot",
		Long: `Take raises "takes" of a shot in the storyboard and buys the new ones; the rest of the film is not touched, and no
take that there is is ever replaced. What the shot grows from must be there already. The new clips' paths are printed on
stdout; "shotchain pick" chooses one.`,
		Example: "shotchain take film.yaml arrival/boat -n 2 --max-cost 10",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.take(cmd.Context(), args[0], args[1], &o) },
	}
	cmd.Flags().IntVarP(&o.more, "number", "n", 1, "how many more")
	o.film.add(cmd)
	o.stores.add(cmd)
	o.budget.add(cmd)
	o.timing.add(cmd)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usage("shotchain take film.yaml arrival/boat", "take needs a storyboard and a shot")
		}
		return nil
	}
	cmd.ValidArgsFunction = o.film.completeShot
	return cmd
}

// take is the verb: it writes the storyboard once it is allowed to buy, and before it does.
func (p *program) take(ctx context.Context, path, shot string, o *takeFlags) error {
	if o.more < 1 {
		return usage("", "take -n is at least 1")
	}
	e, err := o.film.edit(path, shot)
	if err != nil {
		return err
	}
	had := e.shot.Takes
	if err := e.set(storyboard.SetTakes, had+o.more); err != nil {
		return err
	}
	f, err := p.compile(ctx, path, e.film, o.film, o.stores)
	if err != nil {
		return err
	}
	st, err := p.storeOf(o.stores, f)
	if err != nil {
		return err
	}
	plan, err := (&planFlags{only: []string{e.shot.Name()}}).plan(ctx, f, st)
	if err != nil {
		return err
	}
	p.admit(f.service)
	p.tellPlan(f, plan)
	if err := p.allow(ctx, f, plan, &o.budget); err != nil {
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
	if err := st.Create(); err != nil {
		return err
	}
	if err := p.keepFrames(f, st); err != nil {
		return err
	}
	if err := e.write(); err != nil {
		return err
	}
	began := time.Now()
	show := p.newProgress(f)
	log := newRunLog(show, nil)
	reel, err := chain.Run(ctx, plan, chain.RunOptions{Provider: provider, Store: st, Inspector: inspector{}, Observe: log.take, Timing: o.timing.timing()})
	show.close()
	p.note(f, st, reel, began, log)
	return p.taken(ctx, f, reel, err, e.shot.Name(), had, began)
}

// taken says what came of the new takes.
func (p *program) taken(ctx context.Context, f *film, r *chain.Reel, err error, shot string, had int, began time.Time) error {
	var gone []string
	for _, one := range f.films() {
		s, _ := one.Shot(shot)
		for i, t := range one.takes(s) {
			o := r.Outcomes[t.Index]
			switch {
			case !o.Ok():
				gone = append(gone, t.Name())
			case i >= had && !p.json:
				fmt.Fprintln(p.out, say.Path(o.Dir.Path(o.Clip.Video.Name)))
			}
		}
	}
	var fail *Failure
	if len(gone) > 0 || err != nil {
		if fail = p.outcome(ctx, f, r, err); fail == nil || fail.Kind == Incomplete {
			fail = &Failure{Kind: Incomplete, Shot: shot, Message: fmt.Sprintf("no clip of %s; what is there has been kept", strings.Join(gone, ", ")),
				Hint: "`shotchain run` makes what is missing"}
		}
	}
	p.tellReel(f, r, time.Since(began), fail)
	if fail != nil {
		return &ended{Failure: fail, result: resultJSON(f, r, nil, fail)}
	}
	if p.json {
		p.printJSON(resultJSON(f, r, nil, nil))
	}
	return nil
}
