package store

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/internal/durable/durabletest"
)

var testKey = strings.Repeat("ab", 32)

func open(t testing.TB, options ...Option) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), DirName), options...)
	require.NoError(t, err)
	return s
}

func lock(t testing.TB, s *Store) *Locked {
	t.Helper()
	l, err := s.Lock(context.Background(), testKey, nil)
	require.NoError(t, err)
	t.Cleanup(l.Unlock)
	return l
}

// keep puts a whole take into the store.
func keep(t testing.TB, l *Locked) *Clip {
	t.Helper()
	for name, text := range map[string]string{"clip.mp4": "moving pictures", "last_frame.png": "a picture"} {
		require.NoError(t, os.WriteFile(l.Temp(name), []byte(text), 0o644))
		require.NoError(t, l.Adopt(l.Temp(name), name))
	}
	video, err := l.Describe("clip.mp4")
	require.NoError(t, err)
	frame, err := l.Describe("last_frame.png")
	require.NoError(t, err)
	c := &Clip{Shot: "a/one", Video: video, LastFrame: frame, Width: 1280, Height: 720, Frames: 121, Rate: "24/1",
		KeptAt: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	require.NoError(t, l.PutClip(c))
	return c
}

func TestAKeptTakeIsReadBack(t *testing.T) {
	s := open(t)
	_, err := s.Take(testKey).Clip()
	require.ErrorIs(t, err, fs.ErrNotExist)
	want := keep(t, lock(t, s))
	got, err := s.Take(testKey).Clip()
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.NoError(t, s.Take(testKey).Verify())
	takes, err := s.Takes()
	require.NoError(t, err)
	require.Len(t, takes, 1)
}

func TestADamagedTakeIsAMissWithAReason(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(Take) error
		want string
	}{
		"clip is shorter": {func(k Take) error { return os.Truncate(k.Path("clip.mp4"), 3) },
			"clip.mp4 has 3 bytes, not 15"},
		"clip is gone":  {func(k Take) error { return os.Remove(k.Path("clip.mp4")) }, "clip.mp4 is missing"},
		"frame is gone": {func(k Take) error { return os.Remove(k.Path("last_frame.png")) }, "last_frame.png is missing"},
		"a bit has flipped": {
			func(k Take) error { return os.WriteFile(k.Path("clip.mp4"), []byte("moving picturez"), 0o644) },
			"not the file that was kept"},
		"clip is a link": {func(k Take) error {
			if err := os.Remove(k.Path("clip.mp4")); err != nil {
				return err
			}
			return os.Symlink("last_frame.png", k.Path("clip.mp4"))
		}, "has 14 bytes, not 15"},
		"facts lead out":      {func(k Take) error { return swap(k, "clip.mp4", "../../x") }, "outside its folder"},
		"facts of another":    {func(k Take) error { return swap(k, testKey, strings.Repeat("cd", 32)) }, "not this take's"},
		"facts of the future": {func(k Take) error { return swap(k, `"format": 3`, `"format": 4`) }, "version 4"},
		"facts changed by hand": {func(k Take) error {
			b, err := os.ReadFile(k.Path("clip.json"))
			if err != nil {
				return err
			}
			return os.WriteFile(k.Path("clip.json"), []byte(strings.Replace(string(b), "121", "122", 1)), 0o644)
		}, "clip.json is not what was written"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			keep(t, lock(t, s))
			k := s.Take(testKey)
			require.NoError(t, c.harm(k))
			_, err := k.Clip()
			require.ErrorContains(t, err, c.want)
		})
	}
}

func swap(k Take, old, new string) error {
	b, err := os.ReadFile(k.Path("clip.json"))
	if err != nil {
		return err
	}
	body, _, _ := strings.Cut(strings.ReplaceAll(string(b), old, new), ",\n  \"sha256\": \""+lastDigest(b))
	return os.WriteFile(k.Path("clip.json"), reseal(body), 0o644)
}

func TestARecordCutAtAnyByteIsDamagedNotMisread(t *testing.T) {
	s := open(t)
	l := lock(t, s)
	keep(t, l)
	require.NoError(t, l.PutRequest(&Request{Shot: "a/one", Asked: json.RawMessage(`{"prompt":"p"}`)}))
	require.NoError(t, l.PutJournal(&Journal{Attempts: []Attempt{{Number: 1, State: Submitted, Task: "cgt-1"}}}))
	for _, name := range []string{"clip.json", "request.json", "task.json"} {
		whole, err := os.ReadFile(l.Path(name))
		require.NoError(t, err)
		for n := range len(whole) {
			require.NoError(t, os.WriteFile(l.Path(name), whole[:n], 0o644))
			require.ErrorIs(t, readAll(l.Take)[name], ErrDamaged, "%s cut at %d", name, n)
		}
		require.NoError(t, os.WriteFile(l.Path(name), whole, 0o644))
		require.NoError(t, readAll(l.Take)[name])
	}
}

// reseal ends a record with the digest of what it says by now.
func reseal(body string) []byte {
	return []byte(body + ",\n  \"sha256\": \"" + digestOf([]byte(body)) + "\"\n}\n")
}

