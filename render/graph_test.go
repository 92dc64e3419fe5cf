package render

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

var update = flag.Bool("update", false, "write the golden files anew; read the diff")

// The commands that make segments, as they are: read the diff when one changes, it makes every film anew.
func TestCommandsOfSegments(t *testing.T) {
	f := ffmpeg.Facts{Codec: "h264", PixFmt: "yuv420p", Width: 1280, Height: 720, SAR: ffmpeg.Ratio{Num: 1, Den: 1},
		Frames: 121,
		Rate:   ffmpeg.Ratio{Num: 24, Den: 1}, Regular: true}
	target := Target{Rate: timeline.Rate, Width: 1280, Height: 720}
	item := func(shot string) timeline.Item {
		return timeline.Item{Clip: timeline.Clip{Shot: shot, Path: "/clips/" + shot + ".mp4"}, Source: f, Length: 121,
			Out: 121, Place: timeline.Placed(f, 1280, 720, "fit")}
	}
	odd := item("odd")
	odd.Path, odd.Source.PixFmt, odd.Source.Rate, odd.Source.Width, odd.Source.Color = "/clips/odd.mov", "yuv444p10le", ffmpeg.Ratio{Num: 30, Den: 1}, 720, ffmpeg.Color{Space: "smpte170m"}
	odd.Place = timeline.Placed(odd.Source, 1280, 720, "blur")
	slow := item("slow")
	slow.In, slow.Out, slow.Speed, slow.Hold = 10, 70, ffmpeg.Ratio{Num: 2, Den: 3}, 12
	whole, _ := mezzanine(target, item("a"))
	paced, _ := mezzanine(target, slow)
	strange, _ := mezzanine(target, odd)
	pair := []layer{{item("a"), 109, 121}, {item("b"), 0, 12}}
	var b strings.Builder
	for _, c := range []struct {
		name string
		segment
		words string
	}{
		{"a whole clip", *whole, ""},
		{"at another speed, and held", *paced, ""},
		{"from another form, on a blurred ground", *strange, ""},
		{"dissolve", segment{Target: target, layers: pair, transition: timeline.Transition{Type: "dissolve", Frames: 12}},
			""},
		{"smooth", segment{Target: target, layers: pair, transition: timeline.Transition{Type: "smooth", Frames: 12}}, ""},
		{"fade to white",
			segment{Target: target, layers: []layer{{item("a"), 109, 121}},
				transition: timeline.Transition{Type: "fade-to-white", Frames: 24}}, ""},
		{"words", segment{Target: target, layers: []layer{{item("a"), 24, 48}}}, "/store/it's: words.ass"},
	} {
		args, err := c.graph("/store/out.mp4", c.words, "/store/fonts")
		require.NoError(t, err)
		b.WriteString("# " + c.name + "\n")
		for _, a := range args {
			b.WriteString("  " + a + "\n")
		}
	}
	golden := filepath.Join("testdata", "commands.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}
