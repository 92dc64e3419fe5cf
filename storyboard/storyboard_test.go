package storyboard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func parse(t testing.TB, src string, o Options) *Storyboard {
	t.Helper()
	sb, err := Parse("film.yaml", ".", []byte(src), o)
	require.NoError(t, err)
	return sb
}

func problems(t testing.TB, src string, o Options) Problems {
	t.Helper()
	_, err := Parse("film.yaml", ".", []byte(src), o)
	var ps Problems
	require.True(t, errors.As(err, &ps), "want problems, got %v", err)
	return ps
}

func TestNearestSettingWinsKeyByKey(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good/everything.yaml"), Options{})
	require.NoError(t, err)
	boat, _ := sb.Shot("arrival/boat")
	landing, _ := sb.Shot("landing")
	wave, _ := sb.Shot("wave")
	lamp, _ := sb.Shot("lamp")
	require.Equal(t, Setting[Length]{Length{Seconds: Auto}, true, Pos{26, 15}}, boat.Look.Duration)
	require.Equal(t, Length{Seconds: 8}, landing.Look.Duration.Value)
	require.Equal(t, Length{Seconds: 5}, wave.Look.Duration.Value)
	require.Equal(t, Setting[int64]{-1, true, Pos{36, 15}}, landing.Look.Seed)
	require.Equal(t, "9:16", lamp.Look.Ratio.Value)
	require.Equal(t, 5400, lamp.Look.ExpiresAfter.Value)
	require.Equal(t, "35 mm film, overcast", lamp.Look.Style.Value)
	require.Equal(t, Setting[string]{"", true, Pos{47, 16}}, wave.Look.Style)
	require.Equal(t, "The Lighthouse", sb.Title)
	require.Equal(t, "Wide shot. an old keeper of the Lighthouse rows with 3 lamps; rain is true.", boat.Prompt)
	require.Equal(t, 640, boat.FirstFrame.Width)
	require.Equal(t, "png", boat.FirstFrame.Format)
	sea, _ := sb.Shot("sea")
	require.Equal(t, "https://example.com/stills/sea.png?x=1", sea.FirstFrame.URL)
	require.Empty(t, sea.From)
}

func TestShotsContinueOneAnother(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good/branches.yaml"), Options{})
	require.NoError(t, err)
	from := map[string]string{}
	for _, s := range sb.Shots() {
		from[s.Name()] = s.From
	}
	require.Equal(t, map[string]string{
		"a/root": "", "a/left": "a/root", "a/right": "a/root", "a/elsewhere": "b/late",
		"b/early": "a/left", "b/late": "",
	}, from)
}

func TestShotFindsByUnambiguousName(t *testing.T) {
	sb := parse(t,
		"scenes:\n- {id: a, shots: [{id: x, prompt: p}, {id: y, prompt: p}]}\n- {id: b, shots: [{id: x, prompt: p}]}\n",
		Options{})
	for _, find := range []func(string) (*Shot, bool){sb.Shot, (&Storyboard{Scenes: sb.Scenes}).Shot} {
		s, ok := find("y")
		require.True(t, ok)
		require.Equal(t, "a/y", s.Name())
		s, ok = find("b/x")
		require.True(t, ok)
		require.Equal(t, "b/x", s.Name())
		_, ok = find("x")
		require.False(t, ok, "x is in two scenes")
		_, ok = find("z")
		require.False(t, ok)
	}
}

func TestOverrides(t *testing.T) {
	src := "vars: {who: a keeper, twice: \"${who} ${who}\"}\nscenes: [{id: a, shots: [{id: b, prompt: \"${twice}\"}]}]\n"
	sb := parse(t, src, Options{Vars: map[string]string{"who": "a robot"}})
	require.Equal(t, "a robot a robot", sb.Shots()[0].Prompt)
	require.Equal(t, "a robot", sb.Vars["who"])

	ps := problems(t, src, Options{Vars: map[string]string{"whom": "x"}})
	require.Equal(t, `film.yaml: the film has no variable `+"`whom`"+` to override`, ps.Error())
	require.Equal(t, `did you mean "who"?`, ps[0].Hint)
	for _, bad := range []string{"a\x1bb", "\xff", "--dur 12", "${nobody}"} {
		require.NotEmpty(t, problems(t, src, Options{Vars: map[string]string{"who": bad}}))
	}
}

