package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"shotchain/film"
	"shotchain/internal/say"
)

func (p *program) traceVerb() *cobra.Command {
	var k keeper
	var out string
	cmd := &cobra.Command{
		Use:   "trace [FILE]",
		Short: "where the time of the last run went, for Perfetto and Chrome",
		Long: `Trace writes what went on in the last run of FILE, or of any storyboard whose store is here: each take with the time
that it was submitted, queued, run and downloaded, and each run of ffmpeg with the shots that it worked for. The form is Chrome's trace events, as JSON:
open it at https://ui.perfetto.dev, or in chrome://tracing; nothing is uploaded. It goes to stdout, or to --output.`,
		Example: "shotchain trace film.yaml -o run.json",
		RunE: func(_ *cobra.Command, args []string) error {
			st, err := p.peek(k, args)
			if err != nil {
				return err
			}
			file := ""
			if len(args) > 0 {
				file = args[0]
			}
			drawn, err := film.TraceOf(st, file)
			if err != nil {
				return err
			}
			b, err := json.Marshal(drawn)
			if err != nil {
				return err
			}
			b = append(b, '\n')
			if out == "" {
				_, err = p.out.Write(b)
				return err
			}
			if err := os.WriteFile(out, b, 0o644); err != nil {
				return err
			}
			return p.product("trace", out)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the trace's `FILE` (default stdout)")
	k.add(cmd)
	return cmd
}

// product names the file that a verb has made.
func (p *program) product(kind, path string) error {
	if p.json {
		p.printJSON(map[string]any{kind: path})
		return nil
	}
	_, err := fmt.Fprintln(p.out, say.Path(path))
	return err
}
