package ffmpeg

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// SoundFacts are what a file's sound is, by its headers.
type SoundFacts struct {
	Codec      string
	SampleRate int   // Hz
	Channels   int   // 1 or more
	Duration   Ratio // seconds
}

// KnownSound is [ProbeSound] for a file of a film that is made again and again: what was said of these very bytes is
// remembered.
func KnownSound(ctx context.Context, path string) (SoundFacts, error) {
	digest, err := Digest(path)
	if err != nil {
		return ProbeSound(ctx, path) // which says why in its own words
	}
	kept := remembered("sound-facts", digest)
	var f SoundFacts
	if recall(kept, &f) && f.Channels > 0 && f.Duration.Num > 0 && f.Duration.Den > 0 {
		return f, nil
	}
	if f, err = ProbeSound(ctx, path); err == nil {
		remember(kept, f)
	}
	return f, err
}

// ProbeSound reads what the first sound of a file is. A file without sound, or one whose header does not say how
// long it lasts, is an error.
func ProbeSound(ctx context.Context, path string) (SoundFacts, error) {
	t, err := Find()
	if err != nil {
		return SoundFacts{}, err
	}
	var out bytes.Buffer
	args := append([]string{"-hide_banner", "-v", "error", "-select_streams", "a:0", "-show_streams", "-show_entries",
		"format=duration", "-of", "json"}, Input(path)...)
	if err := run(ctx, t.FFprobe, args, Options{Stdout: &out}); err != nil {
		if ctx.Err() == nil && strings.Contains(err.Error(), "Invalid data found") {
			return SoundFacts{}, errors.New("is no sound that ffmpeg can read")
		}
		return SoundFacts{}, err
	}
	var p struct {
		probed
		Format struct {
			Duration string `json:"duration"`
		} `json:"format"`
	}
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		return SoundFacts{}, fmt.Errorf("ffprobe: %w", err)
	}
	if len(p.Streams) == 0 || p.Streams[0].Channels < 1 {
		return SoundFacts{}, errors.New("has no sound")
	}
	s := p.Streams[0]
	f := SoundFacts{Codec: s.Codec, Channels: s.Channels}
	f.SampleRate, _ = strconv.Atoi(s.SampleRate)
	if tb := fraction(s.TimeBase, "/"); s.DurationTS > 0 && tb.Den != 0 {
		f.Duration = ratio(new(big.Int).Mul(big.NewInt(s.DurationTS), big.NewInt(tb.Num)), big.NewInt(tb.Den))
	} else if d, ok := new(big.Rat).SetString(p.Format.Duration); ok {
		f.Duration = ratio(d.Num(), d.Denom())
	}
	if f.Duration.Num <= 0 {
		return SoundFacts{}, errors.New("does not say how long it is")
	}
	return f, nil
}
