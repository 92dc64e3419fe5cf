package chain

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/models"
)

var oneAtATime = &models.Model{Alias: "m", Concurrency: 1}

// TestLeft holds that what is left shrinks to nothing as takes go on and end.
func TestLeft(t *testing.T) {
	a := &graph.Take{Expected: time.Minute, Remaining: 3 * time.Minute, Model: oneAtATime}
	b := &graph.Take{Index: 1, Expected: 2 * time.Minute, Remaining: 2 * time.Minute, Model: oneAtATime, From: a}
	c := &graph.Take{Index: 2, Expected: time.Minute, Remaining: time.Minute, Model: oneAtATime}
	a.Grows = []*graph.Take{b}
	p := &Plan{Graph: &graph.Graph{Takes: []*graph.Take{a, b, c}}, Takes: make([]Planned, 3)}
	ended, under := map[*graph.Take]bool{}, map[*graph.Take]time.Duration{}
	left := func() time.Duration {
		return p.Left(func(t *graph.Take) bool { return ended[t] }, func(t *graph.Take) time.Duration { return under[t] })
	}
	require.Equal(t, 4*time.Minute, left())
	under[a] = 30 * time.Second
	require.Equal(t, 210*time.Second, left())
	under[a] = time.Hour
	require.Equal(t, 3*time.Minute, left(), "what is late is nearly there")
	ended[a] = true
	require.Equal(t, 3*time.Minute, left())
	ended[b], ended[c] = true, true
	require.Zero(t, left())
}
