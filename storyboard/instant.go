package storyboard

// Moments of a clip, from its beginning or its end.

import (
	"regexp"
	"strings"
)

// Instant is a moment of a clip: so long after its first frame or, Back, so long before its last one.
type Instant struct {
	Time
	Back bool
}

// Frame is the number, from 0, of the frame that the moment means in a clip whose last frame has the number last, at a
// rate of frames per second: the nearest. It is below 0, or above last, where the clip does not reach that far.
func (m Instant) Frame(rate, last int) int {
	if m.Back {
		return last - int(m.At(rate))
	}
	return int(m.At(rate))
}

// Seconds are those after the first frame or, below 0, before the last one, at a rate of frames per second.
func (m Instant) Seconds(rate int) float64 {
	s := float64(m.Micros) / 1_000_000
	if m.Frames != 0 {
		s = float64(m.Frames) / float64(rate)
	}
	if m.Back {
		return -s
	}
	return s
}

// String writes the moment as a storyboard does: 3.5s, -5f.
func (m Instant) String() string {
	if m.Back {
		return "-" + m.Time.String()
	}
	return m.Time.String()
}

// instantPattern is the shape of a moment of a clip, for the parser and the schema alike; noInstant is what has it and
// is none.
const (
	instantPattern = `^-?` + momentPattern + `$`
	noInstant      = `^-?0+(\.0+)?(s|ms|f)$`
)

var never = regexp.MustCompile(noInstant)

// instant reads a moment of a clip.
func (r *reader) instant(k *key, v value) (value, bool) {
	text, back := strings.CutPrefix(v.text, "-")
	t, ok := timeOf(text)
	switch {
	case !ok:
		hint := momentHint(text)
		if back && hint != "" {
			hint = strings.Replace(hint, "write ", "write -", 1)
		}
		r.report(v.at, advise(hint), "`%s` must be a time such as 3.5s, 12f (frames), or -5f before the end", k.name)
	case never.MatchString(v.text):
		r.report(v.at, advise("leave `at` out to continue the last frame"),
			"`%s` must be later than the first frame, or earlier than the last", k.name)
	case t.longer(maxSeconds * 1_000_000):
		r.report(v.at, nil, "`%s` must be at most %ds", k.name, maxSeconds)
	default:
		v.time, v.back = t, back
		return v, true
	}
	return v, false
}
