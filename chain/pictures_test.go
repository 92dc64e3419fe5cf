package chain

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/storyboard"
)

// flip turns one byte of a file over.
func flip(t testing.TB, path string, at int) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	b[at] ^= 1
	require.NoError(t, os.WriteFile(path, b, 0o644))
}

// carries holds that a task was bought with exactly that first frame.
func (x *fixture) carries(shot string, first []byte) {
	x.t.Helper()
	n := 0
	for _, task := range x.f.tasks {
		if shotOf(task.req.Label) == shot {
			n++
			require.NotNil(x.t, task.req.FirstFrame, "%s was bought without its first frame", shot)
			require.Equal(x.t, string(first), string(task.req.FirstFrame.Data))
			require.Equal(x.t, digestOf(first), task.req.FirstFrame.Digest)
		}
	}
	require.Equal(x.t, 1, n)
}

// spoiled runs a plan; once its first take is found in the store, do is done to the disk.
func (x *fixture) spoiled(p *Plan, do func()) (*Reel, error) {
	return Run(x.t.Context(), p, RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}, Observe: func(e Event) {
		if e.Take == p.Takes[0].Take && e.Standing == Cached {
			do()
		}
	}})
}

// A frame that is damaged after it was looked at, whether or not it still decodes, ends what grows from it before anything is sent.
func TestNothingGrowsFromADamagedFrame(t *testing.T) {
	for name, at := range map[string]int{"that does not decode": len("last "),
		"that decodes as another": len("last of ") + 3} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
				require.NoError(t, err)
				frame := r.Outcomes[0].Dir.Path(r.Outcomes[0].Clip.LastFrame.Name)
				whole, err := os.ReadFile(frame)
				require.NoError(t, err)
				time.Sleep(25 * time.Hour) // the service's own URL of it has lapsed
				r, err = x.spoiled(x.plan(film(t, "a/one", "a/two")), func() { flip(t, frame, at) })
				require.NoError(t, err)
				require.Equal(t, 1, x.f.created(), "nothing was sent")
				require.Equal(t, Failed, r.Outcomes[1].Standing)
				require.ErrorIs(t, r.Outcomes[1].Fault, errOther)
				require.ErrorContains(t, r.Outcomes[1].Fault, "its first frame (the last frame of a/one)")
				require.ErrorContains(t, r.Outcomes[1].Fault, frame)
				require.Zero(t, r.Spent.Micros)

				require.NoError(t, os.WriteFile(frame, whole, 0o644))
				r, err = x.run(t.Context(), x.plan(film(t, "a/one", "a/two")))
				require.NoError(t, err)
				require.True(t, r.Whole())
				x.carries("a/two", whole)
			})
		})
	}
}

// flaky is an Inspector that can fail to open pictures, or be slow enough for a disk to go bad after it has looked.
type flaky struct {
	glance
	fail   error
	looked func(path string)
}

func (f flaky) Picture(path string) (string, error) {
	frozen := strings.HasPrefix(filepath.Base(path), "first_frame") || strings.HasPrefix(filepath.Base(path), "reference")
	if frozen && f.fail != nil {
		return "", f.fail
	}
	mediaType, err := f.glance.Picture(path)
	if frozen && f.looked != nil {
		f.looked(path)
	}
	return mediaType, err
}

var errFiles = errors.New("too many open files")

// A frozen picture that cannot be read, or is not what was frozen, ends the take before anything is sent; the next
// run freezes it again.
func TestAFrozenPictureThatIsNotItselfIsNotSent(t *testing.T) {
	for name, look := range map[string]flaky{
		"it cannot be opened": {fail: errFiles},
		"a byte has turned": {
			looked: func(path string) { b, _ := os.ReadFile(path); b[20] ^= 1; _ = os.WriteFile(path, b, 0o644) }},
		"it is cut":  {looked: func(path string) { _ = os.Truncate(path, 9) }},
		"it is gone": {looked: func(path string) { _ = os.Remove(path) }},
	} {
		for why, refused := range map[string]bool{"its URL has lapsed": false, "its URL is not taken": true} {
			t.Run(name+", "+why, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					x := newFixture(t)
					sb := film(t, "a/one", "a/two")
					r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
					require.NoError(t, err)
					whole, err := os.ReadFile(r.Outcomes[0].Dir.Path(r.Outcomes[0].Clip.LastFrame.Name))
					require.NoError(t, err)
					if refused {
						x.f.script = func(op, shot string, n int) error {
							if op == "create" && n == 2 {
								return &provider.Fault{Class: provider.Invalid, Message: "no such picture"}
							}
							return nil
						}
					} else {
						time.Sleep(25 * time.Hour)
					}
					r, err = Run(t.Context(), x.plan(sb), RunOptions{Provider: x.f, Store: x.st, Inspector: look})
					require.NoError(t, err)
					require.Equal(t, 1, x.f.created(), "nothing was sent")
					require.Equal(t, Failed, r.Outcomes[1].Standing)
					require.ErrorContains(t, r.Outcomes[1].Fault, "its first frame (the last frame of a/one)")
					require.Zero(t, r.Spent.Micros)

					x.f.script = nil
					time.Sleep(25 * time.Hour)
					r, err = x.run(t.Context(), x.plan(sb))
					require.NoError(t, err)
					require.True(t, r.Whole(), "%v", r.Outcomes[1].Fault)
					x.carries("a/two", whole)
				})
			})
		}
	}
}

