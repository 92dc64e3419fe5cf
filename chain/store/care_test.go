package store

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/money"
	"shotchain/internal/durable"
)

func simulated(provider string) bool { return provider == "sim" }

func TestLsTellsWhatIsPaid(t *testing.T) {
	for name, c := range map[string]struct {
		make func(*testing.T, *Locked)
		paid bool
		open bool
	}{
		"nothing": {func(*testing.T, *Locked) {}, false, false},
		"a clip":  {func(t *testing.T, l *Locked) { keep(t, l) }, true, false},
		"a simulated clip": {func(t *testing.T, l *Locked) {
			c := keep(t, l)
			c.Provider = "sim"
			require.NoError(t, l.PutClip(c))
		}, false, false},
		"a task in flight": {func(t *testing.T, l *Locked) {
			require.NoError(t, l.PutRequest(&Request{Provider: "ark", Asked: json.RawMessage("{}")}))
			require.NoError(t, l.PutJournal(&Journal{Attempts: []Attempt{{Number: 1, State: Submitted, Task: "x"}}}))
		}, true, true},
		"a failed attempt": {func(t *testing.T, l *Locked) {
			require.NoError(t, l.PutRequest(&Request{Provider: "ark", Asked: json.RawMessage("{}")}))
			require.NoError(t, l.PutJournal(&Journal{Attempts: []Attempt{{Number: 1, State: Failed}}}))
		}, false, false},
		"a journal nobody can read": {func(t *testing.T, l *Locked) {
			require.NoError(t, os.WriteFile(l.Path("task.json"), []byte("{"), 0o644))
		}, true, true},
		"remains of a damaged clip": {func(t *testing.T, l *Locked) {
			keep(t, l)
			require.NoError(t, l.SetAside("clip.json", "clip.mp4"))
		}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			c.make(t, lock(t, s))
			all, err := s.Ls()
			require.NoError(t, err)
			require.Len(t, all, 1)
			require.Equal(t, c.paid, all[0].Paid(simulated))
			require.Equal(t, c.open, all[0].Open)
		})
	}
}

func TestRemoveLeavesNothingButTheLock(t *testing.T) {
	s := open(t)
	l := lock(t, s)
	keep(t, l)
	require.ErrorIs(t, s.Remove(testKey, func(Entry) bool { return true }), ErrHeld)
	l.Unlock()
	require.NoError(t, s.Remove(testKey, func(Entry) bool { return true }))
	files, err := os.ReadDir(filepath.Join(s.Dir(), "takes", testKey))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, "lock", files[0].Name())
	all, err := s.Ls()
	require.NoError(t, err)
	require.True(t, all[0].Empty())
}

func TestARemovalThatIsStoppedAnywhereLeavesAWholeClipOrNone(t *testing.T) {
	for points := 0; ; points++ {
		s := open(t)
		l := lock(t, s)
		keep(t, l)
		l.Unlock()
		crashed := crashAt(points, s, func() { require.NoError(t, s.Remove(testKey, func(Entry) bool { return true })) })
		if _, err := s.Take(testKey).Clip(); err == nil {
			require.NoError(t, s.Take(testKey).Verify())
		}
		if !crashed {
			return
		}
	}
}

func TestRunsAreRememberedInOrder(t *testing.T) {
	s := open(t)
	at := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	for _, film := range []string{"first", "second"} {
		require.NoError(t, s.PutRun(&Run{Film: film, Began: at, Spent: money.Amount{Micros: 5, Currency: "CNY"}}))
		at = at.Add(time.Hour)
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), "runs", "0.json"), []byte("{"), 0o644))
	runs := s.Runs()
	require.Len(t, runs, 2)
	require.Equal(t, "first", runs[0].Film)
}

func TestOnlyOldRemainsAreSwept(t *testing.T) {
	s := open(t)
	require.NoError(t, s.PutRun(&Run{Began: time.Now()}))
	young, aged := filepath.Join(s.Dir(), "runs", durable.TempPrefix+"young"), filepath.Join(s.Dir(), "runs",
		durable.TempPrefix+"aged")
	for _, name := range []string{young, aged} {
		require.NoError(t, os.WriteFile(name, nil, 0o644))
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	require.NoError(t, os.Chtimes(aged, yesterday, yesterday))
	require.NoError(t, s.SweepTemps())
	require.FileExists(t, young)
	require.NoFileExists(t, aged)
}

// What gc saw and what is there by the time that it holds the lock may differ: a run may have kept a clip meanwhile.
func TestRemoveAsksAgainUnderTheLock(t *testing.T) {
	s := open(t)
	l := lock(t, s)
	keep(t, l)
	l.Unlock()
	require.ErrorIs(t, s.Remove(testKey, func(e Entry) bool { return e.Clip == nil }), ErrHeld)
	_, err := s.Take(testKey).Clip()
	require.NoError(t, err)
}

func TestSetAsideClipLeavesNothingThatPassesForAClip(t *testing.T) {
	s := open(t)
	l := lock(t, s)
	keep(t, l)
	require.NoError(t, l.SetAsideClip())
	_, err := l.Clip()
	require.ErrorIs(t, err, fs.ErrNotExist)
	frames, err := filepath.Glob(l.Path("last_frame.*"))
	require.NoError(t, err)
	require.Empty(t, frames)
	for _, name := range []string{"clip.json", "clip.mp4", "last_frame.png"} {
		require.FileExists(t, l.Path("damaged-1-"+name))
	}
	require.NoError(t, l.SetAsideClip(), "again, with nothing there")
}

func TestARunRemembersWhatWentOnInIt(t *testing.T) {
	s := open(t)
	at := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	events := []RunEvent{{At: at, Shot: "a/one", Take: 1, Stage: "running", Task: "cgt-1"},
		{At: at, Until: at.Add(time.Second), Step: "ffmpeg"}}
	require.NoError(t, s.PutRun(&Run{Film: "first", Began: at}, events...))
	require.NoError(t, s.PutRun(&Run{Film: "second", Began: at.Add(time.Hour)}))
	runs := s.Runs()
	require.Len(t, runs, 2)
	got, err := s.Events(runs[0])
	require.NoError(t, err)
	require.Equal(t, events, got)
	got, err = s.Events(runs[1])
	require.NoError(t, err)
	require.Empty(t, got)
	require.NoError(t,
		os.WriteFile(filepath.Join(s.Dir(), "runs", runs[0].name+".events.jsonl"), []byte(`{"shot":"a/one"}`+"\n{"), 0o644))
	got, err = s.Events(runs[0])
	require.ErrorIs(t, err, ErrDamaged)
	require.Empty(t, got, "the run says what they were")
	unsealed := runs[0] // as before format 2
	unsealed.Events = ""
	got, err = s.Events(unsealed)
	require.ErrorIs(t, err, ErrDamaged)
	require.Len(t, got, 1)
}
