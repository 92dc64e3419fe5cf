package main

import (
	"github.com/spf13/cobra"

	"shotchain/film"
)

func (p *program) doctorVerb() *cobra.Command {
	var service serviceFlags
	var catalogue catalogueFlags
	var stores storeFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "say what is missing on this machine, and how to get it",
		Long: `Doctor looks at what shotchain needs: ffmpeg with its encoders and filters, fonts, the key (set or not, never its
value), the provider, and whether the store can be written. It sends nothing. It ends with 0 where a film can be made
with the simulator, else with 1.`,
		Example: "shotchain doctor --provider ark",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := p.service(service, catalogue)
			if err != nil {
				return err
			}
			return p.tellFindings(film.Examine(cmd.Context(), s, p.key(s) != "", p.storeDir(stores)))
		},
	}
	catalogue.add(cmd)
	service.add(cmd)
	stores.add(cmd)
	return cmd
}

// tellFindings prints them. The error says that a film cannot be made.
func (p *program) tellFindings(all []film.Finding) error {
	ok := true
	for _, f := range all {
		ok = ok && (f.OK || !f.Needed)
	}
	if p.json {
		p.printJSON(map[string]any{"ok": ok, "findings": all})
	} else {
		p.printFindings(all)
	}
	if ok {
		return nil
	}
	return &ended{Failure: &film.Failure{Kind: film.Failed, Message: "a film cannot be made yet"}, told: true}
}

func (p *program) printFindings(all []film.Finding) {
	t := newTable("", "", "")
	t.rows = nil
	for _, f := range all {
		mark := "ok"
		if !f.OK && f.Needed {
			mark = "MISSING"
		} else if !f.OK {
			mark = "note"
		}
		t.add(mark, f.What, f.Found)
		if f.Hint != "" {
			t.add("", "", "-> "+f.Hint)
		}
	}
	t.write(p.out, nil)
}
