package chain

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/lookup"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// lose makes the answers of all create calls be lost, after the task was made or before.
func (x *fixture) lose(made bool) {
	x.f.after = made
	x.f.script = func(op, shot string, n int) error {
		if op == "create" && (made || n == 1) {
			return &provider.Fault{Class: provider.Lost, Message: "connection reset"}
		}
		return nil
	}
}

// A lost task is adopted where it surely is the attempt's, and where it may be it is left to the user: it is never
// taken for absent, whatever the clocks say and whatever a service leaves out or calls by another name. By its
// identifier it always is found.
func TestALostTaskIsNeverTakenForAbsent(t *testing.T) {
	hour, day := time.Hour, 24*time.Hour
	for name, c := range map[string]struct {
		clock time.Duration
		echo  func(*provider.Task)
		shot  string
		want  Standing // where the identifier is not echoed
	}{
		"all is well":                   {want: Kept},
		"the clocks differ by 4 min":    {clock: 4 * time.Minute, want: Kept},
		"the service is an hour ahead":  {clock: hour, want: Unclear},
		"the service is an hour behind": {clock: -hour, want: Unclear},
		"the service is 3 days ahead":   {clock: 3 * day, want: Unclear},
		"the service is 3 days behind":  {clock: -3 * day, want: Unclear},
		"no mark is echoed":             {echo: func(t *provider.Task) { t.ExpiresAfter = 0 }, want: Unclear},
		"no mark, and an hour ahead": {clock: hour, echo: func(t *provider.Task) { t.ExpiresAfter = 0 },
			want: Unclear},
		"no mark, and no time": {echo: func(t *provider.Task) { t.ExpiresAfter, t.Created = 0, time.Time{} },
			want: Unclear},
		"no time is echoed": {echo: func(t *provider.Task) { t.Created = time.Time{} }, want: Unclear},
		"nothing but the mark and the time": {
			echo: func(t *provider.Task) { t.Model, t.Resolution, t.Duration, t.Seed = "", "", 0, nil }, want: Kept},
		"the model has another name": {echo: func(t *provider.Task) { t.Model = "gateway/seedance" }, want: Unclear},
		"the seed is not taken": {echo: func(t *provider.Task) { t.Seed = new(int64(5)) }, shot: "seed: 7",
			want: Unclear},
		"the expiry is the least there is": {shot: "expires_after: 3600s", want: Kept},
	} {
		for _, named := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, named %t", name, named), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					x := newFixture(t)
					x.f.clock = c.clock
					want := Kept
					x.f.echo = func(task *provider.Task) {
						if c.echo != nil {
							c.echo(task)
						}
						if !named {
							task.SafetyIdentifier = ""
						}
					}
					if !named {
						want = c.want
					}
					x.lose(true)
					sb := film(t, "a/one "+c.shot)
					for range 3 {
						r, err := x.run(t.Context(), x.plan(sb))
						require.NoError(t, err)
						if want == Unclear || r.Outcomes[0].Standing != Cached {
							require.Equal(t, want, r.Outcomes[0].Standing, "%v", r.Outcomes[0].Fault)
						}
						time.Sleep(2 * time.Hour)
					}
					require.Equal(t, 1, x.f.created())
				})
			})
		}
	}
}

// gateways are what services in between do to what a task was asked with.
var gateways = map[string]func(*provider.Task){
	"exact":            func(*provider.Task) {},
	"bounds to 2 days": func(t *provider.Task) { t.ExpiresAfter = min(t.ExpiresAfter, lookup.DefaultExpiry) },
	"bounds to 1 day":  func(t *provider.Task) { t.ExpiresAfter = min(t.ExpiresAfter, lookup.DefaultExpiry/2) },
	"at least 30 h":    func(t *provider.Task) { t.ExpiresAfter = max(t.ExpiresAfter, 108000) },
	"at least 2 days":  func(t *provider.Task) { t.ExpiresAfter = max(t.ExpiresAfter, lookup.DefaultExpiry) },
	"other words": func(t *provider.Task) {
		t.ExpiresAfter, t.Model, t.Resolution, t.Duration = max(t.ExpiresAfter,
			lookup.DefaultExpiry), "gateway/"+t.Model, "720", 0
	},
	"whole minutes":     func(t *provider.Task) { t.ExpiresAfter = t.ExpiresAfter / 60 * 60 },
	"whole hours":       func(t *provider.Task) { t.ExpiresAfter = t.ExpiresAfter / 3600 * 3600 },
	"milliseconds":      func(t *provider.Task) { t.ExpiresAfter *= 1000 },
	"its own expiry":    func(t *provider.Task) { t.ExpiresAfter = 86400 },
	"no expiry":         func(t *provider.Task) { t.ExpiresAfter = 0 },
	"lists nothing":     nil,
	"the wrong minutes": func(t *provider.Task) { t.ExpiresAfter += 60 },
}

