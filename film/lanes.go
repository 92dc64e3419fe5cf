package film

import (
	"shotchain/render/sheet"
	"shotchain/render/timeline"
)

// lanes are what is heard and read in a cut, as its sheet shows them.
func lanes(tl *timeline.Timeline) (all []sheet.Lane) {
	heard := map[string]*sheet.Lane{timeline.KindClip: {Name: "Clips' sound"}, timeline.KindNarration: {Name: "Narration"},
		timeline.KindMusic: {Name: "Music"}}
	for _, s := range tl.Sounds {
		l := heard[s.Kind]
		l.Spans = append(l.Spans, sheet.Span{From: float64(s.Start) / timeline.SampleRate,
			To: float64(s.End) / timeline.SampleRate, Text: s.Name})
	}
	read := func(name string, texts []timeline.Text) *sheet.Lane {
		l := &sheet.Lane{Name: name, Words: true}
		for _, t := range texts {
			l.Spans = append(l.Spans, sheet.Span{From: float64(t.Start) / float64(tl.Rate), To: float64(t.End) / float64(tl.Rate),
				Text: t.Text})
		}
		return l
	}
	for _, l := range []*sheet.Lane{heard[timeline.KindClip], heard[timeline.KindNarration], heard[timeline.KindMusic],
		read("Captions", tl.Captions), read("Titles", tl.Titles)} {
		if len(l.Spans) > 0 {
			all = append(all, *l)
		}
	}
	return all
}
