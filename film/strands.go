package film

import (
	"fmt"
	"strings"

	"shotchain/chain/graph"
	"shotchain/internal/say"
)

// ChainLines tell how deep the plan's chains are and where they begin anew, one line each; none of chains of one link.
func (p *Plan) ChainLines() (lines []string) {
	for _, s := range p.Graph.Strands() {
		if s.Links < 2 {
			continue
		}
		line := fmt.Sprintf("%s: %s", s.Opening.Name(), say.Count(s.Links, "link"))
		if len(s.Led) > 0 {
			line += fmt.Sprintf(", at most %d since a keyframe: %s", s.Depth, strings.Join(p.Film.led(s), "; "))
		}
		lines = append(lines, line)
	}
	return lines
}

// led tells which shots of a chain end on a given picture, those of one picture together.
func (f *Film) led(s graph.Strand) (all []string) {
	at := map[string]int{}
	for _, t := range s.Led {
		still := f.EndsOn(t)
		n, known := at[still]
		if !known {
			at[still] = len(all)
			all = append(all, still+" ends "+t.Name())
			continue
		}
		all[n] += ", " + t.Name()
	}
	return all
}
