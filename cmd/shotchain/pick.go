package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/film"
	"shotchain/internal/say"
)

func (p *program) pickVerb() *cobra.Command {
	var flags filmFlags
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
			o, err := flags.reading()
			if err != nil {
				return err
			}
			c, err := film.ChangeOf(args[0], args[1], o)
			if err != nil {
				return err
			}
			if err := c.Pick(n); err != nil {
				return err
			}
			if err := c.Write(); err != nil {
				return err
			}
			if p.json {
				p.printJSON(map[string]any{"shot": c.Shot.Name(), "pick": n, "was": c.Shot.Pick.Value, "takes": c.Shot.Takes})
			}
			p.say("%s: take %d of %d is picked", c.Shot.Name(), n, c.Shot.Takes)
			return nil
		},
	}
	flags.add(cmd)
	cmd.Args = threeOf("pick", "film.yaml arrival/boat 2")
	cmd.ValidArgsFunction = flags.completeShot
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
	how, err := p.film(o.film, o.stores)
	if err != nil {
		return err
	}
	c, err := film.ChangeOf(path, shot, how.Reading(ctx))
	if err != nil {
		return err
	}
	had := c.Shot.Takes
	if err := c.Takes(had + o.more); err != nil {
		return err
	}
	f, err := film.Of(ctx, c.Film, path, how)
	if err != nil {
		return err
	}
	plan, err := f.Plan(ctx, film.PlanOptions{Only: []string{c.Shot.Name()}})
	if err != nil {
		return err
	}
	p.admit(f.Service)
	if err := plan.Keyed(p.env); err != nil {
		return err
	}
	p.tellPlan(plan)
	if err := p.allow(ctx, plan, o.budget); err != nil {
		return err
	}
	show := p.progress(plan)
	making := p.making(f.Service, show, nil)
	making.Timing, making.Before = o.timing.Timing, c.Write
	made, err := f.Clips(ctx, plan, making)
	show.close()
	if made == nil {
		return err
	}
	return p.taken(ctx, f, made, err, c.Shot.Name(), had)
}

// taken says what came of the new takes.
func (p *program) taken(ctx context.Context, f *film.Film, made *film.Made, err error, shot string, had int) error {
	var gone []string
	for _, one := range f.Variants() {
		s, _ := one.Shot(shot)
		for i, t := range one.Takes(s) {
			o := made.Reel.Outcomes[t.Index]
			switch {
			case !o.Ok():
				gone = append(gone, t.Name())
			case i >= had && !p.json:
				fmt.Fprintln(p.out, say.Path(o.Dir.Path(o.Clip.Video.Name)))
			}
		}
	}
	var fail *film.Failure
	if err != nil {
		fail = film.AsFailure(ctx, err)
	}
	if len(gone) > 0 && (fail == nil || fail.Kind == film.Incomplete) {
		fail = &film.Failure{Kind: film.Incomplete, Shot: shot, Hint: "`shotchain run` makes what is missing",
			Message: fmt.Sprintf("no clip of %s; what is there has been kept", strings.Join(gone, ", "))}
	} else if len(gone) == 0 && fail != nil && fail.Kind == film.Incomplete { // only takes of other shots are missing
		fail = nil
	}
	p.tellReel(f, made, fail)
	result := resultJSON(f, made.Reel, nil, fail)
	if fail != nil {
		return &ended{Failure: fail, result: result}
	}
	if p.json {
		p.printJSON(result)
	}
	return nil
}
