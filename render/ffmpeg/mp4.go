package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/Eyevinn/mp4ff/aac"
	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/bits"
	"github.com/Eyevinn/mp4ff/mp4"
)

// maxMoov bounds what is read of a stranger's file: a moov of an hour at 24 frames per second has about 2 MB.
const maxMoov = 64 << 20

// probeMP4 reads the moov box. ok is false for what it cannot tell for sure: that is left to ffprobe.
func probeMP4(path string) (f Facts, ok bool) {
	moov, err := readMoov(path)
	if err != nil {
		return Facts{}, false
	}
	defer func() { // the box decoders were not written for hostile files
		if recover() != nil {
			f, ok = Facts{}, false
		}
	}()
	return parseMoov(moov)
}

var errNoMoov = errors.New("no moov box")

// readMoov walks the top-level boxes without reading media data.
func readMoov(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	var head [16]byte
	for at := int64(0); at+8 <= st.Size(); {
		n, _ := file.ReadAt(head[:], at)
		if n < 8 {
			return nil, errNoMoov
		}
		size, skip := int64(binary.BigEndian.Uint32(head[:4])), int64(8)
		switch {
		case size == 1 && n == 16:
			size, skip = int64(binary.BigEndian.Uint64(head[8:])), 16
		case size == 0:
			size = st.Size() - at
		}
		if size < skip || size > st.Size()-at {
			return nil, errNoMoov
		}
		if string(head[4:8]) == "moov" {
			if size-skip > maxMoov {
				return nil, errNoMoov
			}
			body := make([]byte, size-skip)
			_, err := file.ReadAt(body, at+skip)
			if err == io.EOF {
				err = nil
			}
			return body, err
		}
		at += size
	}
	return nil, errNoMoov
}

// track is what is kept of a trak box.
type track struct {
	handler   string
	timescale uint32
	stsd      []byte
	stts      *mp4.SttsBox
	ctts      *mp4.CttsBox
	elst      *mp4.ElstBox
	samples   uint32
	turned    bool
}

func parseMoov(moov []byte) (f Facts, ok bool) {
	var tracks []*track
	var movie uint32 // timescale
	fragmented := false
	walk(moov, func(name string, body []byte) {
		switch name {
		case "mvhd":
			movie = timescale(body)
		case "mvex":
			fragmented = true
		case "trak":
			t := &track{}
			if t.read(body, 0) {
				tracks = append(tracks, t)
			}
		}
	})
	if fragmented {
		return f, false
	}
	seen := false
	for _, t := range tracks {
		switch {
		case t.handler == "vide" && !seen:
			if seen = t.picture(&f, movie); !seen {
				return f, false
			}
		case t.handler == "soun" && f.Audio == "":
			if !t.sound(&f) {
				return f, false
			}
		}
	}
	return f, seen
}

// walk calls visit for each box in body; it stops at the first that does not fit.
func walk(body []byte, visit func(name string, body []byte)) {
	for len(body) >= 8 {
		size := int(binary.BigEndian.Uint32(body))
		if size < 8 || size > len(body) {
			return
		}
		visit(string(body[4:8]), body[8:size])
		body = body[size:]
	}
}

// read collects the boxes of a trak. False: a table claims more entries than it has room for.
func (t *track) read(body []byte, depth int) bool {
	ok := true
	walk(body, func(name string, b []byte) {
		switch name {
		case "mdia", "minf", "stbl", "edts":
			ok = ok && depth < 4 && t.read(b, depth+1)
		case "tkhd":
			t.turned = turned(b)
		case "mdhd":
			t.timescale = timescale(b)
		case "hdlr":
			if len(b) >= 12 {
				t.handler = string(b[8:12])
			}
		case "stsd":
			t.stsd = b
		case "stsz":
			if ok = ok && len(b) >= 12; ok {
				t.samples = binary.BigEndian.Uint32(b[8:])
			}
		case "stts":
			if ok = ok && fits(b, 8, 8); ok {
				t.stts = decode[*mp4.SttsBox]("stts", b, mp4.DecodeSttsSR)
			}
		case "ctts":
			if ok = ok && fits(b, 8, 8); ok {
				t.ctts = decode[*mp4.CttsBox]("ctts", b, mp4.DecodeCttsSR)
			}
		case "elst":
			if ok = ok && fits(b, 8, 12); ok {
				t.elst = decode[*mp4.ElstBox]("elst", b, mp4.DecodeElstSR)
			}
		}
	})
	return ok
}

