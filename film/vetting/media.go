package vetting

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"os"

	"shotchain/chain/vet"
	"shotchain/render/ffmpeg"
	"shotchain/render/sound"
	"shotchain/render/timeline"
)

// inspector is package vet's eye and ear on media files.
type inspector struct{}

var _ vet.Inspector = inspector{}

func (inspector) Clip(ctx context.Context, path string) (vet.Media, error) {
	f, err := ffmpeg.Verify(ctx, path, ffmpeg.Facts{})
	if err != nil {
		return vet.Media{}, err
	}
	rate, _ := f.Rate.Rat().Float64()
	m := vet.Media{Width: f.Width, Height: f.Height, Frames: f.Frames, Rate: f.Rate.String(), Codec: f.Codec,
		PixFmt: f.PixFmt, Audio: f.Audio}
	if rate > 0 {
		m.Seconds = float64(f.Frames) / rate
	}
	return m, nil
}

func (inspector) Frames(ctx context.Context, path string, numbers []int, width, height int) ([]*image.Gray, error) {
	frames, err := ffmpeg.Frames(ctx, path, numbers, width, height)
	var all []*image.Gray
	for _, f := range frames {
		all = append(all, lumaOf(f))
	}
	return all, err
}

func (inspector) Picture(path string) (*image.Gray, string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, "", err
	}
	if st.Size() > maxVetPicture {
		return nil, "", fmt.Errorf("%d bytes are too much for a picture", st.Size())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	img, f, err := ffmpeg.DecodeImage(b)
	if err != nil {
		return nil, "", err
	}
	return lumaOf(img), f.MediaType, nil
}

// maxVetPicture is the largest picture that is read, bytes: Ark's are below 30 MB.
const maxVetPicture = 64 << 20

// maxVetSound is how much of a sound is listened to, seconds; a clip has at most 30.
const maxVetSound = "120"

func (inspector) Sound(ctx context.Context, path string) (vet.Heard, error) {
	facts, err := ffmpeg.ProbeSound(ctx, path)
	if err != nil {
		return vet.Heard{}, err
	}
	var out bytes.Buffer
	args := append([]string{"-t", maxVetSound}, ffmpeg.Input(path)...)
	args = append(args, "-map", "0:a:0", "-ac", "2", "-ar", fmt.Sprint(timeline.SampleRate), "-f", "f32le", "pipe:1")
	if err := ffmpeg.Run(ctx, args, ffmpeg.Options{Stdout: &out}); err != nil {
		return vet.Heard{}, err
	}
	samples := make([]float32, out.Len()/4)
	if _, err := binary.Decode(out.Bytes(), binary.LittleEndian, samples); err != nil {
		return vet.Heard{}, err
	}
	h := vet.Heard{Channels: facts.Channels, Seconds: float64(len(samples)/2) / timeline.SampleRate,
		Integrated: sound.Loudness(samples)}
	peak := 0.0
	const step = 2 * timeline.SampleRate / 50 // 20 ms of both channels
	for at := 0; at < len(samples); at += step {
		part := samples[at:min(at+step, len(samples))]
		sum := 0.0
		for _, s := range part {
			peak, sum = max(peak, math.Abs(float64(s))), sum+float64(s)*float64(s)
		}
		h.Levels = append(h.Levels, 10*math.Log10(sum/float64(len(part))))
	}
	h.Peak = 20 * math.Log10(peak)
	return h, nil
}

// lumaOf is a picture without its colours.
func lumaOf(img image.Image) *image.Gray {
	b := img.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if n, ok := img.(*image.NRGBA); ok {
		for y := range b.Dy() {
			row := n.Pix[y*n.Stride:]
			for x := range b.Dx() {
				p := row[4*x : 4*x+3]
				g.Pix[y*g.Stride+x] = uint8((299*int(p[0]) + 587*int(p[1]) + 114*int(p[2]) + 500) / 1000)
			}
		}
		return g
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, gr, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			g.Pix[y*g.Stride+x] = uint8((299*(r>>8) + 587*(gr>>8) + 114*(bl>>8) + 500) / 1000)
		}
	}
	return g
}
