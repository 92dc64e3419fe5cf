package seam

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPerfectJoinsAreNotFlagged(t *testing.T) {
	for i, l := range made(t).perfect {
		require.Empty(t, flagged(l), "join %d: %+v", i, l)
		require.Empty(t, l.Why())
		require.Less(t, l.Clipped, 0.01)
	}
}

func TestDamageIsFoundAtItsRate(t *testing.T) {
	js := made(t)
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			found, measurable := d.count(js)
			require.GreaterOrEqual(t, measurable, 4, "measured where it can be")
			require.GreaterOrEqual(t, float64(found), d.share*float64(measurable), "%d of %d found", found, measurable)
		})
	}
}

// count is in how many links the damage is found, of those where its field can be measured.
func (d damage) count(js joins) (found, measurable int) {
	for _, l := range js.damaged[d.name] {
		if l.Has(d.field) {
			measurable++
		}
		for _, field := range flagged(l) {
			if field == d.field {
				found++
			}
		}
	}
	return found, measurable
}

func TestTheNumbersAreWhatWasDone(t *testing.T) {
	js := made(t)
	for i := range js.damaged["luma -2"] {
		clean := js.perfect[2*i]
		require.InDelta(t, clean.Luma-2, js.damaged["luma -2"][i].Luma, 0.1)
		require.InDelta(t, 1, js.damaged["cast 1"][i].Chroma, 0.1)
		require.InDelta(t, -3, js.damaged["contrast ×0.97"][i].Contrast-clean.Contrast, 1)
		require.InDelta(t, 1, js.damaged["shift 1 px"][i].Move.DX, 0.25)
		require.InDelta(t, 0, js.damaged["shift 1 px"][i].Move.DY, 0.25)
		require.InDelta(t, 0.001, js.damaged["zoom 0.1 %"][i].Move.Zoom, 0.0003)
		require.Equal(t, 2, js.damaged["held 2"][i].Held)
		require.Negative(t, js.damaged["blur 1.4 px"][i].Sharpness)
		require.Positive(t, js.damaged["unsharp 0.6"][i].Sharpness)
		require.InDelta(t, 2, js.damaged["luma -2"][i].Map.Step(), 0.25, "the map undoes the step")
	}
}

// wrecked is what the corrections are tried on: a step of light, contrast and colour.
const wrecked = "lutyuv=y=clip(floor((val-118)*1.03+121.5)\\,0\\,255):u=val+2:v=val-1"

func TestCorrectionsLeaveNothingOfTheStep(t *testing.T) {
	dir := t.TempDir()
	all, err := encoded(dir, sources[0], []clip{{0, 29, ""}, {28, 29, wrecked}, {28, 29, moved(4, 0.003)}})
	require.NoError(t, err)
	toned, shifted := Measure(all[0], all[1]), Measure(all[0], all[2])
	require.Subset(t, flagged(toned), []string{"luma", "chroma", "contrast"})
	require.InDelta(t, 4+0.003*640, shifted.Shift, 0.5)

	opening := Joint{From: Opening}
	joint := func(l Link, w Wish) Correction { return Correct([]Joint{opening, {From: 0, Link: l, Wish: w}})[1] }
	done := []Correction{
		joint(toned, Wish{Colour: Level}), joint(toned, Wish{Colour: Match}), joint(shifted, Wish{Align: true}),
	}
	var files []file
	for i, c := range done {
		files = append(files, file{filepath.Join(dir, fmt.Sprintf("%d.mp4", 1+i/2)), 29, c})
	}
	mended, err := tapped(dir, files...)
	require.NoError(t, err)

	level, match, align := Measure(all[0], mended[0]), Measure(all[0], mended[1]), Measure(all[0], mended[2])
	for _, l := range []Link{level, match} {
		require.InDelta(t, 0, l.Luma, 0.15)
		require.InDelta(t, 0, l.Chroma, 0.15)
		require.InDelta(t, 0, l.Contrast, 0.5)
		require.Less(t, l.Join, LimitJoin)
	}
	require.Less(t, align.Shift, 0.5, "%+v", align)

	light := func(e *Edges, n int) float64 { return mean(e.Head[n].Y) }
	require.InDelta(t, light(all[1], 23)-toned.Luma, light(mended[0], 23), 0.3, "level stays")
	require.InDelta(t, light(all[1], 23), light(mended[1], 23), 0.3, "match is gone")
	require.InDelta(t, light(all[1], 12)-toned.Luma/2, light(mended[1], 12), 0.3, "and was half gone before")

	told := Measure(all[0], done[0].Edges(all[1]))
	require.InDelta(t, level.Luma, told.Luma, 0.1, "what is said of a correction is what it does")
	require.InDelta(t, level.Join, told.Join, 0.2)
	told = Measure(all[0], done[1].Edges(all[1]))
	require.InDelta(t, match.Luma, told.Luma, 0.1)
}

