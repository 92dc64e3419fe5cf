// Package mux takes MP4 files apart into coded packets ([ReadPackets]) and puts packets together as a new file
// ([Movie.Write]): nothing is decoded, so a cut that falls on a key frame costs its bytes alone. It reads what a file
// says of itself ([ReadIndex]) without trusting it: sizes are bounded and tables checked before they are believed. It
// starts no process and knows nothing of films.
package mux

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/Eyevinn/mp4ff/mp4"
)

// Range is packets From..To, To not included, that are clean (see [Packets.Clean]) where they are picture.
type Range struct {
	*Packets
	From, To int
}

// Movie is an MP4 that is made of packets of others, without decoding any. Times are regular by construction: the
// n-th packet is decoded, and the n-th frame shown, n frames after the first, whatever the sources' own times.
type Movie struct {
	Title, Comment string
	Tags           []Tag  // further metadata, in order
	Language       string // of the sound, ISO 639-2; "" for unknown
	Rate           int    // frames per second
	Width, Height  int
	Video          []Range
	Audio          []Range // AAC of 1024 samples a packet; empty for none
	AudioRate      int     // samples per second
	Priming        int     // samples at the start of Audio that are the codec's, not the film's
	Samples        int64   // of the film
	Chapters       []Chapter
	Captions       []Cue // soft subtitles, in order, not overlapping
	CaptionsIn     string
}

// Cue is a text on screen from one frame to another, the end not included.
type Cue struct {
	Text       string
	Start, End int
}

// ErrParameters is in the error of a movie whose pieces no single decoder setup can play.
var ErrParameters = errors.New("pieces were encoded with different parameters")

// ticks is a frame's length in the movie's and the pictures' time scale, which is ticks × Rate per second.
const ticks = 100

