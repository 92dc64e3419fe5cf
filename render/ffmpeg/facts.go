package ffmpeg

import (
	"context"
	"fmt"
	"math/big"
	"os"
)

// Facts are what a clip is, by its container and codec headers. Zero where unknown or absent.
type Facts struct {
	Codec         string // of the picture, as ffmpeg names it: h264, hevc
	PixFmt        string // as ffmpeg names it: yuv420p, yuv420p10le
	Width, Height int    // stored pixels
	SAR           Ratio  // shape of a pixel, width to height; 1:1 where the clip does not say
	Rotated       bool   // to be shown turned: ffmpeg turns it, so width and height here are the turned ones
	Color         Color
	Frames        int   // of the video stream itself, not of the container
	Rate          Ratio // frames per second; the average where they are not regular
	Regular       bool  // every frame lasts as long as the others
	Duration      Ratio // of the picture, in seconds
	Start         Ratio // when the first frame is shown, in seconds of the file's clock; sound counts on the same

	Audio      string // codec, "" for no sound
	SampleRate int    // Hz
	Channels   int

	last Ratio // when the last frame is shown, seconds; 0/0 where unknown
}

// HasAudio reports whether the clip has sound.
func (f Facts) HasAudio() bool { return f.Audio != "" }

// Color is how a picture's numbers mean colours, as ffmpeg names them; "" where the clip does not say.
type Color struct{ Range, Space, Transfer, Primaries string }

// Ratio is a rational number. The zero Ratio is unknown.
type Ratio struct{ Num, Den int64 }

// Rat is the ratio as an exact number, zero where unknown.
func (r Ratio) Rat() *big.Rat {
	if r.Den == 0 {
		return new(big.Rat)
	}
	return big.NewRat(r.Num, r.Den)
}

// Is reports whether the ratio equals num/den.
func (r Ratio) Is(num, den int64) bool { return r.Den != 0 && r.Rat().Cmp(big.NewRat(num, den)) == 0 }

func (r Ratio) String() string {
	if r.Den == 0 {
		return "unknown"
	}
	return r.Rat().RatString()
}

// ratio reduces n/d; zero where it has no value or would not fit.
func ratio(n, d *big.Int) Ratio {
	if d.Sign() == 0 {
		return Ratio{}
	}
	r := new(big.Rat).SetFrac(n, d)
	if !r.Num().IsInt64() || !r.Denom().IsInt64() {
		return Ratio{}
	}
	return Ratio{r.Num().Int64(), r.Denom().Int64()}
}

func ratioOf(n, d int64) Ratio { return ratio(big.NewInt(n), big.NewInt(d)) }

// Probe reads what a clip is. MP4 and MOV are read directly, in well under a millisecond and without a process;
// ffprobe reads whatever else it is, and what a header leaves open. A clip without picture is an error.
func Probe(ctx context.Context, path string) (Facts, error) {
	if _, err := os.Stat(path); err != nil {
		return Facts{}, err
	}
	if f, ok := probeMP4(path); ok {
		return f, nil
	}
	return probeAny(ctx, path)
}

// differs names the first of want's non-zero facts that f does not share.
func (f Facts) differs(want Facts) error {
	switch {
	case want.Width != 0 && f.Width != want.Width || want.Height != 0 && f.Height != want.Height:
		return fmt.Errorf("is %d×%d, not %d×%d", f.Width, f.Height, want.Width, want.Height)
	case want.Frames != 0 && f.Frames != want.Frames:
		return fmt.Errorf("has %d frames, not %d", f.Frames, want.Frames)
	case want.Rate.Den != 0 && f.Rate.Rat().Cmp(want.Rate.Rat()) != 0:
		return fmt.Errorf("has %s frames per second, not %s", f.Rate, want.Rate)
	case want.Codec != "" && f.Codec != want.Codec:
		return fmt.Errorf("is %s, not %s", f.Codec, want.Codec)
	case want.PixFmt != "" && f.PixFmt != want.PixFmt:
		return fmt.Errorf("is %s, not %s", f.PixFmt, want.PixFmt)
	case want.Audio != "" && f.Audio == "":
		return fmt.Errorf("has no sound")
	}
	return nil
}
