package render

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// cut edits and assembles clips in dir.
func cut(t testing.TB, dir string, o work.Options, clips ...timeline.Clip) File {
	t.Helper()
	tl, err := timeline.Machine{}.Edit(t.Context(), nil, nil, clips)
	require.NoError(t, err)
	tl.Title = "film"
	f, err := assemble(t.Context(), tl, filepath.Join(dir, "film.mp4"), o)
	require.NoError(t, err)
	return f
}

// A chain shows every frame once: the frame that a clip repeats is dropped, nothing else is, and the clicks of each
// clip's sound are where they were, although every clip's sound ends before its picture.
func TestChainIsExactToTheFrameAndSample(t *testing.T) {
	dir := t.TempDir()
	var clips []timeline.Clip
	for i := range 4 {
		f := footage{name: itoa(i) + ".mp4", first: 24 * i, frames: 25, clicks: []float64{0.25, 0.75}, seconds: 0.99}
		clips = append(clips, timeline.Clip{Shot: "s/" + itoa(i), Path: f.film(t, dir), Continues: i > 0})
	}
	film := cut(t, dir, work.Options{Dir: filepath.Join(dir, "work")}, clips...)
	require.Equal(t, 4*24+1, film.Frames)
	require.Zero(t, film.Encoded, "clips of one format are copied")
	require.Equal(t, 4, film.Reused)
	require.Equal(t, count(0, 97), numbers(t, film.Path))

	pcm := hear(t, film.Path)
	require.InDelta(t, 97*timeline.PerFrame+512, len(pcm), 512, "ffmpeg plays the padding of the last packet")
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "a", "-show_entries",
		"stream=duration_ts,start_pts", "-of", "csv=p=0", film.Path).Output()
	require.NoError(t, err)
	require.Equal(t, "0,"+itoa(97*timeline.PerFrame), strings.TrimSpace(string(out)))
	var want []int
	for i := range 4 {
		want = append(want, (24*i+6)*timeline.PerFrame, (24*i+18)*timeline.PerFrame)
	}
	require.Equal(t, want, clicks(pcm))

	// The same again encodes nothing; a clip of another format changes that: the film gets one form for all.
	again := cut(t, dir, work.Options{Dir: filepath.Join(dir, "work")}, clips...)
	require.Zero(t, again.Encoded)
	require.Equal(t, 4, again.Reused)
	clips[2].Path = footage{name: "new.mp4", first: 1000, frames: 25, clicks: []float64{0.5},
		extra: []string{"-bf", "2"}}.film(t, dir)
	changed := cut(t, dir, work.Options{Dir: filepath.Join(dir, "work")}, clips...)
	require.Equal(t, 4, changed.Encoded)
	clips[2].Path = footage{name: "newer.mp4", first: 1000, frames: 25, clicks: []float64{0.5},
		extra: []string{"-bf", "3"}}.film(t, dir)
	changed = cut(t, dir, work.Options{Dir: filepath.Join(dir, "work")}, clips...)
	require.Equal(t, 1, changed.Encoded, "one clip changed encodes that one")
	require.Equal(t, count(1001, 24), numbers(t, changed.Path)[49:73])
}

func TestFilmIsPlayableEverywhere(t *testing.T) {
	dir := t.TempDir()
	a := footage{name: "a.mp4", frames: 9, clicks: []float64{0.1}}.film(t, dir)
	b := footage{name: "b.mp4", first: 8, frames: 9, clicks: []float64{0.1},
		extra: []string{"-preset", "medium", "-bf", "3"}}.film(t, dir)
	film := cut(t, dir, work.Options{}, timeline.Clip{Shot: "a", Path: a},
		timeline.Clip{Shot: "b", Path: b, Continues: true}, timeline.Clip{Shot: "c", Path: b})
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
		"packet=pts,duration:stream=profile,pix_fmt,time_base,color_space", "-of", "json", film.Path).Output()
	require.NoError(t, err)
	var p struct {
		Packets []struct{ Pts, Duration int }
		Streams []map[string]any
	}
	require.NoError(t, json.Unmarshal(out, &p))
	require.Equal(t, "High", p.Streams[0]["profile"])
	require.Equal(t, "bt709", p.Streams[0]["color_space"])
	seen := map[int]bool{}
	for _, k := range p.Packets {
		seen[k.Pts] = true
		require.Equal(t, 100, k.Duration)
	}
	require.Len(t, seen, 26)
	for i := range 26 {
		require.True(t, seen[100*i], "frame %d at its time", i)
	}
	b0, err := os.ReadFile(film.Path)
	require.NoError(t, err)
	require.Less(t, strings.Index(string(b0), "moov"), strings.Index(string(b0), "mdat"), "faststart")
	_, err = ffmpeg.Verify(t.Context(), film.Path, ffmpeg.Facts{Frames: 26, Audio: "aac"})
	require.NoError(t, err)
}

