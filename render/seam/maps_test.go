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

// led makes every fourth link of a chain begin anew, behind clips of that many frames.
func led(joints []Joint, frames int) []Joint {
	for i := range joints {
		if i > 0 && (i+1)%4 == 0 {
			joints[i].Led = frames
		}
		joints[i].Anew = i > 0 && joints[i-1].Led > 0
	}
	return joints
}

// A clip that is led to a keyframe has drifted where it begins and has not where it ends: so its correction goes, and
// what grows from it is corrected for its own step alone.
func TestAChainThatIsLedToKeyframesDriftsNoFurtherThanBetweenThem(t *testing.T) {
	joints := led(chainOf(12, strong, Wish{Colour: Level}, steady), 121)
	before, done := Drifts(joints, nil), Correct(joints)
	after := Drifts(joints, done)
	alone := Drifts(chainOf(12, strong, Wish{}, steady), nil)
	for i, d := range before {
		since := i
		if i > 3 {
			since = (i-4)%4 + 1
		}
		require.InDelta(t, alone[since].Luma, d.Luma, 0.01, "clip %d is %d links from a keyframe", i, since)
		require.Equal(t, i, d.Links)
		require.Zero(t, d.Opening)
		require.Less(t, abs(after[i].Luma), 0.1, i)
	}
	for _, i := range []int{3, 7, 11} {
		require.Equal(t, 121, done[i].Fade)
		require.Equal(t, done[i].Map, done[i].at(0))
		require.Equal(t, identity, done[i].at(120), "at its end it is the keyframe")
		require.InDelta(t, done[i].Map.Step()/2, done[i].at(60).Step(), 0.6)
		require.Equal(t, done[i], done[i].Whole(), "in a cut without the seam as well")
	}
	require.InDelta(t, -2.86, done[4].Map.Step(), 0.1, "its own step")
	require.Zero(t, done[4].Fade)
}

// A fade goes by whole steps whatever its length, never back, from all of the map to nothing of it.
func TestFadesGoDownInSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Correction{Map: Map{Line{1, -10}, Line{1, 0}, Line{1, 0}}, Fade: rapid.IntRange(1, 800).Draw(t, "frames")}
		require.Equal(t, c.Map, c.at(0))
		last, steps := -10.0, map[float64]bool{}
		for n := range c.Fade {
			step := c.at(n).Step()
			require.GreaterOrEqual(t, step, last)
			last, steps[step] = step, true
		}
		require.LessOrEqual(t, len(steps), stairs)
		if c.Fade > stairs {
			require.Zero(t, last)
		}
		require.Equal(t, identity, c.at(c.Fade))
	})
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
	joint := func(w Wish) Correction { return Correct([]Joint{{From: Opening}, {From: 0, Link: l, Wish: w}})[1] }
	require.True(t, joint(Wish{}).None())
	require.Zero(t, joint(Wish{}).Skip)
	require.Equal(t, 3, joint(Wish{Skip: true}).Skip)
	require.Equal(t, Move{1, -2, 0.00101}, joint(Wish{Align: true}).Move)
	l.Shift = 0.4
	require.True(t, joint(Wish{Align: true}).None(), "noise is not moved")
	l.Missing = Missing{"shift": "no detail"}
	require.Equal(t, []string{"it is not moved: no detail"}, joint(Wish{Align: true}).Notes)
	open := Correct([]Joint{{From: Opening, Link: l, Wish: Wish{Level, true, true}}})[0]
	require.True(t, open.None() && open.Skip == 0 && open.Notes == nil, "an opening has no seam: %v", open)
}
