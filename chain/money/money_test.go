package money

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAmountsAreWrittenAsPeopleDo(t *testing.T) {
	for want, a := range map[string]Amount{"¥5.01": {5_010_000, "CNY"}, "$1.18": {1_170_001, "USD"}, "0.00": {},
		"3.00 EUR": {3_000_000, "EUR"}} {
		require.Equal(t, want, a.String())
	}
	for want, micros := range map[string]int64{"0": 0, "0.000001": 1, "1": 1_000_000, "12.34": 12_340_000,
		"-2.5": -2_500_000} {
		require.Equal(t, want, Amount{Micros: micros}.Decimal())
	}
}

// However a sum is put together, it is the same to the millionth, and what is shown is never less.
func TestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(rapid.Int64Range(0, 1e12)).Draw(t, "micros")
		var up, down Amount
		sum := int64(0)
		for i, m := range all {
			up = up.Add(Amount{m, "CNY"})
			down = down.Add(Amount{all[len(all)-1-i], "CNY"})
			sum += m
		}
		require.Equal(t, up, down)
		require.Equal(t, sum, up.Micros)
	})
}
