package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

func TestAWriteThatFailsAnywhereLeavesTheOldFileOrTheNew(t *testing.T) {
	for n := 0; ; n++ {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), []byte("old"), 0o644))
		var at durabletest.Call
		left := n
		disk := durabletest.Before(durable.OS(dir), func(c durabletest.Call) error {
			if left--; left == -1 && c.Op != durabletest.Finished {
				at = c
				return fs.ErrInvalid
			}
			return nil
		})
		err := durable.WriteFile(disk, "file", []byte("new"))
		b, readErr := os.ReadFile(filepath.Join(dir, "file"))
		require.NoError(t, readErr)
		files, readErr := os.ReadDir(dir)
		require.NoError(t, readErr)
		require.Len(t, files, 1, "nothing half-written stays after %v", at)
		if at.Op == durabletest.SyncDir { // it is there, but nobody may rely on that
			require.ErrorIs(t, err, fs.ErrInvalid)
			require.Equal(t, "new", string(b))
			continue
		}
		if at.Op != "" {
			require.ErrorIs(t, err, fs.ErrInvalid, at)
			require.Equal(t, "old", string(b), at)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, "new", string(b))
		if n > 5 {
			return
		}
	}
}

func TestAWriteIsSyncedBeforeItHasItsName(t *testing.T) {
	var said []string
	disk := durabletest.Before(durable.OS(t.TempDir()), func(c durabletest.Call) error {
		name := c.Name
		if strings.HasPrefix(name, durable.TempPrefix) {
			name = "temp"
		}
		said = append(said, string(c.Op)+" "+name)
		return nil
	})
	require.NoError(t, durable.WriteFile(disk, "file", []byte("x")))
	require.Equal(t,
		[]string{"create temp", "write temp", "sync temp", "close temp", "rename file", "finished file", "sync dir ."}, said)
	said = nil
	require.NoError(t, durable.MakeDir(disk, filepath.Join("a", "b")))
	b := filepath.Join("a", "b")
	require.Equal(t, []string{"stat " + b, "stat a", "stat .", "mkdir a", "sync dir .", "mkdir " + b, "sync dir a"}, said)
}

func TestReadFileIsBounded(t *testing.T) {
	disk := durable.OS(t.TempDir())
	require.NoError(t, durable.WriteFile(disk, "file", []byte("12345")))
	b, err := durable.ReadFile(disk, "file", 5)
	require.NoError(t, err)
	require.Equal(t, "12345", string(b))
	_, err = durable.ReadFile(disk, "file", 4)
	require.ErrorIs(t, err, durable.ErrTooLarge)
}

func TestAFolderNeedNotBeThereYet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	disk := durable.OS(dir)
	_, err := disk.Open("file")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, durable.MakeDir(disk, "."))
	require.NoError(t, durable.WriteFile(disk, "file", []byte("x")))
	require.FileExists(t, filepath.Join(dir, "file"))
}

// Nothing outside is read or changed through a link, and nothing waits.
func TestLinksLeadNowhere(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o644))
	for name, to := range map[string]string{"file": secret, "dir": outside, "near": "own"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own"), nil, 0o644))
	disk := durable.OS(dir)
	for _, name := range []string{"file", "near", "dir"} {
		_, err := disk.Open(name)
		require.ErrorIs(t, err, durable.ErrIrregular, name)
		_, err = disk.Create(name)
		require.ErrorIs(t, err, fs.ErrExist, name)
		require.ErrorIs(t, disk.SyncFile(name), durable.ErrIrregular, name)
		require.ErrorIs(t, durable.MakeDir(disk, name), durable.ErrIrregular, name)
	}
	inside := filepath.Join("dir", "secret")
	for what, err := range map[string]error{
		"open":   second(disk.Open(inside)),
		"create": second(disk.Create(filepath.Join("dir", "new"))),
		"list":   second(disk.ReadDir("dir")),
		"mkdir":  disk.Mkdir(filepath.Join("dir", "new")),
		"remove": disk.Remove(inside),
		"move":   disk.Rename("own", filepath.Join("dir", "own")),
		"write":  durable.WriteFile(disk, inside, []byte("x")),
		"up":     second(disk.Open(filepath.Join("..", "x"))),
	} {
		require.Error(t, err, what)
	}
	require.NoError(t, durable.WriteFile(disk, "file", []byte("mine")), "a rename replaces the link itself")
	b, err := os.ReadFile(secret)
	require.NoError(t, err)
	require.Equal(t, "secret", string(b))
	files, err := os.ReadDir(outside)
	require.NoError(t, err)
	require.Len(t, files, 1)
}

func second[T any](_ T, err error) error { return err }
