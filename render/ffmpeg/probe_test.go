package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func join(parts ...[]string) []string {
	var all []string
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// What is read from the boxes is what ffprobe says, and what cannot be read from them is left to it.
func TestProbeAgreesWithFFprobe(t *testing.T) {
	bframes := []string{"-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "3"}
	for name, c := range map[string]struct {
		args   []string
		direct bool
	}{
		"plain.mp4":   {plain("25"), true},
		"mono.mp4":    {withSound(append(h264, "-frames:v", "25", "-c:a", "aac", "-ac", "1")...), true},
		"silent.mp4":  {silent(append(h264, "-frames:v", "13")...), true},
		"bframes.mp4": {silent(append(bframes, "-frames:v", "49")...), true},
		"bframes.mov": {silent(append(bframes, "-frames:v", "49")...), false},
		"ntsc.mp4":    {silent(append(h264, "-vf", "fps=30000/1001", "-frames:v", "20")...), true},
		"444.mp4":     {silent("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv444p", "-frames:v", "10"), true},
		"deep.mp4": {silent("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p10le", "-frames:v", "10"),
			true},
		"tagged.mp4": {silent(append(h264, "-frames:v", "10", "-colorspace", "bt709", "-color_primaries", "bt709",
			"-color_trc", "bt709", "-color_range", "tv")...), true},
		"wide.mp4": {silent(append(h264, "-vf", "setsar=4/3", "-frames:v", "10")...), true},
		"odd.mp4": {silent("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p", "-vf", "scale=321:181",
			"-frames:v", "5"), true},
		"pcm.mov": {withSound(append(h264, "-frames:v", "10", "-c:a", "pcm_s16le")...), false},
		"hevc.mp4": {silent("-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le", "-frames:v",
			"10"), false},
		"fragmented.mp4": {silent(append(h264, "-frames:v", "10", "-movflags", "frag_keyframe+empty_moov")...), false},
		"matroska.mkv":   {plain("25"), false},
	} {
		t.Run(name, func(t *testing.T) {
			clip := film(t, name, c.args...)
			want, err := probeAny(t.Context(), clip)
			require.NoError(t, err)
			direct, ok := probeMP4(clip)
			require.Equal(t, c.direct, ok)
			got, err := Probe(t.Context(), clip)
			require.NoError(t, err)
			if ok {
				require.Equal(t, direct, got)
			}
			got.last, want.last = Ratio{}, Ratio{}
			require.Equal(t, want, got)
		})
	}
}

func TestProbeOfUnevenFrames(t *testing.T) {
	clip := film(t, "vfr.mp4",
		silent(append(h264, "-vf", `select='not(mod(n,3))+eq(n,1)'`, "-fps_mode", "vfr", "-frames:v", "9")...)...)
	f, err := Probe(t.Context(), clip)
	require.NoError(t, err)
	require.Equal(t, 9, f.Frames)
	require.False(t, f.Regular)
}

func TestProbeTurnedPicture(t *testing.T) {
	flat := film(t, "flat.mp4", plain("10")...)
	b, err := os.ReadFile(flat)
	require.NoError(t, err)
	at := bytes.Index(b, []byte("tkhd")) + 4 + 40 // the matrix of a version 0 box
	for i, v := range []uint32{0, 0x10000, 0, 0xffff0000, 0, 0, 180 << 16, 0, 0x40000000} {
		binary.BigEndian.PutUint32(b[at+4*i:], v)
	}
	turned := filepath.Join(t.TempDir(), "turned.mp4")
	require.NoError(t, os.WriteFile(turned, b, 0o644))
	f, err := Probe(t.Context(), turned)
	require.NoError(t, err)
	require.True(t, f.Rotated)
	require.Equal(t, [2]int{180, 320}, [2]int{f.Width, f.Height})
}

func TestProbeRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.mp4")
	require.NoError(t, os.WriteFile(text, []byte("#!/bin/sh\n"), 0o644))
	sound := film(t, "sound.m4a", "-f", "lavfi", "-i", "sine=440:d=1", "-c:a", "aac")
	for path, message := range map[string]string{
		text:                           "is no video that ffmpeg can read",
		filepath.Join(dir, "none.mp4"): "no such file",
		sound:                          "has no picture",
	} {
		_, err := Probe(t.Context(), path)
		require.ErrorContains(t, err, message)
	}
}

func FuzzProbeMP4(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "x.mp4")
	for _, seed := range [][]byte{nil, []byte("\x00\x00\x00\x08moov"), moovSeed} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		box := binary.BigEndian.AppendUint32(nil, uint32(len(b)+8))
		require.NoError(t, os.WriteFile(path, append(append(box, "moov"...), b...), 0o644))
		facts, ok := probeMP4(path)
		if ok {
			require.Positive(t, facts.Width)
			require.Positive(t, facts.Frames)
		}
	})
}

// moovSeed claims four thousand million samples in a box of twelve bytes, three times.
var moovSeed = func() []byte {
	box := func(name string, body ...byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), name...), body...)
	}
	huge := []byte{0, 0, 0, 0, 255, 255, 255, 255}
	table := append(box("stts", huge...), box("ctts", huge...)...)
	table = append(table, box("stsz", append([]byte{0, 0, 0, 0, 0, 0, 0, 0}, huge[4:]...)...)...)
	return box("trak", box("mdia", box("minf", box("stbl", table...)...)...)...)
}()
