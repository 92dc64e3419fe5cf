package handoff_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/render/ffmpeg"
	"shotchain/render/handoff"
	"shotchain/render/timeline"
)

// shown is a clip as a film shows it, what transitions cover included: which frames of which file, and where.
type shown struct {
	File    string
	In, Out int
	At      int
}

// shelf is media that are there for the asking.
type shelf struct {
	of    map[string]*handoff.Source
	takes bool
}

func (s *shelf) source(name string, frames int) *handoff.Source {
	if s.of[name] == nil {
		s.of[name] = &handoff.Source{Name: name, File: "film-media/" + name, Path: "/films/a b/film-media/" + name, Frames: frames,
			Sound: true, Width: 1280, Height: 720}
	}
	return s.of[name]
}

func (s *shelf) Picture(_ int, it timeline.Item) (*handoff.Source, int, []*handoff.Source, bool) {
	var others []*handoff.Source
	if s.takes {
		others = append(others, s.source("take 2 of "+it.Path, it.Length))
	}
	return s.source(it.Path, it.Length), it.In, others, false
}

func (s *shelf) Sound(h timeline.Sound) *handoff.Source {
	if h.Kind == timeline.KindClip {
		return s.source(h.Path, 0)
	}
	src := s.source(h.Path, 0)
	src.Samples = 20 * timeline.SampleRate
	return src
}

// cut is any film: clips with handles, cuts and transitions between them, sounds that overlap, words.
func cut(t *rapid.T) (*timeline.Timeline, *shelf, []shown) {
	tl := &timeline.Timeline{Title: rapid.SampledFrom([]string{"The Lighthouse", "", "灯塔 & <co>", "a\nb\"c"}).Draw(t, "title"),
		Rate: timeline.Rate, Width: 1280, Height: 720}
	kinds := []string{"", "dissolve", "wipe-left", "smooth", "fade-to-black"}
	at := 0
	room := 0 // frames of the clip before that no transition has taken
	for i := range rapid.IntRange(1, 7).Draw(t, "clips") {
		length := rapid.IntRange(24, 200).Draw(t, "length")
		it := timeline.Item{Clip: timeline.Clip{Shot: fmt.Sprintf("scene-%d/shot-%d", i/2, i), Path: fmt.Sprintf("shot %d.mp4", i%5)},
			Length: 200, Source: ffmpeg.Facts{Audio: "aac"}}
		it.In = rapid.IntRange(0, 200-length).Draw(t, "in")
		it.Out = it.In + length
		if i > 0 {
			it.Transition.Type = rapid.SampledFrom(kinds).Draw(t, "type")
			if it.Transition.Type != "" && room > 1 {
				it.Transition.Frames = rapid.IntRange(1, min(room-1, length-2, 30)).Draw(t, "frames")
			}
		}
		it.At = at - it.Transition.Overlap()
		at = it.End()
		room = length - it.Transition.Overlap()
		tl.Items = append(tl.Items, it)
	}
	tl.Frames = at
	var want []shown
	for i, it := range tl.Items {
		want = append(want, shown{it.Path, it.In, it.Out, it.At})
		if rapid.Bool().Draw(t, "heard") {
			tl.Sounds = append(tl.Sounds, timeline.Sound{Kind: timeline.KindClip, Item: i, Path: it.Path, Name: it.Shot,
				Start: int64(it.At) * timeline.PerFrame, End: int64(it.End()) * timeline.PerFrame,
				From: int64(it.In) * timeline.PerFrame, Gain: rapid.SampledFrom([]float64{0, -6}).Draw(t, "gain")})
		}
	}
	if rapid.Bool().Draw(t, "music") {
		tl.Sounds = append(tl.Sounds, timeline.Sound{Kind: timeline.KindMusic, Item: -1, Path: "theme.mp3", Name: "theme.mp3",
			Loop: true, End: int64(at) * timeline.PerFrame, Ducked: true})
	}
	if rapid.Bool().Draw(t, "words") {
		tl.Titles = []timeline.Text{{Text: "Tit\x01le <b>", Start: 0, End: 1}}
		tl.Captions = []timeline.Text{{Text: "字幕", Start: -2, End: at + 9}}
	}
	return tl, &shelf{of: map[string]*handoff.Source{}, takes: rapid.Bool().Draw(t, "takes")}, want
}

