package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/film"
)

// strictFlag says what becomes of warnings about chains.
type strictFlag struct{ strict bool }

func (f *strictFlag) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.strict, "strict", false, "warnings about chains are problems")
}

// warned are the warnings about a film; an error where they are problems.
func (f *strictFlag) warned(of *film.Film) ([]chain.Warning, error) {
	ws := of.Graph.Lint()
	if f.strict && len(ws) > 0 {
		return nil, chain.Strict(ws)
	}
	return ws, nil
}

// printWarnings tells them beside the answer of a verb.
func (p *program) printWarnings(ws []chain.Warning) {
	for _, w := range ws {
		fmt.Fprintf(p.err, "warning (%s): %s\n", w.Rule, w.Format())
	}
}

// jsonWarning is a warning in JSON.
type jsonWarning struct {
	Rule string `json:"rule"`
	Shot string `json:"shot"`
	jsonProblem
}

func warningsJSON(ws []chain.Warning) []jsonWarning {
	var all []jsonWarning
	for _, w := range ws {
		all = append(all, jsonWarning{w.Rule, w.Shot, jsonProblem{w.File, w.Line, w.Column, w.Message, w.Hint, w.Source}})
	}
	return all
}