// fits reports whether a table with its count in the four bytes before head has room for all its entries.
func fits(b []byte, head, entry int) bool {
	return len(b) >= head && int64(binary.BigEndian.Uint32(b[head-4:])) <= int64(len(b)-head)/int64(entry)
}

func decode[B mp4.Box](name string, body []byte, with func(mp4.BoxHeader, uint64, bits.SliceReader) (mp4.Box, error)) (none B) {
	box, err := with(mp4.BoxHeader{Name: name, Size: uint64(len(body) + 8), Hdrlen: 8}, 0, bits.NewFixedSliceReader(body))
	if err != nil {
		return none
	}
	b, _ := box.(B)
	return b
}

// timescale is that of an mvhd or mdhd box: both begin alike.
func timescale(b []byte) uint32 {
	at := 12
	if len(b) > 0 && b[0] == 1 {
		at = 20
	}
	if len(b) < at+4 {
		return 0
	}
	return binary.BigEndian.Uint32(b[at:])
}

// turned reports whether a tkhd box's matrix is more than the identity.
func turned(b []byte) bool {
	at := 40
	if len(b) > 0 && b[0] == 1 {
		at = 52
	}
	if len(b) < at+36 {
		return false
	}
	identity := [9]uint32{0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000}
	for i, v := range identity {
		if binary.BigEndian.Uint32(b[at+4*i:]) != v {
			return true
		}
	}
	return false
}

// entry is the first sample description.
func (t *track) entry() (name string, body []byte) {
	if len(t.stsd) < 16 {
		return "", nil
	}
	walk(t.stsd[8:], func(n string, b []byte) {
		if name == "" {
			name, body = n, b
		}
	})
	return name, body
}

func (t *track) picture(f *Facts, movie uint32) bool {
	name, body := t.entry()
	if name != "avc1" || t.turned || t.stts == nil || t.timescale == 0 {
		return false // rarer than it is worth: ffprobe knows
	}
	v := decode[*mp4.VisualSampleEntryBox](name, body, mp4.DecodeVisualSampleEntrySR)
	if v == nil || v.AvcC == nil || len(v.AvcC.SPSnalus) == 0 {
		return false
	}
	sps, err := avc.ParseSPSNALUnit(v.AvcC.SPSnalus[0], true)
	if err != nil || !describe(f, sps) {
		return false
	}
	if v.Pasp != nil {
		f.SAR = ratioOf(int64(v.Pasp.HSpacing), int64(v.Pasp.VSpacing))
	}
	return t.time(f, movie)
}

// formats are the pixel formats by chroma_format_idc and bit depth.
var formats = map[[2]uint]string{
	{0, 8}: "gray", {1, 8}: "yuv420p", {2, 8}: "yuv422p", {3, 8}: "yuv444p",
	{1, 10}: "yuv420p10le", {2, 10}: "yuv422p10le", {3, 10}: "yuv444p10le",
}

func describe(f *Facts, s *avc.SPS) bool {
	f.Codec, f.Width, f.Height, f.SAR = "h264", int(s.Width), int(s.Height), Ratio{1, 1}
	f.PixFmt = formats[[2]uint{uint(s.ChromaFormatIDC), uint(s.BitDepthLumaMinus8 + 8)}]
	if f.PixFmt == "" || f.Width == 0 || f.Height == 0 || !s.FrameMbsOnlyFlag {
		return false
	}
	if v := s.VUI; v != nil {
		if v.SampleAspectRatioWidth != 0 && v.SampleAspectRatioHeight != 0 {
			f.SAR = ratioOf(int64(v.SampleAspectRatioWidth), int64(v.SampleAspectRatioHeight))
		}
		if v.VideoSignalTypePresentFlag {
			f.Color.Range = "tv"
			if v.VideoFullRangeFlag {
				f.Color.Range = "pc"
			}
		}
		if v.ColourDescriptionFlag {
			f.Color.Space, f.Color.Transfer, f.Color.Primaries = spaces[v.MatrixCoefficients], transfers[v.TransferCharacteristics], primaries[v.ColourPrimaries]
		}
	}
	return true
}

