package font

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLinesWrap(t *testing.T) {
	w := NewPen(Regular, 16)
	lines := w.Wrap("one two three four five six seven", 80, 2)
	require.Len(t, lines, 2)
	require.Contains(t, lines[1], "…")
	for _, l := range append(lines, w.Wrap("没有空格的长句子也要换行才可以读得下去", 80, 9)...) {
		require.LessOrEqual(t, w.Width(l), 80.5)
	}
	require.Empty(t, w.Wrap("   ", 80, 2))
	require.NotEmpty(t, w.Wrap("Unbreakableverylongword", 40, 2))
}

func TestMissingGlyphs(t *testing.T) {
	require.Empty(t, Missing("Plain text, Ελληνικά, Кириллица – “quotes”"))
	require.Equal(t, []rune{0x10ffff}, Missing("\U0010ffff\U0010ffff"), "reported once")
}

// A font whose tables are not aligned, as WenQuanYi's collections are, can be read after repacking; anything else
// is refused without harm.
func TestRepack(t *testing.T) {
	require.Nil(t, repack(nil))
	require.Nil(t, repack([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff")))
	for _, path := range System() {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotEmpty(t, repack(b), path)
	}
}
