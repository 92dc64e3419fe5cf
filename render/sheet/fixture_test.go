package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/money"
	"shotchain/render/ffmpeg"
)

// reel makes a few real clips of two seconds, each of its own colour.
func reel(t testing.TB, dir string, n int) []*Clip {
	t.Helper()
	var all []*Clip
	for i := range n {
		c := &Clip{Video: filepath.Join(dir, fmt.Sprintf("take-%d", i), "clip.mp4"), Width: 320, Height: 180, Frames: 48}
		c.LastFrame = filepath.Join(filepath.Dir(c.Video), "last_frame.png")
		require.NoError(t, os.MkdirAll(filepath.Dir(c.Video), 0o755))
		source := fmt.Sprintf("color=c=0x%02x%02x%02x:s=320x180:r=24:d=2", 40+i*37%180, 70+i*61%150, 90+i*23%160)
		args := []string{"-f", "lavfi", "-i", source + ",format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g",
			"12", ffmpeg.File(c.Video)}
		require.NoError(t, ffmpeg.Run(t.Context(), args, ffmpeg.Options{}))
		require.NoError(t, ffmpeg.LastFrame(t.Context(), c.Video, c.LastFrame))
		c.Digest, c.LastDigest = digestOf(t, c.Video), digestOf(t, c.LastFrame)
		all = append(all, c)
	}
	return all
}

func digestOf(t testing.TB, path string) string {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// paged is a page of n shots in scenes of five: each continues the one before it, and every fourth scene grows from
// the second shot of the first.
func paged(clips []*Clip, n int) *Page {
	p := &Page{Title: "A film", File: "film.yaml", By: "the test", Charged: true,
		Run: &Run{Began: time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC), Took: 95 * time.Second, Bought: 2, Reused: n - 2,
			Spent: money.Amount{Micros: 1_870_000, Currency: "CNY"}, Saved: money.Amount{Micros: 9_000_000, Currency: "CNY"}}}
	f := Film{}
	for i := range n {
		s := Shot{Scene: fmt.Sprintf("scene-%d", i/5+1), ID: fmt.Sprintf("shot-%d", i%5+1),
			Prompt: fmt.Sprintf("A boat, seen for the %dth time.", i+1), Pick: 1}
		switch {
		case i%5 > 0:
			s.From = fmt.Sprintf("scene-%d/shot-%d", i/5+1, i%5)
		case i > 0 && i/5%4 == 0:
			s.From = "scene-1/shot-2"
		}
		s.Takes = []Take{made(clips[i%len(clips)], 1)}
		f.Shots = append(f.Shots, s)
	}
	p.Films = []Film{f}
	return p
}

func made(c *Clip, number int) Take {
	own := *c
	seed := int64(number * 7)
	return Take{Number: number, State: "kept", Tone: Done, Model: "seedance-2.0", Size: "480p 320×180", Seconds: 2,
		Seed:   &seed,
		Tokens: 40594, Cost: money.Amount{Micros: 933662, Currency: "CNY"},
		Pick: fmt.Sprintf("shotchain pick film.yaml scene-1/shot-1 %d", number),
		Task: "cgt-1", Clip: &own}
}

// cutOf joins the clips of a page's first film into a film, and adds it to the page.
func cutOf(t testing.TB, p *Page, path string) {
	t.Helper()
	list := filepath.Join(filepath.Dir(path), "list.txt")
	text, c := "ffconcat version 1.0\n", Cut{Path: path, Width: 320, Height: 180}
	for i := range p.Films[0].Shots {
		s := &p.Films[0].Shots[i]
		clip := s.Picked().Clip
		text += "file '" + clip.Video + "'\n"
		c.Chapters = append(c.Chapters, Chapter{s.Name(), c.Seconds})
		c.Seconds += float64(clip.Frames) / 24
	}
	require.NoError(t, os.WriteFile(list, []byte(text), 0o644))
	require.NoError(t,
		ffmpeg.Run(t.Context(),
			[]string{"-f", "concat", "-safe", "0", "-i", list, "-c", "copy", "-movflags", "+faststart", ffmpeg.File(path)},
			ffmpeg.Options{}))
	require.NoError(t, os.Remove(list))
	c.Lanes = []Lane{{Name: "Clips' sound", Spans: []Span{{0, c.Seconds / 2, "one"}, {c.Seconds/2 - 0.2, c.Seconds, "two"}}},
		{Name: "Music", Spans: []Span{{0, c.Seconds, "theme.mp3"}}},
		{Name: "Titles", Words: true, Spans: []Span{{0.5, min(2, c.Seconds), "The Lighthouse"}}}}
	p.Films[0].Cuts = append(p.Films[0].Cuts, c)
}