// identifiers are what they do to those.
var identifiers = map[string]func(*provider.Task){
	"kept":     func(*provider.Task) {},
	"dropped":  func(t *provider.Task) { t.SafetyIdentifier = "" },
	"hashed":   func(t *provider.Task) { t.SafetyIdentifier = digestOf([]byte(t.SafetyIdentifier)) },
	"replaced": func(t *provider.Task) { t.SafetyIdentifier = "the gateway" },
}

// Whatever a gateway does to the marks of a task, a lost answer never becomes a second purchase: whether or not the
// store knows other tasks of the service, and whoever names the identifier.
func TestBehindAnyGatewayALostAnswerIsNoSecondPurchase(t *testing.T) {
	for gateway, bend := range gateways {
		for named, rename := range identifiers {
			for _, known := range []int{0, 2} {
				for _, own := range []string{"", "; safety_identifier: somebody"} {
					if own != "" && named != "kept" {
						continue
					}
					t.Run(fmt.Sprintf("%s, identifiers %s, %d known%s", gateway, named, known, own), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							x := newFixture(t)
							x.f.blank = bend == nil
							x.f.echo = func(task *provider.Task) {
								if bend != nil {
									bend(task)
								}
								rename(task)
							}
							for i := range known {
								r, err := x.run(t.Context(), x.plan(film(t, fmt.Sprintf("k/known prompt: known %d%s", i, own))))
								require.NoError(t, err)
								require.True(t, r.Whole())
							}
							x.f.after = true
							x.f.script = func(op, shot string, n int) error {
								if op == "create" && n == known+1 {
									return &provider.Fault{Class: provider.Lost, Message: "connection reset"}
								}
								return nil
							}
							for range 3 {
								r, err := x.run(t.Context(), x.plan(film(t, "a/one prompt: one"+own)))
								require.NoError(t, err)
								require.Contains(t, []Standing{Kept, Cached, Unclear}, r.Outcomes[0].Standing)
								require.Equal(t, known+1, x.f.created(), "%v", r.Outcomes[0].Fault)
								time.Sleep(2 * time.Hour)
							}
						})
					})
				}
			}
		}
	}
}

// A call that made nothing is sent again only where the list can be believed.
func TestALostCallCountsAsNeverMadeOnlyWhereThatIsSure(t *testing.T) {
	const own = "shotchain-OWN"
	for name, c := range map[string]struct {
		intended   time.Duration   // when the attempt says that it was intended, from now
		identifier string          // that it was sent with
		others     []provider.Task // what else is listed
		alone      bool            // the store knows no other task
		echo       func(*provider.Task)
		want       Standing
		says       string
	}{
		"just now":                  {want: Kept},
		"just now, named":           {identifier: own, want: Kept},
		"yesterday":                 {intended: -24 * time.Hour, want: Kept},
		"before the list begins":    {intended: -8 * 24 * time.Hour, want: Unclear, says: "only the last 7 days"},
		"by a clock that was ahead": {intended: 10 * 24 * time.Hour, want: Unclear, says: "clock"},
		"our clock is behind": {others: []provider.Task{{ID: "x", ExpiresAfter: 9000,
			Created: time.Now().Add(40 * 365 * 24 * time.Hour)}}, want: Unclear, says: "clock"},
		"nothing is known":        {alone: true, want: Unclear, says: "shows none of our tasks"},
		"nothing is known, named": {alone: true, identifier: own, want: Unclear, says: "shows none of our tasks"},
		"a stranger's may be it": {others: []provider.Task{{ID: "x", ExpiresAfter: 172800, Duration: 5}},
			want: Unclear, says: "task x, which nobody here knows"},
		"a stranger's of another length": {others: []provider.Task{{ID: "x", Duration: 12}}, want: Unclear,
			says: "task x, which nobody here knows"},
		"a stranger's is not named": {identifier: own,
			others: []provider.Task{{ID: "x", ExpiresAfter: 172800, Duration: 5}}, want: Kept},
		"tasks of other lengths are none": {identifier: own, others: []provider.Task{{ID: "x", Duration: 12}}, want: Kept},
		"the known has another expiry": {echo: func(t *provider.Task) { t.ExpiresAfter++ }, want: Unclear,
			says: "with the marks that they were sent with"},
		"the known has another name": {identifier: own,
			echo: func(t *provider.Task) { t.SafetyIdentifier, t.ExpiresAfter = "x", 7 }, want: Unclear, says: "with the marks"},
		"the known is named": {identifier: own, echo: func(t *provider.Task) { t.ExpiresAfter = 0 },
			want: Kept},
		"the known was made by no clock": {echo: func(t *provider.Task) { t.Created = time.Time{} }, want: Unclear,
			says: "shows none of our tasks"},
		"the known was made at other time": {echo: func(t *provider.Task) { t.Created = t.Created.Add(-time.Hour) },
			want: Unclear, says: "shows none of our tasks"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				known := 0
				if !c.alone {
					x.known()
					known = 1
				}
				x.f.echo = c.echo
				sb := film(t, "a/one")
				p := x.plan(sb)
				intended(t, x.st, p.Takes[0],
					store.Attempt{IntendedAt: time.Now().Add(c.intended).UTC(), Mark: strings.TrimSpace("123456 " + c.identifier)})
				for _, o := range c.others {
					x.f.tasks = append(x.f.tasks, &fakeTask{Task: o})
				}
				r, err := x.run(t.Context(), x.plan(sb))
				require.NoError(t, err)
				require.Equal(t, c.want, r.Outcomes[0].Standing, "%v", r.Outcomes[0].Fault)
				bought := 1
				if c.says != "" {
					bought = 0
					require.ErrorContains(t, r.Outcomes[0].Fault, c.says)
				}
				require.Equal(t, known+len(c.others)+bought, x.f.created())
			})
		})
	}
}

