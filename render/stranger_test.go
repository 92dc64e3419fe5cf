package render

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/work"
)

// avcOnly reads the numbers off a film's frames as a decoder does that takes its parameters from the film's head and
// from nowhere else, like those of hardware and of QuickTime.
func avcOnly(t testing.TB, film string) []int {
	t.Helper()
	bare := filepath.Join(t.TempDir(), "bare.mp4")
	require.NoError(t,
		ffmpeg.Run(t.Context(),
			append(ffmpeg.Input(film), "-map", "0:v", "-c", "copy", "-bsf:v", "filter_units=remove_types=7|8",
				ffmpeg.File(bare)), ffmpeg.Options{}))
	return numbers(t, bare)
}

// remux rewrites a clip without encoding it.
func remux(t testing.TB, clip, name string, args ...string) string {
	t.Helper()
	out := filepath.Join(filepath.Dir(clip), name)
	require.NoError(t,
		ffmpeg.Run(t.Context(), append(append(ffmpeg.Input(clip), "-c", "copy"), append(args, ffmpeg.File(out))...),
			ffmpeg.Options{}))
	return out
}

// glue has ffmpeg join clips into one file whose parameters change on the way, within its packets.
func glue(t testing.TB, name string, clips ...string) string {
	t.Helper()
	dir := filepath.Dir(clips[0])
	var list strings.Builder
	for _, c := range clips {
		fmt.Fprintf(&list, "file '%s'\n", c)
	}
	script, out := filepath.Join(dir, name+".txt"), filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(script, []byte(list.String()), 0o644))
	said, err := exec.Command("ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", script, "-map", "0:v",
		"-c", "copy", "-video_track_timescale", "24000", out).CombinedOutput()
	require.NoError(t, err, string(said))
	return out
}

