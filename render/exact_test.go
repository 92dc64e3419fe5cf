package render

import (
	"bytes"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/mux"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// lumas decodes the brightness of all frames of a film.
func lumas(t testing.TB, path string, w, h int) [][]byte {
	t.Helper()
	var out bytes.Buffer
	args := append(ffmpeg.Input(path), "-map", "0:v:0", "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f",
		"rawvideo", "pipe:1")
	require.NoError(t, ffmpeg.Run(t.Context(), append([]string{"-xerror"}, args...), ffmpeg.Options{Stdout: &out}))
	var all [][]byte
	for b := out.Bytes(); len(b) >= w*h*3/2; b = b[w*h*3/2:] {
		all = append(all, b[:w*h])
	}
	return all
}

// alike is the structural similarity of two pictures, over blocks of 8 × 8.
func alike(a, b []byte, w, h int) float64 {
	const c1, c2 = 6.5025, 58.5225
	sum, n := 0.0, 0
	for y := 0; y+8 <= h; y += 4 {
		for x := 0; x+8 <= w; x += 4 {
			var sa, sb, aa, bb, ab float64
			for j := range 8 {
				for i := range 8 {
					p, q := float64(a[(y+j)*w+x+i]), float64(b[(y+j)*w+x+i])
					sa, sb, aa, bb, ab = sa+p, sb+q, aa+p*p, bb+q*q, ab+p*q
				}
			}
			ma, mb := sa/64, sb/64
			va, vb, cov := aa/64-ma*ma, bb/64-mb*mb, ab/64-ma*mb
			sum += (2*ma*mb + c1) * (2*cov + c2) / ((ma*ma + mb*mb + c1) * (va + vb + c2))
			n++
		}
	}
	return sum / float64(n)
}

// oracle is what a film must look like, computed from the decoded clips without ffmpeg's filters; nil where only
// ffmpeg knows (wipes, slides).
func oracle(tl *timeline.Timeline, clips map[string][][]byte) [][]byte {
	film := make([][]byte, tl.Frames)
	own := func(it timeline.Item, n int) []byte {
		n = min(n, it.Moving()-1)
		if !it.Plain() {
			n = int(math.Floor(float64(n)*float64(it.Speed.Num)/float64(it.Speed.Den) + 1e-9))
		}
		return clips[it.Path][it.In+n]
	}
	blend := func(a, b []byte, share float64) []byte {
		out := make([]byte, len(a))
		for i := range a {
			out[i] = byte(math.Round(float64(a[i])*(1-share) + float64(b[i])*share))
		}
		return out
	}
	dark := func(j timeline.Transition, n int) []byte {
		v := byte(16)
		if j.Type == "fade-to-white" {
			v = 235
		}
		return bytes.Repeat([]byte{v}, n)
	}
	for i, it := range tl.Items {
		for n := range it.Frames() {
			p := own(it, n)
			if j := it.Transition; j.Fades() && n < j.After() {
				p = blend(dark(j, len(p)), p, float64(n)/float64(j.After()))
			} else if k := j.Overlap(); n < k {
				share := float64(n) / float64(k)
				switch before := tl.Items[i-1]; j.Type {
				case "dissolve":
					p = blend(own(before, before.Frames()-k+n), p, share)
				case "smooth":
					s := float64(n) / float64(max(1, k-1))
					p = blend(own(before, before.Frames()-k+n), p, s*s*(3-2*s))
				default:
					p = nil
				}
			}
			if i+1 < len(tl.Items) {
				if j := tl.Items[i+1].Transition; j.Fades() && n >= it.Frames()-j.Before() {
					p = blend(p, dark(j, len(p)), float64(n-it.Frames()+j.Before())/float64(j.Before()))
				}
			}
			film[it.At+n] = p
		}
	}
	return film
}

const tw, th = 320, 180

// shooting makes a few scenes once for all tests that only read them.
func scenes(t testing.TB, frames ...int) (paths []string, decoded map[string][][]byte) {
	decoded = map[string][][]byte{}
	for i, n := range frames {
		p := scene(t, i, n)
		paths = append(paths, p)
		decoded[p] = lumas(t, p, tw, th)
		require.Len(t, decoded[p], n)
	}
	return paths, decoded
}

func requireExact(t *testing.T, tl *timeline.Timeline, film string, clips map[string][][]byte) {
	t.Helper()
	got, want := lumas(t, film, tw, th), oracle(tl, clips)
	require.Len(t, got, len(want))
	for n := range want {
		if want[n] == nil {
			continue
		}
		if s := alike(got[n], want[n], tw, th); s < 0.99 {
			t.Errorf("frame %d is %.4f like it should be", n, s)
		}
	}
}

func requireRegular(t *testing.T, film string, frames int) {
	t.Helper()
	p, err := mux.ReadPackets(film, "vide")
	require.NoError(t, err)
	require.Len(t, p.Sizes, frames)
	f, err := ffmpeg.Probe(t.Context(), film)
	require.NoError(t, err)
	require.True(t, f.Regular)
	require.True(t, f.Rate.Is(timeline.Rate, 1))
	_, err = ffmpeg.Verify(t.Context(), film, ffmpeg.Facts{Frames: frames})
	require.NoError(t, err)
}

// Whatever a cut does, each frame of the film is the one that the timeline says.
func TestFilmsAreExact(t *testing.T) {
	paths, clips := scenes(t, 61, 73, 60)
	half := ffmpeg.Ratio{Num: 1, Den: 2}
	turn := make(chan struct{}, 2) // each film runs as many processes as there are cores
	for name, change := range map[string]func(items []timeline.Item){
		"hard cuts": func([]timeline.Item) {},
		"seams":     func(it []timeline.Item) { it[1].In, it[2].In = 1, 1 },
		"dissolves": func(it []timeline.Item) {
			it[1].Transition, it[2].Transition = timeline.Transition{Type: "dissolve",
				Frames: 12}, timeline.Transition{Type: "dissolve", Frames: 7}
		},
		"one frame": func(it []timeline.Item) {
			it[1].Transition, it[2].Transition = timeline.Transition{Type: "dissolve",
				Frames: 1}, timeline.Transition{Type: "smooth", Frames: 2}
		},
		"odd trims": func(it []timeline.Item) { it[0].In, it[0].Out, it[1].In, it[1].Out = 5, 31, 29, 30; it[2].Out = 47 },
		"fades": func(it []timeline.Item) {
			it[1].Transition, it[2].Transition = timeline.Transition{Type: "fade-to-black",
				Frames: 13}, timeline.Transition{Type: "fade-to-white", Frames: 24}
		},
		"back to back": func(it []timeline.Item) {
			it[1].Out = 24
			it[1].Transition, it[2].Transition = timeline.Transition{Type: "dissolve",
				Frames: 12}, timeline.Transition{Type: "smooth", Frames: 12}
		},
		"speeds": func(it []timeline.Item) {
			it[0].Speed, it[1].Speed, it[2].Speed = ffmpeg.Ratio{Num: 3, Den: 2}, half, ffmpeg.Ratio{Num: 100, Den: 33}
		},
		"speed and trims": func(it []timeline.Item) {
			it[1].In, it[1].Out, it[1].Speed = 11, 50, half
			it[1].Transition = timeline.Transition{Type: "dissolve", Frames: 10}
		},
		"holds": func(it []timeline.Item) {
			it[0].Hold, it[1].Hold = 17, 3
			it[1].Transition = timeline.Transition{Type: "dissolve", Frames: 12}
			it[2].Hold = 5
		},
		"wipes and slides": func(it []timeline.Item) {
			it[1].Transition, it[2].Transition = timeline.Transition{Type: "wipe-left",
				Frames: 12}, timeline.Transition{Type: "slide-up", Frames: 9}
		},
		"same clip twice": func(it []timeline.Item) { a := it[0]; it[2] = a; it[2].Shot = "again"; it[2].In = 24 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turn <- struct{}{}
			defer func() { <-turn }()
			tl := lay(t, tw, th, paths...)
			change(tl.Items)
			tl.Encoder = map[string]string{"crf": "12"} // what is tested is which frames, not how well they are kept
			arrange(tl)
			film := filepath.Join(t.TempDir(), "film.mp4")
			f, err := assemble(t.Context(), tl, film, work.Options{Dir: t.TempDir(), Workers: 2})
			require.NoError(t, err)
			require.Equal(t, tl.Frames, f.Frames)
			requireRegular(t, film, tl.Frames)
			requireExact(t, tl, film, clips)
		})
	}
}
