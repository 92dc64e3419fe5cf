package storyboard

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// stage is a film in which every mapping of the language stands once, so that a key can be put at any place.
const stage = `
vars: {keeper: an old keeper}
look: {seam: {}, anchor: {still: "https://example.com/k.png"}}
cast:
  keeper: {look: an old keeper}
locations:
  lighthouse: {look: a white lighthouse}
scenes:
  - id: arrival
    shots:
      - {id: boat, prompt: He rows.}
      - {id: landing, prompt: He lands.}
  - id: storm
    shots:
      - {id: wave, prompt: A wave breaks.}
      - id: lamp
        prompt: A lamp.
        from: {shot: wave, at: 2s}
  - id: calm
    shots:
      - {id: sea, prompt: The sea., camera: {move: push}, dialogue: [{who: somebody, line: Hello.}], sound: {effects: gulls}}
variants: {}
cuts:
  - id: full
    outputs: [{file: out/full.mp4}, {file: out/full.srt}]
    shots: [{shot: arrival/boat}, {shot: arrival/landing}, {shot: storm/wave, sound: {}}]
    transition: {type: dissolve}
    transitions: [{after: arrival/boat, type: dissolve}]
    music: {file: audio/theme.mp3}
    narration: [{file: audio/line1.wav, at: 1s}]
    captions: {mode: burn}
    titles: [{text: Words, at: 0s, duration: 1s, style: {}}]
    encoder: {}
`

// stages says where on the stage a place is; a number is an item of a list.
var stages = map[place][]any{inFilm: {}, inLook: {"look"}, inScene: {"scenes", 2}, inShot: {"scenes", 2, "shots", 0},
	inVariants: {"variants"}, inFrom: {"scenes", 1, "shots", 1, "from"}, inCast: {"cast", "keeper"}, inCut: {"cuts", 0},
	inCutShot: {"cuts", 0, "shots", 2}, inOutput: {"cuts", 0, "outputs", 0}, inTransition: {"cuts", 0, "transition"},
	inJoin: {"cuts", 0, "transitions", 0}, inMusic: {"cuts", 0, "music"}, inNarration: {"cuts", 0, "narration", 0},
	inCaptions: {"cuts", 0, "captions"}, inTitle: {"cuts", 0, "titles", 0}, inStyle: {"cuts", 0, "titles", 0, "style"},
	inSound: {"cuts", 0, "shots", 2, "sound"}, inLocation: {"locations", "lighthouse"},
	inCamera: {"scenes", 2, "shots", 0, "camera"}, inDialogue: {"scenes", 2, "shots", 0, "dialogue", 0},
	inShotSound: {"scenes", 2, "shots", 0, "sound"}, inEncoder: {"cuts", 0, "encoder"}, inSeam: {"look", "seam"},
	inAnchor: {"look", "anchor"}}

// instead are keys of the stage that go where another one comes, since the two exclude each other.
var instead = map[string][]string{"clip": {"prompt", "camera", "dialogue", "sound"}, "before": {"after"}, "first_frame": {"from"},
	"output": {"outputs"}, "still": {"shot", "sound"},
	"scenes": {"cuts"}}

// put lays the keys of a mapping, written as YAML, over those of the mapping at a place.
func put(t *testing.T, film *yaml.Node, in place, text string) {
	t.Helper()
	m := film
	for _, step := range stages[in] {
		switch step := step.(type) {
		case string:
			m = valueNode(m, step)
		case int:
			m = m.Content[step]
		}
		require.NotNil(t, m, "the stage has no place for %s", whereNames[in])
	}
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &doc), text)
	over := doc.Content[0]
	require.Equal(t, yaml.MappingNode, over.Kind, text)
	if name := over.Content[0].Value; in == inCutShot && stillsOwn[name] {
		put(t, film, in, "still: stills/card.png")
	}
	for i := 0; i < len(over.Content); i += 2 {
		name := over.Content[i].Value
		for _, gone := range append(instead[name], name) {
			remove(m, gone)
		}
		m.Content = append(m.Content, over.Content[i], over.Content[i+1])
	}
}

func remove(m *yaml.Node, name string) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			m.Content = append(m.Content[:i:i], m.Content[i+2:]...)
			return
		}
	}
}

// staged is the stage with some keys at a place.
func staged(t *testing.T, in place, texts ...string) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(stage), &doc))
	film := doc.Content[0]
	for _, text := range texts {
		put(t, film, in, text)
	}
	if v := valueNode(film, "variants"); len(v.Content) == 0 {
		remove(film, "variants")
	}
	return film
}

