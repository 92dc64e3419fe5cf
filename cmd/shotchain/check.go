package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/internal/say"
)

func (p *program) checkVerb() *cobra.Command {
	var film filmFlags
	var strict strictFlag
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "read a storyboard and report every problem",
		Long: `Check reads a storyboard, its stills, and what its models can do at the chosen provider. Every problem is reported,
in file order, with its line and what would work. Nothing is written, sent or spent.

It also warns where a chain of shots is likely to be seen, each warning with the name of its rule:

  deep      more than 4 links since an opening or a still: pictures degrade
  again     comparatives ("closer"), which every link applies to its own result
  cut       a continuing shot that is told to cut
  fade      a shot that another grows from, and that ends in the dark
  ending    a shot that another grows from, and that ends without a face
  ratio, style, model   two shots joined by a frame differ in them
  length    a duration of auto in a chain
  speech    spoken lines on both sides of a join

A comment on the line allows it: # shotchain: allow deep`,
		Example: "shotchain check film.yaml --var keeper=\"a young keeper\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := p.open(cmd.Context(), args[0], film)
			if err != nil {
				return err
			}
			ws, err := strict.warned(f)
			if err != nil {
				return err
			}
			p.printChecked(f, ws)
			return nil
		},
	}
	film.add(cmd)
	strict.add(cmd)
	return cmd
}

// checked is the answer of check in JSON.
type checked struct {
	OK       bool   `json:"ok"`
	Title    string `json:"title"`
	Provider string `json:"provider"`
	Scenes   int    `json:"scenes"`
	Shots    int    `json:"shots"`
	Takes    int    `json:"takes"`  // shots that ask for exactly the same share one
	Chains   int    `json:"chains"` // takes that open on their own
	Seconds  int    `json:"seconds"`
	Cuts     int    `json:"cuts"` // 1 where the film does not say

	Warnings []jsonWarning `json:"warnings,omitempty"`
}

func (p *program) printChecked(f *film, ws []chain.Warning) {
	c := checked{OK: true, Title: f.Title, Provider: f.service.name, Scenes: len(f.Scenes), Shots: len(f.Shots()),
		Takes: len(f.graph.Takes), Chains: f.chains(), Seconds: f.seconds(), Cuts: max(1, len(f.Cuts)), Warnings: warningsJSON(ws)}
	if p.json {
		p.printJSON(c)
		return
	}
	p.printWarnings(ws)
	fmt.Fprintf(p.out, "%s: ok, %s, %d s, %s\n", f.title(), say.Count(c.Shots, "shot"), c.Seconds, say.Count(c.Chains, "chain"))
}
