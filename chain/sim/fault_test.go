package sim_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// post creates a task over a network and returns the answer's status and body, or what went wrong.
func post(client *http.Client, base, label string) (status int, said string, err error) {
	r, err := http.NewRequest("POST", base+"/contents/generations/tasks",
		strings.NewReader(body(object{"return_last_frame": true})))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Authorization", "Bearer key")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Client-Request-Id", label)
	return answered(client.Do(r))
}

func fetch(client *http.Client, url string) (status int, said string, err error) {
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return 0, "", err
	}
	if !strings.Contains(url, "/files/") {
		r.Header.Set("Authorization", "Bearer key")
	}
	return answered(client.Do(r))
}

func answered(res *http.Response, err error) (int, string, error) {
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

func TestFaultsOfCreate(t *testing.T) {
	for action, c := range map[string]struct {
		made   bool
		status int // 0: the answer is lost
		said   string
	}{
		"answer":        {false, 429, `"code":"ServerOverloaded"`},
		"answer-after":  {true, 429, `"code":"ServerOverloaded"`},
		"drop-before":   {false, 0, ""},
		"drop-after":    {true, 0, ""},
		"empty200":      {true, 200, ""},
		"html200":       {true, 200, "<html>"},
		"html502":       {false, 502, "<html>"},
		"html502-after": {true, 502, "<html>"},
		"truncate":      {true, 0, ""},
		"corrupt":       {true, 200, ""},
		"slow":          {true, 200, `{"id":"cgt-`},
	} {
		t.Run(action, func(t *testing.T) {
			s := simtest.NewServer(t, sim.Options{})
			require.NoError(t, s.Sim.Inject(sim.Fault{Op: "create", Match: "storm", Skip: 1, Action: action, Status: 429,
				Code: "ServerOverloaded", RetryAfter: "3", Delay: "1ms"}))
			for _, label := range []string{"harbour/boat#1", "storm/wave#1"} { // neither is meant
				status, said, err := post(s.Client(), s.BaseURL(), label)
				require.NoError(t, err)
				require.Equal(t, 200, status, said)
			}
			status, said, err := post(s.Client(), s.BaseURL(), "storm/wave#2")
			if c.status == 0 {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
				require.Equal(t, c.status, status)
				require.Contains(t, said, c.said)
			}
			if action == "corrupt" {
				require.False(t, json.Valid([]byte(said)))
			}
			made := 2
			if c.made {
				made++
			}
			require.Equal(t, made, s.Sim.Stats().Created)
			status, _, err = post(s.Client(), s.BaseURL(), "storm/wave#3")
			require.NoError(t, err)
			require.Equal(t, 200, status, "once only")
		})
	}
}

func TestDropIsAReset(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{})
	require.NoError(t, s.Sim.Inject(sim.Fault{Op: "create", Action: "drop-after"}))
	_, _, err := post(s.Client(), s.BaseURL(), "a/b")
	require.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
}

func TestHangLastsUntilTheClientGivesUp(t *testing.T) {
	for action, made := range map[string]int{"hang": 0, "hang-after": 1} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			s, client, stop := simtest.NewPipe(t, sim.Options{Dir: dir})
			defer stop()
			require.NoError(t, s.Inject(sim.Fault{Op: "create", Action: action}))
			client.Timeout = time.Hour
			begin := time.Now()
			_, _, err := post(client, simtest.PipeURL, "a/b")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, time.Hour, time.Since(begin))
			require.Equal(t, made, s.Stats().Created)
		})
	}
}

