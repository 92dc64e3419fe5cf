package film

import (
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/storyboard"
)

func TestAnEarlierFrameIsSuggestedAsTheStoryboardWritesIt(t *testing.T) {
	take := &chain.Take{Shot: &storyboard.Shot{Scene: "s", ID: "landing"}}
	require.Contains(t, otherFrame(take, 121, 5), "to grow from 5 frames earlier: from: { shot: s/landing, at: -5f }")
	require.Empty(t, otherFrame(take, 121, 0))
	require.Empty(t, otherFrame(take, 5, 5))
}
