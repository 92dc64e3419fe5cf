package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/money"
	"shotchain/film"
)

func TestWhatIsPrintedIsHarmlessWhoeverWroteIt(t *testing.T) {
	var out, err bytes.Buffer
	p := &program{terminal: newTerminal(strings.NewReader(""), &out, &err, func(string) string { return "" })}
	spent := money.Amount{Micros: 1_000_000, Currency: "\x1b]0;mine\x07\u202e"}
	p.printStatus(film.Status{Ledger: []film.Account{{Provider: "ark", Clips: 1, Spent: spent}}})
	require.Equal(t,
		"0 tasks in flight.\nark: 1 clip kept, spent 1.00  ]0;mine  ; using them again saved 0.00  ]0;mine  .\n",
		out.String())
	p.say("%s\x1b[2J, %s", "a\tb", paint(true, red, "failed"))
	require.Equal(t, "a\tb [2J, \x1b[31mfailed\x1b[0m\n", err.String())

	out.Reset()
	p.printJSON(map[string]string{"title": "\u009b2J\x7f\u202e漢\n"})
	require.Equal(t, `{"schema":1,"title":"\u009b2J\u007f\u202e漢\n"}`+"\n", out.String())
}

// However a text is cut into pieces, what comes out is the same, and JSON keeps its value.
func TestPrintingInPiecesIsPrinting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ToValidUTF8(rapid.String().Draw(t, "text"), "?")
		whole, pieces := &bytes.Buffer{}, &bytes.Buffer{}
		_, _ = io.WriteString(&safe{w: whole}, text)
		w := &safe{w: pieces}
		for rest := []byte(text); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "bytes")
			_, _ = w.Write(rest[:n])
			rest = rest[n:]
		}
		for _, r := range whole.String() {
			require.False(t, unicode.IsControl(r) && r != '\n' && r != '\t', "%q", whole)
		}
		if !strings.Contains(text, "\x1b[") {
			require.Equal(t, whole.String(), pieces.String())
		}
		src, err := json.Marshal(text)
		require.NoError(t, err)
		var back string
		require.NoError(t, json.Unmarshal(escaped(src), &back))
		require.Equal(t, text, back)
	})
}
