package film

import (
	"context"
	"image"
	_ "image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/ark"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// glance is an inspector for simtest's clips, which hold no picture.
type glance struct{}

func (glance) Clip(_ context.Context, path string) (chain.Facts, error) {
	b, err := os.ReadFile(path)
	if err == nil && (len(b) < 8 || string(b[4:8]) != "ftyp") {
		err = io.ErrUnexpectedEOF
	}
	return chain.Facts{Width: 864, Height: 496, Frames: 97, Rate: "24/1"}, err
}

func (glance) Picture(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, format, err := image.Decode(f)
	return "image/" + format, err
}

func (glance) LastFrame(context.Context, string, string) error { return io.ErrUnexpectedEOF }

func (glance) FrameAt(context.Context, string, int, string) error { return io.ErrUnexpectedEOF }

func (glance) Fit([]byte, int, int) ([]byte, error) { return nil, io.ErrUnexpectedEOF }

// straight is a transport that leads to a handler in this process.
type straight struct{ http.Handler }

func (s straight) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

const oneShot = `look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s }
scenes: [{ id: a, shots: [{ id: one, prompt: A boat. }] }]
`

// Callbacks and polling lead to the same place; a callback only leads there sooner, and one that is lost, forged or
// garbage changes nothing.
func TestCallbacksAndPollingLeadToTheSamePlace(t *testing.T) {
	for name, c := range map[string]struct {
		listens bool
		drop    bool
		forge   func(cb *callbacks)
		late    bool // the end is noticed by polling, some time after it
	}{
		"noticed at once":     {listens: true},
		"without callbacks":   {late: true},
		"all callbacks lost":  {listens: true, drop: true, late: true},
		"forged and unusable": {listens: true, drop: true, late: true, forge: forge},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cb := newCallbacks(provider.Bell(nil))
				service, client, stop := simtest.NewPipe(t,
					sim.Options{Key: "crash-test-key", Pace: 1, Client: &http.Client{Transport: straight{cb}}})
				defer stop()
				if c.drop {
					require.NoError(t, service.Inject(sim.Fault{Op: "callback", Action: "drop", Times: -1}))
				}
				if c.forge != nil {
					time.AfterFunc(40*time.Second, func() { c.forge(cb) })
				}
				provider, err := ark.New(ark.Options{BaseURL: simtest.PipeURL, Key: "crash-test-key", HTTP: client})
				require.NoError(t, err)
				st, err := store.Open(filepath.Join(t.TempDir(), store.DirName))
				require.NoError(t, err)
				how := chain.RunOptions{Provider: provider, Store: st, Inspector: glance{}}
				if c.listens {
					cb.into(&how, "https://films.example/hook/")
				}
				plan, err := chain.Make(t.Context(), oneTake(t, provider.About()), st, chain.PlanOptions{})
				require.NoError(t, err)
				reel, err := chain.Run(t.Context(), plan, how)
				require.NoError(t, err)
				require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
				stats := service.Stats()
				require.Equal(t, 1, stats.Created)
				require.Equal(t, stats.BilledTokens, reel.Outcomes[0].Clip.Tokens)
				if waited := time.Since(stats.Tasks[0].Updated); c.late {
					require.Greater(t, waited, 100*time.Millisecond)
				} else {
					require.Less(t, waited, 10*time.Millisecond)
				}
				holdsNot(t, st.Dir(), cb.token)
			})
		})
	}
}

// forge sends what an attacker, a scanner or a broken gateway may send.
func forge(cb *callbacks) {
	for _, r := range []*http.Request{
		httptest.NewRequest("POST", "/hook/", strings.NewReader(`{"id":"cgt-1","status":"succeeded"}`)),
		httptest.NewRequest("POST", "/hook/GUESS", strings.NewReader(`{"id":"cgt-1","status":"succeeded"}`)),
		httptest.NewRequest("POST", "/hook/"+cb.token, strings.NewReader(`{"id":"cgt-unknown","status":"failed"}`)),
		httptest.NewRequest("POST", "/hook/"+cb.token, strings.NewReader(`{"id":`)),
		httptest.NewRequest("POST", "/hook/"+cb.token, strings.NewReader(strings.Repeat("x", maxCallback+1))),
	} {
		cb.ServeHTTP(httptest.NewRecorder(), r)
	}
}

func TestTheListenerAnswersOnlyWhatItMust(t *testing.T) {
	cb := newCallbacks(provider.Bell(nil))
	for name, c := range map[string]struct {
		method, path, body string
		code               int
	}{
		"a task":               {"POST", "/a/b/" + cb.token, `{"id":"cgt-1"}`, 200},
		"behind a bare proxy":  {"POST", "/" + cb.token, `{"id":"cgt-1","status":"queued"}`, 200},
		"no token":             {"POST", "/", `{"id":"cgt-1"}`, 404},
		"another token":        {"POST", "/" + strings.Repeat("A", len(cb.token)), `{"id":"cgt-1"}`, 404},
		"the token elsewhere":  {"POST", "/" + cb.token + "/x", `{"id":"cgt-1"}`, 404},
		"a browser":            {"GET", "/" + cb.token, "", 405},
		"no JSON":              {"POST", "/" + cb.token, "<html>", 400},
		"no id":                {"POST", "/" + cb.token, "{}", 400},
		"nothing":              {"POST", "/" + cb.token, "", 400},
		"more than a task has": {"POST", "/" + cb.token, `{"id":"` + strings.Repeat("x", maxCallback) + `"}`, 413},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			cb.ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			require.Equal(t, c.code, w.Code)
			require.NotContains(t, w.Body.String(), cb.token)
		})
	}
}

// oneTake is a film of one take.
func oneTake(t *testing.T, about provider.About) *graph.Graph {
	t.Helper()
	sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(oneShot), storyboard.Options{})
	require.NoError(t, err)
	g, err := graph.Compile(t.Context(), sb, graph.Target{Models: models.Default(), Service: about})
	require.NoError(t, err)
	return g
}

// holdsNot reads every file of a folder.
func holdsNot(t *testing.T, dir string, secret string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		require.NotContains(t, string(b), secret, path)
		return err
	}))
}
