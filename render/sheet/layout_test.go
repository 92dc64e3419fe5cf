package sheet

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestLayout holds for any film: every shot has a place of its own inside the drawing, every seam an arrow, and what
// continues stands to the right of what it continues, or below.
func TestLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 120).Draw(t, "shots")
		shots := make([]shotView, n)
		seams := 0
		for i := range shots {
			shots[i] = shotView{Name: fmt.Sprint("s/", i), ID: fmt.Sprint(i),
				Scene: fmt.Sprint(i / rapid.IntRange(1, 9).Draw(t, "scene"))}
			if i > 0 && rapid.IntRange(0, 9).Draw(t, "grows") > 1 {
				from := i - 1
				if rapid.Bool().Draw(t, "branches") {
					from = rapid.IntRange(0, i-1).Draw(t, "from")
				}
				shots[i].From = shots[from].Name
				seams++
			}
		}
		ends := 0
		for i := range shots {
			if to := rapid.IntRange(0, 4*n).Draw(t, "ends"); to < n && to != i {
				shots[i].To = shots[to].Name
				ends++
			}
		}
		d := lay2D(shots)
		require.Len(t, d.Nodes, n)
		require.Len(t, d.Edges, seams+ends)
		require.Equal(t, ends > 0, d.Ending)
		drawn := 0
		for _, e := range d.Edges {
			require.NotContains(t, e.Path, "-", "every arrow is inside the drawing")
			if e.Ends {
				drawn++
			}
		}
		require.Equal(t, ends, drawn)
		at := map[string]node{}
		taken := map[[2]int]string{}
		for _, n := range d.Nodes {
			require.True(t, n.X >= 0 && n.Y >= 0 && n.X+n.Width <= d.Width && n.Y+n.Height <= d.Height)
			require.Empty(t, taken[[2]int{n.X, n.Y}], "two shots at one place")
			taken[[2]int{n.X, n.Y}] = n.Shot.Name
			at[n.Shot.Name] = n
		}
		for _, n := range d.Nodes {
			if from, ok := at[n.Shot.From]; ok {
				require.True(t, n.X > from.X || n.Y > from.Y, "%s stands before %s", n.Shot.Name, n.Shot.From)
			}
		}
		covered := 0
		for _, b := range d.Bands {
			for _, n := range d.Nodes {
				if n.Shot.Scene == b.Scene && n.X > b.X && n.X+n.Width < b.X+b.Width && n.Y > b.Y && n.Y+n.Height < b.Y+b.Height {
					covered++
				}
			}
		}
		require.Equal(t, n, covered, "each shot lies on one band of its scene")
	})
}

// TestAChainThatIsLongerThanThePage goes on below, and a shot that names nobody opens a chain.
func TestAChainThatIsLongerThanThePage(t *testing.T) {
	shots := make([]shotView, 300)
	for i := range shots {
		shots[i] = shotView{Name: fmt.Sprint("s/", i), Scene: "s"}
		if i > 0 {
			shots[i].From = fmt.Sprint("s/", i-1)
		}
	}
	d := lay2D(shots)
	require.True(t, d.Small)
	require.LessOrEqual(t, d.Width, small.wide)
	require.Greater(t, d.Nodes[299].Y, d.Nodes[0].Y)
	shots[1].From, shots[2].From = "s/none", "s/2"
	require.Len(t, lay2D(shots[:3]).Edges, 0)
}