// withoutPlaces is a storyboard as the film that it means.
func withoutPlaces(sb *Storyboard) string {
	var b strings.Builder
	look := func(l Look) string {
		return fmt.Sprint(l.Model.Value, l.Resolution.Value, l.Ratio.Value, l.Duration.Value, l.Audio.Value, l.Style.Value,
			l.Seed.Value,
			l.Seed.Set, l.Audio.Set, l.Watermark.Value, l.CameraFixed.Value, l.ServiceTier.Value, l.Priority.Value,
			l.ExpiresAfter.Value, l.SafetyIdentifier.Value)
	}
	fmt.Fprintf(&b, "%q %v %s\n", sb.Title, sb.Vars, look(sb.Look))
	for _, s := range sb.Shots() {
		fmt.Fprintf(&b, "%s %q %q %q %s from %q\n", s.Name(), s.Prompt, s.Negative, s.Caption, look(s.Look), s.From)
	}
	return b.String()
}

func TestMeaningBeforeSyntax(t *testing.T) {
	same := []string{
		"title: A Film\nlook: {seed: 7, ratio: \"16:9\"}\nscenes:\n  - id: a\n    shots:\n      - {id: b, prompt: A boat., duration: 5s}\n      - {id: c, prompt: A boat., duration: 5s}\n",
		"# comment\nscenes:\n- shots:\n  - duration: &d \"5s\" # five\n    prompt: &p 'A boat.'\n    id: b\n  - duration: *d\n    prompt: *p\n    id: \"c\"\n  \"id\": a\n\n\nlook:\n  ratio: 16:9\n  seed: 7\ntitle: \"A Film\"\n",
		"{\"scenes\":[{\"id\":\"a\",\"shots\":[{\"id\":\"b\",\"prompt\":\"A\\u0020boat.\",\"duration\":\"5s\"},{\"id\":\"c\",\"prompt\":\"A boat.\",\"duration\":\"5s\"}]}],\"title\":\"A Film\",\"look\":{\"seed\":7,\"ratio\":\"16:9\"}}",
		"\ufefftitle: |\r\n  A Film\r\nlook: {seed: 7, ratio: '16:9'}\r\nscenes:\r\n  - id: a\r\n    shots:\r\n      - id: b\r\n        prompt: >\r\n          A\r\n          boat.\r\n        duration: 5s\r\n      - {id: c, prompt: A boat., duration: 5s}\r\n",
	}
	want := withoutPlaces(parse(t, same[0], Options{}))
	for _, src := range same[1:] {
		require.Equal(t, want, withoutPlaces(parse(t, src, Options{})))
	}
}

// The keys of a mapping in any order mean the same film.
func TestKeyOrderMeansNothing(t *testing.T) {
	shot := []string{"id: b", "prompt: 'A ${who}.'", "duration: 5s", "seed: 3", "caption: c", "negative: n", "style: s",
		"from: none"}
	film := []string{"title: T ${who}", "vars: {who: keeper}", "look: {audio: true, style: film}"}
	write := func(shot, film []string) string {
		film = append([]string{}, film...)
		for i, f := range film {
			if f == "" {
				film[i] = "scenes: [{id: a, shots: [{" + strings.Join(shot, ", ") + "}]}]"
			}
		}
		return strings.Join(film, "\n")
	}
	film = append(film, "")
	want := withoutPlaces(parse(t, write(shot, film), Options{}))
	rapid.Check(t, func(rt *rapid.T) {
		src := write(rapid.Permutation(shot).Draw(rt, "shot"), rapid.Permutation(film).Draw(rt, "film"))
		sb, err := Parse("film.yaml", ".", []byte(src), Options{})
		if err != nil || withoutPlaces(sb) != want {
			rt.Fatalf("%v\n%s", err, src)
		}
	})
}

// A chain of random seams is either a film in which every shot leads back to an opening, or a circle is reported.
func TestCirclesAreFound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(rt, "shots")
		var b strings.Builder
		b.WriteString("scenes:\n- id: a\n  shots:\n")
		from := make([]int, n)
		for i := range from {
			if from[i] = rapid.IntRange(-1, n-1).Draw(rt, "from"); from[i] == i {
				from[i] = -1
			}
			name := "none"
			if from[i] >= 0 {
				name = fmt.Sprintf("s%d", from[i])
			}
			fmt.Fprintf(&b, "  - {id: s%d, prompt: x, from: %s}\n", i, name)
		}
		circles := map[int]bool{} // by their least shot
		for i := range from {
			at := i
			for range n {
				if at >= 0 {
					at = from[at]
				}
			}
			if at < 0 {
				continue
			}
			least := at
			for j := from[at]; j != at; j = from[j] {
				least = min(least, j)
			}
			circles[least] = true
		}
		_, err := Parse("film.yaml", ".", []byte(b.String()), Options{})
		var ps Problems
		errors.As(err, &ps)
		if len(ps) != len(circles) {
			rt.Fatalf("%d circles, reported:\n%v\n%s", len(circles), err, b.String())
		}
	})
}

