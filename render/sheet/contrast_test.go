package sheet

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContrast holds every colour of text to WCAG AA, 4.5 to 1, on every ground that it can stand on, and what is no
// text but must be seen – chapters, the ring of the focus – to 3 to 1.
func TestContrast(t *testing.T) {
	schemes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(Style), -1)
	require.Len(t, schemes, 3, "light, dark and print")
	for _, scheme := range schemes {
		colour := map[string]float64{}
		for _, m := range regexp.MustCompile(`--(\w+): (#[0-9a-f]+)`).FindAllStringSubmatch(scheme[1], -1) {
			colour[m[1]] = luminance(t, m[2])
		}
		for _, text := range []string{"ink", "soft", "link", "done", "todo", "live", "bad"} {
			for _, ground := range []string{"bg", "panel", "sunk"} {
				a, b := max(colour[text], colour[ground]), min(colour[text], colour[ground])
				require.GreaterOrEqual(t, (a+0.05)/(b+0.05), 4.5, "%s on %s", text, ground)
			}
		}
		a, b := max(colour["mark"], colour["bg"]), min(colour["mark"], colour["bg"])
		require.GreaterOrEqual(t, (a+0.05)/(b+0.05), 3.0, "mark")
		a, b = max(colour["ink"], colour["mark"]), min(colour["ink"], colour["mark"])
		require.GreaterOrEqual(t, (a+0.05)/(b+0.05), 3.0, "the chapter that plays")
	}
	if !regexp.MustCompile(`:focus-visible \{ outline: 3px solid var\(--live\)`).Match(Style) {
		t.Error("the focus is not seen")
	}
}

func luminance(t *testing.T, hex string) float64 {
	if len(hex) == 4 {
		hex = "#" + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2) + strings.Repeat(hex[3:4], 2)
	}
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	require.NoError(t, err)
	channel := func(v uint64) float64 {
		c := float64(v&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}
