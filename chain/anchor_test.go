package chain

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

func TestAShotContinuesFromAnEarlierMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one", "a/two from: {shot: one, at: 3.5s}", "a/three from: one")
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.True(t, r.Whole())
		one, two := r.Of(sb.Shots()[0]), r.Of(sb.Shots()[1])
		require.Equal(t, 84, two.Take.At)
		req := request(x.f, "two")
		require.Equal(t, "frame 84 of video of "+content(request(x.f, "one")), string(req.FirstFrame.Data))
		require.Empty(t, string(req.FirstFrame.URL))
		require.Equal(t, "image/png", req.FirstFrame.MediaType)
		require.Equal(t, one.Clip.Video.Digest+"@84", req.FirstFrame.Digest, "named by what it is decoded from")
		require.NotEmpty(t, request(x.f, "three").FirstFrame.URL, "the end is the provider's own frame")
		again := x.plan(sb)
		require.Zero(t, again.Buys)
		other := x.plan(film(t, "a/one", "a/two from: {shot: one, at: 3s}", "a/three from: one"))
		require.Equal(t, Stale, states(other)["a/two"])
		require.Equal(t, "first frame changed", other.Of(other.Graph.Take("a/two")).Reason)
	})
}

// A moment is one frame of the clip however it is written, so it is one clip and one price.
func TestAMomentFromTheEndIsAFrameOfTheClip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		p := x.plan(film(t, "a/one", "a/two from: {shot: one, at: -5f}", "b/two prompt: two; from: {shot: a/one, at: 115f}",
			"b/late prompt: two; from: {shot: a/one, at: -0.2s}", "b/bridge from: a/one; to: a/two"))
		require.Len(t, p.Graph.Takes, 3, "three of them are the same")
		require.Equal(t, graph.Last-5, p.Graph.Take("a/two").At)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 3, x.f.created())
		two, frame := request(x.f, "two"), "frame 115 of video of "+content(request(x.f, "one"))
		require.Equal(t, frame, string(two.FirstFrame.Data))
		require.Equal(t, r.Outcomes[0].Clip.Video.Digest+"@115", two.FirstFrame.Digest)
		require.Equal(t, frame, string(request(x.f, "bridge").LastFrame.Data), "the frame that the other begins with")
		require.Zero(t, x.plan(film(t, "a/one", "a/two from: {shot: one, at: 115f}")).Buys, "bought under the other name")
		require.Equal(t, 1, x.plan(film(t, "a/one", "a/two from: {shot: one, at: -6f}")).Buys)
	})
}

// A clip that came out longer or shorter than was asked for is counted from the end that it has; where it does not
// reach, nothing is bought.
func TestAMomentIsCountedFromTheEndThatTheClipHas(t *testing.T) {
	clip := func(frames int) *KeptClip {
		return &KeptClip{Clip: &store.Clip{Frames: frames, Video: store.File{Digest: "v"},
			LastFrame: store.File{Digest: "l"}}}
	}
	rapid.Check(t, func(t *rapid.T) {
		frames, n := rapid.IntRange(1, 800).Draw(t, "frames"), rapid.IntRange(0, 800).Draw(t, "before")
		name := frameOf(clip(frames), graph.Last-n)
		switch number := clip(frames).numbered(graph.Last - n); {
		case n == 0:
			require.Equal(t, "l", name)
			require.Equal(t, graph.Last, number)
		case n < frames:
			require.Equal(t, fmt.Sprintf("v@%d", frames-1-n), name)
			require.Equal(t, frames-1-n, number)
		default:
			require.Less(t, number, graph.Last, "never taken for the last, nor for one that is there")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one duration: auto", "a/two from: {shot: one, at: -10s}") // it gets 121 frames, of 361 at most
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.ErrorContains(t, r.Of(sb.Shots()[1]).Fault, "the clip has 121 frames")
		require.Equal(t, 1, x.f.created())
	})
}

// request is what was asked for a prompt.
func request(f *fake, prompt string) provider.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.tasks {
		if t.req.Prompt == prompt {
			return t.req
		}
	}
	return provider.Request{}
}

func TestABridgeWaitsForBothOfItsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one", "a/bridge to: b/sea", "b/sea duration: 15s", "b/next")
		p := x.plan(sb)
		require.Equal(t, map[string]Standing{"a/one": New, "a/bridge": Waits, "b/sea": New, "b/next": Waits}, states(p))
		require.Equal(t, 1, p.Graph.Take("a/bridge").Index-p.Graph.Take("b/sea").Index, "behind what it ends on")
		began := time.Now()
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.InDelta(t, p.Expected.Seconds(), time.Since(began).Seconds(), 0.05*p.Expected.Seconds())
		bridge := request(x.f, "bridge")
		require.Equal(t, "frame 0 of video of "+content(request(x.f, "sea")), string(bridge.LastFrame.Data))
		require.NotEmpty(t, bridge.FirstFrame.URL)
		require.Zero(t, x.plan(sb).Buys)
	})
}

