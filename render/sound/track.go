// Package sound makes the sound of a film ([Track]): one stream of samples, mixed here, brought to a loudness, kept below
// a ceiling, and encoded in stretches that are kept by the sounds they are made of, so a change is encoded where it is
// heard. AAC's frames overlap: a stretch is encoded with a run-up and a run-out that are dropped, and with 48 frames of
// run-up it is the same as in one go (within 3 dB of noise at −80). What is mixed for a stretch depends on no one who
// asks, so no stretch is made in two ways. It knows nothing of picture.
package sound

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"

	"shotchain/render/ffmpeg"
	"shotchain/render/mux"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// How the sound is cut up, measured and encoded.
const (
	packet     = 1024           // samples of an AAC frame
	stretch    = 300            // frames: 6.4 s, a whole number of AAC frames and of the loudness meter's steps
	runUp      = 48             // frames
	runOut     = 8              // frames
	Priming    = packet         // of ffmpeg's encoder
	ceiling    = -1.0           // dBTP
	gainStep   = 0.25           // dB: finer gains would make all stretches anew for nothing that is heard
	headroom   = 0.5            // dB that AAC adds to limited peaks, mostly
	maxGain    = 30.0           // dB: silence is not turned into noise
	soundTable = "sound-plan-6" // changes when the way of mixing does
)

// Track makes a film's sound.
type Track struct {
	*work.Shop
	tl    *timeline.Timeline
	rate  string   // bits per second of AAC
	total int64    // samples
	files []string // of each of tl.Sounds, in the work folder
	plan  string   // key of all it is made of
	mixes mixes
}

// mixes are the stretches that were mixed last: each is measured, limited and encoded in turn.
type mixes struct {
	mu  sync.Mutex
	all []mixture // the newest last; guarded by mu, their samples are not written
}

type mixture struct {
	from, to int64
	pcm      []float32
}

// mixesKept is how many stretches are kept: 3 MB each.
const mixesKept = 4

// of is a copy of what was mixed for a range, nil for nothing.
func (m *mixes) of(from, to int64) []float32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, x := range m.all {
		if x.from == from && x.to == to {
			return slices.Clone(x.pcm)
		}
	}
	return nil
}

// keep remembers a copy of what was mixed for a range.
func (m *mixes) keep(from, to int64, pcm []float32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.all) == mixesKept {
		m.all = slices.Delete(m.all, 0, 1)
	}
	m.all = append(m.all, mixture{from, to, slices.Clone(pcm)})
}

// New makes the samples of all sounds of a timeline, ready to be mixed and encoded at a bit rate ("192k").
func New(ctx context.Context, sh *work.Shop, tl *timeline.Timeline, rate string) (*Track, error) {
	if tl.Duck != nil && (tl.Duck.Threshold <= 0 || tl.Duck.Ratio < 1) {
		return nil, fmt.Errorf("ducking at threshold %g with ratio %g makes no sense", tl.Duck.Threshold, tl.Duck.Ratio)
	}
	files, err := sources(ctx, sh, tl)
	if err != nil {
		return nil, err
	}
	s := &Track{Shop: sh, tl: tl, rate: rate, total: int64(tl.Frames) * timeline.PerFrame, files: files}
	var parts []any
	for i, x := range tl.Sounds {
		parts = append(parts,
			[]any{files[i], x.Start, x.End, x.From, x.Loop, x.Gain, x.FadeIn, x.FadeOut, x.Ducked, x.Bridged})
	}
	s.plan = work.Key("plan", soundTable, sh.Tools.Version, s.total, tl.Duck, tl.Loudness, rate, parts)
	return s, nil
}

func (s *Track) stretches() int { return int((s.packets() + stretch - 1) / stretch) }

// packets is how many AAC frames the film has: one more than its samples fill, for the encoder's delay.
func (s *Track) packets() int64 { return (s.total+packet-1)/packet + 1 }

// span are the samples that stretch i is encoded from, and how many AAC frames at its start are run-up.
func (s *Track) span(i int) (from, to, drop int64) {
	first := int64(i) * stretch
	drop = min(first, runUp)
	return (first - drop) * packet, min(s.total, (first+stretch+runOut)*packet), drop
}

