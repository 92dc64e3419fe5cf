package ark_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/ark"
	"shotchain/chain/provider"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
	"shotchain/internal/turns"
)

// Three clients of one account, each as in a process of its own, list at once: the service, which allows one call a
// second, refuses none.
func TestListsOfOneAccountTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, client, stop := simtest.NewPipe(t, sim.Options{Key: matrixKey})
		defer stop()
		file := filepath.Join(t.TempDir(), "account")
		began := time.Now()
		var group sync.WaitGroup
		for range 3 {
			turn, err := turns.Open(file, time.Second)
			require.NoError(t, err)
			p, err := ark.New(ark.Options{BaseURL: simtest.PipeURL, Key: matrixKey, HTTP: client, Turn: turn.Take})
			require.NoError(t, err)
			group.Go(func() {
				for range 5 {
					_, complete, err := p.List(t.Context(), provider.Filter{})
					if err != nil || !complete {
						t.Errorf("complete %t: %v", complete, err)
					}
				}
			})
		}
		group.Wait()
		require.Equal(t, 15, service.Stats().Calls["list"], "none was made again")
		require.Less(t, time.Since(began), 30*time.Second, "and none waited for nothing")
	})
}

// A list whose turn does not come is a failed question, and sends nothing.
func TestAListWithoutItsTurnIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, client, stop := simtest.NewPipe(t, sim.Options{Key: matrixKey})
		defer stop()
		file := filepath.Join(t.TempDir(), "account")
		turn, err := turns.Open(file, time.Second)
		require.NoError(t, err)
		done, err := turn.Take(t.Context())
		require.NoError(t, err)
		defer done()
		p, err := ark.New(ark.Options{BaseURL: simtest.PipeURL, Key: matrixKey, HTTP: client, Turn: turn.Take})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, complete, err := p.List(ctx, provider.Filter{})
		require.ErrorIs(t, err, ctx.Err())
		require.Error(t, err)
		require.False(t, complete)
		require.Zero(t, service.Stats().Calls["list"])
	})
}