func TestTheFirstFrameOfAShotThatGrewIsWhatItGrewFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one", "a/two", "b/other from: none", "b/bridge to: a/two", "b/late from: none",
			"b/late2 from: {shot: late, at: 1s}", "b/bridge2 from: other; to: b/late2")
		p := x.plan(sb)
		require.Same(t, p.Graph.Take("a/one"), p.Graph.Take("b/bridge").To)
		require.Equal(t, 24, p.Graph.Take("b/bridge2").ToFrame)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		last := request(x.f, "bridge").LastFrame
		require.NotEmpty(t, last.URL)
		require.Equal(t, request(x.f, "two").FirstFrame.URL, last.URL, "the same untouched picture")
		require.Contains(t, string(request(x.f, "bridge2").LastFrame.Data), "frame 24 of")
	})
}

func TestWhatEndsOnAMissingFrameIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, take string, _ int) error {
			if op == "create" && take == "b/sea" {
				return &provider.Fault{Class: provider.Moderated, Message: "no"}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one", "a/bridge to: b/sea", "b/sea")))
		require.NoError(t, err)
		require.Equal(t, map[string]Standing{"a/one": Kept, "a/bridge": Skipped, "b/sea": Failed}, stages(r))
		out := r.Outcomes[r.Graph.Take("a/bridge").Index]
		require.Equal(t, "b/sea", out.Behind.Name())
		require.ErrorContains(t, out.Fault, "it ends on a frame of b/sea, which is not there")
	})
}

func TestStillsAreFittedToTheClipsPixels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		still(t, dir, "wide.png", 1000, 500)
		still(t, dir, "exact.png", 1280, 720)
		x := newFixture(t)
		sb := parse(t, dir, `look: {model: seedance-2.0, ratio: "16:9"}
scenes:
  - id: a
    shots:
      - {id: wide, prompt: wide, first_frame: wide.png, to: exact.png}
      - {id: exact, prompt: exact, first_frame: exact.png}
      - {id: ends, prompt: ends, from: exact, to: wide}
      - {id: web, prompt: web, first_frame: "https://example.com/a.png", to: wide.png, ratio: adaptive}
`)
		p := x.plan(sb)
		require.Len(t, p.Graph.Take("a/wide").Fits, 1)
		require.Equal(t, "1000×500 to 1280×720, 11 % of its width cut", p.Graph.Take("a/wide").Fits[0].String())
		require.Empty(t, p.Graph.Take("a/exact").Fits)
		require.Empty(t, p.Graph.Take("a/web").Fits, "the size is not known")
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.True(t, strings.HasPrefix(string(request(x.f, "wide").FirstFrame.Data), "1280x720 of "))
		require.NotContains(t, string(request(x.f, "wide").LastFrame.Data), "1280x720 of", "it has the pixels already")
		require.Equal(t, request(x.f, "wide").FirstFrame.Data, request(x.f, "ends").LastFrame.Data)
		require.Nil(t, p.Graph.Take("a/ends").To, "a still is there before anything is made")
		require.Equal(t, "https://example.com/a.png", request(x.f, "web").FirstFrame.Web)
		require.Zero(t, x.plan(sb).Buys)
	})
}

// A prompt names reference pictures as the service does, and the key with it.
func TestReferencesGoByTheNamesOfTheService(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "k.png", 640, 640)
	sb := parse(t, dir, `look: {model: seedance-2.0}
cast:
  keeper: {look: an old keeper, references: [k.png]}
  dog: {look: a dog, references: [k.png, k.png]}
scenes: [{id: a, shots: [{id: one, prompt: "@keeper and @dog."}]}]
`)
	for names, want := range map[string]string{
		"":         "an old keeper and a dog. Image 1 shows an old keeper. Images 2 to 3 show a dog.",
		"@Image%d": "an old keeper and a dog. @Image1 shows an old keeper. @Image2 to @Image3 show a dog.",
	} {
		target := simTarget
		target.Service.Can.Pictures = names
		g, err := graph.Compile(t.Context(), sb, target)
		require.NoError(t, err)
		require.Equal(t, want, g.Takes[0].Request.Prompt)
	}
}

func TestTheCastBringsItsReferences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		still(t, dir, "k.png", 640, 640)
		still(t, dir, "l.png", 640, 360)
		x := newFixture(t)
		sb := parse(t, dir, `look: {model: seedance-2.0}
cast:
  keeper: {look: an old keeper, references: [k.png, "https://example.com/k.png"]}
  dog: {look: a dog}
scenes:
  - id: a
    shots:
      - {id: one, prompt: "@keeper and @dog.", references: [l.png]}
      - {id: two, prompt: "Then @keeper turns."}
`)
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.True(t, r.Whole())
		one := request(x.f, "an old keeper and a dog. Images 2 to 3 show an old keeper.")
		require.Equal(t, "an old keeper and a dog. Images 2 to 3 show an old keeper.", one.Prompt)
		require.Len(t, one.References, 3)
		require.NotEmpty(t, one.References[0].Data)
		require.NotEmpty(t, one.References[1].Data)
		require.Equal(t, "https://example.com/k.png", one.References[2].Web)
		two := request(x.f, "Then an old keeper turns.")
		require.Empty(t, two.References, "the first frame shows him")
		require.Equal(t, "Then an old keeper turns.", two.Prompt)
		require.Zero(t, x.plan(sb).Buys)
	})
}

