package chain

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/internal/durable/durabletest"
)

// recordNames are the records of a take, as FuzzRecords numbers them.
var recordNames = []string{"request.json", "task.json", "clip.json"}

// leave brings a take into a state in which a program may leave it, and returns its folder: 0 intended, 1 submitted,
// 2 paid but not kept, 3 kept.
func (x *fixture) leave(state int) store.Take {
	ctx, cancel := context.WithCancel(x.t.Context())
	defer cancel()
	p := x.plan(film(x.t, "a/one"))
	dir := x.st.Take(p.Takes[0].Key)
	switch state {
	case 0:
		x.f.after = true
		x.f.script = func(op, _ string, _ int) error {
			switch op {
			case "create":
				return &provider.Fault{Class: provider.Lost, Message: "reset"}
			case "list":
				return &provider.Fault{Class: provider.Invalid, Message: "no list"}
			}
			return nil
		}
	case 1:
		time.AfterFunc(10*time.Second, cancel)
	case 2:
		x.f.script = func(op, _ string, _ int) error {
			if op == "video" {
				return &provider.Fault{Class: provider.Busy, Message: "broke off"}
			}
			return nil
		}
	}
	_, _ = x.run(ctx, p)
	x.f.script = nil
	return dir
}

// FuzzRecords puts anything into the records of a take in each state and then plans and runs its film. Whatever is in
// them nothing panics; what the plan calls cached is used; and where the record of the attempts cannot be understood
// no clip is bought.
func FuzzRecords(f *testing.F) {
	for state := range 4 {
		for name := range recordNames {
			f.Add(state, name, 0, 0, []byte{})              // cut to nothing
			f.Add(state, name, 40, 1<<20, []byte{})         // cut in the middle
			f.Add(state, name, 12, 1, []byte("9"))          // another version
			f.Add(state, name, 0, 1<<20, []byte(`{}`))      // valid, and empty
			f.Add(state, name, 0, 1<<20, []byte("null\n"))  // valid, and nothing
			f.Add(state, name, 60, 8, []byte("\xff\x00☃ö")) // damaged
		}
		f.Add(state, 1, 0, 1<<20, []byte(`{"format":1,"attempts":[{"number":1,"state":"failed","mark":1}]}`))
		f.Add(state, 1, 0, 1<<20,
			[]byte(`{"format":1,"attempts":[{"number":1,"state":"submitted","task":"cgt-1","intended_at":"9999-01-01T00:00:00Z"}]}`))
	}
	f.Fuzz(func(t *testing.T, state, name, at, length int, with []byte) {
		synctest.Test(t, func(t *testing.T) {
			x := newFixture(t)
			dir := x.leave(max(state, 0) % 4)
			file := recordNames[max(name, 0)%len(recordNames)]
			b, err := os.ReadFile(dir.Path(file))
			if errors.Is(err, fs.ErrNotExist) {
				return
			}
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(dir.Path(file), splice(b, at, length, with), 0o644))

			_, unreadable := dir.Journal()
			_, absent := dir.Clip()
			made := x.f.created()
			x.damaged = true
			p := x.plan(film(t, "a/one"))
			r, err := x.run(t.Context(), p)
			require.NoError(t, err)
			out := r.Outcomes[0]
			switch {
			case absent == nil:
				require.Equal(t, Cached, p.Takes[0].Standing)
				require.Equal(t, Cached, out.Standing)
				require.Equal(t, made, x.f.created())
			case unreadable != nil:
				require.Equal(t, Unclear, p.Takes[0].Standing)
				require.Equal(t, Unclear, out.Standing)
				require.Equal(t, made, x.f.created())
			case file != "task.json": // the attempts still tell all
				require.Equal(t, made, x.f.created())
			default:
				require.LessOrEqual(t, x.f.created(), made+1)
			}
			require.LessOrEqual(t, r.Spent.Micros, p.Total.Micros+p.Held.Micros)
			_, _ = Unfinished(x.st)
			_, err = x.st.Ls()
			require.NoError(t, err)
		})
	})
}

// splice replaces length bytes at a place.
func splice(b []byte, at, length int, with []byte) []byte {
	at = min(max(at, 0), len(b))
	end := min(at+min(max(length, 0), len(b)), len(b))
	return append(append(append([]byte(nil), b[:at]...), with...), b[end:]...)
}

// A disk that takes the intent but not the task's id: the task is found again, not bought again.
func TestATaskThatCouldNotBeRecordedIsFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		p := x.plan(film(t, "a/one"))
		record := x.st.Take(p.Takes[0].Key).Path("task.json")
		x.f.script = func(op, _ string, _ int) error {
			if op == "create" { // from now on the record cannot be replaced
				require.NoError(t, os.Rename(record, record+".was"))
				require.NoError(t, os.MkdirAll(record+"/full", 0o755))
			}
			return nil
		}
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, Unclear, r.Outcomes[0].Standing)
		require.ErrorContains(t, r.Outcomes[0].Fault, "task cgt-1 runs, but could not be recorded")

		require.NoError(t, os.RemoveAll(record))
		require.NoError(t, os.Rename(record+".was", record))
		x.f.script = nil
		r, err = x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, "cgt-1", r.Outcomes[0].Task)
		require.Equal(t, 1, x.f.created())
	})
}

// A disk that is full ends a download at once, in its own words; the clip is paid and the next run has it.
func TestAFullDiskIsNoFailedDownload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		full := true
		x.st = openStoreOn(t, func(c durabletest.Call) error {
			if full && c.Op == durabletest.Create && filepath.Base(c.Name) == ".new-clip.mp4" {
				return syscall.ENOSPC
			}
			return nil
		})
		p := x.plan(film(t, "a/one"))
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, Failed, r.Outcomes[0].Standing)
		require.ErrorContains(t, r.Outcomes[0].Fault, "the clip could not be kept: ")
		require.ErrorContains(t, r.Outcomes[0].Fault, "task cgt-1 is paid, and the next run picks it up")
		require.Zero(t, x.f.calls["video"])
		full = false
		r, err = x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 1, x.f.created())
	})
}
