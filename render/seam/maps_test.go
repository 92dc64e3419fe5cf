package seam

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var anyLine = rapid.Custom(func(t *rapid.T) Line {
	return Line{rapid.Float64Range(0.7, 1.4).Draw(t, "gain"), rapid.Float64Range(-40, 40).Draw(t, "offset")}
})

var anyMap = rapid.Custom(func(t *rapid.T) Map {
	return Map{anyLine.Draw(t, "y"), anyLine.Draw(t, "u"), anyLine.Draw(t, "v")}
})

func TestMapsComposeAsTheyApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n := anyMap.Draw(t, "first"), anyMap.Draw(t, "then")
		v := rapid.Float64Range(0, 255).Draw(t, "code")
		both := n.After(m)
		require.InDelta(t, n.Y.at(m.Y.at(v)), both.Y.at(v), 1e-9)
		require.InDelta(t, n.U.at(m.U.at(v)), both.U.at(v), 1e-9)
		require.InDelta(t, v, m.Inverse().After(m).V.at(v), 1e-9)
		require.Equal(t, m, m.After(identity))
		require.Equal(t, identity, m.Part(0))
		require.InDelta(t, m.Y.at(v), m.Part(1).Y.at(v), 1e-9)
	})
}

func TestMapsAreRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMap.Draw(t, "map")
		r := m.Rounded()
		require.InDelta(t, m.Y.Gain, r.Y.Gain, 0.5/1024)
		require.InDelta(t, m.U.Offset, r.U.Offset, 0.5/16)
		require.Equal(t, r, r.Rounded())
		require.Equal(t, r.Y.Gain*1024, math.Round(r.Y.Gain*1024))
	})
}

func TestATableRoundsAndStaysInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := anyLine.Draw(t, "line")
		v := rapid.Byte().Draw(t, "code")
		want := min(255, max(0, l.at(float64(v))))
		require.InDelta(t, want, float64(l.table(0)[v]), 0.5+1e-9)
		require.EqualValues(t, v, same.table(128)[v])
	})
}

// chainOf is a chain whose links have that map from each clip to the next, seen with some error.
func chainOf(links int, forward Map, wish Wish, noise func(i int) float64) []Joint {
	all := []Joint{{From: Opening}}
	for i := range links {
		l := Link{Map: forward.Inverse(), Same: 0.999, Missing: Missing{}}
		l.Map.Y.Offset += noise(i)
		all = append(all, Joint{From: i, Link: l, Wish: wish})
	}
	return all
}

func steady(int) float64 { return 0 }

// strong is the simulator's strong drift, in its codes.
var strong = Map{Line{1.006, 2.86 - 0.006*Grey}, Line{1.015, -0.25}, Line{1.015, 0.25}}

func TestLevelTakesAChainsDriftAway(t *testing.T) {
	joints := chainOf(20, strong, Wish{Colour: Level}, func(i int) float64 { return 0.1 * float64(i%3-1) })
	before, done := Drifts(joints, nil), Correct(joints)
	after := Drifts(joints, done)
	require.Greater(t, before[20].Luma, 55.0)
	require.Equal(t, 20, before[20].Links)
	require.True(t, before[20].Far())
	require.LessOrEqual(t, abs(after[20].Luma), before[20].Luma/4)
	require.Less(t, abs(after[20].Luma), 0.1, "all that was measured is taken out")
	require.Less(t, max(abs(after[20].U), abs(after[20].V)), 0.1)
	require.False(t, after[20].Far())
	for i := 1; i <= 20; i++ {
		require.Zero(t, done[i].Fade)
		require.Equal(t, done[i].Map, done[i].Map.Rounded())
	}
	require.True(t, done[0].None(), "the opening stays as it is")
}

func TestNoiseIsNotCorrected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "links")
		walk := rapid.SliceOfN(rapid.Float64Range(-1, 1), n, n).Draw(t, "noise")
		sum := 0.0
		for _, x := range walk {
			sum += x
		}
		rest := (sum - 0.3*math.Sqrt(float64(n))*rapid.Float64Range(-1, 1).Draw(t, "end")) / float64(n)
		for _, wish := range []string{Level} {
			for i, c := range Correct(chainOf(n, identity, Wish{Colour: wish}, func(i int) float64 { return walk[i] - rest })) {
				require.True(t, c.None(), "clip %d of %d: %v", i, n, c)
			}
		}
	})
}