func TestCombinationsThatAModelRefusesAreErrorsAtTheirLine(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "k.png", 640, 640)
	for _, c := range []struct{ model, first, second, at, want, hint string }{
		{"seedance-2.0", "", "references: [k.png]", "7:36", "takes references or a first frame, not both", "from: none"},
		{"seedance-1.5-pro", "references: [k.png]", "", "6:36", "cannot look at reference pictures",
			"these can: seedance-2.5"},
		{"seedance-2.0", "references: [" + strings.TrimSuffix(strings.Repeat("k.png, ", 10), ", ") + "]", "", "6:99",
			"10 reference pictures are too many", "it takes 9"},
		{"seedance-1.0-pro-fast", "", "to: k.png", "7:27", "cannot end on a given frame", "these can: seedance-2.5"},
		{"seedance-2.0", "to: k.png", "", "6:27", "takes a last frame only beside a first one", "give it a beginning"},
		{"seedance-2.0", "", "from: {shot: one, at: 5.1s}", "7:45", "5.1s is not in the clip of \"a/one\", which has 5s",
			"from 1f to 5s"},
		{"seedance-2.0", "", "from: {shot: one, at: 0.01s}", "7:45", "0.01s is not in the clip", ""},
		{"seedance-2.0", "", "from: {shot: one, at: 121f}", "7:45", "121f is not in the clip", ""},
		{"seedance-2.0", "", "from: {shot: one, at: -120f}", "7:45", "-120f is not in the clip of \"a/one\", which has 5s",
			"from 1f to 5s, or from -1f to -119f"},
		{"seedance-2.0", "", "from: {shot: one, at: -5s}", "7:45", "-5s is not in the clip", ""},
		{"seedance-2.0", "", "from: {shot: one, at: -0.02s}", "7:45", "-0.02s is not in the clip", ""},
		{"seedance-2.0", "duration: auto", "from: {shot: one, at: -16s}", "7:45", "-16s is not in the clip", ""},
	} {
		t.Run(c.want, func(t *testing.T) {
			line := func(id, more string) string {
				if more == "" {
					return fmt.Sprintf("      - {id: %s, prompt: x}\n", id)
				}
				return fmt.Sprintf("      - {id: %s, %s, prompt: x}\n", id, more)
			}
			src := fmt.Sprintf("title: T\nlook: {model: %s}\nscenes:\n  - id: a\n    shots:\n%s%s", c.model,
				line("one", c.first), line("two", c.second))
			_, err := graph.Compile(t.Context(), parse(t, dir, src), simTarget)
			var ps storyboard.Problems
			require.ErrorAs(t, err, &ps)
			require.Contains(t, ps[0].Message, c.want)
			require.Contains(t, ps[0].Hint, c.hint)
			require.Len(t, ps, 1)
		})
	}
}

// For random films whose shots continue, end on and look at one another: every distinct key is bought once, what the
// plan says is what the run does, and the forecast holds.
func TestAnchorsProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "shots")
		lines := make([]string, n)
		for i := range lines {
			lines[i] = fmt.Sprintf("a/s%d prompt: p%d; takes: %d", i, rapid.IntRange(0, 2).Draw(rt, "prompt"),
				rapid.IntRange(1, 2).Draw(rt, "takes"))
			switch {
			case i == 0 || rapid.IntRange(0, 3).Draw(rt, "opens") == 0:
				lines[i] += "; from: none"
				continue
			case rapid.Bool().Draw(rt, "moment"):
				lines[i] += fmt.Sprintf("; from: {shot: s%d, at: %s}", rapid.IntRange(0, i-1).Draw(rt, "from"),
					rapid.SampledFrom([]string{"1s", "24f", "-4s", "-5f", "115f", "5s", "120f"}).Draw(rt, "at"))
			default:
				lines[i] += fmt.Sprintf("; from: s%d", rapid.IntRange(0, i-1).Draw(rt, "from"))
			}
			if rapid.Bool().Draw(rt, "ends") {
				lines[i] += fmt.Sprintf("; to: s%d", rapid.IntRange(0, i-1).Draw(rt, "to"))
			}
		}
		synctest.Test(t, func(t *testing.T) {
			x := newFixture(t)
			p := x.plan(film(t, lines...))
			r, err := x.run(t.Context(), p)
			require.NoError(t, err)
			require.True(t, r.Whole())
			keys := map[string]bool{}
			for _, out := range r.Outcomes {
				keys[out.Dir.Key] = true
			}
			require.Equal(t, len(keys), x.f.created())
			require.Equal(t, p.Buys, x.f.created())
			require.Equal(t, p.Total, r.Spent)
			require.Zero(t, x.plan(film(t, lines...)).Buys)
		})
	})
}