// samples mixes a range of the film, always in the same way: a stretch's samples do not depend on who asks.
func (s *Track) samples(ctx context.Context, from, to int64) ([]float32, error) {
	if pcm := s.mixes.of(from, to); pcm != nil {
		return pcm, nil
	}
	start := max(0, from-settle(s.tl.Duck))
	m := &mixer{sounds: s.tl.Sounds, duck: newDucker(s.tl.Duck),
		open: func(i int) (*os.File, error) { return os.Open(s.Path(s.files[i])) }}
	out := make([]float32, 0, (to-from)*timeline.Channels)
	at := start
	err := m.mix(start, to, func(b []float32) error {
		n := int64(len(b) / timeline.Channels)
		if skip := from - at; skip < n {
			out = append(out, b[max(0, skip)*timeline.Channels:]...)
		}
		at += n
		return ctx.Err()
	})
	if err == nil {
		s.mixes.keep(from, to, out)
	}
	return out, err
}

// part is what one stretch is made of: the sounds in it, with times counted from its start, and without what lies so
// far outside that it changes nothing there. Stretches of equal parts sound the same, in whatever film.
func (s *Track) part(i int) string {
	from, to, drop := s.span(i)
	start := max(0, from-settle(s.tl.Duck))
	var in []any
	for k, x := range s.tl.Sounds {
		if x.End <= start || x.Start >= to {
			continue
		}
		if x.Start+x.FadeIn <= start {
			x.From, x.Start, x.FadeIn = x.From+start-x.Start, start, 0
		}
		if x.End-x.FadeOut >= to {
			x.End, x.FadeOut = to, 0
		}
		in = append(in,
			[]any{s.files[k], x.Start - from, x.End - from, x.From, x.Loop, x.Gain, x.FadeIn, x.FadeOut, x.Ducked, x.Bridged})
	}
	return work.Key("part", soundTable, start-from, to-from, drop, s.tl.Duck, s.tl.Loudness != 0, in)
}

// recall reads a small value from the work folder, or makes it and keeps it there.
func recall[T any](sh *work.Shop, name string, make func() (T, error)) (v T, err error) {
	name += ".json"
	if sh.Has(name) {
		if b, err := os.ReadFile(sh.Path(name)); err == nil && json.Unmarshal(b, &v) == nil {
			return v, nil
		}
	}
	if v, err = make(); err != nil {
		return v, err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return v, err
	}
	return v, sh.Write(name, func(w io.Writer) error { _, err := w.Write(b); return err })
}

// finished are a stretch's samples at their final level. lower is taken off the ceiling, in dB.
func (s *Track) finished(ctx context.Context, i int, l levels, lower float64) ([]float32, error) {
	from, to, _ := s.span(i)
	pcm, err := s.samples(ctx, from, to)
	if err != nil {
		return nil, err
	}
	if l.Gain != 0 {
		g := float32(math.Pow(10, l.Gain/20))
		for k := range pcm {
			pcm[k] *= g
		}
	}
	if s.limits(i, l) {
		limiter{s.ceiling() * math.Pow(10, -lower/20)}.limit(pcm)
	}
	return pcm, nil
}

// AAC is the film's sound as AAC frames.
func (s *Track) AAC(ctx context.Context) ([]mux.Range, error) {
	if s.DryRun {
		return nil, s.missing(ctx)
	}
	l, err := s.measured(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]mux.Range, s.stretches())
	group, ctx := work.Group(ctx, s.Workers)
	for i := range all {
		group.Go(func() (err error) {
			all[i], err = s.encoded(ctx, i, l)
			return err
		})
	}
	return all, group.Wait()
}

