package render

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// footage is a small clip whose frames carry numbers that can be read back after any encoding.
type footage struct {
	name          string
	width, height int
	rate          string
	first, frames int       // the number on the first frame, and how many there are
	clicks        []float64 // seconds into the clip at which its sound clicks; nil for no sound
	samples       int       // Hz of the sound, 0 for 48000
	mono          bool
	seconds       float64 // of the sound, 0: as long as the picture
	extra         []string
}

// bits of a number are tiles in the middle of the picture, 4 × 3 of them, black or white.
const bitColumns, bitRows = 4, 3

func (f footage) film(t testing.TB, dir string) string {
	t.Helper()
	if f.width == 0 {
		f.width, f.height = 192, 108
	}
	if f.rate == "" {
		f.rate = "24"
	}
	path := filepath.Join(dir, f.name)
	args := []string{"-f", "rawvideo", "-pixel_format", "gray", "-video_size", itoa(f.width) + "x" + itoa(f.height),
		"-framerate", f.rate, "-i", "pipe:0"}
	if f.clicks != nil {
		wav := path + ".wav"
		require.NoError(t, os.WriteFile(wav, f.sound(), 0o644))
		args = append(args, "-i", wav, "-c:a", "aac", "-b:a", "192k")
	}
	args = append(args, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p")
	args = append(append(args, f.extra...), ffmpeg.File(path))
	err := ffmpeg.Run(t.Context(), args, ffmpeg.Options{Feed: func(w io.Writer) error {
		for i := range f.frames {
			if _, err := w.Write(f.frame(f.first + i)); err != nil {
				return err
			}
		}
		return nil
	}})
	require.NoError(t, err)
	return path
}

func itoa(n int) string { return string(appendInt(nil, n)) }

func appendInt(b []byte, n int) []byte {
	if n >= 10 {
		b = appendInt(b, n/10)
	}
	return append(b, byte('0'+n%10))
}

func (f footage) frame(number int) []byte {
	b := bytes.Repeat([]byte{90}, f.width*f.height)
	for y := f.height / 4; y < f.height*3/4; y++ {
		for x := f.width / 4; x < f.width*3/4; x++ {
			column, row := (x-f.width/4)*bitColumns/(f.width/2), (y-f.height/4)*bitRows/(f.height/2)
			b[y*f.width+x] = byte(20 + 215*(number>>(row*bitColumns+column)&1))
		}
	}
	return b
}

// sound is a WAV that is silent but for its clicks: 32 samples of full level.
func (f footage) sound() []byte {
	if f.samples == 0 {
		f.samples = timeline.SampleRate
	}
	if f.seconds == 0 {
		f.seconds = float64(f.frames) / timeline.Rate
	}
	n := int(f.seconds * float64(f.samples))
	width := timeline.Channels
	if f.mono {
		width = 1
	}
	pcm := make([]byte, 2*width*n)
	for _, c := range f.clicks {
		at := int(math.Round(c * float64(f.samples)))
		for i := at * width; i < (at+32)*width && 2*i+1 < len(pcm); i++ {
			binary.LittleEndian.PutUint16(pcm[2*i:], 24000)
		}
	}
	h := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 16, 0, 0, 0, 1, 0, byte(width), 0)
	h = binary.LittleEndian.AppendUint32(h, uint32(f.samples))
	h = binary.LittleEndian.AppendUint32(h, uint32(f.samples*2*width))
	h = append(h, byte(2*width), 0, 16, 0, 'd', 'a', 't', 'a')
	h = binary.LittleEndian.AppendUint32(h, uint32(len(pcm)))
	return append(h, pcm...)
}

// numbers reads the numbers off a film's frames.
func numbers(t testing.TB, film string) []int {
	t.Helper()
	const w, h = 64, 36
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", film, "-map", "0:v", "-vf",
		"scale=64:36:flags=area,format=gray",
		"-fps_mode", "passthrough", "-f", "rawvideo", "-").Output()
	require.NoError(t, err)
	var all []int
	for ; len(out) >= w*h; out = out[w*h:] {
		n := 0
		for row := range bitRows {
			for column := range bitColumns {
				x, y := w/4+(2*column+1)*w/4/bitColumns, h/4+(2*row+1)*h/4/bitRows
				if out[y*w+x] > 128 {
					n |= 1 << (row*bitColumns + column)
				}
			}
		}
		all = append(all, n)
	}
	return all
}

// hear decodes a film's sound.
func hear(t testing.TB, film string) []float32 {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", film, "-map", "0:a", "-f", "f32le", "-ac", "1", "-").Output()
	require.NoError(t, err)
	pcm := make([]float32, len(out)/4)
	require.NoError(t, binary.Read(bytes.NewReader(out), binary.LittleEndian, pcm))
	return pcm
}

// clicks are the samples at which a sound jumps up, by where its slope is steepest.
func clicks(pcm []float32) []int {
	var at []int
	for i := 1; i < len(pcm); i++ {
		if pcm[i]-pcm[i-1] < 0.2 {
			continue
		}
		best := i
		for j := i; j < min(i+200, len(pcm)); j++ {
			if pcm[j]-pcm[j-1] > pcm[best]-pcm[best-1] {
				best = j
			}
		}
		at = append(at, best)
		i += 2000
	}
	return at
}

func count(from, n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = from + i
	}
	return all
}
