package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/money"
	"shotchain/film"
	"shotchain/internal/say"
)

func (p *program) planVerb() *cobra.Command {
	var o runFlags
	var among, out, format string
	var coded, prompts bool
	var strict strictFlag
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "say what would be made, why, and what it costs",
		Long: `Plan compares a storyboard with the store and prints each take: what it grows from, its state with the reason, and
what it costs at most. It spends nothing, writes nothing but --out, and needs no key. What it calls cached is used; what it calls
new, stale or waits is all that a run will buy, at most at that price.

  cached      kept in the store: used as it is
  new         bought, can start at once
  stale       bought: the shot has a clip, but asks for something else by now
  waits       bought once the frame that it grows from is there
  in flight   bought by an earlier run: picked up
  unknown     may have been bought: looked up before anything is bought
  left out    not among the shots of --only
  unpicked    not bought before a take of the shot that it grows from is picked

Own footage (a shot with ` + "`clip`" +
			`) is listed too: nothing is made for it. Warnings about chains are those of check.

--compare plans the film once for each provider that sells clips, or for those named, on the store as it is: what is
cached there, what is to buy and for how much, each in its own currency, and what it cannot do, at its line. No key is
needed; gateways are compared where their key is set, or where they are named.`,
		Example: "shotchain plan film.yaml --provider ark\nshotchain plan film.yaml --compare=ark,fal",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case among != "" && out != "":
				return usage("leave one of them out", "--out writes one plan, --compare makes several")
			case format != "text" && format != "markdown":
				return usage("it is text or markdown", "there is no format %q", format)
			case format == "markdown" && p.json:
				return usage("leave one of them out", "--json is a format of its own")
			}
			if among != "" {
				return p.compare(cmd.Context(), args[0], &o, among)
			}
			f, err := p.openRoutes(cmd.Context(), args[0], o.film, o.stores, o.routes)
			if err != nil {
				return err
			}
			plan, err := f.Plan(cmd.Context(), o.limits.PlanOptions)
			if err != nil {
				return err
			}
			if err := p.foresee(cmd.Context(), plan); err != nil {
				return err
			}
			ws, err := strict.warned(f)
			if err != nil {
				return err
			}
			p.admit(f.Service)
			switch {
			case format == "markdown":
				p.printMarkdown(plan)
			case !p.json:
				p.printPlan(plan)
				if prompts {
					p.printPrompts(plan)
				}
				p.printWarnings(ws)
			}
			if keyless := (*film.Failure)(nil); errors.As(plan.Keyed(p.env), &keyless) {
				p.say("%s: run would refuse this; %s", keyless.Message, keyless.Hint)
			}
			if out != "" {
				if err := p.writePlan(cmd, plan, &o, out); err != nil {
					return err
				}
			}
			j := planJSON(plan)
			j.Warnings = warningsJSON(ws)
			if prompts {
				for i := range j.Takes {
					j.Takes[i].Prompt = plan.Takes[i].Take.Request.Prompt
				}
			}
			if coded && plan.MayBuy() > 0 {
				return &ended{Failure: &film.Failure{Kind: film.Wanting, Message: plan.BottomLine()}, told: true, result: j}
			}
			if p.json {
				p.printJSON(j)
			}
			return nil
		},
	}
	o.film.add(cmd)
	o.stores.add(cmd)
	o.limits.add(cmd, &o.film)
	o.routes.add(cmd)
	o.film.addDraft(cmd)
	strict.add(cmd)
	cmd.Flags().BoolVar(&coded, "exit-code", false,
		"end with 10 where there is something to buy, with 0 where there is nothing")
	cmd.Flags().BoolVar(&prompts, "prompts", false,
		"show the prompt of each shot as it is sent, composed of all that the storyboard says of it")
	cmd.Flags().StringVar(&out, "out", "",
		"write the plan to `FILE`, for run --plan: it buys exactly this, or nothing")
	cmd.Flags().StringVar(&format, "format", "text",
		"print the plan as `FORMAT`: text, or markdown for a comment on a pull request")
	cmd.Flags().StringVar(&among, "compare", "",
		"price the film at each provider, or at those named: `NAME,...`, after a =")
	cmd.Flags().Lookup("compare").NoOptDefVal = everywhere
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if among == everywhere && len(args) == 2 {
			return usage("write --compare="+say.ShellWord(args[1]), "plan takes one storyboard, not 2")
		}
		return oneFile(cmd, args)
	}
	return cmd
}