// missing tells of the stretches that are to be encoded: all in one where it is not known yet how loud they are.
func (s *Track) missing(ctx context.Context) error {
	var l levels
	b, err := os.ReadFile(s.Path(s.levels() + ".json"))
	if err != nil || json.Unmarshal(b, &l) != nil || len(l.Stretches) != s.stretches() {
		return s.Run(ctx, s.encoder(s.Path(s.plan+".m4a")), ffmpeg.Options{})
	}
	for i := range l.Stretches {
		if name := s.name(i, l); !s.Has(name) {
			if err := s.Run(ctx, s.encoder(s.Path(name)), ffmpeg.Options{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// name is what an encoded stretch is kept as.
func (s *Track) name(i int, l levels) string {
	return work.Key("aac", soundTable, s.Tools.Version, s.encoder("/out"), s.part(i), l.Gain, s.limits(i, l),
		s.ceiling()) + ".m4a"
}

func (s *Track) encoder(out string) []string {
	return []string{"-protocol_whitelist", "pipe", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "pipe:0",
		"-c:a", "aac", "-b:a", s.rate, "-ar", "48000", "-ac", "2", "-threads", "1", "-map_metadata", "-1",
		"-flags:a", "+bitexact", "-fflags", "+bitexact", "-movie_timescale", "48000", "-f", "mp4", ffmpeg.File(out)}
}

// encoded is one stretch as AAC.
func (s *Track) encoded(ctx context.Context, i int, l levels) (mux.Range, error) {
	name := s.name(i, l)
	if !s.Has(name) {
		if err := s.encode(ctx, i, l, name); err != nil {
			return mux.Range{}, err
		}
	}
	p, err := mux.ReadPackets(s.Path(name), "soun")
	if err != nil {
		return mux.Range{}, err
	}
	_, _, drop := s.span(i)
	n := min(stretch, s.packets()-int64(i)*stretch)
	if int64(len(p.Sizes)) < drop+n {
		return mux.Range{}, fmt.Errorf("%s has %d AAC frames, not %d: delete it", p.Path, len(p.Sizes), drop+n)
	}
	return mux.Range{Packets: p, From: int(drop), To: int(drop + n)}, nil
}

// encode encodes a stretch. AAC adds to peaks, up to a decibel where they were limited: what comes out is measured,
// and the ceiling lowered by what it passes.
func (s *Track) encode(ctx context.Context, i int, l levels, name string) error {
	tmp := s.Temp(".m4a")
	defer os.Remove(tmp)
	lower := 0.0
	if s.limits(i, l) {
		lower = headroom
	}
	for range 4 {
		pcm, err := s.finished(ctx, i, l, lower)
		if err != nil {
			return err
		}
		if err := s.Run(ctx, s.encoder(tmp), ffmpeg.Options{Feed: feed(pcm)}); err != nil {
			return err
		}
		if !s.limits(i, l) {
			break
		}
		over, err := s.over(ctx, tmp)
		if err != nil {
			return err
		}
		if over <= 0 {
			break
		}
		lower += over + 0.05
	}
	if _, err := mux.ReadPackets(tmp, "soun"); err != nil {
		return err
	}
	return s.Keep(tmp, name)
}

func feed(pcm []float32) func(io.Writer) error {
	return func(w io.Writer) error {
		b := make([]byte, 1<<16)
		for rest := pcm; len(rest) > 0; {
			n := min(len(b)/4, len(rest))
			for i, x := range rest[:n] {
				binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
			}
			if _, err := w.Write(b[:4*n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	}
}

// over is by how many decibels an encoded stretch passes the ceiling.
func (s *Track) over(ctx context.Context, path string) (float64, error) {
	out := &collector{most: (stretch + runUp + runOut + 16) * packet * sampleBytes}
	args := append(append([]string{"-threads", "1"}, ffmpeg.Input(path)...), "-map", "0:a:0", "-c:a", "pcm_f32le", "-f",
		"f32le", "pipe:1")
	if err := s.Run(ctx, args, ffmpeg.Options{Stdout: out}); err != nil {
		return 0, err
	}
	pcm := make([]float32, len(out.b)/4)
	for i := range pcm {
		pcm[i] = math.Float32frombits(binary.LittleEndian.Uint32(out.b[4*i:]))
	}
	top := s.ceiling()
	return 20 * math.Log10(max(maxPeak(pcm, top), 1e-9)/top), nil
}

// collector keeps what is written, up to a bound.
type collector struct {
	mu   sync.Mutex // guards b
	b    []byte
	most int
}

func (c *collector) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.b)+len(b) > c.most {
		return 0, errors.New("more sound came out than went in")
	}
	c.b = append(c.b, b...)
	return len(b), nil
}

// WAV writes the film's sound as 24-bit PCM.
func (s *Track) WAV(ctx context.Context, w io.Writer) error {
	l, err := s.measured(ctx)
	if err != nil {
		return err
	}
	const width = 3
	size := s.total * timeline.Channels * width
	if size > math.MaxUint32-44 {
		return errors.New("the sound is too long for a WAV file")
	}
	var h bytes.Buffer
	h.WriteString("RIFF")
	for _, v := range []any{uint32(36 + size), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(timeline.Channels),
		uint32(timeline.SampleRate),
		uint32(timeline.SampleRate * timeline.Channels * width), uint16(timeline.Channels * width), uint16(8 * width),
		[]byte("data"), uint32(size)} {
		binary.Write(&h, binary.LittleEndian, v)
	}
	if _, err := w.Write(h.Bytes()); err != nil {
		return err
	}
	for i := range s.stretches() {
		pcm, err := s.finished(ctx, i, l, 0)
		if err != nil {
			return err
		}
		from, to, drop := s.span(i)
		own := drop * packet
		end := min(to-from, own+stretch*packet)
		if own >= end {
			break
		}
		b := make([]byte, 0, (end-own)*timeline.Channels*width)
		for _, x := range pcm[own*timeline.Channels : end*timeline.Channels] {
			v := int32(math.Round(max(-1, min(1, float64(x))) * (1<<23 - 1)))
			b = append(b, byte(v), byte(v>>8), byte(v>>16))
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}
