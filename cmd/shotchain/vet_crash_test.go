package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
	"shotchain/chain/vet"
	"shotchain/film/vetting"
)

// vet is the program vetting the wreck's service into a folder, with all probes bought.
func (w *wreck) vet(report string, env ...string) *exec.Cmd {
	cmd := w.command(w.t.Context(), env...)
	cmd.Args = []string{"shotchain", "vet", "--model", "seedance-2.0-mini", "--paid", "--yes", "--pause", "1ms",
		"--settle", "1s", "--report", report, "--no-progress"}
	return cmd
}

// vetted vets until the service is judged, and holds what it sold against what the probes' store knows.
func (w *wreck) vetted() *vet.Report {
	t := w.t
	t.Helper()
	report, said := "vet", ""
	try := func() int {
		out, err := w.vet(report).CombinedOutput()
		said = string(out)
		return exitCode(err)
	}
	code := try()
	if code == exitUnknown { // it died while nobody could know what became of a call: nothing is sent again
		require.Zero(t, w.service.Stats().Created, said)
		report = "another"
		code = try()
	}
	require.Contains(t, []int{0, exitIncomplete}, code, said)
	st, err := store.Open(filepath.Join(w.dir, report, store.DirName))
	require.NoError(t, err)
	simtest.Hold(t, st, simtest.Sales(w.service))
	entries, err := st.Ls()
	require.NoError(t, err)
	var shots []string
	tokens := int64(0)
	for _, e := range entries {
		require.False(t, e.Open, e.Key)
		if e.Clip != nil {
			require.NoError(t, e.Verify())
			shots, tokens = append(shots, e.Request.Shot), tokens+e.Clip.Tokens
		}
	}
	slices.Sort(shots)
	require.Equal(t, []string{"p1/probe", "p2/probe", "p3/probe", "p4/probe"}, shots, said)
	require.Equal(t, 4, w.service.Stats().Created, "each probe is bought once\n%s", said)
	require.Equal(t, w.service.Stats().BilledTokens, tokens, "what the service bills is what the store says was spent")
	w.noRemains(st.Dir())
	for _, name := range []string{"report.md", "report.html"} {
		b, err := os.ReadFile(filepath.Join(w.dir, report, name))
		require.NoError(t, err)
		require.NotContains(t, string(b), crashKey)
	}
	r, err := vetting.ReadReport(filepath.Join(w.dir, report, "report.json"))
	require.NoError(t, err)
	return r
}

// verdicts are those of a report, by probe and check.
func verdicts(r *vet.Report) map[string]vet.Verdict {
	all := map[string]vet.Verdict{}
	for _, f := range r.Findings {
		all[f.Name()] = f.Verdict
	}
	return all
}

// TestAVettingThatIsStoppedAnywhereBuysNothingTwice kills the program at points of a whole vetting, and vets again. Each
// verdict is then as that of a vetting that nothing stopped, or "not tested": what nobody saw is not made up.
func TestAVettingThatIsStoppedAnywhereBuysNothingTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	whole := newWreck(t, "")
	log := filepath.Join(t.TempDir(), "steps")
	out, err := whole.vet("vet", envSteps+"="+log).CombinedOutput()
	require.Contains(t, []int{0, exitIncomplete}, exitCode(err), string(out))
	unbroken, err := vetting.ReadReport(filepath.Join(whole.dir, "vet", "report.json"))
	require.NoError(t, err)
	want := verdicts(unbroken)
	b, err := os.ReadFile(log)
	require.NoError(t, err)
	points := strings.Split(strings.TrimSpace(string(b)), "\n")
	t.Logf("%d points", len(points))
	require.Greater(t, len(points), 80)
	sent := slices.Index(points, "create: sent")
	require.Positive(t, sent)
	every := max(len(points)/max(*crashPoints/2, 1), 1)
	luck := rand.IntN(every)
	for i, point := range points {
		if i%every != luck && i != sent {
			continue
		}
		t.Run(fmt.Sprintf("%d %s", i+1, point), func(t *testing.T) {
			t.Parallel()
			w := newWreck(t, "")
			out, err := w.vet("vet", envCrashAt+"="+strconv.Itoa(i+1)).CombinedOutput()
			if err != nil { // it died, or had less to do this time
				require.Contains(t, []int{-1, exitIncomplete}, exitCode(err), string(out))
			}
			if r, err := vetting.ReadReport(filepath.Join(w.dir, "vet", "report.json")); err == nil {
				require.Equal(t, want, verdicts(r), "a report that is there is a whole one")
			}
			got := verdicts(w.vetted())
			require.Equal(t, len(want), len(got))
			for name, v := range want {
				require.Contains(t, []vet.Verdict{v, vet.NotTested}, got[name], name)
			}
			require.NotEqual(t, vet.NotTested, got["p1 size"])
		})
	}
}
