package storyboard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// moment reads one as a shot of a film has it.
func momentOf(t require.TestingT, text string) Instant {
	sb, err := Parse("film.yaml", ".", fmt.Appendf(nil,
		"scenes: [{id: a, shots: [{id: b, prompt: x}, {id: c, prompt: x, from: {shot: b, at: %s}}]}]", text), Options{})
	require.NoError(t, err, text)
	return sb.Shots()[1].At.Value
}

func TestAMomentIsTheNearestFrameFromEitherEnd(t *testing.T) {
	for _, c := range []struct {
		text  string
		frame int // of a clip of 121 frames, at 24 a second
	}{
		{"1f", 1}, {"84f", 84}, {"3.5s", 84}, {"3500ms", 84}, {"5s", 120}, {"0.02s", 0}, {"0.021s", 1}, {"6s", 144},
		{"-1f", 119}, {"-5f", 115}, {"-0.2s", 115}, {"-200ms", 115}, {"-0.01s", 120}, {"-119f", 1}, {"-5s", 0}, {"-6s", -24},
	} {
		m := momentOf(t, c.text)
		require.Equal(t, c.frame, m.Frame(24, 120), c.text)
		require.Equal(t, m, momentOf(t, m.String()), "it is written as it is read")
	}
	require.InDelta(t, -5.0/24, momentOf(t, "-5f").Seconds(24), 1e-9)
	require.InDelta(t, 3.5, momentOf(t, "3.5s").Seconds(24), 1e-9)
}

// For any moment: it is as far from the one end as its mirror is from the other, in frames as in seconds, and what is
// written in frames is what is written in the seconds that these take.
func TestMomentsMirrorProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := rapid.IntRange(1, 24*3600).Draw(t, "last")
		n := rapid.IntRange(1, 24*3600).Draw(t, "frames")
		text := fmt.Sprintf("%df", n)
		if rapid.Bool().Draw(t, "in seconds") {
			text = fmt.Sprintf("%.3fs", float64(n)/24)
		}
		forth, back := momentOf(t, text), momentOf(t, "-"+text)
		require.Equal(t, n, forth.Frame(24, last))
		require.Equal(t, last-n, back.Frame(24, last))
		require.Equal(t, -forth.Seconds(24), back.Seconds(24))
		require.Equal(t, "-"+forth.String(), back.String())
		require.False(t, strings.HasPrefix(forth.String(), "-"))
	})
}
