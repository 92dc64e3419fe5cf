package animatic

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

func filmed(t testing.TB, a Camera, s Shot) (video string, last []byte) {
	t.Helper()
	if s.Width == 0 {
		s.Width, s.Height = 320, 180
	}
	video, still, err := a.Film(t.Context(), s, t.TempDir())
	require.NoError(t, err)
	last, err = os.ReadFile(still)
	require.NoError(t, err)
	return video, last
}

// difference is the mean difference of two pictures' channels, 0 to 255.
func difference(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	require.Equal(t, a.Bounds().Size(), b.Bounds().Size())
	sum, n := 0.0, 0.0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.NRGBAModel.Convert(a.At(x, y)).(color.NRGBA), color.NRGBAModel.Convert(b.At(x, y)).(color.NRGBA)
			sum += math.Abs(float64(p.R)-float64(q.R)) + math.Abs(float64(p.G)-float64(q.G)) +
				math.Abs(float64(p.B)-float64(q.B))
			n += 3
		}
	}
	return sum / n
}

func frames(t testing.TB, video string, w, h int, n ...int) []*image.NRGBA {
	t.Helper()
	all, err := ffmpeg.Frames(t.Context(), video, n, w, h)
	require.NoError(t, err)
	return all
}

func decoded(t testing.TB, b []byte) image.Image {
	t.Helper()
	img, _, err := ffmpeg.DecodeImage(b)
	require.NoError(t, err)
	return img
}

// What a clip promises: its exact length and size, sound only when asked for, the same bytes again.
func TestAnimaticIsWhatWasAsked(t *testing.T) {
	shot := Shot{Label: "a/b", Prompt: "a boat at dusk", Width: 432, Height: 248, Frames: 49, Audio: true, Seed: 3}
	video, last := filmed(t, Camera{}, shot)
	f, err := ffmpeg.Verify(t.Context(), video,
		ffmpeg.Facts{Width: 432, Height: 248, Frames: 49, Rate: ffmpeg.Ratio{Num: 24, Den: 1}, Codec: "h264",
			PixFmt: "yuv420p", Audio: "aac"})
	require.NoError(t, err)
	require.Equal(t, "aac", f.Audio)
	require.Equal(t, []int{timeline.SampleRate, 2}, []int{f.SampleRate, f.Channels})

	again, lastAgain := filmed(t, Camera{}, shot)
	require.Equal(t, read(t, video), read(t, again))
	require.Equal(t, last, lastAgain)

	shot.Seed++
	other, _ := filmed(t, Camera{}, shot)
	require.NotEqual(t, read(t, video), read(t, other))

	shot.Audio, shot.Frames = false, 1
	silent, _ := filmed(t, Camera{}, shot)
	f, err = ffmpeg.Verify(t.Context(), silent, ffmpeg.Facts{Frames: 1})
	require.NoError(t, err)
	require.False(t, f.HasAudio())
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// The still of the last frame is the pixels that the clip decodes to, and the next clip begins with them.
func TestAnimaticChains(t *testing.T) {
	_, last := filmed(t, Camera{}, Shot{Label: "s/0", Prompt: "A lighthouse at dusk, pan right", Frames: 25})
	for i, prompt := range []string{"The camera follows. Rocks.", "Storm, a wave. zoom in", "night, pull back",
		"he looks up"} {
		video, next := filmed(t, Camera{},
			Shot{Label: "s/" + strconv.Itoa(i+1), Prompt: prompt, Frames: 25, FirstFrame: last})
		all := frames(t, video, 320, 180, 0, 12, 24)
		require.Less(t, difference(t, decoded(t, last), all[0]), 1.5, "begins with the frame it continues")
		require.Greater(t, difference(t, all[0], all[2]), 3.0, "and moves on")
		require.Zero(t, difference(t, decoded(t, next), all[2]), "the still is the clip's last frame")
		last = next
	}
}

func TestAnimaticBeginsWithAnyPicture(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 640, 360))
	for i := range img.Pix {
		img.Pix[i] = byte(i/4%640/3 + i/2560/4)
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}))
	video, _ := filmed(t, Camera{}, Shot{Label: "a", Prompt: "static shot", Frames: 13, FirstFrame: b.Bytes()})
	require.Less(t, difference(t, cover(decoded(t, b.Bytes()), 320, 180), frames(t, video, 320, 180, 0)[0]), 2.0)

	square := image.NewRGBA(image.Rect(0, 0, 400, 400))
	got := cover(square, 320, 180)
	require.Equal(t, image.Rect(0, 0, 320, 180), got.Bounds())

	_, _, err := Camera{}.Film(t.Context(),
		Shot{Label: "a/b", Width: 320, Height: 180, Frames: 5, FirstFrame: []byte("text")}, t.TempDir())
	require.ErrorContains(t, err, "a/b: first frame: not a picture")
}

