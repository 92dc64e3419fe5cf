package vet

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/models"
)

func TestClaims(t *testing.T) {
	cl, err := ParseClaims("model=seedance-2.0,resolution=480p,ratio=16:9,duration=4s,audio=off", models.Default())
	require.NoError(t, err)
	off := false
	require.Equal(t, Claims{Model: "seedance-2.0", Resolution: "480p", Ratio: "16:9", Seconds: 4, Audio: &off}, cl)
	for text, says := range map[string]string{
		"modell=x": "nothing is claimed by", "model": "key=value", "duration=0": "makes no sense",
		"audio=loud":   "makes no sense",
		"model=sora-9": "no model", "model=seedance-2.0,resolution=8k": "has no 8k",
		"model=seedance-2.0,ratio=7:5": "has no ratio",
	} {
		_, err := ParseClaims(text, models.Default())
		require.ErrorContains(t, err, says)
	}
}

func TestFamilies(t *testing.T) {
	for _, m := range models.Default().Models {
		for _, r := range []models.Region{models.Ark, models.BytePlus} { // whose names a manifest has
			if o, ok := m.Regions[r]; ok {
				require.Equal(t, family(m.Alias), family(o.ID))
			}
		}
	}
	require.Equal(t, family("seedance-2.5-flash"), family("bytedance/seedance-2.5/flash"))
	require.NotEqual(t, family("seedance-2.0"), family("dreamina-seedance-2-0-fast"))
}

func TestWhatAURLSaysOfItsLife(t *testing.T) {
	at := time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)
	for _, raw := range []string{
		"https://ark.tos-cn-beijing.volces.com/a.mp4?X-Tos-Date=20261101T180000Z&X-Tos-Expires=86400&X-Tos-Signature=secret",
		"https://b.example/a.mp4?X-Amz-Date=20261101T180000Z&X-Amz-Expires=86400&X-Amz-Signature=secret",
		"https://c.example/a.mp4?Expires=1793642400&Signature=secret",
		"https://d.example/a?se=2026-11-02T18%3A00%3A00Z&sig=secret",
	} {
		l, ok := LifetimeOf(raw)
		require.True(t, ok)
		require.True(t, at.Equal(*l.Until), "%s: %s", raw, l.Until)
		found := retention(l, at.Add(-24*time.Hour))
		require.Equal(t, Claimed, found[1].Verdict)
		require.Contains(t, found[1].Found, "24h0m0s from completion")
		r := Report{Findings: found, Clips: []Print{{Link: &l}}}
		r.Conclude()
		require.NotContains(t, r.Markdown()+r.Text(), "secret")
	}
	l, ok := LifetimeOf("https://e.example/a.mp4")
	require.True(t, ok)
	require.Equal(t, NotTested, retention(l, at)[1].Verdict)
	_, ok = LifetimeOf("file:///etc/passwd")
	require.False(t, ok)
}

// TestNoLineIsProvenByLess holds that a line is proven only by all that its rule asks for, and that the terms never are.
func TestNoLineIsProvenByLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Report
		for _, l := range lines {
			for _, check := range append([]string{"other"}, rules[l].proven...) {
				if v := rapid.SampledFrom([]Verdict{"", Proven, Claimed, Refuted, NotTested}).Draw(t, check); v != "" {
					r.Findings = append(r.Findings, finding(check, l, v, "%s", check))
				}
			}
		}
		r.Conclude()
		for _, got := range r.Lines {
			refuted, missing := false, len(rules[got.Line].proven)
			for _, f := range r.Findings {
				if f.Line == got.Line {
					refuted = refuted || f.Verdict == Refuted
					if f.Verdict == Proven && f.Check != "other" {
						missing--
					}
				}
			}
			require.Equal(t, refuted, got.Verdict == Refuted)
			require.Equal(t, !refuted && missing == 0 && got.Line != Terms, got.Verdict == Proven, got.Line)
		}
	})
}

// TestAPageShowsAStrangersTextAsText holds that nothing that a file says becomes markup or leaves its cell.
func TestAPageShowsAStrangersTextAsText(t *testing.T) {
	r := Report{Subject: Subject{File: "<script>.mp4"}, Findings: []Finding{finding("c2pa", ModelID, Claimed, "says").
		with("model_name", "x | <img src=x onerror=a()> [a](http://evil) `b`\n# heading\x1b[2J")}}
	r.Conclude()
	page := r.Markdown()
	for _, bad := range []string{"<script", "<img", "[a](http", "\n# heading", "\x1b"} {
		require.NotContains(t, page, bad)
	}
	require.Contains(t, page, `x \| &lt;img src=x`)
	browser := string(r.Page())
	for _, bad := range []string{"<script", "<img", "\x1b"} {
		require.NotContains(t, browser, bad)
	}
	require.Contains(t, browser, "<dd>x | &lt;img src=x onerror=a()&gt;")
	require.Contains(t, browser, `<span class="verdict claimed">claimed</span><span>says</span>`)
}

// FuzzScan gives the scan what no encoder writes: it ends, with short printable strings.
func FuzzScan(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x20uuid" + string(c2paBox) + "\x6amodel_name\x78\xff" + "a"))
	f.Add(bytes.Repeat([]byte("model_name"), 50))
	f.Add([]byte{0, 0, 0, 1, 'm', 'd', 'a', 't', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "clip")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		p, err := look(path)
		require.NoError(t, err)
		for _, s := range append([]string{p.agent, p.version, p.model, p.logID, p.source, p.generator, p.brand},
			p.encoder...) {
			require.LessOrEqual(t, len([]rune(s)), 121)
			require.Equal(t, printable(s, 121), s)
		}
	})
}

