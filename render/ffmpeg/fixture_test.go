package ffmpeg

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// film makes a small clip with ffmpeg and returns its path: 320×180, so many frames at a rate, options in between.
func film(t *testing.T, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	all := append([]string{"-nostdin", "-v", "error", "-y"}, args...)
	out, err := exec.Command("ffmpeg", append(all, File(path))...).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

var picture = []string{"-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=3"}

func withSound(more ...string) []string {
	return append(append(append([]string{}, picture...), "-f", "lavfi", "-i", "sine=440:d=1:sample_rate=44100"), more...)
}

func silent(more ...string) []string { return append(append([]string{}, picture...), more...) }

var h264 = []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}

func plain(frames string) []string {
	return withSound(append(append([]string{}, h264...), "-frames:v", frames, "-c:a", "aac")...)
}
