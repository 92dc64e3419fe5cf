package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain"
)

func (p *program) graphVerb() *cobra.Command {
	var flags filmFlags
	var form string
	cmd := &cobra.Command{
		Use:   "graph FILE",
		Short: "draw which shot grows from which",
		Long: `Graph draws the film's takes and the seams between them: which take starts from the last frame of which. Takes that
open on their own stand at the left. Text is for reading in a terminal; mermaid, dot and json are for other programs.`,
		Example: "shotchain graph film.yaml --format dot | dot -Tsvg > film.svg",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(chain.Drawings, form) {
				return usage("--format is "+strings.Join(chain.Drawings, ", "), "a graph cannot be drawn as %q", form)
			}
			f, err := p.open(cmd.Context(), args[0], flags, storeFlags{})
			if err != nil {
				return err
			}
			if !p.json {
				return f.Graph.Draw(p.out, form)
			}
			var b bytes.Buffer
			if err := f.Graph.Draw(&b, "json"); err != nil {
				return err
			}
			p.printJSON(json.RawMessage(b.Bytes()))
			return nil
		},
	}
	cmd.Flags().StringVar(&form, "format", "text", "the `FORM`: "+strings.Join(chain.Drawings, ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", fixed(chain.Drawings))
	flags.add(cmd)
	return cmd
}
