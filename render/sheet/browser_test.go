package sheet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"shotchain/render/sheet/sheettest"
)

// written is a page in a folder of its own.
func written(t *testing.T, p *Page, dir string) string {
	t.Helper()
	page, err := Write(t.Context(), p, filepath.Join(dir, "out", "sheet"), filepath.Join(dir, "work"))
	require.NoError(t, err)
	return sheettest.File(page)
}

// twelve is a branched film of twelve shots, one of which has three takes and one of which failed.
func twelve(t *testing.T, dir string) *Page {
	clips := reel(t, dir, 6)
	p := paged(clips, 12)
	cutOf(t, p, filepath.Join(dir, "film.mp4"))
	s := &p.Films[0].Shots[2]
	s.Takes, s.Pick = []Take{made(clips[3], 1), made(clips[4], 2), made(clips[5], 3)}, 2
	last := &p.Films[0].Shots[11].Takes[0]
	last.Clip, last.State, last.Tone = nil, "failed", Bad
	last.Failure = &Failure{Message: "moderated", Hint: "reword the prompt", Command: "shotchain run film.yaml"}
	return p
}

// TestThePageInABrowser opens it from its file, plays the film and a shot, moves by keys and copies commands.
func TestThePageInABrowser(t *testing.T) {
	dir := t.TempDir()
	page := written(t, twelve(t, dir), dir)
	b := sheettest.Open(t)
	b.Go(page)
	require.Equal(t, "A film · contact sheet", sheettest.Eval[string](b, `document.title`))

	// The film plays, and its chapter is marked.
	b.Click(`.chapters a:nth-child(3)`)
	b.Until(`document.querySelector(".player video").currentTime > 4.05`)
	b.Until(`document.querySelector(".chapters a.now")?.title.endsWith("scene-1/shot-3")`)
	b.Run(`document.querySelector(".player video").pause()`)

	// Arrows move between shots, space plays one where it stands.
	b.Run(`document.activeElement.blur()`)
	b.Press(kb.ArrowRight)
	b.Until(`document.activeElement.dataset.shot == "scene-1/shot-1"`)
	b.Press(kb.ArrowRight)
	b.Until(`document.activeElement.dataset.shot == "scene-1/shot-2"`)
	b.Press(kb.ArrowDown)
	b.Until(`document.activeElement.dataset.shot > "scene-1/shot-3"`)
	b.Press(kb.ArrowUp)
	b.Until(`document.activeElement.dataset.shot == "scene-1/shot-2"`)
	at := sheettest.Eval[float64](b, `scrollY`)
	b.Press(" ")
	b.Until(`document.activeElement.querySelector(".frame video")?.currentTime > 0.1`)
	b.Press(" ")
	b.Until(`!document.activeElement.querySelector("video")`)
	require.InDelta(t, at, sheettest.Eval[float64](b, `scrollY`), 1, "space plays, and does not scroll")
	b.Press("p")
	b.Until(`document.querySelector("#toast").textContent == "this shot has one take"`)

	// A shot with takes: another one is looked at by its number, and p copies the command that picks it.
	b.Press(kb.ArrowRight)
	b.Press("3")
	b.Until(`document.activeElement.querySelector(".frame video")?.readyState > 1`)
	b.Press("p")
	b.Until(`document.querySelector("#toast").textContent == "copied: shotchain pick film.yaml scene-1/shot-1 3"`)
	require.Equal(t, []string{"false", "true", "false"},
		sheettest.Eval[[]string](b, `[...document.querySelectorAll(".take")].map(t => t.ariaPressed)`))

	// What failed is told at the top, and leads to its shot.
	b.Click(`.problems a`)
	b.Until(`document.activeElement.dataset.shot == "scene-3/shot-2"`)

	// Everything that is a picture says what it shows, and everything that is shown is there.
	require.Zero(t, sheettest.Eval[int](b, `[...document.images].filter(i => !i.hasAttribute("alt")).length`))
	b.Run(`for (const i of document.images) i.loading = "eager"`)
	b.Until(`[...document.images].every(i => i.complete && i.naturalWidth > 0)`)
	keep(t, b, "12-light")
	b.Clean()
}

