package chain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/internal/durable"
)

var lighthouse = []string{
	"arrival/boat", "arrival/landing duration: 8s",
	"storm/wave from: arrival/landing", "storm/lamp from: none",
	"sunrise/sea from: storm/lamp", "sunrise/gulls from: storm/lamp",
}

func TestRunBuysEveryTakeOnceAndASecondRunNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		p := x.plan(film(t, lighthouse...))
		require.Equal(t, 6, p.Buys)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 6, x.f.created())
		require.Equal(t, p.Total, r.Spent, "the worst case is exact where the length is given")

		again := x.plan(film(t, lighthouse...))
		require.Zero(t, again.Buys)
		require.Zero(t, again.Total.Micros)
		require.Equal(t, r.Spent, again.Saved)
		r, err = x.run(t.Context(), again)
		require.NoError(t, err)
		require.Equal(t, 6, r.Count(Cached))
		require.Equal(t, 6, x.f.created())
	})
}

func TestAChainStartsFromTheFrameBeforeByItsURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		_, err := x.run(t.Context(), x.plan(film(t, "a/one", "a/two ratio: \"16:9\"")))
		require.NoError(t, err)
		first, second := x.f.tasks[0].req, x.f.tasks[1].req
		require.Nil(t, first.FirstFrame)
		require.Equal(t, "16:9", first.Ratio)
		require.Equal(t, provider.SignedURL("https://files/cgt-1/last"), second.FirstFrame.URL)
		require.Empty(t, second.FirstFrame.Data)
		require.Equal(t, "adaptive", second.Ratio)
	})
}

func TestALapsedFrameURLGivesWayToTheStoredBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		_, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		time.Sleep(25 * time.Hour)
		_, err = x.run(t.Context(), x.plan(film(t, "a/one", "a/two")))
		require.NoError(t, err)
		frame := x.f.tasks[1].req.FirstFrame
		require.Empty(t, string(frame.URL))
		require.Equal(t, "last of "+content(x.f.tasks[0].req), string(frame.Data))
	})
}

func TestAFailedTakeLeavesItsSiblingsAndSkipsWhatGrowsFromIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, shot string, n int) error {
			if op == "create" && shot == "arrival/landing" {
				return &provider.Fault{Class: provider.Moderated, Code: "InputTextSensitiveContentDetected", Message: "no",
					Hint: "reword it"}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, lighthouse...)))
		require.NoError(t, err)
		require.Equal(t, map[string]Standing{"arrival/boat": Kept, "arrival/landing": Failed, "storm/wave": Skipped,
			"storm/lamp": Kept, "sunrise/sea": Kept, "sunrise/gulls": Kept}, stages(r))
		require.Equal(t, "arrival/landing", r.Outcomes[r.Graph.Take("storm/wave").Index].Behind.Name())

		p := x.plan(film(t, lighthouse...))
		require.Equal(t, New, p.Of(p.Graph.Take("arrival/landing")).Standing)
		require.Contains(t, p.Of(p.Graph.Take("arrival/landing")).Reason, "failed before")
		require.Equal(t, &provider.Fault{Class: provider.Moderated, Code: "InputTextSensitiveContentDetected", Message: "no",
			Hint: "reword it; nothing was billed", Billed: provider.No},
			p.Of(p.Graph.Take("arrival/landing")).Fault, "kept for whoever asks later")
		require.Equal(t, Waits, p.Of(p.Graph.Take("storm/wave")).Standing)
		require.Nil(t, p.Of(p.Graph.Take("storm/wave")).Fault)

		x.f.script = nil
		_, err = x.run(t.Context(), p)
		require.NoError(t, err)
		p = x.plan(film(t, lighthouse...))
		require.Nil(t, p.Of(p.Graph.Take("arrival/landing")).Fault, "it has been made since")
	})
}

func TestARefusedAccountStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, shot string, n int) error {
			if op == "create" {
				return &provider.Fault{Class: provider.Account, Code: "AccountOverdueError", Message: "pay first"}
			}
			return nil
		}
		x.o.Limit = 1
		r, err := x.run(t.Context(), x.plan(film(t, lighthouse...)))
		var stopped *StoppedError
		require.ErrorAs(t, err, &stopped)
		require.Equal(t, provider.Account, asFault(err).Class)
		require.Equal(t, 1, x.f.calls["create"])
		require.Equal(t, 1, r.Count(Failed))
		require.Equal(t, 5, r.Count(Stopped)+r.Count(Skipped))
	})
}

func TestABusyProviderIsAskedAgainAndNothingIsBoughtTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, shot string, n int) error {
			if op == "create" && n%3 != 0 || op == "get" && n%2 == 0 {
				return &provider.Fault{Class: provider.Busy, Code: "RateLimitExceeded", Message: "slow down",
					RetryAfter: 2 * time.Second}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, lighthouse...)))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 6, x.f.created())
	})
}

