package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// How the film's sound is cut up, as package sound does it.
const (
	aacFrame      = 1024 // samples
	stretchLength = 300  // AAC frames that are encoded in one go
	frameBytes    = 8    // of a sample of both channels
)

// clicker is a tiny clip with lossless sound that clicks at its first sample.
func clicker(t testing.TB, i, frames int) string {
	return shoot(t, fmt.Sprintf("click%d.mov", i), "-f", "lavfi", "-i",
		fmt.Sprintf("color=c=0x%02x4080:s=64x36:r=24,trim=end_frame=%d", 40*i%256, frames),
		"-f", "lavfi", "-i",
		fmt.Sprintf("aevalsrc='if(lt(n,4),0.8,0)+0.01*sin(2*PI*%d*t)':s=48000:c=stereo:d=%.9f", 250+90*i, float64(frames)/24),
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le")
}

// heard decodes the left channel of a file's sound.
func heard(t testing.TB, path string) []float64 {
	t.Helper()
	var out bytes.Buffer
	args := append(ffmpeg.Input(path), "-map", "0:a:0", "-f", "f32le", "-c:a", "pcm_f32le", "pipe:1")
	require.NoError(t, ffmpeg.Run(t.Context(), args, ffmpeg.Options{Stdout: &out}))
	all := make([]float64, out.Len()/frameBytes)
	for i := range all {
		all[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(out.Bytes()[i*frameBytes:])))
	}
	return all
}

// lag is by how many samples b is late against a around a place.
func lag(a, b []float64, at int) int {
	best, most := 0, math.Inf(-1)
	for d := -48; d <= 48; d++ {
		sum := 0.0
		for i := max(0, at-200); i < at+400; i++ {
			if i < len(a) && i+d >= 0 && i+d < len(b) {
				sum += a[i] * b[i+d]
			}
		}
		if sum > most {
			best, most = d, sum
		}
	}
	return best
}

// A click in each of a hundred clips is heard at the very sample at which its picture begins: in the mix, and after
// AAC, whose stretches are joined here.
func TestClicksStayWithTheirPictures(t *testing.T) {
	var paths []string
	for i := range 100 {
		if i < 5 {
			paths = append(paths, clicker(t, i, 25+i))
		} else {
			paths = append(paths, paths[i%5])
		}
	}
	tl := lay(t, 64, 36, paths...)
	for i := range tl.Items {
		if i%3 == 1 {
			tl.Items[i].Transition = timeline.Transition{Type: "dissolve", Frames: 6}
		}
	}
	arrange(tl)
	require.Greater(t, int64(tl.Frames)*timeline.PerFrame, int64(3*stretchLength*aacFrame))
	dir, kept := t.TempDir(), t.TempDir()
	film, wav := filepath.Join(dir, "film.mp4"), filepath.Join(dir, "film.wav")
	_, err := Deliver(t.Context(), tl, []timeline.Output{{Path: film}, {Path: wav}}, work.Options{Dir: kept, Workers: 2})
	require.NoError(t, err)
	plain, coded := heard(t, wav), heard(t, film)
	require.Equal(t, tl.Frames*timeline.PerFrame, len(plain))
	require.Less(t, len(coded)-tl.Frames*timeline.PerFrame, aacFrame, "whole AAC frames come out of this decoder")
	for i, it := range tl.Items {
		at := it.At * timeline.PerFrame
		require.Greater(t, plain[at], 0.5, "click %d is not at its sample", i)
		if at > 0 {
			require.Less(t, plain[at-1], 0.5, "click %d comes early", i)
		}
		require.Zero(t, lag(plain, coded, at), "click %d", i)
	}
	f, err := ffmpeg.Probe(t.Context(), film)
	require.NoError(t, err)
	require.Equal(t, tl.Frames, f.Frames)
}

