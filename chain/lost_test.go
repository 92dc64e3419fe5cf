package chain

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/store"
)

// lose makes the answers of all create calls be lost, after the task was made or before.
func (x *fixture) lose(made bool) {
	x.f.after = made
	x.f.script = func(op, shot string, n int) error {
		if op == "create" && (made || n == 1) {
			return &Fault{Class: Lost, Message: "connection reset"}
		}
		return nil
	}
}

// A lost task is adopted where it surely is the attempt's, and where it may be it is left to the user: it is never
// taken for absent, whatever the clocks say and whatever a service leaves out or calls by another name.
func TestALostTaskIsNeverTakenForAbsent(t *testing.T) {
	hour, day := time.Hour, 24*time.Hour
	for name, c := range map[string]struct {
		clock time.Duration
		echo  func(*Task)
		shot  string
		want  Stage
	}{
		"all is well":                       {want: StageKept},
		"the clocks differ by 4 min":        {clock: 4 * time.Minute, want: StageKept},
		"the service is an hour ahead":      {clock: hour, want: StageUnknown},
		"the service is an hour behind":     {clock: -hour, want: StageUnknown},
		"the service is 3 days ahead":       {clock: 3 * day, want: StageUnknown},
		"the service is 3 days behind":      {clock: -3 * day, want: StageUnknown},
		"no mark is echoed":                 {echo: func(t *Task) { t.ExpiresAfter = 0 }, want: StageUnknown},
		"no mark, and an hour ahead":        {clock: hour, echo: func(t *Task) { t.ExpiresAfter = 0 }, want: StageUnknown},
		"no mark, and no time":              {echo: func(t *Task) { t.ExpiresAfter, t.Created = 0, time.Time{} }, want: StageUnknown},
		"no time is echoed":                 {echo: func(t *Task) { t.Created = time.Time{} }, want: StageUnknown},
		"nothing but the mark and the time": {echo: func(t *Task) { t.Model, t.Resolution, t.Duration, t.Seed = "", "", 0, nil }, want: StageKept},
		"the model has another name":        {echo: func(t *Task) { t.Model = "gateway/seedance" }, want: StageUnknown},
		"the seed is not taken":             {echo: func(t *Task) { t.Seed = new(int64(5)) }, shot: "seed: 7", want: StageUnknown},
		"the expiry is the least there is":  {shot: "expires_after: 3600s", want: StageKept},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				x.f.clock, x.f.echo = c.clock, c.echo
				x.lose(true)
				sb := film(t, "a/one "+c.shot)
				for range 3 {
					r, err := x.run(t.Context(), x.plan(sb))
					require.NoError(t, err)
					if c.want == StageUnknown || r.Outcomes[0].Stage != StageCached {
						require.Equal(t, c.want, r.Outcomes[0].Stage, "%v", r.Outcomes[0].Fault)
					}
					time.Sleep(2 * time.Hour)
				}
				require.Equal(t, 1, x.f.created())
			})
		})
	}
}

// A call that made nothing is sent again only where the list can be believed.
func TestALostCallCountsAsNeverMadeOnlyWhereThatIsSure(t *testing.T) {
	for name, c := range map[string]struct {
		intended time.Duration // when the attempt says that it was intended, from now
		others   []Task        // what else is listed
		want     Stage
		says     string
	}{
		"just now":                        {want: StageKept},
		"yesterday":                       {intended: -24 * time.Hour, want: StageKept},
		"before the list begins":          {intended: -8 * 24 * time.Hour, want: StageUnknown, says: "only the last 7 days"},
		"by a clock that was ahead":       {intended: 10 * 24 * time.Hour, want: StageUnknown, says: "clock"},
		"our clock is behind":             {others: []Task{{ID: "x", ExpiresAfter: 9000, Created: time.Now().Add(40 * 365 * 24 * time.Hour)}}, want: StageUnknown, says: "clock"},
		"other tasks with marks are none": {others: []Task{{ID: "x", ExpiresAfter: 172800, Duration: 5}}, want: StageKept},
		"tasks of other lengths are none": {others: []Task{{ID: "x", Duration: 12}}, want: StageKept},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				sb := film(t, "a/one")
				p := x.plan(sb)
				intended(t, x.st, p.Takes[0].Key, time.Now().Add(c.intended), 123_456)
				for _, o := range c.others {
					x.f.tasks = append(x.f.tasks, &fakeTask{Task: o})
				}
				r, err := x.run(t.Context(), x.plan(sb))
				require.NoError(t, err)
				require.Equal(t, c.want, r.Outcomes[0].Stage, "%v", r.Outcomes[0].Fault)
				if c.says != "" {
					require.ErrorContains(t, r.Outcomes[0].Fault, c.says)
					require.Equal(t, len(c.others), x.f.created())
				}
			})
		})
	}
}

