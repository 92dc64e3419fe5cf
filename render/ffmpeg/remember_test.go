package ffmpeg

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// forget is a new process, as far as what was asked goes.
func forget() {
	found.Clear()
	listed.Clear()
}

// TestWhatWasSaidIsNotAskedAgain holds that programs and sounds are asked once, by another process too, and again where
// they are others; and that what a stranger left in the folder is not believed.
func TestWhatWasSaidIsNotAskedAgain(t *testing.T) {
	real, err := Find()
	require.NoError(t, err)
	dir := t.TempDir()
	asked := filepath.Join(dir, "asked")
	for name, to := range map[string]string{"ffmpeg": real.FFmpeg, "ffprobe": real.FFprobe} {
		script := "#!/bin/sh\necho " + name + " >> '" + asked + "'\nexec '" + to + "' \"$@\"\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
	t.Setenv(Env, dir)
	work := filepath.Join(dir, "work")
	require.NoError(t, os.Mkdir(work, 0o755))
	was := memory.Load()
	Remember(work)
	t.Cleanup(func() { memory.Store(was); forget() })
	count := func() string {
		b, _ := os.ReadFile(asked)
		os.Remove(asked)
		return strings.ReplaceAll(string(b), "\n", " ")
	}
	sound := func(name, hz string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, run(t.Context(), real.FFmpeg, []string{"-v", "error", "-y", "-f", "lavfi", "-i", "sine=" + hz + ":d=1",
			File(path)}, Options{}))
		return path
	}
	theme := sound("theme.wav", "440")

	forget()
	first, err := Find()
	require.NoError(t, err)
	facts, err := KnownSound(t.Context(), theme)
	require.NoError(t, err)
	require.Equal(t, "ffmpeg ffprobe ", count())

	forget()
	second, err := Find()
	require.NoError(t, err)
	require.Equal(t, first, second)
	all, err := Encoders(context.Background())
	require.NoError(t, err)
	require.Contains(t, all, "libx264")
	again, err := KnownSound(t.Context(), theme)
	require.NoError(t, err)
	require.Equal(t, facts, again)
	require.Empty(t, count(), "nothing was asked")

	// Other bytes under the same name are another sound, and another program another ffmpeg.
	require.NoError(t, os.Rename(sound("other.wav", "220:r=22050"), theme))
	other, err := KnownSound(t.Context(), theme)
	require.NoError(t, err)
	require.Equal(t, 22050, other.SampleRate)
	require.Equal(t, "ffprobe ", count())
	f, err := os.OpenFile(filepath.Join(dir, "ffmpeg"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("# newer\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = Find()
	require.NoError(t, err)
	require.Equal(t, "ffmpeg ", count())

	// What is no answer is asked anew.
	kept, err := filepath.Glob(filepath.Join(work, "*.json"))
	require.NoError(t, err)
	require.Len(t, kept, 4)
	for _, text := range []string{"", "{}", `{"Version":"\u001b[31m5.1","Encoders":["libx264"]}`, `{"Channels":-1}`} {
		for _, path := range kept {
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		}
		forget()
		third, err := Find()
		require.NoError(t, err, text)
		require.Equal(t, first.Version, third.Version)
		other, err := KnownSound(t.Context(), theme)
		require.NoError(t, err)
		require.Equal(t, 22050, other.SampleRate)
		require.Equal(t, "ffmpeg ffprobe ", count(), text)
	}
}
