package handoff

import (
	"fmt"
	"io"
	"strings"

	"shotchain/render/timeline"
)

// edl writes the picture as an edit decision list (CMX 3600). There a dissolve begins at the cut: the clip before it
// ends where it begins, and the next event holds both.
func (f *Film) edl(w io.Writer) (left []string, err error) {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("TITLE: %s", ascii(strings.ToUpper(f.Title), 60))
	line("FCM: NON-DROP FRAME")
	reels := f.reels()
	begins := func(i int) int { return f.Picture[i].At - f.Picture[i].Enter.Before }
	for i, p := range f.Picture {
		end := f.Frames
		if i+1 < len(f.Picture) {
			end = begins(i + 1)
		}
		start := begins(i)
		in := p.In - p.Enter.Before
		if end-start <= p.Enter.Before+p.Enter.After && i+1 < len(f.Picture) {
			left = append(left, fmt.Sprintf("%s: it is never seen alone, which readers may refuse", p.Shot))
		}
		line("")
		if p.Enter.Type == "" {
			line("%03d  %-8s V     C        %s %s %s %s", i+1, reels[p.Source], clock(in), clock(in+end-start),
				clock(startFrame+start), clock(startFrame+end))
			line("* FROM CLIP NAME: %s", ascii(base(p.Source.File), 200))
			continue
		}
		before := f.Picture[i-1]
		out := before.In - before.Enter.Before + start - begins(i-1)
		line("%03d  %-8s V     C        %s %s %s %s", i+1, reels[before.Source], clock(out), clock(out),
			clock(startFrame+start), clock(startFrame+start))
		line("%03d  %-8s V     D    %03d %s %s %s %s", i+1, reels[p.Source], p.Enter.Before+p.Enter.After, clock(in),
			clock(in+end-start), clock(startFrame+start), clock(startFrame+end))
		line("* FROM CLIP NAME: %s", ascii(base(before.Source.File), 200))
		line("* TO CLIP NAME: %s", ascii(base(p.Source.File), 200))
		if !dissolves(p.Enter.Type) {
			left = append(left, fmt.Sprintf("%s: the %s before it is a dissolve", p.Shot, p.Enter.Type))
		}
	}
	for _, m := range f.Markers {
		line("* LOC: %s %-7s %s", clock(startFrame+m.At), colours[m.Kind], ascii(m.Text, 120))
	}
	if len(f.Sound) > 0 {
		left = append(left, "all sound: an edit decision list has the picture alone")
	}
	if f.takes() {
		left = append(left, "other takes")
	}
	_, err = io.WriteString(w, b.String())
	return left, err
}

// clock is a frame's time code.
func clock(n int) string {
	const rate = timeline.Rate
	s := n / rate
	return fmt.Sprintf("%02d:%02d:%02d:%02d", s/3600, s/60%60, s%60, n%rate)
}

func base(file string) string { return file[strings.LastIndex(file, "/")+1:] }

// ascii is text on one line of plain characters, at most so many.
func ascii(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r > '~':
			return '_'
		}
		return r
	}, s)
	return s[:min(most, len(s))]
}

// reels are the names of the media as an edit decision list has them: eight letters and digits, each its own.
func (f *Film) reels() map[*Source]string {
	names, taken := map[*Source]string{}, map[string]bool{}
	for _, p := range f.Picture {
		if names[p.Source] != "" {
			continue
		}
		name := strings.TrimSuffix(base(p.Source.File), ".mp4")
		if _, shot, ok := strings.Cut(p.Shot, "/"); ok {
			name = shot
		}
		name = strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, strings.ToUpper(name))
		reel := name[:min(8, len(name))]
		for n := 2; reel == "" || taken[reel]; n++ {
			end := fmt.Sprint(n)
			reel = name[:min(8-len(end), len(name))] + end
		}
		taken[reel], names[p.Source] = true, reel
	}
	return names
}

func (f *Film) takes() bool {
	for _, p := range f.Picture {
		if len(p.Takes) > 0 {
			return true
		}
	}
	return false
}