// stills is a film that opens on one still, ends on another, and looks at a third; each has pixels of its own.
func stills(t *testing.T, dir string) *storyboard.Storyboard {
	t.Helper()
	for name, size := range map[string]models.Size{"first": {Width: 640, Height: 360}, "end": {Width: 1280, Height: 720},
		"look": {Width: 400, Height: 300}} {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, size.Width, size.Height))))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), b.Bytes(), 0o644))
	}
	sb, err := storyboard.Parse("film.yaml", dir, []byte(`look: { model: seedance-2.0, ratio: "16:9", resolution: 720p }
scenes:
  - id: a
    shots:
      - { id: one, prompt: one, first_frame: first.png, to: end.png }
      - { id: two, prompt: two, from: none, references: [look.png] }
`), storyboard.Options{})
	require.NoError(t, err)
	return sb
}

func TestStillsAreSentAsTheyWerePlanned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		x := newFixture(t)
		p := x.plan(stills(t, dir))
		paths := []string{filepath.Join(dir, "first.png"), filepath.Join(dir, "look.png")}
		for _, path := range paths { // edited between plan and run
			whole, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, append(whole, 0), 0o644))
		}
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		for i, path := range paths {
			require.Equal(t, Failed, r.Outcomes[i].Standing)
			require.ErrorIs(t, r.Outcomes[i].Fault, errOther)
			require.ErrorContains(t, r.Outcomes[i].Fault, path)
		}
		require.Zero(t, x.f.created())
		p = x.plan(stills(t, dir)) // as they were
		r, err = x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 2, x.f.created())
		fits := 0
		for _, task := range x.f.tasks {
			for _, s := range picturesOf(&task.req) {
				require.NotEmpty(t, s.Data)
				want := s.Digest
				if digest, fitted, ok := strings.Cut(s.Digest,
					"@"); ok { // the key has the still and its size, the record what became of it
					b, err := os.ReadFile(filepath.Join(dir, "first.png"))
					require.NoError(t, err)
					require.Equal(t, digest, digestOf(b))
					fits++
					require.Equal(t, "1280x720", fitted)
					b, _ = glance{}.Fit(b, 1280, 720)
					want = digestOf(b)
					req, err := r.Outcomes[0].Dir.Request()
					require.NoError(t, err)
					require.Equal(t, want, req.Frozen[req.First])
				}
				require.Equal(t, want, digestOf(s.Data), s.role)
			}
		}
		require.Equal(t, 1, fits)
	})
}

// A frame from the middle of a clip is taken from the very clip that the key names.
func TestAMomentOfADamagedClipIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		r, err := x.run(t.Context(), x.plan(film(t, "a/one")))
		require.NoError(t, err)
		clip := r.Outcomes[0].Dir.Path("clip.mp4")
		sb := film(t, "a/one", "a/two from: {shot: a/one, at: 2s}")
		r, err = x.spoiled(x.plan(sb), func() { flip(t, clip, len("video of ")+3) })
		require.NoError(t, err)
		require.ErrorContains(t, r.Outcomes[1].Fault, "its first frame (frame 48 of a/one)")
		require.Equal(t, 1, x.f.created())
		flip(t, r.Outcomes[0].Dir.Path("clip.mp4"), len("video of ")+3)
		r, err = x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.True(t, r.Whole(), "%v", r.Outcomes[1].Fault)
		req, err := r.Outcomes[1].Dir.Request()
		require.NoError(t, err)
		require.Equal(t, digestOf(x.f.tasks[1].req.FirstFrame.Data), req.Frozen["first_frame.png"])
	})
}

// Where what a take grows from could not be promoted after all, its own draft shows another picture than the film.
func TestWhatGrowsFromADraftThatIsGoneIsNotPromoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, drafted...)
		_, err := x.run(t.Context(), x.draft(sb))
		require.NoError(t, err)
		p := x.final(sb)
		one := p.Of(p.Graph.Take("a/one"))
		require.NotNil(t, p.Of(p.Graph.Take("a/two")).Promotes)
		x.f.mu.Lock()
		x.f.find(one.Promotes.Task).ID = "forgotten"
		x.f.mu.Unlock()
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		two := r.Of(sb.Shots()[1])
		require.Empty(t, two.Clip.PromotedFrom)
		require.Equal(t, r.Of(sb.Shots()[0]).Clip.LastFrame.Digest, x.f.find(two.Task).req.FirstFrame.Digest)
	})
}

// elsewhere is the fake as another service.
type elsewhere struct{ *fake }

func (elsewhere) About() provider.About { return provider.About{Namespace: "ark", Region: models.Ark} }

// forgetful is the fake as a service whose tasks end with it.
type forgetful struct{ *fake }

func (forgetful) About() provider.About {
	return provider.About{Namespace: "sim", Region: models.Ark, Forgets: true}
}

func TestARunThatCannotEndWellDoesNothing(t *testing.T) {
	x := newFixture(t)
	p := x.plan(film(t, "a/one"))
	for says, o := range map[string]RunOptions{
		"needs a provider":   {Store: x.st, Inspector: glance{}},
		"needs a store":      {Provider: x.f, Inspector: glance{}},
		"needs an inspector": {Provider: x.f, Store: x.st},
		"the plan was made for sim with the models of ark, and the provider is ark": {Provider: elsewhere{x.f}, Store: x.st,
			Inspector: glance{}},
		"the provider is sim with the models of ark, whose tasks end with it": {Provider: forgetful{x.f}, Store: x.st,
			Inspector: glance{}},
	} {
		r, err := Run(context.Background(), p, o)
		require.ErrorContains(t, err, says)
		require.Len(t, r.Outcomes, 1)
		require.Equal(t, Stopped, r.Outcomes[0].Standing)
		require.Equal(t, err, r.Outcomes[0].Fault)
		require.False(t, r.Whole())
	}
	require.Empty(t, x.f.calls)
	takes, err := x.st.Takes()
	require.NoError(t, err)
	require.Empty(t, takes, "nothing was written")
}
