package graph_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"

	"shotchain/chain/graph"
	"shotchain/chain/graph/graphtest"
	"shotchain/chain/models"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/internal/exif/exiftest"
	"shotchain/storyboard"
)

var (
	film, parse, still = graphtest.Film, graphtest.Parse, graphtest.Still
	simTarget          = graph.Target{Models: models.Default(), Ended: true,
		Service: provider.About{Namespace: "sim", Region: models.Ark}}
)

// TestAnInheritedProblemIsToldOnce holds that a setting that several shots inherit is refused once, with the shots.
func TestAnInheritedProblemIsToldOnce(t *testing.T) {
	src := "look: {model: seedance-1.0-pro, resolution: 4k}\nscenes:\n  - id: a\n    shots:\n"
	for _, shot := range []string{"one", "two", "three", "four", "five"} {
		src += "      - {id: " + shot + ", prompt: p}\n"
	}
	for last, want := range map[string]string{
		"      - {id: one,":   `shot "a/one": `,
		"      - {id: two,":   `shots "a/one" and "a/two": `,
		"      - {id: three,": `shots "a/one", "a/two" and "a/three": `,
		"      - {id: five,":  `shots "a/one", "a/two", "a/three" and 2 more: `,
	} {
		end := strings.Index(src, last)
		end += strings.IndexByte(src[end:], '\n') + 1
		_, err := graph.Compile(t.Context(), parse(t, t.TempDir(), src[:end]), graph.Target{Models: models.Default(), Service: provider.About{Region: models.Ark}})
		var ps storyboard.Problems
		require.ErrorAs(t, err, &ps)
		require.Len(t, ps, 1)
		require.Equal(t, want+"seedance-1.0-pro does not make 4k", ps[0].Message)
		require.Equal(t, "it makes 480p, 720p, 1080p", ps[0].Hint)
	}
}

func compile(t testing.TB, sb *storyboard.Storyboard) *graph.Graph {
	t.Helper()
	g, err := graph.Compile(t.Context(), sb, simTarget)
	require.NoError(t, err)
	return g
}

