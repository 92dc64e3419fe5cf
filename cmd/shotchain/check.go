package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/internal/say"
)

func (p *program) checkVerb() *cobra.Command {
	var film filmFlags
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "read a storyboard and report every problem",
		Long: `Check reads a storyboard, its stills, and what its models can do at the chosen provider. Every problem is reported,
in file order, with its line and what would work. Nothing is written, sent or spent.`,
		Example: "shotchain check film.yaml --var keeper=\"a young keeper\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := p.open(cmd.Context(), args[0], film)
			if err != nil {
				return err
			}
			p.printChecked(f)
			return nil
		},
	}
	film.add(cmd)
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
}

func (p *program) printChecked(f *film) {
	c := checked{OK: true, Title: f.Title, Provider: f.service.name, Scenes: len(f.Scenes), Shots: len(f.Shots()),
		Takes: len(f.graph.Takes), Chains: f.chains(), Seconds: f.seconds(), Cuts: max(1, len(f.Cuts))}
	if p.json {
		p.printJSON(c)
		return
	}
	fmt.Fprintf(p.out, "%s: ok, %s, %d s, %s\n", f.title(), say.Count(c.Shots, "shot"), c.Seconds, say.Count(c.Chains, "chain"))
}