// intended leaves a take as a program does that dies during its create call.
func intended(t *testing.T, st *store.Store, key string, at time.Time, mark int) {
	t.Helper()
	l, err := st.Lock(t.Context(), key, nil)
	require.NoError(t, err)
	defer l.Unlock()
	require.NoError(t, l.PutRequest(&store.Request{Provider: "sim", Shot: "a/one", Asked: []byte(`{}`)}))
	require.NoError(t, l.PutJournal(&store.Journal{Attempts: []store.Attempt{
		{Number: 1, State: store.Intended, Mark: mark, IntendedAt: at.UTC()}}}))
}

func TestAProgramThatDiedDuringItsCallIsGivenTimeToShowItsTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one")
		key := x.plan(sb).Takes[0].Key
		intended(t, x.st, key, time.Now().Add(-100*time.Second), 123_456) // a slow call, killed a moment ago
		time.AfterFunc(10*time.Second, func() {                           // and only now it is listed
			req := compile(t, sb).Takes[0].Request
			req.ExpiresAfter = 123_456
			_, err := x.f.Create(t.Context(), req)
			require.NoError(t, err)
		})
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 1, x.f.created())
	})
}

// A call that was put off is looked for around the time at which it was sent.
func TestACallThatWaitedForItsTurnIsFoundByWhenItWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		began := time.Now()
		x.f.script = func(op, shot string, n int) error {
			if op != "create" {
				return nil
			}
			x.f.after = time.Since(began) > 14*time.Minute
			if !x.f.after {
				return &Fault{Class: Busy, Message: "full", RetryAfter: 20 * time.Second}
			}
			return &Fault{Class: Lost, Message: "connection reset"}
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.True(t, r.Whole(), "%v", r.Outcomes[0].Fault)
		require.Equal(t, 1, x.f.created())
	})
}

// What a sibling has on record is not mistaken for a lost call's task, even where all else is equal.
func TestASiblingsTaskIsNotAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one", "b/two")
		p := x.plan(sb)
		for i, pt := range p.Takes {
			intended(t, x.st, pt.Key, time.Now(), 123_456)
			if i == 1 {
				l, err := x.st.Lock(t.Context(), pt.Key, nil)
				require.NoError(t, err)
				j, err := l.Journal()
				require.NoError(t, err)
				req := pt.Take.Request
				req.ExpiresAfter = 123_456
				made, err := x.f.Create(t.Context(), req)
				require.NoError(t, err)
				j.Last().State, j.Last().Task = store.Submitted, made.Task
				require.NoError(t, l.PutJournal(j))
				l.Unlock()
			}
		}
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.True(t, r.Whole(), "%v", r.Outcomes[0].Fault)
		require.Equal(t, 2, x.f.created())
		require.NotEqual(t, r.Outcomes[0].Task, r.Outcomes[1].Task)
	})
}

func TestMarksAreDistinctAndWithinTheRange(t *testing.T) {
	for _, asked := range []int{0, minExpiry, minExpiry + 10, 2 * minExpiry, maxExpiry} {
		t.Run(fmt.Sprint(asked), func(t *testing.T) {
			var m marks
			seen := map[int]bool{}
			for range 1000 {
				mark := m.choose(asked)
				require.False(t, seen[mark])
				require.GreaterOrEqual(t, mark, minExpiry)
				require.LessOrEqual(t, mark, maxExpiry)
				require.NotEqual(t, defaultExpiry, mark)
				if asked != 0 {
					require.InDelta(t, asked, mark, markSpread)
				}
				seen[mark] = true
			}
		})
	}
}
