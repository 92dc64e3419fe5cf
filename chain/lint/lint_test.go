package lint

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/ark"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/storyboard"
)

var target = graph.Target{Models: models.Default(), Service: ark.Simulator(""), Ended: true}

func boardOf(t *testing.T, dir, src string) *storyboard.Storyboard {
	t.Helper()
	sb, err := storyboard.Parse("film.yaml", dir, []byte(src), storyboard.Options{})
	require.NoError(t, err)
	return sb
}

// linted are the warnings about shots of one scene, each a line of keys.
func linted(t *testing.T, look string, shots ...string) []Warning {
	t.Helper()
	src := "title: T\nlook: {model: seedance-2.0, " + look + "}\nscenes:\n  - id: s\n    shots:\n"
	for _, s := range shots {
		src += "      - " + s + "\n"
	}
	g, err := graph.Compile(t.Context(), boardOf(t, t.TempDir(), src), target)
	require.NoError(t, err)
	return Of(g)
}

func TestWhatIsLikelyToBeSeenInAChainIsWarnedAbout(t *testing.T) {
	for _, c := range []struct {
		name, look, first, second string
		rule, at, want            string // "" for no warning
	}{
		{"comparative", "", "{id: a, prompt: a boat}", "{id: b, prompt: the camera comes closer}", "again", "7:25",
			`"closer" is applied`},
		{"comparative in chinese", "", "{id: a, prompt: a boat}", "{id: b, prompt: 镜头更近}", "again", "7:25",
			`"更近" is applied`},
		{"more", "", "{id: a, prompt: a boat}", "{id: b, prompt: it rains more heavily}", "again", "7:25", `"more heavily"`},
		{"comparative of an opening", "", "{id: a, prompt: a closer look}", "{id: b, prompt: a boat}", "", "", ""},
		{"not comparatives", "", "{id: a, prompt: a boat}", "{id: b, prompt: a flower by the water and two more boats}", "",
			"", ""},
		{"cut", "", "{id: a, prompt: a boat}", "{id: b, prompt: She waits. Cut to the harbour}", "cut", "7:25", "cannot cut"},
		{"time", "", "{id: a, prompt: a boat}", "{id: b, prompt: hours later the boat is back}", "cut", "7:25",
			`"hours later"`},
		{"cut of an opening", "", "{id: a, prompt: cut to a boat}", "{id: b, prompt: a boat}", "", "", ""},
		{"fade", "", "{id: a, prompt: the boat goes and the picture fades}", "{id: b, prompt: sea}", "fade", "6:25",
			"s/b would grow from a dark frame"},
		{"fade at the beginning", "", "{id: a, prompt: 'It fades in. " + strings.Repeat("A boat. ", 12) + "'}",
			"{id: b, prompt: sea}", "", "", ""},
		{"fade of the last", "", "{id: a, prompt: sea}", "{id: b, prompt: fade to black}", "", "", ""},
		{"a black cat", "", "{id: a, prompt: a black cat}", "{id: b, prompt: sea}", "", "", ""},
		{"behind", "", "{id: a, prompt: the keeper seen from behind}", "{id: b, prompt: sea}", "ending", "6:25",
			"without a face"},
		{"behind, of the last", "", "{id: a, prompt: sea}", "{id: b, prompt: she turns away}", "", "", ""},
		{"resolution", "", "{id: a, prompt: sea}", "{id: b, prompt: sea, resolution: 480p}", "ratio", "7:42",
			"pixels follow 1280×720 of s/a; its first frame will be"},
		{"style", "style: noir", "{id: a, prompt: sea}", "{id: b, prompt: sea, style: cartoon}", "style", "7:37",
			"cannot change style"},
		{"model", "", "{id: a, prompt: sea}", "{id: b, prompt: sea, model: seedance-2.0-fast}", "model", "7:37",
			"seedance-2.0-fast follows seedance-2.0"},
		{"length", "", "{id: a, prompt: sea, duration: auto}", "{id: b, prompt: sea}", "length", "6:40",
			"unknown until it is made"},
		{"length of a lone shot", "", "{id: a, prompt: sea, duration: auto}", "{id: b, prompt: sea, from: none}", "", "", ""},
		{"speech", "audio: true", `{id: a, prompt: 'She says "we must go"'}`, `{id: b, prompt: 'He says "not without you"'}`,
			"speech", "7:25", "changes voice"},
		{"speech in chinese", "audio: true", `{id: a, prompt: '她说“我们必须走了”'}`, `{id: b, prompt: '他说「没有你不行啊」'}`, "speech",
			"7:25", "changes voice"},
		{"a sign", "audio: true", `{id: a, prompt: 'a sign, "open"'}`, `{id: b, prompt: 'He says "not without you"'}`, "", "",
			""},
		{"speech without sound", "audio: false", `{id: a, prompt: 'She says "we must go"'}`,
			`{id: b, prompt: 'He says "not you"'}`, "", "", ""},
		{"mute", "audio: false", "{id: a, prompt: sea}", "{id: b, prompt: sea, dialogue: [{who: he, line: Go.}]}", "mute",
			"7:30", "made without sound"},
		{"ambience of a mute clip", "audio: false", "{id: a, prompt: sea}", "{id: b, prompt: sea, sound: {ambience: wind}}", "mute",
			"7:38", "made without sound"},
		{"heard", "audio: true", "{id: a, prompt: sea}", "{id: b, prompt: sea, dialogue: [{who: he, line: Go.}]}", "", "", ""},
		{"nothing", "style: noir", "{id: a, prompt: sea}", "{id: b, prompt: sea}", "", "", ""},
		{"a hard cut", "", "{id: a, prompt: the picture fades}",
			"{id: b, from: none, style: x, prompt: cut to a brighter sea}", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ws := linted(t, c.look, c.first, c.second)
			if c.rule == "" {
				require.Empty(t, ws)
				return
			}
			require.Len(t, ws, 1)
			require.Equal(t, c.rule, ws[0].Rule)
			require.Contains(t, ws[0].Error(), "film.yaml:"+c.at+": shot \"s/")
			require.Contains(t, ws[0].Message, c.want)
			require.NotEmpty(t, ws[0].Source)
			require.Contains(t, Strict(ws)[0].Error(), "("+c.rule+")")

			second := c.second + "  # shotchain: allow deep, " + c.rule
			first := c.first + "  # shotchain: allow " + c.rule
			require.Empty(t, linted(t, c.look, first, second), "the line allows it")
			require.Len(t, linted(t, c.look, c.first+" # shotchain: allow other", c.second+" # shotchain: allow deep"), 1)
		})
	}
}