func TestFaultsOfReadsAndDownloads(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{Limits: sim.NoRates})
	_, said, err := post(s.Client(), s.BaseURL(), "a/b")
	require.NoError(t, err)
	var made struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(said), &made))
	one := s.BaseURL() + "/contents/generations/tasks/" + made.ID
	var task struct {
		Content struct {
			Video     string `json:"video_url"`
			LastFrame string `json:"last_frame_url"`
		}
	}
	require.Eventually(t, func() bool {
		_, said, err := fetch(s.Client(), one)
		return err == nil && json.Unmarshal([]byte(said), &task) == nil && task.Content.Video != ""
	}, 5*time.Second, time.Millisecond)
	_, good, err := fetch(s.Client(), task.Content.Video)
	require.NoError(t, err)

	inject := func(op, action string) {
		require.NoError(t, s.Sim.Inject(sim.Fault{Op: op, Match: "a/b", Action: action, Status: 503, Delay: "1ms"}))
	}
	for _, c := range []struct{ op, url string }{{"get", one}, {"video", task.Content.Video},
		{"last_frame", task.Content.LastFrame}} {
		inject(c.op, "answer")
		status, _, err := fetch(s.Client(), c.url)
		require.NoError(t, err)
		require.Equal(t, 503, status)
		for _, action := range []string{"truncate", "drop-before", "drop-after"} {
			inject(c.op, action)
			_, _, err = fetch(s.Client(), c.url)
			require.Error(t, err, "%s %s", c.op, action)
		}
		inject(c.op, "html502")
		status, _, err = fetch(s.Client(), c.url)
		require.NoError(t, err)
		require.Equal(t, 502, status)
	}
	inject("video", "corrupt")
	_, bad, err := fetch(s.Client(), task.Content.Video)
	require.NoError(t, err)
	require.Len(t, bad, len(good))
	require.NotEqual(t, good, bad)
	inject("video", "slow")
	_, again, err := fetch(s.Client(), task.Content.Video)
	require.NoError(t, err)
	require.Equal(t, good, again)

	inject("video", "trickle")
	_, again, err = fetch(s.Client(), task.Content.Video)
	require.NoError(t, err)
	require.Equal(t, good, again)

	require.NoError(t, s.Sim.Inject(sim.Fault{Op: "last_frame", Action: "redirect", Location: task.Content.Video}))
	_, again, err = fetch(s.Client(), task.Content.LastFrame)
	require.NoError(t, err)
	require.Equal(t, good, again)

	require.NoError(t, s.Sim.Inject(sim.Fault{Op: "video", Action: "answer", Status: 503, For: "3s"}))
	for _, want := range []int{503, 503, 200} {
		status, _, err := fetch(s.Client(), task.Content.Video)
		require.NoError(t, err)
		require.Equal(t, want, status)
		if want == 503 {
			s.Sim.Advance(1600 * time.Millisecond)
		}
	}
	stats := s.Sim.Stats()
	require.Equal(t, stats.Calls["video"], stats.Tasks[0].Videos)
	require.Equal(t, stats.Calls["last_frame"], stats.Tasks[0].LastFrames)

	r, err := http.NewRequest("GET", task.Content.Video, nil)
	require.NoError(t, err)
	r.Header.Set("Range", "bytes=4-7")
	status, part, err := answered(s.Client().Do(r))
	require.NoError(t, err)
	require.Equal(t, 206, status)
	require.Equal(t, "ftyp", part)

	require.NoError(t, s.Sim.Inject(sim.Fault{Op: "list", Action: "answer", Code: "InternalServiceError"}))
	status, _, err = fetch(s.Client(), s.BaseURL()+"/contents/generations/tasks")
	require.NoError(t, err)
	require.Equal(t, 500, status)
	require.NoError(t, s.Sim.Inject(sim.Fault{Op: "delete", Action: "drop-after"}))
	r, err = http.NewRequest("DELETE", one, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer key")
	_, _, err = answered(s.Client().Do(r))
	require.Error(t, err)
	status, _, err = fetch(s.Client(), one)
	require.NoError(t, err)
	require.Equal(t, 404, status, "the delete was done")
}

func TestFaultsOfTasks(t *testing.T) {
	bubble(t, sim.Options{Pace: 1, Limits: sim.NoRates}, func(t *testing.T, s *service) {
		fate := func(f sim.Fault) string {
			f.Op = "task"
			require.NoError(t, s.Inject(f))
			return s.create(nil)
		}
		bad := fate(sim.Fault{Action: "fail", Code: "OutputVideoSensitiveContentDetected.PolicyViolation",
			Message: "The video was refused."})
		gone := fate(sim.Fault{Action: "cancel"})
		late := fate(sim.Fault{Action: "expire"})
		stuck := fate(sim.Fault{Action: "stall"})
		good := s.create(nil)
		require.Equal(t, "cancelled", s.get(gone)["status"])
		require.Equal(t, "running", s.get(bad)["status"])
		pass(2 * time.Minute)
		e := s.get(bad)["error"].(object)
		require.Equal(t, "OutputVideoSensitiveContentDetected.PolicyViolation", e["code"])
		require.Contains(t, e["message"], "The video was refused. Request id: 02")
		require.Equal(t, "expired", s.get(late)["status"])
		require.Equal(t, "running", s.get(stuck)["status"])
		require.Equal(t, "succeeded", s.get(good)["status"])
		require.EqualValues(t, 87300, s.Stats().BilledTokens, "only what succeeded")
		pass(48 * time.Hour)
		require.Equal(t, "expired", s.get(stuck)["status"])
	})
}

