//go:build unix

package durable_test

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/internal/durable"
)

func TestOnlyPlainFilesAreOpened(t *testing.T) {
	dir, err := os.MkdirTemp("", "d") // a socket's path must be short
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
	disk := durable.OS(dir)
	for _, name := range []string{"pipe", "socket", "folder"} {
		_, err := disk.Open(name)
		require.ErrorIs(t, err, durable.ErrIrregular, name)
		require.ErrorIs(t, disk.SyncFile(name), durable.ErrIrregular, name)
	}
	_, err = durable.OS("/dev").Open("null")
	require.ErrorIs(t, err, durable.ErrIrregular)
}