func TestHugeFilesAreRefusedCheaply(t *testing.T) {
	fill := func(unit string) string { return strings.Repeat(unit, maxFile/len(unit)) }
	film := "scenes: [{id: a, shots: [{id: b, prompt: x}]}]\n"
	aliases := "scenes:\n- &scene {id: a, shots: &shots [{id: b, prompt: x}" + strings.Repeat(", {id: b, prompt: x}",
		1000) + "]}\n" + strings.Repeat("- *scene\n", 100_000)
	for name, src := range map[string]string{
		"too large": fill("x") + "yz", "one line": fill("x"), "prompt": film[:len(film)-6] + fill("x")[:maxFile-100] + "}]}]",
		"nesting": fill("["), "maps": fill("{"), "dashes": fill("- "), "questions": fill("? "),
		"items": "[" + fill("a,")[:maxFile-2], "pairs": "{" + fill("a,")[:maxFile-2],
		"lines": fill("\n"), "returns": fill("\r"), "keys": fill("a: b\n"), "anchors": fill("&a "), "tags": fill("!a "),
		"quotes": fill("'"), "comments": fill("#\n"), "long comments": fill("# some comment that is long\n"),
		"nul": fill("\x00"), "not utf-8": fill("\xff"), "directives": fill("%a b c d e f g h i j k l m n\n"),
		"documents": fill("--- a b c d e f g h i j k l\n"),
		"aliases":   aliases, "percent": fill("%"), "stars": fill("*"), "bars": fill("|"), "tabs": fill("\t"),
		"blanks": fill(" "), "emoji": fill("🚣"),
		"deep indent": deep(3000), "problems": film + strings.Repeat("k: v\n", 300_000),
		"open variables": "scenes: [{id: a, shots: [{id: b, prompt: \"" + strings.Repeat("${x} ", 12_000) + "\"}]}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			ps := problems(t, src, Options{})
			runtime.ReadMemStats(&after)
			require.LessOrEqual(t, len(ps), maxProblems+1)
			require.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(600), "MiB allocated in all")
		})
	}
}

// deep is a mapping in a mapping, n times.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestProblemsAreInFileOrderAndCapped(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(storyboardsFolder, "bad/many-problems.yaml"))
	require.NoError(t, err)
	ps := problems(t, string(src), Options{})
	require.Len(t, ps, maxProblems+1)
	require.Equal(t, "and 30 more problems from here on", ps[maxProblems].Message)
	for i := 1; i < len(ps); i++ {
		require.False(t, ps[i].Pos.before(ps[i-1].Pos))
	}
}

func TestFormatPutsTheCaretUnderWideText(t *testing.T) {
	p := Problem{File: "f", Pos: Pos{1, 4}, Message: "m", Source: "灯塔\tx", Hint: "h"}
	require.Equal(t, "f:1:4: m\n    1 | 灯塔 x\n      |      ^\n        hint: h", p.Format())
}

func TestLoadOfNoFileIsNoProblem(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"), Options{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	var ps Problems
	require.False(t, errors.As(err, &ps))
}

func TestParametersAreToldFromProse(t *testing.T) {
	for text, holds := range map[string]bool{
		"a --dur 5": true, "--dur 5": true, "a\n--DUR\t5": true, "a --rs 720p --rt 16:9": true, "a --resolution=720p": true,
		"a --camera_fixed false": true, "a --camerafixed false": true, "船--dur 5": true, "boat--seed -1": true,
		"a (--wm true)": true,
		"a ---dur 5":    true, "a --fps 24": true, "a --framespersecond 24": true, "a --frames 29": true, "a --cf": true,
		"a -- dur 5": false, "a --": false, "waits--duration unknown": false, "a — dur 5": false, "--durable": false,
		"-dur 5": false, "a --lens 35": false,
	} {
		src := fmt.Sprintf("scenes: [{id: a, shots: [{id: b, prompt: %q}]}]", text)
		_, err := Parse("f", ".", []byte(src), Options{})
		require.Equal(t, holds, err != nil, "%q: %v", text, err)
	}
}