// The first call ever is lost before it made anything: nobody can tell, and the user's word settles it.
func TestAFirstCallThatIsLostIsLeftToTheUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.lose(false)
		sb := film(t, "a/one")
		for range 2 {
			r, err := x.run(t.Context(), x.plan(sb))
			require.NoError(t, err)
			require.Equal(t, Unclear, r.Outcomes[0].Standing)
			require.ErrorContains(t, r.Outcomes[0].Fault, "shows none of our tasks")
			require.Zero(t, x.f.created())
		}
		x.o.Resubmit = map[string]bool{"a/one": true}
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 1, x.f.created())
	})
}

// Another take of the same run shows what the list is worth, even where it comes to that a little later.
func TestATakeOfTheSameRunShowsWhatTheListIsWorth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		var once sync.Once
		x.f.script = func(op, shot string, n int) error {
			first := false
			if op == "create" && shot == "a/one" {
				once.Do(func() { first = true })
			}
			switch {
			case first:
				return &provider.Fault{Class: provider.Lost, Message: "connection reset"}
			case op == "create" && shot == "b/two":
				time.Sleep(90 * time.Second)
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one", "b/two from: none")))
		require.NoError(t, err)
		require.True(t, r.Whole(), "%v", r.Outcomes[0].Fault)
		require.Equal(t, 2, x.f.created())
	})
}

// A model or gateway that refuses the identifier is asked without it; the expiry is the mark then.
func TestAnIdentifierThatIsNotTakenIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, shot string, n int) error {
			if op == "create" && n == 1 {
				mark := lookup.Unnamed(x.f.marked)
				return &provider.Fault{Class: provider.Invalid, Code: "InvalidParameter", Remark: mark,
					Message: "there is no such parameter: safety_identifier"}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 1, x.f.created())
		require.Empty(t, x.f.tasks[0].req.SafetyIdentifier)
		j, err := r.Outcomes[0].Dir.Journal()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(x.f.tasks[0].ExpiresAfter), j.Last().Mark, "without an identifier")
	})
}

// The film's own identifier is sent as it is, and is no mark.
func TestTheFilmsOwnIdentifierIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		r, err := x.run(t.Context(), x.plan(film(t, "a/one safety_identifier: somebody", "b/two from: none")))
		require.NoError(t, err)
		seen := map[string]string{}
		for _, task := range x.f.tasks {
			seen[shotOf(task.req.Label)] = task.req.SafetyIdentifier
		}
		require.Equal(t, "somebody", seen["a/one"])
		require.Regexp(t, `^shotchain-[A-Z2-7]{26}$`, seen["b/two"])
		j, err := r.Outcomes[0].Dir.Journal()
		require.NoError(t, err)
		require.NotContains(t, j.Last().Mark, " ", "its identifier is no mark")
		req, err := r.Outcomes[1].Dir.Request()
		require.NoError(t, err)
		require.NotContains(t, string(req.Asked), "shotchain-", "it is no part of what is asked")
	})
}

// intended leaves a take as a program does that dies during its create call.
func intended(t *testing.T, st *store.Store, pt Planned, a store.Attempt) {
	t.Helper()
	l, err := st.Lock(t.Context(), pt.Key, nil)
	require.NoError(t, err)
	defer l.Unlock()
	require.NoError(t,
		l.PutRequest(&store.Request{Provider: "sim", Shot: pt.Take.Name(), Asked: asked(pt.Take, graph.Anchors{})}))
	a.Number, a.State = 1, store.Intended
	require.NoError(t, l.PutJournal(&store.Journal{Attempts: []store.Attempt{a}}))
}

func TestAProgramThatDiedDuringItsCallIsGivenTimeToShowItsTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one")
		intended(t, x.st, x.plan(sb).Takes[0],
			store.Attempt{IntendedAt: time.Now().Add(-100 * time.Second).UTC(),
				Mark: "123456"}) // a slow call, killed a moment ago
		time.AfterFunc(10*time.Second, func() { // and only now it is listed
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
				return &provider.Fault{Class: provider.Busy, Message: "full", RetryAfter: 20 * time.Second}
			}
			return &provider.Fault{Class: provider.Lost, Message: "connection reset"}
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
			intended(t, x.st, pt, store.Attempt{IntendedAt: time.Now().UTC(), Mark: "123456"})
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
