package timeline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"shotchain/render/ffmpeg"
	"shotchain/storyboard"
)

var update = flag.Bool("update", false, "write the golden files anew; read the diff")

// bench is what a test knows of files instead of ffmpeg.
type bench struct {
	clips  []Clip
	facts  map[string]ffmpeg.Facts
	sounds map[string]ffmpeg.SoundFacts
}

func newBench() *bench {
	return &bench{facts: map[string]ffmpeg.Facts{}, sounds: map[string]ffmpeg.SoundFacts{}}
}

func (b *bench) clip(shot, caption string, frames, w, h int, audio bool) {
	f := ffmpeg.Facts{Width: w, Height: h, Frames: frames, Rate: ffmpeg.Ratio{Num: 24, Den: 1}, Regular: true,
		SAR:      ffmpeg.Ratio{Num: 1, Den: 1},
		Duration: ffmpeg.Ratio{Num: int64(frames), Den: 24}}
	if audio {
		f.Audio, f.Channels = "aac", 2
	}
	b.facts[shot] = f
	b.clips = append(b.clips, Clip{Shot: shot, Path: shot, Caption: caption})
}

func (b *bench) edit(film *storyboard.Storyboard, cut *storyboard.Cut) (*Timeline, error) {
	see := func(_ context.Context, path string) (ffmpeg.Facts, error) { return b.facts[path], nil }
	hear := func(_ context.Context, path string) (ffmpeg.SoundFacts, error) {
		if f, ok := b.sounds[filepath.Base(path)]; ok {
			return f, nil
		}
		return ffmpeg.SoundFacts{}, errors.New("has no sound")
	}
	encoders := func(context.Context) ([]string, error) { return []string{"libx264", "libx265", "gif"}, nil }
	letters := func(text, family string) error {
		if strings.ContainsRune(text, '灯') {
			return errors.New("no font has 灯")
		}
		return nil
	}
	return Machine{see, hear, encoders, letters}.Edit(context.Background(), film, cut, b.clips)
}

// Each file is a storyboard, the facts of its clips and sounds, and the timelines of its cuts, or what is wrong.
func TestCuts(t *testing.T) {
	files, err := filepath.Glob("testdata/cuts/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			require.NoError(t, err)
			got := timelines(t, section(a, "film.yaml"), section(a, "facts"))
			if *update {
				*entryOf(a, "timelines") = txtar.File{Name: "timelines", Data: []byte(got)}
				require.NoError(t, os.WriteFile(file, txtar.Format(a), 0o644))
			}
			require.Equal(t, string(section(a, "timelines")), got)
		})
	}
}

func entryOf(a *txtar.Archive, name string) *txtar.File {
	for i := range a.Files {
		if a.Files[i].Name == name {
			return &a.Files[i]
		}
	}
	a.Files = append(a.Files, txtar.File{})
	return &a.Files[len(a.Files)-1]
}

func section(a *txtar.Archive, name string) []byte { return entryOf(a, name).Data }

// timelines are those of all cuts of a film.
func timelines(t *testing.T, film, facts []byte) string {
	dir, b := t.TempDir(), newBench()
	for _, line := range strings.Split(strings.TrimSpace(string(facts)), "\n") {
		var name, sound string
		var frames, w, h int
		var num, den int64
		if n, _ := fmt.Sscanf(line, "sound %s %d/%d", &name, &num, &den); n == 3 {
			b.sounds[name] = ffmpeg.SoundFacts{Codec: "mp3", Channels: 2, SampleRate: 44100,
				Duration: ffmpeg.Ratio{Num: num, Den: den}}
		} else {
			_, err := fmt.Sscanf(line, "%s %d frames %dx%d %s", &name, &frames, &w, &h, &sound)
			require.NoError(t, err, line)
			b.clip(name, "", frames, w, h, sound == "sound")
		}
	}
	for _, name := range []string{"theme.mp3", "line.wav", "mute.wav"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644))
	}
	sb, err := storyboard.Parse("film.yaml", dir, film, storyboard.Options{})
	require.NoError(t, err)
	for i, s := range sb.Shots() {
		require.Equal(t, s.Name(), b.clips[i].Shot)
		b.clips[i].Caption = s.Caption
	}
	var out strings.Builder
	for _, c := range sb.Cuts {
		fmt.Fprintf(&out, "== %s ==\n", c.ID)
		tl, err := b.edit(sb, c)
		var ps storyboard.Problems
		switch {
		case errors.As(err, &ps):
			for _, p := range ps {
				out.WriteString(p.Format() + "\n")
			}
		default:
			require.NoError(t, err)
			out.WriteString(tl.Explain())
		}
		out.WriteString("\n")
	}
	return out.String()
}