func TestAnimaticEndsOnItsLastFrame(t *testing.T) {
	_, end := filmed(t, Camera{}, Shot{Label: "end", Prompt: "desert, day", Frames: 1})
	video, last := filmed(t, Camera{}, Shot{Label: "a", Prompt: "night sea", Frames: 37, LastFrame: end})
	require.Less(t, difference(t, decoded(t, end), decoded(t, last)), 1.5)
	require.Greater(t, difference(t, decoded(t, end), frames(t, video, 320, 180, 6)[0]), 10.0)
	require.Equal(t, remember(end).Place, remember(last).Place, "what follows goes on in the world of that frame")
}

// The slate is never on the frames that others grow from; the watermark is on every frame but not on the still.
func TestSlateAndWatermarkKeepOffSeams(t *testing.T) {
	shot := Shot{Label: "scene/shot", Prompt: "desert", Frames: 33, CameraFixed: true}
	bare, _ := filmed(t, Camera{NoSlate: true}, shot)
	with, still := filmed(t, Camera{}, shot)
	a, b := frames(t, bare, 320, 180, 0, 16, 32), frames(t, with, 320, 180, 0, 16, 32)
	require.Less(t, difference(t, a[0], b[0]), 0.5)
	require.Greater(t, difference(t, a[1], b[1]), 3.0)
	require.Less(t, difference(t, a[2], b[2]), 1.0)

	shot.Watermark = true
	marked, markedStill := filmed(t, Camera{}, shot)
	c := frames(t, marked, 320, 180, 0, 16, 32)
	for i := range c {
		require.Greater(t, difference(t, b[i], c[i]), 0.3)
	}
	require.Less(t, difference(t, decoded(t, still), decoded(t, markedStill)), 1.0)
}

func TestAnimaticRefuses(t *testing.T) {
	for _, s := range []Shot{{Width: 15, Height: 16, Frames: 1}, {Width: 321, Height: 180, Frames: 1},
		{Width: 320, Height: 180}, {Width: 320, Height: 180, Frames: 1 << 30}, {Width: 1 << 20, Height: 180, Frames: 1}} {
		_, _, err := Camera{}.Film(t.Context(), s, t.TempDir())
		require.ErrorContains(t, err, "cannot film")
	}
}

func TestAnimaticCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	_, _, err := Camera{}.Film(ctx, Shot{Label: "a", Width: 320, Height: 180, Frames: 50, Audio: true}, dir)
	require.ErrorIs(t, err, context.Canceled)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// Every place, mood and thing can be drawn at every size, and none looks like nothing.
func TestEverythingDraws(t *testing.T) {
	for _, size := range [][2]int{{128, 72}, {72, 128}, {210, 90}} {
		for _, m := range moods {
			for _, p := range places {
				w := world{Place: p.name, Mood: m.name, Palette: looks[m.name], Seed: 5, View: view{0, -0.08, 1}, Weather: "snow"}
				for i := range kinds {
					w.Things = append(w.Things,
						thing{Kind: kinds[i].name, X: 0.1 * float64(i%7), Y: kinds[i].base, Size: kinds[i].size})
				}
				c := newCanvas(path{from: w.View, to: view{0.4, -0.3, 1.2}, w: size[0], h: size[1]}, size[0], size[1])
				w.draw(c)
				sum, squares := 0.0, 0.0
				for i := 0; i < len(c.img.Pix); i += 4 {
					v := float64(c.img.Pix[i]) + float64(c.img.Pix[i+1]) + float64(c.img.Pix[i+2])
					sum, squares = sum+v, squares+v*v
				}
				n := float64(len(c.img.Pix) / 4)
				require.Greater(t, math.Sqrt(squares/n-sum/n*sum/n), 10.0, "%s %s", m.name, p.name)
			}
		}
	}
	for name := range looks {
		require.Contains(t, moodNames(), name)
	}
}

