package chain

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// spoil turns over a file's last byte: its size stays.
func spoil(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	b[len(b)-1] ^= 0xff
	require.NoError(t, os.WriteFile(path, b, 0o644))
}

// forget has the record of every task there is go, as those of more than 7 days do.
func (f *fake) forget() {
	var old []string
	for _, t := range f.tasks {
		old = append(old, t.ID)
	}
	f.script = func(op, id string, _ int) error {
		if op == "get" && slices.Contains(old, id) {
			return &provider.Fault{Class: provider.Gone, Code: "NotFound", Message: "no such task"}
		}
		return nil
	}
}

// asideOf are the names of the files that were set aside in a take's folder.
func asideOf(t *testing.T, dir store.Take) []string {
	names, err := filepath.Glob(dir.Path("damaged-*"))
	require.NoError(t, err)
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return names
}

func TestWhatIsDamagedIsPutRightBeforeAnythingIsBoughtAgain(t *testing.T) {
	for name, c := range map[string]struct {
		harm   func(t *testing.T, x *fixture, dir store.Take)
		later  time.Duration
		state  Standing
		why    string
		aside  []string
		calls  map[string]int // of the second run
		flight bool           // status counts it as in flight
		other  bool           // another clip than the first
		recut  bool           // another last frame than the first
	}{
		"the last frame, while the service has it": {
			harm:  func(t *testing.T, _ *fixture, dir store.Take) { spoil(t, dir.Path("last_frame.png")) },
			state: Cached, aside: []string{"damaged-1-last_frame.png"}, calls: map[string]int{"get": 1, "last": 1},
			why: "last_frame.png is not the file that was kept: its last frame is fetched again, or cut from its clip; then what grows from it is made anew"},
		"the last frame, a day later": {
			harm:  func(t *testing.T, _ *fixture, dir store.Take) { spoil(t, dir.Path("last_frame.png")) },
			later: 25 * time.Hour, state: Cached, aside: []string{"damaged-1-last_frame.png"}, recut: true,
			why: "last_frame.png is not the file that was kept: its last frame is cut from its clip again, and what grows from it is made anew"},
		"the last frame is gone": {
			harm: func(t *testing.T, _ *fixture, dir store.Take) {
				require.NoError(t, os.Remove(dir.Path("last_frame.png")))
			},
			later: 25 * time.Hour, state: Cached, recut: true,
			why: "last_frame.png is missing: its last frame is cut from its clip again, and what grows from it is made anew"},
		"the clip, its size kept": {
			harm:  func(t *testing.T, _ *fixture, dir store.Take) { spoil(t, dir.Path("clip.mp4")) },
			state: InFlight, aside: []string{"damaged-1-clip.mp4"}, calls: map[string]int{"get": 1, "video": 1, "last": 1},
			flight: true,
			why:    "the kept clip cannot be used: damaged: clip.mp4 is not the file that was kept; fetched again from task cgt-1"},
		"the clip, after 7 days": {
			harm: func(t *testing.T, x *fixture, dir store.Take) {
				spoil(t, dir.Path("clip.mp4"))
				x.f.forget()
			},
			later: 8 * 24 * time.Hour, state: New, other: true,
			aside: []string{"damaged-1-clip.json", "damaged-1-clip.mp4", "damaged-1-last_frame.png"},
			why:   "its clip is damaged and can no longer be fetched: clip.mp4 is not the file that was kept"},
		"the clip, after 7 days, of a service that remembers longer": {
			harm:  func(t *testing.T, _ *fixture, dir store.Take) { spoil(t, dir.Path("clip.mp4")) },
			later: 8 * 24 * time.Hour, state: New, aside: []string{"damaged-1-clip.mp4"},
			calls: map[string]int{"get": 1, "video": 1, "last": 1},
			why:   "its clip is damaged and can no longer be fetched: clip.mp4 is not the file that was kept"},
		"the clip, of which a whole copy was set aside": {
			harm: func(t *testing.T, x *fixture, dir store.Take) {
				b, err := os.ReadFile(dir.Path("clip.mp4"))
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(dir.Path("damaged-1-clip.mp4"), b, 0o644))
				spoil(t, dir.Path("clip.mp4"))
				x.f.forget()
			},
			later: 8 * 24 * time.Hour, state: Cached, aside: []string{"damaged-1-clip.mp4", "damaged-2-clip.mp4"},
			why: "clip.mp4 is not the file that was kept: put right from what else is here"},
		"the facts": {
			harm: func(t *testing.T, x *fixture, dir store.Take) {
				require.NoError(t, os.WriteFile(dir.Path("clip.json"), []byte(`{"format":`), 0o644))
				x.f.forget()
			},
			later: 8 * 24 * time.Hour, state: Cached, aside: []string{"damaged-1-clip.json"},
			why: "clip.json: unexpected end of JSON input: put right from what else is here"},
		"the facts, of an older record": {
			harm: func(t *testing.T, x *fixture, dir store.Take) {
				unremembered(t, x, dir)
				require.NoError(t, os.WriteFile(dir.Path("clip.json"), []byte(`{"format":`), 0o644))
			},
			state: InFlight, aside: []string{"damaged-1-clip.json"}, calls: map[string]int{"get": 1}, flight: true,
			why: "the kept clip cannot be used: damaged: clip.json: unexpected end of JSON input; fetched again from task cgt-1"},
		"all was set aside for a damaged last frame": {
			harm: func(t *testing.T, x *fixture, dir store.Take) {
				unremembered(t, x, dir)
				spoil(t, dir.Path("last_frame.png"))
				l, err := x.st.Lock(t.Context(), dir.Key, nil)
				require.NoError(t, err)
				defer l.Unlock()
				require.NoError(t, l.SetAsideClip())
				x.f.forget()
			},
			later: 8 * 24 * time.Hour, state: Cached, recut: true,
			aside: []string{"damaged-1-clip.json", "damaged-1-clip.mp4", "damaged-1-last_frame.png"},
			why: "clip.json is missing, clip.mp4 is missing, last_frame.png is missing: " +
				"its last frame is cut from its clip again, and what grows from it is made anew"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				sb := film(t, "a/one")
				r, err := x.run(t.Context(), x.plan(sb))
				require.NoError(t, err)
				was, dir := r.Outcomes[0].Clip, r.Outcomes[0].Dir
				c.harm(t, x, dir)
				time.Sleep(c.later)

				open, err := Unfinished(x.st)
				require.NoError(t, err)
				require.Equal(t, c.flight, len(open) == 1)
				p := x.plan(sb)
				pt := p.Takes[0]
				require.Equal(t, c.state, pt.Standing)
				require.Equal(t, c.why, pt.Reason)
				if c.state == New {
					require.Equal(t, p.Takes[0].Take.Cost, p.Total)
				} else {
					require.Zero(t, p.Total)
				}

				x.f.calls = map[string]int{}
				r, err = x.run(t.Context(), p)
				require.NoError(t, err)
				require.True(t, r.Whole(), r.Outcomes[0].Fault)
				require.NoError(t, dir.Verify())
				require.ElementsMatch(t, c.aside, asideOf(t, dir))
				now := r.Outcomes[0].Clip
				if c.other {
					require.Equal(t, 1, x.f.calls["create"])
					require.NotEqual(t, was.Task, now.Task)
				} else {
					require.Equal(t, was.Video, now.Video)
					require.Equal(t, was.Task, now.Task)
					require.Equal(t, was.Cost, now.Cost)
					if c.calls == nil {
						c.calls = map[string]int{}
					}
					require.Equal(t, c.calls, x.f.calls)
				}
				require.Equal(t, c.recut, now.FrameWas != "")
				if c.recut {
					require.True(t, now.Decoded)
					require.Equal(t, was.LastFrame.Digest, now.FrameWas)
					b, err := os.ReadFile(dir.Path("last_frame.png"))
					require.NoError(t, err)
					require.Equal(t, "decoded last of "+dir.Path("clip.mp4"), string(b))
				} else if !c.other {
					require.Equal(t, was.LastFrame, now.LastFrame)
				}
				require.Equal(t, Cached, x.plan(sb).Takes[0].Standing)
			})
		})
	}
}