func TestAnUnreachableProviderEndsTheTakeAfterTheRunsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, shot string, n int) error {
			return &provider.Fault{Class: provider.Busy, Message: "unreachable"}
		}
		began := time.Now()
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.Equal(t, Failed, r.Outcomes[0].Standing)
		require.InDelta(t, (15 * time.Minute).Seconds(), time.Since(began).Seconds(), 60)
	})
}

func TestALostAnswerIsFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.after = true
		x.f.script = func(op, shot string, n int) error {
			if op == "create" {
				return &provider.Fault{Class: provider.Lost, Message: "connection reset"}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, lighthouse...)))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 6, x.f.created())
	})
}

func TestALostCallThatMadeNothingIsSentAgainOnceThatIsSure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.known()
		x.f.script = func(op, shot string, n int) error {
			if op == "create" && n == 2 {
				return &provider.Fault{Class: provider.Lost, Message: "connection reset"}
			}
			return nil
		}
		began := time.Now()
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 2, x.f.created())
		require.GreaterOrEqual(t, time.Since(began), time.Minute, "not before the list has settled")
	})
}

func TestAnInconclusiveAnswerIsLeftToTheUser(t *testing.T) {
	for name, list := range map[string]func(*fake) error{
		"the list is refused": func(*fake) error { return &provider.Fault{Class: provider.Invalid, Message: "no list here"} },
		"a twin is listed": func(f *fake) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			for len(f.tasks) < 2 { // two tasks that could both be it
				f.tasks = append(f.tasks,
					&fakeTask{Task: provider.Task{ID: fmt.Sprint("x", len(f.tasks)), Status: provider.Running, Created: time.Now()}})
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				x.f.script = func(op, shot string, n int) error {
					switch op {
					case "create":
						return &provider.Fault{Class: provider.Lost, Message: "connection reset"}
					case "list":
						return list(x.f)
					}
					return nil
				}
				p := x.plan(film(t, "a/one", "a/two", "b/three"))
				r, err := x.run(t.Context(), p)
				require.NoError(t, err)
				require.Equal(t, Unclear, stages(r)["a/one"])
				require.Equal(t, Skipped, stages(r)["a/two"])
				bought := x.f.calls["create"]

				p = x.plan(film(t, "a/one", "a/two", "b/three"))
				require.Equal(t, Unclear, states(p)["a/one"])
				_, err = x.run(t.Context(), p)
				require.NoError(t, err)
				require.Equal(t, bought, x.f.calls["create"], "nothing is guessed")

				x.f.script, x.f.tasks = nil, nil
				x.o.Resubmit = map[string]bool{"a/one": true, "b/three": true}
				r, err = x.run(t.Context(), x.plan(film(t, "a/one", "a/two", "b/three")))
				require.NoError(t, err)
				require.True(t, r.Whole())
			})
		})
	}
}

func TestAnInterruptedRunIsPickedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, lighthouse...)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Second, cancel)
		r, err := x.run(ctx, x.plan(sb))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 2, r.Count(InFlight))
		require.Equal(t, 4, r.Count(Stopped)+r.Count(Skipped))

		p := x.plan(sb)
		require.Equal(t, InFlight, states(p)["arrival/boat"])
		require.Zero(t, p.Of(p.Graph.Take("arrival/boat")).Cost.Micros, "it is bought already")
		r, err = x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 6, x.f.created())
		require.LessOrEqual(t, r.Spent.Micros, p.Total.Micros)
	})
}

func TestAnInterruptDuringTheCreateCallDoesNotLoseItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		ctx, cancel := context.WithCancel(t.Context())
		x.f.script = func(op, shot string, n int) error {
			if op == "create" {
				cancel()
				time.Sleep(time.Second)
			}
			return nil
		}
		r, err := x.run(ctx, x.plan(film(t, "a/one")))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, InFlight, r.Outcomes[0].Standing)
		require.Equal(t, "cgt-1", r.Outcomes[0].Task)
	})
}

func TestATaskThatFailsInsideTheProviderIsCreatedAgainABoundedNumberOfTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.took = func(provider.Request) time.Duration { return time.Second }
		internal := &provider.Fault{Class: provider.Internal, Code: "InternalServiceError", Message: "sorry"}
		x.f.script = func(op, shot string, n int) error {
			if op == "get" {
				x.f.mu.Lock()
				defer x.f.mu.Unlock()
				for _, t := range x.f.tasks {
					t.Task.Fault = internal
				}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.Equal(t, Failed, r.Outcomes[0].Standing)
		require.Equal(t, maxTries, x.f.created())
		require.Zero(t, r.Spent.Micros)
	})
}

