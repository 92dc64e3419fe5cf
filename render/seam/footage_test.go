package seam

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
)

// The footage of the tests: sources that move in different ways, with grain, cut into clips that share a frame with
// their neighbours, each encoded on its own.
const (
	width, height = 640, 360
	cutEvery      = 28 // frames of a clip
)

// sources end in clips of 4:2:0. The first ones are for tests, all of them for the benchmark.
var sources = []string{
	"mandelbrot=s=640x360:r=24:start_scale=0.6:end_scale=0.05:end_pts=400:maxiter=400,noise=alls=6:allf=t,format=yuv420p",
	"gradients=s=640x360:r=24:speed=0.01:nb_colors=5:seed=7,format=yuv420p,gblur=sigma=2,noise=alls=8:allf=t",
	"life=s=320x180:r=24:ratio=0.3:seed=3:death_color=#503020:life_color=#e0c080:mold=8:mold_color=#304060," +
		"scale=640:360,gblur=sigma=5,noise=alls=5:allf=t,format=yuv420p",
	"testsrc2=s=1280x720:r=24,trim=end_frame=1,loop=-1:1,setpts=N/24/TB,crop=720:405:'60+n':'120+n*0.5',scale=640:360," +
		"hue=s=0.4,eq=brightness=-0.08,noise=alls=9:allf=t,format=yuv420p",
	"sierpinski=s=640x360:r=24:seed=2,gblur=sigma=3,colorbalance=rs=.2:bs=-.3,noise=alls=4:allf=t,format=yuv420p",

	"mandelbrot=s=1280x720:r=24:start_scale=1.2:end_scale=1.1:maxiter=400,trim=end_frame=1,loop=-1:1,setpts=N/24/TB," +
		"crop=640:360:'300+n*1.7':'180+n*0.6',noise=alls=7:allf=t,format=yuv420p",
	"testsrc2=s=640x360:r=24,gblur=sigma=0.8,noise=alls=5:allf=t,format=yuv420p",
	"cellauto=s=320x180:r=24:rule=110:seed=5,scale=640:360,gblur=sigma=4,colorbalance=rs=.2:bs=-.2," +
		"noise=alls=6:allf=t,format=yuv420p",
	"smptehdbars=s=1280x720:r=24,trim=end_frame=1,loop=-1:1,setpts=N/24/TB,crop='900-n*2':'506-n*9/8',scale=640:360," +
		"noise=alls=10:allf=t,format=yuv420p",
}

// damage is what is done to a clip before it is encoded.
type damage struct {
	name   string
	field  string  // that must be flagged
	share  float64 // of the links, at least (continuity's tables)
	filter string
	frames int // of the clip that are needed
}

// pixel is one of a picture 1280 wide, in the footage.
const pixel = width / 1280.0

func moved(dx, zoom float64) string {
	x, y := zoom*width/2, zoom*height/2
	return fmt.Sprintf("perspective=sense=source:interpolation=cubic:x0=%f:y0=%f:x1=%f:y1=%f:x2=%f:y2=%f:x3=%f:y3=%f",
		-dx*pixel+x, y, width-dx*pixel-x, y, -dx*pixel+x, height-y, width-dx*pixel-x, height-y)
}

var damages = []damage{
	{"luma +1", "luma", 0.81, "lutyuv=y=val+1", 3},
	{"luma -2", "luma", 1, "lutyuv=y=val-2", 3},
	{"cast 1", "chroma", 1, "lutyuv=u=val+1", 3},
	{"contrast ×1.02", "contrast", 0.98, "lutyuv=y=clip(floor((val-118)*1.02+118.5)\\,0\\,255)", 3},
	{"contrast ×0.97", "contrast", 1, "lutyuv=y=clip(floor((val-118)*0.97+118.5)\\,0\\,255)", 3},
	{"saturation ×1.1", "saturation", 0.94, "lutyuv=u=floor((val-128)*1.1+128.5):v=floor((val-128)*1.1+128.5)", 3},
	{"blur 1.4 px", "sharpness", 1, "gblur=sigma=0.7", 3},
	{"unsharp 0.6", "sharpness", 0.99, "unsharp=5:5:0.6", 3},
	{"shift 1 px", "shift", 1, moved(1, 0), 3},
	{"zoom 0.1 %", "shift", 1, moved(0, 0.001), 3},
	{"held 2", "held", 1, "tpad=start=2:start_mode=clone", 24},
	{"luma +6", "join", 0.97, "lutyuv=y=val+6", 24},
}

// clip is a stretch of one source, with what was done to it.
type clip struct {
	from, frames int
	filter       string
}

