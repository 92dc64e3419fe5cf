package render

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// A film of prepared clips with hard cuts encodes nothing; a second one neither; a changed shot only that.
func TestOnlyWhatChangedIsEncoded(t *testing.T) {
	paths, _ := scenes(t, 49, 50, 51)
	tl := lay(t, tw, th, paths...)
	tl.Items[1].In = 1
	arrange(tl)
	kept, out := t.TempDir(), filepath.Join(t.TempDir(), "film.mp4")
	var ran [][]string
	o := work.Options{Dir: kept, Trace: func(a []string) { ran = append(ran, a) }}
	for _, it := range tl.Items {
		require.NoError(t, NewPreparer().Prepare(t.Context(), it.Clip, targetOf(tl), "", o))
		require.NoError(t, NewPreparer().Prepare(t.Context(), it.Clip, targetOf(tl), "", o))
	}
	require.Len(t, ran, 6, "a picture and a sound for each clip")
	f, err := assemble(t.Context(), tl, out, o)
	require.NoError(t, err)
	require.Zero(t, f.Encoded)
	require.Equal(t, 3, f.Reused)

	tl.Items[1].Transition, tl.Items[1].In = timeline.Transition{Type: "dissolve", Frames: 12}, 0
	arrange(tl)
	f, err = assemble(t.Context(), tl, out, o)
	require.NoError(t, err)
	require.Equal(t, 1, f.Encoded, "the transition")
	ran = nil
	f, err = assemble(t.Context(), tl, out, o)
	require.NoError(t, err)
	require.Zero(t, f.Encoded)
	require.Empty(t, ran, "nothing runs where nothing changed")

	tl.Titles = []timeline.Text{{Text: "Later", Start: 100, End: 110}}
	f, err = assemble(t.Context(), tl, out, o)
	require.NoError(t, err)
	require.Equal(t, 1, f.Encoded, "the frames with words")
}

// A clip whose packets can be in the film is not conformed ahead of it; one that is linked leaves what its seams are
// measured by; one that has to be encoded is.
func TestWhatIsCopiedIsNotConformedAhead(t *testing.T) {
	made := func(linked bool, encode ...string) (run []string) {
		clip := shoot(t, "clip.mp4", append([]string{"-f", "lavfi", "-i", "testsrc2=s=320x180:r=24,trim=end_frame=30", "-bf", "0",
			"-c:v"}, encode...)...)
		o := work.Options{Dir: t.TempDir(), Trace: func(a []string) { run = append(run, strings.Join(a, " ")) }}
		require.NoError(t, NewPreparer().Copied(t.Context(), timeline.Clip{Shot: "a", Path: clip},
			Target{Rate: timeline.Rate, Width: tw, Height: th}, "", linked, o))
		return run
	}
	require.Empty(t, made(false, "libx264", "-pix_fmt", "yuv420p"))
	tapped := made(true, "libx264", "-pix_fmt", "yuv420p")
	require.Len(t, tapped, 1)
	require.NotContains(t, tapped[0], "libx264")
	for _, linked := range []bool{false, true} {
		encoded := made(linked, "libx264", "-pix_fmt", "yuv444p")
		require.Len(t, encoded, 1)
		require.Contains(t, encoded[0], "libx264")
	}
}