// staging parses the stage with some keys at a place.
func staging(t *testing.T, dir string, in place, texts ...string) (*Storyboard, error) {
	t.Helper()
	src, err := yaml.Marshal(staged(t, in, texts...))
	require.NoError(t, err)
	return Parse("film.yaml", dir, src, Options{})
}

// props is a folder with the files that the examples name.
func props(t *testing.T) string {
	dir := t.TempDir()
	still, err := os.ReadFile(filepath.Join(storyboardsFolder, "good", "stills", "boat.png"))
	require.NoError(t, err)
	for name, content := range map[string]string{"stills/boat.png": string(still), "stills/end.png": string(still), "stills/card.png": string(still),
		"stills/lamp.png": string(still), "fonts/brand.ttf": "a font", "stills/keeper.png": string(still), "footage/harbour.mp4": "a film",
		"audio/theme.mp3": "music", "audio/line1.wav": "speech", "cast.yaml": "cast: { smith: { look: a smith } }\n",
		"arrival.yaml": "look: { style: 35 mm film }\n", "languages.csv": "keeper,id\nein Wärter,de\na keeper,en\n"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

// eachPlace runs a test for every key at every place where it may stand.
func eachPlace(t *testing.T, do func(*testing.T, *key, place)) {
	for _, k := range language {
		for p := range placeNames {
			if k.in&p != 0 {
				t.Run(strings.NewReplacer(" ", "_", "`", "").Replace(k.name+" "+whereNames[p]), func(t *testing.T) { do(t, k, p) })
			}
		}
	}
}

// TestEveryKeyIsWhole holds that no key lacks its setter or its words, and that each says what goes without it.
func TestEveryKeyIsWhole(t *testing.T) {
	for _, k := range language {
		require.NotNil(t, k.set, k.name)
		require.Regexp(t, `^[A-Z$@\x60-].*\.$`, k.help, k.name)
		require.Contains(t, k.example, k.name+":")
		said := 0
		for _, s := range []bool{k.required, k.usual != "", k.without != ""} {
			if s {
				said++
			}
		}
		require.Equal(t, 1, said, "%s: needed, or a default, or what goes without it", k.name)
		if k.without != "" {
			require.True(t, strings.HasSuffix(k.without, "."), k.name)
		}
	}
}

// TestEveryExampleMayStandAtItsPlace holds that the parser and the schema take each example.
func TestEveryExampleMayStandAtItsPlace(t *testing.T) {
	dir, schema := props(t), compiledSchema(t)
	eachPlace(t, func(t *testing.T, k *key, in place) {
		_, err := staging(t, dir, in, k.example)
		require.NoError(t, err, k.example)
		require.NoError(t, schema.Validate(plainValue(t, staged(t, in, k.example))))
	})
}

// later are the keys whose absence is filled in by who makes clips and films; TestDefaults of the program holds those.
var later = map[string]bool{"duration": true, "audio": true, "service_tier": true, "speed": true, "codec": true,
	"reframe": true, "quality": true, "color": true}

// TestDefaultsAreWhatAnAbsentKeyGives holds that writing a default changes nothing.
func TestDefaultsAreWhatAnAbsentKeyGives(t *testing.T) {
	dir := props(t)
	eachPlace(t, func(t *testing.T, k *key, in place) {
		if k.usual == "" {
			return
		}
		without, err := staging(t, dir, in)
		require.NoError(t, err)
		with, err := staging(t, dir, in, k.name+": "+k.usual)
		require.NoError(t, err)
		if later[k.name] && !(k.name == "duration" && in&(inTransition|inJoin) != 0) {
			require.NotEqual(t, meaning(without), meaning(with), "it is not left for later any more")
			return
		}
		require.Equal(t, meaning(without), meaning(with))
		other, err := staging(t, dir, in, k.example)
		require.NoError(t, err)
		require.NotEqual(t, meaning(without), meaning(other), "the example changes something")
	})
}

// meaning writes a storyboard without its places and without who said what.
func meaning(sb *Storyboard) string {
	var b strings.Builder
	var write func(v reflect.Value)
	write = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				write(v.Elem())
			}
		case reflect.Slice:
			b.WriteString("[")
			for i := range v.Len() {
				write(v.Index(i))
			}
			b.WriteString("]\n")
		case reflect.Struct:
			for i := range v.NumField() {
				f := v.Type().Field(i)
				if f.IsExported() && f.Name != "Set" && f.Type != reflect.TypeFor[Pos]() {
					b.WriteString(f.Name + " ")
					write(v.Field(i))
				}
			}
		default:
			fmt.Fprintf(&b, "%#v ", v)
		}
	}
	write(reflect.ValueOf(sb))
	return b.String()
}

