package vetting

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/models"
	"shotchain/chain/sim"
	"shotchain/chain/store"
	"shotchain/chain/vet"
	"shotchain/film"
	"shotchain/render/animatic"
	"shotchain/render/ffmpeg"
)

const vetKey = "vet-key-0123456789"

// standIn is a simulator behind a gateway that lies.
type standIn struct {
	*sim.Service
	base string

	mu    sync.Mutex
	asked []string // method, path and body of each call
}

// lie answers a call itself, or passes it on and changes what comes back.
type lie func(w http.ResponseWriter, r *http.Request, body []byte, real http.Handler)

func passOn(w http.ResponseWriter, r *http.Request, _ []byte, real http.Handler) {
	real.ServeHTTP(w, r)
}

func newStandIn(t *testing.T, camera sim.Camera, gateway lie) *standIn {
	t.Helper()
	if camera == nil {
		camera = sealing("dreamina-seedance-2-0")
	}
	s := &standIn{}
	var err error
	s.Service, err = sim.New(sim.Options{Dir: t.TempDir(), Key: vetKey, Camera: camera, Limits: sim.NoRates})
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.String()+" "+string(body))
		s.mu.Unlock()
		gateway(w, r, body, s.Service)
	}))
	t.Cleanup(func() { server.Close(); s.Close() })
	s.base = server.URL + "/api/v3"
	return s
}

// creates are the bodies of the create calls.
func (s *standIn) creates() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if body, ok := strings.CutPrefix(a, "POST /api/v3/contents/generations/tasks "); ok {
			all = append(all, body)
		}
	}
	return all
}

// sealing films an animatic, and seals it as a model's.
func sealing(model string) sim.Camera {
	return func(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
		video, last, err := animatic.Camera{NoSlate: true}.Film(ctx,
			animatic.Shot{Prompt: sc.Prompt, FirstFrame: sc.FirstFrame, Width: sc.Width,
				Height: sc.Height, Frames: sc.Frames, Audio: sc.Audio}, dir)
		return sim.Footage{Video: video, LastFrame: last}, err
	}
}

func (s *standIn) vetting(t *testing.T, dir string) *Vetting {
	t.Helper()
	service, err := film.Choose("byteplus", s.base, func(string) string { return "" }, nil)
	require.NoError(t, err)
	v, err := Open(Options{Service: service, Key: vetKey, Model: "seedance-2.0", Dir: dir})
	require.NoError(t, err)
	t.Cleanup(v.Close)
	return v
}

