//go:build unix

package render

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/render/animatic"
	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// The benchmarks report ratios within one run, and CPU seconds with those of all child processes: wall times of
// shared machines say little. `make bench` runs them once each.

// usage is what a stretch of work cost.
type usage struct {
	cpu, wall float64 // seconds
	rss       int64   // bytes: the most that this process (what it had before taken off) and all below it had at once
}

func measure(tb testing.TB, kept func()) usage {
	tb.Helper()
	var peak int64
	base := resident(os.Getpid())
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			peak = max(peak, treeResident(os.Getpid())-base)
			select {
			case <-stop:
				return
			case <-time.After(40 * time.Millisecond):
			}
		}
	}()
	cpu, begun := cpuTime(), time.Now()
	kept()
	u := usage{cpu: cpuTime() - cpu, wall: time.Since(begun).Seconds()}
	close(stop)
	<-stopped
	u.rss = peak
	return u
}

func cpuTime() float64 {
	sum := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			sum += float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
		}
	}
	return sum
}

// resident is a process's memory by /proc; 0 elsewhere.
func resident(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if f := strings.Fields(string(b)); err == nil && len(f) > 1 {
		n, _ := strconv.ParseInt(f[1], 10, 64)
		return n * int64(os.Getpagesize())
	}
	return 0
}

func treeResident(pid int) int64 {
	sum := resident(pid)
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, t := range tasks {
		b, _ := os.ReadFile(t)
		for _, child := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(child); err == nil {
				sum += treeResident(n)
			}
		}
	}
	return sum
}

// stage are ten clips of 121 frames at a size with sound, like a provider's: one key frame each.
func stage(tb testing.TB, w, h int) []string {
	dir := os.Getenv("SHOTCHAIN_BENCH_CLIPS")
	if dir == "" {
		dir = tb.TempDir()
	}
	var paths []string
	for i := range 10 {
		p := filepath.Join(dir, fmt.Sprintf("stage-%dx%d-%d.mp4", w, h, i))
		paths = append(paths, p)
		if _, err := os.Stat(p); err == nil {
			continue
		}
		picture := []string{"testsrc2=s=640x360:r=24,hue=h=" + fmt.Sprint(36*i) + ",scale=%d:%d,noise=alls=3:allf=t",
			"gradients=s=640x360:r=24:d=6:speed=0.03:seed=" + fmt.Sprint(i) + ",scale=%d:%d,noise=alls=3:allf=t"}[i%2]
		args := []string{"-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", fmt.Sprintf(picture, w, h),
			"-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='if(lt(n,24),0.9,0.05*sin(2*PI*%d*t))':s=48000:c=stereo:d=5", 200+30*i),
			"-frames:v", "121", "-c:v", "libx264", "-preset", "fast", "-crf", "21", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a",
			"128k", ffmpeg.File(p)}
		out, err := exec.Command("ffmpeg", args...).CombinedOutput()
		require.NoError(tb, err, string(out))
	}
	return paths
}

func theme(tb testing.TB) string {
	p := filepath.Join(tb.TempDir(), "theme.wav")
	out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
		"aevalsrc='0.2*sin(2*PI*110*t)+0.2*sin(2*PI*165*t)|0.2*sin(2*PI*110*t)+0.1*sin(2*PI*220*t)':d=30:s=48000",
		p).CombinedOutput()
	require.NoError(tb, err, string(out))
	return p
}

// reel lays n clips, each taken for another one, with dissolves of a half second and music that loops under them.
func reel(tb testing.TB, n, w, h int, clips []string, music string) *timeline.Timeline {
	tl := &timeline.Timeline{Title: "bench", Rate: timeline.Rate, Width: w, Height: h, Loudness: -14}
	for i := range n {
		p := clips[i%len(clips)]
		f, err := ffmpeg.Probe(context.Background(), p)
		require.NoError(tb, err)
		it := timeline.Item{Clip: timeline.Clip{Shot: fmt.Sprintf("s/%d", i), Path: p, Digest: fmt.Sprintf("%064d", i)},
			Source: f, Length: f.Frames, Out: f.Frames,
			Place: timeline.Place{Width: w, Height: h}}
		if i > 0 && i%10 != 0 {
			it.Transition = timeline.Transition{Type: "dissolve", Frames: 12}
		}
		tl.Items = append(tl.Items, it)
	}
	arrange(tl)
	if music != "" {
		tl.Duck = &timeline.Duck{Threshold: 0.015, Ratio: 6, Attack: 50, Release: 600}
		bed := timeline.Sound{Kind: timeline.KindMusic, Item: -1, Path: music, Digest: "music", Name: "theme",
			End: int64(tl.Frames) * timeline.PerFrame, Loop: true, Gain: -14, Channels: 2, Ducked: true}
		tl.Sounds = append([]timeline.Sound{bed}, tl.Sounds...)
	}
	return tl
}