// Clips of one format with hard cuts are copied, seams included: every frame is bit for bit a clip's.
func TestHardCutsOfOneFormatAreCopied(t *testing.T) {
	var paths []string
	for i := range 3 {
		paths = append(paths,
			shoot(t, "copy.mp4", "-f", "lavfi", "-i",
				fmt.Sprintf("testsrc2=s=320x180:r=24,hue=h=%d,trim=end_frame=%d", 50*i, 30+i),
				"-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-pix_fmt", "yuv420p"))
	}
	tl := lay(t, tw, th, paths...)
	tl.Items[1].Continues, tl.Items[1].In = true, 1
	arrange(tl)
	film := filepath.Join(t.TempDir(), "film.mp4")
	f, err := assemble(t.Context(), tl, film, work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	require.Zero(t, f.Encoded)
	require.Equal(t, 3, f.Reused)
	require.Len(t, f.Notes, 1)
	requireRegular(t, film, tl.Frames)
	got := lumas(t, film, tw, th)
	var want [][]byte
	a, b, c := lumas(t, paths[0], tw, th), lumas(t, paths[1], tw, th), lumas(t, paths[2], tw, th)
	want = append(append(append(want, a[:len(a)-1]...), b...), c...)
	require.Equal(t, len(want), len(got))
	for i := range want {
		require.True(t, bytes.Equal(want[i], got[i]), "frame %d", i)
	}
}

// With DryRun every command is told and none runs.
func TestDryRunLeavesNothing(t *testing.T) {
	paths, _ := scenes(t, 30, 31)
	tl := lay(t, tw, th, paths...)
	tl.Items[1].Transition = timeline.Transition{Type: "dissolve", Frames: 6}
	arrange(tl)
	kept, dir := t.TempDir(), t.TempDir()
	n := 0
	outs := []timeline.Output{{Path: filepath.Join(dir, "film.mp4")}, {Path: filepath.Join(dir, "film.gif")},
		{Path: filepath.Join(dir, "p.png"), Frame: 3}}
	_, err := Deliver(t.Context(), tl, outs, work.Options{Dir: kept, DryRun: true, Trace: func([]string) { n++ }})
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 6)
	for _, folder := range []string{kept, dir} {
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		require.NoError(t, err)
		for _, f := range files {
			require.Equal(t, "README", filepath.Base(f))
		}
	}
}