// answered answers the calls that match, and passes the others on.
func answered(match func(r *http.Request, body []byte) bool, status int, media, text string) lie {
	return func(w http.ResponseWriter, r *http.Request, body []byte, real http.Handler) {
		if !match(r, body) {
			real.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func isList(r *http.Request, _ []byte) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/tasks")
}
func isCreate(r *http.Request, _ []byte) bool { return r.Method == http.MethodPost }
func anything(*http.Request, []byte) bool     { return true }

const (
	asJSON = "application/json"
	asHTML = "text/html; charset=utf-8"
)

// TestFreeProbesOfAnHonestServiceMakeNothing holds that the stage proves what it can, and makes no task.
func TestFreeProbesOfAnHonestServiceMakeNothing(t *testing.T) {
	t.Parallel()
	s, dir := newStandIn(t, nil, passOn), t.TempDir()
	v := s.vetting(t, dir)
	require.NoError(t, v.Free(t.Context()))
	require.NoError(t, v.Conclude())
	for check, want := range map[string]vet.Verdict{"F1": vet.Proven, "F2": vet.Claimed, "F3": vet.Proven,
		"F4": vet.Claimed, "F5": vet.Proven,
		"F6-ratio": vet.Proven, "F6-duration": vet.Proven, "F7": vet.Proven, "F8": vet.Claimed, "F9": vet.NotTested,
		"envelope": vet.Proven} {
		require.Equal(t, want, by(t, v.Report, check).Verdict, "%s: %s %v", check, by(t, v.Report, check).Found,
			by(t, v.Report, check).Evidence)
	}
	require.Nil(t, Outcome(v.Report))
	require.Zero(t, s.Stats().Created)
	require.Len(t, s.creates(), 7)
	require.Equal(t, `{"model":"dreamina-seedance-2-0-000000"}`, s.creates()[2])

	// Nothing of it holds the key, and the same again is asked anew: nothing came of it.
	for _, name := range []string{"report.json", "report.md", "report.html"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotContains(t, string(b), vetKey)
	}
	require.NoError(t, s.vetting(t, dir).Free(t.Context()))
	require.Len(t, s.creates(), 14)
}

// TestEachLieOfAServiceIsRefutedOrNamed lets a gateway lie in one way each.
func TestEachLieOfAServiceIsRefutedOrNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gateway lie
		check   string
		verdict vet.Verdict
		says    string
		kind    film.Kind // of the outcome, "" for none
		creates int
	}{
		"no API there": {answered(anything, 200, asHTML, "<html>Welcome</html>"), "F1", vet.Refuted,
			"no API at this address", film.Incomplete, 0},
		"a list of HTML": {answered(isList, 200, asHTML, "<!doctype html>"), "F2", vet.Refuted, "cannot be looked up",
			film.Incomplete, 7},
		"no list": {answered(isList, 404, asJSON, `{"error":{"code":"NotFound"}}`), "F2", vet.NotTested,
			"there is no list (404)", "", 7},
		"any model": {answered(isCreate, 400, asJSON, `{"error":{"code":"MissingParameter","message":"content is missing"}}`),
			"F5", vet.Refuted, "the id is not looked at", film.Incomplete, 7},
		"an unknown model": {answered(func(r *http.Request, b []byte) bool {
			return isCreate(r, b) && !strings.Contains(r.Header.Get("Authorization"), "wrong")
		},
			404, asJSON, `{"error":{"code":"ModelNotOpen","message":"not activated"}}`), "F4", vet.Refuted,
			"not open, or unknown", film.Incomplete, 7},
		"takes anything": {func(w http.ResponseWriter, r *http.Request, body []byte, real http.Handler) {
			if isCreate(r, body) && strings.Contains(r.Header.Get("Authorization"), vetKey) {
				answered(anything, 200, asJSON, `{"id":"cgt-1"}`)(w, r, body, real)
				return
			}
			real.ServeHTTP(w, r)
		}, "F4", vet.Refuted, "takes anything", film.Unclear, 2},
		"any key": {answered(isCreate, 200, asJSON, `{"id":"cgt-1"}`), "F3", vet.Refuted, "a wrong key is let in",
			film.Unclear, 1},
		"an envelope that says error": {answered(isCreate, 200, asJSON, `{"code":400,"message":"no channel"}`), "F3",
			vet.NotTested,
			"does not say whether a task was made", film.Unclear, 1},
		"judged late": {func(w http.ResponseWriter, r *http.Request, body []byte, real http.Handler) {
			answered(func(r *http.Request, b []byte) bool { return isCreate(r, b) && bytes.Contains(b, []byte("7:5")) }, 200,
				asJSON, `{"id":"cgt-1"}`)(w, r, body, real)
		}, "F6-ratio", vet.NotTested, "judged late", film.Unclear, 4},
		"two shapes": {answered(func(_ *http.Request, b []byte) bool { return bytes.Contains(b, []byte("99")) }, 400, asJSON,
			`{"msg":"duration","code":1}`),
			"envelope", vet.Refuted, "2 shapes", film.Incomplete, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dir := newStandIn(t, nil, c.gateway), t.TempDir()
			v := s.vetting(t, dir)
			require.NoError(t, v.Free(t.Context()))
			require.NoError(t, v.Conclude())
			f := by(t, v.Report, c.check)
			require.Equal(t, c.verdict, f.Verdict, f.Found)
			require.Contains(t, f.Found+" "+f.Evidence[0].Value, c.says)
			require.Equal(t, c.kind != film.Unclear && c.creates > 0, v.Trusted(), "whether anything may be bought after it")
			fail := Outcome(v.Report)
			if c.kind == "" {
				require.Nil(t, fail)
			} else {
				require.Equal(t, c.kind, fail.Kind)
			}
			require.Len(t, s.creates(), c.creates)
			if c.kind != film.Unclear {
				return
			}
			// It is on record as a take, and never sent again.
			require.NoError(t, s.vetting(t, dir).Free(t.Context()))
			last := c.creates
			if name != "any key" && name != "an envelope that says error" { // what was refused before it is asked anew
				last += c.creates - 1
			}
			require.Len(t, s.creates(), last)
		})
	}
}

