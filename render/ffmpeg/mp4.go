package ffmpeg

// This file reads facts from the head of an MP4, without a process.

import (
	"bytes"
	"slices"

	"github.com/Eyevinn/mp4ff/aac"
	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/mp4"

	"shotchain/render/mux"
)

// probeMP4 reads the moov box. ok is false for what it cannot tell for sure: that is left to ffprobe.
func probeMP4(path string) (f Facts, ok bool) {
	x, err := mux.ReadIndex(path)
	if err != nil || x.Fragmented {
		return Facts{}, false
	}
	defer func() { // the box decoders were not written for hostile files
		if recover() != nil {
			f, ok = Facts{}, false
		}
	}()
	return told(x)
}

// told are the facts that an index tells.
func told(x mux.Index) (f Facts, ok bool) {
	for _, t := range x.Tracks {
		switch {
		case t.Handler == "vide" && !ok:
			if ok = pictureFacts(t, &f, x.Timescale); !ok {
				return f, false
			}
		case t.Handler == "soun" && f.Audio == "":
			if !soundFacts(t, &f) {
				return f, false
			}
		}
	}
	return f, ok
}

func pictureFacts(t *mux.Track, f *Facts, movie uint32) bool {
	name, body := t.Entry()
	if name != "avc1" || t.Turned || t.Stts == nil || t.Timescale == 0 {
		return false // rarer than it is worth: ffprobe knows
	}
	v := mux.Decode[*mp4.VisualSampleEntryBox](name, body, mp4.DecodeVisualSampleEntrySR)
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
	return timing(t, f, movie)
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
	spaces = map[uint]string{0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
		9: "bt2020nc", 10: "bt2020c"}
	transfers = map[uint]string{1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear",
		13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67"}
	primaries = map[uint]string{1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020",
		11: "smpte431", 12: "smpte432"}
)

// timing reads when frames are shown: an edit list that does more than skip the codec's delay is left to ffprobe.
func timing(t *mux.Track, f *Facts, movie uint32) bool {
	start := int64(0)
	if e := t.Elst; e != nil {
		if len(e.Entries) != 1 || e.Entries[0].MediaTime < 0 || e.Entries[0].MediaRateInteger != 1 {
			return false
		}
		start = e.Entries[0].MediaTime
	}
	s := schedule{}
	if !s.add(t) || s.frames != int64(t.Samples) || s.frames > 1<<24 {
		return false
	}
	if s.first != start { // the edit begins elsewhere: frames are cut off or delayed
		return false
	}
	if e := t.Elst; e != nil && movie != 0 { // an edit that ends early hides frames
		shown := int64(e.Entries[0].SegmentDuration) * int64(t.Timescale) / int64(movie)
		if frame := s.ticks / s.frames; shown+frame/2 < s.ticks {
			return false
		}
	}
	scale := int64(t.Timescale)
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

func (s *schedule) add(t *mux.Track) bool {
	st := t.Stts
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
			if t.Ctts != nil {
				if int(t.Ctts.EndSampleNr[len(t.Ctts.EndSampleNr)-1]) < len(shown)+1 {
					return false
				}
				at += int64(t.Ctts.GetCompositionTimeOffset(uint32(len(shown) + 1)))
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

func soundFacts(t *mux.Track, f *Facts) bool {
	name, body := t.Entry()
	if name != "mp4a" {
		return false
	}
	a := mux.Decode[*mp4.AudioSampleEntryBox](name, body, mp4.DecodeAudioSampleEntrySR)
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