// Stretches that were encoded apart sound like one that was not.
func TestStretchesJoinWithoutATrace(t *testing.T) {
	noise := shoot(t, "noise.wav", "-f", "lavfi", "-i", "anoisesrc=d=70:c=pink:a=0.3:seed=3:r=48000", "-ac", "2")
	clip := clicker(t, 0, 24*62)
	tl := lay(t, 64, 36, clip)
	arrange(tl)
	tl.Sounds = []timeline.Sound{{Kind: timeline.KindMusic, Item: -1, Path: noise, Name: "noise", Channels: 2,
		End: int64(tl.Frames) * timeline.PerFrame}}
	dir := t.TempDir()
	film, wav, once := filepath.Join(dir, "film.mp4"), filepath.Join(dir, "film.wav"), filepath.Join(dir, "once.m4a")
	_, err := Deliver(t.Context(), tl, []timeline.Output{{Path: film}, {Path: wav}}, work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	out, err := exec.Command("ffmpeg", "-v", "error", "-y", "-i", wav, "-c:a", "aac", "-b:a", "192k",
		once).CombinedOutput()
	require.NoError(t, err, string(out))
	plain, ours, theirs := heard(t, wav), heard(t, film), heard(t, once)
	noiseAt := func(coded []float64, from int) float64 {
		sum := 0.0
		for i := from; i < from+4096; i++ {
			sum += (coded[i] - plain[i]) * (coded[i] - plain[i])
		}
		return 10 * math.Log10(sum/4096)
	}
	for _, seam := range []int{stretchLength * aacFrame, 2 * stretchLength * aacFrame} {
		require.Less(t, noiseAt(ours, seam-3072), noiseAt(theirs, seam-3072)+3,
			"at the seam the coding noise is as it is in one go")
	}
}

// ebur128 is what ffmpeg measures of a film: integrated loudness and true peak.
func ebur128(t testing.TB, path string) (lufs, peak float64) {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-hide_banner", "-i", path, "-af", "ebur128=peak=true", "-f", "null",
		"-").CombinedOutput()
	require.NoError(t, err, string(out))
	number := func(re string) float64 {
		all := regexp.MustCompile(re).FindAllSubmatch(out, -1)
		require.NotEmpty(t, all, string(out))
		x, err := strconv.ParseFloat(string(all[len(all)-1][1]), 64)
		require.NoError(t, err)
		return x
	}
	return number(`I:\s+(-?[\d.]+) LUFS`), number(`Peak:\s+(-?[\d.]+) dBFS`)
}

// The loudness asked for is reached, and no true peak passes the ceiling, as ffmpeg measures them in the finished film.
func TestLoudnessIsReached(t *testing.T) {
	clip := clicker(t, 0, 24*12)
	for name, source := range map[string]string{
		"quiet":  "aevalsrc='0.02*sin(2*PI*440*t)*(0.6+0.4*sin(2*PI*0.5*t))|0.02*sin(2*PI*550*t)':s=48000:d=12",
		"loud":   "anoisesrc=d=12:c=pink:a=0.9:seed=5:r=48000,aformat=channel_layouts=stereo",
		"peaky":  "aevalsrc='0.1*sin(2*PI*300*t)+if(lt(mod(n,24000),300),0.85*sin(2*PI*3000*t),0)|0.1*sin(2*PI*310*t)':s=48000:d=12",
		"speech": "aevalsrc='0.2*sin(2*PI*200*t)*lt(mod(t,2),1.2)|0.2*sin(2*PI*210*t)*lt(mod(t,2),1.2)':s=48000:d=12",
	} {
		for _, target := range []float64{-14, -23} {
			t.Run(fmt.Sprint(name, target), func(t *testing.T) {
				t.Parallel()
				tl := arrange(lay(t, 64, 36, clip))
				tl.Loudness = target
				sound := shoot(t, "sound.wav", "-f", "lavfi", "-i", source, "-ac", "2", "-c:a", "pcm_f32le")
				tl.Sounds = []timeline.Sound{{Kind: timeline.KindMusic, Item: -1, Path: sound, Name: "sound", Channels: 2,
					End: int64(tl.Frames) * timeline.PerFrame}}
				film := filepath.Join(t.TempDir(), "film.mp4")
				_, err := assemble(t.Context(), tl, film, work.Options{Dir: t.TempDir()})
				require.NoError(t, err)
				lufs, peak := ebur128(t, film)
				require.InDelta(t, target, lufs, 0.5)
				require.LessOrEqual(t, peak, -0.95)
			})
		}
	}
}

