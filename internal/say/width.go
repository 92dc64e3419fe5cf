package say

import "github.com/mattn/go-runewidth"

// widths are those of a terminal whatever language the environment names.
var widths = runewidth.Condition{}

// Width is how many columns of a terminal a text takes: wide characters, as Chinese ones, take two.
func Width(s string) int { return widths.StringWidth(s) }

// Shorten is a text of at most so many columns, with … in place of what was cut off.
func Shorten(s string, columns int) string { return widths.Truncate(s, columns, "…") }

// Pad is a text with blanks after it up to so many columns.
func Pad(s string, columns int) string { return widths.FillRight(s, columns) }
