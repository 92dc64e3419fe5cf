package vetting

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/trouble"
	"shotchain/chain/vet"
	"shotchain/film"
)

const falKey = "key-id:secret-0123456789"

// TestAServiceOfAnotherShapeIsVettedThroughItsClient vets fal's queue: what its client can ask is asked, the probes are
// bought, and the rest is named as not testable. No probe of the free stage makes a request.
func TestAServiceOfAnotherShapeIsVettedThroughItsClient(t *testing.T) {
	t.Parallel()
	s, err := falsim.New(falsim.Options{Dir: t.TempDir(), Key: falKey, Camera: filming(honestly), Concurrency: -1})
	require.NoError(t, err)
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.Close(); s.Close() })
	require.NoError(t, s.Inject(trouble.Fault{Op: "task", Match: "Obama", Action: "fail", Times: -1, Status: 422,
		Code: "content_policy_violation", Message: "The output may contain a public figure."}))
	service, err := film.Choose("fal", server.URL, func(string) string { return "" }, nil)
	require.NoError(t, err)
	o := Options{Service: service, Key: falKey, Model: "seedance-2.0", Dir: t.TempDir()}
	v, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(v.Close)

	require.NoError(t, v.Free(t.Context()))
	for check, want := range map[string]struct {
		verdict vet.Verdict
		says    string
	}{
		"F1": {vet.Proven, "is answered as one"}, "F2": {vet.Claimed, "history"},
		"F3": {vet.Proven, "a wrong key may not read"},
		"F4": {vet.NotTested, "not testable: "}, "F5": {vet.NotTested, "not testable: "},
		"F7":       {vet.NotTested, "not testable: "},
		"F6-ratio": {vet.NotTested, "not testable: "}, "F8": {vet.Claimed, "cannot be cancelled"},
		"F9": {vet.Claimed, "as the catalogue has it"},
	} {
		f := by(t, v.Report, check)
		require.Equal(t, want.verdict, f.Verdict, "%s: %s %v", check, f.Found, f.Evidence)
		require.Contains(t, f.Found, want.says)
	}
	require.Contains(t, by(t, v.Report, "F9").Evidence[0].Value, "bytedance/seedance-2.0/text-to-video")
	require.Zero(t, s.Stats().Created)
	require.Zero(t, s.Stats().Calls["create"], "nothing is sent that could make something")
	require.True(t, v.Trusted())

	p, err := v.Probes(t.Context(), Paid{Pause: 1})
	require.NoError(t, err)
	defer p.Close()
	how := film.MakeOptions{Key: falKey}
	how.Timing.Settle = 1
	require.NoError(t, p.Buy(t.Context(), how))
	require.NoError(t, v.Told(t.Context(), Words{}))
	require.NoError(t, v.Conclude())
	require.Nil(t, Outcome(v.Report), v.Report.Text())
	for _, want := range []struct {
		probe, check string
		verdict      vet.Verdict
		says         string
	}{{"p1", "trace", vet.Claimed, "as the client reads"}, {"p1", "terminal", vet.Proven, "still succeeded"},
		{"p1", "size", vet.Proven, "864×496"}, {"p1", "length", vet.Proven, "97 frames"},
		{"p1", "last_frame", vet.NotTested, "not testable: the service gives no last frame"},
		{"p1", "host", vet.NotTested, "127.0.0.1"}, {"p1", "retention", vet.NotTested, "does not state"},
		{"p2", "first_frame", vet.Proven, "is the picture given"},
		{"p4", "failure", vet.Proven, "public figure"}} {
		f := of(t, v.Report, want.probe, want.check)
		require.Equal(t, want.verdict, f.Verdict, "%s %s: %s", want.probe, want.check, f.Found)
		require.Contains(t, f.Found, want.says)
	}
	require.Equal(t, 4, s.Stats().Created)

	late, err := Again(t.Context(), o, filepath.Join(o.Dir, "report.json"), Words{})
	require.NoError(t, err)
	f := of(t, late, "p1", "retention_later")
	require.Equal(t, vet.Claimed, f.Verdict, f.Found)
	require.Contains(t, f.Found, "still there")
	require.Equal(t, 4, s.Stats().Created)
	for _, name := range []string{"report.json", "report.md", "report.html"} {
		b, err := os.ReadFile(filepath.Join(o.Dir, name))
		require.NoError(t, err)
		require.NotContains(t, string(b), "secret-0123456789")
	}
}
