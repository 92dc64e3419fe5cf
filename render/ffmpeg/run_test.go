package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindSaysHowToGetIt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(Env, "")
	_, err := Find()
	require.ErrorIs(t, err, ErrMissing)
	require.NotContains(t, err.Error(), "\n")
	require.ErrorContains(t, err, howToGet(runtime.GOOS))
	for goos, want := range map[string]string{"darwin": "brew install ffmpeg", "windows": "winget install ffmpeg",
		"linux": "apt-get install ffmpeg"} {
		require.Contains(t, howToGet(goos), want)
	}
}

func TestFindByEnvironment(t *testing.T) {
	here, err := Find()
	require.NoError(t, err)
	require.NotEmpty(t, here.Version)
	for _, at := range []string{here.FFmpeg, filepath.Dir(here.FFmpeg)} {
		t.Setenv(Env, at)
		there, err := Find()
		require.NoError(t, err)
		require.Equal(t, here.Version, there.Version)
	}
	t.Setenv(Env, filepath.Join(t.TempDir(), "nothing"))
	_, err = Find()
	require.ErrorIs(t, err, ErrMissing)
	require.ErrorContains(t, err, Env)
}

// What is not ffmpeg, or too old, is found out by what it says of itself.
func TestWhatIsFoundHasToBeFFmpeg(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script of the shell's stands in for ffmpeg")
	}
	for says, why := range map[string]string{
		"echo 'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright' >&2": "ffmpeg 4.4.2-0ubuntu0.22.04.1 is too old: 5.1 or newer is needed",
		"echo ' V..... libx264 H.264'":                               "is not ffmpeg: it did not tell its version",
		"exit 3":                                                     "does not run: exit status 3",
		"echo 'ffmpeg version 7.1 Copyright' >&2; echo ' V....D libx264 libx264 H.264'": "",
	} {
		dir := t.TempDir()
		for _, name := range []string{"ffmpeg", "ffprobe"} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+says+"\n"), 0o700))
		}
		t.Setenv(Env, dir)
		there, err := Find()
		if why != "" {
			require.ErrorContains(t, err, why)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, "7.1", there.Version)
		all, err := Encoders(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"libx264"}, all)
	}
}

func TestOldVersionsAreRefused(t *testing.T) {
	for v, old := range map[string]bool{"4.4.2-0ubuntu0.22.04.1": true, "5.0.1": true, "5.1.9-0+deb12u1": false,
		"n6.0": false,
		"7.1":  false, "10.0": false, "N-109542-g8e2a1b2": false, "git-2026-01-01-abc": false} {
		require.Equal(t, old, tooOld(v), v)
	}
}

func TestNoSecretReachesFFmpeg(t *testing.T) {
	env := environment([]string{"ARK_API_KEY=secret", "PATH=/bin", "http_proxy=http://u:p@x", "=odd"})
	require.Equal(t, []string{"AV_LOG_FORCE_NOCOLOR=1", "PATH=/bin"}, env)
}

func TestRunReportsFrames(t *testing.T) {
	var last int
	err := Run(t.Context(), []string{"-f", "lavfi", "-i", "color=s=64x64:r=24:d=2", "-f", "null", "-"},
		Options{Frames: func(n int) { last = n }})
	require.NoError(t, err)
	require.Equal(t, 48, last)
}

func TestErrorNamesTheCauseOnly(t *testing.T) {
	err := Run(t.Context(),
		[]string{"-protocol_whitelist", "file", "-i", "https://example.com/clip.mp4?sig=SECRET", "-f", "null", "-"},
		Options{})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.NotContains(t, err.Error(), "SECRET")
	require.NotContains(t, err.Error(), "example.com")
	require.Contains(t, err.Error(), "ffmpeg: ")
	require.NotContains(t, err.Error(), "\n")
}

func TestCauseIsShort(t *testing.T) {
	var e excerpt
	for range 1000 {
		_, err := e.Write([]byte("[h264 @ 0x5555aaaa] noise\nnoise\n" + strings.Repeat("x", 500) + "\n"))
		require.NoError(t, err)
	}
	_, _ = e.Write([]byte("the end\n"))
	require.LessOrEqual(t, len(e.head)+len(e.tail), 2*keep)
	require.LessOrEqual(t, len(e.cause()), 410)
	require.True(t, strings.HasPrefix(e.cause(), "noise; xxx"))
}

func TestFeedIsWrittenAndItsErrorEndsTheRun(t *testing.T) {
	raw := []string{"-f", "rawvideo", "-pixel_format", "gray", "-video_size", "16x16", "-framerate", "24", "-i", "pipe:0",
		"-f", "framemd5", "pipe:1"}
	var out bytes.Buffer
	require.NoError(t, Run(t.Context(), raw, Options{Stdout: &out, Feed: func(w io.Writer) error {
		_, err := w.Write(make([]byte, 16*16*5))
		return err
	}}))
	require.Equal(t, 5, strings.Count(out.String(), "\n0,"))

	boom := errors.New("the camera broke")
	err := Run(t.Context(), raw, Options{Stdout: io.Discard, Feed: func(w io.Writer) error { return boom }})
	require.ErrorIs(t, err, boom)

	// ffmpeg refuses and stops reading: its own cause is told, and the feed ends.
	err = Run(t.Context(), []string{"-f", "nonsense", "-i", "pipe:0", "-f", "null", "-"},
		Options{Feed: func(w io.Writer) error {
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return err
				}
			}
		}})
	require.ErrorContains(t, err, "nonsense")
}

func TestCancelEndsTheProcess(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	seen := false
	err := Run(ctx, []string{"-re", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=24", "-f", "null", "-"},
		Options{Frames: func(int) {
			seen = true
			cancel()
		}})
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, seen)

	err = Run(ctx, []string{"-version"}, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestNamesMeanThemselves(t *testing.T) {
	clip := film(t, "clip.mp4", plain("5")...)
	b, err := os.ReadFile(clip)
	require.NoError(t, err)
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"-i.mp4", "https:x.mp4", "a%03d'b\".mp4", "пример 例.mp4", "concat|x.mp4",
		" space .mp4"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
		_, err := Verify(t.Context(), name, Facts{Frames: 5})
		require.NoError(t, err, name)
		_, err = probeAny(t.Context(), name)
		require.NoError(t, err, name)
		require.NoError(t, LastFrame(t.Context(), name, name+".png"), name)
		_, err = VerifyImage(name + ".png")
		require.NoError(t, err, name)
	}
}

// A clip that is really a list of other files opens none of them, whatever it is called.
func TestClipOpensNothingElse(t *testing.T) {
	good := film(t, "good.mp4", plain("5")...)
	dir := filepath.Dir(good)
	for name, text := range map[string]string{
		"hls.mp4":    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ngood.mp4\n#EXT-X-ENDLIST\n",
		"hls.mkv":    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ngood.mp4\n#EXT-X-ENDLIST\n",
		"concat.mp4": "ffconcat version 1.0\nfile good.mp4\n",
		"concat.bin": "ffconcat version 1.0\nfile good.mp4\n",
		"sdp.webm":   "v=0\nm=video 5004 RTP/AVP 96\n",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := Verify(t.Context(), path, Facts{})
		require.Error(t, err, name)
		require.Error(t, LastFrame(t.Context(), path, path+".png"), name)
	}
}
