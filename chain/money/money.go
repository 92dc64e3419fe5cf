// Package money is what clips cost. An [Amount] counts millionths of its currency's unit in an integer, so that sums
// are exact; it is printed in one way, rounded up, so that nothing costs more than was shown.
package money

import (
	"fmt"
	"strings"
)

// Amount is an amount in millionths of its currency's unit. The zero Amount has no currency and adds to any.
type Amount struct {
	Micros   int64  `json:"micros"`
	Currency string `json:"currency,omitempty"` // ISO 4217: "CNY", "USD"; "" for none known
}

// Add is a + b, in the currency of the first that has one. Amounts of different currencies are never added: whoever
// has both keeps two sums.
func (a Amount) Add(b Amount) Amount {
	if a.Currency == "" {
		a.Currency = b.Currency
	}
	a.Micros += b.Micros
	return a
}

// In is the same number in a currency: of a sum that may be of nothing.
func (a Amount) In(currency string) Amount { return Amount{a.Micros, currency} }

// String writes an amount as people do: ¥5.01, $1.17, 3.00 EUR. Fractions of a cent are rounded up.
func (a Amount) String() string {
	cents := (a.Micros + 9_999) / 10_000
	s := fmt.Sprintf("%d.%02d", cents/100, cents%100)
	switch a.Currency {
	case "CNY":
		return "¥" + s
	case "USD":
		return "$" + s
	case "":
		return s
	}
	return s + " " + a.Currency
}

// Decimal is the number alone, exact to the millionth: 12.34.
func (a Amount) Decimal() string {
	sign, micros := "", a.Micros
	if micros < 0 {
		sign, micros = "-", -micros
	}
	s := fmt.Sprintf("%d.%06d", micros/1_000_000, micros%1_000_000)
	return sign + strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Sums are amounts in several currencies, one sum for each, in the order in which they came. The zero value is nothing.
type Sums []Amount

// Add is the sums with one amount more. Nothing changes them where it is nothing and has no currency.
func (s Sums) Add(a Amount) Sums {
	for i, b := range s {
		if a.Currency == b.Currency || a.Currency == "" || b.Currency == "" {
			all := append(Sums(nil), s...)
			all[i] = b.Add(a)
			return all
		}
	}
	return append(s[:len(s):len(s)], a)
}

// String writes them beside each other: ¥5.01 + $1.17.
func (s Sums) String() string {
	if len(s) == 0 {
		return Amount{}.String()
	}
	all := make([]string, len(s))
	for i, a := range s {
		all[i] = a.String()
	}
	return strings.Join(all, " + ")
}
