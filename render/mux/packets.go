package mux

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"sort"

	"github.com/Eyevinn/mp4ff/mp4"
)

// Packets are the coded frames of a track of an MP4, where they lie in the file and when they are shown. Immutable.
type Packets struct {
	Path    string
	Entry   []byte   // sample entry box with what a decoder must know, without what differs by content (bit rates)
	Scale   uint32   // ticks per second
	Sizes   []uint32 // bytes
	Offsets []int64
	Key     []bool // decoding can begin here
	Shown   []int  // position in order of display, by position in order of decoding
}

// ReadPackets reads the tables of the first track of a kind: "vide", "soun".
func ReadPackets(path, handler string) (p *Packets, err error) {
	moov, err := readMoov(path)
	if err != nil {
		return nil, err
	}
	defer func() { // the box decoders were not written for hostile files
		if v := recover(); v != nil {
			p, err = nil, fmt.Errorf("%s: damaged tables: %v", path, v)
		}
	}()
	walk(moov, func(name string, body []byte) {
		if name != "trak" || p != nil {
			return
		}
		t := &Track{}
		if t.read(body, 0) && t.Handler == handler {
			p, err = t.packets(body)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if p == nil {
		return nil, fmt.Errorf("%s has no %s track", path, handler)
	}
	p.Path = path
	return p, nil
}

// tables finds the boxes of a sample table.
func tables(trak []byte) map[string][]byte {
	found := map[string][]byte{}
	var look func(body []byte, depth int)
	look = func(body []byte, depth int) {
		walk(body, func(name string, b []byte) {
			switch name {
			case "mdia", "minf", "stbl":
				if depth < 4 {
					look(b, depth+1)
				}
			case "stsz", "stsc", "stco", "co64", "stss":
				found[name] = b
			}
		})
	}
	look(trak, 0)
	return found
}

func (t *Track) packets(trak []byte) (*Packets, error) {
	if len(t.stsd) >= 8 && binary.BigEndian.Uint32(t.stsd[4:]) != 1 {
		return nil, fmt.Errorf("has packets of several kinds")
	}
	p := &Packets{Scale: t.Timescale, Entry: t.stable()}
	found := tables(trak)
	stsz := found["stsz"]
	if p.Entry == nil || len(stsz) < 12 {
		return nil, fmt.Errorf("has no sample table")
	}
	n := int(t.Samples)
	same := binary.BigEndian.Uint32(stsz[4:])
	if same == 0 && len(stsz) < 12+4*n || n > 1<<24 {
		return nil, fmt.Errorf("has a damaged sample table")
	}
	p.Sizes = make([]uint32, n)
	for i := range p.Sizes {
		if p.Sizes[i] = same; same == 0 {
			p.Sizes[i] = binary.BigEndian.Uint32(stsz[12+4*i:])
		}
	}
	if err := p.locate(found); err != nil {
		return nil, err
	}
	p.keys(found["stss"])
	return p, p.order(t)
}

// locate turns chunks into the offset of each packet.
func (p *Packets) locate(found map[string][]byte) error {
	var chunks []int64
	if b := found["stco"]; fits(b, 8, 4) {
		for i := range binary.BigEndian.Uint32(b[4:]) {
			chunks = append(chunks, int64(binary.BigEndian.Uint32(b[8+4*i:])))
		}
	} else if b := found["co64"]; fits(b, 8, 8) {
		for i := range binary.BigEndian.Uint32(b[4:]) {
			chunks = append(chunks, int64(binary.BigEndian.Uint64(b[8+8*i:])))
		}
	}
	stsc := found["stsc"]
	if !fits(stsc, 8, 12) {
		return fmt.Errorf("has no chunks")
	}
	entries := int(binary.BigEndian.Uint32(stsc[4:]))
	at, e := 0, -1
	p.Offsets = make([]int64, len(p.Sizes))
	for c, off := range chunks {
		for e+1 < entries && int(binary.BigEndian.Uint32(stsc[8+12*(e+1):])) == c+1 {
			e++
		}
		if e < 0 {
			return fmt.Errorf("has chunks out of order")
		}
		for range binary.BigEndian.Uint32(stsc[8+12*e+4:]) {
			if at == len(p.Sizes) {
				return nil
			}
			p.Offsets[at] = off
			off += int64(p.Sizes[at])
			at++
		}
	}
	if at != len(p.Sizes) {
		return fmt.Errorf("has %d packets, but places for %d", len(p.Sizes), at)
	}
	return nil
}

func (p *Packets) keys(stss []byte) {
	p.Key = make([]bool, len(p.Sizes))
	if !fits(stss, 8, 4) {
		for i := range p.Key {
			p.Key[i] = true
		}
		return
	}
	for i := range binary.BigEndian.Uint32(stss[4:]) {
		if n := int(binary.BigEndian.Uint32(stss[8+4*i:])); n >= 1 && n <= len(p.Key) {
			p.Key[n-1] = true
		}
	}
}

// order ranks the packets by their time of display.
func (p *Packets) order(t *Track) error {
	n := len(p.Sizes)
	times := make([]int64, 0, n)
	at := int64(0)
	if t.Stts == nil {
		return fmt.Errorf("has no times")
	}
	for i, c := range t.Stts.SampleCount {
		for range c {
			if len(times) == n {
				break
			}
			shown := at
			if t.Ctts != nil && uint32(len(times)) < t.Ctts.EndSampleNr[len(t.Ctts.EndSampleNr)-1] {
				shown += int64(t.Ctts.GetCompositionTimeOffset(uint32(len(times) + 1)))
			}
			times = append(times, shown)
			at += int64(t.Stts.SampleTimeDelta[i])
		}
	}
	if len(times) != n {
		return fmt.Errorf("has times for %d of %d packets", len(times), n)
	}
	by := make([]int, n)
	for i := range by {
		by[i] = i
	}
	sort.SliceStable(by, func(a, b int) bool { return times[by[a]] < times[by[b]] })
	p.Shown = make([]int, n)
	for rank, i := range by {
		p.Shown[i] = rank
	}
	return nil
}

// Clean reports whether the frames from..to, to not included, can be taken out as they are: decoding can begin with
// the first, and nothing among their packets is of another frame.
func (p *Packets) Clean(from, to int) bool {
	if from < 0 || to > len(p.Sizes) || from >= to || !p.Key[from] || p.Shown[from] != from {
		return false
	}
	for i := from; i < to; i++ {
		if p.Shown[i] < from || p.Shown[i] >= to {
			return false
		}
	}
	return true
}

// H.264's names of what a packet is made of.
const (
	nalIDR = 5 // a slice of a picture that nothing before it is needed for
	nalSPS = 7
	nalPPS = 8
)

// Alone reports whether the H.264 packets from..to can be played by what Entry says and nothing else: decoding begins
// anew with the first, and none of them brings parameters of its own. Those would change how whatever follows in a
// film is decoded, and players that look for parameters only at its head would not see them.
func (p *Packets) Alone(from, to int) (bool, error) {
	f, err := os.Open(p.Path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	length := p.lengthBytes()
	if length == 0 {
		return false, nil
	}
	head := make([]byte, length+1)
	for i := from; i < to; i++ {
		fresh := false
		for at, end := p.Offsets[i], p.Offsets[i]+int64(p.Sizes[i]); at < end; {
			if end-at <= int64(length) {
				return false, nil
			}
			if _, err := f.ReadAt(head, at); err != nil {
				return false, fmt.Errorf("%s: %w", p.Path, err)
			}
			size := int64(0)
			for _, b := range head[:length] {
				size = size<<8 | int64(b)
			}
			switch head[length] & 31 {
			case nalSPS, nalPPS:
				return false, nil
			case nalIDR:
				fresh = true
			}
			at += int64(length) + size
		}
		if i == from && !fresh {
			return false, nil
		}
	}
	return true, nil
}

// lengthBytes is in how many bytes the packets write the length of each of their parts; 0 for what is not H.264.
func (p *Packets) lengthBytes() (n int) {
	if len(p.Entry) < 8+78 || string(p.Entry[4:8]) != "avc1" {
		return 0
	}
	walk(p.Entry[8+78:], func(name string, b []byte) {
		if name == "avcC" && len(b) > 4 {
			n = int(b[4]&3) + 1
		}
	})
	return n
}

// stable is the sample entry without what does not matter to a decoder: the encoder's name and bit rates.
func (t *Track) stable() []byte {
	name, body := t.Entry()
	head := map[string]int{"avc1": 78, "hvc1": 78, "hev1": 78, "av01": 78, "mp4a": 28}[name]
	if head == 0 || len(body) < head {
		return nil
	}
	fixed := bytes.Clone(body[:head])
	if head == 78 {
		clear(fixed[42:74])
	}
	parts := [][]byte{fixed}
	walk(body[head:], func(n string, b []byte) {
		switch n {
		case "avcC", "hvcC", "av1C", "colr", "pasp":
			parts = append(parts, box(n, b))
		case "esds":
			parts = append(parts, box(n, plainESDS(b)))
		}
	})
	return box(name, parts...)
}

// plainESDS is an esds box's body with its bit rates set to zero: unknown.
func plainESDS(b []byte) []byte {
	e := Decode[*mp4.EsdsBox]("esds", b, mp4.DecodeEsdsSR)
	if e == nil || e.DecConfigDescriptor == nil {
		return b
	}
	e.DecConfigDescriptor.AvgBitrate, e.DecConfigDescriptor.MaxBitrate, e.DecConfigDescriptor.BufferSizeDB = 0, 0, 0
	return encode(e)[8:]
}
