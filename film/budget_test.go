package film

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain"
	"shotchain/chain/money"
)

// TestBudgets holds that a budget reads what a refusal suggests, and that it allows exactly what is within it.
func TestBudgets(t *testing.T) {
	plan := func(total money.Amount) *Plan { return &Plan{Plan: &chain.Plan{Total: total, Buys: 1}} }
	rapid.Check(t, func(t *rapid.T) {
		m := money.Amount{Micros: rapid.Int64Range(0, 1e15-1e4).Draw(t, "micros"), Currency: "CNY"}
		b := Budget{MaxCost: plan(m).Ceiling()}
		most, ok, err := b.Most()
		require.NoError(t, err)
		require.True(t, ok)
		require.GreaterOrEqual(t, most, m.Micros, "what is suggested passes")
		require.Less(t, most-m.Micros, int64(10_000), "and is no more than a cent too much")
		require.NoError(t, b.Allows(plan(m)))
		m.Micros = most + 1
		require.Equal(t, OverBudget, AsFailure(t.Context(), b.Allows(plan(m))).Kind)
	})
	for _, bad := range []string{"", "¥5", "-1", "1,5", "1e9", "1.2345678", "0x10", " 5"} {
		_, ok, err := Budget{MaxCost: bad}.Most()
		require.False(t, ok)
		require.Equal(t, bad != "", err != nil, bad)
	}
}
