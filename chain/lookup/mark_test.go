package lookup

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMarksAreDistinctAndWithinTheRange(t *testing.T) {
	for _, asked := range []int{0, MinExpiry, MinExpiry + 10, 2 * MinExpiry, MaxExpiry} {
		t.Run(fmt.Sprint(asked), func(t *testing.T) {
			var m Marks
			seen := map[int]bool{}
			for range 1000 {
				mark := m.choose(asked)
				require.False(t, seen[mark])
				require.GreaterOrEqual(t, mark, MinExpiry)
				require.LessOrEqual(t, mark, MaxExpiry)
				require.NotEqual(t, DefaultExpiry, mark)
				require.NotZero(t, mark%60, "one that is rounded shows it")
				if asked == 0 {
					require.Less(t, mark, DefaultExpiry, "what some gateways make of more")
				} else {
					require.InDelta(t, asked, mark, markSpread)
				}
				seen[mark] = true
			}
		})
	}
}