func TestMatchIsOfOneSeamAndNotOfTheChain(t *testing.T) {
	joints := chainOf(3, strong, Wish{Colour: Match}, steady)
	done := Correct(joints)
	for _, c := range done[1:] {
		require.InDelta(t, -2.86, c.Map.Step(), 0.1)
		require.Equal(t, 24, c.Fade)
	}
	require.Equal(t, Drifts(joints, nil), Drifts(joints, done), "drift stays")
}

func TestABranchIsDecidedTogetherAndAnUntouchedShotOpensAnew(t *testing.T) {
	joints := chainOf(4, strong, Wish{Colour: Level}, steady)
	perfect := Link{Map: identity, Same: 1, Missing: Missing{}}
	joints = append(joints, Joint{From: 1, Link: perfect, Wish: Wish{Colour: Level}})
	joints[3].Wish.Colour = None
	done := Correct(joints)
	require.InDelta(t, -2*2.86, done[2].Map.Step(), 0.2)
	require.True(t, done[3].None())
	require.InDelta(t, -2.86, done[4].Map.Step(), 0.1, "from the untouched shot on, one link")
	require.InDelta(t, -2.86, done[5].Map.Step(), 0.1, "a branch without a step of its own keeps that of its stem")
}

func TestWhatIsNotToBeTrustedIsRefused(t *testing.T) {
	for want, change := range map[string]func(*Link){
		"another picture":      func(l *Link) { l.Same = 0.9 },
		"step of 13.0 codes":   func(l *Link) { l.Map.Y = Line{1, -13} },
		"change by ×1.20":      func(l *Link) { l.Map.Y = Line{1.2, -0.2 * Grey} },
		"6 % of its pixels":    func(l *Link) { l.Clipped = 0.06 },
		"shapes":               func(l *Link) { *l = Unmeasured("the clips have pictures of different shapes") },
		"nearly everywhere":    func(l *Link) { l.Map, l.Missing = identity, Missing{"map": "black nearly everywhere"} },
		"whole chain would":    func(l *Link) { l.Map.Y = Line{0.86, 0.14 * Grey} },
		"both have one colour": func(l *Link) { l.Missing = Missing{"same": "both have one colour"} },
	} {
		joints := chainOf(4, strong, Wish{Colour: Level}, steady)
		if want == "whole chain would" {
			for i := 1; i < 4; i++ {
				change(&joints[i].Link)
			}
		}
		change(&joints[3].Link)
		done := Correct(joints)
		require.Len(t, done[3].Notes, 1, want)
		require.Contains(t, done[3].Notes[0], want)
		require.Equal(t, done[2].Map, done[3].Map, "%s: the step stays, and with it what is in front of it", want)
	}
}

func TestAlignAndSkipAreDoneOnlyWhereTheyAreAskedFor(t *testing.T) {
	l := Link{Map: identity, Same: 1, Held: 3, Move: Move{1.004, -2, 0.00101}, Shift: 2.9, Missing: Missing{}}
	joint := func(w Wish) Correction { return Correct([]Joint{{From: Opening}, {0, l, w}})[1] }
	require.True(t, joint(Wish{}).None())
	require.Zero(t, joint(Wish{}).Skip)
	require.Equal(t, 3, joint(Wish{Skip: true}).Skip)
	require.Equal(t, Move{1, -2, 0.00101}, joint(Wish{Align: true}).Move)
	l.Shift = 0.4
	require.True(t, joint(Wish{Align: true}).None(), "noise is not moved")
	l.Missing = Missing{"shift": "no detail"}
	require.Equal(t, []string{"it is not moved: no detail"}, joint(Wish{Align: true}).Notes)
	open := Correct([]Joint{{Opening, l, Wish{Level, true, true}}})[0]
	require.True(t, open.None() && open.Skip == 0 && open.Notes == nil, "an opening has no seam: %v", open)
}