// Gateways change what get and list show of a task, together, and nothing of the task.
func TestEchoesOfGateways(t *testing.T) {
	for actions, want := range map[string]string{
		"":                          `{"execution_expires_after":259199,"safety_identifier":"shotchain-1"}`,
		"bound-expiry":              `{"execution_expires_after":172800,"safety_identifier":"shotchain-1"}`,
		"round-expiry":              `{"execution_expires_after":259140,"safety_identifier":"shotchain-1"}`,
		"milli-expiry":              `{"execution_expires_after":259199000,"safety_identifier":"shotchain-1"}`,
		"no-expiry":                 `{"safety_identifier":"shotchain-1"}`,
		"no-identifier":             `{"execution_expires_after":259199}`,
		"no-expiry no-identifier":   `{}`,
		"round-expiry milli-expiry": `{"execution_expires_after":259140000,"safety_identifier":"shotchain-1"}`,
		"hash-identifier": `{"execution_expires_after":259199,"safety_identifier":"` + fmt.Sprintf("%x",
			sha256.Sum256([]byte("shotchain-1")))[:32] + `"}`,
	} {
		t.Run(actions, func(t *testing.T) {
			s := open(t, sim.Options{})
			for action := range strings.FieldsSeq(actions) {
				require.NoError(t, s.Inject(sim.Fault{Op: "echo", Action: action, Times: -1}))
			}
			one := s.get(s.create(object{"execution_expires_after": 259199, "safety_identifier": "shotchain-1"}))
			_, list := s.call("GET", tasks, "")
			for _, shown := range []object{one, list["items"].([]any)[0].(object)} {
				marks := object{}
				for _, name := range []string{"execution_expires_after", "safety_identifier"} {
					if v, ok := shown[name]; ok {
						marks[name] = v
					}
				}
				said, err := json.Marshal(marks)
				require.NoError(t, err)
				require.JSONEq(t, want, string(said))
			}
			require.Equal(t, 259199, s.Stats().Tasks[0].Expires)
		})
	}
}

// A list can be empty whatever there is.
func TestAnEmptyList(t *testing.T) {
	s := open(t, sim.Options{Limits: sim.NoRates})
	id := s.create(nil)
	require.NoError(t, s.Inject(sim.Fault{Op: "list", Action: "empty"}))
	_, list := s.call("GET", tasks, "")
	require.Equal(t, object{"total": 0.0, "items": []any{}}, list)
	_, list = s.call("GET", tasks, "")
	require.Equal(t, id, list["items"].([]any)[0].(object)["id"])
}

func TestFaultsMatchPromptAndTimes(t *testing.T) {
	s := open(t, sim.Options{Limits: sim.NoRates})
	require.NoError(t,
		s.Inject(sim.Fault{Op: "create", Match: "wave", Times: -1, Action: "answer", Status: 400,
			Code: "InputTextSensitiveContentDetected"}))
	for range 3 {
		status, v := s.call("POST", tasks, body(object{"content": []any{text("a wave breaks")}}))
		require.Equal(t, "InputTextSensitiveContentDetected", refused(t, 400, status, v))
	}
	s.create(nil)
	s.ClearFaults()
	s.create(object{"content": []any{text("a wave breaks")}})
	for _, f := range []sim.Fault{
		{}, {Op: "create"}, {Op: "create", Action: "fail"}, {Op: "task", Action: "hang"},
		{Op: "get", Action: "slow", Delay: "long"},
		{Op: "get", Action: "answer", Status: 1000}, {Op: "get", Action: "hang", Skip: -1},
		{Op: "get", Action: "hang", Times: -2},
	} {
		require.Error(t, s.Inject(f), "%+v", f)
	}
}

func TestFaultsClockAndBooksOverHTTP(t *testing.T) {
	s := open(t, sim.Options{Limits: sim.NoRates})
	w := s.send("POST", "/sim/faults",
		`[{"op":"create","action":"answer","status":403,"code":"AccountOverdueError"},{"op":"get","action":"empty200"}]`, nil)
	require.Equal(t, 200, w.Code, w.Body)
	status, v := s.call("POST", tasks, body(nil))
	require.Equal(t, "AccountOverdueError", refused(t, 403, status, v))
	require.NoError(t, s.Inject(sim.Fault{Op: "task", Action: "stall"}))
	id := s.create(nil)
	require.Empty(t, s.send("GET", tasks+"/"+id, "", nil).Body.String())
	w = s.send("GET", "/sim/faults", "", nil)
	require.Contains(t, w.Body.String(), `"met":1,"hit":1`)
	require.Equal(t, 200, s.send("DELETE", "/sim/faults", "", nil).Code)
	require.Equal(t, "[]", s.send("GET", "/sim/faults", "", nil).Body.String())

	before := s.Now()
	_, v = s.call("POST", "/sim/clock", `{"advance":"49h"}`)
	now, err := time.Parse(time.RFC3339, v["now"].(string))
	require.NoError(t, err)
	require.GreaterOrEqual(t, now.Sub(before), 49*time.Hour)
	_, v = s.call("GET", "/sim/stats", "")
	require.EqualValues(t, 1, v["tasks_created"])
	require.Equal(t, object{"expired": 1.0}, v["by_status"])
	require.EqualValues(t, 2, v["calls"].(object)["create"])
	require.Equal(t, id, v["tasks"].([]any)[0].(object)["id"])
	for _, bad := range []struct{ path, body string }{
		{"/sim/clock", `{"advance":"-1h"}`}, {"/sim/clock", `{"advance":"soon"}`}, {"/sim/clock", `{"forward":"1h"}`},
		{"/sim/clock", ``},
		{"/sim/faults", `{"op":"create"}`}, {"/sim/faults", `{"operation":"create"}`}, {"/sim/faults", `nonsense`},
	} {
		require.Equal(t, 400, s.send("POST", bad.path, bad.body, nil).Code, "%v", bad)
	}
	require.Equal(t, 404, s.send("GET", "/sim/nothing", "", nil).Code)
}

