//go:build unix

package storyboard

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A FIFO without a writer would hang whoever opens it; the test would not end.
func TestStillThatIsNoFileDoesNotHang(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pipe.png")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := Parse("f", dir, opening("pipe.png"), Options{})
	require.ErrorContains(t, err, "not a regular file")
	_, err = (&Still{Path: path}).Read()
	require.ErrorContains(t, err, "not a regular file")
	_, err = Parse("f", dir, opening("/dev/zero"), Options{AllowPaths: []string{"/dev"}})
	require.ErrorContains(t, err, "not a regular file")
}
