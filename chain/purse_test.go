package chain

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/money"
	"shotchain/chain/provider"
)

// failing makes the tasks of a shot end as the service's own failure, with what the service says of their bill.
func (x *fixture) failing(shot string, billed provider.Answer, cost money.Amount) {
	x.f.ends = func(t *fakeTask) {
		if shotOf(t.req.Label) == shot {
			t.Task.Fault = &provider.Fault{Class: provider.Internal, Message: "it broke"}
			t.Billed, t.Cost = billed, cost
		}
	}
}

// What ends without a clip is tried again only where that surely cost nothing. What may be billed stays in the plan's
// price, is told as what it is, and is on record.
func TestAFailureThatMayBeBilledIsNeitherRepeatedNorCalledFree(t *testing.T) {
	cost := money.Amount{Micros: 1_234_567, Currency: "CNY"}
	all := func(most money.Amount) money.Amount { return most }
	for name, c := range map[string]struct {
		service, task provider.Answer
		cost          money.Amount
		creates       int
		hint, reason  string
		spent, unsure func(most money.Amount) money.Amount
	}{
		"the service bills none": {service: provider.No, creates: maxTries, reason: "failed before: it broke"},
		"the task is free": {service: provider.Unknown, task: provider.No, creates: maxTries,
			reason: "failed before: it broke"},
		"nobody knows": {service: provider.Unknown, creates: 1,
			hint:   "it may be billed all the same: the service's account knows",
			reason: "failed before: it broke, and may have been billed", unsure: all},
		"it is billed": {service: provider.No, task: provider.Yes, creates: 1, hint: "it is billed all the same",
			reason: "failed before: it broke, and was billed", spent: all},
		"it is billed so much": {service: provider.Unknown, task: provider.Yes, cost: cost, creates: 1,
			hint:   "it is billed all the same",
			reason: "failed before: it broke, and was billed", spent: func(money.Amount) money.Amount { return cost }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				x.f.can = func(can *provider.Abilities) { can.Failed = c.service }
				x.failing("a/one", c.task, c.cost)
				p := x.plan(film(t, "a/one", "b/two from: none"))
				r, err := x.run(t.Context(), p)
				require.NoError(t, err)
				require.Equal(t, map[string]Standing{"a/one": Failed, "b/two": Kept}, stages(r))
				require.Equal(t, c.creates+1, x.f.created())
				want := Outcome{}
				if c.spent != nil {
					want.Spent = c.spent(p.Takes[0].Take.Cost)
				}
				if c.unsure != nil {
					want.Unsure = c.unsure(p.Takes[0].Take.Cost)
				}
				out := r.Outcomes[0]
				require.Equal(t, want.Spent, out.Spent)
				require.Equal(t, want.Unsure, out.Unsure)
				require.Equal(t, want.Unsure, r.Unsure)
				require.Equal(t, r.Outcomes[1].Spent.Add(want.Spent), r.Spent)
				require.Equal(t, c.hint, asFault(out.Fault).Hint)

				j, err := out.Dir.Journal()
				require.NoError(t, err)
				require.Equal(t, c.cost, j.Last().Cost)
				next := x.plan(film(t, "a/one", "b/two from: none"))
				require.Equal(t, New, next.Takes[0].Standing)
				require.Equal(t, c.reason, next.Takes[0].Reason)
				require.Equal(t, asFault(out.Fault).Billed, next.Takes[0].Fault.Billed)
			})
		})
	}
}

// A task whose billing is not known keeps its part of the plan's price: nothing else is bought for it.
func TestWhatMayBeBilledStaysInThePurse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, billed := range []provider.Answer{provider.Unknown, provider.No} {
			x := newFixture(t)
			x.f.can = func(can *provider.Abilities) { can.Failed = billed }
			x.failing("a/one", provider.Unknown, money.Amount{})
			p := x.plan(film(t, "a/one"))
			s, err := NewShooter(p, RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}})
			require.NoError(t, err)
			require.Equal(t, Failed, s.Shoot(t.Context(), p.Takes[0].Take, Upstream{}).Standing)
			x.f.ends = nil
			again := s.Shoot(t.Context(), p.Takes[0].Take, Upstream{})
			if billed == provider.No {
				require.Equal(t, Kept, again.Standing, "the price is still there")
				continue
			}
			require.ErrorContains(t, again.Fault, "more than the plan said")
			require.Equal(t, 1, x.f.created())
		}
	})
}

// The service's own amount is the clip's price, whatever its tokens would come to.
func TestAnExactBillIsBooked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		cost := money.Amount{Micros: 987_654, Currency: "CNY"}
		x.f.ends = func(t *fakeTask) { t.Cost = cost }
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.Equal(t, cost, r.Outcomes[0].Clip.Cost)
		require.Equal(t, cost, r.Spent)
	})
}

func TestAModeratedCreateSaysThatNothingWasBilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.can = func(can *provider.Abilities) { can.Failed = provider.Unknown } // nothing was made all the same
		x.f.script = func(op, shot string, n int) error {
			if op == "create" {
				return &provider.Fault{Class: provider.Moderated, Message: "no", Hint: "reword the prompt"}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.Equal(t, "reword the prompt; nothing was billed", asFault(r.Outcomes[0].Fault).Hint)
		require.Zero(t, r.Unsure)
	})
}

