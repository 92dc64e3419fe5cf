package render

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
)

// span is one clip's sound in the film, in samples; From is where it begins in the clip's own sound.
type span struct {
	item            int
	start, end      int64
	from            int64
	fadeIn, fadeOut int64
}

// spans are the clips' sounds of the timeline.
func (tl *Timeline) spans() []span {
	var all []span
	for _, s := range tl.Sounds {
		if s.Kind == KindClip {
			all = append(all, span{item: s.Item, start: s.Start, end: s.End, from: s.From, fadeIn: s.FadeIn, fadeOut: s.FadeOut})
		}
	}
	return all
}

// mixer adds up spans into one stream of samples, reading each clip's sound once from front to back.
type mixer struct {
	spans []span
	total int64
	open  func(item int) (io.ReadCloser, error) // the clip's samples
	live  []*voice
}

// voice is a span that is playing.
type voice struct {
	span
	in io.ReadCloser
	r  *bufio.Reader
}

// block is how many samples are mixed at a time.
const block = 8192

// mix writes all samples of the film as 32-bit floats.
func (m *mixer) mix(w io.Writer) error {
	defer m.close()
	out := bufio.NewWriterSize(w, 1<<16)
	acc := make([]float32, block*channels)
	for at := int64(0); at < m.total; {
		n := min(block, m.total-at)
		clear(acc)
		if err := m.admit(at + n); err != nil {
			return err
		}
		for _, v := range m.live {
			if err := v.add(acc[:n*channels], at); err != nil {
				return err
			}
		}
		m.retire(at + n)
		if err := write(out, acc[:n*channels]); err != nil {
			return err
		}
		at += n
	}
	return out.Flush()
}

// admit opens the spans that begin before end.
func (m *mixer) admit(end int64) error {
	for len(m.spans) > 0 && m.spans[0].start < end {
		s := m.spans[0]
		m.spans = m.spans[1:]
		in, err := m.open(s.item)
		if err != nil {
			return err
		}
		v := &voice{span: s, in: in, r: bufio.NewReaderSize(in, 1<<16)}
		m.live = append(m.live, v)
		if _, err := io.CopyN(io.Discard, v.r, s.from*sampleBytes); err != nil {
			return short(err)
		}
	}
	return nil
}

// retire closes the spans that end by then.
func (m *mixer) retire(by int64) {
	still := m.live[:0]
	for _, v := range m.live {
		if v.end <= by {
			v.in.Close()
			continue
		}
		still = append(still, v)
	}
	m.live = still
}

func (m *mixer) close() {
	for _, v := range m.live {
		v.in.Close()
	}
}

// add adds the part of the span that lies in the block that begins at sample at.
func (v *voice) add(acc []float32, at int64) error {
	n := int64(len(acc) / channels)
	first, last := max(v.start, at), min(v.end, at+n)
	var b [sampleBytes]byte
	for t := first; t < last; t++ {
		if _, err := io.ReadFull(v.r, b[:]); err != nil {
			return short(err)
		}
		g := v.gain(t)
		for c := range channels {
			x := math.Float32frombits(binary.LittleEndian.Uint32(b[4*c:]))
			if x != x { // a decoder's NaN would silence the encoder for good
				continue
			}
			acc[(t-at)*channels+int64(c)] += g * x
		}
	}
	return nil
}

// gain is the fades' at a sample of the film.
func (v *voice) gain(t int64) float32 {
	g := 1.0
	if i := t - v.start; i < v.fadeIn {
		g = math.Sin(math.Pi / 2 * (float64(i) + 0.5) / float64(v.fadeIn))
	}
	if i := v.end - 1 - t; i < v.fadeOut {
		g *= math.Sin(math.Pi / 2 * (float64(i) + 0.5) / float64(v.fadeOut))
	}
	return float32(g)
}

func write(w io.Writer, acc []float32) error {
	var b [4]byte
	for _, x := range acc {
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(x))
		if _, err := w.Write(b[:]); err != nil {
			return err
		}
	}
	return nil
}

func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("a conformed sound is shorter than its picture")
	}
	return err
}

// openSamples opens a segment's sound.
func openSamples(w work, segments []segment) func(int) (io.ReadCloser, error) {
	return func(item int) (io.ReadCloser, error) { return os.Open(w.path(segments[item].sound)) }
}
