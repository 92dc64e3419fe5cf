package ark_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"net/http"
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

// The fault matrix: each way in which the service can go wrong, through the real client and the real run, in virtual
// time. After every one the books agree: tasks are what was bought, tokens are what the store says was spent.

const matrixKey = "sk-5ec7e7-0123456789abcdef"

// clock keeps the tests of this file from depending on the day on which they run.
var clock = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// looker is an inspector for simtest's clips, which have an MP4 file's boxes and no picture.
type looker struct{}

func (looker) Clip(_ context.Context, path string) (chain.Facts, error) {
	b, err := os.ReadFile(path)
	if err == nil && (len(b) < 8 || string(b[4:8]) != "ftyp") {
		err = errors.New("no moving picture")
	}
	return chain.Facts{Width: 864, Height: 496, Frames: 97, Rate: "24/1"}, err
}

func (looker) Picture(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, format, err := image.Decode(f)
	return "image/" + format, err
}

func (looker) LastFrame(context.Context, string, string) error { return errors.New("no decoder") }

func (looker) FrameAt(context.Context, string, int, string) error { return errors.New("no decoder") }

func (looker) Fit([]byte, int, int) ([]byte, error) { return nil, errors.New("no decoder") }

// stage is a film of two takes, one growing from the other, before a service.
type stage struct {
	t       *testing.T
	service *sim.Service
	p       provider.Provider
	st      *store.Store
	options chain.PlanOptions
	events  []chain.Event

	ctx       context.Context
	timing    chain.Timing
	inspector chain.Inspector
}

const matrixFilm = `look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s }
scenes: [{ id: a, shots: [{ id: one, prompt: A boat. }, { id: two, prompt: It lands. }] }]
`

const knownFilm = `look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s }
scenes: [{ id: k, shots: [{ id: known, prompt: A known boat. }] }]
`

func newStage(t *testing.T, o sim.Options) (*stage, func()) {
	t.Helper()
	return behind(t, models.Gateway{Failed: "free"}, o) // as the vendor's own
}

// behind is a stage behind a gateway, whose calls go through each of what is given.
func behind(t *testing.T, g models.Gateway, o sim.Options, through ...func(http.RoundTripper) http.RoundTripper) (*stage,
	func()) {
	t.Helper()
	o.Key = matrixKey
	service, client, stop := simtest.NewPipe(t, o)
	for _, line := range through {
		client.Transport = line(client.Transport)
	}
	p, err := ark.New(ark.Options{BaseURL: simtest.PipeURL, Key: matrixKey, HTTP: client, Gateway: g})
	require.NoError(t, err)
	st, err := store.Open(filepath.Join(t.TempDir(), store.DirName))
	require.NoError(t, err)
	return &stage{t: t, service: service, p: p, st: st, ctx: t.Context(), inspector: looker{}}, stop
}

func (s *stage) inject(faults ...sim.Fault) {
	s.t.Helper()
	for _, f := range faults {
		require.NoError(s.t, s.service.Inject(f))
	}
}

// run plans and runs the film, and holds it to what the plan said.
func (s *stage) run() (*chain.Reel, error) {
	s.t.Helper()
	return s.film(matrixFilm)
}

// known buys a clip of another film, so that the store has a task by which the service's list can be judged.
func (s *stage) known() {
	s.t.Helper()
	reel, err := s.film(knownFilm)
	require.NoError(s.t, err)
	require.True(s.t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
}

func (s *stage) film(text string) (*chain.Reel, error) {
	t := s.t
	t.Helper()
	sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(text), storyboard.Options{})
	require.NoError(t, err)
	g, err := graph.Compile(t.Context(), sb, graph.Target{Models: models.Default(), Service: s.p.About(), Now: clock})
	require.NoError(t, err)
	plan, err := chain.Make(t.Context(), g, s.st, s.options)
	require.NoError(t, err)
	reel, err := chain.Run(s.ctx, plan,
		chain.RunOptions{Provider: s.p, Store: s.st, Inspector: s.inspector, Timing: s.timing,
			Observe: func(e chain.Event) { s.events = append(s.events, e) }})
	require.LessOrEqual(t, reel.Spent.Micros, plan.Total.Micros+plan.Held.Micros)
	simtest.Hold(t, s.st, simtest.Sales(s.service))
	return reel, err
}

// books compares the service's with the store's.
func (s *stage) books() (stats sim.Stats, kept int) {
	t := s.t
	t.Helper()
	entries, err := s.st.Ls()
	require.NoError(t, err)
	tokens := int64(0)
	for _, e := range entries {
		if e.Clip != nil {
			require.NoError(t, e.Verify())
			tokens += e.Clip.Tokens
			kept++
		}
	}
	stats = s.service.Stats()
	require.LessOrEqual(t, tokens, stats.BilledTokens)
	return stats, kept
}