// TestAProbeIsWrittenDownBeforeItIsSent looks into the store while the service is asked.
func TestAProbeIsWrittenDownBeforeItIsSent(t *testing.T) {
	t.Parallel()
	dir, seen := t.TempDir(), 0
	s := newStandIn(t, nil, func(w http.ResponseWriter, r *http.Request, body []byte, real http.Handler) {
		if isCreate(r, body) {
			st, err := store.Peek(filepath.Join(dir, store.DirName))
			require.NoError(t, err)
			takes, err := st.Takes()
			require.NoError(t, err)
			found := false
			for _, take := range takes {
				req, err := take.Request()
				require.NoError(t, err)
				j, err := take.Journal()
				require.NoError(t, err)
				var asked struct{ Body json.RawMessage }
				require.NoError(t, json.Unmarshal(req.Asked, &asked))
				var tight bytes.Buffer
				require.NoError(t, json.Compact(&tight, asked.Body))
				if bytes.Equal(tight.Bytes(), body) && j.Last() != nil && j.Last().State == store.Intended {
					found = true
				}
			}
			require.True(t, found, string(body))
			seen++
		}
		real.ServeHTTP(w, r)
	})
	require.NoError(t, s.vetting(t, dir).Free(t.Context()))
	require.Equal(t, 7, seen)
}

// paid vets a stand-in with bought probes, in silence.
func (s *standIn) paid(t *testing.T, dir string, o Paid, how film.MakeOptions) *vet.Report {
	t.Helper()
	v := s.vetting(t, dir)
	o.Pause = 1
	p, err := v.Probes(t.Context(), o)
	require.NoError(t, err)
	defer p.Close()
	how.Key, how.Timing.Settle = vetKey, 1
	require.NoError(t, p.Buy(t.Context(), how))
	require.NoError(t, v.Told(t.Context(), Words{}))
	require.NoError(t, v.Conclude())
	return v.Report
}

// of finds a probe's finding of a check.
func of(t *testing.T, r *vet.Report, probe, check string) vet.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Check == check && f.Probe == probe {
			return f
		}
	}
	require.Failf(t, "no finding", "%s of %s in %s", check, probe, r.Text())
	return vet.Finding{}
}

// films caches what the animatic camera makes of a scene, by its prompt: many stand-ins film the same probes, at once.
var films sync.Map

// negative is what was filmed of a scene.
type negative struct{ video, last []byte }

// filmed films a scene, once.
func filmed(ctx context.Context, sc sim.Scene) (negative, error) {
	ctx = context.WithoutCancel(ctx) // others wait for it, too
	once, _ := films.LoadOrStore(sc.Prompt, sync.OnceValues(func() (n negative, err error) {
		dir, err := os.MkdirTemp("", "vet")
		if err != nil {
			return n, err
		}
		defer os.RemoveAll(dir)
		video, last, err := animatic.Camera{NoSlate: true}.Film(ctx,
			animatic.Shot{Prompt: sc.Prompt, FirstFrame: sc.FirstFrame,
				LastFrame: sc.LastFrame, Width: sc.Width, Height: sc.Height, Frames: sc.Frames, Audio: sc.Audio}, dir)
		if err != nil {
			return n, err
		}
		v, err1 := os.ReadFile(video)
		l, err2 := os.ReadFile(last)
		return negative{append(v, manifest("dreamina-seedance-2-0", someLog, time.Now())...), l}, errors.Join(err1, err2)
	}))
	return once.(func() (negative, error))()
}

// filming films as sealing does, and lets change have the files.
func filming(change func(ctx context.Context, sc sim.Scene, dir string, f *sim.Footage) error) sim.Camera {
	return func(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
		f := sim.Footage{Video: filepath.Join(dir, "clip.mp4"), LastFrame: filepath.Join(dir, "last.png")}
		n, err := filmed(ctx, sc)
		if err != nil {
			return f, err
		}
		if err := errors.Join(os.WriteFile(f.Video, n.video, 0o644), os.WriteFile(f.LastFrame, n.last, 0o644)); err != nil {
			return f, err
		}
		return f, change(ctx, sc, dir, &f)
	}
}

func honestly(context.Context, sim.Scene, string, *sim.Footage) error { return nil }

// reencoded passes a clip through ffmpeg.
func reencoded(args ...string) func(context.Context, sim.Scene, string, *sim.Footage) error {
	return func(ctx context.Context, _ sim.Scene, dir string, f *sim.Footage) error {
		out := filepath.Join(dir, "changed.mp4")
		if err := ffmpeg.Run(ctx, append(append(ffmpeg.Input(f.Video), args...), "-preset", "veryfast", "file:"+out),
			ffmpeg.Options{}); err != nil {
			return err
		}
		f.Video = out
		return nil
	}
}

