package chain

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/storyboard"
)

const long = 99_000 // shots with three keys each; a file has no room for more

// longest is one chain of as many shots as a file has room for. Written backwards, each stands before the one it grows from.
func longest(t *testing.T, backwards bool) *storyboard.Storyboard {
	var b strings.Builder
	b.WriteString("scenes:\n  - id: s\n    shots:\n")
	for i := range long {
		fmt.Fprintf(&b, "    - id: s%d\n      prompt: x%d\n", i, i)
		switch {
		case backwards && i+1 < long:
			fmt.Fprintf(&b, "      from: s%d\n", i+1)
		case backwards:
			b.WriteString("      from: none\n")
		}
	}
	return parse(t, t.TempDir(), b.String())
}

// What is done for each shot does not walk the chain: the time is linear, and no stack grows with it. The minute is
// for slow machines under the race detector; walking each time would take several.
func TestTheLongestChainIsPlanned(t *testing.T) {
	for _, backwards := range []bool{false, true} {
		t.Run(fmt.Sprint("backwards=", backwards), func(t *testing.T) {
			sb := longest(t, backwards)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			g, err := graph.Compile(ctx, sb, simTarget)
			require.NoError(t, err)
			p, err := Make(ctx, g, openStore(t), PlanOptions{FilmID: "film"})
			require.NoError(t, err)
			require.Equal(t, long, p.Buys)
			last := g.Takes[long-1]
			require.Equal(t, last.Expected*long, p.Expected, "one after the other")
			require.Equal(t, long-1, p.Takes[0].Drags)
			if backwards {
				require.Equal(t, "s/s0", last.Name())
			}
		})
	}
}

func TestCompilingAndPlanningEndWithTheContext(t *testing.T) {
	sb := film(t, "a/one", "a/two")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := graph.Compile(gone, sb, simTarget)
	require.ErrorIs(t, err, context.Canceled)
	_, err = Make(gone, compile(t, sb), openStore(t), PlanOptions{})
	require.ErrorIs(t, err, context.Canceled)
}
