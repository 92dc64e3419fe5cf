package draw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/draw"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/storyboard"
)

// drawn is the drawing of a storyboard.
func drawn(t require.TestingT, board, form string) string {
	sb, err := storyboard.Parse("film.yaml", ".", []byte(board), storyboard.Options{})
	require.NoError(t, err)
	g, err := graph.Compile(context.Background(), sb,
		graph.Target{Models: models.Default(), Service: provider.About{Namespace: "ark", Region: models.Ark},
			Now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, draw.Write(&out, g, form))
	return out.String()
}

// TestDrawText holds the tree's shape: chains go down, branches go right, and what follows a branch stays under it.
func TestDrawText(t *testing.T) {
	require.Equal(t, `Tree

● a/root  (4 s, seedance-2.0 480p)
→ a/fork  (4 s, seedance-2.0 480p)
├ a/left  (4 s, seedance-2.0 480p)
│ → a/leaf  (4 s, seedance-2.0 480p)
│ ├ c/one  (4 s, seedance-2.0 480p)
│ └ c/two  (4 s, seedance-2.0 480p)
└ b/right  (4 s, seedance-2.0 480p)
  → b/leaf  (4 s, seedance-2.0 480p)

● d/alone  (4 s, seedance-2.0 480p)
`, drawn(t, `
title: Tree
look: { model: seedance-2.0, resolution: 480p, duration: 4s }
scenes:
  - { id: a, shots: [{ id: root, prompt: p }, { id: fork, prompt: p }, { id: left, prompt: p }, { id: leaf, prompt: p }] }
  - { id: b, shots: [{ id: right, prompt: q, from: a/fork }, { id: leaf, prompt: p }] }
  - { id: c, shots: [{ id: one, prompt: p, from: a/leaf }, { id: two, prompt: q, from: a/leaf }] }
  - { id: d, shots: [{ id: alone, prompt: other }] }
`, "text"))
}

// TestDrawMoments holds that every drawing tells where in a clip the next one begins.
func TestDrawMoments(t *testing.T) {
	board := `
look: { model: seedance-2.0, resolution: 480p, duration: 4s }
scenes:
  - { id: a, shots: [{ id: one, prompt: p }, { id: two, prompt: q, from: { shot: one, at: -5f } }] }
`
	for form, want := range map[string]string{"text": "→ a/two  (4 s, seedance-2.0 480p; at -5f)\n",
		"json":    `"from":"a/one","at":"-5f"`,
		"mermaid": `t0 -- "at -5f" --> t1`, "dot": `t0 -> t1 [label="at -5f"];`} {
		require.Contains(t, drawn(t, board, form), want, form)
	}
}

// TestDrawHostile holds that no title ends a label, begins a line, or is read as HTML.
func TestDrawHostile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.StringMatching("[\"'\\\\<>&#`;{}\\[\\]|a-z ]{1,30}").Draw(t, "title")
		quoted, _ := json.Marshal(title)
		board := "title: " + string(quoted) +
			"\nlook: { model: seedance-2.0 }\nscenes: [{ id: a, shots: [{ id: one, prompt: p }] }]\n"
		for form, lines := range map[string]int{"mermaid": 5, "dot": 6} {
			if strings.TrimSpace(title) == "" {
				continue
			}
			require.Equal(t, lines, strings.Count(drawn(t, board, form), "\n"))
		}
		label := regexpLabel.FindStringSubmatch(drawn(t, board, "dot"))
		if strings.TrimSpace(title) != "" {
			require.NotNil(t, label)
			require.Equal(t, strings.TrimSpace(title), strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(label[1]))
		}
		var d struct{ Title string }
		require.NoError(t, json.Unmarshal([]byte(drawn(t, board, "json")), &d))
		require.Equal(t, strings.TrimSpace(title), strings.TrimSpace(d.Title))
	})
}

// regexpLabel is the graph's label in dot: a quoted string to the end of its line.
var regexpLabel = regexp.MustCompile(`(?m)^  label="((?:[^"\\]|\\.)*)";$`)

// TestDrawLong holds that no stack grows with a chain: this one is as long as a file has room for, nearly.
func TestDrawLong(t *testing.T) {
	const long = 60_000
	var b strings.Builder
	b.WriteString("scenes:\n  - id: s\n    shots:\n")
	for i := range long {
		fmt.Fprintf(&b, "    - {id: s%d, prompt: x}\n", i)
	}
	for _, form := range draw.Forms {
		require.Contains(t, drawn(t, b.String(), form), fmt.Sprint("s", long-1))
	}
}