func TestALongChainIsWarnedAboutOnceAndAStillStartsItAnew(t *testing.T) {
	shots := func(n int, change map[int]string) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("{id: n%d, prompt: sea%s}", i, change[i]))
		}
		return all
	}
	require.Empty(t, linted(t, "", shots(5, nil)...))
	ws := linted(t, "", shots(12, nil)...)
	require.Len(t, ws, 1)
	require.Equal(t, "deep", ws[0].Rule)
	require.Equal(t, "s/n5", ws[0].Shot)
	require.Contains(t, ws[0].Message, "the 5th shot grown from s/n0")
	require.Empty(t, linted(t, "", shots(9, map[int]string{4: ", from: none"})...))

	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "stills"), 0o755))
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 1280, 720))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stills/k.png"), b.Bytes(), 0o644))
	src := "title: T\nlook: {model: seedance-2.0}\nscenes:\n  - id: s\n    shots:\n"
	for _, s := range shots(9, map[int]string{4: ", first_frame: stills/k.png"}) {
		src += "      - " + s + "\n"
	}
	g, err := graph.Compile(t.Context(), boardOf(t, dir, src), target)
	require.NoError(t, err)
	require.Empty(t, Of(g))
}

func TestKeyframesStartAChainAnew(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "stills"), 0o755))
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 1280, 720))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stills/k.png"), b.Bytes(), 0o644))
	of := func(look string, more map[int]string) []Warning {
		src := "title: T\nlook: {model: seedance-2.0, " + look + "}\nscenes:\n  - id: s\n    shots:\n"
		for i := range 13 {
			src += fmt.Sprintf("      - {id: n%d, prompt: sea%s}\n", i, more[i])
		}
		g, err := graph.Compile(t.Context(), boardOf(t, dir, src), target)
		require.NoError(t, err)
		return Of(g)
	}
	require.Empty(t, of("anchor: {every: 4, still: stills/k.png}", nil))
	require.Empty(t, of("", map[int]string{4: ", to: stills/k.png", 8: ", to: stills/k.png"}),
		"as does an end of a shot's own")
	ws := of("anchor: {every: 6, still: stills/k.png}", nil)
	require.Len(t, ws, 2, "once for each stretch")
	require.Equal(t, "s/n5", ws[0].Shot)
	require.Contains(t, ws[0].Message, "the 5th shot grown from s/n0;")
	require.Contains(t, ws[0].Hint, "lead the chain back to a keyframe: `anchor`")
	require.Equal(t, "s/n10", ws[1].Shot)
	require.Contains(t, ws[1].Message, "the 5th shot grown from the picture that s/n5 ends on;")
	ws = of("anchor: {every: 4, still: stills/k.png}", map[int]string{4: ", from: {shot: n3, at: -5f}"})
	require.Len(t, ws, 1, "a moment before the end is not the keyframe")
	require.Equal(t, "s/n5", ws[0].Shot)
}

func TestVariantsAreWarnedAboutOnce(t *testing.T) {
	src := `title: T
look: {model: seedance-2.0}
vars: {mood: calm}
variants: {matrix: {mood: [calm, wild]}}
scenes:
  - id: s
    shots:
      - {id: a, prompt: "a ${mood} boat"}
      - {id: b, prompt: it comes closer}
`
	g, err := graph.Compile(t.Context(), boardOf(t, t.TempDir(), src), target)
	require.NoError(t, err)
	require.Len(t, Of(g), 1)
}