// What Edit promises of every cut that it takes.
func checkTimeline(t require.TestingT, tl *Timeline, clips int) {
	require.Len(t, tl.Items, clips)
	sum, end := 0, 0
	for i, it := range tl.Items {
		require.GreaterOrEqual(t, it.In, 0)
		require.Less(t, it.In, it.Out)
		require.LessOrEqual(t, it.Out, it.Length)
		require.Positive(t, it.Frames())
		overlap := 0
		if i > 0 {
			overlap = it.Transition.Overlap()
			require.GreaterOrEqual(t, it.Frames(), it.Transition.After())
			require.GreaterOrEqual(t, tl.Items[i-1].Frames(), it.Transition.Before())
		} else {
			require.Zero(t, it.Transition)
		}
		require.Equal(t, end-overlap, it.At, "items stand one behind the other")
		if i > 1 {
			require.GreaterOrEqual(t, it.At, tl.Items[i-2].End(), "at most two items overlap")
		}
		sum += it.Frames() - overlap
		end = it.End()
		// The length at a speed is the exact quotient, rounded up.
		want := new(big.Rat).Quo(big.NewRat(int64(it.Out-it.In), 1), it.Speed.Rat())
		require.LessOrEqual(t, want.Cmp(big.NewRat(int64(it.Moving()), 1)), 0)
		require.Positive(t, want.Cmp(big.NewRat(int64(it.Moving()-1), 1)))
		if it.Continues {
			before := tl.Items[i-1]
			require.Equal(t, [3]int{1, before.Length, 0}, [3]int{it.In, before.Out, it.Transition.Frames})
		}
	}
	require.Equal(t, tl.Frames, sum, "the parts add up to the film")
	require.Equal(t, tl.Frames, end)
	total, last := int64(tl.Frames)*PerFrame, int64(0)
	for _, s := range tl.Sounds {
		require.GreaterOrEqual(t, s.Start, last, "sounds come in order")
		last = s.Start
		require.Less(t, s.Start, s.End)
		require.LessOrEqual(t, s.End, total, "no sound outlasts the picture")
		require.GreaterOrEqual(t, s.From, int64(0))
		require.LessOrEqual(t, s.FadeIn+s.FadeOut, s.End-s.Start)
		if s.Kind == KindClip {
			it := tl.Items[s.Item]
			whole := it.paced(int64(it.Length) * PerFrame)
			require.LessOrEqual(t, s.From+s.End-s.Start, whole+PerFrame, "no sound that the clip does not have")
		}
	}
	for _, texts := range [][]Text{tl.Captions, tl.Titles} {
		for _, x := range texts {
			require.Less(t, x.Start, x.End)
			require.LessOrEqual(t, x.End, tl.Frames)
		}
	}
	for i := 1; i < len(tl.Captions); i++ {
		require.GreaterOrEqual(t, tl.Captions[i].Start, tl.Captions[i-1].End, "one caption at a time")
	}
}

