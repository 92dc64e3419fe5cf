package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain/lint"
	"shotchain/film"
)

// strictFlag says what becomes of warnings about chains.
type strictFlag struct{ strict bool }

func (f *strictFlag) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.strict, "strict", false, "warnings about chains are problems")
}

// warned are the warnings about a film; an error where they are problems.
func (f *strictFlag) warned(of *film.Film) ([]lint.Warning, error) {
	ws := lint.Of(of.Graph)
	if f.strict && len(ws) > 0 {
		return nil, lint.Strict(ws)
	}
	return ws, nil
}

// printWarnings tells them beside the answer of a verb.
func (p *program) printWarnings(ws []lint.Warning) {
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

func warningsJSON(ws []lint.Warning) []jsonWarning {
	var all []jsonWarning
	for _, w := range ws {
		all = append(all, jsonWarning{w.Rule, w.Shot, jsonProblem{w.File, w.Line, w.Column, w.Message, w.Hint, w.Source}})
	}
	return all
}
