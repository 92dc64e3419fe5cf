package sheet

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestWrite holds that the folder is whole by itself and that a second time makes nothing.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	p := paged(reel(t, filepath.Join(dir, "a store"), 3), 3)
	work, out := filepath.Join(dir, "work"), filepath.Join(dir, "out", "the sheet")
	page, err := Write(t.Context(), p, out, work)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(out, "index.html"), page)
	b, err := os.ReadFile(page)
	require.NoError(t, err)
	links := regexp.MustCompile(`(?:src|href|data-preview)="(\.\.?/[^"#]+)`).FindAllStringSubmatch(string(b), -1)
	require.NotEmpty(t, links)
	for _, l := range links {
		require.FileExists(t, filepath.Join(out, strings.ReplaceAll(l[1], "%20", " ")))
	}
	require.NotContains(t, string(b), "http://")
	require.NotContains(t, string(b), "https://")

	before := stamps(t, work)
	require.Len(t, before, 3+3+3)
	stray, mine := filepath.Join(out, "media", "sheet-"+strings.Repeat("0", 64)+"-first-p1.jpg"), filepath.Join(out,
		"media", "mine.jpg")
	for _, path := range []string{stray, mine} {
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o644))
	}
	_, err = Write(t.Context(), paged(reel(t, filepath.Join(dir, "a store"), 3), 3), out, work)
	require.NoError(t, err)
	require.Equal(t, before, stamps(t, work), "made once")
	require.NoFileExists(t, stray, "what no clip shows any more goes")
	require.FileExists(t, mine)
}

func stamps(t *testing.T, dir string) map[string]time.Time {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	all := map[string]time.Time{}
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		all[e.Name()] = info.ModTime()
	}
	return all
}

// TestAClipThatDoesNotDecode is shown without pictures, and named; the page is there.
func TestAClipThatDoesNotDecode(t *testing.T) {
	dir := t.TempDir()
	clips := reel(t, dir, 2)
	require.NoError(t, os.WriteFile(clips[1].Video, []byte("not a clip"), 0o644))
	page, err := Write(t.Context(), paged(clips, 2), filepath.Join(dir, "out"), filepath.Join(dir, "work"))
	var unshown *Unshown
	require.ErrorAs(t, err, &unshown)
	require.ErrorContains(t, err, "take-1 cannot be shown")
	require.FileExists(t, page)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Write(ctx, paged(clips, 2), filepath.Join(dir, "never"), filepath.Join(dir, "work"))
	require.ErrorIs(t, err, context.Canceled)
	require.NoDirExists(t, filepath.Join(dir, "never"))
}

// TestStates holds what a page says of shots that have no clip.
func TestStates(t *testing.T) {
	p := paged([]*Clip{{}}, 3)
	for i := range p.Films[0].Shots {
		p.Films[0].Shots[i].Takes[0].Clip = nil
	}
	failed := &p.Films[0].Shots[1].Takes[0]
	failed.State, failed.Tone, failed.Failure = "failed", Bad, &Failure{Message: "OutputVideoSensitiveContentDetected",
		Hint: "reword the prompt", Command: "shotchain run film.yaml"}
	got := render(t, p)
	require.Contains(t, got, "What is missing")
	require.Contains(t, got, "OutputVideoSensitiveContentDetected")
	require.Contains(t, got, `data-copy="shotchain run film.yaml"`)
	require.Contains(t, got, "0 of 3")
	require.Contains(t, got, "<dt>Cost</dt><dd>¥0.00", "nothing, too, has a currency")
	require.NotContains(t, got, "<img")
}

// TestLanesShowWhatIsHeardAndRead holds where their bars lie, that overlapping ones lie in two rows, and that words are
// listed by their time, as text.
func TestLanesShowWhatIsHeardAndRead(t *testing.T) {
	p := paged([]*Clip{{Video: "/v", first: "/f", last: "/l"}}, 2)
	p.Films[0].Cuts = []Cut{{Path: "/film.mp4", Seconds: 10, Lanes: []Lane{
		{Name: "Clips' sound", Spans: []Span{{0, 5.5, "a/one"}, {5, 10, "a/two"}}},
		{Name: "Captions", Words: true, Spans: []Span{{6, 8, "<i>Late</i>"}}},
		{Name: "Titles", Words: true, Spans: []Span{{1, 2, "Early"}}}}}}
	got := render(t, p)
	require.Contains(t, got, `<span>Clips&#39; sound</span><svg viewBox="0 0 1000 16"`)
	require.Contains(t, got, `<rect x="0.0" y="0" width="549.0" height="7" rx="1"/><title>0:00 a/one</title>`)
	require.Contains(t, got, `<rect x="500.0" y="8" width="499.0" height="7" rx="1"/><title>0:05 a/two</title>`)
	require.Contains(t, got, `<a href="/film.mp4#t=6.000" data-at="6.000">0:06</a> <span dir="auto">&lt;i&gt;Late&lt;/i&gt;</span>`)
	require.Less(t, strings.Index(got, `auto">Early<`), strings.Index(got, `auto">&lt;i`))

	p.Films[0].Cuts[0].Lanes = nil
	got = render(t, p)
	require.NotContains(t, got, `class="lanes"`)
	require.NotContains(t, got, "What is read")
}