// TestHostileTextInABrowser holds that nothing that a stranger writes runs, or leaves its place.
func TestHostileTextInABrowser(t *testing.T) {
	dir := t.TempDir()
	clips := reel(t, dir, 1)
	p := paged(clips, 3)
	evil := `"><script>window.owned=1</script><img src=x onerror=window.owned=1>'` + "\u202e gnp.exe"
	p.Title, p.By, p.File = evil, evil, "'; rm -rf / #"+evil
	for i := range p.Films[0].Shots {
		s := &p.Films[0].Shots[i]
		s.Prompt, s.Caption, s.Opens = evil+strings.Repeat(" longer and longer", 600), "עברית "+evil, evil
		s.Takes = append(s.Takes, made(clips[0], 2))
		s.Takes[0].Model, s.Takes[0].Reason, s.Takes[0].Pick = evil, evil, evil
	}
	b := sheettest.Open(t)
	b.Looks(390, 844, false)
	b.Go(written(t, p, dir))
	b.Until(`document.readyState == "complete"`)
	require.False(t, sheettest.Eval[bool](b, `"owned" in window`))
	require.Equal(t, evil, sheettest.Eval[string](b, `document.querySelector("h1").textContent`))
	require.LessOrEqual(t, sheettest.Eval[int](b, `document.documentElement.scrollWidth`), 390,
		"nothing makes a phone scroll sideways")
	keep(t, b, "hostile-phone")
	b.Clean()
}

// opened opens a page, and returns how many elements it has and how many bytes. How long it took is logged.
func opened(t *testing.T, b *sheettest.Browser, page string) (elements int, size int64) {
	b.Go("about:blank")
	began := time.Now()
	b.Go(page)
	b.Until(`document.readyState == "complete"`)
	t.Logf("opened in %s", time.Since(began))
	text, err := os.Stat(strings.TrimPrefix(page, "file://"))
	require.NoError(t, err)
	elements = sheettest.Eval[int](b, `document.querySelectorAll("*").length`)
	t.Logf("%d elements in %d KiB", elements, text.Size()>>10)
	return elements, text.Size()
}

// TestALongFilm holds what lets 300 shots open within two seconds on a laptop, whatever the machine of the test is busy
// with: the page is light, its shots are few elements each, and only what is looked at is fetched. How long it took is
// logged.
func TestALongFilm(t *testing.T) {
	dir := t.TempDir()
	p := paged(reel(t, dir, 12), 300)
	cutOf(t, p, filepath.Join(dir, "film.mp4"))
	page := written(t, p, dir)
	b := sheettest.Open(t)
	elements, size := opened(t, b, page)
	require.Less(t, elements, 300*100)
	require.Less(t, size, int64(300*8<<10))
	require.Equal(t, 300, sheettest.Eval[int](b, `document.querySelectorAll(".card").length`))
	require.Greater(t,
		sheettest.Eval[int](b, `[...document.querySelectorAll(".card img")].filter(i => !i.complete).length`), 300,
		"pictures out of sight wait")
	require.Zero(t, sheettest.Eval[int](b, `document.querySelectorAll(".card video").length`),
		"previews come when they are looked at")

	// It goes through the whole page; the longest frame is logged.
	worst := sheettest.Eval[float64](b, `new Promise(done => {
		let worst = 0, before = performance.now(), y = 0;
		const step = (now) => {
			worst = Math.max(worst, now - before); before = now;
			scrollTo(0, y += 400);
			y < document.documentElement.scrollHeight ? requestAnimationFrame(step) : done(worst);
		};
		requestAnimationFrame(step);
	})`)
	t.Logf("worst frame %.0f ms", worst)
	b.Run(`scrollTo(0, 0)`)
	keep(t, b, "300-light")
	b.Looks(1280, 900, true)
	b.Run(`document.querySelector(".strip").scrollIntoView()`)
	b.Until(`[...document.querySelectorAll(".card img")].slice(0, 6).every(i => i.complete)`)
	keep(t, b, "300-dark")
	b.Looks(390, 844, false)
	require.LessOrEqual(t, sheettest.Eval[int](b, `document.documentElement.scrollWidth`), 390,
		"nothing makes a phone scroll sideways")
	b.Run(`scrollTo(0, 0)`)
	keep(t, b, "300-phone")
	b.Clean()
}