// A service that lets nothing be looked up, or only much later, is not waited for, and nothing is bought again.
func TestALostCallThatCannotBeLookedUpNowIsLeftAtOnce(t *testing.T) {
	for says, is := range map[string]func() provider.Finding{
		"it could not be looked up: no list here": func() provider.Finding {
			return provider.Finding{Verdict: provider.Unable, Why: &provider.Fault{Message: "no list here"}}
		},
		"it cannot be told before": func() provider.Finding {
			return provider.Finding{Verdict: provider.NotYet, Until: time.Now().Add(90 * time.Minute), Why: errNothing}
		},
		"the provider cannot say what became of it": func() provider.Finding {
			return provider.Finding{Verdict: provider.Unclear}
		},
		"answer lost": func() provider.Finding { // without a task: no such thing
			return provider.Finding{Verdict: provider.Found}
		},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				x.lose(false)
				x.f.found = func(provider.Attempt) provider.Finding { return is() }
				for range 2 {
					began := time.Now()
					r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
					require.NoError(t, err)
					require.Equal(t, Unclear, r.Outcomes[0].Standing)
					require.ErrorContains(t, r.Outcomes[0].Fault, says)
					require.Less(t, time.Since(began), time.Second)
				}
				require.Equal(t, 1, x.f.calls["create"])
			})
		})
	}
}

// A finding of a provider that proves absence late is waited for as long as a run is patient.
func TestALateProofIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.lose(false)
		until := time.Now().Add(10 * time.Minute)
		var asked provider.Attempt
		x.f.found = func(a provider.Attempt) provider.Finding {
			asked = a
			if time.Now().Before(until) {
				return provider.Finding{Verdict: provider.NotYet, Until: until}
			}
			return provider.Finding{Verdict: provider.Absent}
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.Equal(t, Kept, r.Outcomes[0].Standing)
		require.Equal(t, 2, x.f.calls["create"])
		require.False(t, time.Now().Before(until))
		require.NotEmpty(t, asked.Request.Mark)
		require.Equal(t, "one", asked.Request.Prompt)
		require.Equal(t, time.Minute, asked.Shown.Sub(asked.Intended), "the answer was lost at once")
	})
}

// A task's handle is stored with its id, and goes with it wherever the task is asked for: after a restart, after its call
// was lost, and when its last frame is wanted again.
func TestAHandleGoesWithItsTask(t *testing.T) {
	for _, lost := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			x := newFixture(t)
			x.f.handle = "https://queue.example/requests/"
			if lost {
				x.lose(true)
			}
			r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
			require.NoError(t, err)
			require.Equal(t, Kept, r.Outcomes[0].Standing, "%v", r.Outcomes[0].Fault)
			j, err := r.Outcomes[0].Dir.Journal()
			require.NoError(t, err)
			require.Equal(t, "https://queue.example/requests/cgt-1", j.Last().Handle)
			x.f.script = nil
			_, err = x.run(t.Context(), x.plan(film(t, "a/one", "a/two")))
			require.NoError(t, err)
			require.Equal(t, provider.SignedURL("https://files/cgt-1/last"), x.f.tasks[1].req.FirstFrame.URL, "it was asked for")
		})
	}
}

func TestWhatAServiceCannotDoIsNotAskedOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.can = func(can *provider.Abilities) { can.OwnFrames, can.Cancel = provider.No, provider.NoCancel }
		_, err := x.run(t.Context(), x.plan(film(t, "a/one", "a/two")))
		require.NoError(t, err)
		frame := x.f.tasks[1].req.FirstFrame
		require.Empty(t, string(frame.URL))
		require.Equal(t, "last of "+content(x.f.tasks[0].req), string(frame.Data))

		x = newFixture(t)
		x.f.can, x.f.places = func(can *provider.Abilities) { can.Cancel = provider.NoCancel }, 1
		interrupted(t, x)
		open, err := Unfinished(x.st)
		require.NoError(t, err)
		for _, c := range Cancel(t.Context(), open, RunOptions{Provider: x.f, Store: x.st}) {
			require.False(t, c.Ended)
			require.ErrorContains(t, c.Why, "cancels nothing")
		}
	})
}

// How long a service tells of a task is the service's own affair.
func TestATaskLivesAsLongAsItsServiceSays(t *testing.T) {
	for _, c := range []struct {
		life, after time.Duration
		lapsed      bool
	}{
		{7 * 24 * time.Hour, 8 * 24 * time.Hour, true},
		{30 * 24 * time.Hour, 8 * 24 * time.Hour, false},
		{0, 60 * 24 * time.Hour, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			x := newFixture(t)
			x.f.can = func(can *provider.Abilities) { can.TaskLife = c.life }
			r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
			require.NoError(t, err)
			j, err := r.Outcomes[0].Dir.Journal()
			require.NoError(t, err)
			require.Equal(t, c.lapsed, j.Last().Lapsed(time.Now().Add(c.after)))
		})
	}
}
