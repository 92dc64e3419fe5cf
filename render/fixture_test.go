package render

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// shoot makes a clip with ffmpeg: arguments, then the file.
func shoot(t testing.TB, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	out, err := exec.Command("ffmpeg",
		append(append([]string{"-nostdin", "-v", "error", "-y"}, args...), ffmpeg.File(path))...).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// assemble makes the film of a timeline.
func assemble(ctx context.Context, tl *timeline.Timeline, out string, o work.Options) (File, error) {
	films, err := Deliver(ctx, tl, []timeline.Output{{Path: out, Format: "mp4"}}, o)
	if err != nil {
		return File{}, err
	}
	return films[0], nil
}

// scene is a small clip like a provider's: 320×180, one key frame, its own colours, a click at its first sample and a
// quiet tone, sound a little shorter than the picture.
func scene(t testing.TB, i, frames int) string {
	t.Helper()
	picture := fmt.Sprintf("testsrc2=s=320x180:r=24,hue=h=%d,trim=end_frame=%d", 40*i, frames)
	sound := fmt.Sprintf("aevalsrc='if(lt(n,24),0.9,0.02*sin(2*PI*%d*t))':s=48000:c=mono:d=%.4f", 300+50*i,
		float64(frames)/24-0.04)
	return shoot(t, fmt.Sprintf("scene%d.mp4", i), "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound,
		"-c:v", "libx264", "-preset", "veryfast", "-crf", "10", "-pix_fmt", "yuv420p", "-bf", "2", "-c:a", "aac", "-b:a",
		"192k")
}

// items lays clips end to end, as Edit would.
func lay(t testing.TB, w, h int, paths ...string) *timeline.Timeline {
	t.Helper()
	tl := &timeline.Timeline{Title: "a film", Rate: timeline.Rate, Width: w, Height: h}
	for i, p := range paths {
		f, err := ffmpeg.Probe(t.Context(), p)
		require.NoError(t, err)
		it := timeline.Item{Clip: timeline.Clip{Shot: fmt.Sprintf("s/%d", i), Title: fmt.Sprintf("s/%d", i), Path: p},
			Source: f, Length: timeline.Conformed(f), Place: timeline.Placed(f, w, h, "")}
		it.Out = it.Length
		tl.Items = append(tl.Items, it)
	}
	return tl
}

// arrange places the items after they were changed, with their sounds.
func arrange(tl *timeline.Timeline) *timeline.Timeline {
	at := 0
	tl.Sounds = nil
	for i := range tl.Items {
		it := &tl.Items[i]
		it.At = at - it.Transition.Overlap()
		at = it.End()
		if it.Source.HasAudio() {
			tl.Sounds = append(tl.Sounds,
				timeline.Sound{Kind: timeline.KindClip, Item: i, Path: it.Path, Name: it.Shot, Speed: it.Speed,
					Channels: it.Source.Channels,
					Start:    int64(it.At) * timeline.PerFrame, End: int64(it.End()) * timeline.PerFrame,
					From: int64(it.In) * timeline.PerFrame})
		}
	}
	tl.Frames = at
	return tl
}