func moodNames() (names []string) {
	for _, m := range moods {
		names = append(names, m.name)
	}
	return names
}

func TestWords(t *testing.T) {
	r := Shot{}.random()
	for prompt, want := range map[string][2]string{
		"Calm sea at sunrise, the lighthouse small in the distance.": {"sea", "sunrise"},
		"An old keeper rows towards a lighthouse at dusk. overcast":  {"sea", "dusk"},
		"城市的夜晚，霓虹灯":                                                  {"city", "night"},
		"森林，清晨，薄雾":                                                   {"forest", "sunrise"},
		"A perfume bottle on a pedestal":                             {"studio", ""},
		"the season of searching":                                    {nowhere, ""},
		"A stone town at noon":                                       {nowhere, "day"},
		"A river between walls":                                      {nowhere, ""},
		"Rain over mountains, storm":                                 {"mountain", "storm"},
		"A close-up of a coffee cup, noon":                           {"studio", "day"},
	} {
		w := imagine(Shot{Prompt: prompt}, nil, nil, r)
		if want[0] != "" {
			require.Equal(t, want[0], w.Place, prompt)
		}
		if want[1] != "" {
			require.Equal(t, want[1], w.Mood, prompt)
		}
	}
	require.Equal(t, "", firstOf(places, "the season of searching in iceland"))
	require.True(t, mentions("Two birds.", []string{"bird"}))
	require.False(t, mentions("Birdsong", []string{"bird"}))
}

func TestMoves(t *testing.T) {
	at := world{View: view{0, -0.08, 1}}
	for prompt, check := range map[string]func(p path) bool{
		"slow push in":      func(p path) bool { return p.to.Zoom > 1.1 },
		"镜头推近":              func(p path) bool { return p.to.Zoom > 1.1 },
		"camera pulls back": func(p path) bool { return p.to.Zoom < 0.9 },
		"镜头拉远":              func(p path) bool { return p.to.Zoom < 0.9 },
		"pan left":          func(p path) bool { return p.to.X < -0.5 },
		"向右摇":               func(p path) bool { return p.to.X > 0.5 },
		"tilt up":           func(p path) bool { return p.to.Y < -0.3 },
		"locked-off":        func(p path) bool { return p.to == p.from },
		"镜头跟随他":             func(p path) bool { return p.to.X > 0.3 },
		"nothing said":      func(p path) bool { return p.to != p.from },
	} {
		require.True(t, check(direct(Shot{Prompt: prompt, Width: 1280, Height: 720}, at, Shot{}.random())), prompt)
	}
	fixed := direct(Shot{Prompt: "push in", CameraFixed: true, Width: 1280, Height: 720}, at, Shot{}.random())
	require.Equal(t, fixed.from, fixed.to)
	require.InDelta(t, 0, glide(0), 1e-9)
	require.InDelta(t, 1, glide(1), 1e-9)
	for x := 0.0; x < 1; x += 0.01 {
		require.Greater(t, glide(x+0.01), glide(x))
	}
}

// Any number of moves in one direction stays in front of something, and views stay finite.
func TestViewsStayInTheWorld(t *testing.T) {
	for _, prompt := range []string{"push in", "pull back", "pan left", "tilt up", "tilt down"} {
		w := imagine(Shot{Prompt: prompt}, nil, nil, Shot{}.random())
		for i := range 40 {
			s := Shot{Prompt: prompt, Width: 1280, Height: 720, Seed: int64(i)}
			p := direct(s, w, s.random())
			w.View = p.to
			require.True(t, w.sane(), "%s %d %+v", prompt, i, w.View)
			w = imagine(s, &w, nil, s.random())
		}
	}
}