// TestWhatEditorsReadIsTheFilm reads each format back, as far as it tells what is seen when: the very frames.
func TestWhatEditorsReadIsTheFilm(t *testing.T) {
	readers := map[string]func(rapid.TB, []byte) []shown{"otio": readOTIO, "edl": readEDL, "fcpxml": readFCPXML, "xml": readXMEML}
	rapid.Check(t, func(rt *rapid.T) {
		tl, media, want := cut(rt)
		film := handoff.New(tl, media)
		for format, read := range readers {
			var b bytes.Buffer
			left, err := film.Write(&b, format)
			require.NoError(rt, err)
			require.Equal(rt, want, read(rt, b.Bytes()), "%s\n%s", format, b.String())
			for _, it := range tl.Items {
				if it.Transition.Fades() && it.Transition.Frames > 0 || it.Transition.Type == "wipe-left" && format != "otio" {
					require.Contains(rt, strings.Join(left, "\n"), it.Shot+": the "+it.Transition.Type, "%s says what it changes", format)
				}
			}
			if len(tl.Captions) > 0 {
				require.Contains(rt, strings.Join(left, "\n"), "captions: their words are markers")
			}
		}
	})
	_, err := handoff.New(&timeline.Timeline{}, nil).Write(&bytes.Buffer{}, "doc")
	require.Error(t, err)
}

// TestSoundIsWhereItIsHeard reads the sound tracks of OpenTimelineIO back, to the sample.
func TestSoundIsWhereItIsHeard(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tl, media, _ := cut(rt)
		film := handoff.New(tl, media)
		var b bytes.Buffer
		_, err := film.Write(&b, "otio")
		require.NoError(rt, err)
		var doc otio
		require.NoError(rt, json.Unmarshal(b.Bytes(), &doc))
		heard := map[string]int64{}
		for _, track := range doc.Tracks.Children[1:] {
			require.Equal(rt, "Audio", track.Kind)
			at := 0.0
			for _, c := range track.Children {
				if c.Schema == "Clip.2" {
					heard[fmt.Sprintf("%s %.0f %.0f", c.Name, at, c.Range.Start.Value)] += int64(c.Range.Duration.Value)
				}
				at += c.Range.Duration.Value
			}
			require.LessOrEqual(rt, at, float64(tl.Frames)*timeline.PerFrame)
		}
		for _, s := range tl.Sounds {
			if s.Loop {
				continue
			}
			key := fmt.Sprintf("%s %d %d", s.Name, s.Start, s.From)
			require.Equal(rt, s.End-s.Start, heard[key], key)
			delete(heard, key)
		}
		whole := int64(0)
		for key, n := range heard {
			require.True(rt, strings.HasPrefix(key, "theme.mp3 "), key)
			require.LessOrEqual(rt, n, int64(20*timeline.SampleRate), "a loop is written out, pass by pass")
			whole += n
		}
		if len(heard) > 0 {
			require.Equal(rt, int64(tl.Frames)*timeline.PerFrame, whole)
		}
	})
}

// otio is what is read of OpenTimelineIO.
type otio struct {
	Schema string `json:"OTIO_SCHEMA"`
	Start  moment `json:"global_start_time"`
	Tracks struct {
		Children []struct {
			Kind     string      `json:"kind"`
			Children []otioChild `json:"children"`
		} `json:"children"`
	} `json:"tracks"`
}

type moment struct {
	Rate  float64 `json:"rate"`
	Value float64 `json:"value"`
}

type otioRange struct {
	Start    moment `json:"start_time"`
	Duration moment `json:"duration"`
}