func render(t testing.TB, p *Page) string {
	var b bytes.Buffer
	require.NoError(t, p.Render(&b, First, func(path string) string { return path }))
	return b.String()
}

// TestVariantsTellWhatTheyShare holds the tabs.
func TestVariantsTellWhatTheyShare(t *testing.T) {
	p := paged([]*Clip{{Video: "/v", first: "/f", last: "/l"}}, 2)
	p.Films[0].Variant = "old"
	other := p.Films[0]
	other.Variant = "young"
	other.Shots = append([]Shot(nil), other.Shots...)
	other.Shots[0].Shares = []string{"old"}
	p.Films = append(p.Films, other)
	got := render(t, p)
	require.Contains(t, got, "1 of 2 shots shared<")
	require.Contains(t, got, "same clip as in old")
	require.Contains(t, got, "4 of 4")
	require.Contains(t, got, "1 clip, some of them shared",
		"one file is one clip, however many shots use it, and is paid once")
	require.Equal(t, 2, strings.Count(got, "<dt>Cost</dt><dd>¥0.94</dd>"), "of all variants together, beside each")
	require.Contains(t, got, `Shares <a href="#shot-1-scene-1--shot-1">scene-1/shot-1</a> with <bdi>old</bdi>.`)
	require.Contains(t, got, "Of its own: 1 clip, ¥0.94.")
	require.Contains(t, got, "Shares nothing with other variants.")
}

// TestWhatAShotIs holds what is told of shots that are no plain takes: one that ends on another's frame, one that
// leaves another before its end, drafts, own footage.
func TestWhatAShotIs(t *testing.T) {
	p := paged([]*Clip{{Video: "/v", first: "/f", last: "/l"}}, 4)
	shots := p.Films[0].Shots
	shots[1].At = "-5f"
	shots[2].From, shots[2].To, shots[2].Ends = "", "scene-1/shot-1", ""
	shots[3].From, shots[3].Ends, shots[3].Footage = "", "stills/end.png", ""
	shots[3].Takes[0].Draft = "lowest resolution"
	shots[0].Footage, shots[0].Takes[0].Model, shots[0].Takes[0].State = "walk.mov", "", "own footage"
	got := render(t, p)
	require.Contains(t, got, "at -5f")
	require.Contains(t, got, `at -5f grows into`)
	require.Contains(t, got, `<path class="ends"`)
	require.Contains(t, got, "scene-1/shot-3 ends on the first frame of scene-1/shot-1</title>")
	require.Contains(t, got, "ends on the first frame of</span>")
	require.Contains(t, got, "ends on its first frame", "the legend")
	require.Contains(t, got, "ends on <bdi>stills/end.png</bdi>")
	require.Equal(t, 1, strings.Count(got, `<b class="stamp">draft</b>`))
	require.Contains(t, got, "<dt>Drafts</dt><dd>1</dd>")
	require.Contains(t, got, "<bdi>walk.mov</bdi>")
	require.Contains(t, got, "<dt>Picture</dt><dd><bdi>480p 320×180</bdi></dd>")
	require.NotContains(t, render(t, paged([]*Clip{{Video: "/v"}}, 3)), "legend")
}

// TestTheCommandThatPicksAnother is written beside the takes of a file; on a board a click is enough.
func TestTheCommandThatPicksAnother(t *testing.T) {
	p := paged([]*Clip{{Video: "/v"}}, 1)
	p.Films[0].Shots[0].Takes = append(p.Films[0].Shots[0].Takes, made(&Clip{Video: "/w"}, 2))
	require.Contains(t, render(t, p), "<code>shotchain pick film.yaml scene-1/shot-1 2</code>")
	p.Board = &Board{Picks: true}
	require.NotContains(t, render(t, p), "<code>shotchain pick film.yaml scene-1/shot-1 2</code>")
}

