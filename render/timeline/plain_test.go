package timeline

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/render/ffmpeg"
)

func facts(w, h, frames int, num, den int64) ffmpeg.Facts {
	return ffmpeg.Facts{Codec: "h264", PixFmt: "yuv420p", Width: w, Height: h, SAR: ffmpeg.Ratio{Num: 1, Den: 1},
		Frames: frames,
		Rate:   ffmpeg.Ratio{Num: num, Den: den}, Regular: true, Duration: ffmpeg.Ratio{Num: int64(frames) * den, Den: num}}
}

// One chain of shots of d seconds is 24·Σd+1 frames; items follow one another without gap or overlap.
func TestTimelineAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.SliceOfN(rapid.IntRange(1, 30), 1, 40).Draw(t, "seconds")
		continues := rapid.SliceOfN(rapid.Bool(), len(seconds), len(seconds)).Draw(t, "continues")
		b, sum, chains := newBench(), 0, 0
		for i, d := range seconds {
			b.clip(fmt.Sprint(i), "", 24*d+1, 1280, 720, true)
			b.clips[i].Continues = continues[i]
			sum += 24 * d
			if i == 0 || !continues[i] {
				chains++
			}
		}
		tl, err := b.edit(nil, nil)
		require.NoError(t, err)
		checkTimeline(t, tl, len(seconds))
		require.Equal(t, sum+chains, tl.Frames)
	})
}

func TestConformedLength(t *testing.T) {
	for name, c := range map[string]struct {
		f    ffmpeg.Facts
		want int
	}{
		"24":        {facts(2, 2, 121, 24, 1), 121},
		"30":        {facts(2, 2, 150, 30, 1), 120},
		"25":        {facts(2, 2, 126, 25, 1), 121},
		"23.976":    {facts(2, 2, 120, 24000, 1001), 120},
		"60":        {facts(2, 2, 61, 60, 1), 24},
		"no frames": {ffmpeg.Facts{Frames: 12, Rate: ffmpeg.Ratio{Num: 12, Den: 1}}, 24},
		"an age":    {facts(2, 2, 1<<30, 1, 1<<20), maxFrames + 1},
		"nothing":   {ffmpeg.Facts{}, 0},
		"vfr 1.25 s": {ffmpeg.Facts{Frames: 9, Rate: ffmpeg.Ratio{Num: 36, Den: 5}, Duration: ffmpeg.Ratio{Num: 5, Den: 4}},
			30},
	} {
		require.Equal(t, c.want, Conformed(c.f), name)
	}
}

func TestPlace(t *testing.T) {
	for name, c := range map[string]struct {
		f    ffmpeg.Facts
		want Place
	}{
		"same":        {facts(1280, 720, 1, 24, 1), Place{X: 0, Y: 0, Width: 1280, Height: 720}},
		"almost 16:9": {facts(864, 496, 1, 24, 1), Place{X: 0, Y: 0, Width: 1280, Height: 720}},
		"square":      {facts(960, 960, 1, 24, 1), Place{X: 280, Y: 0, Width: 720, Height: 720}},
		"portrait":    {facts(720, 1280, 1, 24, 1), Place{X: 436, Y: 0, Width: 406, Height: 720}},
		"wide":        {facts(1470, 630, 1, 24, 1), Place{X: 0, Y: 86, Width: 1280, Height: 548}},
		"wide pixels": {ffmpeg.Facts{Width: 960, Height: 720, SAR: ffmpeg.Ratio{Num: 4, Den: 3}},
			Place{X: 0, Y: 0, Width: 1280, Height: 720}},
		"a needle":      {facts(2, 4000, 1, 24, 1), Place{X: 638, Y: 0, Width: 2, Height: 720}},
		"larger, equal": {facts(1920, 1080, 1, 24, 1), Place{X: 0, Y: 0, Width: 1280, Height: 720}},
	} {
		require.Equal(t, c.want, Placed(c.f, 1280, 720, ""), name)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) int { return rapid.IntRange(2, 4000).Draw(t, name) }
		w, h := n("w")&^1, n("h")&^1
		p := Placed(facts(n("cw"), n("ch"), 1, 24, 1), w, h,
			rapid.SampledFrom([]string{"fit", "fill", "blur"}).Draw(t, "how"))
		require.True(t, p.X >= 0 && p.Y >= 0 && p.Width >= 2 && p.Height >= 2 && p.X+p.Width <= w && p.Y+p.Height <= h, p)
		require.Zero(t, (p.X|p.Y|p.Width|p.Height)&1)
	})
}

func TestEditNamesTheShot(t *testing.T) {
	dir := t.TempDir()
	film := func(name string, frames int) string {
		path := filepath.Join(dir, name)
		args := []string{"-f", "lavfi", "-i", "testsrc2=s=320x180:r=24", "-frames:v", fmt.Sprint(frames), "-pix_fmt",
			"yuv420p", ffmpeg.File(path)}
		require.NoError(t, ffmpeg.Run(t.Context(), args, ffmpeg.Options{}))
		return path
	}
	good, one := film("good.mp4", 5), film("one.mp4", 1)
	text := filepath.Join(dir, "text.mp4")
	require.NoError(t, os.WriteFile(text, []byte("text"), 0o644))
	for message, c := range map[string]Clip{
		"shot a/b: stat":                  {Shot: "a/b", Path: filepath.Join(dir, "none.mp4")},
		"shot a/c: ":                      {Shot: "a/c", Path: text},
		"shot a/d: has 1 frames: nothing": {Shot: "a/d", Path: one, Continues: true},
	} {
		_, err := Machine{}.Edit(t.Context(), nil, nil, []Clip{{Shot: "a/a", Path: good}, c})
		require.ErrorContains(t, err, message)
	}
	_, err := Machine{}.Edit(t.Context(), nil, nil, nil)
	require.EqualError(t, err, "a film needs at least one clip")

	tl, err := Machine{}.Edit(t.Context(), nil, nil, []Clip{{Shot: "a/a", Path: one, Continues: true}})
	require.NoError(t, err, "a first clip continues nothing")
	require.Equal(t, 1, tl.Frames)
	require.Equal(t, "a/a", tl.Items[0].Title)
}
