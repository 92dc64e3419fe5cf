package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// contents are the files beneath a folder with what they hold.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = string(b)
		return err
	}))
	return all
}

// A folder that a stranger has made holds links to what is not his: nothing there is changed, or even made.
func TestAStrangersLinksAreRefusedByName(t *testing.T) {
	for name, link := range map[string]string{
		"takes": "takes", "films": "films", "runs": "runs", "work": "work", "footage": "footage",
		"a take": filepath.Join("takes", testKey), "a read-me": "README.md", "a version": "format",
		"a folder of parts": filepath.Join("work", "fonts"), "a part": filepath.Join("work", "sheet-1.jpg"),
	} {
		t.Run(name, func(t *testing.T) {
			victim, dir := t.TempDir(), filepath.Join(t.TempDir(), DirName)
			for _, n := range []string{"README.md", ".gitignore", "clip.json", "clip.mp4", "task.json", "lock"} {
				require.NoError(t, os.WriteFile(filepath.Join(victim, n), []byte("theirs"), 0o644))
			}
			before := contents(t, victim)
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, link)), 0o755))
			if err := os.Symlink(victim, filepath.Join(dir, link)); err != nil {
				t.Skip(err)
			}
			for _, open := range []func(string, ...Option) (*Store, error){Open, Peek} {
				_, err := open(dir)
				require.ErrorIs(t, err, ErrLink)
				require.ErrorContains(t, err, filepath.Join(dir, link)+" is a symbolic link")
			}
			require.Equal(t, before, contents(t, victim))
			inside, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, inside, 1, "nothing was made")
		})
	}
}

func TestOnlyAFolderThatIsNamedMayBeALink(t *testing.T) {
	real, link := t.TempDir(), filepath.Join(t.TempDir(), DirName)
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	_, err := Peek(link, Unlinked())
	require.ErrorIs(t, err, ErrLink)
	_, err = Open(link, Unlinked())
	require.ErrorIs(t, err, ErrLink)
	files, err := os.ReadDir(real)
	require.NoError(t, err)
	require.Empty(t, files)
	s, err := Open(link)
	require.NoError(t, err)
	keep(t, lock(t, s))
	require.NoError(t, s.Take(testKey).Verify())
}

// Links that appear while a store is open, or are in the folders of takes, lead nowhere either.
func TestLinksInAnOpenStoreAreNotFollowed(t *testing.T) {
	victim := t.TempDir()
	theirs := filepath.Join(victim, "theirs")
	require.NoError(t, os.WriteFile(theirs, []byte("theirs"), 0o644))
	s := open(t)
	l := lock(t, s)
	keep(t, l)
	for _, name := range []string{"clip.json", "request.json", "task.json", "first_frame.png"} {
		require.NoError(t, s.remove(l.rel(name)))
		require.NoError(t, os.Symlink(theirs, l.Path(name)))
	}
	for name, err := range readAll(l.Take) {
		require.ErrorContains(t, err, "not a regular file", name)
	}
	require.NoError(t, l.WriteFile("first_frame.png", []byte("mine")))
	require.NoError(t, l.PutJournal(&Journal{}))
	require.NoError(t, os.Symlink(theirs, l.Temp("clip.mp4")))
	f, err := l.Create(l.Temp("clip.mp4"))
	require.NoError(t, err)
	_, err = f.Write([]byte("mine"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	l.Unlock()
	require.NoError(t, os.Remove(l.Path("lock")))
	require.NoError(t, os.Symlink(filepath.Join(victim, "new"), l.Path("lock")))
	_, err = s.Lock(t.Context(), testKey, nil)
	require.ErrorContains(t, err, "not a regular file")
	require.Equal(t, map[string]string{theirs: "theirs"}, contents(t, victim))
}