// secretless holds that nothing a user or a log gets to see, nor the store, holds the key or a signature.
func (s *stage) secretless(reel *chain.Reel) {
	t := s.t
	t.Helper()
	var said strings.Builder
	for _, e := range s.events {
		fmt.Fprintf(&said, "%+v\n", e.Message)
	}
	for _, o := range reel.Outcomes {
		fmt.Fprintf(&said, "%v %+v\n", o.Fault, o.Fault)
	}
	require.NoError(t, filepath.WalkDir(s.st.Dir(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		said.Write(b)
		return err
	}))
	for _, secret := range []string{matrixKey, "X-Tos-", "/files/"} {
		require.NotContains(t, said.String(), secret)
	}
}

// TestEachRefusalOfTheServiceHasItsRule is ark-api.md §6, row by row.
func TestEachRefusalOfTheServiceHasItsRule(t *testing.T) {
	answer := func(status int, code, message string) sim.Fault {
		return sim.Fault{Op: "create", Action: "answer", Times: -1, Status: status, Code: code, Message: message}
	}
	fails := func(code string) sim.Fault {
		return sim.Fault{Op: "task", Action: "fail", Times: -1, Code: code, Message: "The output was refused."}
	}
	for _, c := range []struct {
		name    string
		fault   sim.Fault
		stage   chain.Standing
		class   provider.Class
		created int  // at most; all of them failed
		stops   bool // the whole run
		hint    string
	}{
		{"a missing parameter", answer(400, "MissingParameter", "content"), chain.Failed, provider.Invalid, 0, false, ""},
		{"an invalid parameter", answer(400, "InvalidParameter.Duration", "the parameter `duration` is not valid"),
			chain.Failed, provider.Invalid, 0, false, ""},
		{"a picture that is none", answer(400, "InvalidImageURL.EmptyContent", "no image"), chain.Failed, provider.Invalid, 0,
			false, ""},
		{"a refused prompt", answer(400, "InputTextSensitiveContentDetected.PolicyViolation", "no"), chain.Failed,
			provider.Moderated, 0, false, "prompt"},
		{"a refused picture", answer(400, "InputImageSensitiveContentDetected", "no"), chain.Failed, provider.Moderated, 0,
			false, "picture"},
		{"a refused face", answer(400, "InputImageSensitiveContentDetected.PrivacyInformation", "no"), chain.Failed,
			provider.Moderated, 0, false, "face"},
		{"a refused film", fails("OutputVideoSensitiveContentDetected.PolicyViolation"), chain.Failed, provider.Moderated, 1,
			false, "seed"},
		{"a refused sound", fails("OutputAudioSensitiveContentDetected"), chain.Failed, provider.Moderated, 1, false,
			"audio"},
		{"a failing service", fails("InternalServiceError"), chain.Failed, provider.Internal, 3, false, ""},
		{"a wrong key", answer(401, "AuthenticationError", "no such key"), chain.Failed, provider.Account, 0, true,
			"ARK_API_KEY"},
		{"a bill unpaid", answer(403, "AccountOverdueError", "pay"), chain.Failed, provider.Account, 0, true, ""},
		{"no access", answer(403, "AccessDenied", "no"), chain.Failed, provider.Account, 0, true, ""},
		{"an operation denied", answer(403, "OperationDenied.ServiceOverdue", "no"), chain.Failed, provider.Account, 0, true,
			""},
		{"a model that is not open", answer(404, "ModelNotOpen", "activate it"), chain.Failed, provider.Account, 0, true, ""},
		{"a model that is not there", answer(404, "InvalidEndpointOrModel.NotFound", "none"), chain.Failed, provider.Account,
			0, true, ""},
		{"a spending cap", answer(429, "SetLimitExceeded", "your cap"), chain.Failed, provider.Account, 0, true, ""},
		{"a usage window", answer(429, "QuotaExceeded", "You have used your quota of 5 hours. It resets at 15:00."),
			chain.Failed, provider.Quota, 0, true, ""},
		{"a trial used up", answer(429, "QuotaExceeded", "Your free trial quota is used up."), chain.Failed, provider.Account,
			0, true, ""},
		{"a rate that stays exceeded", answer(429, "RateLimitExceeded.EndpointRPMExceeded", "slow"), chain.Failed,
			provider.Busy, 0, false, ""},
		{"an overload that stays", answer(429, "ServerOverloaded", "later"), chain.Failed, provider.Busy, 0, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := newStage(t, sim.Options{})
				defer stop()
				s.inject(c.fault)
				reel, err := s.run()
				var fault *provider.Fault
				out := reel.Outcomes[0]
				require.Equal(t, c.stage, out.Standing)
				require.Equal(t, "a/one", out.Take.Name())
				require.ErrorAs(t, out.Fault, &fault)
				require.Equal(t, c.class, fault.Class)
				require.Equal(t, c.fault.Code, fault.Code)
				require.Contains(t, fault.Error(), fault.RequestID)
				require.NotEmpty(t, fault.RequestID)
				require.Contains(t, fault.Hint, c.hint)
				require.Equal(t, c.stops, errors.As(err, new(*chain.StoppedError)))
				require.NotContains(t, []chain.Standing{chain.Kept, chain.Cached}, reel.Outcomes[1].Standing)
				stats, kept := s.books()
				require.Equal(t, c.created, stats.Created)
				require.Zero(t, kept)
				require.Zero(t, stats.BilledTokens)
				require.Zero(t, reel.Spent.Micros)
				s.secretless(reel)

				s.service.ClearFaults() // the user has seen to it
				reel, err = s.run()
				require.NoError(t, err)
				require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
				stats, kept = s.books()
				require.Equal(t, c.created+2, stats.Created)
				require.Equal(t, 2, kept)
			})
		})
	}
}

