// Package shotchain_test holds the house together: it has no code of its own.
package shotchain_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowed is the import table: which of our packages each package may import, tests aside. Data and imports run one
// way: storyboard ◄ chain ◄ render ◄ cmd.
var allowed = map[string][]string{
	"shotchain/scripts/house":                {},
	"shotchain/internal/durable/durabletest": {"shotchain/internal/durable"},

	"shotchain/internal/say":           {},
	"shotchain/internal/guard":         {},
	"shotchain/internal/turns":         {},
	"shotchain/internal/durable":       {},
	"shotchain/storyboard":             {"shotchain/internal/say"},
	"shotchain/chain/models":           {},
	"shotchain/chain/store":            {"shotchain/internal/durable"},
	"shotchain/chain":                  {"shotchain/internal/say", "shotchain/storyboard", "shotchain/chain/models", "shotchain/chain/store"},
	"shotchain/chain/ark":              {"shotchain/chain", "shotchain/chain/models", "shotchain/internal/guard"},
	"shotchain/chain/lock":             {"shotchain/chain", "shotchain/chain/store"},
	"shotchain/chain/sim":              {"shotchain/chain/models"},
	"shotchain/chain/sim/simtest":      {"shotchain/chain/sim", "shotchain/chain/models", "shotchain/chain/store"},
	"shotchain/chain/providertest":     {"shotchain/chain"},
	"shotchain/render/mux":             {},
	"shotchain/render/ffmpeg":          {"shotchain/render/mux", "shotchain/internal/durable"},
	"shotchain/render/font":            {},
	"shotchain/render/work":            {"shotchain/render/ffmpeg", "shotchain/internal/durable"},
	"shotchain/render/sound":           {"shotchain/render/timeline", "shotchain/render/work", "shotchain/render/ffmpeg", "shotchain/render/mux"},
	"shotchain/render/timeline":        {"shotchain/storyboard", "shotchain/render/ffmpeg"},
	"shotchain/render/animatic":        {"shotchain/render/timeline", "shotchain/render/ffmpeg", "shotchain/render/font", "shotchain/internal/say"},
	"shotchain/render":                 {"shotchain/storyboard", "shotchain/render/timeline", "shotchain/render/sound", "shotchain/render/work", "shotchain/render/font", "shotchain/render/mux", "shotchain/render/ffmpeg"},
	"shotchain/render/sheet":           {"shotchain/internal/say", "shotchain/chain", "shotchain/render/ffmpeg"},
	"shotchain/render/seam":            {"shotchain/render/ffmpeg"},
	"shotchain/render/sheet/sheettest": {},
	"shotchain/board":                  {"shotchain/chain", "shotchain/render/sheet"},
	"shotchain/examples":               {},
	"shotchain/examples/draw":          {"shotchain/render/animatic"},
	"shotchain/cmd/shotchain":          nil, // introduces them all to each other
}

// homes names the packages that a heavy or dangerous import must not leave.
var homes = map[string][]string{
	"os/exec":                             {"shotchain/render/ffmpeg", "shotchain/render/sheet/sheettest", "shotchain/cmd/shotchain"},
	"net/http":                            {"shotchain/internal/guard", "shotchain/chain/ark", "shotchain/chain/sim", "shotchain/chain/sim/simtest", "shotchain/board", "shotchain/cmd/shotchain"},
	"gopkg.in/yaml.v3":                    {"shotchain/storyboard", "shotchain/chain/models", "shotchain/chain/lock"},
	"github.com/u2takey/ffmpeg-go":        {"shotchain/render/ffmpeg"},
	"github.com/spf13/cobra":              {"shotchain/cmd/shotchain"},
	"github.com/vbauerster/mpb/v8":        {"shotchain/cmd/shotchain"},
	"github.com/gofrs/flock":              {"shotchain/chain/store", "shotchain/internal/turns"},
	"github.com/Eyevinn/mp4ff/mp4":        {"shotchain/render/mux", "shotchain/render/ffmpeg"},
	"html/template":                       {"shotchain/render/sheet"},
	"github.com/chromedp/chromedp":        {"shotchain/render/sheet/sheettest"},
	"github.com/stretchr/testify/require": {"shotchain/render/sheet/sheettest", "shotchain/chain/providertest", "shotchain/chain/sim/simtest"},
}

func TestImportsRunOneWay(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...").Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.NotEmpty(t, lines)
	for _, line := range lines {
		pkg, imports, _ := strings.Cut(line, " ")
		if pkg == "shotchain" {
			continue // only this test
		}
		may, known := allowed[pkg]
		require.True(t, known, "%s is not in the import table: give it a place in the house", pkg)
		for _, imp := range strings.Fields(imports) {
			if strings.HasPrefix(imp, "shotchain/") && may != nil {
				require.Contains(t, may, imp, "%s must not import %s", pkg, imp)
			}
			if home, only := homes[imp]; only {
				require.Contains(t, home, pkg, "%s must not import %s", pkg, imp)
			}
		}
	}
}
