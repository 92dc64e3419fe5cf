package ffmpeg

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStepsAreTold holds that every process is told of, with whom it was for, and asking ffmpeg what it can do only once.
func TestStepsAreTold(t *testing.T) {
	var steps []Step
	ctx := Traced(t.Context(), func(s Step) { steps = append(steps, s) })
	out := filepath.Join(t.TempDir(), "one.png")
	one := []string{"-f", "lavfi", "-i", "color=s=16x16:d=0.1", "-frames:v", "1", File(out)}
	require.NoError(t, Run(For(ctx, "a/one"), one, Options{}))
	require.NoError(t, Run(For(For(ctx, "a/one", "a/two"), "a/two"), one, Options{}))
	require.NoError(t, Run(ctx, one, Options{}))
	require.Len(t, steps, 3)
	require.Equal(t, []string{"a/one"}, steps[0].Shots)
	require.Equal(t, []string{"a/two"}, steps[1].Shots, "the inner one")
	require.Nil(t, steps[2].Shots)
	for _, s := range steps {
		require.Regexp(t, `^ffmpeg(\.exe)? .*/one\.png$`, s.What)
		require.True(t, s.Ended.After(s.Began))
	}

	steps = nil
	for range 3 {
		ok, err := HasEncoder(ctx, "png")
		require.NoError(t, err)
		require.True(t, ok)
	}
	require.LessOrEqual(t, len(steps), 1)
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	listed.Clear()
	_, err := Encoders(stopped)
	require.Error(t, err)
	_, err = Encoders(ctx)
	require.NoError(t, err, "what went wrong is not remembered")
	require.Equal(t, "ffmpeg -encoders", steps[len(steps)-1].What)
}