type otioChild struct {
	Schema string    `json:"OTIO_SCHEMA"`
	Name   string    `json:"name"`
	Range  otioRange `json:"source_range"`
	In     moment    `json:"in_offset"`
	Out    moment    `json:"out_offset"`
	Refs   map[string]struct {
		URL       string    `json:"target_url"`
		Available otioRange `json:"available_range"`
	} `json:"media_references"`
	Active string `json:"active_media_reference_key"`
}

func readOTIO(t rapid.TB, b []byte) (all []shown) {
	var doc otio
	require.NoError(t, json.Unmarshal(b, &doc))
	require.Equal(t, "Timeline.1", doc.Schema)
	require.Equal(t, 86400.0, doc.Start.Value)
	at := 0
	var enter *otioChild
	children := doc.Tracks.Children[0].Children
	for i := range children {
		c := &children[i]
		if c.Schema == "Transition.1" {
			enter = c
			continue
		}
		ref := c.Refs[c.Active]
		file, err := url.PathUnescape(ref.URL)
		require.NoError(t, err)
		s := shown{strings.TrimPrefix(file, "film-media/"), int(c.Range.Start.Value), int(c.Range.Start.Value + c.Range.Duration.Value), at}
		at += int(c.Range.Duration.Value)
		if enter != nil {
			s.In, s.At = s.In-int(enter.In.Value), s.At-int(enter.In.Value)
			all[len(all)-1].Out += int(enter.Out.Value)
			enter = nil
		}
		all = append(all, s)
	}
	for i, s := range all { // what editors hold a document to: handles are inside of the media
		require.GreaterOrEqual(t, s.In, 0)
		require.LessOrEqual(t, s.Out, 200, "clip %d", i)
	}
	return all
}

func readEDL(t rapid.TB, b []byte) (all []shown) {
	frames := func(tc string) int {
		var h, m, s, f int
		_, err := fmt.Sscanf(tc, "%d:%d:%d:%d", &h, &m, &s, &f)
		require.NoError(t, err)
		return ((h*60+m)*60+s)*24 + f
	}
	for _, r := range string(b) {
		require.True(t, r == '\r' || r == '\n' || r >= ' ' && r <= '~', "%q", r)
	}
	reels := map[string]string{}
	last := ""
	end, overlap := 86400, 0
	for _, line := range strings.Split(string(b), "\r\n") {
		if name, ok := strings.CutPrefix(line, "* TO CLIP NAME: "); ok {
			reels[last], all[len(all)-1].File = name, name
		}
		if name, ok := strings.CutPrefix(line, "* FROM CLIP NAME: "); ok && overlap == 0 {
			reels[last], all[len(all)-1].File = name, name
		}
		f := strings.Fields(line)
		if len(f) < 8 || f[2] != "V" {
			continue
		}
		n := len(f)
		in, out, from, to := frames(f[n-4]), frames(f[n-3]), frames(f[n-2]), frames(f[n-1])
		require.Equal(t, to-from, out-in, line)
		require.Equal(t, end, from, "records abut: %s", line)
		require.Regexp(t, `^[A-Z0-9_]{1,8}$`, f[1])
		if from == to { // the clip that a dissolve leaves
			require.Equal(t, all[len(all)-1].Out, in)
			continue
		}
		overlap = 0
		if f[3] == "D" {
			overlap, _ = strconv.Atoi(f[4])
			all[len(all)-1].Out += overlap
		}
		last, end = f[1], to
		all = append(all, shown{"", in, out, from - 86400})
	}
	return all
}

// element is any XML.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []element  `xml:",any"`
}

