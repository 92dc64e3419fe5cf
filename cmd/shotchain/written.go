package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"shotchain/film"
	"shotchain/internal/say"
)

// Plans that are written to a file, and run as they are.

// ofPlan are the options that a written plan holds, and those that make no sense beside one.
var ofPlan = []string{"var", "variant", "rows", "where", "provider", "drift", "draft", "failover", "only", "keep", "resubmit", "stop-at",
	"concurrency", "locked", "fetch"}

func (o *runFlags) addPlan(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.plan, "plan", "", "run the plan in this `FILE` of plan --out, exactly, or not at all")
}

// asked is what of the command line shapes the plan.
func (o *runFlags) asked() film.Asked {
	l := o.limits
	a := film.Asked{Provider: o.film.provider, Drift: o.film.drift, Failover: o.routes.failover,
		Variants: o.film.variants, Rows: o.film.rows, Where: o.film.where, Vars: map[string]string{}, Draft: o.film.draft,
		Limit: l.Limit, Only: l.Only, Keep: l.Keep, Resubmit: l.Resubmit, StopAt: l.StopAt}
	for _, v := range o.film.vars {
		name, value, _ := strings.Cut(v, "=")
		a.Vars[name] = value
	}
	return a
}

// againFlags are the options that a written plan does not hold, for they say where its answers come from.
var againFlags = []string{"store", "models", "base-url", "allow-path"}

// writePlan writes a plan for run --plan, and says how it is run.
func (p *program) writePlan(cmd *cobra.Command, plan *film.Plan, o *runFlags, to string) error {
	text, err := plan.Save(o.asked())
	if err != nil {
		return err
	}
	if err := film.WritePlan(to, text); err != nil {
		return err
	}
	again := []string{"shotchain", "run", plan.Film.File, "--plan", to}
	for _, name := range againFlags {
		if f := cmd.Flags().Lookup(name); f.Changed {
			values := []string{f.Value.String()}
			if all, ok := f.Value.(pflag.SliceValue); ok {
				values = all.GetSlice()
			}
			for _, v := range values {
				again = append(again, "--"+name, v)
			}
		}
	}
	p.say("`%s` makes exactly this", say.ShellLine(again))
	return nil
}

// planned reads the plan that --plan names and takes its options; nil without one.
func (o *runFlags) planned(cmd *cobra.Command) (*film.Saved, error) {
	if o.plan == "" {
		return nil, nil
	}
	var beside []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if slices.Contains(ofPlan, f.Name) {
			beside = append(beside, "--"+f.Name)
		}
	})
	if len(beside) > 0 {
		return nil, usage("leave it out, or plan again with it", "%s beside --plan: the plan says it", beside[0])
	}
	s, err := film.ReadPlan(o.plan)
	if err != nil {
		return nil, err
	}
	a := s.Asked
	o.film.provider, o.film.drift, o.routes.failover = a.Provider, a.Drift, a.Failover
	o.film.variants, o.film.rows, o.film.where = a.Variants, a.Rows, a.Where
	o.film.draft, o.film.vars = a.Draft, nil
	for name, value := range a.Vars {
		o.film.vars = append(o.film.vars, name+"="+value)
	}
	l := &o.limits
	l.Limit, l.Only, l.Keep, l.Resubmit, l.StopAt = a.Limit, a.Only, a.Keep, a.Resubmit, a.StopAt
	return s, nil
}
