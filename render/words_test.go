package render

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"pgregory.net/rapid"

	"shotchain/render/ffmpeg"
	"shotchain/render/font"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// escapeGraph is ffmpeg.Escape for text that goes straight into a filter graph's string.
func escapeGraph(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, `[`, `\[`, `]`, `\]`, `,`, `\,`, `;`,
		`\;`).Replace(ffmpeg.Escape(text))
}

// onBlack shows a text on black through ffmpeg and returns the picture's brightness.
func onBlack(t require.TestingT, sh *work.Shop, ctx testing.TB, text timeline.Text, w, h int) []byte {
	script := assScript([]timeline.Text{text}, w, h, timeline.Rate, 1)
	path := sh.Temp(".ass")
	require.NoError(t, os.WriteFile(path, []byte(script), 0o644))
	defer os.Remove(path)
	dir, err := fontFolder(sh, (&segment{texts: []timeline.Text{text}}).fonts())
	require.NoError(t, err)
	var out strings.Builder
	args := []string{"-f", "lavfi", "-i", "color=black:s=320x180:r=24:d=0.04", "-vf",
		"ass=filename=" + escapeGraph(path) + ":fontsdir=" + escapeGraph(dir), "-frames:v", "1", "-pix_fmt", "gray", "-f",
		"rawvideo", "pipe:1"}
	require.NoError(t, ffmpeg.Run(ctx.Context(), args, ffmpeg.Options{Stdout: &out}))
	require.Equal(t, w*h, out.Len())
	return []byte(out.String())
}

func ink(p []byte) (sum int) {
	for _, v := range p {
		sum += int(v)
	}
	return sum
}

// Every character of any text is drawn, whatever it means to ASS or to ffmpeg: each drawn one adds to the picture,
// and nothing moves the words from their place.
func TestTextIsLiteral(t *testing.T) {
	sh, done, err := work.Open(work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	defer done()
	hostile := []string{`{`, `}`, `\`, `\N`, `\n`, `\h`, `{\an8}`, `{\b1}`, `%`, `%{pts}`, `'`, `"`, `:`, `,`, `;`, `[`,
		`]`, `=`, `#`, `\\`, `{\p1}`, `<b>`, `&amp;`,
		`$(id)`, "`id`", `!`, `Dialogue: 0,`, `é`, `ß`, `я`, `…`}
	style := timeline.Style{Size: 20, Color: "#ffffff"}
	lower := func(p []byte) (inkBelow, inkAbove int) { return ink(p[len(p)/2:]), ink(p[:len(p)/2]) }
	without := onBlack(t, sh, t, timeline.Text{Text: "MM", End: 1, Style: style}, 320, 180)
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(hostile), 1, 3).Draw(rt, "parts")
		mid := strings.Join(parts, "")
		with := onBlack(rt, sh, t, timeline.Text{Text: "M" + mid + "M", End: 1, Style: style}, 320, 180)
		require.Greater(rt, ink(with), ink(without), "%q", mid)
		below, above := lower(with)
		require.Zero(rt, above, "%q moved", mid)
		require.Positive(rt, below)
	})
}

// TestWordsAreSetInTheFontThatTheFilmBrings holds that a font file is the one that words are drawn with,
// that what it lacks comes from elsewhere, and that its bytes are part of a segment's name.
func TestWordsAreSetInTheFontThatTheFilmBrings(t *testing.T) {
	sh, done, err := work.Open(work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	defer done()
	dir := t.TempDir()
	file := func(name string, ttf []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, ttf, 0o644))
		return path
	}
	mono := file("mono.ttf", gomonobold.TTF)
	wide := func(text, family string) int {
		p := onBlack(t, sh, t, timeline.Text{Text: text, End: 1, Style: timeline.Style{Size: 30, Color: "#ffffff",
			Font: family}}, 320, 180)
		left, right := 320, 0
		for i, v := range p {
			if v > 128 {
				left, right = min(left, i%320), max(right, i%320)
			}
		}
		return right - left
	}
	require.Greater(t, wide("HMMMMH", ""), wide("HiiiiH", "")+20, "the program's own letters are of different widths")
	require.InDelta(t, wide("HMMMMH", mono), wide("HiiiiH", mono), 2, "each letter of a typewriter is as wide")
	require.NoError(t, font.Check("Hé", mono))
	require.Positive(t, wide("H→H", mono))

	s := &segment{Target: Target{Rate: timeline.Rate, Width: 320, Height: 180}, layers: []layer{{To: 1}},
		texts: []timeline.Text{{Text: "H", End: 1, Style: timeline.Style{Font: mono}}}}
	s.layers[0].Digest = "clip"
	one, err := s.name(sh)
	require.NoError(t, err)
	file("mono.ttf", append(slices.Clone(gomonobold.TTF), 0))
	fresh, done, err := work.Open(work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	defer done()
	two, err := s.name(fresh)
	require.NoError(t, err)
	require.NotEqual(t, one, two)

	for _, broken := range [][]byte{nil, []byte("no font"), gomono.TTF[:900]} {
		require.ErrorContains(t, font.Check("H", file("broken.ttf", broken)), "broken.ttf is no font that can be read")
	}
	require.Error(t, font.Check("H", filepath.Join(dir, "gone.ttf")))
}