// Write writes the movie with its index in front, so that it plays while it loads.
func (m *Movie) Write(w io.Writer) error {
	tracks, err := m.tracks()
	if err != nil {
		return err
	}
	plan := m.interleave(tracks)
	head := m.head(tracks, false)
	wide := plan.bytes+int64(len(head))+1024 > math.MaxUint32
	if wide {
		head = m.head(tracks, true)
	}
	ftyp := box("ftyp", []byte("isom"), u32(0x200), []byte("isomiso2avc1mp41"))
	mdat := box("mdat")
	binary.BigEndian.PutUint32(mdat, uint32(plan.bytes+8))
	if wide {
		mdat = append(u32(1), append([]byte("mdat"), binary.BigEndian.AppendUint64(nil, uint64(plan.bytes+16))...)...)
	}
	base := int64(len(ftyp) + len(head) + len(mdat))
	for _, t := range tracks {
		for i := range t.chunks {
			t.chunks[i].at += base
		}
	}
	for _, b := range [][]byte{ftyp, m.head(tracks, wide), mdat} {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return plan.copy(w)
}

// lane is one track while it is written.
type lane struct {
	id       int
	handler  string
	entry    []byte
	scale    int
	language string
	sizes    []uint32
	lasts    []uint32 // duration of each sample
	offsets  []uint32 // composition, nil for none
	keys     []uint32 // sample numbers from 1; nil for all
	start    int64    // edit list: media time of the first sample that counts
	length   int64    // of the edit in movie ticks
	chunks   []chunk
	sources  []piece
	header   []byte // vmhd, smhd, …
	flags    uint32 // tkhd
	w, h     int
	group    uint16
	chapters int // id of the chapters' track
}

// chunk is samples that lie one after the other.
type chunk struct {
	at      int64
	samples int
}

// piece is where a chunk's bytes come from: a file's range, or memory.
type piece struct {
	path      string
	at, bytes int64
	memory    []byte
	samples   int
	when      float64 // seconds from the start, for interleaving
}

func (m *Movie) tracks() ([]*lane, error) {
	v, err := m.video()
	if err != nil {
		return nil, err
	}
	all := []*lane{v}
	if len(m.Audio) > 0 {
		a, err := m.audio()
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	if len(m.Captions) > 0 {
		all = append(all, m.captions())
	}
	if len(m.Chapters) > 0 {
		c := m.chapterLane()
		all = append(all, c)
		v.chapters = len(all)
	}
	for i, t := range all {
		t.id = i + 1
	}
	return all, nil
}

func (m *Movie) video() (*lane, error) {
	if len(m.Video) == 0 {
		return nil, errors.New("a movie needs a picture")
	}
	t := &lane{handler: "vide", entry: m.Video[0].Entry, scale: ticks * m.Rate, w: m.Width, h: m.Height, flags: 3,
		header: full("vmhd", 1, make([]byte, 8))}
	delay, at := 0, 0
	var shown []int
	for _, r := range m.Video {
		if string(r.Entry) != string(t.entry) {
			return nil, ErrParameters
		}
		if !r.Clean(r.From, r.To) {
			return nil, fmt.Errorf("frames %d to %d of %s cannot be taken out as they are", r.From, r.To, r.Path)
		}
		for i := r.From; i < r.To; i++ {
			if r.Key[i] {
				t.keys = append(t.keys, uint32(len(shown)+1))
			}
			position := at + r.Shown[i] - r.From
			delay = max(delay, len(shown)-position)
			shown = append(shown, position)
			t.sizes, t.lasts = append(t.sizes, r.Sizes[i]), append(t.lasts, ticks)
		}
		at += r.To - r.From
		t.add(r, func(i int) float64 { return float64(len(shown)-(r.To-i)) / float64(m.Rate) }, m.Rate)
	}
	for i, p := range shown {
		t.offsets = append(t.offsets, uint32((p-i+delay)*ticks))
	}
	t.start, t.length = int64(delay*ticks), int64(at*ticks)
	return t, nil
}

func (m *Movie) audio() (*lane, error) {
	t := &lane{handler: "soun", entry: m.Audio[0].Entry, scale: m.AudioRate, flags: 3, language: m.Language, group: 1,
		header: full("smhd", 0, make([]byte, 4))}
	count := 0
	for _, r := range m.Audio {
		if string(r.Entry) != string(t.entry) {
			return nil, ErrParameters
		}
		for i := r.From; i < r.To; i++ {
			t.sizes, t.lasts = append(t.sizes, r.Sizes[i]), append(t.lasts, 1024)
		}
		begin := count
		count += r.To - r.From
		t.add(r, func(i int) float64 { return float64((begin+i-r.From)*1024) / float64(m.AudioRate) }, m.AudioRate/1024)
	}
	t.start = int64(m.Priming)
	t.length = m.Samples * int64(ticks*m.Rate) / int64(m.AudioRate)
	have := int64(count)*1024 - t.start
	if have < m.Samples {
		return nil, fmt.Errorf("the sound has %d of %d samples", have, m.Samples)
	}
	if over := have - m.Samples; over < 1024 { // the last packet counts only as far as the film goes
		t.lasts[count-1] -= uint32(over)
	}
	return t, nil
}

// add appends a range in pieces of at most so many packets, each of which lies in one stretch of its file.
func (t *lane) add(r Range, when func(i int) float64, most int) {
	for i := r.From; i < r.To; {
		k, bytes := i, int64(0)
		for k < r.To && k-i < most && r.Offsets[k] == r.Offsets[i]+bytes {
			bytes += int64(r.Sizes[k])
			k++
		}
		t.sources = append(t.sources, piece{path: r.Path, at: r.Offsets[i], bytes: bytes, samples: k - i, when: when(i)})
		i = k
	}
}

// captions is a track of timed text (3GPP TS 26.245): a sample for each cue and an empty one for each gap.
func (m *Movie) captions() *lane {
	t := &lane{handler: "sbtl", scale: ticks * m.Rate, language: m.CaptionsIn, header: full("nmhd", 0), flags: 3, group: 2,
		w: m.Width, h: m.Height, entry: textEntry("tx3g", m.Height)}
	at := 0
	add := func(text string, until int) {
		if until <= at {
			return
		}
		t.text(text, nil, uint32((until-at)*ticks), float64(at)/float64(m.Rate))
		at = until
	}
	for _, c := range m.Captions {
		add("", c.Start)
		add(c.Text, c.End)
	}
	t.length = int64(at * ticks)
	return t
}

// chapterLane is a text track that the picture's refers to as its chapters.
func (m *Movie) chapterLane() *lane {
	t := &lane{handler: "text", scale: ticks * m.Rate, entry: textEntry("text", m.Height), flags: 2,
		header: box("gmhd", full("gmin", 0, u16(0x40, 0x8000, 0x8000, 0x8000, 0, 0)), box("text", identity))}
	encd := box("encd", u32(0x100)) // UTF-8
	for _, c := range m.Chapters {
		t.text(oneLine(c.Title), encd, uint32((c.End-c.Start)*ticks), float64(c.Start)/float64(m.Rate))
		t.length += int64((c.End - c.Start) * ticks)
	}
	return t
}

// text appends a sample of text.
func (t *lane) text(s string, more []byte, last uint32, when float64) {
	s = strings.ToValidUTF8(s, "�")
	if len(s) > 1<<15 {
		s = strings.ToValidUTF8(s[:1<<15], "")
	}
	b := append(append(u16(uint16(len(s))), s...), more...)
	t.sizes, t.lasts = append(t.sizes, uint32(len(b))), append(t.lasts, last)
	t.sources = append(t.sources, piece{memory: b, bytes: int64(len(b)), samples: 1, when: when})
}

// textEntry describes text in white, centred at the bottom.
func textEntry(name string, height int) []byte {
	fonts := box("ftab", u16(1, 1), []byte{5}, []byte("Serif"))
	size := byte(min(255, max(1, height/20)))
	if name == "text" {
		return box(name, make([]byte, 6), u16(1), u32(1), make([]byte, 18), u16(1), make([]byte, 6),
			box("ftab", u16(1, 1), []byte{0}))
	}
	return box(name, make([]byte, 6), u16(1), u32(0), []byte{1, 0xff}, u32(0), make([]byte, 8),
		u16(0, 0, 1), []byte{0, size}, u32(0xffffffff), fonts)
}

// layout is the order of all pieces in the file.
type layout struct {
	pieces []piece
	bytes  int64
}

// interleave lays the tracks' pieces in order of time, and tells each track where its chunks are, counted from the
// first byte of media.
func (m *Movie) interleave(tracks []*lane) layout {
	var l layout
	next := make([]int, len(tracks))
	for {
		best := -1
		for i, t := range tracks {
			if next[i] < len(t.sources) && (best < 0 || t.sources[next[i]].when < tracks[best].sources[next[best]].when) {
				best = i
			}
		}
		if best < 0 {
			return l
		}
		t := tracks[best]
		p := t.sources[next[best]]
		next[best]++
		t.chunks = append(t.chunks, chunk{l.bytes, p.samples})
		l.pieces, l.bytes = append(l.pieces, p), l.bytes+p.bytes
	}
}

func (l layout) copy(w io.Writer) error {
	open := map[string]*os.File{}
	var order []string
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	for _, p := range l.pieces {
		if p.memory != nil {
			if _, err := w.Write(p.memory); err != nil {
				return err
			}
			continue
		}
		f := open[p.path]
		if f == nil {
			var err error
			if f, err = os.Open(p.path); err != nil {
				return err
			}
			open[p.path], order = f, append(order, p.path)
			if len(order) > 8 { // sources come one after the other: a few at once are enough
				open[order[0]].Close()
				delete(open, order[0])
				order = order[1:]
			}
		}
		if _, err := f.Seek(p.at, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.CopyN(w, f, p.bytes); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("%s: %w", p.path, err)
		}
	}
	return nil
}

// head is the moov box.
func (m *Movie) head(tracks []*lane, wide bool) []byte {
	length := int64(0)
	for _, t := range tracks {
		length = max(length, t.length)
	}
	parts := [][]byte{full("mvhd", 0, u32(0, 0, uint32(ticks*m.Rate), uint32(length), 0x10000), u16(0x100),
		make([]byte, 10), identity,
		make([]byte, 24), u32(uint32(len(tracks)+1)))}
	for _, t := range tracks {
		parts = append(parts, t.trak(wide))
	}
	return box("moov", append(parts, m.metadata(), m.tags())...)
}

func (t *lane) trak(wide bool) []byte {
	volume := uint16(0)
	if t.handler == "soun" {
		volume = 0x100
	}
	media := int64(0)
	for _, d := range t.lasts {
		media += int64(d)
	}
	parts := [][]byte{
		full("tkhd", t.flags, u32(0, 0, uint32(t.id), 0, uint32(t.length)), make([]byte, 8), u16(0, t.group, volume, 0),
			identity,
			u32(uint32(t.w)<<16, uint32(t.h)<<16)),
		box("edts", full("elst", 0, u32(1, uint32(t.length), uint32(t.start), 0x10000))),
	}
	if t.chapters > 0 {
		parts = append(parts, box("tref", box("chap", u32(uint32(t.chapters)))))
	}
	url := full("url ", 1)
	return box("trak", append(parts, box("mdia",
		full("mdhd", 0, u32(0, 0, uint32(t.scale), uint32(media)), u16(language(t.language), 0)),
		full("hdlr", 0, u32(0), []byte(t.handler), make([]byte, 12), []byte(handlerName[t.handler]+"\x00")),
		box("minf", t.header, box("dinf", full("dref", 0, u32(1), url)), t.table(wide))))...)
}

var handlerName = map[string]string{"vide": "VideoHandler", "soun": "SoundHandler", "sbtl": "SubtitleHandler",
	"text": "ChapterHandler"}

func (t *lane) table(wide bool) []byte {
	stts := &mp4.SttsBox{}
	runs(t.lasts, func(n uint32, v uint32) {
		stts.SampleCount, stts.SampleTimeDelta = append(stts.SampleCount, n), append(stts.SampleTimeDelta, v)
	})
	parts := [][]byte{full("stsd", 0, u32(1), t.entry), encode(stts)}
	if t.offsets != nil {
		ctts := &mp4.CttsBox{EndSampleNr: []uint32{0}}
		end := uint32(0)
		runs(t.offsets, func(n uint32, v uint32) {
			end += n
			ctts.EndSampleNr, ctts.SampleOffset = append(ctts.EndSampleNr, end), append(ctts.SampleOffset, int32(v))
		})
		parts = append(parts, encode(ctts))
	}
	if t.keys != nil {
		parts = append(parts, encode(&mp4.StssBox{SampleNumber: t.keys}))
	}
	parts = append(parts, t.chunkTable(), encode(&mp4.StszBox{SampleNumber: uint32(len(t.sizes)), SampleSize: t.sizes}))
	if wide {
		co := &mp4.Co64Box{}
		for _, c := range t.chunks {
			co.ChunkOffset = append(co.ChunkOffset, uint64(c.at))
		}
		return box("stbl", append(parts, encode(co))...)
	}
	co := &mp4.StcoBox{}
	for _, c := range t.chunks {
		co.ChunkOffset = append(co.ChunkOffset, uint32(c.at))
	}
	return box("stbl", append(parts, encode(co))...)
}

func (t *lane) chunkTable() []byte {
	var rows [][3]uint32
	for i, c := range t.chunks {
		if n := uint32(c.samples); len(rows) == 0 || rows[len(rows)-1][1] != n {
			rows = append(rows, [3]uint32{uint32(i + 1), n, 1})
		}
	}
	b := u32(uint32(len(rows)))
	for _, r := range rows {
		b = append(b, u32(r[:]...)...)
	}
	return full("stsc", 0, b)
}

// language packs three letters into fifteen bits.
func language(code string) uint16 {
	if len(code) != 3 {
		code = "und"
	}
	v := uint16(0)
	for _, c := range []byte(strings.ToLower(code)) {
		if c < 'a' || c > 'z' {
			return language("")
		}
		v = v<<5 | uint16(c-0x60)
	}
	return v
}

// Chapter is a named range of frames, the end not included.
type Chapter struct {
	Title      string
	Start, End int
}
