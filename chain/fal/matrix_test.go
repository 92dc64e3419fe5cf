package fal_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/provider"
	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/trouble"
)

func TestAFilmIsMadeAtFal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := newStage(t, falsim.Options{Pace: 0.1})
		defer stop()
		reel, err := s.run(film)
		require.NoError(t, err)
		require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
		stats := s.service.Stats()
		require.Equal(t, 2, stats.Created)
		require.Equal(t, 2, stats.Calls["create"])
		require.Equal(t, 1, stats.Calls["upload"])
		require.EqualValues(t, 2*clipCost, reel.Spent.Micros)
		require.LessOrEqual(t, stats.BilledMicros, reel.Spent.Micros)
		reel, err = s.run(film)
		require.NoError(t, err)
		require.Zero(t, reel.Spent.Micros)
		require.Equal(t, 2, s.service.Stats().Created)
	})
}

// TestEachAnswerHasItsRule is fal-api §6, row by row.
func TestEachAnswerHasItsRule(t *testing.T) {
	submit := func(status int, message string) trouble.Fault {
		return trouble.Fault{Op: "create", Action: "answer", Times: -1, Status: status, Code: "x", Message: message}
	}
	result := func(status int, kind string) trouble.Fault {
		return trouble.Fault{Op: "task", Action: "fail", Times: -1, Status: status, Code: kind, Message: "The words of fal."}
	}
	for _, c := range []struct {
		name    string
		fault   trouble.Fault
		class   provider.Class
		created int
		stops   bool
		hint    string
	}{
		{"a wrong key", submit(401, "No user found for Key ID and Secret"), provider.Account, 0, true, "FAL_KEY"},
		{"a locked account",
			submit(403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."),
			provider.Account, 0, true, "top it up"},
		{"a key without scope", submit(403, "Forbidden"), provider.Account, 0, true, "scope"},
		{"no such route", submit(404, "Application not found"), provider.Account, 0, true, "route"},
		{"not accepted", submit(422, "The body is not a JSON object"), provider.Invalid, 0, false, "nothing was created"},
		{"too large", submit(413, "Too large"), provider.Invalid, 0, false, "nothing was created"},
		{"busy", submit(429, "Too many requests"), provider.Busy, 0, false, ""},
		{"a refused prompt", result(422, "content_policy_violation"), provider.Moderated, 1, false, "may be billed"},
		{"a face", result(422, "face_detection_error"), provider.Moderated, 1, false, "faces"},
		{"a partner's refusal", result(422, "partner_validation_failed"), provider.Moderated, 1, false, "may be billed"},
		{"a wrong input", result(422, "value_error"), provider.Invalid, 1, false, "may be billed"},
		{"a small picture", result(422, "image_too_small"), provider.Invalid, 1, false, "may be billed"},
		{"a picture that is not had", result(422, "file_download_error"), provider.Invalid, 1, false, "may be billed"},
		{"nothing came out", result(422, "no_media_generated"), provider.Internal, 1, false, "may be billed"},
		{"ByteDance refused", result(400, "downstream_service_error"), provider.Invalid, 1, false, ""},
		{"ByteDance is away", result(500, "downstream_service_unavailable"), provider.Internal, 3, false, ""},
		{"a failing runner", result(500, "internal_error"), provider.Internal, 3, false, ""},
		{"a runner that broke off", result(502, "runner_incomplete_response"), provider.Internal, 3, false, ""},
		{"no runner", result(503, "runner_scheduling_failure"), provider.Internal, 3, false, ""},
		{"too long", result(504, "generation_timeout"), provider.Internal, 3, false, ""},
		{"never started", result(504, "request_timeout"), provider.Invalid, 1, false, "never started"},
		{"cancelled by somebody", result(499, "client_cancelled"), provider.Invalid, 1, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := newStage(t, falsim.Options{})
				defer stop()
				s.inject(c.fault)
				reel, err := s.run(film)
				var fault *provider.Fault
				out := reel.Outcomes[0]
				require.Equal(t, chain.Failed, out.Standing)
				require.ErrorAs(t, out.Fault, &fault)
				require.Equal(t, c.class, fault.Class, "%v", fault)
				require.Equal(t, c.fault.Code, fault.Code)
				require.Contains(t, fault.Error(), c.fault.Message)
				require.Contains(t, fault.Hint, c.hint)
				free := provider.Unknown // of what was refused fal says "may be billed"
				if c.fault.Op == "task" && c.fault.Status >= 500 {
					free = provider.No
				}
				require.Equal(t, free, fault.Billed)
				require.Equal(t, c.stops, errors.As(err, new(*chain.StoppedError)))
				stats := s.service.Stats()
				require.Equal(t, c.created, stats.Created)
				require.Zero(t, stats.BilledMicros)
				require.Zero(t, reel.Spent.Micros)

				s.service.ClearFaults() // the user has seen to it
				reel, err = s.run(film)
				require.NoError(t, err)
				require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
				require.Equal(t, c.created+2, s.service.Stats().Created)
			})
		})
	}
}

