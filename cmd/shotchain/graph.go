package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain/draw"
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
			if !slices.Contains(draw.Forms, form) {
				return usage("--format is "+strings.Join(draw.Forms, ", "), "a graph cannot be drawn as %q", form)
			}
			f, err := p.open(cmd.Context(), args[0], flags, storeFlags{})
			if err != nil {
				return err
			}
			if !p.json {
				return draw.Write(p.out, f.Graph, form)
			}
			var b bytes.Buffer
			if err := draw.Write(&b, f.Graph, "json"); err != nil {
				return err
			}
			p.printJSON(json.RawMessage(b.Bytes()))
			return nil
		},
	}
	cmd.Flags().StringVar(&form, "format", "text", "the `FORM`: "+strings.Join(draw.Forms, ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", fixed(draw.Forms))
	flags.add(cmd)
	return cmd
}
