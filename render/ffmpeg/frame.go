package ffmpeg

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"shotchain/internal/durable"
)

// LastFrame writes the last frame of a clip's picture to out as a PNG, in stored pixels, by rename. It is found by
// the time of the video stream's own last frame: a container often lasts longer than its picture, or shorter.
func LastFrame(ctx context.Context, clip, out string) error {
	img, err := DecodeLast(ctx, clip)
	if err != nil {
		return err
	}
	return WritePNG(out, img)
}

// DecodeLast decodes the last frame of a clip.
func DecodeLast(ctx context.Context, clip string) (*image.NRGBA, error) {
	f, err := Probe(ctx, clip)
	if err != nil {
		return nil, err
	}
	if f.last.Den != 0 && f.last.Num > 0 && f.Rate.Num > 0 {
		at, _ := f.last.Rat().Float64()
		length, _ := f.Rate.Rat().Float64()
		img, err := lastOf(ctx, clip, f, []string{"-ss", strconv.FormatFloat(max(0, at-0.5/length), 'f', 6, 64)})
		if img != nil || err != nil {
			return img, err
		}
	}
	img, err := lastOf(ctx, clip, f, nil)
	if err == nil && img == nil {
		err = fmt.Errorf("does not decode: no frame came out")
	}
	return img, err
}

// lastOf decodes from a place to the end and keeps the last frame, nil where there was none.
func lastOf(ctx context.Context, clip string, f Facts, seek []string) (*image.NRGBA, error) {
	k := &keeper{size: f.Width * f.Height * 3}
	args := append([]string{"-threads", "1"}, seek...)
	args = append(args, Input(clip)...)
	scale := "scale=flags=bicubic+accurate_rnd+full_chroma_int"
	if f.Color.Space == "" { // swscale would guess BT.601; today's models make BT.709
		scale += ":in_color_matrix=bt709"
	}
	args = append(args, "-map", "0:v:0", "-vf", scale, "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo",
		"pipe:1")
	if err := Run(ctx, args, Options{Stdout: k}); err != nil {
		return nil, err
	}
	if k.whole == nil {
		return nil, nil
	}
	return fromRGB(k.whole, f.Width, f.Height), nil
}

// keeper keeps the last whole frame of those written to it.
type keeper struct {
	size        int
	part, whole []byte
}

func (k *keeper) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		if k.part == nil {
			k.part = make([]byte, 0, k.size)
		}
		room := min(k.size-len(k.part), len(b))
		k.part, b = append(k.part, b[:room]...), b[room:]
		if len(k.part) == k.size {
			k.whole, k.part = k.part, k.whole[:0]
		}
	}
	return n, nil
}

func fromRGB(b []byte, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i, o := 0, 0; i+2 < len(b); i, o = i+3, o+4 {
		img.Pix[o], img.Pix[o+1], img.Pix[o+2], img.Pix[o+3] = b[i], b[i+1], b[i+2], 255
	}
	return img
}

// WritePNG writes a picture by rename: the file is whole or not there.
func WritePNG(path string, img image.Image) error {
	return WriteFile(path, func(w io.Writer) error {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, img)
	})
}

// WriteFile writes a file that appears whole or not at all, in a folder that is there.
func WriteFile(path string, write func(io.Writer) error) error {
	return durable.Write(durable.OS(filepath.Dir(path)), filepath.Base(path), write)
}

// Frames decodes frames of a clip by their numbers, which count up from 0 in ascending order, scaled to w × h pixels.
func Frames(ctx context.Context, clip string, numbers []int, w, h int) ([]*image.NRGBA, error) {
	f, err := Probe(ctx, clip)
	if err != nil {
		return nil, err
	}
	var wanted []string
	for _, n := range numbers {
		wanted = append(wanted, fmt.Sprintf("eq(n,%d)", n))
	}
	chain := "select='" + strings.Join(wanted, "+") +
		fmt.Sprintf("',scale=%d:%d:flags=bicubic+accurate_rnd+full_chroma_int", w, h)
	if f.Color.Space == "" {
		chain += ":in_color_matrix=bt709"
	}
	var out bytes.Buffer
	args := append([]string{"-threads", "1"}, Input(clip)...)
	args = append(args, "-map", "0:v:0", "-vf", chain, "-fps_mode", "passthrough", "-frames:v", strconv.Itoa(len(numbers)),
		"-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1")
	if err := Run(ctx, args, Options{Stdout: &out}); err != nil {
		return nil, err
	}
	size := 3 * w * h
	if out.Len() != size*len(numbers) {
		return nil, fmt.Errorf("%d of %d frames came out", out.Len()/size, len(numbers))
	}
	var all []*image.NRGBA
	for b := out.Bytes(); len(b) > 0; b = b[size:] {
		all = append(all, fromRGB(b[:size], w, h))
	}
	return all, nil
}