var stateColours = map[chain.Standing]string{chain.Cached: dim, chain.New: green, chain.Stale: green,
	chain.Waits: green, chain.InFlight: amber, chain.Unclear: red}

func (p *program) printPlan(plan *film.Plan) {
	f := plan.Film
	fmt.Fprintf(p.out, "%s: %s, %g s, by %s\n\n", f.Name(), say.Count(len(f.Shots()), "shot"), f.Seconds(), f.Service.By())
	if len(f.Graph.Films) > 1 {
		p.printParts(plan)
		if len(plan.Takes) > maxPrinted {
			fmt.Fprintf(p.out, "\n%s\n", plan.BottomLine())
			return
		}
		fmt.Fprintln(p.out)
	}
	t := newTable("SHOT", "GROWS FROM", "STATE", ">LENGTH", "SIZE", ">TOKENS", ">AT MOST", "WHY")
	var notes []string
	for i := range plan.Takes {
		pt := &plan.Takes[i]
		take := pt.Take
		tokens, cost := "-", "-"
		if pt.Cost != (money.Amount{}) {
			tokens, cost = fmt.Sprint(pt.Tokens), pt.Cost.String()
		}
		grows := f.GrowsFrom(take)
		if to := f.EndsOn(take); to != "" {
			grows += " to " + to
		}
		for _, fit := range f.Fits(take) {
			notes = append(notes, take.Name()+": "+fit)
		}
		t.add(film.ShotsOf(take), grows, string(pt.Standing), length(take),
			fmt.Sprintf("%s %d×%d", take.Request.Resolution, take.Size.Width, take.Size.Height), tokens, cost, why(pt))
	}
	for _, own := range f.OwnClips() {
		t.add(own.Name(f), "-", "own footage", "-", "-", "-", "-", say.Clean(own.File.Name))
	}
	t.fit(p.width, "TOKENS", "SIZE")
	t.write(p.out, func(row, column int) string {
		if !p.colourOut || column != 2 || row > len(plan.Takes) {
			return ""
		}
		return stateColours[plan.Takes[row-1].Standing]
	})
	if len(notes) > 0 {
		fmt.Fprintf(p.out, "\nStills are cropped around their middle and scaled:\n")
	}
	for _, note := range notes {
		fmt.Fprint(p.out, p.paragraph("  ", note))
	}
	if chains := plan.ChainLines(); len(chains) > 0 {
		fmt.Fprintf(p.out, "\nChains:\n")
		for _, line := range chains {
			fmt.Fprint(p.out, p.paragraph("  ", line))
		}
	}
	fmt.Fprint(p.out, "\n", p.paragraph("", plan.BottomLine()))
	if line := plan.DraftLine(); line != "" {
		fmt.Fprint(p.out, p.paragraph("", line))
	}
	for _, line := range notesOn(plan) {
		fmt.Fprint(p.out, p.paragraph("", line))
	}
}

// length is what is bought of a take and, where the film shows less, what of that.
func length(t *graph.Take) string {
	if n := film.Tenths(t.Shot, t); n < 10*t.Seconds {
		return fmt.Sprintf("%.1f of %d s", float64(n)/10, t.Seconds)
	}
	return fmt.Sprintf("%d s", t.Seconds)
}

// printPrompts shows what is sent of each shot, once where takes have one prompt.
func (p *program) printPrompts(plan *film.Plan) {
	said := map[string]bool{}
	for i := range plan.Takes {
		t := plan.Takes[i].Take
		if id := t.Name() + t.Request.Prompt; t.Request.Prompt != "" && !said[id] {
			said[id] = true
			fmt.Fprintf(p.out, "\n%s\n%s", film.ShotsOf(t), wrapped("  ", t.Request.Prompt, columns))
		}
	}
}

// why is the reason of a take's state, with what it makes necessary downstream.
func why(pt *chain.Planned) string {
	s := pt.Reason
	if pt.Drags > 0 && pt.Standing == chain.Stale {
		s += fmt.Sprintf("; drags along %s, %s", say.Count(pt.Drags, "take"), pt.DragsCost.String())
	}
	return s
}