// Any cut of any clips is either a timeline that keeps all promises or problems that have places.
func TestCutsKeepTheirPromises(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"theme.mp3", "line.wav"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644))
	}
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		b := newBench()
		b.sounds["theme.mp3"] = ffmpeg.SoundFacts{Channels: 2,
			Duration: ffmpeg.Ratio{Num: rapid.Int64Range(1, 40_000).Draw(t, "music"), Den: 1001}}
		b.sounds["line.wav"] = ffmpeg.SoundFacts{Channels: 1,
			Duration: ffmpeg.Ratio{Num: rapid.Int64Range(1, 3000).Draw(t, "line"), Den: 1000}}
		src := randomFilm(t, b)
		sb, err := storyboard.Parse("film.yaml", dir, []byte(src), storyboard.Options{})
		require.NoError(t, err, src)
		tl, err := b.edit(sb, sb.Cuts[0])
		var ps storyboard.Problems
		if errors.As(err, &ps) {
			for _, p := range ps {
				require.Positive(t, p.Line, p.Message)
			}
			return
		}
		require.NoError(t, err, src)
		taken++
		checkTimeline(t, tl, len(sb.Cuts[0].Shots))
	})
	require.Positive(t, taken, "every cut was refused")
}

// A shot that continues another shows the shared frame once: a trim to that frame alone leaves nothing.
func TestATrimToTheSharedFrameIsRefused(t *testing.T) {
	b := newBench()
	b.clip("a/one", "", 49, 320, 180, false)
	b.clip("a/two", "", 49, 320, 180, false)
	src := "scenes: [{ id: a, shots: [{ id: one, prompt: x }, { id: two, prompt: x }] }]\n" +
		"cuts:\n  - id: c\n    shots: [a/one, { shot: a/two, trim: 0f..1f }]\n"
	sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(src), storyboard.Options{})
	require.NoError(t, err)
	_, err = b.edit(sb, sb.Cuts[0])
	var ps storyboard.Problems
	require.ErrorAs(t, err, &ps)
	require.Len(t, ps, 1)
	require.Equal(t, 4, ps[0].Line)
	require.Equal(t, "`trim` leaves of a/two only the frame that a/one ends with", ps[0].Message)
}

// randomFilm is a film of one cut, some of whose wishes cannot be met.
func randomFilm(t *rapid.T, b *bench) string {
	n := rapid.IntRange(1, 6).Draw(t, "shots")
	var shots, cut strings.Builder
	for i := range n {
		name := fmt.Sprintf("s%d", i)
		caption := rapid.SampledFrom([]string{"", `, caption: "Words."`}).Draw(t, "caption")
		from := rapid.SampledFrom([]string{"", "", ", from: none"}).Draw(t, "from")
		fmt.Fprintf(&shots, "      - {id: %s, prompt: x%s%s}\n", name, caption, from)
		said := ""
		if caption != "" {
			said = "Words."
		}
		b.clip("a/"+name, said, rapid.IntRange(2, 130).Draw(t, "frames"), 320,
			rapid.SampledFrom([]int{180, 320, 568}).Draw(t, "height"), rapid.Bool().Draw(t, "audio"))
	}
	for range rapid.IntRange(1, 7).Draw(t, "places") {
		fmt.Fprintf(&cut, "      - {shot: a/s%d", rapid.IntRange(0, n-1).Draw(t, "shot"))
		from := rapid.IntRange(0, 20).Draw(t, "trim")
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 1:
			fmt.Fprintf(&cut, ", trim: %df..", from)
		case 2:
			fmt.Fprintf(&cut, ", trim: %df..%df", from, from+rapid.IntRange(1, 60).Draw(t, "length"))
		}
		cut.WriteString(rapid.SampledFrom([]string{"", "", ", speed: 1.5", ", speed: 0.333", ", speed: 7"}).Draw(t, "speed"))
		cut.WriteString(rapid.SampledFrom([]string{"", "", ", fit: narration"}).Draw(t, "fit"))
		cut.WriteString(rapid.SampledFrom([]string{"", "", ", sound: {lead: 3f, lag: 50ms}", ", sound: {mute: true}"}).Draw(t,
			"sound"))
		cut.WriteString("}\n")
	}
	types := []string{"dissolve", "fade-to-black", "wipe-left", "smooth", "cut"}
	join := rapid.SampledFrom(types).Draw(t, "type")
	out := "scenes:\n  - id: a\n    shots:\n" + shots.String() + "cuts:\n  - id: c\n    shots:\n" + cut.String()
	if join != "cut" {
		out += fmt.Sprintf("    transition: {type: %s, duration: %df}\n", join, rapid.IntRange(1, 30).Draw(t, "d"))
	}
	if rapid.Bool().Draw(t, "with music") {
		out += fmt.Sprintf("    music: {file: theme.mp3, loop: %v, duck: true}\n", rapid.Bool().Draw(t, "loop"))
	}
	if rapid.Bool().Draw(t, "with line") {
		out += fmt.Sprintf("    narration: [{file: line.wav, at: %df}]\n", rapid.IntRange(0, 30).Draw(t, "at"))
	}
	return out +
		rapid.SampledFrom([]string{"", "    size: 200x300\n    reframe: fill\n",
			"    size: 200x300\n    reframe: blur\n"}).Draw(t, "size")
}

