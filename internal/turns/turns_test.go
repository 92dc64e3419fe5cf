package turns

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	childEnv = "TURNS_TEST_FILE"
	pause    = 30 * time.Millisecond
	each     = 5
)

// TestMain is, in a child, a process that takes its turns and tells when each began and ended.
func TestMain(m *testing.M) {
	path := os.Getenv(childEnv)
	if path == "" {
		os.Exit(m.Run())
	}
	t, err := Open(path, pause)
	if err != nil {
		panic(err)
	}
	for range each {
		done, err := t.Take(context.Background())
		if err != nil {
			panic(err)
		}
		fmt.Println(time.Now().UnixMicro())
		done()
		fmt.Println(time.Now().UnixMicro())
	}
}

func TestProcessesTakeTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "list")
	var mu sync.Mutex
	var turns [][2]int64
	var group sync.WaitGroup
	for range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+path)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		group.Go(func() {
			in := bufio.NewReader(out)
			for range each {
				var begin, end int64
				if _, err := fmt.Fscan(in, &begin, &end); err != nil {
					t.Error(err)
				}
				mu.Lock()
				turns = append(turns, [2]int64{begin, end})
				mu.Unlock()
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	slices.SortFunc(turns, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	require.Len(t, turns, 3*each)
	for i := range turns[1:] {
		require.GreaterOrEqual(t, turns[i+1][0]-turns[i][0], pause.Microseconds()-1000, "the file's clock may be coarse")
	}
}

// open opens the turns of one file, as another process would.
func open(t *testing.T, path string) *Turns {
	t.Helper()
	turns, err := Open(path, time.Second)
	require.NoError(t, err)
	return turns
}

func TestATurnBeginsAPauseAfterTheEndOfTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "list")
		a, b := open(t, path), open(t, path)
		require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
		done, err := a.Take(t.Context())
		require.NoError(t, err)
		began := time.Now()
		go func() {
			time.Sleep(3 * time.Second) // the turn takes its time
			done()
		}()
		next, err := b.Take(t.Context())
		require.NoError(t, err)
		require.InDelta(t, 4.0, time.Since(began).Seconds(), 0.05)
		next()
	})
}

func TestATurnThatIsNotWaitedForIsNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "list")
		a := open(t, path)
		done, err := a.Take(t.Context())
		require.NoError(t, err)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = open(t, path).Take(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 5*time.Second, time.Since(began))
		done()
		ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err = open(t, path).Take(ctx) // in the pause
		require.ErrorIs(t, err, context.DeadlineExceeded)
		done, err = a.Take(t.Context())
		require.NoError(t, err, "and the lock was given back")
		done()
	})
}

func TestAHolderThatSleepsIsPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "list")
		sleeper, err := open(t, path).Take(t.Context())
		require.NoError(t, err)
		defer sleeper()
		began := time.Now()
		done, err := open(t, path).Take(t.Context())
		require.NoError(t, err)
		require.Equal(t, stuck, time.Since(began))
		done()
	})
}

func TestAClockThatWasSetBackCostsOnePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "list")
		a := open(t, path)
		require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
		began := time.Now()
		done, err := a.Take(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(began))
		done()
	})
}

func TestAFolderThatCannotBeMadeIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(filepath.Join(file, "list"), time.Second)
	require.Error(t, err)
	require.True(t, strings.Contains(err.Error(), "file"))
}
