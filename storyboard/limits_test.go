package storyboard

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shotsOf is a film of one chain. more is written into each shot.
func shotsOf(shots int, more string) string {
	var b strings.Builder
	b.WriteString("scenes:\n  - id: s\n    shots:\n")
	for i := range shots {
		fmt.Fprintf(&b, "      - {id: s%d, prompt: x%s}\n", i, more)
	}
	return b.String()
}

func TestAFilmHasAMostOfTakes(t *testing.T) {
	require.Len(t, parse(t, shotsOf(1010, ", takes: 99"), Options{}).Shots(), 1010)

	ps := problems(t, shotsOf(3000, ", takes: 99"), Options{})
	require.Len(t, ps, 1, "the reading ends there")
	require.Equal(t, "film.yaml:1014:32: with this shot the film has 100089 takes: at most 100000 are possible",
		ps[0].Error())
	require.Equal(t, "ask for fewer `takes`, or split the film into several files", ps[0].Hint)
	require.Equal(t, "      - {id: s1010, prompt: x, takes: 99}", ps[0].Source)

	ps = problems(t, shotsOf(400, ", takes: 99")+"variants: {matrix: {duration: [4s, 5s, 6s]}}\n", Options{})
	require.Len(t, ps, 1)
	require.Equal(t,
		"film.yaml:404:11: 3 variants of this film are more than can be read: 118800 takes, at most 100000 are possible",
		ps[0].Error())
}

// A chain may be as long as a film may be: nothing recurses along it, whichever way round it is written.
func TestAChainMayBeAsLongAsAFilm(t *testing.T) {
	const long = 99_000 // with three keys each; a file has no room for more
	var b strings.Builder
	b.WriteString("scenes:\n  - id: s\n    shots:\n")
	for i := range long - 1 {
		fmt.Fprintf(&b, "    - id: s%d\n      prompt: x\n      from: s%d\n", i, i+1)
	}
	back := b.String() + fmt.Sprintf("    - id: s%d\n      prompt: x\n", long-1)
	ends := strings.ReplaceAll(back, "from:", "to:")
	for name, c := range map[string]struct{ src, want string }{
		"onwards":   {strings.ReplaceAll(back, "      from: s", "      caption: s"), ""},
		"backwards": {back + "      from: none\n", ""},
		"circle":    {back + "      from: s0\n", "… 98992 more → s/s0"},
		"loop":      {ends + "      from: none\n      to: s0\n", "a shot cannot end on what only comes out of it"},
	} {
		t.Run(name, func(t *testing.T) {
			sb, err := Parse("film.yaml", ".", []byte(c.src), Options{})
			if c.want == "" {
				require.NoError(t, err)
				require.Len(t, sb.Shots(), long)
				return
			}
			require.Contains(t, formatted(t, err), c.want)
		})
	}
}

func TestAReadingCanBeEnded(t *testing.T) {
	done := make(chan struct{})
	src := []byte(shotsOf(1000, ""))
	_, err := Parse("film.yaml", ".", src, Options{Done: done})
	require.NoError(t, err)
	close(done)
	_, err = Parse("film.yaml", ".", src, Options{Done: done})
	require.ErrorIs(t, err, context.Canceled)
}