// recut replaces the clip of one shot by another.
func recut(tl *timeline.Timeline, i int) *timeline.Timeline {
	other := *tl
	other.Items, other.Sounds = append([]timeline.Item(nil), tl.Items...), append([]timeline.Sound(nil), tl.Sounds...)
	other.Items[i].Digest = "f" + other.Items[i].Digest[1:]
	for k := range other.Sounds {
		if other.Sounds[k].Item == i && other.Sounds[k].Kind == timeline.KindClip {
			other.Sounds[k].Digest = other.Items[i].Digest
			other.Sounds[k].Gain = -1
		}
	}
	return &other
}

func assembled(tb testing.TB, tl *timeline.Timeline, kept, out string) (f File) {
	f, err := assemble(context.Background(), tl, out, work.Options{Dir: kept, Workers: 2})
	require.NoError(tb, err)
	return f
}

// changed is the mean of changing each of these shots alone: the two kinds of clips cost differently.
func changed(b *testing.B, tl *timeline.Timeline, kept, out string, shots ...int) (mean usage) {
	for _, i := range shots {
		u := measure(b, func() { assembled(b, recut(tl, i), kept, out) })
		mean.cpu += u.cpu / float64(len(shots))
		mean.wall += u.wall / float64(len(shots))
		mean.rss = max(mean.rss, u.rss)
	}
	return mean
}

func report(b *testing.B, name string, u usage) {
	b.ReportMetric(u.cpu, name+"-cpu-s")
	b.ReportMetric(float64(u.rss)/1e6, name+"-MB")
	b.Logf("%-10s %7.2f CPU s %7.2f s %5.0f MB", name, u.cpu, u.wall, float64(u.rss)/1e6)
}

// BenchmarkTen is a film of ten 5 s clips at 720p with nine dissolves and music: cold, with one shot changed, with
// nothing changed; beside it melt and the textbook's single filter graph.
func BenchmarkTen(b *testing.B) {
	const w, h = 1280, 720
	clips, music := stage(b, w, h), theme(b)
	for b.Loop() {
		kept, out := b.TempDir(), filepath.Join(b.TempDir(), "film.mp4")
		tl := reel(b, 10, w, h, clips, music)
		cold := measure(b, func() { assembled(b, tl, kept, out) })
		report(b, "cold", cold)
		one := changed(b, tl, kept, out, 4, 5)
		report(b, "one", one)
		none := measure(b, func() { assembled(b, tl, kept, out) })
		report(b, "none", none)
		b.ReportMetric(cold.cpu/one.cpu, "cold/one")
		graph := measure(b, func() { textbook(b, tl, music, filepath.Join(b.TempDir(), "graph.mp4")) })
		report(b, "graph", graph)
		if _, err := exec.LookPath("melt"); err != nil {
			b.Log("melt is not installed: no comparison (apt-get install melt)")
			continue
		}
		other := filepath.Join(b.TempDir(), "melt.mp4")
		m := measure(b, func() { melt(b, tl, music, other) })
		report(b, "melt", m)
		b.ReportMetric(cold.cpu/m.cpu, "cold/melt")
		ours, err := os.Stat(out)
		require.NoError(b, err)
		theirs, err := os.Stat(other)
		require.NoError(b, err)
		b.Logf("ours %d bytes, melt's %d bytes", ours.Size(), theirs.Size())
	}
}

// melt makes the same film with MLT at the same quality setting.
func melt(b *testing.B, tl *timeline.Timeline, music, out string) {
	args := []string{}
	for i, it := range tl.Items {
		args = append(args, it.Path, "in=0", fmt.Sprintf("out=%d", it.Out-1))
		if i > 0 {
			args = append(args, "-mix", "12", "-mixer", "luma", "-mixer", "mix:-1")
		}
	}
	args = append([]string{"-profile", "atsc_720p_24"}, args...)
	args = append(args, "-audio-track", music, fmt.Sprintf("out=%d", tl.Frames-1), "-transition", "mix:0.2",
		"always_active=1", "a_track=0", "b_track=1", "sum=1",
		"-consumer", "avformat:"+out, "vcodec=libx264", "preset=veryfast", "crf=17", "acodec=aac", "ab=192k", "real_time=-2",
		"threads=1")
	o, err := exec.Command("melt", args...).CombinedOutput()
	require.NoError(b, err, string(o))
}