// A cancelled run leaves no process, no temporary file, and the last good film.
func TestCancelledRunLeavesTheLastFilm(t *testing.T) {
	long := shoot(t, "long.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=24:d=20", "-c:v", "libx264", "-preset",
		"ultrafast", "-pix_fmt", "yuv420p")
	tl := lay(t, 1280, 720, long)
	tl.Items[0].In = 5 // not a key frame: it is encoded
	arrange(tl)
	kept, out := t.TempDir(), filepath.Join(t.TempDir(), "film.mp4")
	require.NoError(t, os.WriteFile(out, []byte("the last good film"), 0o644))
	ctx, cancel := context.WithCancel(t.Context())
	begun := time.Now()
	_, err := assemble(ctx, tl, out, work.Options{Dir: kept, Progress: func(done, _ int) {
		if done > 20 {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(begun), time.Minute)
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, "the last good film", string(b))
	for _, folder := range []string{kept, filepath.Dir(out)} {
		left, err := filepath.Glob(filepath.Join(folder, "*tmp*"))
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

// What comes in any shape is conformed: rates, sizes, formats, channels, and the lack of sound.
func TestMixedInputsConform(t *testing.T) {
	tone := []string{"-f", "lavfi", "-i", "sine=440:d=2"}
	source := func(name, size, rate string, sound bool, more ...string) string {
		args := []string{"-f", "lavfi", "-i", "testsrc2=s=" + size + ":r=" + rate + ":d=2"}
		if sound {
			args = append(args, tone...)
		}
		return shoot(t, name, append(args, more...)...)
	}
	clips := map[string]string{
		"hevc 10 bit": source("a.mp4", "640x360", "24", true, "-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt",
			"yuv420p10le", "-ar", "44100", "-ac", "1"),
		"4:4:4 mov": source("b.mov", "320x180", "24", false, "-c:v", "libx264", "-pix_fmt", "yuv444p"),
		"30 fps":    source("c.mp4", "320x180", "30", true, "-c:v", "libx264", "-pix_fmt", "yuv420p"),
		"ntsc": source("d.mkv", "320x180", "30000/1001", true, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a",
			"pcm_s16le"),
		"variable": source("e.mp4", "320x180", "24", true, "-vf", "select='not(eq(mod(n,5),3))'", "-fps_mode", "vfr", "-c:v",
			"libx264", "-pix_fmt", "yuv420p"),
		"upright": source("f.mp4", "180x320", "24", false, "-c:v", "libx264", "-pix_fmt", "yuv420p"),
		"prores":  source("g.mov", "320x180", "24", true, "-c:v", "prores_ks", "-c:a", "pcm_s16le"),
		"odd":     source("h.mp4", "321x181", "24", false, "-c:v", "libx264", "-pix_fmt", "yuv444p"),
	}
	for _, reframe := range []string{"fit", "fill", "blur"} {
		t.Run(reframe, func(t *testing.T) {
			var names, paths []string
			for name, p := range clips {
				names, paths = append(names, name), append(paths, p)
			}
			tl := lay(t, tw, th, paths...)
			for i := range tl.Items {
				tl.Items[i].Place = timeline.Placed(tl.Items[i].Source, tw, th, reframe)
				if i%2 == 1 {
					tl.Items[i].Transition = timeline.Transition{Type: "dissolve", Frames: 6}
				}
				require.InDelta(t, 48, tl.Items[i].Length, 1, names[i])
			}
			arrange(tl)
			film := filepath.Join(t.TempDir(), "film.mp4")
			_, err := assemble(t.Context(), tl, film, work.Options{Dir: t.TempDir()})
			require.NoError(t, err)
			requireRegular(t, film, tl.Frames)
			pictures := lumas(t, film, tw, th)
			want := lumas(t, clips["4:4:4 mov"], tw, th)
			for i, it := range tl.Items { // the same test picture came in in all those ways
				if n := names[i]; n == "upright" || n == "variable" || n == "ntsc" || n == "30 fps" {
					continue
				}
				s := alike(pictures[it.At+24], want[24], tw, th)
				require.Greater(t, s, 0.7, "%s at frame %d", names[i], it.At+24)
			}
		})
	}
}

// Every format comes out with the timeline's frames, and is what its name says.
func TestOutputs(t *testing.T) {
	paths, _ := scenes(t, 30, 26)
	tl := arrange(lay(t, tw, th, paths...))
	tl.Captions = []timeline.Text{{Text: "Hello, <b>you</b>", Start: 3, End: 20},
		{Text: "灯塔 {\\b1} \\N &amp;", Start: 30, End: 50}}
	tl.CaptionMode, tl.Quality, tl.Language = "soft", "draft", "eng"
	dir := t.TempDir()
	var outs []timeline.Output
	for _, name := range []string{"film.mp4", "film.mov", "film.webm", "film.gif", "poster.png", "poster.jpg", "sound.wav",
		"words.srt", "words.vtt"} {
		outs = append(outs, timeline.Output{Path: filepath.Join(dir, name), Frame: 33})
	}
	for _, codec := range []string{"hevc", "av1"} {
		o := timeline.Output{Path: filepath.Join(dir, codec+".mp4"), Codec: codec}
		if _, err := encoder(t.Context(), o); err == nil {
			outs = append(outs, o)
		}
	}
	films, err := Deliver(t.Context(), tl, outs, work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	require.Len(t, films, len(outs))
	want := map[string]string{"film.mp4": "h264", "film.mov": "prores", "film.webm": "vp9", "hevc.mp4": "hevc",
		"av1.mp4": "av1"}
	for _, f := range films {
		name := filepath.Base(f.Path)
		if codec := want[name]; codec != "" {
			facts, err := ffmpeg.Probe(t.Context(), f.Path)
			require.NoError(t, err)
			require.Equal(t, codec, facts.Codec)
			require.Equal(t, tl.Frames, facts.Frames, name)
			require.True(t, facts.HasAudio(), name)
			require.InDelta(t, tl.Frames*timeline.PerFrame, len(hear(t, f.Path)), timeline.PerFrame,
				"the sound of %s ends with its picture", name)
		}
	}
	srt, err := os.ReadFile(filepath.Join(dir, "words.srt"))
	require.NoError(t, err)
	require.Equal(t,
		"1\n00:00:00,125 --> 00:00:00,833\nHello, <b>you</b>\n\n2\n00:00:01,250 --> 00:00:02,083\n灯塔 {\\b1} \\N &amp;\n\n",
		string(srt))
	vtt, err := os.ReadFile(filepath.Join(dir, "words.vtt"))
	require.NoError(t, err)
	require.Contains(t, string(vtt), "Hello, &lt;b&gt;you&lt;/b&gt;")
	for _, p := range []string{"poster.png", "poster.jpg"} {
		f, err := ffmpeg.VerifyImage(filepath.Join(dir, p))
		require.NoError(t, err)
		require.Equal(t, tw, f.Width)
	}
	// Captions that can be switched off are the very words in each file that has them, in its own way of writing.
	for name, want := range map[string]string{"film.mp4": "灯塔 {\\b1} \\N &amp;", "film.mov": "灯塔 {\\b1} \\N &amp;",
		"hevc.mp4": "灯塔 {\\b1} \\N &amp;",
		"av1.mp4":  "灯塔 {\\b1} \\N &amp;", "film.webm": "灯塔 {\\b1} \\N &amp;amp;"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			continue // there is no encoder
		}
		var raw bytes.Buffer
		require.NoError(t,
			ffmpeg.Run(t.Context(), append(ffmpeg.Input(path), "-map", "0:s:0", "-c", "copy", "-f", "data", "pipe:1"),
				ffmpeg.Options{Stdout: &raw}))
		require.Contains(t, raw.String(), want, name)
	}
	soft := filepath.Join(t.TempDir(), "back.srt")
	require.NoError(t,
		ffmpeg.Run(t.Context(), append(ffmpeg.Input(films[0].Path), "-map", "0:s:0", ffmpeg.File(soft)), ffmpeg.Options{}))
	back, err := os.ReadFile(soft)
	require.NoError(t, err)
	require.Contains(t, string(back), "灯塔")
	require.Contains(t, string(back), "00:00:01,250 --> 00:00:02,083")
}

// What can only fail is refused before anything runs.
func TestRefusals(t *testing.T) {
	paths, _ := scenes(t, 30)
	for name, c := range map[string]struct {
		change func(tl *timeline.Timeline) []timeline.Output
		want   string
	}{
		"format": {func(*timeline.Timeline) []timeline.Output { return []timeline.Output{{Path: "x.avi"}} },
			"there is no format avi"},
		"codec": {func(*timeline.Timeline) []timeline.Output { return []timeline.Output{{Path: "x.mp4", Codec: "mpeg1"}} },
			"there is no format mp4 with mpeg1"},
		"source": {func(tl *timeline.Timeline) []timeline.Output { return []timeline.Output{{Path: tl.Items[0].Path}} },
			"is the clip of shot s/0"},
		"twice": {func(*timeline.Timeline) []timeline.Output {
			return []timeline.Output{{Path: "x.mp4"}, {Path: "./x.mp4"}}
		}, "made twice"},
		"frame": {func(*timeline.Timeline) []timeline.Output { return []timeline.Output{{Path: "x.png", Frame: 30}} },
			"there is no frame 30"},
		"option": {func(tl *timeline.Timeline) []timeline.Output {
			tl.Encoder = map[string]string{"i": "/etc/passwd"}
			return []timeline.Output{{Path: "x.mp4"}}
		}, `encoder option "i"`},
		"quality": {func(tl *timeline.Timeline) []timeline.Output {
			tl.Quality = "best"
			return []timeline.Output{{Path: "x.mp4"}}
		}, `quality "best"`},
		"words": {func(tl *timeline.Timeline) []timeline.Output {
			tl.Titles = []timeline.Text{{Text: "a \U0001FAE8 b", Start: 0, End: 9}}
			return []timeline.Output{{Path: "x.mp4"}}
		}, "no font of this system has the Emoji character"},
		"captions": {func(*timeline.Timeline) []timeline.Output { return []timeline.Output{{Path: "x.srt"}} }, "no captions"},
	} {
		t.Run(name, func(t *testing.T) {
			tl := arrange(lay(t, tw, th, paths...))
			ran := 0
			_, err := Deliver(t.Context(), tl, c.change(tl), work.Options{Dir: t.TempDir(), Trace: func([]string) { ran++ }})
			require.ErrorContains(t, err, c.want)
			require.Zero(t, ran)
		})
	}
}
