package sound

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// source is the sound of a file as samples of the film's kind: 48 kHz, stereo, 32 bits floating, little endian.
// Nothing to parse, and their number is the file's size.
type source struct {
	path, digest string
	speed        ffmpeg.Ratio
	channels     int
	clip         bool         // it belongs to a picture
	start        ffmpeg.Ratio // of a clip: when its first frame is shown by the file's clock, which need not start there
	limit        int64        // samples that are needed at most; 0 for all
}

// sampleBytes is the size of one sample of all channels in such a file.
const sampleBytes = 4 * timeline.Channels

// minute is the step in which the needed length of a source grows, so that small moves of a cut make none anew.
const minute = 60 * timeline.SampleRate

func sourceOf(tl *timeline.Timeline, s timeline.Sound) source {
	need := (s.From + s.End - s.Start + minute - 1) / minute * minute
	src := source{path: s.Path, digest: s.Digest, speed: s.Speed, channels: s.Channels, limit: need}
	if s.Kind == timeline.KindClip && s.Item >= 0 && s.Item < len(tl.Items) {
		src.clip, src.start = true, tl.Items[s.Item].Source.Start
	}
	return src
}

// command is the ffmpeg run that makes the samples.
func (s source) command(out string) ([]string, error) {
	var g ffmpeg.Graph
	a := g.Input(s.path).Audio()
	if s.clip && s.start.Num != 0 && s.start.Den != 0 {
		a = g.Filter(a, "asetpts", []string{fmt.Sprintf("PTS-(%d/%d)/TB", s.start.Num, s.start.Den)}, nil)
	}
	a = g.Filter(a, "aresample", []string{strconv.Itoa(timeline.SampleRate)}, ffmpeg.Args{"async": 1, "first_pts": 0})
	if s.channels == 1 { // ffmpeg's own way from mono to stereo loses 3 dB
		a = g.Filter(a, "pan", []string{"stereo|c0=c0|c1=c0"}, nil)
	}
	a = g.Filter(a, "aformat", nil, ffmpeg.Args{"sample_fmts": "flt", "channel_layouts": "stereo"})
	if s.speed.Den != 0 && !s.speed.Is(1, 1) {
		x, _ := s.speed.Rat().Float64()
		for x < 0.5 { // the filter's own limit
			a = g.Filter(a, "atempo", []string{"0.5"}, nil)
			x /= 0.5
		}
		a = g.Filter(a, "atempo", []string{strconv.FormatFloat(x, 'f', 9, 64)}, nil)
	}
	if s.limit > 0 {
		a = g.Filter(a, "atrim", nil, ffmpeg.Args{"end_sample": s.limit})
	}
	g.Output(out, ffmpeg.Args{"f": "f32le", "c:a": "pcm_f32le", "map_metadata": -1}, a)
	args, err := g.Compile()
	global := []string{"-xerror", "-filter_complex_threads", "1"}
	if s.clip { // times are the file's own, so that sound can be laid by the first frame's
		global = append(global, "-copyts")
	}
	return append(global, args...), err
}

func (s source) name(sh *work.Shop) (string, error) {
	if s.digest == "" {
		var err error
		if s.digest, err = sh.DigestOf(s.path); err != nil {
			return "", err
		}
	}
	anywhere := s
	anywhere.path = "/clip"
	args, err := anywhere.command("/sound")
	return work.Key("sound", s.digest, sh.Tools.Version, args) + ".f32", err
}

// make makes the samples unless the work folder has them.
func (s source) make(ctx context.Context, sh *work.Shop) (string, error) {
	name, err := s.name(sh)
	if err != nil || sh.Has(name) {
		return name, err
	}
	tmp := sh.Temp(".f32")
	if sh.DryRun {
		tmp = sh.Path(name)
	} else {
		defer os.Remove(tmp)
	}
	args, err := s.command(tmp)
	if err != nil {
		return "", err
	}
	if err := sh.Run(ctx, args, ffmpeg.Options{}); err != nil || sh.DryRun {
		return name, err
	}
	st, err := os.Stat(tmp)
	if err != nil {
		return "", err
	}
	if st.Size() == 0 || st.Size()%sampleBytes != 0 {
		return "", errors.New("no sound came out")
	}
	return name, sh.Keep(tmp, name)
}

// Prepare makes the samples of a clip's sound ahead of its film, as much as any film needs at least.
func Prepare(ctx context.Context, sh *work.Shop, it timeline.Item) error {
	s := ofClip(it)
	s.limit = minute
	_, err := s.make(ctx, sh)
	return err
}

// ofClip is all of a clip's sound at its own speed.
func ofClip(it timeline.Item) source {
	return source{path: it.Path, digest: it.Digest, channels: it.Source.Channels, clip: true, start: it.Source.Start}
}

// sources makes the samples of all sounds, and returns the name of each one's.
func sources(ctx context.Context, sh *work.Shop, tl *timeline.Timeline) ([]string, error) {
	sounds := tl.Sounds
	// Uses of one source in different lengths share the longest.
	longest := map[source]int64{}
	for _, s := range sounds {
		k := sourceOf(tl, s)
		need := k.limit
		k.limit = 0
		longest[k] = max(longest[k], need)
	}
	names := make([]string, len(sounds))
	made := map[source]int{}
	group, ctx := work.Group(ctx, sh.Workers)
	for i, s := range sounds {
		k := sourceOf(tl, s)
		k.limit = 0
		if _, ok := made[k]; ok {
			continue
		}
		made[k] = i
		k.limit = longest[k]
		group.Go(func() (err error) {
			ctx := ctx
			if s.Kind == timeline.KindClip && s.Item >= 0 && s.Item < len(tl.Items) {
				ctx = ffmpeg.For(ctx, tl.Items[s.Item].Shot)
			}
			if names[i], err = k.make(ctx, sh); err != nil && ctx.Err() == nil {
				return fmt.Errorf("%s: sound: %w", s.Owner(), err)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, s := range sounds {
		k := sourceOf(tl, s)
		k.limit = 0
		names[i] = names[made[k]]
	}
	return names, nil
}
