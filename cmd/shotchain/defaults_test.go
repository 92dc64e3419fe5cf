package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/storyboard"
)

// TestDefaults holds that what the reference calls a default is what a film without the key is planned and cut with.
// Those that the parser fills in itself are held by package storyboard.
func TestDefaults(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]string{"wide.mp4": "320x180", "high.mp4": "180x320"} {
		out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=rate=24:duration=1:size="+size,
			"-f", "lavfi", "-i", "sine=duration=1", "-pix_fmt", "yuv420p", filepath.Join(dir, name)).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	const generated = "look: {model: seedance-1.0-pro, %s}\nscenes: [{id: a, shots: [{id: b, prompt: A boat.}]}]\n"
	const footage = "scenes: [{id: a, shots: [{id: wide, clip: wide.mp4}, {id: high, clip: high.mp4}]}]\ncuts:\n- id: c\n"
	for _, c := range []struct {
		key, usual, other string
		film              string // %s is the key and its value, or nothing
		verb              string
	}{
		{"duration", "5s", "8s", generated, "plan --json"},
		{"service_tier", "default", "flex", generated, "plan --json"},
		{"audio", "true", "false", strings.Replace(generated, "1.0-pro", "1.5-pro", 1), "plan --json"},
		{"speed", "1", "2", footage + "  shots: [{shot: a/wide, %s}]\n", "cut --explain"},
		{"reframe", "fit", "fill", footage + "  %s\n", "cut -n"},
		{"quality", "standard", "master", footage + "  %s\n", "cut -n"},
		{"codec", "h264", "hevc", footage + "  outputs: [{file: out.mp4, %s}]\n", "cut -n"},
		{"color", `"#ffffff"`, `"#ff0000"`, footage + "  titles: [{text: A, at: 0s, duration: 1s, style: {%s}}]\n", "cut -n"},
	} {
		t.Run(c.key, func(t *testing.T) {
			require.Contains(t, storyboard.ReferenceOf(c.key), "Default: `"+c.usual+"`.")
			says := func(written string) []string {
				path := filepath.Join(dir, "film.yaml")
				require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, c.film, written), 0o644))
				code, out, said := try(append(strings.Fields(c.verb), path)...)
				require.Zero(t, code, said)
				lines := strings.Split(out, "\n")
				slices.Sort(lines) // parts are made side by side
				return lines
			}
			without := says("")
			require.Equal(t, without, says(c.key+": "+c.usual))
			require.NotEqual(t, without, says(c.key+": "+c.other))
		})
	}
}