func TestMemory(t *testing.T) {
	w := imagine(Shot{Prompt: "a boat near a lighthouse, storm"}, nil, nil, Shot{}.random())
	b, err := encodePNG(image.NewNRGBA(image.Rect(0, 0, 4, 4)), &w)
	require.NoError(t, err)
	require.Equal(t, &w, remember(b))
	_, _, err = ffmpeg.DecodeImage(b)
	require.NoError(t, err, "still a picture")
	plain, err := encodePNG(image.NewNRGBA(image.Rect(0, 0, 4, 4)), nil)
	require.NoError(t, err)
	require.Nil(t, remember(plain))
}

func FuzzRemember(f *testing.F) {
	w := imagine(Shot{Prompt: "a boat near a lighthouse, storm"}, nil, nil, Shot{}.random())
	b, err := encodePNG(image.NewNRGBA(image.Rect(0, 0, 4, 4)), &w)
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w := remember(b); w != nil {
			c := newCanvas(path{from: w.View, to: w.View, w: 32, h: 18}, 32, 18)
			w.draw(c)
		}
	})
}

func TestSlateText(t *testing.T) {
	require.Equal(t, "00:05:00  121/121", timecode(120, 121))
	s := newSlate(Shot{Label: "x\x00\n", Prompt: "\xff\U0010ffff" + string(make([]byte, 3000)), Width: 64, Height: 64,
		Frames: 10})
	p := newPlane(64, 64)
	s.draw(p, 3, 1)
}

func TestAmbience(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, writeAmbience(&b, Shot{Frames: 121}, world{Place: "sea"}))
	require.Equal(t, 44+4*239616, b.Len(), "4.992 s, as a model's")
	loudest := 0.0
	for i := 44; i+1 < b.Len(); i += 2 {
		loudest = max(loudest, math.Abs(float64(int16(b.Bytes()[i])|int16(b.Bytes()[i+1])<<8)))
	}
	require.InDelta(t, 6000, loudest, 4500, "audible, and quiet")
}

func BenchmarkAnimatic(b *testing.B) {
	for b.Loop() {
		_, _, err := Camera{}.Film(context.Background(),
			Shot{Label: "a/b", Prompt: "a boat at dusk, pan right", Width: 1280, Height: 720, Frames: 121, Audio: true},
			b.TempDir())
		require.NoError(b, err)
	}
}

// BenchmarkFrames is the camera alone, without the encoder: one clip of 5 s at 720p.
func BenchmarkFrames(b *testing.B) {
	s, err := Camera{}.set(Shot{Label: "a/b", Prompt: "a boat at dusk, pan right", Width: 1280, Height: 720, Frames: 121})
	require.NoError(b, err)
	for b.Loop() {
		require.NoError(b, s.feed(context.Background())(io.Discard))
	}
}

// TestWhoRowsIsDressedByTheWords: a boat that a picture remembers, with somebody in it of whom nothing was said, is the boat
// that the words name; nobody stands beside it on the water.
func TestWhoRowsIsDressedByTheWords(t *testing.T) {
	r := Shot{}.random()
	known := imagine(Shot{Prompt: "A keeper rows a boat over the sea."}, nil, nil, r)
	w := imagine(Shot{Prompt: "An old keeper in a yellow raincoat rows a small boat."}, &known, nil, r)
	require.Len(t, w.Things, 1)
	require.Equal(t, "yellow", w.Things[0].Coat)
	require.Empty(t, known.Things[0].Coat, "the world before is left alone")
	// Somebody else, on the shore, is another one.
	w = imagine(Shot{Prompt: "A woman in a red coat waits at the sea."}, &known, nil, r)
	require.Len(t, w.Things, 2)
	// What is to be avoided is not there.
	w = imagine(Shot{Prompt: "Night falls over the sea. Avoid: people, a lighthouse."}, &known, nil, r)
	require.Len(t, w.Things, 1)
}
