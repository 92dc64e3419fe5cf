package store

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// records puts one record of each kind into a store and returns how each is read.
func records(t testing.TB, s *Store) map[string]func() error {
	l := lock(t, s)
	keep(t, l)
	require.NoError(t, l.PutRequest(&Request{Provider: "ark", Shot: "a/one", Asked: json.RawMessage(`{"prompt":"<p>"}`)}))
	require.NoError(t, l.PutJournal(&Journal{Attempts: []Attempt{{Number: 1, State: Succeeded, Task: "cgt-1", Mark: "7200",
		IntendedAt: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}}}))
	require.NoError(t,
		s.PutFilm("film", &Film{Title: "T", Shots: map[string]Used{"a/one": {Key: testKey, Asked: json.RawMessage(`{}`)}}}))
	require.NoError(t,
		s.PutRun(&Run{Film: "T", Began: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}, RunEvent{Shot: "a/one"}))
	run := s.Runs()[0]
	return map[string]func() error{
		l.rel("clip.json"):    func() error { return second(l.Clip()) },
		l.rel("request.json"): func() error { return second(l.Request()) },
		l.rel("task.json"):    func() error { return second(l.Journal()) },
		s.filmName("film"):    func() error { return second(s.Film("film")) },
		filepath.Join("runs", run.name+".json"): func() error {
			if len(s.Runs()) == 0 {
				return ErrDamaged
			}
			return nil
		},
		run.eventsName(): func() error { return second(s.Events(run)) },
	}
}

func second[T any](_ T, err error) error { return err }

// Whatever becomes of one byte of a record, the record is not believed.
func TestEveryDamagedByteIsNoticed(t *testing.T) {
	s := open(t)
	kinds := map[string]any{"clip.json": Clip{}, "request.json": Request{}, "task.json": Journal{}}
	for name := range records(t, s) {
		if strings.HasSuffix(name, ".jsonl") {
			continue // its digest is in another file
		}
		whole, err := os.ReadFile(filepath.Join(s.Dir(), name))
		require.NoError(t, err)
		kind := reflect.TypeOf(Film{})
		if strings.HasPrefix(name, "runs") {
			kind = reflect.TypeOf(Run{})
		} else if k, ok := kinds[filepath.Base(name)]; ok {
			kind = reflect.TypeOf(k)
		}
		read := func(b []byte) error { return openRecord(name, b, reflect.New(kind).Interface()) }
		require.NoError(t, read(whole))
		for i := range whole {
			for b := range 256 {
				spoiled := append([]byte(nil), whole...)
				spoiled[i] = byte(b)
				if err := read(spoiled); (err == nil) != (byte(b) == whole[i]) {
					t.Fatalf("%s: byte %d, %q for %q: %v", name, i, byte(b), whole[i], err)
				}
			}
			require.Error(t, read(whole[:i]), "%s, cut at %d", name, i)
		}
	}
}

// unsealed is a record as format 1 had it.
func unsealed(t *testing.T, path string) {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	old := regexp.MustCompile(`(,\n  "events_sha256": "[0-9a-f]*")?,\n  "sha256": "[0-9a-f]{64}"\n}\n$`).ReplaceAllString(
		string(b), "\n}\n")
	old = strings.Replace(old, `"format": 3`, `"format": 1`, 1)
	require.NotContains(t, old, `"sha256": "`+lastDigest(b))
	require.NoError(t, os.WriteFile(path, []byte(old), 0o644))
}

func TestRecordsOfFormat1AreReadStrictlyAndSealedByTheirNextWrite(t *testing.T) {
	s := open(t)
	for name, read := range records(t, s) {
		path := filepath.Join(s.Dir(), name)
		if strings.HasSuffix(name, ".jsonl") {
			continue
		}
		unsealed(t, path)
		require.NoError(t, read(), name)
		old, err := os.ReadFile(path)
		require.NoError(t, err)
		for what, text := range map[string]string{
			"an unknown key":  strings.Replace(string(old), "{\n", "{\n  \"more\": 1,\n", 1),
			"no version":      strings.Replace(string(old), `"format": 1`, `"format": 0`, 1),
			"a lost digest":   strings.Replace(string(old), `"format": 1`, `"format": 2`, 1),
			"something after": string(old) + "{}",
		} {
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
			require.Error(t, read(), "%s: %s", name, what)
		}
		require.NoError(t, os.WriteFile(path, old, 0o644))
	}
	l := s.Take(testKey)
	b, err := os.ReadFile(l.Path("task.json"))
	require.NoError(t, err)
	for i := range len(`attempts`) { // one bit in the word, and the purchase had never been
		at := strings.Index(string(b), "attempts") + i
		spoiled := append([]byte(nil), b...)
		spoiled[at] ^= 1
		require.NoError(t, os.WriteFile(l.Path("task.json"), spoiled, 0o644))
		_, err := l.Journal()
		require.ErrorIs(t, err, ErrDamaged)
	}
	require.NoError(t, os.WriteFile(l.Path("task.json"), b, 0o644))
	j, err := l.Journal()
	require.NoError(t, err)
	require.NoError(t, (&Locked{Take: l}).PutJournal(j))
	b, err = os.ReadFile(l.Path("task.json"))
	require.NoError(t, err)
	require.NotEqual(t, "none", lastDigest(b))
	require.Contains(t, string(b), `"format": 3`)
}

func TestAStoreOfFormat1IsMarkedOnceSomethingIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), DirName)
	_, err := Open(dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "format"), []byte("1\n"), 0o644))
	s, err := Peek(dir)
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(dir, "format"))
	require.NoError(t, err)
	require.Equal(t, "1\n", string(b), "a look changes nothing")
	require.NoError(t, s.Create())
	b, err = os.ReadFile(filepath.Join(dir, "format"))
	require.NoError(t, err)
	require.Equal(t, "3\n", string(b), "or an older program would take what it cannot read for damage")
}

// A newer version's record is not damaged: it is not for this program to judge, nor to buy again.
func TestARecordOfTheFutureIsNotDamage(t *testing.T) {
	s := open(t)
	for name, read := range records(t, s) {
		if strings.Contains(name, "runs") {
			continue
		}
		path := filepath.Join(s.Dir(), name)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		body := strings.TrimSuffix(string(b), ",\n  \"sha256\": \""+lastDigest(b)+"\"\n}\n")
		body = strings.Replace(body, `"format": 3`, "\"format\": 4,\n  \"new\": []", 1)
		require.NoError(t, os.WriteFile(path, reseal(body), 0o644))
		require.ErrorIs(t, read(), ErrFormat, name)
		require.NotErrorIs(t, read(), ErrDamaged, name)
	}
	all, err := s.Ls()
	require.NoError(t, err)
	require.True(t, all[0].Newer())
	require.True(t, all[0].Paid(simulated))
}

// A record that is no file hangs nobody, and one that is huge is not read whole.
func TestARecordThatIsNoRecordIsDamage(t *testing.T) {
	s := open(t)
	for name, read := range records(t, s) {
		path := filepath.Join(s.Dir(), name)
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.Mkdir(path, 0o755))
		require.Error(t, read(), name)
		require.NotErrorIs(t, read(), fs.ErrNotExist, name)
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.WriteFile(path, nil, 0o644))
		require.NoError(t, os.Truncate(path, 10<<30), "it takes no room")
		require.Error(t, read(), name)
	}
}