func TestEdgesOfAnotherClipAreNotRead(t *testing.T) {
	few, many := make([]byte, 48*160*90*3/2), make([]byte, 2*640*360*3/2)
	e, err := ReadEdges(few, many, 1280, 720, 121)
	require.NoError(t, err)
	require.Len(t, e.Head, 24)
	require.Len(t, e.Tail, 24)
	for _, bad := range []struct {
		edges, ends  []byte
		w, h, frames int
	}{
		{few[1:], many, 1280, 720, 121}, {few, many[1:], 1280, 720, 121},
		{few, many, 1280, 721 * 2, 121}, {few, many, 1280, 720, 47},
		{few, many, 0, 0, 121}, {few, many, 1280, 720, 0}, {nil, nil, 1280, 720, 1},
	} {
		_, err := ReadEdges(bad.edges, bad.ends, bad.w, bad.h, bad.frames)
		require.Error(t, err)
	}
}

func TestAClipOfOneFrameAndATallOneHaveEdges(t *testing.T) {
	for _, c := range []struct{ w, h, frames, edge, end int }{
		{1280, 720, 1, 90, 360}, {720, 1280, 30, 284, 1138}, {64, 64, 48, 160, 640},
	} {
		few := make([]byte, min(48, c.frames)*160*c.edge*3/2)
		many := make([]byte, min(2, c.frames)*640*c.end*3/2)
		e, err := ReadEdges(few, many, c.w, c.h, c.frames)
		require.NoError(t, err, "%d×%d", c.w, c.h)
		require.Len(t, e.Head, min(24, c.frames))
		require.Equal(t, c.end, e.First.H)
		require.Equal(t, "same", ifMissing(Measure(e, e), "same"), "a black clip has nothing to tell")
	}
}

func ifMissing(l Link, field string) string {
	if _, ok := l.Missing[field]; ok {
		return field
	}
	return ""
}

// BenchmarkSeam is the arithmetic of one seam: continuity.md allows 0.05 CPU seconds.
func BenchmarkSeam(b *testing.B) {
	js := made(b)
	for b.Loop() {
		Measure(js.edges[0], js.edges[1])
	}
}

// BenchmarkROC measures how many perfect joins are flagged and how much damage is found, on more footage than the
// tests have.
func BenchmarkROC(b *testing.B) {
	for b.Loop() {
		js, err := measured(sources, 5, damages)
		if err != nil {
			b.Fatal(err)
		}
		wrong := 0
		for i, l := range js.perfect {
			if fields := flagged(l); len(fields) > 0 {
				wrong++
				fmt.Fprintf(os.Stderr, "perfect join %d: %v\n", i, fields)
			}
		}
		b.ReportMetric(float64(len(js.perfect)), "joins")
		b.ReportMetric(float64(wrong), "flagged")
		for _, d := range damages {
			found, measurable := d.count(js)
			b.ReportMetric(float64(found)/float64(max(1, measurable)), d.metric())
		}
	}
}
