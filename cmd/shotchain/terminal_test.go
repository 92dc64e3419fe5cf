package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/money"
	"shotchain/internal/say"
)

// TestTableLinesUp holds that columns begin at the same cell, whatever the script.
func TestTableLinesUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab := newTable("A", ">B", "C")
		cell := rapid.StringMatching(`[a-z海灯塔🎬é]{0,8}`)
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			tab.add(cell.Draw(t, "a"), cell.Draw(t, "b"), "|")
		}
		var out bytes.Buffer
		tab.write(&out, nil)
		at := -1
		for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n")[1:] {
			before, _, ok := strings.Cut(line, "|")
			require.True(t, ok)
			if at < 0 {
				at = say.Width(before)
			}
			require.Equal(t, at, say.Width(before))
		}
	})
}

// TestPrices holds that JSON tells every millionth.
func TestPrices(t *testing.T) {
	for micros, want := range map[int64]string{0: "0", 1: "0.000001", 1_000_000: "1", 12_340_000: "12.34",
		-2_500_000: "-2.5"} {
		require.Equal(t, want, string(priceOf(money.Amount{Micros: micros}).Amount))
	}
}

// TestAsk holds that only a yes is a yes.
func TestAsk(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "YES\n": true, " yes \n": true, "\n": false, "": false,
		"n\n": false, "yeah\n": false, "y": true} {
		var said bytes.Buffer
		tt := newTerminal(strings.NewReader(answer), &said, &said, func(string) string { return "" })
		require.Equal(t, want, tt.ask(nil, "Buy?"), "%q", answer)
		require.Equal(t, "Buy? [y/N] ", said.String())
	}
	done := make(chan struct{})
	close(done)
	pipe, w := blocked()
	defer w()
	tt := newTerminal(pipe, &bytes.Buffer{}, &bytes.Buffer{}, func(string) string { return "" })
	require.False(t, tt.ask(done, "Buy?"), "an interrupt is no yes")
}

// blocked is an input that says nothing until it is closed.
func blocked() (io.Reader, func()) {
	r, w := io.Pipe()
	return r, func() { w.Close() }
}
