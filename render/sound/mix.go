package sound

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"os"

	"shotchain/render/timeline"
)

// mixer adds up the film's sounds, sample by sample, from any place on. It reads each source from front to back, so
// memory does not grow with the film. Used by one goroutine.
type mixer struct {
	sounds []timeline.Sound // in order of Start
	open   func(i int) (*os.File, error)
	duck   *ducker // nil for none
	live   []*voice
	next   int // of sounds
}

// voice is a sound that is being read.
type voice struct {
	timeline.Sound
	in       *os.File
	r        *bufio.Reader
	amp      float64
	ended    bool
	consumed bool // since the source was last begun: an empty one must not loop for ever
	bridge   bridge
}

// block is how many samples are mixed at once.
const block = 4096

// mix writes the samples from..to to emit, block by block. The samples passed are overwritten by the next block.
func (m *mixer) mix(from, to int64, emit func(samples []float32) error) error {
	defer m.close()
	plain, ducked := make([]float32, block*timeline.Channels), make([]float32, block*timeline.Channels)
	for at := from; at < to; {
		n := min(block, to-at)
		a, d := plain[:n*timeline.Channels], ducked[:n*timeline.Channels]
		clear(a)
		clear(d)
		if err := m.admit(at, at+n); err != nil {
			return err
		}
		for _, v := range m.live {
			acc := a
			if v.Ducked && m.duck != nil {
				acc = d
			}
			if err := v.add(acc, at); err != nil {
				return err
			}
		}
		m.retire(at + n)
		if m.duck != nil {
			m.duck.under(a, d)
		}
		if err := emit(a); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// admit opens the sounds that begin before end, at the place where at finds them.
func (m *mixer) admit(at, end int64) error {
	for m.next < len(m.sounds) && m.sounds[m.next].Start < end {
		i := m.next
		m.next++
		if m.sounds[i].End <= at {
			continue
		}
		in, err := m.open(i)
		if err != nil {
			return err
		}
		v := &voice{Sound: m.sounds[i], in: in, amp: math.Pow(10, m.sounds[i].Gain/20)}
		m.live = append(m.live, v)
		if err := v.seek(v.From + max(0, at-v.Start)); err != nil {
			return err
		}
	}
	return nil
}

// seek goes to a sample of the source; one that loops begins anew as often as needed.
func (v *voice) seek(sample int64) error {
	if v.Loop {
		st, err := v.in.Stat()
		if err != nil {
			return err
		}
		if n := st.Size() / sampleBytes; n > 0 {
			sample %= n
		}
	}
	begin := sample
	if v.Bridged { // what is left out at its end is made of what comes before
		begin = max(0, sample-2*bridgeSamples)
	}
	if _, err := v.in.Seek(begin*sampleBytes, io.SeekStart); err != nil {
		return err
	}
	v.r = bufio.NewReaderSize(v.in, 1<<16)
	var b [sampleBytes]byte
	for ; begin < sample && !v.ended; begin++ {
		if err := v.read(b[:]); err != nil {
			return err
		}
	}
	return nil
}

// retire closes the sounds that end by then.
func (m *mixer) retire(by int64) {
	still := m.live[:0]
	for _, v := range m.live {
		if v.End <= by {
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
	m.live = nil
}

// add adds the part of the sound that lies in the block that begins at sample at. What the source lacks is silence.
func (v *voice) add(acc []float32, at int64) error {
	n := int64(len(acc) / timeline.Channels)
	first, last := max(v.Start, at), min(v.End, at+n)
	var b [sampleBytes]byte
	steady := float32(v.amp)
	for t := first; t < last && !v.ended; t++ {
		if err := v.read(b[:]); err != nil {
			return err
		}
		if v.ended {
			break
		}
		g := steady
		if t-v.Start < v.FadeIn || v.End-1-t < v.FadeOut {
			g = float32(v.amp * v.fade(t))
		}
		for c := range timeline.Channels {
			x := math.Float32frombits(binary.LittleEndian.Uint32(b[4*c:]))
			if x != x { // a decoder's NaN would silence the encoder for good
				continue
			}
			acc[(t-at)*timeline.Channels+int64(c)] += g * x
		}
	}
	return nil
}

// read reads a sample, from the start again where the source loops.
func (v *voice) read(b []byte) error {
	_, err := io.ReadFull(v.r, b)
	if err == nil {
		v.consumed = true
		if v.Bridged {
			v.bridge.heard(b)
		}
		return nil
	}
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if v.Bridged && v.bridge.next(b) {
		return nil
	}
	if !v.Loop || !v.consumed {
		v.ended = true
		return nil
	}
	v.consumed = false
	if err := v.seek(0); err != nil {
		return err
	}
	return v.read(b)
}

// fade is the factor at a sample of the film.
func (v *voice) fade(t int64) float64 {
	g := 1.0
	if i := t - v.Start; i < v.FadeIn {
		g = math.Sin(math.Pi / 2 * (float64(i) + 0.5) / float64(v.FadeIn))
	}
	if i := v.End - 1 - t; i < v.FadeOut {
		g *= math.Sin(math.Pi / 2 * (float64(i) + 0.5) / float64(v.FadeOut))
	}
	return g
}