// TestManyFilms holds what lets 500 variants open at once: the first page is a grid of them, each with its poster, name and
// price, it is light, only what is looked at is fetched, and each film is a click away, on a page of its own.
func TestManyFilms(t *testing.T) {
	dir := t.TempDir()
	p := paged(reel(t, dir, 12), 12)
	cutOf(t, p, filepath.Join(dir, "film.mp4"))
	one := p.Films[0]
	p.Films = nil
	for i := range 500 {
		one.Variant = fmt.Sprintf("%s-%03d", []string{"paris", "tokyo"}[i%2], i)
		p.Films = append(p.Films, one)
	}
	page := written(t, p, dir)
	b := sheettest.Open(t)
	elements, size := opened(t, b, page)
	require.Less(t, elements, 500*12)
	require.Equal(t, "6000 of 6000", sheettest.Eval[string](b, `document.querySelector(".totals dd").firstChild.textContent.trim()`))
	require.Less(t, size, int64(500*1<<10))
	require.True(t, sheettest.Eval[bool](b, `[...document.querySelectorAll(".one img")].every(i => i.loading == "lazy")`),
		"posters out of sight wait")
	require.Regexp(t, `^paris-000 ¥[0-9.]+$`, sheettest.Eval[string](b, `document.querySelector(".one .called").innerText.replace(/\s+/g, " ")`))
	keep(t, b, "films-light")

	// Some are found by parts of their names.
	b.Run(`{ const f = document.querySelector("#find"); f.value = "TOKYO 49"; f.dispatchEvent(new Event("input")); }`)
	require.Equal(t, "tokyo-049 tokyo-149 tokyo-249 tokyo-349 tokyo-449 tokyo-491 tokyo-493 tokyo-495 tokyo-497 tokyo-499",
		sheettest.Eval[string](b, `[...document.querySelectorAll(".one")].filter(o => o.offsetParent).map(o => o.dataset.name).join(" ")`))
	require.Equal(t, "10 of 500 films", sheettest.Eval[string](b, `document.querySelector("#found").textContent`))
	b.Looks(390, 844, true)
	require.LessOrEqual(t, sheettest.Eval[int](b, `document.documentElement.scrollWidth`), 390)
	keep(t, b, "films-phone")
	b.Looks(1280, 900, true)

	// A film is a click away, and so are its neighbours and the way back.
	follow := func(link, name string) {
		b.Go(sheettest.Eval[string](b, fmt.Sprintf(`document.querySelector('%s').href`, link)))
		require.Equal(t, name, sheettest.Eval[string](b, `location.pathname.split("/").pop()`))
	}
	follow(`.one[data-name="tokyo-491"]`, "film-492.html")
	require.Equal(t, 12, sheettest.Eval[int](b, `document.querySelectorAll('.card[data-variant="tokyo-491"]').length`))
	keep(t, b, "film-dark")
	follow(`.films [rel=next]`, "film-493.html")
	require.Equal(t, "paris-492", sheettest.Eval[string](b, `document.querySelector(".film").dataset.variant`))
	follow(`.films a`, "index.html")
	require.Equal(t, 500, sheettest.Eval[int](b, `document.querySelectorAll(".one").length`))
	b.Clean()

	// A sheet of fewer films leaves no page behind.
	p.Films = p.Films[:9]
	written(t, p, dir)
	pages, err := filepath.Glob(filepath.Join(filepath.Dir(strings.TrimPrefix(page, "file://")), "film-*.html"))
	require.NoError(t, err)
	require.Len(t, pages, 9)
}