// Clips of any size, rate, pixel format and sound become one film, each as long as it was.
func TestMixedClipsConform(t *testing.T) {
	dir := t.TempDir()
	clips := []timeline.Clip{
		{Shot: "plain", Path: footage{name: "plain.mp4", frames: 24, clicks: []float64{0.5}}.film(t, dir)},
		{Shot: "mono44",
			Path: footage{name: "mono.mp4", first: 24, frames: 24, clicks: []float64{0.5}, samples: 44100, mono: true}.film(t,
				dir)},
		{Shot: "silent", Path: footage{name: "silent.mp4", first: 48, frames: 24}.film(t, dir)},
		{Shot: "large",
			Path: footage{name: "large.mp4", width: 320, height: 180, first: 72, frames: 24,
				extra: []string{"-pix_fmt", "yuv444p"}}.film(t, dir)},
		{Shot: "square", Path: footage{name: "square.mp4", width: 108, height: 108, first: 96, frames: 24}.film(t, dir)},
		{Shot: "ten bits",
			Path: footage{name: "ten.mp4", first: 120, frames: 24, extra: []string{"-pix_fmt", "yuv420p10le"}}.film(t, dir)},
		{Shot: "30",
			Path: footage{name: "30.mp4", rate: "30", first: 144, frames: 30, clicks: []float64{0.5}, seconds: 1}.film(t, dir)},
		{Shot: "uneven",
			Path: footage{name: "vfr.mp4", first: 200, frames: 24,
				extra: []string{"-vf", `select=not(eq(mod(n\,4)\,1))`, "-fps_mode", "vfr"}}.film(t, dir)},
		{Shot: "mkv", Path: footage{name: "other.mkv", first: 300, frames: 24, clicks: []float64{0.5}}.film(t, dir)},
	}
	film := cut(t, dir, work.Options{}, clips...)
	require.Equal(t, 9*24, film.Frames)
	require.Equal(t, [2]int{192, 108}, [2]int{film.Width, film.Height})
	got := numbers(t, film.Path)
	require.Equal(t, count(0, 96), got[:96])
	require.Equal(t, count(120, 24), got[120:144])
	require.Equal(t, []int{200, 200, 202, 203, 204, 204, 206, 207}, got[168:176], "a missing frame holds the one before")
	require.Equal(t, count(300, 24), got[192:])
	for i := 145; i < 168; i++ {
		require.Contains(t, []int{got[i-1] + 1, got[i-1] + 2}, got[i], "30 frames thinned to 24")
	}
	at := clicks(hear(t, film.Path))
	require.Len(t, at, 4)
	for i, second := range []float64{0.5, 1.5, 6.5, 8.5} {
		require.InDelta(t, second*timeline.SampleRate, at[i], []float64{0, 2, 0, 48}[i],
			"resampling rounds a slope, Matroska times to a millisecond")
	}
}

func TestSilentFilmHasNoSoundStream(t *testing.T) {
	dir := t.TempDir()
	film := cut(t, dir, work.Options{}, timeline.Clip{Shot: "a", Path: footage{name: "a.mp4", frames: 5}.film(t, dir)})
	require.False(t, film.Sound)
	f, err := ffmpeg.Probe(t.Context(), film.Path)
	require.NoError(t, err)
	require.False(t, f.HasAudio())
}