func TestWhatAModelCannotDoIsRefusedAtItsLine(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "tall.png", 600, 1200)
	still(t, dir, "small.png", 200, 300)
	still(t, dir, "wide.png", 1600, 500)
	still(t, dir, "ok.png", 640, 360)
	b := new(bytes.Buffer)
	require.NoError(t, bmp.Encode(b, image.NewGray(image.Rect(0, 0, 640, 360))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ok.bmp"), b.Bytes(), 0o600))
	china := graph.Target{Models: models.Default(), Service: provider.About{Namespace: "ark", Region: models.Ark},
		Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	fal := china
	fal.Service = provider.About{Namespace: "fal", Region: models.Fal}
	for _, c := range []struct{ look, shot, at, want, hint string }{
		{"fal: seedance-2.0, seed: 7", "", "2:35", "seedance-2.0 cannot take a seed at fal",
			"these can: seedance-1.5-pro; it can at ark, byteplus"},
		{"fal: seedance-2.5, seed: 7", "", "2:35", "seedance-2.5 cannot take a seed at fal", "it can at ark, byteplus"},
		{"fal: seedance-2.5, seed: 7", "first_frame: ok.png", "2:35", "seedance-2.5 cannot take a seed at fal",
			"it can at ark"},
		{"fal: seedance-2.5, watermark: true", "", "2:40", "cannot put a watermark at fal", "it can at ark, byteplus"},
		{"fal: seedance-2.5, resolution: 4k", "", "2:41", "does not make 4k at fal",
			"it makes 480p, 720p, 1080p; it can at byteplus"},
		{"fal: seedance-2.5", "first_frame: ok.bmp", "7:22", "seedance-2.5 takes no bmp pictures",
			"convert it to png or jpeg; it can at ark, byteplus"},
		{"fal: seedance-1.5-pro, duration: auto", "", "2:43", "cannot choose the duration", "it makes 4s to 12s"},
		{"fal: seedance-1.5-pro", "references: [ok.png]", "7:22", "cannot look at reference pictures",
			"these can: seedance-2.5"},
		{"fal: seedance-2.5", "{ first_frame: ok.png, references: [ok.png] }", "8:22",
			"takes references or a first frame, not both", "leave them out"},
		{"fal: seedance-2.0", "to: ok.png", "7:13", "takes a last frame only beside a first one", "give it a beginning"},
		{`fal: seedance-2.5, ratio: "16:9"`, "first_frame: tall.png", "7:22", "nearest to 9:16, not 16:9",
			"crop the still to 16:9"},
		{"fal: seedance-1.0-pro", "", "2:15", "seedance-1.0-pro is not served at fal",
			"seedance-1.5-pro; it can at ark, byteplus"},
		{"model: seedance-9", "", "2:15", `no model is called "seedance-9"`, "did you mean"},
		{"model: ep-2026-abc", "", "2:15", "no model is called", "models file"},
		{"model: seedance-1.5-pro", "", "2:15", "has ended at ark on 2026-09-21", "it can at fal"},
		{"sellers: seedance-2.0, seed: 7", "", "2:35", "seedance-2.0 cannot take a seed", "it can at"},
		{"model: seedance-2.0-fast, resolution: 1080p", "", "2:46", "does not make 1080p", "it makes 480p, 720p"},
		{"model: seedance-2.5, resolution: 4k", "", "2:41", "does not make 4k at ark",
			"it makes 480p, 720p, 1080p; it can at byteplus"},
		{"model: seedance-2.5-flash", "", "2:15", "seedance-2.5-flash is not served at ark", "it can at byteplus, fal"},
		{"model: seedance-2.0, duration: 3s", "", "2:39", "does not make clips of 3s", "it makes 4s to 15s, or auto"},
		{"model: seedance-1.0-pro, duration: auto", "", "2:43", "cannot choose the duration", "it makes 2s to 12s"},
		{"model: seedance-1.0-pro, audio: true", "", "2:40", "cannot make sound", "these can: seedance-2.5"},
		{"model: seedance-2.0, camera_fixed: true", "", "2:43", "cannot fix the camera", "seedance-1.0-pro"},
		{"model: seedance-2.0, service_tier: flex", "", "2:43", "cannot run at service_tier flex", "seedance-1.0-pro"},
		{"model: seedance-1.0-pro, priority: 3", "", "2:43", "cannot take a priority", "seedance-2.0"},
		{"model: seedance-2.0", "first_frame: small.png", "7:22", "200×300 pixels", "each side must have 300 to 6000"},
		{"model: seedance-2.0", "first_frame: wide.png", "7:22", "1600×500 pixels", "width ÷ height must be 0.4 to 2.5"},
		{`model: seedance-2.5, ratio: "16:9"`, "first_frame: tall.png", "7:22", "nearest to 9:16, not 16:9",
			"crop the still to 16:9"},
	} {
		t.Run(c.want, func(t *testing.T) {
			look, target := strings.TrimPrefix(c.look, "model: "), china
			if at, ok := strings.CutPrefix(c.look, "fal: "); ok {
				look, target = at, fal
			}
			if at, ok := strings.CutPrefix(c.look, "sellers: "); ok { // a service that takes no seed of any model
				look, target.Service.Can.Seed = at, provider.No
			}
			src := fmt.Sprintf(
				"title: T\nlook: {model: %s}\nscenes:\n  - id: a\n    shots:\n      - id: one\n        %s\n        prompt: p\n",
				look, strings.ReplaceAll(strings.Trim(c.shot, "{ }"), ", ref", "\n        ref"))
			_, err := graph.Compile(t.Context(), parse(t, dir, src), target)
			var ps storyboard.Problems
			require.ErrorAs(t, err, &ps)
			require.Len(t, ps, 1)
			require.Contains(t, ps[0].Error(), "film.yaml:"+c.at+": shot \"a/one\": ")
			require.Contains(t, ps[0].Message, c.want)
			require.Contains(t, ps[0].Hint, c.hint)
			require.NotEmpty(t, ps[0].Source)
		})
	}
}

func TestTheSimulatorServesModelsThatHaveEnded(t *testing.T) {
	g, err := graph.Compile(t.Context(), film(t, "a/one model: seedance-1.5-pro"), simTarget)
	require.NoError(t, err)
	require.Equal(t, "doubao-seedance-1-5-pro-251215", g.Takes[0].Request.Model)
}

func TestEveryModelTakesAPlainFilmAndIsSentOnlyWhatItTakes(t *testing.T) {
	for _, m := range models.Default().Models {
		for region := range m.Regions {
			target := simTarget
			target.Service.Region = region
			g, err := graph.Compile(t.Context(), film(t, "a/one model: "+m.Alias, "a/two model: "+m.Alias), target)
			require.NoError(t, err, m.Alias)
			for _, take := range g.Takes {
				r := take.Request
				require.Equal(t, m.Audio, r.Audio != nil, m.Alias)
				require.Nil(t, r.CameraFixed)
				require.Nil(t, r.Priority)
				require.Empty(t, r.ServiceTier)
				require.Positive(t, take.Cost.Micros)
				require.Positive(t, take.Tokens)
			}
		}
	}
}

func TestTheBilledTokensOfTheMeasuredCases(t *testing.T) {
	for _, c := range []struct {
		look   string
		tokens int64
	}{
		{"model: seedance-2.0; duration: 4s", 87300},
		{"model: seedance-2.0; duration: 5s", 108900},
		{"model: seedance-2.0; duration: 15s", 324900},
		{"model: seedance-2.0; resolution: 480p; duration: 5s", 50638},
		{"model: seedance-2.5; resolution: 480p; duration: 4s", 38830},
		{"model: seedance-2.0; resolution: 1080p; duration: 4s", 196425},
		{"model: seedance-1.0-pro; resolution: 1080p; duration: 5s", 246840},
		{"model: seedance-1.0-pro; resolution: 1080p; duration: 6s; ratio: \"9:16\"", 295800},
	} {
		require.Equal(t, c.tokens, compile(t, film(t, "a/one "+c.look)).Takes[0].Tokens, c.look)
	}
}

func TestAutoIsPricedAtTheModelsLongest(t *testing.T) {
	g := compile(t, film(t, "a/one duration: auto"))
	require.Equal(t, -1, g.Takes[0].Request.Duration)
	require.EqualValues(t, 324900, g.Takes[0].Tokens)
}

func TestAContinuingShotKeepsItsRatio(t *testing.T) {
	g := compile(t, film(t, `a/one ratio: "9:16"`, "a/two", "a/three"))
	for _, take := range g.Takes {
		require.Equal(t, models.Size{Width: 720, Height: 1280}, take.Size)
	}
	_, err := graph.Compile(t.Context(), film(t, `a/one ratio: "9:16"`, `a/two ratio: "1:1"`), simTarget)
	require.ErrorContains(t, err, `it continues "a/one" and so keeps its ratio, 9:16, not 1:1`)
}

func TestMeaningNotSyntaxDecidesTheKeys(t *testing.T) {
	a := parse(t, t.TempDir(), "title: T\nscenes:\n- id: a\n  shots:\n  - {id: one, prompt: \"a boat\", duration: 5s}\n")
	b := parse(t, t.TempDir(),
		"# another file\nscenes:\n  - shots:\n      - duration: '5s'\n        prompt: >-\n          a boat\n        id: one\n    id: a\ntitle: T\n")
	require.Equal(t, compile(t, a).Takes[0].Identity, compile(t, b).Takes[0].Identity)
}

func TestEverythingThatShapesAClipShapesItsKey(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "a.png", 640, 360)
	still(t, dir, "b.png", 641, 360)
	seen := map[string]string{}
	key := func(ns, shot string) {
		src := "title: T\nlook: {model: seedance-1.5-pro}\nscenes:\n  - id: a\n    shots:\n      - id: one\n        " +
			strings.ReplaceAll(shot, "; ", "\n        ") + "\n"
		target := simTarget
		target.Service.Namespace = ns
		g, err := graph.Compile(t.Context(), parse(t, dir, src), target)
		require.NoError(t, err, shot)
		id := g.Takes[0].Identity
		require.Empty(t, seen[id], "%s and %s", shot, seen[id])
		seen[id] = shot
	}
	key("ark", "prompt: p")
	key("sim", "prompt: p")
	for _, s := range []string{"prompt: q", "negative: n", "style: s", "model: seedance-2.0", "resolution: 480p",
		`ratio: "1:1"`, "duration: 6s", "audio: false", "seed: 1", "seed: 2", "camera_fixed: true", "watermark: true",
		"first_frame: a.png", "first_frame: b.png", "first_frame: https://example.com/a.png"} {
		if !strings.HasPrefix(s, "prompt") {
			s += "; prompt: p"
		}
		key("ark", s)
	}
	base := compile(t, film(t, "a/one model: seedance-1.5-pro")).Takes[0].Identity
	for _, s := range []string{"service_tier: flex", "expires_after: 5000s", "safety_identifier: x", "caption: c"} {
		require.Equal(t, base, compile(t, film(t, "a/one model: seedance-1.5-pro; "+s)).Takes[0].Identity,
			"%s does not shape the clip", s)
	}
}

func TestALaterShotMayBeContinued(t *testing.T) {
	g := compile(t, film(t, "a/one from: b/three", "a/two", "b/three"))
	require.Equal(t, "b/three", g.Takes[0].Name())
	require.Equal(t, g.Takes[0], g.Take("a/one").From)
	require.Equal(t, g.Takes[0].Expected*3, g.Takes[0].Remaining)
}

func TestMoneyIsNeverShownAsLessThanItIs(t *testing.T) {
	require.Equal(t, "¥5.01", money.Amount{Micros: 5_009_400, Currency: "CNY"}.String())
	require.Equal(t, "$1.17", money.Amount{Micros: 1_165_230, Currency: "USD"}.String())
	require.Equal(t, "$0.00", money.Amount{Currency: "USD"}.String())
	require.Equal(t, "1.00 EUR", money.Amount{Micros: 1_000_000, Currency: "EUR"}.String())
}

// A phone stores a portrait lying on its side and says so: it is planned, and sent, as it is seen.
func TestAStillIsPlannedAsItIsSeen(t *testing.T) {
	dir := t.TempDir()
	lying := image.NewGray(image.Rect(0, 0, 640, 360))
	for name, file := range map[string][]byte{
		"phone.jpg": exiftest.JPEG(lying, exiftest.Block(binary.BigEndian, 6)),
		"exact.png": exiftest.PNG(image.NewGray(image.Rect(0, 0, 864, 496)), exiftest.Block(binary.LittleEndian, 8)),
		"flat.jpg":  exiftest.JPEG(lying, exiftest.Block(binary.BigEndian, 1)),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), file, 0o600))
	}
	look := "look: {model: seedance-2.0, resolution: 480p}\nscenes: [{id: a, shots: ["
	of := func(shot string) *graph.Take {
		return compile(t, parse(t, dir, look+"{id: one, prompt: x, "+shot+"}]}]\n")).Takes[0]
	}

	portrait := of("first_frame: phone.jpg")
	require.Equal(t, models.Size{Width: 496, Height: 864}, portrait.Size)
	require.Equal(t, "496x864 turned 6", portrait.Request.FirstFrame.Fit)
	require.Equal(t, "image/png", portrait.Request.FirstFrame.MediaType)
	require.Equal(t, "turned upright, 360×640 to 496×864, 2 % of its height cut", portrait.Fits[0].String())
	require.NotEqual(t, portrait.Identity, of("first_frame: flat.jpg").Identity)

	require.Equal(t, "496x864 turned 8", of("first_frame: exact.png").Request.FirstFrame.Fit)
	require.Equal(t, "turned upright", of("first_frame: exact.png").Fits[0].String(), "nothing is scaled")

	end := of("first_frame: flat.jpg, to: ./phone.jpg")
	require.Equal(t, "864x496", end.Request.FirstFrame.Fit)
	require.Equal(t, "864x496 turned 6", end.Request.LastFrame.Fit)

	seen := of("references: [phone.jpg, flat.jpg]")
	require.Equal(t, "360x640 turned 6", seen.Request.References[0].Fit, "a reference keeps its size, but not its turn")
	require.Empty(t, seen.Request.References[1].Fit)
}