func lastDigest(b []byte) string {
	m := seal.FindSubmatch(b)
	if m == nil {
		return "none"
	}
	return string(m[1])
}

func readAll(k Take) map[string]error {
	_, c := k.Clip()
	_, r := k.Request()
	_, j := k.Journal()
	return map[string]error{"clip.json": c, "request.json": r, "task.json": j}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1,"attempts":[{"number":1,"state":"submitted","task":"cgt-1"}]}`))
	f.Add([]byte(`{"format":9,"attempts":null}`))
	f.Add([]byte(`[[[[`))
	s := open(f)
	l := lock(f, s)
	f.Fuzz(func(t *testing.T, b []byte) {
		for name := range readAll(l.Take) {
			require.NoError(t, os.WriteFile(l.Path(name), b, 0o644))
		}
		if c, err := l.Clip(); err == nil {
			require.True(t, localName(c.Video.Name) && localName(c.LastFrame.Name))
		}
		if r, err := l.Request(); err == nil {
			require.Equal(t, testKey, r.Key)
		}
		if j, err := l.Journal(); err == nil {
			for i, a := range j.Attempts {
				require.Equal(t, i+1, a.Number)
			}
		} else {
			require.True(t, errors.Is(err, ErrDamaged) || errors.Is(err, ErrFormat), err)
		}
	})
}

// crash is what a test's disk panics with.
type crash struct{}

// crashAt runs f on a store and stops it before the nth change that it makes to the disk; false where it made fewer.
func crashAt(n int, s *Store, f func()) (crashed bool) {
	was := s.fs
	defer func() {
		s.fs = was
		if r := recover(); r != nil {
			if _, ours := r.(crash); !ours {
				panic(r)
			}
			crashed = true
		}
	}()
	s.fs = durabletest.Before(was, func(c durabletest.Call) error {
		if !c.Changes() {
			return nil
		}
		if n--; n < 0 {
			panic(crash{})
		}
		return nil
	})
	f()
	return false
}

func TestATakeIsKeptAtOneInstant(t *testing.T) {
	for points := 0; ; points++ {
		s := open(t)
		l := lock(t, s)
		crashed := crashAt(points, s, func() { keep(t, l) })
		require.NoError(t, l.Clean())
		c, err := s.Take(testKey).Clip()
		if err == nil {
			require.NoError(t, s.Take(testKey).Verify())
			require.Equal(t, "a/one", c.Shot)
		} else {
			require.ErrorIs(t, err, fs.ErrNotExist, "half a take is no take")
		}
		if !crashed {
			require.NoError(t, err)
			return
		}
	}
}

func TestOneWriterAtATime(t *testing.T) {
	s := open(t)
	first, err := s.Lock(t.Context(), testKey, nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	waited := false
	_, err = s.Lock(ctx, testKey, func() { waited = true; cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, waited)
	first.Unlock()
	first.Unlock()
	second, err := s.Lock(t.Context(), testKey, func() { t.Error("nobody holds it") })
	require.NoError(t, err)
	second.Unlock()
}

func TestAStoreOfTheFutureIsRefused(t *testing.T) {
	s := open(t)
	require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), "format"), []byte("4\n"), 0o644))
	for _, open := range []func(string, ...Option) (*Store, error){Open, Peek} {
		_, err := open(s.Dir())
		require.ErrorIs(t, err, ErrFormat)
		require.ErrorContains(t, err, "has version 4")
	}
}

func TestPeekMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	s, err := Peek(dir)
	require.NoError(t, err)
	takes, err := s.Takes()
	require.NoError(t, err)
	require.Empty(t, takes)
	require.NoDirExists(t, dir)
}

func TestAStoreExplainsItself(t *testing.T) {
	s := open(t)
	b, err := os.ReadFile(filepath.Join(s.Dir(), "README.md"))
	require.NoError(t, err)
	require.Contains(t, string(b), "paid for")
	require.FileExists(t, filepath.Join(s.Dir(), ".gitignore"))
}

func TestWhatIsSetAsideIsNotLost(t *testing.T) {
	s := open(t)
	l := lock(t, s)
	for range 2 {
		keep(t, l)
		require.NoError(t, l.SetAside("clip.json", "clip.mp4", "last_frame.png"))
	}
	_, err := l.Clip()
	require.ErrorIs(t, err, fs.ErrNotExist)
	for _, name := range []string{"damaged-1-clip.mp4", "damaged-2-clip.mp4", "damaged-2-clip.json"} {
		require.FileExists(t, l.Path(name))
	}
}

func TestAFilmThatCannotBeReadIsForgotten(t *testing.T) {
	s := open(t)
	require.NoError(t, s.PutFilm("film", &Film{Title: "T", Shots: map[string]Used{"a/one": {Key: testKey}}}))
	f, err := s.Film("film")
	require.NoError(t, err)
	require.Equal(t, testKey, f.Shots["a/one"].Key)
	require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), s.filmName("film")), []byte("{"), 0o644))
	f, err = s.Film("film")
	require.ErrorIs(t, err, ErrDamaged)
	require.Empty(t, f.Shots)
	f, err = s.Film("another")
	require.NoError(t, err)
	require.Empty(t, f.Shots)
}