// Names by ffmpeg of the code points of ITU-T H.273.
var (
	spaces    = map[uint]string{0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc", 10: "bt2020c"}
	transfers = map[uint]string{1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67"}
	primaries = map[uint]string{1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 11: "smpte431", 12: "smpte432"}
)

// time reads when frames are shown: an edit list that does more than skip the codec's delay is left to ffprobe.
func (t *track) time(f *Facts, movie uint32) bool {
	start := int64(0)
	if e := t.elst; e != nil {
		if len(e.Entries) != 1 || e.Entries[0].MediaTime < 0 || e.Entries[0].MediaRateInteger != 1 {
			return false
		}
		start = e.Entries[0].MediaTime
	}
	s := schedule{}
	if !s.add(t) || s.frames != int64(t.samples) || s.frames > 1<<24 {
		return false
	}
	if s.first != start { // the edit begins elsewhere: frames are cut off or delayed
		return false
	}
	if e := t.elst; e != nil && movie != 0 { // an edit that ends early hides frames
		shown := int64(e.Entries[0].SegmentDuration) * int64(t.timescale) / int64(movie)
		if frame := s.ticks / s.frames; shown+frame/2 < s.ticks {
			return false
		}
	}
	scale := int64(t.timescale)
	f.Frames, f.Regular, f.Start = int(s.frames), s.regular, Ratio{0, 1}
	f.Duration, f.last = ratioOf(s.ticks, scale), ratioOf(s.last-start, scale)
	f.Rate = ratioOf(s.frames*scale, s.ticks)
	if s.regular {
		f.Rate = ratioOf(scale, int64(s.delta))
	}
	return true
}

// schedule is a track's timing in ticks.
type schedule struct {
	frames, ticks int64
	delta         uint32 // of the first frame
	regular       bool
	first, last   int64 // presentation times
}

func (s *schedule) add(t *track) bool {
	st := t.stts
	n := int64(0)
	for _, c := range st.SampleCount {
		n += int64(c)
	}
	if n <= 0 || n > 1<<24 || st.SampleTimeDelta[0] == 0 {
		return false
	}
	s.frames, s.delta, s.regular = n, st.SampleTimeDelta[0], true
	shown := make([]int64, 0, n)
	for i, c := range st.SampleCount {
		d := st.SampleTimeDelta[i]
		for range c {
			at := s.ticks
			if t.ctts != nil {
				if int(t.ctts.EndSampleNr[len(t.ctts.EndSampleNr)-1]) < len(shown)+1 {
					return false
				}
				at += int64(t.ctts.GetCompositionTimeOffset(uint32(len(shown) + 1)))
			}
			shown = append(shown, at)
			s.ticks += int64(d)
		}
	}
	slices.Sort(shown)
	s.first, s.last = shown[0], shown[len(shown)-1]
	for i := 1; i < len(shown); i++ {
		if shown[i]-shown[i-1] != int64(s.delta) {
			s.regular = false
		}
	}
	return s.ticks > 0
}

func (t *track) sound(f *Facts) bool {
	name, body := t.entry()
	if name != "mp4a" {
		return false
	}
	a := decode[*mp4.AudioSampleEntryBox](name, body, mp4.DecodeAudioSampleEntrySR)
	if a == nil || a.Esds == nil {
		return false
	}
	// The sample entry's own channel count is 2 by tradition; the decoder's configuration has the real one.
	d := a.Esds.DecConfigDescriptor
	if d == nil || d.DecSpecificInfo == nil {
		return false
	}
	asc, err := aac.DecodeAudioSpecificConfig(bytes.NewReader(d.DecSpecificInfo.DecConfig))
	if err != nil || asc.ObjectType != aac.AAClc {
		return false
	}
	f.Audio, f.SampleRate, f.Channels = "aac", asc.SamplingFrequency, int(asc.ChannelConfiguration)
	return f.SampleRate > 0 && f.Channels > 0
}
