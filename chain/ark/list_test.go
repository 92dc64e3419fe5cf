package ark

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/provider"
)

// shelf serves a list of n tasks; clamp is the largest page it gives, turn is called before each page.
type shelf struct {
	tasks   []map[string]any // newest first
	clamp   int
	turn    func(s *shelf, page int)
	noTotal bool
	queries []url.Values
}

func newShelf(n int) *shelf {
	s := &shelf{clamp: 500}
	for i := range n {
		s.add(i)
	}
	return s
}

func (s *shelf) add(i int) {
	s.tasks = append([]map[string]any{{"id": fmt.Sprintf("cgt-%d", i), "status": "queued",
		"created_at": 1_790_000_000 + i}}, s.tasks...)
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.queries = append(s.queries, q)
	num, _ := strconv.Atoi(q.Get("page_num"))
	size, _ := strconv.Atoi(q.Get("page_size"))
	size = min(size, s.clamp)
	if s.turn != nil {
		s.turn(s, num)
	}
	from := min((num-1)*size, len(s.tasks))
	answer := map[string]any{"items": s.tasks[from:min(from+size, len(s.tasks))]}
	if !s.noTotal {
		answer["total"] = len(s.tasks)
	}
	reply(w, 200, answer)
}

func TestListPages(t *testing.T) {
	for name, c := range map[string]struct {
		shelf    *shelf
		complete bool
		pages    int
	}{
		"none":               {newShelf(0), true, 1},
		"one page":           {newShelf(500), true, 1},
		"several":            {newShelf(1201), true, 3},
		"smaller pages":      {&shelf{tasks: newShelf(25).tasks, clamp: 10}, true, 3},
		"no total":           {&shelf{tasks: newShelf(25).tasks, clamp: 10, noTotal: true}, true, 4},
		"a total of nothing": {&shelf{clamp: 10, noTotal: true}, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			tasks, complete, err := serve(t, c.shelf.ServeHTTP).List(t.Context(), provider.Filter{})
			require.NoError(t, err)
			require.Equal(t, c.complete, complete)
			require.Len(t, tasks, len(c.shelf.tasks))
			require.Len(t, c.shelf.queries, c.pages)
			for i, task := range tasks {
				require.Equal(t, c.shelf.tasks[i]["id"], task.ID, "newest first, each once")
				require.Equal(t, "0217-test", task.RequestID)
			}
		})
	}
}

func TestListThatMoves(t *testing.T) {
	t.Run("once, by a new task", func(t *testing.T) {
		s := newShelf(25)
		s.clamp = 10
		grown := false
		s.turn = func(s *shelf, page int) {
			if page == 2 && !grown {
				grown = true
				s.add(25)
			}
		}
		tasks, complete, err := serve(t, s.ServeHTTP).List(t.Context(), provider.Filter{})
		require.NoError(t, err)
		require.True(t, complete, "read again")
		require.Len(t, tasks, 26)
	})
	t.Run("once, by one that is erased", func(t *testing.T) {
		s := newShelf(25)
		s.clamp = 10
		erased := false
		s.turn = func(s *shelf, page int) {
			if page == 2 && !erased {
				erased = true
				s.tasks = s.tasks[1:]
			}
		}
		tasks, complete, err := serve(t, s.ServeHTTP).List(t.Context(), provider.Filter{})
		require.NoError(t, err)
		require.True(t, complete)
		require.Len(t, tasks, 25, "none was skipped")
	})
	t.Run("without end", func(t *testing.T) {
		s := newShelf(25)
		s.clamp = 10
		s.turn = func(s *shelf, page int) { s.add(len(s.tasks)) }
		_, complete, err := serve(t, s.ServeHTTP).List(t.Context(), provider.Filter{})
		require.NoError(t, err)
		require.False(t, complete)
	})
}

