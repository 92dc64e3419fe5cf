package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim"
)

func TestQueueKeepsToTheModelsConcurrency(t *testing.T) {
	bubble(t, sim.Options{Pace: 1, Limits: sim.NoRates}, func(t *testing.T, s *service) {
		var ids []string
		for range 25 {
			ids = append(ids, s.create(nil))
		}
		other := s.create(object{"model": fast20})
		fourK := []string{s.create(object{"resolution": "4k"}), s.create(object{"resolution": "4k"})}
		count := func() (n int) {
			for i, id := range ids {
				if s.get(id)["status"] == "running" {
					n++
				} else if s.get(id)["status"] == "queued" {
					require.GreaterOrEqual(t, i, 10, "first come, first served")
				}
			}
			return n
		}
		require.Equal(t, 10, count())
		require.Equal(t, "running", s.get(other)["status"], "each model has its own")
		require.Equal(t, "running", s.get(fourK[0])["status"])
		require.Equal(t, "queued", s.get(fourK[1])["status"], "4k: one at a time")
		pass(96 * time.Second)
		require.Equal(t, 10, count())
		require.Equal(t, "running", s.get(fourK[1])["status"])
		pass(96 * time.Second)
		require.Equal(t, 5, count())
		pass(96 * time.Second)
		require.Equal(t, 0, count())
		st := s.Stats()
		require.Equal(t, 28, st.ByStatus["succeeded"])
		require.Equal(t, 11, st.MaxByModel["seedance-2.0"])
		require.Zero(t, st.Running+st.Queued)
	})
}

func TestFullQueueTakesNothing(t *testing.T) {
	s := open(t, sim.Options{Camera: newStage().film, Limits: sim.Limits{Concurrency: 1, Queue: 2, GetPerSecond: -1}})
	for range 3 {
		s.create(nil)
	}
	status, v := s.call("POST", tasks, body(nil))
	require.Equal(t, "InflightBatchsizeExceeded", refused(t, 429, status, v))
	require.Equal(t, 3, s.Stats().Created)
	s.create(object{"model": fast20})
}

func TestRatesArePerAccountAndOperation(t *testing.T) {
	bubble(t, sim.Options{Limits: sim.Limits{CreatePerMinute: 3}}, func(t *testing.T, s *service) {
		limited := func(method, path, body string) bool {
			status, v := s.call(method, path, body)
			if status == 429 {
				require.Contains(t, refused(t, 429, status, v), "RateLimitExceeded")
			}
			return status == 429
		}
		for range 3 {
			require.False(t, limited("POST", tasks, body(nil)))
		}
		require.True(t, limited("POST", tasks, body(nil)))
		require.Equal(t, 3, s.Stats().Created)
		require.False(t, limited("GET", tasks, ""))
		require.True(t, limited("GET", tasks, ""))
		for range 20 {
			require.False(t, limited("GET", tasks+"/none", ""))
		}
		require.True(t, limited("GET", tasks+"/none", ""))
		s.key = "another"
		require.False(t, limited("GET", tasks, ""))
		s.key = "key"
		time.Sleep(time.Second)
		require.False(t, limited("GET", tasks, ""))
		require.True(t, limited("POST", tasks, body(nil)))
		time.Sleep(20 * time.Second)
		require.False(t, limited("POST", tasks, body(nil)))
	})
}
