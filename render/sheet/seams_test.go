package sheet

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seamed is a page of three shots with their seams measured.
func seamed(t *testing.T, dir string) *Page {
	picture := func(what string) string {
		path := filepath.Join(dir, "sheet-"+strings.Repeat("a", 64)+"-seam-"+what+".jpg")
		var b bytes.Buffer
		require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 36)), nil))
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
		return path
	}
	p := paged(reel(t, filepath.Join(dir, "store"), 3), 3)
	p.Films[0].Seams = []Seam{
		{Shot: "scene-1/shot-2", From: "scene-1/shot-1", Words: "2.9 codes <brighter>", Done: "levelled",
			Numbers: []Number{{"luma", "+2.9 codes", "+0.1 codes", true}, {"shift", "0.1 px", "", false}},
			Last:    picture("last"), First: picture("first"), Difference: picture("difference"),
			Before: picture("before"), After: picture("after")},
		{Shot: "scene-1/shot-3", From: "scene-1/shot-2", Why: "a clip has one frame"},
	}
	p.Films[0].Chains = []Chain{{Opening: "scene-1/shot-1", Words: "9.0 codes brighter",
		Drift: []Drift{{"scene-1/shot-2", 4, 0.1}, {"scene-1/shot-3", 9, -0.2}}}}
	return p
}

func TestSeamsStandBesideTheirFrames(t *testing.T) {
	dir := t.TempDir()
	page, err := Write(t.Context(), seamed(t, dir), filepath.Join(dir, "out"), filepath.Join(dir, "work"))
	require.NoError(t, err)
	b, err := os.ReadFile(page)
	require.NoError(t, err)
	html := string(b)
	_, joins, _ := strings.Cut(html, `class="joins"`)
	first, second, _ := strings.Cut(joins, "</figure>")
	require.Contains(t, first, "2.9 codes &lt;brighter&gt;")
	require.Contains(t, first,
		`<div class="seen"><dt>luma</dt><dd>&#43;2.9 codes → &#43;0.1 codes</dd></div><div><dt>shift</dt><dd>0.1 px</dd></div>`)
	require.Contains(t, first, "levelled")
	for _, what := range []string{"last", "first", "difference", "before", "after"} {
		name := "./media/sheet-" + strings.Repeat("a", 64) + "-seam-" + what + ".jpg"
		require.Contains(t, first, `src="`+name+`"`)
		require.FileExists(t, filepath.Join(dir, "out", name))
	}
	second, _, _ = strings.Cut(second, "</figure>")
	require.Contains(t, second, "not measured: a clip has one frame")
	require.NotContains(t, second, "<dl")
}

func TestDriftIsACurve(t *testing.T) {
	dir := t.TempDir()
	v := seamed(t, dir).Films[0].Chains[0].view()
	require.True(t, v.Corrected)
	require.Equal(t, "+9", v.Most)
	require.Equal(t, "-1", v.Least)
	require.Equal(t, "0", (Chain{Drift: []Drift{{"a/c", 3, 1}}}).view().Least)
	points := strings.Fields(v.Before)
	require.Len(t, points, 3, "the opening and both that grew from it")
	require.Equal(t, "46.0,123.8", points[0], "at 0")
	require.Equal(t, "626.0,14.0", points[2], "at the top")
	require.Equal(t, "scene-1/shot-3: +9.0 codes, -0.2 in the film", v.Dots[1].Title)

	flat := Chain{Opening: "a/b", Drift: []Drift{{"a/c", 0, 0}}}.view()
	require.False(t, flat.Corrected)
	require.NotContains(t, flat.Before+flat.Zero+flat.LeastAt, "NaN")
}