// inbox answers callbacks.
type inbox struct {
	mu       sync.Mutex
	statuses []string
	at       []time.Time
	answer   func(n int) (int, error)
}

func (in *inbox) RoundTrip(r *http.Request) (*http.Response, error) {
	var v struct{ Status string }
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		return nil, err
	}
	in.mu.Lock()
	in.statuses, in.at = append(in.statuses, v.Status), append(in.at, time.Now())
	n := len(in.at)
	in.mu.Unlock()
	status, err := in.answer(n)
	if status == 0 && err == nil { // nobody there
		<-r.Context().Done()
		err = r.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(nil)), Request: r}, nil
}

func TestCallbacksTellEveryChange(t *testing.T) {
	in := &inbox{answer: func(int) (int, error) { return 200, nil }}
	bubble(t, sim.Options{Pace: 1, Client: &http.Client{Transport: in}}, func(t *testing.T, s *service) {
		s.Hold()
		id := s.create(object{"callback_url": "http://here.localhost/hook/secret"})
		pass(time.Second)
		s.Start(id)
		pass(2 * time.Minute)
		require.Equal(t, []string{"queued", "running", "succeeded"}, in.statuses)
	})
}

func TestCallbacksAreTriedFourTimes(t *testing.T) {
	in := &inbox{answer: func(n int) (int, error) {
		if n == 2 {
			return 500, nil
		}
		return 0, nil
	}}
	bubble(t, sim.Options{Pace: 1, Client: &http.Client{Transport: in}}, func(t *testing.T, s *service) {
		s.Hold()
		id := s.create(object{"callback_url": "https://here.localhost/hook", "model": m25, "ratio": "1:1",
			"content": []any{frame("first_frame", picture(400, 400))}})
		pass(time.Minute)
		s.Start(id)
		pass(10 * time.Minute)
		require.Equal(t, []string{"queued", "running", "failed", "failed", "failed", "failed"}, in.statuses)
		require.Equal(t, 6*time.Second, in.at[3].Sub(in.at[2]), "5 s of patience, 1 s of pause")
		expired := s.create(object{"callback_url": "https://here.localhost/hook", "execution_expires_after": 3600})
		pass(2 * time.Hour)
		require.Equal(t, "expired", s.get(expired)["status"])
		require.Equal(t, []string{"queued", "expired"}, in.statuses[6:], "not repeated")
	})
}

// Closing ends cameras, callbacks and hanging calls; nothing is left behind.
func TestCloseEndsEverything(t *testing.T) {
	in := &inbox{answer: func(int) (int, error) { return 0, nil }}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := newStage()
		s, client, stop := simtest.NewPipe(t, sim.Options{Dir: dir, Camera: st.film, Client: &http.Client{Transport: in}})
		require.NoError(t, s.Inject(sim.Fault{Op: "create", Skip: 1, Action: "hang"}))
		_, _, err := post(client, simtest.PipeURL, "a/b")
		require.NoError(t, err)
		failed := make(chan error, 1)
		go func() {
			_, _, err := post(client, simtest.PipeURL, "a/b")
			failed <- err
		}()
		synctest.Wait()
		stop()
		require.Error(t, <-failed)
	})
}

// Memory and disk hold what lives: a thousand tasks leave only their lines in the books.
func TestFilesAreLetGo(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, sim.Options{Dir: dir, Limits: sim.NoRates})
		defer s.Close()
		for range 5 {
			s.create(object{"content": []any{frame("first_frame", picture(300, 300))}})
		}
		pass(0)
		require.Len(t, files(t, dir), 10, "a clip and a frame each; the inputs are gone")
		pass(24 * time.Hour)
		require.Empty(t, files(t, dir))
		pass(6 * 24 * time.Hour)
		require.Empty(t, folders(t, dir))
		require.Equal(t, 5, s.Stats().Created)
	})
}
