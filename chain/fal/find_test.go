package fal_test

import (
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

const other = `look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s }
scenes: [{ id: k, shots: [{ id: known, prompt: A known boat. }] }]
`

// That nothing was made is proven late, and by a history that has shown what is known; until then, or where it shows
// nothing, nobody knows and nothing is bought.
func TestAbsenceIsProvenLateAndOnlyByAHistoryThatWorks(t *testing.T) {
	for _, known := range []bool{true, false} {
		for _, empty := range []bool{false, true} {
			t.Run(fmt.Sprintf("known %t, empty %t", known, empty), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, stop := newStage(t, falsim.Options{Pace: 0.1})
					defer stop()
					first := 0
					if known {
						reel, err := s.run(other)
						require.NoError(t, err)
						require.True(t, reel.Whole())
						first = 1
					}
					if empty {
						s.inject(trouble.Fault{Op: "list", Action: "empty", Times: -1})
					}
					s.inject(trouble.Fault{Op: "create", Action: "drop-before"})
					for range 2 {
						reel, err := s.run(film)
						require.NoError(t, err)
						require.Equal(t, chain.Unclear, reel.Outcomes[0].Standing)
						require.ErrorContains(t, reel.Outcomes[0].Fault, "it cannot be told before")
						require.Equal(t, first, s.service.Stats().Created, "nothing is bought meanwhile")
						time.Sleep(time.Hour)
					}
					time.Sleep(time.Hour)
					reel, err := s.run(film)
					require.NoError(t, err)
					if known && !empty {
						require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
						require.Equal(t, first+2, s.service.Stats().Created)
						return
					}
					require.Equal(t, chain.Unclear, reel.Outcomes[0].Standing)
					require.ErrorContains(t, reel.Outcomes[0].Fault, "none of our requests")
					require.Equal(t, first, s.service.Stats().Created)
				})
			})
		}
	}
}

// A film that names its end user has a mark all the same, and the user's name is not told to fal.
func TestTheMarkHoldsAHashOfTheEndUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := newStage(t, falsim.Options{})
		defer stop()
		r := provider.Request{Model: mini, Prompt: "A boat.", Resolution: "480p", Duration: 4,
			SafetyIdentifier: "alice@example.com"}
		r.Mark = s.p.Mark(r)
		require.Regexp(t, `^[0-9a-f]{16}\.shotchain-[A-Z2-7]{26}$`, r.Mark)
		require.NotEqual(t, r.Mark, s.p.Mark(r))
		made, err := s.p.Create(t.Context(), r)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, r.Mark, s.service.Stats().Tasks[0].Marker)
		is, err := s.p.Find(t.Context(), provider.Attempt{Request: r, Intended: time.Now(), Latest: time.Now()})
		require.NoError(t, err)
		require.Equal(t, provider.Finding{Verdict: provider.Found, Made: provider.Created{Task: made.Task}}, is)
	})
}
