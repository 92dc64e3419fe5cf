package chain

import (
	"fmt"

	"shotchain/chain/store"
)

// Money is an amount in millionths of its currency's unit. Amounts of different currencies are never added.
type Money = store.Money

// add is a + b. The zero Money has no currency and adds to any.
func add(a, b Money) Money {
	if a.Currency == "" {
		a.Currency = b.Currency
	}
	a.Micros += b.Micros
	return a
}

// FormatMoney writes an amount as people do: ¥5.01, $1.17. Fractions of a cent are rounded up, so that nothing
// costs more than was shown.
func FormatMoney(m Money) string {
	cents := (m.Micros + 9_999) / 10_000
	s := fmt.Sprintf("%d.%02d", cents/100, cents%100)
	switch m.Currency {
	case "CNY":
		return "¥" + s
	case "USD":
		return "$" + s
	case "":
		return s
	}
	return s + " " + m.Currency
}