func TestListShortOrOdd(t *testing.T) {
	for name, body := range map[string]string{
		"shorter than its total": `{"total":3,"items":[{"id":"a","status":"queued"}]}`,
		"an item without an id":  `{"total":2,"items":[{"id":"a","status":"queued"},{"status":"queued"}]}`,
		"an item that is none":   `{"total":2,"items":[{"id":"a","status":"queued"},7]}`,
	} {
		t.Run(name, func(t *testing.T) {
			pages := 0
			tasks, complete, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if pages++; pages == 1 {
					_, _ = w.Write([]byte(body))
					return
				}
				_, _ = w.Write([]byte(`{"total":3,"items":[]}`))
			}).List(t.Context(), provider.Filter{})
			require.NoError(t, err)
			require.False(t, complete)
			require.Len(t, tasks, 1)
		})
	}
}

func TestListOfStrangeStatus(t *testing.T) {
	tasks, complete, err := serve(t,
		constant(200, `{"total":1,"items":[{"id":"a","status":"dreaming","execution_expires_after":4000}]}`)).
		List(t.Context(), provider.Filter{})
	require.NoError(t, err)
	require.True(t, complete)
	require.Equal(t, provider.Running, tasks[0].Status, "neither done nor failed")
	require.Nil(t, tasks[0].Fault)
	require.Equal(t, 4000, tasks[0].ExpiresAfter, "a lost task is found whatever it does")
}

func TestListFailure(t *testing.T) {
	s := newShelf(25)
	s.clamp = 10
	n := 0
	tasks, complete, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 2 {
			reply(w, 503, nil)
			return
		}
		s.ServeHTTP(w, r)
	}).List(t.Context(), provider.Filter{})
	require.Equal(t, provider.Busy, faultOf(t, err).Class)
	require.False(t, complete)
	require.Len(t, tasks, 10)

	_, complete, err = serve(t, constant(200, "{}")).List(t.Context(), provider.Filter{})
	require.Equal(t, provider.Busy, faultOf(t, err).Class)
	require.False(t, complete)
}

func TestListQuery(t *testing.T) {
	s := newShelf(250)
	f := provider.Filter{Status: provider.Queued, Model: "m", ServiceTier: "flex"}
	for i := range 150 {
		f.Tasks = append(f.Tasks, fmt.Sprintf("cgt-%d", i))
	}
	tasks, complete, err := serve(t, s.ServeHTTP).List(t.Context(), f)
	require.NoError(t, err)
	require.True(t, complete)
	require.Len(t, tasks, 150, "a service that ignores filters is held to them")
	require.Len(t, s.queries, 2)
	require.Equal(t, f.Tasks[:100], s.queries[0]["filter.task_ids"])
	require.Equal(t, f.Tasks[100:], s.queries[1]["filter.task_ids"])
	delete(s.queries[0], "filter.task_ids")
	require.Equal(t, url.Values{
		"page_num": {"1"}, "page_size": {"500"}, "filter.status": {"queued"}, "filter.model": {"m"},
		"filter.service_tier": {"flex"},
	}, s.queries[0])
}

// What is called complete holds everything that was there from beginning to end, however the list moved.
func TestListCompleteIsComplete(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(rt, "n")
		s := newShelf(n)
		s.clamp = rapid.IntRange(1, 12).Draw(rt, "page")
		moves := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 8).Draw(rt, "moves")
		erased := map[string]bool{}
		next := n
		s.turn = func(s *shelf, _ int) {
			if len(moves) == 0 {
				return
			}
			switch move := moves[0]; {
			case move == 1:
				s.add(next)
				next++
			case move == 2 && len(s.tasks) > 0:
				erased[s.tasks[0]["id"].(string)] = true
				s.tasks = s.tasks[1:]
			}
			moves = moves[1:]
		}
		tasks, complete, err := serve(t, s.ServeHTTP).List(t.Context(), provider.Filter{})
		require.NoError(rt, err)
		if !complete {
			return
		}
		ids := []string{}
		for _, task := range tasks {
			ids = append(ids, task.ID)
		}
		for i := range n {
			if id := fmt.Sprintf("cgt-%d", i); !erased[id] {
				require.True(rt, slices.Contains(ids, id), id)
			}
		}
	})
}