func (e *element) get(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// find are all elements of a name inside, in order.
func (e *element) find(name string) (all []*element) {
	for i := range e.Nodes {
		if e.Nodes[i].XMLName.Local == name {
			all = append(all, &e.Nodes[i])
		}
		all = append(all, e.Nodes[i].find(name)...)
	}
	return all
}

func (e *element) child(name string) *element {
	for i := range e.Nodes {
		if e.Nodes[i].XMLName.Local == name {
			return &e.Nodes[i]
		}
	}
	return &element{}
}

func parsed(t rapid.TB, b []byte) *element {
	var e element
	require.NoError(t, xml.Unmarshal(b, &e), string(b))
	return &e
}

func readFCPXML(t rapid.TB, b []byte) (all []shown) {
	doc := parsed(t, b)
	files := map[string]string{}
	for _, a := range doc.find("asset") {
		require.Empty(t, files[a.get("id")], "an id is given once")
		name, err := url.PathUnescape(a.child("media-rep").get("src"))
		require.NoError(t, err)
		files[a.get("id")] = strings.TrimPrefix(name, "./film-media/")
	}
	ticks := func(s string) int {
		if s == "0s" {
			return 0
		}
		n, err := strconv.Atoi(strings.TrimSuffix(s, "/2400s"))
		require.NoError(t, err, s)
		require.Zero(t, n%100, "whole frames")
		return n / 100
	}
	spine := doc.find("spine")[0]
	end := 86400
	before := 0 // frames of a transition behind its cut, still to be given to the clip before it
	var enter *element
	for i := range spine.Nodes {
		c := &spine.Nodes[i]
		if c.XMLName.Local == "transition" {
			enter = c
			continue
		}
		require.NotEmpty(t, files[c.get("ref")], "an id leads somewhere")
		offset, start, n := ticks(c.get("offset")), ticks(c.get("start")), ticks(c.get("duration"))
		require.Equal(t, end, offset, "the spine abuts")
		s := shown{files[c.get("ref")], start, start + n, offset - 86400}
		if enter != nil {
			from, length := ticks(enter.get("offset")), ticks(enter.get("duration"))
			before = offset - from
			s.In, s.At = s.In-before, s.At-before
			all[len(all)-1].Out += length - before
			enter = nil
		}
		all, end = append(all, s), offset+n
		order := -1 // levels, what hangs there, markers: the DTD fixes it
		for _, k := range c.Nodes {
			at := map[string]int{"adjust-volume": 0, "asset-clip": 1, "marker": 2}[k.XMLName.Local]
			require.GreaterOrEqual(t, at, order)
			order = at
			require.True(t, k.XMLName.Local != "asset-clip" || files[k.get("ref")] != "")
		}
	}
	require.Equal(t, ticks(doc.find("sequence")[0].get("duration")), end-86400)
	return all
}

func readXMEML(t rapid.TB, b []byte) (all []shown) {
	doc := parsed(t, b)
	for _, r := range doc.find("rate") {
		require.Equal(t, "24", r.child("timebase").Text)
		require.Equal(t, "FALSE", r.child("ntsc").Text)
	}
	names := map[string]string{}
	number := func(e *element, name string) int {
		n, err := strconv.Atoi(e.child(name).Text)
		require.NoError(t, err)
		return n
	}
	track := doc.find("video")[0].find("track")[0]
	var enter *element
	for i := range track.Nodes {
		c := &track.Nodes[i]
		if c.XMLName.Local == "transitionitem" {
			enter = c
			require.Equal(t, -1, number(&track.Nodes[i-1], "end"))
			all[len(all)-1].Out = all[len(all)-1].In + number(c, "end") - all[len(all)-1].At
			require.Equal(t, number(&track.Nodes[i-1], "out"), all[len(all)-1].Out)
			continue
		}
		f := c.child("file")
		if name := f.child("name").Text; name != "" {
			require.Empty(t, names[f.get("id")], "a file is written out once")
			names[f.get("id")] = name
			require.Contains(t, f.child("pathurl").Text, "file://localhost/films/a%20b/film-media/")
		}
		s := shown{names[f.get("id")], number(c, "in"), number(c, "out"), number(c, "start")}
		if enter != nil {
			require.Equal(t, -1, s.At)
			s.At = number(enter, "start")
			enter = nil
		}
		all = append(all, s)
	}
	ids := map[string]bool{}
	for _, c := range doc.find("clipitem") {
		require.False(t, ids[c.get("id")])
		ids[c.get("id")] = true
	}
	for _, l := range doc.find("linkclipref") {
		require.True(t, ids[l.Text], "a link leads somewhere: %s", l.Text)
	}
	return all
}