// textbook makes the same film in one filter graph.
func textbook(b *testing.B, tl *timeline.Timeline, music, out string) {
	args := []string{"-nostdin", "-v", "error", "-y"}
	var g strings.Builder
	for i, it := range tl.Items {
		args = append(args, "-threads", "1", "-i", it.Path)
		fmt.Fprintf(&g, "[%d:v]settb=1/24,setpts=N,fps=24[v%d];", i, i)
	}
	args = append(args, "-stream_loop", "-1", "-i", music)
	at, v, a := 0, "v0", "0:a"
	for i := 1; i < len(tl.Items); i++ {
		at += tl.Items[i-1].Frames() - 12
		fmt.Fprintf(&g, "[%s][v%d]xfade=transition=fade:duration=0.5:offset=%.6f,settb=1/24,setpts=N,fps=24[x%d];", v, i,
			float64(at)/24, i)
		fmt.Fprintf(&g, "[%s][%d:a]acrossfade=d=0.5[y%d];", a, i, i)
		v, a = fmt.Sprint("x", i), fmt.Sprint("y", i)
	}
	fmt.Fprintf(&g, "[%s]format=yuv420p[v];[%s][%d:a]amix=inputs=2:duration=first,loudnorm=I=-14[a]", v, a, len(tl.Items))
	args = append(args, "-filter_complex", g.String(), "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset",
		"veryfast", "-crf", "17",
		"-c:a", "aac", "-b:a", "192k", "-ar", "48000", out)
	o, err := exec.Command("ffmpeg", args...).CombinedOutput()
	require.NoError(b, err, string(o))
}

// BenchmarkMany is how a film of small clips grows: memory must stay, time go up with the number of clips, and what did
// not change must be a copy.
func BenchmarkMany(b *testing.B) {
	const w, h = 160, 90
	clips, music := stage(b, w, h), theme(b)
	for b.Loop() {
		for _, n := range []int{10, 100, 500} {
			kept, out := b.TempDir(), filepath.Join(b.TempDir(), "film.mp4")
			tl := reel(b, n, w, h, clips, music)
			name := fmt.Sprint(n)
			cold := measure(b, func() { assembled(b, tl, kept, out) })
			report(b, name+"-cold", cold)
			report(b, name+"-one", measure(b, func() { assembled(b, recut(tl, n/2), kept, out) }))
			report(b, name+"-none", measure(b, func() { assembled(b, tl, kept, out) }))
			b.ReportMetric(1000*cold.cpu/float64(n), name+"-ms/clip")
		}
	}
}

// BenchmarkHundred is a film of a hundred 720p clips: seven minutes and forty seconds. Its cold run takes minutes.
func BenchmarkHundred(b *testing.B) {
	if testing.Short() {
		b.Skip("takes minutes")
	}
	const w, h = 1280, 720
	clips, music := stage(b, w, h), theme(b)
	for b.Loop() {
		kept, out := b.TempDir(), filepath.Join(b.TempDir(), "film.mp4")
		tl := reel(b, 100, w, h, clips, music)
		cold := measure(b, func() { assembled(b, tl, kept, out) })
		report(b, "cold", cold)
		one := changed(b, tl, kept, out, 50, 51)
		report(b, "one", one)
		b.ReportMetric(cold.cpu/one.cpu, "cold/one")
		report(b, "none", measure(b, func() { assembled(b, tl, kept, out) }))
	}
}

// BenchmarkHardCuts is a film of ten clips of one format, against ffmpeg's concat demuxer with -c copy.
func BenchmarkHardCuts(b *testing.B) {
	const w, h = 1280, 720
	clips := stage(b, w, h)
	tl := reel(b, 100, w, h, clips, "")
	for i := range tl.Items {
		tl.Items[i].Transition = timeline.Transition{}
	}
	arrange(tl)
	tl.Sounds = nil
	list := filepath.Join(b.TempDir(), "list.txt")
	var s strings.Builder
	for _, it := range tl.Items {
		fmt.Fprintf(&s, "file '%s'\n", it.Path)
	}
	require.NoError(b, os.WriteFile(list, []byte(s.String()), 0o644))
	for b.Loop() {
		out := filepath.Join(b.TempDir(), "film.mp4")
		ours := measure(b, func() { require.Zero(b, assembled(b, tl, b.TempDir(), out).Encoded) })
		report(b, "ours", ours)
		theirs := measure(b, func() {
			o, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", list, "-map",
				"0:v", "-c", "copy", out).CombinedOutput()
			require.NoError(b, err, string(o))
		})
		report(b, "concat", theirs)
		b.ReportMetric(ours.wall/theirs.wall, "ours/concat")
	}
}

func BenchmarkAssemble(b *testing.B) {
	dir := b.TempDir()
	clip, _, err := animatic.Camera{}.Film(context.Background(),
		animatic.Shot{Label: "a/b", Prompt: "a boat", Width: 1280, Height: 720, Frames: 121, Audio: true}, dir)
	require.NoError(b, err)
	for b.Loop() {
		tl, err := timeline.Machine{}.Edit(context.Background(), nil, nil,
			[]timeline.Clip{{Shot: "a", Path: clip}, {Shot: "b", Path: clip, Continues: true}})
		require.NoError(b, err)
		_, err = assemble(context.Background(), tl, filepath.Join(dir, "film.mp4"), work.Options{})
		require.NoError(b, err)
	}
}
