package film

import (
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/storyboard"
)

func TestAnEarlierFrameIsSuggestedAsTheStoryboardWritesIt(t *testing.T) {
	take := &graph.Take{Shot: &storyboard.Shot{Scene: "s", ID: "landing"}}
	require.Equal(t, "-5f", earlier(121, 5))
	require.Contains(t, otherFrame(take, 5, "-5f"), "to grow from 5 frames earlier: from: { shot: s/landing, at: -5f }")
	require.Empty(t, earlier(121, 0))
	require.Empty(t, earlier(5, 5))
	require.Empty(t, otherFrame(take, 0, ""))
}