// TestWhateverIsLostNothingIsBoughtTwice is each action of the simulator at each operation, once or twice in a row.
func TestWhateverIsLostNothingIsBoughtTwice(t *testing.T) {
	actions := []string{"answer", "answer-after", "drop-before", "drop-after", "empty200", "html200", "html502",
		"html502-after",
		"hang", "hang-after", "truncate", "corrupt", "slow"}
	often := map[string][]int{"create": {1, 2}, "get": {2}, "list": {2}, "video": {1}, "last_frame": {2}}
	for _, op := range []string{"create", "get", "list", "video", "last_frame"} {
		for _, action := range actions {
			for _, times := range often[op] {
				t.Run(fmt.Sprintf("%s %s %d", op, action, times), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s, stop := newStage(t, sim.Options{Pace: 0.1})
						defer stop()
						s.known()
						s.inject(sim.Fault{Op: op, Action: action, Times: times, Delay: "20s"})
						if op == "list" { // is only asked where an answer was lost
							s.inject(sim.Fault{Op: "create", Action: "drop-after"})
						}
						reel, err := s.run()
						require.NoError(t, err)
						s.secretless(reel)
						for n := 0; n < times && !reel.Whole(); n++ { // a file that never decodes, or a page for a list: the next run
							reel, err = s.run()
							require.NoError(t, err)
						}
						require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
						stats, kept := s.books()
						require.Equal(t, 3, stats.Created)
						require.Equal(t, 3, kept)
						require.EqualValues(t, 3*40594, stats.BilledTokens)
						require.LessOrEqual(t, stats.Calls["video"], 3+2*times)
						s.secretless(reel)
					})
				})
			}
		}
	}
}

// TestWhatBecomesOfATask are the fates that a task can have at the service.
func TestWhatBecomesOfATask(t *testing.T) {
	for action, c := range map[string]struct {
		stage   chain.Standing
		created int
		says    string
	}{
		"fail":   {chain.Kept, 2, ""}, // inside the service, once: tried again
		"stall":  {chain.Failed, 1, "expired"},
		"expire": {chain.Failed, 1, "expired"},
		"cancel": {chain.Failed, 1, "cancelled"},
	} {
		t.Run(action, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := newStage(t, sim.Options{})
				defer stop()
				s.inject(sim.Fault{Op: "task", Action: action, Match: "A boat"})
				reel, err := s.run()
				require.NoError(t, err)
				require.Equal(t, c.stage, reel.Outcomes[0].Standing)
				stats, _ := s.books()
				require.Equal(t, c.created, openers(stats))
				if c.says != "" {
					require.ErrorContains(t, reel.Outcomes[0].Fault, c.says)
					reel, err = s.run()
					require.NoError(t, err)
				}
				require.True(t, reel.Whole())
				stats, kept := s.books()
				require.Equal(t, 3, stats.Created)
				require.Equal(t, 2, kept)
				require.EqualValues(t, 2*40594, stats.BilledTokens, "failed tasks are not billed")
			})
		})
	}
}

// openers is how many tasks there are of the film's first shot.
func openers(stats sim.Stats) (n int) {
	for _, e := range stats.Tasks {
		if !e.Continues {
			n++
		}
	}
	return n
}

