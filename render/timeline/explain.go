package timeline

// This file writes a timeline out for people.

import (
	"fmt"
	"strings"
)

// Timecode is a frame's place in the film as hours:minutes:seconds:frames.
func (tl *Timeline) Timecode(frame int) string {
	s := frame / tl.Rate
	return fmt.Sprintf("%02d:%02d:%02d:%02d", s/3600, s/60%60, s%60, frame%tl.Rate)
}

// Explain writes the timeline out for people: what is seen and heard when, in frames and timecode.
func (tl *Timeline) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d×%d, %d frames per second, %d frames, %s\n", tl.Width, tl.Height, tl.Rate, tl.Frames,
		tl.Timecode(tl.Frames))
	b.WriteString("\npicture\n")
	for i, it := range tl.Items {
		if how := it.Transition.told(); i > 0 && how != "" {
			fmt.Fprintf(&b, "  %24s%s\n", "", how)
		}
		fmt.Fprintf(&b, "  %s  %s  %s\n", tl.stretch(it.At, it.End()), it.Shot, it.told())
	}
	if len(tl.Sounds) > 0 {
		b.WriteString("\nsound\n")
	}
	for _, s := range tl.Sounds {
		fmt.Fprintf(&b, "  %s  %s %s%s\n", moments(s.Start, s.End), s.Kind, s.Name, s.told())
	}
	for _, part := range []struct {
		name  string
		texts []Text
	}{{"titles", tl.Titles}, {"captions, " + captionsTold[tl.CaptionMode], tl.Captions}} {
		if len(part.texts) > 0 {
			fmt.Fprintf(&b, "\n%s\n", part.name)
		}
		for _, t := range part.texts {
			fmt.Fprintf(&b, "  %s  %q\n", tl.stretch(t.Start, t.End), t.Text)
		}
	}
	return b.String()
}

// captionsTold say where captions are, by Timeline.CaptionMode.
var captionsTold = map[string]string{"burn": "burned in", "soft": "for players to show or hide", "file": "in files of their own",
	"": "left out"}

// stretch writes a range of frames, the last one not included.
func (tl *Timeline) stretch(from, to int) string {
	return fmt.Sprintf("%6d %6d  %s %s", from, to, tl.Timecode(from), tl.Timecode(to))
}

// moments writes a range of samples.
func moments(from, to int64) string {
	at := func(n int64) string {
		s := n / SampleRate
		return fmt.Sprintf("%02d:%02d:%02d.%03d", s/3600, s/60%60, s%60, n%SampleRate/(SampleRate/1000))
	}
	return fmt.Sprintf("%10d %10d  %s %s", from, to, at(from), at(to))
}

func (t Transition) told() string {
	if t.Frames == 0 {
		return ""
	}
	return fmt.Sprintf("%s, %d frames", t.Type, t.Frames)
}

// told says what is used of the clip, and how.
func (it Item) told() string {
	s := fmt.Sprintf("%d–%d of %d", it.In, it.Out, it.Length)
	if !it.Plain() {
		f, _ := it.Speed.Rat().Float64()
		s += fmt.Sprintf(", %g× speed", f)
	}
	if it.Hold > 0 {
		s += fmt.Sprintf(", holds %d", it.Hold)
	}
	if it.Continues {
		s += ", continues"
	}
	switch {
	case it.Place.CropWidth > 0:
		s += ", cropped"
	case it.Place.Blur:
		s += ", before its blur"
	}
	return s
}

func (s Sound) told() string {
	var parts []string
	add := func(yes bool, format string, args ...any) {
		if yes {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(s.From > 0, "from %d", s.From)
	add(s.Gain != 0, "%+gdB", s.Gain)
	add(s.FadeIn > 0, "in %d", s.FadeIn)
	add(s.FadeOut > 0, "out %d", s.FadeOut)
	add(s.Loop, "loops")
	add(s.Ducked, "ducked")
	add(s.Bridged, "bridged")
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}