func TestAManifestIsReadOnlyInsideItsBox(t *testing.T) {
	var p provenance
	p.scan([]byte("a prompt that says \x6amodel_name\x6cseedance-9-0"))
	require.Empty(t, p.model)
	p.scan(append(bytes.Clone(c2paBox), "\x6amodel_name\x6cseedance-9-0"...))
	require.Equal(t, "seedance-9-0", p.model)
}

func TestPicturesAreCompared(t *testing.T) {
	a, b := image.NewGray(image.Rect(0, 0, 64, 48)), image.NewGray(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			a.SetGray(x, y, color.Gray{Y: uint8((x*4 ^ y*3) % 250)})
			b.SetGray(x, y, color.Gray{Y: uint8((x*4^y*3)%250 + 1)})
		}
	}
	require.InDelta(t, 1, ssim(a, a), 1e-9)
	require.Greater(t, ssim(a, resized(resized(a, 128, 96), 64, 48)), 0.999)
	require.InDelta(t, 48.13, psnr(a, b), 0.5)
	require.True(t, alike([]string{perceptual(a)}, []string{perceptual(b)}))
	require.Less(t, ssim(a, image.NewGray(a.Rect)), 0.2)
}

// twoFilms are two clips whose corners a test draws.
type twoFilms map[string]func(frame int) *image.Gray

func (f twoFilms) Clip(context.Context, string) (Media, error)  { return Media{}, nil }
func (f twoFilms) Sound(context.Context, string) (Heard, error) { return Heard{}, nil }
func (f twoFilms) Picture(path string) (*image.Gray, string, error) {
	return f[path](0), "image/png", nil
}
func (f twoFilms) Frames(_ context.Context, path string, numbers []int, _, _ int) (all []*image.Gray, err error) {
	for _, n := range numbers {
		all = append(all, f[path](n))
	}
	return all, nil
}

// TestAMarkIsSeenWhereTwoScenesShareIt holds that a mark laid over two clips is seen, in its corner, and that neither a
// scene that stands still nor texture is taken for one.
func TestAMarkIsSeenWhereTwoScenesShareIt(t *testing.T) {
	const w, h = 320, 200
	scene := func(seed int, moves, mark, dense bool) func(int) *image.Gray {
		return func(n int) *image.Gray {
			img := image.NewGray(image.Rect(0, 0, w, h))
			for i := range img.Pix {
				img.Pix[i] = 90
			}
			at := seed
			if moves {
				at += 23 * n
			}
			for i := range 40 { // a wall of bars, which stands still or runs
				for y := range 20 {
					img.SetGray((at+i*seed*3)%w, (i*seed+y*3)%h, color.Gray{Y: 200})
				}
			}
			for i := 0; dense && i < len(img.Pix); i++ {
				img.Pix[i] = uint8((i*seed ^ i/w*37) % 250)
			}
			for i := range 30 { // a word of bars at the bottom right
				for y := 184; mark && y < 196; y++ {
					img.SetGray(284+i, y, color.Gray{Y: uint8(40 + i/3%2*200)})
				}
			}
			return img
		}
	}
	grained := func(seed uint64, deviation float64) func(int) *image.Gray {
		return func(n int) *image.Gray {
			r := rand.New(rand.NewPCG(seed, uint64(n)))
			img := image.NewGray(image.Rect(0, 0, w, h))
			for i := range img.Pix {
				img.Pix[i] = uint8(min(max(120+deviation*r.NormFloat64(), 0), 255))
			}
			return img
		}
	}
	for name, c := range map[string]struct {
		a, b, last func(int) *image.Gray
		verdict    Verdict
		says       string
	}{
		"a mark": {scene(7, true, true, false), scene(11, true, true, false), scene(7, true, true, false), Refuted,
			"the same mark at the bottom right; the returned last frame has it, too"},
		"a mark that the last frame is without": {scene(7, true, true, false), scene(11, true, true, false),
			scene(7, true, false, false), Refuted, "the returned last frame is without"},
		"no mark": {scene(7, true, false, false), scene(11, true, false, false),
			scene(7, true, false, false), NotTested, "not seen"},
		"a scene that stands still": {scene(7, false, false, false), scene(11, true, false, false),
			scene(7, true, false, false), NotTested, "not seen"},
		"two scenes that stand still": {scene(7, false, false, false), scene(11, false, false, false),
			scene(7, false, false, false), NotTested, "not seen"},
		"grain":       {grained(1, 10), grained(2, 10), grained(3, 10), NotTested, "not seen"},
		"heavy grain": {grained(1, 40), grained(2, 40), grained(3, 40), NotTested, "not seen"},
		"texture": {scene(7, false, false, true), scene(11, false, false, true), scene(7, false, false, true), NotTested,
			"not seen"},
	} {
		j := &judge{in: twoFilms{"a": c.a, "b": c.b, "last": c.last}, m: Media{Width: w, Height: h, Frames: 97},
			c: Clip{Name: "p2", Path: "a", Control: "b", LastFrame: "last"}}
		require.NoError(t, j.watermark(t.Context()))
		require.Len(t, j.found, 1)
		f := j.found[0]
		require.Equal(t, c.verdict, f.Verdict, "%s: %s %v", name, f.Found, f.Evidence)
		require.Contains(t, f.Found, c.says, name)
	}
}

func TestOnsets(t *testing.T) {
	levels := bytes.Repeat([]byte{0}, 200)
	for _, at := range []int{20, 50, 80} {
		levels[at], levels[at+1] = 50, 40
	}
	var h Heard
	for _, l := range levels {
		h.Levels = append(h.Levels, float64(l)-60)
	}
	require.Equal(t, 3, onsets(h.Levels))
	require.Equal(t, Claimed, prompted(h).Verdict)
	for i := range h.Levels {
		h.Levels[i] = -20
	}
	require.Equal(t, NotTested, prompted(h).Verdict)
}