// Behind gateways that change or hide the marks of a task, a lost answer is found, or left to the user: it is never
// paid for again, neither at first nor where the store knows other tasks of the service.
func TestBehindGatewaysALostAnswerIsNoSecondPurchase(t *testing.T) {
	none := sim.Fault{}
	for _, list := range []sim.Fault{none, {Op: "list", Action: "empty", Times: -1}} {
		for _, expiry := range []string{"", "bound-expiry", "round-expiry", "milli-expiry", "no-expiry"} {
			for _, identifier := range []string{"", "no-identifier", "hash-identifier"} {
				for _, known := range []bool{false, true} {
					for _, made := range []string{"drop-before", "drop-after"} {
						t.Run(fmt.Sprintf("%s list, %s %s, known %t, %s", list.Action, expiry, identifier, known, made),
							func(t *testing.T) {
								synctest.Test(t, func(t *testing.T) {
									s, stop := newStage(t, sim.Options{Pace: 0.1})
									defer stop()
									for _, echo := range []string{expiry, identifier} {
										if echo != "" {
											s.inject(sim.Fault{Op: "echo", Action: echo, Times: -1})
										}
									}
									if list != none {
										s.inject(list)
									}
									first := 0
									if known {
										s.known()
										first = 1
									}
									s.inject(sim.Fault{Op: "create", Action: made})
									var reel *chain.Reel
									for range 2 {
										var err error
										reel, err = s.run()
										require.NoError(t, err)
										require.LessOrEqual(t, openers(s.service.Stats()), first+1, "%v", reel.Outcomes[0].Fault)
									}
									exact := expiry == "" || expiry == "bound-expiry" // which does not touch ours
									certain := identifier == "" || exact && identifier == "no-identifier"
									if made == "drop-before" {
										certain = known && (identifier == "" || exact)
									}
									if list == none && certain {
										require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
									} else {
										require.Equal(t, chain.Unclear, reel.Outcomes[0].Standing, "%v", reel.Outcomes[0].Fault)
									}
								})
							})
					}
				}
			}
		}
	}
}

// The service's clock may be wrong. A lost answer is then found, or left to the user, and never paid for again. By its
// identifier it is found; behind a gateway that drops those it is found by its time.
func TestAServiceWhoseClockIsWrong(t *testing.T) {
	for name, off := range map[string]time.Duration{"right": 0, "an hour ahead": time.Hour, "an hour behind": -time.Hour,
		"3 days ahead": 72 * time.Hour, "3 days behind": -72 * time.Hour} {
		for _, named := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, named %t", name, named), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, stop := newStage(t, sim.Options{Epoch: time.Now().Add(off)})
					defer stop()
					s.inject(sim.Fault{Op: "create", Action: "drop-after", Match: "A boat"})
					if !named {
						s.inject(sim.Fault{Op: "echo", Action: "no-identifier", Times: -1})
					}
					reel, err := s.run()
					require.NoError(t, err)
					if off == 0 || named {
						require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
						require.Equal(t, 2, s.service.Stats().Created)
						return
					}
					require.Equal(t, chain.Unclear, reel.Outcomes[0].Standing)
					require.Equal(t, 1, s.service.Stats().Created)
					s.options.Resubmit = map[string]bool{"a/one": true} // the user's word
					reel, err = s.run()
					require.NoError(t, err)
					require.True(t, reel.Whole())
					require.Equal(t, 3, s.service.Stats().Created)
				})
			})
		}
	}
}

// A task that is not cared for: its URLs lapse after a day, its record after seven.
func TestDeadlinesOfTheService(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		stage chain.Standing
		says  string
	}{
		{23 * time.Hour, chain.Kept, ""},
		{25 * time.Hour, chain.Failed, "its result is no longer to be had"},
		{8 * 24 * time.Hour, chain.Unclear, "no longer has task"},
	} {
		t.Run(fmt.Sprint(c.after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := newStage(t, sim.Options{})
				defer stop()
				s.inject(sim.Fault{Op: "video", Action: "html502", Times: -1})
				reel, err := s.run()
				require.NoError(t, err)
				require.Equal(t, chain.Failed, reel.Outcomes[0].Standing)
				require.ErrorContains(t, reel.Outcomes[0].Fault, "is paid, and the next run tries again")
				s.service.ClearFaults()
				time.Sleep(c.after)
				reel, err = s.run()
				require.NoError(t, err)
				require.Equal(t, c.stage, reel.Outcomes[0].Standing)
				if c.says != "" {
					require.ErrorContains(t, reel.Outcomes[0].Fault, c.says)
					require.Equal(t, 1, s.service.Stats().Created, "nothing is bought again without a word")
				}
			})
		})
	}
}