// TestBoundsAreThoseThatAreStated tries each key at both ends of what the reference says, and just beyond.
func TestBoundsAreThoseThatAreStated(t *testing.T) {
	dir := props(t)
	eachPlace(t, func(t *testing.T, k *key, in place) {
		var with []string
		if k.name == "pick" {
			with = []string{"takes: 99"}
		}
		good, bad := edges(k)
		for _, v := range good {
			_, err := staging(t, dir, in, append(with, k.name+": "+v)...)
			require.NoError(t, err, "%.80s", v)
		}
		for _, v := range bad {
			_, err := staging(t, dir, in, append(with, k.name+": "+v)...)
			require.Error(t, err, "%.80s", v)
			require.ErrorContains(t, err, map[bool]string{true: "id ", false: "`" + k.name + "`"}[k.kind == ident], "%.80s", v)
		}
	})
}

// edges are values at the ends of a key's bounds, and beyond them.
func edges(k *key) (good, bad []string) {
	between := func(write func(int64) string) ([]string, []string) {
		return []string{write(k.min), write(k.max)}, []string{write(k.min - 1), write(k.max + 1)}
	}
	unit := func(u string) func(int64) string { return func(n int64) string { return thousandths(n) + u } }
	switch k.kind {
	case whole:
		return between(func(n int64) string { return fmt.Sprint(n) })
	case decimals:
		return between(unit(""))
	case decibels:
		return between(unit("dB"))
	case percent:
		return between(unit("%"))
	case moment:
		most := k.max / 1_000_000
		return []string{fmt.Sprintf("%ds", most), "12f", "500ms"}, []string{fmt.Sprintf("%d.001s", most), "1", "1m"}
	case seconds:
		return []string{"0.1s", "1s", "2.5s", "3600s", "auto"}, []string{"0s", "0.0s", "3601s", "3600.1s", "1.55s", "01.5s", "5"}
	case span:
		return []string{"1h", "72h", "3600s", "90m"}, []string{"59m", "73h", "3600"}
	case instant:
		return []string{"0.001s", "3600s", "12f", "-5f", "-0.2s", "-3600s", "86400f"},
			[]string{"0s", "-0f", "0ms", "3600.001s", "-3600.001s", "86401f", "5", "--5f", "+5f"}
	case interval:
		return []string{"..86400s", "12f.."}, []string{"..86400.1s", "2s", "3s..2s"}
	case anchor:
		return []string{"86400s", "arrival/boat@100%"}, []string{"86400.1s", "arrival/boat@101%"}
	case extent:
		return []string{"16x16", "8192x8192"}, []string{"14x16", "16x8194", "17x16"}
	case bitrate:
		return []string{"1k", "400M"}, []string{"401M", "0M", "1000"}
	case word:
		return []string{strings.Repeat("w", int(k.max))}, []string{strings.Repeat("w", int(k.max)+1), `"two words"`}
	case ident:
		return []string{strings.Repeat("i", 64)}, []string{strings.Repeat("i", 65), "Id", `"-"`}
	case choice:
		for _, c := range k.choices {
			good = append(good, `"`+c+`"`)
		}
		return good, []string{"other"}
	case toggle:
		return []string{"true", "false"}, []string{`"yes"`, "1"}
	case paint:
		return []string{`"#00ff00"`, `"#00FF0080"`}, []string{`"#0f0"`, "green"}
	case text:
		return []string{strings.Repeat("a", maxText)}, []string{strings.Repeat("a", maxText+1)}
	}
	return nil, nil
}

const referenceFile = "../docs/language.md"

// TestReference holds docs/language.md to the table.
func TestReference(t *testing.T) {
	golden(t, referenceFile, Reference())
	for _, k := range language {
		require.Contains(t, Reference(), k.entry(), "every key is in it")
		require.Contains(t, ReferenceOf(k.name), k.entry())
	}
	require.Empty(t, ReferenceOf("nobody"))
	for _, line := range strings.Split(Reference(), "\n") {
		require.LessOrEqual(t, len(line), 120, line)
	}
}
