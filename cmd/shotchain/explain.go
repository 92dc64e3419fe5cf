package main

import (
	"fmt"
	"strings"

	"shotchain/film"
	"shotchain/internal/say"
)

// explain prints timelines.
func (p *program) explain(tls []film.Explained) {
	if p.json {
		all := []jsonTimeline{}
		for _, t := range tls {
			j := timelineJSON(t.Cut, t.Timeline)
			j.Variant = t.Variant
			all = append(all, j)
		}
		p.printJSON(map[string]any{"cuts": all})
		return
	}
	for i, t := range tls {
		if i > 0 {
			fmt.Fprintln(p.out)
		}
		if name := strings.TrimSpace(t.Variant + " " + t.Cut.ID); name != "" {
			fmt.Fprintf(p.out, "%s: ", name)
		}
		for _, line := range strings.SplitAfter(t.Explain(), "\n") {
			fmt.Fprintln(p.out, say.Clean(strings.TrimSuffix(line, "\n")))
		}
		fmt.Fprintln(p.out, "outputs")
		for _, o := range t.Cut.Outputs {
			fmt.Fprintf(p.out, "  %s\n", say.Clean(say.Path(o.Path)))
		}
	}
}
