// Package shotchain_test holds the house together: it has no code of its own.
package shotchain_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// table says which of our packages each package imports, tests aside: exactly these. Data and imports run one way.
// A permission that nobody uses goes; a new package gets a row, and ARCHITECTURE.md draws it.
const table = `
internal/say:
internal/exif:
internal/exif/exiftest:
internal/guard:
internal/turns:
internal/durable:
internal/durable/durabletest: internal/durable

storyboard: internal/exif internal/say

chain/money:
chain/models: chain/money internal/durable internal/say
chain/provider: chain/models chain/money
chain/lookup: chain/provider
chain/store: chain/money internal/durable
chain: chain/graph chain/models chain/money chain/provider chain/store storyboard
chain/wire: chain/provider internal/guard
chain/ark: chain/lookup chain/models chain/provider chain/wire internal/guard
chain/fal: chain/models chain/provider chain/wire internal/guard
chain/draw: chain/graph internal/say
chain/graph: chain/models chain/money chain/provider internal/say storyboard
chain/graph/graphtest: storyboard
chain/lint: chain/graph chain/models storyboard
chain/openrouter: chain/models chain/money chain/provider chain/wire internal/guard
chain/lock: chain chain/store
chain/providertest: chain/provider
chain/vet: chain/models
chain/sim: chain/models chain/sim/trouble
chain/sim/falsim: chain/models chain/sim chain/sim/trouble
chain/sim/orsim: chain/models chain/sim chain/sim/trouble
chain/sim/trouble:
chain/sim/simtest: chain/sim chain/store internal/durable internal/durable/durabletest

render/mux:
render/font:
render/ffmpeg: internal/durable render/mux
render/timeline: render/ffmpeg render/seam storyboard
render/work: internal/durable render/ffmpeg
render/sound: render/ffmpeg render/mux render/timeline render/work
render/animatic: internal/say render/ffmpeg render/font render/timeline
render/seam: render/ffmpeg
render/handoff: render/timeline
render: internal/exif render/ffmpeg render/font render/handoff render/mux render/seam render/sound render/timeline render/work
render/sheet: chain/money internal/durable internal/say render/ffmpeg
render/sheet/sheettest:

film: chain chain/ark chain/fal chain/graph chain/lock chain/models chain/money chain/openrouter chain/provider chain/sim chain/sim/falsim chain/sim/orsim chain/store film/seams internal/durable internal/guard internal/say internal/turns render render/animatic render/ffmpeg render/font render/seam render/sheet render/timeline render/work storyboard
film/seams: internal/durable internal/say render render/ffmpeg render/seam render/sheet render/timeline render/work storyboard
film/vetting: chain chain/models chain/money chain/provider chain/store chain/vet chain/wire film internal/durable internal/guard internal/say render/ffmpeg render/sound render/timeline
film/board: chain chain/graph film internal/say render/sheet

cmd/shotchain: chain chain/draw chain/graph chain/lint chain/models chain/money chain/provider chain/store chain/vet examples film film/board film/seams film/vetting internal/durable internal/say storyboard

ci/sticky:
examples:
examples/draw: render/animatic
scripts/house:
`

// homes are the packages that a heavy or dangerous import lives in: exactly these.
const homes = `
os/exec: render/ffmpeg render/sheet/sheettest
net/http: chain/ark chain/fal chain/openrouter chain/providertest chain/sim chain/sim/falsim chain/sim/orsim chain/sim/simtest chain/sim/trouble chain/wire ci/sticky film film/board film/vetting internal/guard
gopkg.in/yaml.v3: chain/lock chain/models storyboard
html/template: chain/vet render/sheet
github.com/u2takey/ffmpeg-go: render/ffmpeg
github.com/Eyevinn/mp4ff/mp4: render/ffmpeg render/mux
github.com/spf13/cobra: cmd/shotchain
github.com/vbauerster/mpb/v8: cmd/shotchain
github.com/gofrs/flock: chain/store internal/turns
github.com/chromedp/chromedp: render/sheet/sheettest
github.com/stretchr/testify/require: chain/graph/graphtest chain/providertest render/sheet/sheettest
`

func TestImportsAreThoseOfTheTable(t *testing.T) {
	allowed, homeOf := rows(table), rows(homes)
	found, foundHomes := map[string][]string{}, map[string][]string{}
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	out, err := list.Output()
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		pkg, imports, _ := strings.Cut(line, " ")
		pkg, ours := strings.CutPrefix(pkg, "shotchain/")
		if !ours {
			continue // only this test
		}
		found[pkg] = []string{}
		for _, imp := range strings.Fields(imports) {
			if own, ok := strings.CutPrefix(imp, "shotchain/"); ok {
				found[pkg] = append(found[pkg], own)
			}
			if _, heavy := homeOf[imp]; heavy {
				foundHomes[imp] = append(foundHomes[imp], pkg)
			}
		}
	}
	require.Equal(t, allowed, found, "the table and the imports differ")
	require.Equal(t, homeOf, foundHomes, "a heavy import has moved")
}

// rows reads a table: a name, a colon, names in the order of the alphabet.
func rows(text string) map[string][]string {
	all := map[string][]string{}
	for _, line := range strings.Split(text, "\n") {
		if name, rest, ok := strings.Cut(line, ":"); ok {
			all[name] = append([]string{}, strings.Fields(rest)...)
			slices.Sort(all[name])
		}
	}
	return all
}
