//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

// envInterrupt is a file's name: the program sends itself what Ctrl-C sends when it first looks into the store, and
// leaves in that file how much of the processors' time it had taken by then.
const envInterrupt = "SHOTCHAIN_TEST_INTERRUPT"

// interruptible adds that to a program's hooks.
func interruptible(h *hooks) {
	name := os.Getenv(envInterrupt)
	if name == "" {
		return
	}
	var calls atomic.Int32
	h.disk = func(dir string) durable.FS {
		return durabletest.Before(durable.OS(dir), func(durabletest.Call) error {
			if calls.Add(1) == 1 {
				var u syscall.Rusage
				_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
				_ = os.WriteFile(name, fmt.Append(nil, u.Utime.Nano()+u.Stime.Nano()), 0o644)
				_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
			}
			return nil
		})
	}
}

// TestPlanningAVeryLongChainEndsWithCtrlC interrupts plan where most of its work is still to do: no more than a second of
// a processor is spent on it, nothing is printed of what is not whole, and nothing is left.
func TestPlanningAVeryLongChainEndsWithCtrlC(t *testing.T) {
	if testing.Short() {
		t.Skip("plans a very long chain")
	}
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("scenes:\n  - id: s\n    shots:\n")
	for i := range 90_000 {
		fmt.Fprintf(&b, "    - id: s%d\n      prompt: x%d\n", i, i)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "film.yaml"), []byte(b.String()), 0o644))
	self, err := os.Executable()
	require.NoError(t, err)
	at := filepath.Join(t.TempDir(), "at")
	cmd := exec.Command(self, "plan", "film.yaml")
	cmd.Args[0] = "shotchain" // testscript.Main runs the program by this name
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "GORACE=" + noLinger,
		envInterrupt + "=" + at}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	require.Equal(t, exitInterrupted, exitCode(cmd.Run()), said.String())
	require.Empty(t, out.String())
	require.Equal(t, "shotchain: interrupted\n", said.String())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "the film alone")
	was, err := os.ReadFile(at)
	require.NoError(t, err)
	before, err := strconv.ParseInt(string(was), 10, 64)
	require.NoError(t, err)
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.Logf("%s, of which %s before the signal", spent, time.Duration(before))
	require.Less(t, spent-time.Duration(before), time.Second)
}
