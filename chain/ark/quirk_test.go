package ark_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/models"
	"shotchain/chain/sim"
)

// reads notes when each task was made and read.
type reads struct {
	to   http.RoundTripper
	made time.Time
	at   []time.Duration // since it was made
}

func (r *reads) RoundTrip(q *http.Request) (*http.Response, error) {
	switch {
	case q.Method == http.MethodPost:
		r.made = time.Now()
	case strings.Contains(q.URL.Path, "/contents/generations/tasks/"):
		r.at = append(r.at, time.Since(r.made))
	}
	return r.to.RoundTrip(q)
}

// A task is read as late and as seldom as its gateway's record says, and no later than that.
func TestTasksAreReadAtTheGatewaysPace(t *testing.T) {
	one := strings.Replace(matrixFilm, ", { id: two, prompt: It lands. }", "", 1)
	for _, pace := range []models.GatewayPace{{}, {First: 20 * time.Second, Every: 10 * time.Second},
		{Every: 15 * time.Second}, {First: 10 * time.Minute}} {
		t.Run(fmt.Sprint(pace.First, pace.Every), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := models.Gateway{Name: "mine", Failed: "free", Pace: pace}
				r := new(reads)
				s, stop := behind(t, g, sim.Options{Pace: 1},
					func(to http.RoundTripper) http.RoundTripper { r.to = to; return r })
				defer stop()
				began := time.Now()
				reel, err := s.film(one)
				require.NoError(t, err)
				require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
				require.NotEmpty(t, r.at)
				require.GreaterOrEqual(t, r.at[0], pace.First)
				require.Less(t, r.at[0], pace.First+time.Second)
				for i := 1; i < len(r.at); i++ {
					require.GreaterOrEqual(t, r.at[i]-r.at[i-1], pace.Every, "%v", r.at)
				}
				if pace.First < time.Minute {
					require.Greater(t, len(r.at), 3)
				}
				require.Less(t, time.Since(began), max(3*time.Minute, pace.First+time.Minute))
			})
		})
	}
}
