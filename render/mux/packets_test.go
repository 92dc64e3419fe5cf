package mux_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/mux"
)

// film makes a small clip of pictures with ffmpeg, with options in between, and returns its path.
func film(t *testing.T, name string, options ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args := append([]string{"-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=3"},
		options...)
	out, err := exec.Command("ffmpeg", append(args, path)...).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// Packets that are taken apart and put together again are the film: every frame, in order, at its time.
func TestMovieOfItsOwnPackets(t *testing.T) {
	a := film(t, "a.mp4", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "12",
		"-x264-params", "scenecut=0:open-gop=0", "-frames:v", "60")
	p, err := mux.ReadPackets(a, "vide")
	require.NoError(t, err)
	require.Len(t, p.Sizes, 60)
	require.True(t, p.Clean(0, 60))
	require.True(t, p.Clean(12, 24))
	require.False(t, p.Clean(13, 24), "not a key frame")
	require.False(t, p.Clean(12, 61))
	out := filepath.Join(t.TempDir(), "film.mp4")
	m := &mux.Movie{Title: "two\nlines", Rate: 24, Width: 320, Height: 180, Video: []mux.Range{{p, 24, 48}, {p, 0, 12}},
		Chapters: []mux.Chapter{{"one", 0, 24}, {"two", 24, 36}}, Captions: []mux.Cue{{"here", 3, 9}, {"there", 20, 30}}}
	require.NoError(t, ffmpeg.WriteFile(out, func(w io.Writer) error { return m.Write(w) }))
	f, err := ffmpeg.Verify(t.Context(), out, ffmpeg.Facts{Frames: 36, Codec: "h264"})
	require.NoError(t, err)
	require.True(t, f.Regular)
	require.True(t, f.Rate.Is(24, 1))
	counted, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0",
		"-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", out).Output()
	require.NoError(t, err)
	require.Equal(t, "36", strings.TrimSpace(string(counted)))

	m.Video = append(m.Video, mux.Range{p, 13, 20})
	require.ErrorContains(t, m.Write(io.Discard), "cannot be taken out")
	b := film(t, "b.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-frames:v", "6")
	q, err := mux.ReadPackets(b, "vide")
	require.NoError(t, err)
	m.Video = []mux.Range{{p, 0, 12}, {q, 0, 6}}
	require.ErrorIs(t, m.Write(io.Discard), mux.ErrParameters)
}

// What a packet needs is told by its file's head alone, or it is not taken out.
func TestPacketsAlone(t *testing.T) {
	shoot := func(name string, extra ...string) *mux.Packets {
		p, err := mux.ReadPackets(film(t, name,
			append([]string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-frames:v", "12", "-g", "6"},
				extra...)...), "vide")
		require.NoError(t, err)
		return p
	}
	alone := func(p *mux.Packets, from, to int) bool {
		ok, err := p.Alone(from, to)
		require.NoError(t, err)
		return ok
	}
	p := shoot("plain.mp4")
	require.True(t, alone(p, 0, 12))
	require.True(t, alone(p, 6, 12))
	require.False(t, alone(p, 1, 12), "no picture to begin with")
	require.False(t, alone(shoot("within.mp4", "-x264-params", "repeat-headers=1"), 0, 12))
	require.False(t,
		alone(shoot("other.mp4", "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1"), 0, 12))

	p.Sizes[3] += 1 << 20
	_, err := p.Alone(0, 12)
	require.Error(t, err, "a packet that is longer than the file")

	b, err := os.ReadFile(p.Path)
	require.NoError(t, err)
	at := bytes.Index(b, []byte("stsd"))
	require.Positive(t, at)
	b[at+11] = 2
	two := filepath.Join(t.TempDir(), "two.mp4")
	require.NoError(t, os.WriteFile(two, b, 0o644))
	_, err = mux.ReadPackets(two, "vide")
	require.ErrorContains(t, err, "packets of several kinds")
}