// edited lets a gateway change the answers to reads of a task.
func edited(change func(task map[string]any)) lie {
	return func(w http.ResponseWriter, r *http.Request, body []byte, real http.Handler) {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/tasks/") {
			real.ServeHTTP(w, r)
			return
		}
		got := httptest.NewRecorder()
		real.ServeHTTP(got, r)
		task := map[string]any{}
		if json.Unmarshal(got.Body.Bytes(), &task) == nil && task["id"] != nil {
			change(task)
		} else {
			task = nil
		}
		out := got.Body.Bytes()
		if task != nil {
			out, _ = json.Marshal(task)
		}
		w.Header().Set("Content-Type", asJSON)
		w.WriteHeader(got.Code)
		_, _ = w.Write(out)
	}
}

// failing makes the probe that is to fail fail.
func (s *standIn) failing(t *testing.T) *standIn {
	require.NoError(t, s.Inject(sim.Fault{Op: "task", Match: "Obama", Action: "fail", Times: -1,
		Code: "OutputVideoSensitiveContentDetected.PolicyViolation", Message: "The output may contain a public figure."}))
	return s
}

// TestPaidProbesOfAnHonestService buys three clips and a refusal, proves what can be proven, and never buys them again.
func TestPaidProbesOfAnHonestService(t *testing.T) {
	t.Parallel()
	s, dir := newStandIn(t, filming(honestly), passOn).failing(t), t.TempDir()
	r := s.paid(t, dir, Paid{}, film.MakeOptions{})
	require.Nil(t, Outcome(r), r.Text())
	for _, want := range []struct {
		probe, check string
		verdict      vet.Verdict
	}{{"p1", "trace", vet.Proven}, {"p1", "terminal", vet.Proven}, {"p1", "listed", vet.Proven},
		{"p1", "echo", vet.Proven},
		{"p1", "c2pa", vet.Claimed}, {"p1", "size", vet.Proven}, {"p1", "length", vet.Proven},
		{"p1", "sound_off", vet.Proven},
		{"p1", "last_frame", vet.Proven}, {"p1", "retention", vet.Claimed}, {"p1", "tokens", vet.Claimed},
		{"p2", "first_frame", vet.Proven},
		{"p2", "end_frame", vet.Proven}, {"p2", "watermark", vet.NotTested}, {"p3", "sound", vet.Proven},
		{"p4", "failure", vet.Proven},
		{"p4", "failure_billed", vet.NotTested}} {
		f := of(t, r, want.probe, want.check)
		require.Equal(t, want.verdict, f.Verdict, "%s %s: %s", want.probe, want.check, f.Found)
	}
	require.Contains(t, of(t, r, "p4", "failure").Found, "OutputVideoSensitiveContentDetected.PolicyViolation")
	require.Equal(t, 4, s.Stats().Created)
	for _, name := range []string{"report.json", "report.md", "report.html"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for _, secret := range []string{vetKey, "X-Tos-Signature", "/files/cgt-"} {
			require.NotContains(t, string(b), secret)
		}
	}

	// The same again finds its clips, and asks only for what failed, which is free.
	again := s.paid(t, dir, Paid{}, film.MakeOptions{})
	require.Equal(t, 5, s.Stats().Created)
	require.Equal(t, r.Clips[0].Digest, again.Clips[0].Digest)

	// A second look: the URLs live as they say, and end as they say.
	o := Options{Service: s.vetting(t, t.TempDir()).o.Service, Key: vetKey}
	late, err := Again(t.Context(), o, filepath.Join(dir, "report.json"), Words{})
	require.NoError(t, err)
	require.Equal(t, vet.Claimed, of(t, late, "p1", "retention_later").Verdict)
	s.Advance(25 * time.Hour)
	late, err = Again(t.Context(), o, filepath.Join(dir, "report.json"), Words{BalanceBefore: "10", BalanceAfter: "2"})
	require.NoError(t, err)
	require.NotEqual(t, vet.Refuted, of(t, late, "p1", "retention_later").Verdict,
		of(t, late, "p1", "retention_later").Found)
	require.Equal(t, vet.Refuted, of(t, late, "", "balance").Verdict)
}

// TestTheChartIsEvenInItsCorners holds what the search for a watermark rests on: whatever is seen there is not ours.
func TestTheChartIsEvenInItsCorners(t *testing.T) {
	for _, hue := range []int{0, 3} {
		img := chart(models.Size{Width: 864, Height: 496}, hue)
		for y := range 496 {
			for x := range 864 {
				if (x <= 216 || x >= 647) && (y <= 100 || y >= 395) {
					require.Equal(t, img.At(0, 0), img.At(x, y), "%d,%d", x, y)
				}
			}
		}
	}
	require.NotEqual(t, chart(models.Size{Width: 864, Height: 496}, 0), chart(models.Size{Width: 864, Height: 496}, 3))
}
