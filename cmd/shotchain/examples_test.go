package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shotchain/film"

	"github.com/stretchr/testify/require"
)

// cannot says which examples a provider does not make, and with which words it is refused at its line.
var cannot = map[string]map[string]string{
	"fal":        {"product-reel": "cannot take a seed at fal", "long-take": "seedance-1.0-pro is not served at fal"},
	"openrouter": {"long-take": "seedance-1.0-pro is not served at openrouter"},
}

// TestExamples takes every example through the real pipeline: each is checked and planned for every provider, and
// the film is made by the simulator, in a copy of its folder.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		frames int // 24·d for each shot of d seconds, and one more for each that does not continue the one before it
	}{
		{"lighthouse", 24*25 + 3},
		{"branches", 24*20 + 3},
		{"product-reel", 24*12 + 2},
		{"long-take", 24*26 + 1},
		{"short-film", 24*17 + 2},
		{"advert", 24*6 + 12 + 1},
		{"music-video", 2*(60+1) + 48 + 120 + 1 - 12}, // bars of 2.5 s; the third shot is faster, the last one dissolves
		{"explainer", 24*8 + 1 + 24*4 + 1 + 49},
		{"trailer", 24*18 + 12 + 1}, // a bridge ends on the frame that the next shot begins with
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("../../examples", c.name))))
			require.NoError(t, os.RemoveAll(filepath.Join(dir, ".shotchain")))
			path := filepath.Join(dir, "film.yaml")
			for _, provider := range film.ServiceNames() {
				for _, verb := range []string{"check", "plan"} {
					code, _, said := try(verb, path, "--provider", provider)
					if why := cannot[provider][c.name]; why != "" {
						require.Equal(t, exitStoryboard, code, "%s at %s", verb, provider)
						require.Contains(t, said, why)
						continue
					}
					require.Zero(t, code, "%s at %s: %s", verb, provider, said)
				}
			}
			how := []string{"run", path, "--json"}
			if c.name != "lighthouse" && c.name != "music-video" { // two with a contact sheet are enough
				how = append(how, "--no-sheet")
			}
			code, out, said := try(how...)
			require.Zero(t, code, said)
			lines := strings.Split(strings.TrimSpace(out), "\n")
			var result struct {
				Film struct {
					Path   string `json:"path"`
					Frames int    `json:"frames"`
				} `json:"film"`
				Seams []struct {
					Shot  string   `json:"shot"`
					Flags []string `json:"flags"`
				} `json:"seams"`
			}
			require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &result))
			require.Equal(t, c.frames, result.Film.Frames)
			require.FileExists(t, result.Film.Path)
			if c.name != "music-video" { // cut to the beat, not to a frame
				require.NotEmpty(t, result.Seams)
			}
			for _, s := range result.Seams {
				require.Empty(t, s.Flags, "the join to %s is perfect", s.Shot)
			}
		})
	}
}

// TestEveryExampleIsATemplate holds that each folder can be written, and that each is told of.
func TestEveryExampleIsATemplate(t *testing.T) {
	folders, err := filepath.Glob("../../examples/*/film.yaml")
	require.NoError(t, err)
	var names []string
	for _, path := range folders {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	require.ElementsMatch(t, names, templateNames())
	for _, name := range names {
		dir := filepath.Join(t.TempDir(), "new")
		code, _, said := try("new", dir, "--template", name)
		require.Zero(t, code, said)
		code, out, said := try("check", filepath.Join(dir, filmFile), "--provider", "sim")
		require.Zero(t, code, said)
		require.Contains(t, out, ": ok, ")
	}
	code, _, said := try("new", t.TempDir(), "--template", "adverd")
	require.Equal(t, exitUsage, code)
	require.Contains(t, said, `there is no template "adverd"`)
	require.Contains(t, said, `did you mean "advert"?`)
}

// TestExamplesAreSmall keeps their files fit for a repository.
func TestExamplesAreSmall(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*/*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Less(t, info.Size(), int64(300_000), path)
	}
}
