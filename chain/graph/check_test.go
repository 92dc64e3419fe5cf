package graph_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/ark"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/storyboard"
)

// entry is a key with its value on a line of its own, or in a flow mapping.
var entry = regexp.MustCompile(`([{,\s-])([a-z_]+)(: )([^,}{\[\]#\n]+)`)

// One slip in a film that is right is told once: what a key that cannot be read leaves unsaid is no problem of the
// models. Each key of every example is damaged in three ways.
func TestOneSlipHasNoFollowers(t *testing.T) {
	to := graph.Target{Models: models.Default(), Service: ark.Simulator(""), Ended: true, Now: time.Now()}
	films, err := filepath.Glob("../../examples/*/film.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, films)
	slips := 0
	for _, path := range films {
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, at := range entry.FindAllSubmatchIndex(src, -1) {
			for _, slip := range []string{"$2$3[]", "${2}x$3$4", "$2$3{ no: thing }"} {
				said := string(entry.ExpandString(nil, slip, string(src), at))
				text := string(src[:at[3]]) + said + string(src[at[1]:])
				sb, err := storyboard.Parse(path, filepath.Dir(path), []byte(text), storyboard.Options{})
				if !errors.As(err, new(storyboard.Problems)) || sb == nil {
					continue // what stands there may be anything, or there is nothing left to read
				}
				slips++
				require.Empty(t, graph.Check(t.Context(), sb, to), "%s: %q in place of %q", path, said, src[at[2]:at[1]])
			}
		}
	}
	require.Greater(t, slips, 100)
}

// A slip of the language and what a model cannot do are told together.
func TestABrokenFilmIsHeldAgainstItsModelsToo(t *testing.T) {
	to := graph.Target{Models: models.Default(), Service: ark.Simulator(""), Ended: true, Now: time.Now()}
	for text, want := range map[string][]string{
		"look: { ratoi: x }\nscenes: [{id: a, shots: [{id: b, prompt: x, duration: 99s}]}]":                                  {"duration: 99"},
		"look: { durration: 99s }\nscenes: [{id: a, shots: [{id: b, prompt: x, resolution: 4k, model: seedance-2.0-mini}]}]": {"4k"},
		"titel: x\nscenes: [{id: a, shots: [{id: b, prompt: x, model: seedance-9}]}]":                                        {"seedance-9"},
		"titel: x\nscenes: [{id: a, shots: [{id: b, prompt: x, service_tier: flex}]}]":                                       {"flex"},
		"look: { modle: y }\nscenes: [{id: a, shots: [{id: b, prompt: x, duration: 99s}]}]":                                  nil, // another model may
		"scenes: [{id: a, shots: [{id: b, prompt: x}, {id: b, prompt: y, from: c, takes: 2, pick: 3}]}]":                     nil,
	} {
		sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(text), storyboard.Options{})
		require.ErrorAs(t, err, new(storyboard.Problems), text)
		found := graph.Check(t.Context(), sb, to)
		require.Len(t, found, len(want), text)
		for i, p := range found {
			at := strings.Split(text, "\n")[p.Line-1][p.Column-1:]
			require.Contains(t, "duration: "+at, want[i])
		}
	}
}