func TestPlaces(t *testing.T) {
	facts := func(w, h int, sar ffmpeg.Ratio) ffmpeg.Facts { return ffmpeg.Facts{Width: w, Height: h, SAR: sar} }
	square := ffmpeg.Ratio{Num: 1, Den: 1}
	for _, c := range []struct {
		name string
		f    ffmpeg.Facts
		w, h int
		how  string
		want Place
	}{
		{"as it is", facts(1280, 720, square), 1280, 720, "fit", Place{Width: 1280, Height: 720}},
		{"nearly the shape", facts(864, 496, square), 1280, 720, "fill", Place{Width: 1280, Height: 720}},
		{"bars above and below", facts(1920, 816, square), 1280, 720, "", Place{Y: 88, Width: 1280, Height: 544}},
		{"bars beside", facts(720, 1280, square), 1280, 720, "fit", Place{X: 436, Width: 406, Height: 720}},
		{"edges cut off", facts(1280, 720, square), 720, 1280, "fill",
			Place{Width: 720, Height: 1280, CropWidth: 406, CropHeight: 720}},
		{"top and bottom cut off", facts(720, 1280, square), 1280, 720, "fill",
			Place{Width: 1280, Height: 720, CropWidth: 720, CropHeight: 406}},
		{"before its blur", facts(1280, 720, square), 720, 1280, "blur", Place{Y: 436, Width: 720, Height: 406, Blur: true}},
		{"wide pixels", facts(720, 576, ffmpeg.Ratio{Num: 64, Den: 45}), 1024, 576, "fill", Place{Width: 1024, Height: 576}},
		{"wide pixels cut off", facts(720, 576, ffmpeg.Ratio{Num: 64, Den: 45}), 576, 576, "fill",
			Place{Width: 576, Height: 576, CropWidth: 406, CropHeight: 576}},
	} {
		require.Equal(t, c.want, Placed(c.f, c.w, c.h, c.how), c.name)
	}
}

// A web film needs an encoder for its sound only where it has any; what lacks is said at the output.
func TestSoundOfWebFilms(t *testing.T) {
	film, err := storyboard.Parse("film.yaml", t.TempDir(),
		[]byte("scenes: [{id: a, shots: [{id: one, prompt: x}]}]\ncuts: [{id: a, outputs: [out/a.webm]}]\n"),
		storyboard.Options{})
	require.NoError(t, err)
	for _, heard := range []bool{true, false} {
		b := newBench()
		b.clip("a/one", "", 97, 16, 16, heard)
		m := Machine{See: func(_ context.Context, path string) (ffmpeg.Facts, error) { return b.facts[path], nil },
			Encoders: func(context.Context) ([]string, error) { return []string{"libx264", "libvpx-vp9"}, nil }}
		_, err := m.Edit(t.Context(), film, film.Cuts[0], b.clips)
		if heard {
			require.ErrorContains(t, err,
				"film.yaml:2:26: this ffmpeg cannot make webm with sound: it lacks the encoder libopus")
		} else {
			require.NoError(t, err)
		}
	}
}