// TestHostileTexts holds that whatever a storyboard or a service says is text.
func TestHostileTexts(t *testing.T) {
	hostile := []string{`<script>boom()</script>`, `"><img src=x onerror=boom()>`, `'+boom()+'`, "\u202etxt.exe\u2066",
		"{{.}}", "]]>-->", "\x00\x07",
		`javascript:boom()`, strings.Repeat("长 ", 5000)}
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			return rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()).Draw(t, name)
		}
		p := paged([]*Clip{{Video: "/a", first: "/b", last: "/c", preview: "/d"}}, 2)
		p.Title, p.File, p.By = text("title"), text("file"), text("by")
		p.Films[0].Variant = text("variant")
		s := &p.Films[0].Shots[0]
		s.Prompt, s.Caption, s.Opens, s.ID, s.Scene = text("prompt"), text("caption"), text("opens"), text("id"), text(
			"scene")
		s.To, s.Ends, s.Footage, s.Shares = s.Name(), text("ends"), text("footage"), []string{text("shares")}
		k := &s.Takes[0]
		k.State, k.Reason, k.Model, k.Pick, k.Task, k.Draft = text("state"), text("reason"), text("model"), text(
			"pick"), text("task"), text("draft")
		k.Failure = &Failure{Message: text("message"), Hint: text("hint"), Command: text("command")}
		p.Films[0].Cuts = []Cut{{ID: text("cut"), Path: "/film.mp4", Chapters: []Chapter{{s.Name(), 0}}},
			{ID: text("other"), Path: "/other.mp4"}}
		p.Films = append(p.Films, Film{Variant: text("another")})
		var b bytes.Buffer
		require.NoError(t, p.Render(&b, First, func(path string) string { return path }))
		got := b.String()
		require.Equal(t, 1, strings.Count(got, "<script"), "only our own")
		require.NotRegexp(t, `<img src=x`, got)
		require.NotRegexp(t, `(?i)(href|src)="\s*javascript:`, got)
		require.NotContains(t, got, "\x00")
	})
}

// TestNames holds links to files with any name.
func TestNames(t *testing.T) {
	for path, want := range map[string]string{
		"/films/out/sheet/media/a.jpg": "./media/a.jpg",
		"/films/out/my film #1.mp4":    "../my%20film%20%231.mp4",
		"/films/100%?.mp4":             "../../100%25%3F.mp4",
		"/films/out/sheet/a:b.mp4":     "./a:b.mp4",
		"sheet.css":                    "sheet.css",
	} {
		require.Equal(t, want, relative("/films/out/sheet", path), path)
	}
	require.NoError(t, IsSheet(filepath.Join(t.TempDir(), "new")))
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o644))
	require.Error(t, IsSheet(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sheet.js"), nil, 0o644))
	require.NoError(t, IsSheet(dir))
}

// TestNumbers holds how amounts and times are written.
func TestNumbers(t *testing.T) {
	require.Equal(t, "0:05", clock(5.9))
	require.Equal(t, "1:02:03", clock(3723))
	require.Equal(t, "1\u202f234\u202f567", grouped(1234567))
	require.Equal(t, "-123", grouped(-123))
	w, h := fit(1920, 1080, 640)
	require.Equal(t, [2]int{640, 360}, [2]int{w, h})
	w, h = fit(9, 4000, 640)
	require.Equal(t, [2]int{2, 640}, [2]int{w, h})
}

// TestAShotToComeShowsWhatItBeginsWith: the still that it opens on, or the last frame that it grows from, where either is
// known – beside its state.
func TestAShotToComeShowsWhatItBeginsWith(t *testing.T) {
	p := paged([]*Clip{{Video: "/v", first: "/f", last: "/l"}}, 3)
	shots := p.Films[0].Shots
	for i := range shots {
		shots[i].Takes = append([]Take(nil), shots[i].Takes...)
	}
	for _, i := range []int{1, 2} {
		shots[i].Takes[0].Clip, shots[i].Takes[0].State = nil, "new"
	}
	shots[1].From, shots[1].At = shots[0].Name(), ""
	shots[2].From, shots[2].Still = "", "/stills/boat.png"
	got := render(t, p)
	require.Contains(t, got, `<img src="/l" alt="What `+shots[1].Name()+` begins with"`)
	require.Contains(t, got, `<img src="/stills/boat.png" alt="What `+shots[2].Name()+` begins with"`)
	require.Equal(t, 2, strings.Count(got, `<span class="blank">new</span>`))

	shots[1].At = "-5f" // which frame that is, nobody has looked at
	require.NotContains(t, render(t, p), `alt="What `+shots[1].Name())
}
