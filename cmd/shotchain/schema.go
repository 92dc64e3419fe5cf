package main

import (
	"github.com/spf13/cobra"

	"shotchain/storyboard"
)

func (p *program) schemaVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "print the JSON Schema of storyboards",
		Long: `Schema prints the language of storyboards as a JSON Schema, for editors that complete and check YAML by one. It is
made from the same table that the parser checks by.`,
		Example: "shotchain schema > storyboard.schema.json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := p.out.Write(storyboard.Schema())
			return err
		},
	}
}
