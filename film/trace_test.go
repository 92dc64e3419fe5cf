package film

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain"
	"shotchain/chain/store"
)

// TestTraces holds for any run: nothing lies before its beginning, spans of one line never overlap but for those
// inside a take's, and a take's stages fill it.
func TestTraces(t *testing.T) {
	began := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var events []store.RunEvent
		at := began
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "pause")) * time.Millisecond)
			if rapid.Bool().Draw(t, "step") {
				until := at.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "took")) * time.Millisecond)
				events = append(events, store.RunEvent{At: at, Until: until, Step: "ffmpeg film.mp4"})
				continue
			}
			events = append(events,
				store.RunEvent{At: at, Shot: fmt.Sprint("a/", rapid.IntRange(1, 4).Draw(t, "shot")), Take: 1,
					Stage: string(rapid.SampledFrom([]chain.Standing{chain.Submitting, chain.Queued, chain.Running,
						chain.Downloading, chain.Again, chain.Kept, chain.Failed, chain.InFlight}).Draw(t, "stage"))})
		}
		ends := map[[2]int]int64{}
		whole := map[int]TraceEvent{}
		for _, e := range traceOf(store.Run{Film: "f", Began: began}, events).Events {
			line := [2]int{e.PID, e.TID}
			require.GreaterOrEqual(t, e.At, int64(0))
			require.GreaterOrEqual(t, e.Took, int64(0))
			switch {
			case e.Kind == "take":
				whole[e.TID] = e
			case e.Phase == "X":
				require.GreaterOrEqual(t, e.At, ends[line], "%s begins before what is before it ends", e.Name)
				ends[line] = e.At + e.Took
				if take, ok := whole[e.TID]; ok && e.PID == traceTakes {
					require.True(t, e.At >= take.At && e.At+e.Took <= take.At+take.Took)
				}
			}
		}
	})
}
