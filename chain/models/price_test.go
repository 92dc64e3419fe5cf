package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A seller's factor rounds up, and none is the price itself.
func TestAPriceTimesAFactor(t *testing.T) {
	p := Price{PerMillion: 10_700_001, PerSecond: 3, Currency: "USD"}
	require.Equal(t, p, p.Times(0))
	require.Equal(t, p, p.Times(1))
	require.Equal(t, Price{PerMillion: 12_840_002, PerSecond: 4, Currency: "USD"}, p.Times(1.2))
	require.Equal(t, int64(8_560_001), p.Times(0.8).PerMillion)
	require.Equal(t, int64(1_200_000), Price{PerMillion: 1_000_000}.Times(1.2).PerMillion, "no more than the factor")
}