// Whatever characters come, the script is one that ffmpeg reads, and no line of it begins anything.
func FuzzASS(f *testing.F) {
	for _, s := range []string{"plain", `{\an8}top`, "two\nlines", "\\N\\n", "a{b}c", "\xff\x00",
		"[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,s0,,0,0,0,,x", strings.Repeat("w ", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		script := assScript([]timeline.Text{{Text: s, End: 24}}, 320, 180, timeline.Rate, 24)
		_, events, ok := strings.Cut(script, "[Events]\n")
		require.True(t, ok)
		lines := strings.Split(strings.TrimSuffix(events, "\n"), "\n")
		require.Len(t, lines, 2, "one format, one event")
		body := strings.SplitN(lines[1], ",", 10)[9]
		for i := 0; i < len(body); i++ {
			if body[i] != '{' && body[i] != '\\' {
				continue
			}
			rest := body[i:]
			switch {
			case strings.HasPrefix(rest, `{\fn`):
				i += strings.IndexByte(rest, '}')
			case strings.HasPrefix(rest, `\N`), strings.HasPrefix(rest, `\h`), strings.HasPrefix(rest, `\{`),
				strings.HasPrefix(rest, `\}`):
				i++
			default:
				require.True(t, strings.HasPrefix(rest, `\`+wordJoiner), "%q", rest)
			}
		}
	})
}

// TestALowerThirdComesAndGoes holds that a look stands where it says, that its first line is the larger one, and that it
// comes and goes by the film's frames: a segment that begins in its middle does not begin it again.
func TestALowerThirdComesAndGoes(t *testing.T) {
	sh, done, err := work.Open(work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	defer done()
	const w, h = 320, 180
	at := func(start, end int) []byte {
		return onBlack(t, sh, t, timeline.Text{Text: "MMMM\nMMMM", Start: start, End: end,
			Style: timeline.Style{Size: 24, Color: "#ffffff", Position: "bottom", Left: true, Rest: 0.5, Raise: 0.1, Fade: 8}}, w, h)
	}
	full := at(-20, 40)
	require.InDelta(t, ink(full)/2, ink(at(-4, 40)), float64(ink(full))/10, "half come")
	require.InDelta(t, ink(full)/2, ink(at(-20, 4)), float64(ink(full))/10, "half gone")
	require.Less(t, ink(at(0, 40)), ink(full)/10, "just begun")
	var rows, columns []int // of each line of the picture how much, and of each column
	for y := range h {
		rows = append(rows, ink(full[y*w:(y+1)*w]))
	}
	for x := range w {
		n := 0
		for y := range h {
			n += int(full[y*w+x])
		}
		columns = append(columns, n)
	}
	require.Zero(t, slices.Max(columns[w/2:]), "it stands at the left")
	require.Zero(t, slices.Max(rows[:h/2]), "and low")
	require.Zero(t, slices.Max(rows[h-h/18-h/10+2:]), "clear of captions")
	first := slices.IndexFunc(rows, func(n int) bool { return n > 0 })
	gap := first + slices.Index(rows[first:], 0)
	second := gap + slices.IndexFunc(rows[gap:], func(n int) bool { return n > 0 })
	require.Greater(t, gap-first, (h-second-h/18-h/10)*3/2, "the first line is larger")
}

// SHOTCHAIN_PICTURES=dir writes pictures of words in many scripts, to be looked at.
func TestWordsInManyScripts(t *testing.T) {
	clip := shoot(t, "bg.mp4", "-f", "lavfi", "-i", "testsrc2=s=960x540:r=24:d=0.25", "-c:v", "libx264", "-preset",
		"ultrafast", "-pix_fmt", "yuv420p")
	dir := os.Getenv("SHOTCHAIN_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, c := range map[string]timeline.Text{
		"latin": {Text: "The keeper's lamp: 100 % {\\an8} \\N \"lit\" – [it] never; goes, out",
			Style: timeline.Style{Size: 36}},
		"chinese": {Text: "老守望者划向黄昏中的灯塔，海浪拍打着礁石，他转身抬头望去，灯光扫过漆黑的水面，一直照到远方的海岸。", Style: timeline.Style{Size: 36}},
		"japan":   {Text: "灯台守は夕暮れの灯台へ漕いで行く。", Style: timeline.Style{Size: 36, Background: "#000000a0"}},
		"korean":  {Text: "등대지기가 해질녘 등대를 향해 노를 젓는다", Style: timeline.Style{Size: 36, Position: "top"}},
		"arabic":  {Text: "السلام عليكم، منارة عند الغسق 123", Style: timeline.Style{Size: 40}},
		"mixed": {Text: "Lighthouse 灯塔 маяк φάρος منارة",
			Style: timeline.Style{Size: 40, Bold: true, Color: "#ffe060", Position: "middle"}},
		"title": {Text: "The Lighthouse",
			Style: timeline.Style{Size: 72, Italic: true, Position: "middle", Outline: "#800000"}},
	} {
		if err := font.Check(c.Text, c.Style.Font); err != nil {
			t.Logf("%s: %v", name, err) // this system's fonts decide what can be shown
			continue
		}
		tl := arrange(lay(t, 960, 540, clip))
		c.End = tl.Frames
		tl.Titles = []timeline.Text{c}
		picture := filepath.Join(dir, name+".png")
		_, err := Deliver(t.Context(), tl, []timeline.Output{{Path: picture, Frame: 2}}, work.Options{Dir: t.TempDir()})
		require.NoError(t, err)
		_, err = ffmpeg.VerifyImage(picture)
		require.NoError(t, err)
	}
}

// A text that is broken keeps its direction on each line.
func TestBrokenLinesKeepTheirDirection(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"بحر هادئ (100%).", "بحر هادئ\n\u200f(100%)."},
		{"بحر هادئ lighthouse", "بحر هادئ\n\u200flighthouse"},
		{"The long calm בחר", "The long calm\n\u200eבחר"},
		{"The long calm sea.", "The long calm\nsea."},
		{"The long\nبحر هادئ", "The long\nبحر هادئ"}, // lines of the writer's own have directions of their own
	} {
		require.Equal(t, c.want, breakLines(c.text, 10, 70), c.text)
	}
}
