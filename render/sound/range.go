package sound

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"

	"shotchain/render/timeline"
	"shotchain/render/work"
)

// Span are samples of a clip's sound, of its middle of left and right.
type Span struct {
	name     string // of the samples in the work folder
	from, to int64
	bridged  bool
	source   source
}

// SpanOf are the samples from..to of a clip, counted from its first frame. What lies outside of its sound is silence, but
// where it is bridged, as timeline.Sound is. It only names them.
func SpanOf(sh *work.Shop, it timeline.Item, from, to int64, bridged bool) (Span, error) {
	s := ofClip(it)
	s.limit = max(1, (to+minute-1)/minute) * minute
	name, err := s.name(sh)
	return Span{name, from, to, bridged, s}, err
}

// ID names what the samples are.
func (s Span) ID() []any { return []any{s.name, s.from, s.to, s.bridged} }

// Samples reads them from what the film's own sound is made of, and makes that where it is not there.
func (s Span) Samples(ctx context.Context, sh *work.Shop) ([]float32, error) {
	if _, err := s.source.make(ctx, sh); err != nil {
		return nil, err
	}
	f, err := os.Open(sh.Path(s.name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := make([]float32, max(0, s.to-s.from))
	b := make([]byte, len(out)*sampleBytes)
	skip := max(0, -s.from) // before the clip
	if skip >= int64(len(out)) {
		return out, nil
	}
	n, err := f.ReadAt(b[skip*sampleBytes:], (s.from+skip)*sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	end := skip + int64(n)/sampleBytes
	for i := skip; i < end; i++ {
		sum := float32(0)
		for c := range int64(timeline.Channels) {
			sum += math.Float32frombits(binary.LittleEndian.Uint32(b[i*sampleBytes+4*c:]))
		}
		out[i] = sum / timeline.Channels
	}
	if s.bridged {
		for k := int64(0); k < min(bridgeSamples, end-skip, int64(len(out))-end); k++ {
			out[end+k] = out[end-1-k] * bridgeGain(int(k))
		}
	}
	return out, nil
}