// TestLooks opens films of one and of twelve shots, light, dark, on a phone and with variants.
func TestLooks(t *testing.T) {
	dir := t.TempDir()
	pages := map[string]*Page{"1": paged(reel(t, dir, 1), 1), "12": twelve(t, dir)}
	cutOf(t, pages["1"], filepath.Join(dir, "one.mp4"))
	variants := paged(reel(t, dir, 6), 6)
	other := variants.Films[0]
	variants.Films[0].Variant, other.Variant = "an old keeper", "a young keeper"
	other.Shots = append([]Shot(nil), other.Shots...)
	other.Shots[0].Shares = []string{"an old keeper"}
	variants.Films = append(variants.Films, other)
	cutOf(t, variants, filepath.Join(dir, "full.mp4"))
	cutOf(t, variants, filepath.Join(dir, "teaser.mp4"))
	cuts := variants.Films[0].Cuts
	cuts[0].ID, cuts[1].ID, cuts[0].Chapters = "full", "teaser", cuts[0].Chapters[:5]
	variants.Films[0].Shots[4].To = "scene-1/shot-2"
	variants.Films[0].Shots[1].Takes[0].Draft, variants.Films[0].Shots[1].Takes[0].State = "lowest resolution", "draft"
	pages["variants"] = variants

	b := sheettest.Open(t)
	for name, p := range pages {
		b.Go(written(t, p, filepath.Join(dir, name)))
		for _, look := range []struct {
			name          string
			width, height int64
			dark          bool
		}{{"light", 1280, 900, false}, {"dark", 1280, 900, true}, {"phone", 390, 844, true}} {
			b.Looks(look.width, look.height, look.dark)
			require.LessOrEqual(t, sheettest.Eval[int64](b, `document.documentElement.scrollWidth`), look.width, "%s %s", name,
				look.name)
			keep(t, b, name+"-"+look.name)
		}
	}
	// A few variants are tabs: one film is shown at a time.
	b.Go(sheettest.File(filepath.Join(dir, "variants", "out", "sheet", "index.html")))
	require.Equal(t, 1, sheettest.Eval[int](b, `document.querySelectorAll(".film:not([hidden])").length`))
	b.Click(`#tab-1`)
	b.Until(`document.querySelector(".film:not([hidden])").id == "film-1"`)
	b.Press(kb.ArrowLeft)
	b.Until(`document.querySelector(".film:not([hidden])").id == "film-0"`)
	b.Press(kb.End)
	b.Until(`document.querySelector(".film:not([hidden])").id == "film-1"`)
	b.Press(kb.Home)

	// So are the cuts of a film; a shot that only the second shows is played there.
	shown := `[...document.querySelectorAll("#film-0 .player")].filter(p => !p.hidden).map(p => p.id).join()`
	b.Until(shown + ` == "player-0-0"`)
	b.Click(`#tab-player-0-1`)
	b.Until(shown + ` == "player-0-1"`)
	b.Press(kb.ArrowLeft)
	b.Until(shown + ` == "player-0-0"`)
	b.Run(`document.querySelector('#shot-0-scene-2--shot-1 .when a').click()`)
	b.Until(shown + ` == "player-0-1" && document.querySelector("#player-0-1 video").currentTime > 10`)
	b.Click(`#tab-player-0-0`)
	b.Until(`document.querySelector("#player-0-1 video").paused`)
	b.Clean()
}

// TestSeamsAreFlippedByAKey: the key opens the two pictures of every seam, then shows one or the other in the same
// place; so does a click. What stands beneath says which one it is.
func TestSeamsAreFlippedByAKey(t *testing.T) {
	dir := t.TempDir()
	page := written(t, seamed(t, dir), dir)
	b := sheettest.Open(t)
	b.Go(page)
	require.Contains(t, sheettest.Eval[string](b, `document.querySelector(".keys").textContent`), "f flip the pictures")
	shown := `[...document.querySelectorAll(".stack > span")].filter(s => s.checkVisibility({visibilityProperty: true}))` +
		`.map(s => s.textContent).join()`
	require.Empty(t, sheettest.Eval[string](b, shown))
	b.Press("f")
	b.Until(shown + ` == "what it grew from"`)
	b.Until(`document.querySelector(".stack img").naturalWidth > 0`)
	places := `[...document.querySelectorAll(".stack img")].map(i => i.getBoundingClientRect()).map(r => r.x + " " + r.y)`
	at := sheettest.Eval[[]string](b, places)
	require.Equal(t, at[0], at[1], "one lies upon the other")
	b.Press("f")
	b.Until(shown + ` == "what the model made of it"`)
	require.Contains(t, sheettest.Eval[string](b, `[...document.querySelectorAll(".stack > span")].find(s => `+
		`getComputedStyle(s).visibility == "visible").querySelector("img").src`), "-seam-first.jpg")
	b.Press("f")
	b.Until(shown + ` == "what it grew from"`)
	b.Click(".stack")
	b.Until(shown + ` == "what the model made of it"`)
	b.Looks(390, 844, true)
	require.LessOrEqual(t, sheettest.Eval[int64](b, `document.documentElement.scrollWidth`), int64(390))
	b.Clean()

	b.Go(written(t, paged(reel(t, filepath.Join(dir, "plain"), 2), 2), filepath.Join(dir, "none")))
	require.NotContains(t, sheettest.Eval[string](b, `document.querySelector(".keys").textContent`), "flip")
	b.Press("f")
	b.Clean()
}

// keep writes a screenshot to the folder that SHEET_SHOTS names, for people to look at.
func keep(t *testing.T, b *sheettest.Browser, name string) {
	dir := os.Getenv("SHEET_SHOTS")
	if dir == "" {
		return
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(name, ".png")), b.Picture(), 0o644))
}