// Whatever other encoders made of clips, they give a film of one kind: each frame is the one that it should be, and no
// decoder has to look for parameters beside the film's own.
func TestClipsOfOtherEncodersJoin(t *testing.T) {
	const n = 24
	dir := t.TempDir()
	usual := []string{"-preset", "veryfast", "-bf", "0"}
	var paths []string // one after the other in their numbers, too
	shot := func(name string, extra ...string) string {
		return footage{name: name, width: 160, height: 96, first: len(paths) * n, frames: n,
			extra: append(usual[:len(usual):len(usual)], extra...)}.film(t, dir)
	}
	again := func(name string, args ...string) string { return remux(t, shot("first-"+name+".mp4"), name, args...) }
	first := shot("usual.mp4")
	paths = append(paths, first)
	for _, c := range []struct {
		name   string
		copied bool // beside the first
		make   func(name string) string
	}{
		{"the same", true, func(name string) string { return shot(name + ".mp4") }},
		{"no name of an encoder", true,
			func(name string) string { return shot(name+".mp4", "-bsf:v", "filter_units=remove_types=6") }},
		{"other time scale", true, func(name string) string { return again(name+".mp4", "-video_track_timescale", "90000") }},
		{"other preset", false, func(name string) string { return shot(name+".mp4", "-preset", "slow") }},
		{"b-frames", false, func(name string) string { return shot(name+".mp4", "-bf", "3") }},
		{"other x264", false, func(name string) string {
			return shot(name+".mp4", "-x264-params", "ref=5:bframes=4:b-pyramid=normal:weightp=2:cabac=0")
		}},
		{"high10", false,
			func(name string) string { return shot(name+".mp4", "-profile:v", "high10", "-pix_fmt", "yuv420p10le") }},
		{"444", false, func(name string) string { return shot(name+".mp4", "-pix_fmt", "yuv444p") }},
		{"baseline", false, func(name string) string { return shot(name+".mp4", "-profile:v", "baseline") }},
		{"level", false, func(name string) string { return shot(name+".mp4", "-level:v", "5.1") }},
		{"interlaced", false,
			func(name string) string { return shot(name+".mp4", "-flags", "+ildct+ilme", "-x264-params", "tff=1") }},
		{"fake interlaced", false,
			func(name string) string { return shot(name+".mp4", "-x264-params", "fake-interlaced=1") }},
		{"full range", false,
			func(name string) string { return shot(name+".mp4", "-pix_fmt", "yuvj420p", "-color_range", "pc") }},
		{"bt601", false, func(name string) string { return shot(name+".mp4", "-colorspace", "smpte170m") }},
		{"hdr", false, func(name string) string {
			return shot(name+".mp4", "-pix_fmt", "yuv420p10le", "-colorspace", "bt2020nc", "-color_primaries", "bt2020",
				"-color_trc", "smpte2084")
		}},
		{"oblong pixels", false, func(name string) string { return shot(name+".mp4", "-vf", "setsar=50/49") }},
		{"other clock", false, func(name string) string { return shot(name+".mp4", "-x264-params", "fps=60:force-cfr=1") }},
		{"open gop", false,
			func(name string) string { return shot(name+".mp4", "-x264-params", "open-gop=1:keyint=8:bframes=2") }},
		{"parameters within", false,
			func(name string) string { return shot(name+".mp4", "-x264-params", "repeat-headers=1") }},
		{"other parameters within", false, func(name string) string {
			half := func(name string, first int, extra ...string) string {
				return footage{name: name, width: 160, height: 96, first: first, frames: n / 2, extra: extra}.film(t, dir)
			}
			return glue(t, name+".mp4", half("half1.mp4", len(paths)*n, usual...),
				half("half2.mp4", len(paths)*n+n/2, "-preset", "slow", "-bf", "0"))
		}},
		{"hevc", false, func(name string) string {
			return shot(name+".mp4", "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1")
		}},
		{"mpeg4", false, func(name string) string { return shot(name+".mp4", "-c:v", "mpeg4", "-q:v", "2") }},
		{"prores", false,
			func(name string) string { return shot(name+".mov", "-c:v", "prores_ks", "-pix_fmt", "yuv422p10le") }},
		{"matroska", false, func(name string) string { return again(name + ".mkv") }},
		{"fragments", false,
			func(name string) string { return again(name+".mp4", "-movflags", "+frag_keyframe+empty_moov") }},
		{"begins later", false, func(name string) string { return again(name+".mp4", "-output_ts_offset", "0.5") }},
	} {
		clip := c.make(c.name)
		paths = append(paths, clip)
		pair := arrange(lay(t, 160, 96, first, clip))
		require.Equal(t, n, pair.Items[1].Length, c.name)
		require.Equal(t, c.copied, asTheyAre(pair) != nil, "%s is copied", c.name)
	}

	// One film of all of them, twice: as they are, and with what lies before and behind a cut encoded anew.
	tl := arrange(lay(t, 160, 96, paths...))
	folder, film := t.TempDir(), filepath.Join(t.TempDir(), "film.mp4")
	_, err := assemble(t.Context(), tl, film, work.Options{Dir: folder})
	require.NoError(t, err)
	requireRegular(t, film, len(paths)*n)
	require.Equal(t, count(0, len(paths)*n), numbers(t, film))
	require.Equal(t, count(0, len(paths)*n), avcOnly(t, film))

	var want []int
	for i := range tl.Items {
		tl.Items[i].In, tl.Items[i].Out = 3, 20
		want = append(want, count(i*n+3, 17)...)
	}
	arrange(tl)
	_, err = assemble(t.Context(), tl, film, work.Options{Dir: folder})
	require.NoError(t, err)
	requireRegular(t, film, tl.Frames)
	require.Equal(t, want, avcOnly(t, film))

	// Those that are copied are one film, too.
	tl = arrange(lay(t, 160, 96, paths[:4]...))
	f, err := assemble(t.Context(), tl, film, work.Options{Dir: folder})
	require.NoError(t, err)
	require.Zero(t, f.Encoded)
	requireRegular(t, film, 4*n)
	require.Equal(t, count(0, 4*n), avcOnly(t, film))
}

// Parts that were kept of another encoder are not mixed with those of today's.
func TestPartsOfOtherEncodersAreMadeAnew(t *testing.T) {
	dir, folder := t.TempDir(), t.TempDir()
	a := footage{name: "a.mp4", width: 160, height: 96, frames: 24}.film(t, dir)
	b := footage{name: "b.mp4", width: 160, height: 96, first: 24, frames: 24, extra: []string{"-preset", "fast"}}.film(t,
		dir)
	tl := arrange(lay(t, 160, 96, a, b))
	film := filepath.Join(dir, "film.mp4")
	_, err := assemble(t.Context(), tl, film, work.Options{Dir: folder})
	require.NoError(t, err)
	kept, err := filepath.Glob(filepath.Join(folder, "picture-*"))
	require.NoError(t, err)
	require.Len(t, kept, 2)
	old := remux(t, kept[0], "old.mp4", "-c:v", "libx264", "-preset", "slow", "-bf", "0", "-movie_timescale", "24000")
	require.NoError(t, os.Rename(old, kept[0]))
	for _, encoded := range []int{2, 0} {
		f, err := assemble(t.Context(), tl, film, work.Options{Dir: folder})
		require.NoError(t, err)
		require.Equal(t, encoded, f.Encoded)
		requireRegular(t, film, 48)
		require.Equal(t, count(0, 48), avcOnly(t, film))
	}
}