// unremembered makes a take's record one that does not say what was kept, as older ones do not.
func unremembered(t *testing.T, x *fixture, dir store.Take) {
	l, err := x.st.Lock(t.Context(), dir.Key, nil)
	require.NoError(t, err)
	defer l.Unlock()
	j, err := l.Journal()
	require.NoError(t, err)
	j.Last().Kept = nil
	require.NoError(t, l.PutJournal(j))
}

// What grows from a clip holds its last frame too.
func TestALastFrameIsTakenBackFromWhatGrewFromIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one", "a/two")
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		one := r.Outcomes[0].Dir
		spoil(t, one.Path("last_frame.png"))
		time.Sleep(8 * 24 * time.Hour)
		x.f.forget()
		x.f.calls = map[string]int{}
		p := x.plan(sb)
		require.Equal(t, map[string]Standing{"a/one": Cached, "a/two": Cached}, states(p))
		require.Equal(t, "last_frame.png is not the file that was kept: put right from what else is here", p.Takes[0].Reason)
		again, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, again.Whole())
		require.Empty(t, x.f.calls)
		require.Equal(t, r.Outcomes[0].Clip, again.Outcomes[0].Clip)
		require.NoError(t, one.Verify())
	})
}

// A frame that had to be cut anew is another picture: what is bought from it is asked for with it.
func TestWhatGrowsFromAFrameThatWasCutAnewIsAskedForWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		one := r.Outcomes[0].Dir
		spoil(t, one.Path("last_frame.png"))
		time.Sleep(8 * 24 * time.Hour)
		x.f.forget()
		sb := film(t, "a/one", "a/two")
		p := x.plan(sb)
		require.Equal(t, map[string]Standing{"a/one": Cached, "a/two": Waits}, states(p))
		require.Equal(t, "grows from a/one, whose last frame is damaged and is made again", p.Takes[1].Reason)
		require.Equal(t, p.Takes[1].Take.Cost, p.Total)
		x.f.script = nil
		var said []string
		r, err = Run(t.Context(), p, RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}, Observe: func(e Event) {
			if e.Standing == Mended {
				said = append(said, e.Message)
			}
		}})
		require.NoError(t, err)
		require.Equal(t, p.Total, r.Spent)
		require.Equal(t,
			[]string{"last_frame.png is not the file that was kept: its last frame has been cut from its clip again: " +
				"what grows from it is made anew"}, said)
		sent := request(x.f, "two").FirstFrame
		b, err := os.ReadFile(one.Path("last_frame.png"))
		require.NoError(t, err)
		require.True(t, bytes.Equal(b, sent.Data))
		require.Equal(t, r.Outcomes[0].Clip.LastFrame.Digest, sent.Digest)
		p = x.plan(sb)
		require.Equal(t, 2, p.Count(Cached))
		require.Equal(t, "its last frame was damaged, and has been cut from its clip again", p.Takes[0].Reason)
		var facts store.Clip
		b, err = os.ReadFile(one.Path("clip.json"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, &facts))
		require.NotEqual(t, facts.FrameWas, facts.LastFrame.Digest)
	})
}