func TestChaptersHoldAnyTitle(t *testing.T) {
	dir := t.TempDir()
	clip := footage{name: "it's a:clip%d.mp4", frames: 5}.film(t, dir)
	titles := []string{"plain", "a=b;c#d\\e", "[CHAPTER]", "it's \"quoted\": 100%", "夜の灯台 🎬", "two\nlines\r\n",
		strings.Repeat("long ", 80), "bad \xff byte\x00"}
	want := []string{"plain", "a=b;c#d\\e", "[CHAPTER]", "it's \"quoted\": 100%", "夜の灯台 🎬", "two lines  ",
		strings.Repeat("long ", 80), "bad � byte"}
	var clips []timeline.Clip
	for i, title := range titles {
		clips = append(clips, timeline.Clip{Shot: itoa(i), Title: title, Path: clip})
	}
	kept := filepath.Join(dir, "work; it's [here] %d")
	tl, err := timeline.Machine{}.Edit(t.Context(), nil, nil, clips)
	require.NoError(t, err)
	tl.Title = "Title=;#\\ 'x'"
	tl.Language = "chi"
	film, err := assemble(t.Context(), tl, filepath.Join(dir, "out: it's 100%", "-film.mp4"), work.Options{Dir: kept})
	require.NoError(t, err)
	out, err := exec.Command("ffprobe", "-v", "error", "-show_chapters", "-show_format", "-of", "json", film.Path).Output()
	require.NoError(t, err)
	var p struct {
		Chapters []struct {
			Start string `json:"start_time"`
			Tags  map[string]string
		}
		Format struct{ Tags map[string]string }
	}
	require.NoError(t, json.Unmarshal(out, &p))
	require.Equal(t, "Title=;#\\ 'x'", p.Format.Tags["title"])
	require.Len(t, p.Chapters, len(want))
	for i, c := range p.Chapters {
		require.Equal(t, strings.TrimSpace(want[i]), strings.TrimSpace(c.Tags["title"]))
	}
}

func TestFailureLeavesTheLastFilm(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "work")
	good := footage{name: "good.mp4", frames: 49, clicks: []float64{0.5}}.film(t, dir)
	film := cut(t, dir, work.Options{Dir: kept}, timeline.Clip{Shot: "a/good", Path: good})
	before, err := os.ReadFile(film.Path)
	require.NoError(t, err)

	bad := filepath.Join(dir, "bad.mp4")
	b, err := os.ReadFile(good)
	require.NoError(t, err)
	for i := range 300 {
		b[len(b)/3+i] = byte(i * 31)
	}
	require.NoError(t, os.WriteFile(bad, b, 0o644))
	tl, err := timeline.Machine{}.Edit(t.Context(), nil, nil,
		[]timeline.Clip{{Shot: "a/good", Path: good}, {Shot: "a/bad", Path: bad}})
	require.NoError(t, err)
	_, err = assemble(t.Context(), tl, film.Path, work.Options{Dir: kept})
	require.ErrorContains(t, err, "shot a/bad: ")
	unchanged(t, dir, film.Path, before)

	// A clip that vanishes between edit and assembly.
	tl.Items[1].Path, tl.Items[1].Digest = filepath.Join(dir, "gone.mp4"), "0"
	_, err = assemble(t.Context(), tl, film.Path, work.Options{Dir: kept})
	require.ErrorContains(t, err, "shot a/bad: ")
	require.ErrorContains(t, err, "no such file")
	unchanged(t, dir, film.Path, before)

	// The film must not overwrite a clip.
	tl, err = timeline.Machine{}.Edit(t.Context(), nil, nil, []timeline.Clip{{Shot: "a/good", Path: good}})
	require.NoError(t, err)
	_, err = assemble(t.Context(), tl, good, work.Options{Dir: kept})
	require.ErrorContains(t, err, "is the clip of shot a/good")
	_, err = assemble(t.Context(), tl, kept, work.Options{Dir: kept})
	require.ErrorContains(t, err, "is a folder")
}

func TestCancelLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	long := footage{name: "long.mp4", width: 640, height: 360, frames: 600}.film(t, dir)
	film := filepath.Join(dir, "film.mp4")
	require.NoError(t, os.WriteFile(film, []byte("the last film"), 0o644))
	tl, err := timeline.Machine{}.Edit(t.Context(), nil, nil, []timeline.Clip{{Shot: "a", Path: long}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = assemble(ctx, tl, film,
		work.Options{Dir: filepath.Join(dir, "work"), Progress: func(done, total int) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	unchanged(t, dir, film, []byte("the last film"))
}

// unchanged asserts that the film is as it was and that nothing half made is left.
func unchanged(t *testing.T, dir, film string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(film)
	require.NoError(t, err)
	require.Equal(t, want, got)
	for _, glob := range []string{"work/tmp-*", "work/.*", ".*"} {
		left, err := filepath.Glob(filepath.Join(dir, glob))
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestProgressCountsFrames(t *testing.T) {
	dir := t.TempDir()
	clip := footage{name: "a.mp4", frames: 30}.film(t, dir)
	last := 0
	cut(t, dir, work.Options{Progress: func(done, total int) {
		require.Equal(t, 59, total)
		require.Greater(t, done, last)
		last = done
	}}, timeline.Clip{Shot: "a", Path: clip}, timeline.Clip{Shot: "b", Path: clip, Continues: true})
	require.Equal(t, 59, last)
}
