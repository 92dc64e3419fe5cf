package render

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/work"
)

// noisy is a clip of 48 frames that moves, with hiss from its start to a place; a place of 0 is no sound at all. The
// hiss begins late by that many ms.
func noisy(t *testing.T, seed int, late int, until float64) string {
	args := []string{"-f", "lavfi", "-i", "testsrc2=s=320x180:r=24,trim=end_frame=48"}
	if until > 0 {
		sound := fmt.Sprintf("anoisesrc=r=48000:a=0.1:s=%d,adelay=%d:all=1,atrim=end=%f", seed, late, until)
		args = append(args, "-f", "lavfi", "-i", sound)
	}
	return shoot(t, fmt.Sprintf("noisy%d.mov", seed),
		append(args, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
			"-c:a", "pcm_s16le")...)
}

func TestWhereSoundsMeetIsMeasured(t *testing.T) {
	o := work.Options{Dir: t.TempDir()}
	seamOf := func(a, b string) (Seam, Target) {
		tl := lay(t, 320, 180, a, b)
		return Seam{From: tl.Items[0], To: tl.Items[1]}, targetOf(tl)
	}
	shared := 47.0 / 24 // when the frame begins that both show
	for _, x := range []struct {
		name  string
		late  int     // ms of silence that the second clip begins with
		until float64 // second by which the first clip's sound ends
		gap   int     // ms
	}{
		{"whole", 0, 2, 0},
		{"ends with the frame that is shared", 0, shared, 0},
		{"the second begins late", 20, 2, 20},
		{"the first ends with its last whole packet, as a model's", 0, shared - 0.02, 0},
		{"the first ends far too early", 0, shared - 0.06, 30},
		{"both", 8, shared - 0.06, 38},
	} {
		s, target := seamOf(noisy(t, 1, 0, x.until), noisy(t, 2, x.late, 2))
		l, err := s.Measure(t.Context(), target, o)
		require.NoError(t, err)
		require.Empty(t, l.Sound.Why, x.name)
		require.InDelta(t, x.gap, l.Sound.Gap, 1, x.name)
		require.InDelta(t, 0, l.Sound.Level, 1, x.name)
		words := ""
		for _, f := range l.Flags() {
			if f.Field == "gap" {
				words = f.Words
			}
		}
		require.Equal(t, x.gap >= 5, words == fmt.Sprintf("%d ms without sound", l.Sound.Gap), "%s: %q", x.name, words)
	}

	mute, target := seamOf(noisy(t, 1, 0, 2), noisy(t, 3, 0, 0))
	l, err := mute.Measure(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, "a clip has no sound", l.Sound.Why)
	require.Empty(t, l.Why(), "its picture is measured all the same")
}

func TestSoundIsMeasuredOnceAndFromWhatTheFilmIsMadeOf(t *testing.T) {
	o := work.Options{Dir: t.TempDir()}
	tl := lay(t, 320, 180, noisy(t, 1, 0, 2), noisy(t, 2, 30, 2))
	for i := range tl.Items {
		it := &tl.Items[i]
		var err error
		it.Digest, err = work.Digest(it.Path)
		require.NoError(t, err)
		require.NoError(t, NewPreparer().Prepare(t.Context(), it.Clip, targetOf(tl), "", o))
		require.NoError(t, os.Remove(it.Path), "nothing can be decoded any more")
	}
	s := Seam{From: tl.Items[0], To: tl.Items[1]}
	first, err := s.Measure(t.Context(), targetOf(tl), o)
	require.NoError(t, err)
	require.Empty(t, first.Why())
	require.InDelta(t, 30, first.Sound.Gap, 1)

	s.To.Correction.Skip = 2 // the sound begins so much later in the film
	skipped, err := s.Measure(t.Context(), targetOf(tl), o)
	require.NoError(t, err)
	require.Zero(t, skipped.Sound.Gap)

	sounds, err := filepath.Glob(filepath.Join(o.Dir, "sound-*"))
	require.NoError(t, err)
	for _, f := range sounds {
		require.NoError(t, os.Remove(f))
	}
	s.To.Correction.Skip = 0
	again, err := s.Measure(t.Context(), targetOf(tl), o)
	require.NoError(t, err)
	require.Equal(t, first, again, "it is kept")
}
