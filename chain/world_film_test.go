package chain

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
)

// begin makes the film and the service.
func (w *world) begin(root string) {
	r := w.luck("film")
	drafts := r.IntN(10) == 0
	w.lines = drawLines(r, drafts)
	folder := filepath.Join(root, "film")
	require.NoError(w.t, os.Mkdir(folder, 0o755))
	if strings.Contains(strings.Join(w.lines, ""), ".png") {
		for _, name := range []string{"a.png", "b.png"} {
			still(w.t, folder, name, 400+int(name[0]), 300)
		}
	}
	sb := parse(w.t, folder, written(w.lines...))
	w.graph = compile(w.t, sb)
	w.o = PlanOptions{FilmID: "film"}
	if drafts {
		to := simTarget
		to.Draft = true
		var err error
		w.drafts, err = graph.Compile(w.t.Context(), sb, to)
		require.NoError(w.t, err)
	}
	w.serve()
}

// drawLines draws a film of two to eight shots.
func drawLines(r *rand.Rand, drafts bool) (lines []string) {
	stills := r.IntN(6) == 0
	for i := range 2 + r.IntN(7) {
		line := fmt.Sprintf("s/n%d prompt: %s; duration: %ds", i, pick(r, "red", "green", "blue", "white"), 4+r.IntN(3))
		switch from := r.IntN(5); {
		case i == 0 || from == 0:
			line += "; from: none"
		case from == 1:
			line += fmt.Sprintf("; from: s/n%d", r.IntN(i))
		case from == 2 && !drafts:
			line += fmt.Sprintf("; from: {shot: s/n%d, at: %s}", r.IntN(i), []string{"2s", "-5f"}[r.IntN(2)])
		}
		switch {
		case drafts:
			line += "; model: seedance-2.5; resolution: 1080p"
		case stills && strings.Contains(line, "from: none") && r.IntN(2) == 0:
			line += "; first_frame: a.png"
			line = strings.Replace(line, "; from: none", "", 1)
		case strings.Contains(line, "from: none"): // what opens on nothing cannot end on anything
		case stills && r.IntN(3) == 0:
			line += "; to: b.png"
		case i > 1 && r.IntN(6) == 0:
			line += "; to: s/n0"
		}
		if r.IntN(8) == 0 {
			line += "; takes: 2; pick: 2"
		}
		if r.IntN(8) == 0 {
			line += "; safety_identifier: somebody"
		}
		if r.IntN(8) == 0 {
			line += "; expires_after: 7200s"
		}
		lines = append(lines, line)
	}
	return lines
}

// serve makes the service: two thirds are exact, the others bend what they tell of tasks.
func (w *world) serve() {
	r := w.luck("service")
	w.f, w.exact, w.gateway = newFake(), true, "exact"
	w.f.took = func(q provider.Request) time.Duration {
		r := w.luck("took", q.Label)
		return time.Duration([]int{1, 60, 200, 900}[r.IntN(4)])*time.Second + time.Duration(r.IntN(1e9))
	}
	w.nameless = r.IntN(12) == 0 && !strings.Contains(strings.Join(w.lines, ""), "safety_identifier")
	if r.IntN(3) > 0 {
		return
	}
	gateway := pick(r, slices.Sorted(maps.Keys(gateways))...)
	named := pick(r, slices.Sorted(maps.Keys(identifiers))...)
	w.gateway = gateway + ", identifiers " + named
	w.exact = gateway == "exact" && named == "kept"
	w.f.blank = gateways[gateway] == nil
	w.f.echo = func(t *provider.Task) {
		if bend := gateways[gateway]; bend != nil {
			bend(t)
		}
		identifiers[named](t)
	}
}
