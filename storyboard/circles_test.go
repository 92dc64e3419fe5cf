package storyboard

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCirclesAreThereWhereNoOrderIs holds that a film has a circle exactly where no order exists in which its shots can be made, and
// that what is told leads from shot to shot along seams that are there.
func TestCirclesAreThereWhereNoOrderIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "shots")
		needs := make([]map[int]bool, n)
		src := "scenes:\n- id: a\n  shots:\n"
		for i := range n {
			needs[i] = map[int]bool{}
			src += fmt.Sprintf("  - {id: s%d, prompt: p", i)
			for _, seam := range []string{"from", "to"} {
				j := rapid.IntRange(-1, n-1).Draw(t, seam)
				switch {
				case j >= 0 && j != i:
					needs[i][j] = true
					src += fmt.Sprintf(", %s: s%d", seam, j)
				case seam == "from":
					src += ", from: none"
				}
			}
			src += "}\n"
		}
		_, err := Parse("film.yaml", ".", []byte(src), Options{})
		if makeable(needs) {
			require.NoError(t, err, src)
			return
		}
		var ps Problems
		require.True(t, errors.As(err, &ps), src)
		for _, p := range ps {
			way, ok := strings.CutPrefix(p.Message, "cycle: ")
			require.True(t, ok, p.Message)
			last := -1
			for _, step := range strings.Split(way, " → ") {
				var at int
				_, err := fmt.Sscanf(step, "a/s%d", &at)
				require.NoError(t, err, step)
				require.True(t, last < 0 || needs[last][at], "%s: %s", src, p.Message)
				last = at
			}
		}
	})
}

// makeable takes away shots that need nothing more until none is left.
func makeable(needs []map[int]bool) bool {
	made := map[int]bool{}
	for range needs {
		for i, ups := range needs {
			free := true
			for j := range ups {
				free = free && made[j]
			}
			made[i] = made[i] || free
		}
	}
	for i := range needs {
		if !made[i] {
			return false
		}
	}
	return true
}

// TestCirclesOfALongChain holds that a chain in which every shot ends on the last one – as many circles as shots, each
// as long as what is left of the chain – is told in the time that reading it takes.
func TestCirclesOfALongChain(t *testing.T) {
	const n = 40_000
	var b strings.Builder
	b.WriteString("scenes:\n- id: a\n  shots:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {id: s%d, prompt: p, to: s%d}\n", i, n-1)
	}
	src := strings.Replace(b.String(), fmt.Sprintf("{id: s%d, prompt: p, to: s%d}", n-1, n-1),
		fmt.Sprintf("{id: s%d, prompt: p}", n-1), 1)
	began := time.Now()
	_, err := Parse("film.yaml", ".", []byte(src), Options{})
	var ps Problems
	require.True(t, errors.As(err, &ps))
	require.True(t, strings.HasPrefix(ps[0].Message, "cycle: a/s0 (4:29) → a/s39999 (40003:10) → a/s39998 (40002:10) → "),
		ps[0].Message)
	require.Contains(t, ps[0].Message, "… 39992 more → a/s0")
	require.Less(t, time.Since(began), 30*time.Second, "a shot at a time, this takes minutes")
}
