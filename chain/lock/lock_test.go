package lock

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// plan keeps a clip of every take of a film whose takes open on their own, and plans it. Those in leave are not kept.
func plan(t testing.TB, st *store.Store, src string, leave ...string) *chain.Plan {
	sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(src), storyboard.Options{})
	require.NoError(t, err)
	g, err := graph.Compile(t.Context(), sb,
		graph.Target{Models: models.Default(), Service: provider.About{Namespace: "sim", Region: models.Ark}, Ended: true})
	require.NoError(t, err)
	p, err := chain.Make(t.Context(), g, st, chain.PlanOptions{})
	require.NoError(t, err)
	for i, pt := range p.Takes {
		if slices.Contains(leave, pt.Take.Name()) || pt.Standing == chain.Cached {
			continue
		}
		l, err := st.Lock(t.Context(), pt.Key, nil)
		require.NoError(t, err)
		for _, name := range []string{"clip.mp4", "last_frame.png"} {
			require.NoError(t, l.WriteFile(name, []byte(name+pt.Key)))
		}
		c := &store.Clip{Shot: pt.Take.Shot.Name(), Task: fmt.Sprint("cgt-", i), Seed: new(int64(i)), Frames: 121}
		c.Video, err = l.Describe("clip.mp4")
		require.NoError(t, err)
		c.LastFrame, err = l.Describe("last_frame.png")
		require.NoError(t, err)
		require.NoError(t, l.PutClip(c))
		l.Unlock()
	}
	p, err = chain.Make(t.Context(), g, st, chain.PlanOptions{})
	require.NoError(t, err)
	return p
}

func openStore(t testing.TB) *store.Store {
	st, err := store.Open(filepath.Join(t.TempDir(), store.DirName))
	require.NoError(t, err)
	return st
}

const film = `look: {model: seedance-2.0}
vars: {p: x}
scenes: [{id: a, shots: [{id: one, prompt: "${p}", takes: 2, pick: 1}, {id: two, prompt: y, from: none}]}]
variants: {matrix: {p: [x, z]}}
`

func TestALockIsReadBackAndHoldsTheFilm(t *testing.T) {
	st := openStore(t)
	p := plan(t, st, film)
	l, err := Freeze(p)
	require.NoError(t, err)
	require.Len(t, l.Takes, 6)
	text, err := l.Encode()
	require.NoError(t, err)
	back, err := Read(strings.NewReader(string(text)))
	require.NoError(t, err)
	require.Equal(t, l, back)
	again, err := back.Encode()
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
	require.Empty(t, back.Differs(p))
}

func TestADifferenceIsSaid(t *testing.T) {
	st := openStore(t)
	l, err := Freeze(plan(t, st, film))
	require.NoError(t, err)
	for change, want := range map[string]string{
		"pick: 1=pick: 2":                     "x:a/one, take 1 is no longer picked; x:a/one, take 2 is picked now; z:a/one, take 1 is no longer picked; z:a/one, take 2 is picked now",
		"takes: 2=takes: 3":                   "x:a/one, take 3 is not in the lock; z:a/one, take 3 is not in the lock",
		"prompt: y=prompt: other":             "x:a/two, take 1 is another clip now: never made; z:a/two, take 1 is another clip now: never made",
		"p: [x, z]=p: [x]":                    "z:a/one, take 1 is in the lock, but not in the film; z:a/one, take 2 is in the lock, but not in the film; z:a/two, take 1 is in the lock, but not in the film",
		", {id: two, prompt: y, from: none}=": "x:a/two, take 1 is in the lock, but not in the film; z:a/two, take 1 is in the lock, but not in the film",
	} {
		old, now, _ := strings.Cut(change, "=")
		edited := strings.Replace(film, old, now, 1)
		require.NotEqual(t, film, edited)
		leave := []string{"a/two", "a/one#3", "x:a/one#3", "z:a/one#3"}
		require.Equal(t, want, strings.Join(l.Differs(plan(t, st, edited, leave...)), "; "), change)
	}
}

func TestAFilmThatLacksItsPickCannotBeFrozen(t *testing.T) {
	_, err := Freeze(plan(t, openStore(t), film, "a/two"))
	require.EqualError(t, err, "x:a/two, take 1 is not kept (new), and the film uses it")
	l, err := Freeze(plan(t, openStore(t), film, "x:a/one#2"))
	require.NoError(t, err, "a take that is not picked may be missing")
	require.Len(t, l.Takes, 5)
}

// Whatever a lock file holds, reading it ends in a lock or an error.
func TestReadIsStrict(t *testing.T) {
	good := "format: 1\nprovider: sim\ntakes:\n  - shot: a/b\n    take: 1\n    picked: true\n    key: " +
		strings.Repeat("ab", 32) +
		"\n    task: t\n    clip: " + strings.Repeat("cd", 32) + "\n    last_frame: " + strings.Repeat("ef", 32) + "\n"
	_, err := Read(strings.NewReader(good))
	require.NoError(t, err)
	for _, bad := range []string{"", "format: 2\n", "format: 1\nmore: x\n", "- x", "format: one",
		strings.Replace(good, "key: ab", "key: AB", 1),
		strings.Replace(good, "take: 1", "take: 0", 1), "format: 1\ntakes: [{shot: a/b}]\n"} {
		_, err := Read(strings.NewReader(bad))
		require.Error(t, err, bad)
	}
	rapid.Check(t, func(rt *rapid.T) {
		cut := rapid.IntRange(0, len(good)).Draw(rt, "cut")
		_, _ = Read(strings.NewReader(good[:cut] + rapid.StringOfN(rapid.Rune(), 0, 5, -1).Draw(rt, "garbage") + good[cut:]))
	})
}