// encoded makes clips of a source, each with its own encoder, and gives the edges of what they decode to.
func encoded(dir string, source string, cuts []clip) ([]*Edges, error) {
	end := 0
	for _, c := range cuts {
		end = max(end, c.from+c.frames)
	}
	graph := fmt.Sprintf("%s,trim=end_frame=%d,split=%d", source, end, len(cuts))
	var tails strings.Builder
	var args []string
	var files []file
	for i, c := range cuts {
		graph += fmt.Sprintf("[s%d]", i)
		fmt.Fprintf(&tails, ";[s%d]trim=start_frame=%d:end_frame=%d,settb=1/24,setpts=N", i, c.from, c.from+c.frames)
		if c.filter != "" {
			tails.WriteString("," + c.filter)
		}
		fmt.Fprintf(&tails, ",trim=end_frame=%d[v%d]", c.frames, i)
		f := file{path: filepath.Join(dir, fmt.Sprintf("%d.mp4", i)), frames: c.frames}
		files = append(files, f)
		args = append(args, "-map", fmt.Sprintf("[v%d]", i), "-c:v", "libx264", "-preset", "superfast", "-crf", "18",
			"-threads", "1", "-pix_fmt", "yuv420p", f.path)
	}
	args = append([]string{"-filter_complex", graph + tails.String()}, args...)
	if err := ffmpeg.Run(context.Background(), args, ffmpeg.Options{}); err != nil {
		return nil, err
	}
	return tapped(dir, files...)
}

// file is a clip on disk, with what is done to it before it is looked at.
type file struct {
	path   string
	frames int
	Correction
}

// tapped are the edges of clips by the graph that the program itself uses.
func tapped(dir string, files ...file) ([]*Edges, error) {
	var g ffmpeg.Graph
	name := func(i int, what string) string { return filepath.Join(dir, fmt.Sprintf("%d.%s", i, what)) }
	for i, f := range files {
		v := f.Apply(&g, g.Input(f.path).Video(), width, height, 0)
		v = Tap(&g, v, width, height, f.frames, Taps{Edges: name(i, "edges"), Ends: name(i, "ends")})
		g.Output(name(i, "none"), ffmpeg.Args{"f": "null"}, v)
	}
	args, err := g.Compile()
	if err != nil {
		return nil, err
	}
	if err := ffmpeg.Run(context.Background(), args, ffmpeg.Options{}); err != nil {
		return nil, err
	}
	var all []*Edges
	for i, f := range files {
		edges, err := os.ReadFile(name(i, "edges"))
		if err != nil {
			return nil, err
		}
		ends, err := os.ReadFile(name(i, "ends"))
		if err != nil {
			return nil, err
		}
		e, err := ReadEdges(edges, ends, width, height, f.frames)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
		all = append(all, e)
	}
	return all, nil
}

// joins are what is measured: links of clips that share a frame, and those of the same clips after damage.
type joins struct {
	perfect []Link
	damaged map[string][]Link
	edges   [2]*Edges // of the first join
}

// measured cuts sources into that many clips each, and does every damage to the second of them.
func measured(sources []string, clips int, damages []damage) (joins, error) {
	js := joins{damaged: map[string][]Link{}}
	dir, err := os.MkdirTemp("", "seam")
	if err != nil {
		return js, err
	}
	defer os.RemoveAll(dir)
	for _, source := range sources {
		var cuts []clip
		for i := range clips {
			cuts = append(cuts, clip{i * cutEvery, cutEvery + 1, ""})
		}
		for _, d := range damages {
			cuts = append(cuts, clip{cutEvery, d.frames, d.filter})
		}
		all, err := encoded(dir, source, cuts)
		if err != nil {
			return js, err
		}
		for i := 1; i < clips; i++ {
			js.perfect = append(js.perfect, Measure(all[i-1], all[i]))
		}
		for i, d := range damages {
			js.damaged[d.name] = append(js.damaged[d.name], Measure(all[0], all[clips+i]))
		}
		if js.edges[0] == nil {
			js.edges = [2]*Edges{all[0], all[1]}
		}
	}
	return js, nil
}

// footage is that of all tests, made once.
var footage = sync.OnceValues(func() (joins, error) { return measured(sources[:5], 3, damages) })

func made(t testing.TB) joins {
	t.Helper()
	js, err := footage()
	require.NoError(t, err)
	return js
}

// flagged are the fields of a link's flags.
func flagged(l Link) (fields []string) {
	for _, f := range l.Flags() {
		fields = append(fields, f.Field)
	}
	return fields
}

// metric is the damage's name as a benchmark's unit.
func (d damage) metric() string { return strings.ReplaceAll(d.name, " ", "_") }