// Music steps back while somebody speaks, comes back after, and begins anew where it loops.
func TestMusicStepsBack(t *testing.T) {
	clip := clicker(t, 0, 24*10)
	music := shoot(t, "music.wav", "-f", "lavfi", "-i", "aevalsrc='0.2*sin(2*PI*1000*t)':s=48000:d=3:c=stereo", "-c:a",
		"pcm_f32le")
	voice := shoot(t, "voice.wav", "-f", "lavfi", "-i", "aevalsrc='0.1*sin(2*PI*100*t)':s=48000:d=3", "-c:a", "pcm_f32le")
	tl := arrange(lay(t, 64, 36, clip))
	total := int64(tl.Frames) * timeline.PerFrame
	tl.Duck = &timeline.Duck{Threshold: 0.015, Ratio: 6, Attack: 50, Release: 600}
	tl.Sounds = []timeline.Sound{
		{Kind: timeline.KindMusic, Item: -1, Path: music, Name: "music", Channels: 2, End: total, Loop: true, Ducked: true},
		{Kind: timeline.KindNarration, Item: -1, Path: voice, Name: "voice", Channels: 1, Start: 3 * timeline.SampleRate,
			End: 6 * timeline.SampleRate},
	}
	wav := filepath.Join(t.TempDir(), "film.wav")
	_, err := Deliver(t.Context(), tl, []timeline.Output{{Path: wav}}, work.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	pcm := heard(t, wav)
	// The music's level, by its own tone: 1000 Hz fits whole periods into 480 samples, and 100 Hz does too.
	level := func(second float64) float64 {
		re, im := 0.0, 0.0
		at := int(second * timeline.SampleRate)
		for i := range 4800 {
			w := 2 * math.Pi * 1000 * float64(i) / timeline.SampleRate
			re, im = re+pcm[at+i]*math.Cos(w), im+pcm[at+i]*math.Sin(w)
		}
		return 20 * math.Log10(math.Hypot(re, im)*2/4800/0.2)
	}
	require.InDelta(t, 0, level(1), 0.1)
	require.InDelta(t, -11, level(5), 3, "under the voice")
	require.InDelta(t, 0, level(9.5), 0.5, "after it, in the fourth round of the loop")
}

// A film whose sound is the same in all but one shot encodes only the stretch with that shot.
func TestSoundIsEncodedWhereItChanged(t *testing.T) {
	var paths []string
	for i := range 5 {
		paths = append(paths, clicker(t, i, 24*20))
	}
	tl := arrange(lay(t, 64, 36, paths...))
	kept, out := t.TempDir(), filepath.Join(t.TempDir(), "film.mp4")
	_, err := assemble(t.Context(), tl, out, work.Options{Dir: kept})
	require.NoError(t, err)
	before, err := filepath.Glob(filepath.Join(kept, "aac-*"))
	require.NoError(t, err)
	tl.Sounds[0].Gain = -3
	_, err = assemble(t.Context(), tl, out, work.Options{Dir: kept})
	require.NoError(t, err)
	after, err := filepath.Glob(filepath.Join(kept, "aac-*"))
	require.NoError(t, err)
	require.Len(t, before, 16, "100 s")
	require.Len(t, after, 16+4, "the first 20 s lie in four stretches")
	left, err := filepath.Glob(filepath.Join(kept, "tmp-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = os.Stat(out)
	require.NoError(t, err)
}
