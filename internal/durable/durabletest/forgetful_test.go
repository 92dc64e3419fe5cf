package durabletest_test

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

// left is what is found of a file after a power loss; "none" for no file.
func left(t *testing.T, d *durabletest.Forgetful, name string, s durabletest.Survival, seed uint64) string {
	dir := t.TempDir()
	require.NoError(t, d.Left(dir, s, rand.New(rand.NewPCG(seed, 0))))
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "none"
	}
	return string(b)
}

// careless writes as durable.Write does not.
func careless(t *testing.T, disk durable.FS, sync, syncDir bool) {
	f, err := disk.Create("temp")
	require.NoError(t, err)
	_, err = io.WriteString(f, "new")
	require.NoError(t, err)
	if sync {
		require.NoError(t, f.Sync())
	}
	require.NoError(t, f.Close())
	require.NoError(t, disk.Rename("temp", "file"))
	if syncDir {
		require.NoError(t, disk.SyncDir("."))
	}
}

func TestAForgetfulDiskLosesWhatWasNotSynced(t *testing.T) {
	for name, c := range map[string]struct {
		write func(*testing.T, durable.FS)
		want  []string
	}{
		"durable": {
			func(t *testing.T, d durable.FS) { require.NoError(t, durable.WriteFile(d, "file", []byte("new"))) },
			[]string{"new"}},
		"no sync at all": {func(t *testing.T, d durable.FS) { careless(t, d, false, false) },
			[]string{"old", "none", "", "new", "ne", "n", "\x00", "\x00\x00", "\x00\x00\x00"}},
		"no sync of bytes": {func(t *testing.T, d durable.FS) { careless(t, d, false, true) },
			[]string{"", "n", "ne", "new", "\x00", "\x00\x00", "\x00\x00\x00"}},
		"no sync of names": {func(t *testing.T, d durable.FS) { careless(t, d, true, false) }, []string{"old", "new"}},
	} {
		t.Run(name, func(t *testing.T) {
			disk := durabletest.NewForgetful(t.TempDir(), nil)
			require.NoError(t, durable.WriteFile(disk, "file", []byte("old")))
			c.write(t, disk)
			seen := map[string]bool{left(t, disk, "file", durabletest.Nothing, 0): true,
				left(t, disk, "file", durabletest.Everything, 0): true}
			require.True(t, seen["new"] || name == "durable", "the lucky case")
			for seed := range uint64(100) {
				seen[left(t, disk, "file", durabletest.Some, seed)] = true
			}
			for text := range seen {
				require.Contains(t, c.want, text)
			}
			if name != "no sync at all" {
				require.Len(t, seen, len(c.want), "every one of them happens: %v", seen)
			}
		})
	}
}

func TestAForgetfulDiskSaysNothingWithoutPower(t *testing.T) {
	n := 3
	disk := durabletest.NewForgetful(t.TempDir(), func(durabletest.Call) bool { n--; return n < 0 })
	require.ErrorIs(t, durable.WriteFile(disk, "file", []byte("x")), durabletest.ErrLost)
	_, err := disk.Lstat("file")
	require.ErrorIs(t, err, durabletest.ErrLost)
	require.Equal(t, "none", left(t, disk, "file", durabletest.Everything, 0))
}

func TestAFolderThatIsLostTakesWhatIsInItAlong(t *testing.T) {
	disk := durabletest.NewForgetful(t.TempDir(), nil)
	require.NoError(t, disk.Mkdir("dir")) // not synced
	require.NoError(t, durable.WriteFile(disk, filepath.Join("dir", "file"), []byte("x")))
	require.Equal(t, "none", left(t, disk, filepath.Join("dir", "file"), durabletest.Nothing, 0))
	require.NoError(t, disk.SyncDir("."))
	require.Equal(t, "x", left(t, disk, filepath.Join("dir", "file"), durabletest.Nothing, 0))
}
