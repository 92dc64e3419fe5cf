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

// probed is what is used of ffprobe's JSON.
type probed struct {
	Streams []stream `json:"streams"`
}

type stream struct {
	Type       string `json:"codec_type"`
	Codec      string `json:"codec_name"`
	PixFmt     string `json:"pix_fmt"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	SAR        string `json:"sample_aspect_ratio"`
	Range      string `json:"color_range"`
	Space      string `json:"color_space"`
	Transfer   string `json:"color_transfer"`
	Primaries  string `json:"color_primaries"`
	RealRate   string `json:"r_frame_rate"`
	AvgRate    string `json:"avg_frame_rate"`
	Packets    string `json:"nb_read_packets"`
	Duration   string `json:"duration"`
	DurationTS int64  `json:"duration_ts"`
	StartPTS   int64  `json:"start_pts"`
	TimeBase   string `json:"time_base"`
	SampleRate string `json:"sample_rate"`
	Channels   int    `json:"channels"`
	Attached   struct {
		Picture int `json:"attached_pic"`
	} `json:"disposition"`
	Side []struct {
		Rotation float64 `json:"rotation"`
	} `json:"side_data_list"`
}

// probeAny asks ffprobe. Frames are counted as packets: exact for one frame per packet, which holds for every codec
// that is met here, without decoding.
func probeAny(ctx context.Context, path string) (Facts, error) {
	t, err := Find()
	if err != nil {
		return Facts{}, err
	}
	var out bytes.Buffer
	args := append([]string{"-hide_banner", "-v", "error", "-count_packets", "-show_streams", "-of", "json"},
		Input(path)...)
	if err := run(ctx, t.FFprobe, args, Options{Stdout: &out}); err != nil {
		if ctx.Err() == nil && strings.Contains(err.Error(), "Invalid data found") {
			return Facts{}, errors.New("is no video that ffmpeg can read")
		}
		return Facts{}, err
	}
	var p probed
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		return Facts{}, fmt.Errorf("ffprobe: %w", err)
	}
	return p.facts()
}

func (p probed) facts() (f Facts, err error) {
	picture := false
	for _, s := range p.Streams {
		switch {
		case s.Type == "video" && s.Attached.Picture == 0 && !picture:
			picture = true
			s.picture(&f)
		case s.Type == "audio" && f.Audio == "":
			f.Audio, f.Channels = s.Codec, s.Channels
			f.SampleRate, _ = strconv.Atoi(s.SampleRate)
		}
	}
	if !picture || f.Width <= 0 || f.Height <= 0 {
		return Facts{}, errors.New("has no picture")
	}
	if f.Frames == 0 || f.Rate.Den == 0 {
		return Facts{}, errors.New("has no frames")
	}
	return f, nil
}

func (s stream) picture(f *Facts) {
	f.Codec, f.PixFmt, f.Width, f.Height = s.Codec, s.PixFmt, s.Width, s.Height
	f.Color = Color{known(s.Range), known(s.Space), known(s.Transfer), known(s.Primaries)}
	if f.SAR = fraction(s.SAR, ":"); f.SAR.Den == 0 || f.SAR.Num == 0 {
		f.SAR = Ratio{1, 1}
	}
	for _, d := range s.Side {
		if r := int(d.Rotation); r%180 != 0 {
			f.Rotated, f.Width, f.Height = true, f.Height, f.Width
			f.SAR = ratioOf(f.SAR.Den, f.SAR.Num)
		} else if r != 0 {
			f.Rotated = true
		}
	}
	f.Frames, _ = strconv.Atoi(s.Packets)
	real, avg := fraction(s.RealRate, "/"), fraction(s.AvgRate, "/")
	f.Rate, f.Regular = real, real.Den != 0 && avg.Den != 0 && real.Rat().Cmp(avg.Rat()) == 0
	if !f.Regular && avg.Num > 0 && avg.Den != 0 {
		f.Rate = avg
	}
	tb := fraction(s.TimeBase, "/")
	if f.Start = (Ratio{0, 1}); tb.Den != 0 {
		f.Start = ratio(new(big.Int).Mul(big.NewInt(s.StartPTS), big.NewInt(tb.Num)), big.NewInt(tb.Den))
	}
	if s.DurationTS > 0 && tb.Den != 0 {
		f.Duration = ratio(new(big.Int).Mul(big.NewInt(s.DurationTS), big.NewInt(tb.Num)), big.NewInt(tb.Den))
	} else if f.Rate.Num > 0 {
		f.Duration = ratio(new(big.Int).Mul(big.NewInt(int64(f.Frames)), big.NewInt(f.Rate.Den)), big.NewInt(f.Rate.Num))
	}
}

func known(s string) string {
	if s == "unknown" || s == "reserved" {
		return ""
	}
	return s
}

func fraction(s, sep string) Ratio {
	n, d, ok := strings.Cut(s, sep)
	if !ok {
		return Ratio{}
	}
	a, err1 := strconv.ParseInt(n, 10, 64)
	b, err2 := strconv.ParseInt(d, 10, 64)
	if err1 != nil || err2 != nil || b == 0 {
		return Ratio{}
	}
	return ratioOf(a, b)
}