func TestADamagedDownloadIsFetchedAgainAndNeverKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, shot string, n int) error {
			if op == "video" && n < 3 {
				return &provider.Fault{Class: provider.Busy, Message: "short body"}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 1, x.f.created())
	})
}

func TestTwoShotsThatAskForTheSameClipShareIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one prompt: same", "b/two prompt: same", "b/three prompt: next")
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.Equal(t, 2, x.f.created())
		require.Equal(t, r.Of(sb.Shots()[0]).Clip.Task, r.Of(sb.Shots()[1]).Clip.Task)
	})
}

func TestAChangedShotIsMadeAgainWithAllThatGrowsFromIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		_, err := x.run(t.Context(), x.plan(film(t, lighthouse...)))
		require.NoError(t, err)
		edited := append([]string(nil), lighthouse...)
		edited[1] = "arrival/landing duration: 9s; prompt: another"
		p := x.plan(film(t, edited...))
		require.Equal(t, map[string]Standing{"arrival/boat": Cached, "arrival/landing": Stale, "storm/wave": Waits,
			"storm/lamp": Cached, "sunrise/sea": Cached, "sunrise/gulls": Cached}, states(p))
		require.Equal(t, `prompt changed: "landing" → "another", duration changed: 8 → 9`,
			p.Of(p.Graph.Take("arrival/landing")).Reason)
		require.Equal(t, "grows from arrival/landing, which is new", p.Of(p.Graph.Take("storm/wave")).Reason)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, p.Total, r.Spent)
		require.Equal(t, 8, x.f.created())
	})
}

func TestKeepAndOnlyLimitARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		_, err := x.run(t.Context(), x.plan(film(t, lighthouse...)))
		require.NoError(t, err)
		edited := append([]string(nil), lighthouse...)
		edited[0], edited[3] = "arrival/boat prompt: another", "storm/lamp prompt: a third; from: none"
		x.o.Keep = map[string]bool{"arrival/boat": true}
		x.o.Only = map[string]bool{"storm/lamp": true, "sunrise/sea": true}
		p := x.plan(film(t, edited...))
		require.Equal(t, map[string]Standing{"arrival/boat": Cached, "arrival/landing": Cached, "storm/wave": Cached,
			"storm/lamp": Stale, "sunrise/sea": Waits, "sunrise/gulls": Left}, states(p))
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, 8, x.f.created())
		require.Equal(t, Left, stages(r)["sunrise/gulls"])
	})
}

func TestAnUnreadableJournalIsNeverTakenForPermissionToBuy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		p := x.plan(film(t, "a/one"))
		_, err := x.run(ctx, p)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t,
			durable.WritePath(x.st.Take(p.Takes[0].Key).Path("task.json"), []byte(`{"format":1,"attempts":[{`)))
		p = x.plan(film(t, "a/one"))
		require.Equal(t, Unclear, p.Takes[0].Standing)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, Unclear, r.Outcomes[0].Standing)
		require.ErrorIs(t, r.Outcomes[0].Fault, store.ErrDamaged)
		require.Equal(t, 1, x.f.created())
	})
}

func TestFaultsKeepTheirCauses(t *testing.T) {
	cause := errors.New("cause")
	require.ErrorIs(t, &provider.Fault{Class: provider.Busy, Err: cause}, cause)
	require.ErrorIs(t, &StoppedError{cause}, cause)
}

func TestAClipThatCannotBeReadIsNotBoughtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		facts := r.Outcomes[0].Dir.Path("clip.json")
		require.NoError(t, os.Remove(facts))
		require.NoError(t, os.Mkdir(facts, 0o755)) // there, and unreadable
		p := x.plan(film(t, "a/one"))
		require.Equal(t, Unclear, p.Takes[0].Standing)
		r, err = x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, Unclear, r.Outcomes[0].Standing)
		require.Equal(t, 1, x.f.created())
	})
}

func TestAClipThatIsThereOnlyNeedsToBeSaidSo(t *testing.T) {
	for name, gone := range map[string]bool{"the task is known": false, "the task is gone": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				sb := film(t, "a/one")
				r, err := x.run(t.Context(), x.plan(sb))
				require.NoError(t, err)
				dir := r.Outcomes[0].Dir
				require.NoError(t, os.Remove(dir.Path("clip.json"))) // as a crash before the last write leaves it
				x.f.script = func(op, id string, n int) error {
					if op == "video" || op == "get" && gone {
						return &provider.Fault{Class: provider.Gone, Message: "lapsed"}
					}
					return nil
				}
				time.Sleep(8 * 24 * time.Hour)
				r, err = x.run(t.Context(), x.plan(sb))
				require.NoError(t, err)
				require.True(t, r.Whole())
				require.Equal(t, 1, x.f.created())
				require.EqualValues(t, 108900, r.Outcomes[0].Clip.Tokens)
				require.NoError(t, dir.Verify())
			})
		})
	}
}