var lossy = []string{"answer", "answer-after", "drop-before", "drop-after", "empty200", "html200", "html502",
	"html502-after",
	"hang", "hang-after", "truncate", "corrupt"}

// TestALostSubmitIsNeverBoughtTwice is each way in which a submit's answer is lost: what was made is found in the
// history once it is there, and what was not is left to the user.
func TestALostSubmitIsNeverBoughtTwice(t *testing.T) {
	made := map[string]bool{"answer-after": true, "drop-after": true, "empty200": true, "html200": true,
		"html502-after": true,
		"hang-after":    true, "truncate": true, "corrupt": true}
	for name, o := range map[string]falsim.Options{"history of what has ended": {Pace: 0.1},
		"history of all":    {Pace: 0.1, HistoryAll: true},
		"history that lags": {Pace: 0.1, HistoryLag: 10 * time.Minute}, "payloads off": {Pace: 0.1, NoPayloads: true}} {
		for _, action := range lossy {
			t.Run(name+", "+action, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, stop := newStage(t, o)
					defer stop()
					s.inject(trouble.Fault{Op: "create", Action: action, Match: "A boat"})
					reel, err := s.run(film)
					require.NoError(t, err)
					for range 3 { // and whoever asks again later
						time.Sleep(15 * time.Minute)
						if !reel.Whole() {
							reel, err = s.run(film)
							require.NoError(t, err)
						}
					}
					stats := s.service.Stats()
					if made[action] && !o.NoPayloads {
						require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
						require.Equal(t, 2, stats.Created)
						return
					}
					require.Equal(t, chain.Unclear, reel.Outcomes[0].Standing, "%v", reel.Outcomes[0].Fault)
					want := 0
					if made[action] {
						want = 1
					}
					require.Equal(t, want, stats.Created)
					s.options.Resubmit = map[string]bool{"a/one": true} // the user's word
					reel, err = s.run(film)
					require.NoError(t, err)
					require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
					require.Equal(t, want+2, s.service.Stats().Created)
				})
			})
		}
	}
}

// TestBadWeatherLosesNothing is each way in which every other call goes wrong, twice.
func TestBadWeatherLosesNothing(t *testing.T) {
	for _, op := range []string{"get", "result", "upload", "video"} {
		for _, action := range append([]string{"slow"}, lossy...) {
			t.Run(fmt.Sprint(op, " ", action), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, stop := newStage(t, falsim.Options{Pace: 0.1})
					defer stop()
					f := trouble.Fault{Op: op, Action: action, Times: 2, Delay: "20s"}
					if action == "answer" || action == "answer-after" {
						f.Status, f.Code, f.Message = 429, "rate", "slow down"
					}
					s.inject(f)
					reel, err := s.run(film)
					require.NoError(t, err)
					if !reel.Whole() { // a file that never decodes is left for the next run
						reel, err = s.run(film)
						require.NoError(t, err)
					}
					require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
					require.Equal(t, 2, s.service.Stats().Created)
				})
			})
		}
	}
}

func TestTheServiceSeesWrongInputsOnlyAtTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := newStage(t, falsim.Options{})
		defer stop()
		made, err := s.p.Create(t.Context(),
			provider.Request{Model: "bytedance/seedance-2.0", Prompt: "A boat. " + falsim.Refused, Duration: 4})
		require.NoError(t, err)
		synctest.Wait()
		task, err := s.p.Get(t.Context(), provider.Ref{Task: made.Task})
		require.NoError(t, err)
		require.Equal(t, provider.Failed, task.Status)
		require.Equal(t, provider.Moderated, task.Fault.Class)

		made, err = s.p.Create(t.Context(),
			provider.Request{Model: "bytedance/seedance-2.0", Prompt: "A boat.", Duration: 4, Seed: new(int64(7))})
		require.NoError(t, err)
		synctest.Wait()
		task, err = s.p.Get(t.Context(), provider.Ref{Task: made.Task})
		require.NoError(t, err)
		require.Equal(t, provider.Invalid, task.Fault.Class)
		require.Equal(t, "seed", task.Fault.Param)
	})
}
