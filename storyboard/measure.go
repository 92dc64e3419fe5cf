package storyboard

// Values with a unit: times, ranges, places in a cut, gains, sizes, colours, rates.

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// momentPattern is the shape of a time, for the parser and the schema alike.
const momentPattern = `([0-9]{1,5}(\.[0-9]{1,6})?s|[0-9]{1,8}ms|[0-9]{1,7}f)`

var (
	momentShape   = regexp.MustCompile(`^` + momentPattern + `$`)
	bareNumber    = regexp.MustCompile(`^[0-9]{1,5}(\.[0-9]{1,6})?$`)
	decimalShape  = regexp.MustCompile(`^-?[0-9]{1,6}(\.[0-9]{1,3})?$`)
	decibelShape  = regexp.MustCompile(`^[+-]?[0-9]{1,2}(\.[0-9]{1,3})?$`)
	percentShape  = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,3})?$`)
	extentShape   = regexp.MustCompile(`^([0-9]{1,4})x([0-9]{1,4})$`)
	colorShape    = regexp.MustCompile(`^#[0-9a-f]{6}([0-9a-f]{2})?$`)
	bareColor     = regexp.MustCompile(`^[0-9a-f]{6}([0-9a-f]{2})?$`)
	bitrateShape  = regexp.MustCompile(`^([1-9][0-9]{0,5})([kM])$`)
	anchoredShape = regexp.MustCompile(`^(` + idPattern + `/` + idPattern + `|` + cardPattern + `)(\+(.*)|@(.*)%)?$`)
)

// scaled is a decimal number times a power of ten. The text has no more decimals than the power's zeros.
func scaled(s string, by int64) int64 {
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0
	}
	x.Mul(x, big.NewRat(by, 1))
	return new(big.Int).Quo(x.Num(), x.Denom()).Int64()
}

// timeOf reads a time.
func timeOf(s string) (Time, bool) {
	if !momentShape.MatchString(s) {
		return Time{}, false
	}
	if n, ok := strings.CutSuffix(s, "f"); ok {
		return Time{Frames: scaled(n, 1)}, true
	}
	if n, ok := strings.CutSuffix(s, "ms"); ok {
		return Time{Micros: scaled(n, 1000)}, true
	}
	return Time{Micros: scaled(strings.TrimSuffix(s, "s"), 1_000_000)}, true
}

// slowest is the rate that frames are taken for where only their order of magnitude matters.
const slowest = 24

// longer reports whether a time is longer than that many microseconds.
func (t Time) longer(micros int64) bool {
	return t.Micros > micros || t.Frames*1_000_000 > micros*slowest
}

func momentHint(s string) string {
	low := strings.ReplaceAll(strings.ToLower(s), " ", "")
	for _, unit := range []string{"", "sec", "secs", "second", "seconds", "s"} {
		if n, ok := strings.CutSuffix(low, unit); ok && bareNumber.MatchString(n) {
			return "write " + n + "s"
		}
	}
	for _, unit := range []string{"frames", "frame", "fr", "f"} {
		if n, ok := strings.CutSuffix(low, unit); ok && shortCount.MatchString(n) {
			return "write " + n + "f"
		}
	}
	return ""
}

func (r *reader) moment(k *key, v value) (value, bool) {
	t, ok := timeOf(v.text)
	switch {
	case !ok:
		r.report(v.at, advise(momentHint(v.text)), "`%s` must be a time such as 1.5s, 500ms or 12f (frames)", k.name)
		return v, false
	case t.longer(k.max):
		r.report(v.at, nil, "`%s` must be at most %ds", k.name, k.max/1_000_000)
		return v, false
	}
	v.time = t
	return v, true
}

func (r *reader) interval(k *key, v value) (value, bool) {
	from, to, ok := strings.Cut(v.text, "..")
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	fine := ok && (from != "" || to != "")
	if fine && from != "" {
		v.span.From, fine = timeOf(from)
	}
	if v.span.Open = to == ""; fine && !v.span.Open {
		v.span.To, fine = timeOf(to)
	}
	s := v.span
	switch {
	case !fine:
		r.report(v.at, nil, "`%s` must be a range such as 0.5s..3s, 12f.. or ..2s", k.name)
	case s.From.longer(maxMoment) || s.To.longer(maxMoment):
		r.report(v.at, nil, "`%s` reaches further than 24 hours", k.name)
	case !s.Open && s.From.At(slowest*1000) >= s.To.At(slowest*1000) && (s.From.Frames == 0) == (s.To.Frames == 0):
		r.report(v.at, nil, "`%s` ends before it begins", k.name)
	default:
		return v, true
	}
	return v, false
}

// anchor reads a moment of the cut, or of a shot of it. Which shots there are is not asked here.
func (r *reader) anchor(k *key, v value) (value, bool) {
	a := Anchor{Pos: v.at}
	fine := false
	if a.Offset, fine = timeOf(v.text); !fine {
		m := anchoredShape.FindStringSubmatch(v.text)
		if fine = m != nil; fine {
			a.Shot = m[1]
			switch {
			case strings.HasPrefix(m[2], "+"):
				a.Offset, fine = timeOf(m[3])
			case m[2] != "":
				n := int64(-1)
				if percentShape.MatchString(m[4]) {
					n = scaled(m[4], 1000)
				}
				a.Part, fine = Setting[Ratio]{reduce(n, 100_000), true, v.at}, n >= 0 && n <= 100_000
			}
		}
	}
	switch {
	case !fine:
		r.report(v.at, advise(anchorHint(v.text)), "`%s` must be a time such as 2s, a shot such as arrival/boat, "+
			"or a place in one: arrival/boat+1s, arrival/boat@50%%", k.name)
		return v, false
	case a.Offset.longer(maxMoment):
		r.report(v.at, nil, "`%s` is later than 24 hours", k.name)
		return v, false
	}
	v.anchor = a
	return v, true
}

func anchorHint(s string) string {
	if h := momentHint(s); h != "" {
		return h
	}
	if name, _, _ := strings.Cut(strings.ReplaceAll(s, "@", "+"), "+"); id.MatchString(name) {
		return "name the shot with its scene: scene/" + name
	}
	return ""
}

// reduce is n/d in lowest terms.
func reduce(n, d int64) Ratio {
	x := big.NewRat(n, d)
	return Ratio{x.Num().Int64(), x.Denom().Int64()}
}

// thousandths writes them as a decimal number.
func thousandths(n int64) string { return decimal3(big.NewRat(n, 1000)) }

func (r *reader) decimals(k *key, n *yaml.Node, v value) (value, bool) {
	switch {
	case n.Tag != "!!int" && n.Tag != "!!float" || !decimalShape.MatchString(n.Value):
		hint := ""
		if n.Tag == "!!str" && decimalShape.MatchString(n.Value) {
			hint = "write it without quotes"
		}
		r.report(v.at, advise(hint), "`%s` must be a number with at most three decimals", k.name)
		return v, false
	}
	v.number = scaled(n.Value, 1000)
	return v, r.inRange(k, v, "")
}

// measure reads decibels and percentages.
func (r *reader) measure(k *key, v value) (value, bool) {
	unit, shape, example := "dB", decibelShape, "-14dB"
	if k.kind == percent {
		unit, shape, example = "%", percentShape, "5%"
	}
	s, ok := strings.CutSuffix(v.text, unit)
	if !ok || !shape.MatchString(s) {
		hint := ""
		for _, wrong := range []string{unit, strings.ToLower(unit), strings.ToUpper(unit), ""} {
			if n, ok := strings.CutSuffix(v.text, wrong); ok && shape.MatchString(strings.TrimSpace(n)) {
				hint = "write " + strings.TrimSpace(n) + unit
				break
			}
		}
		r.report(v.at, advise(hint), "`%s` must be written with its unit, such as %s", k.name, example)
		return v, false
	}
	v.number = scaled(s, 1000)
	return v, r.inRange(k, v, unit)
}

func (r *reader) inRange(k *key, v value, unit string) bool {
	if v.number < k.min || v.number > k.max {
		r.report(v.at, nil, "`%s` must be from %s%s to %s%s", k.name, thousandths(k.min), unit, thousandths(k.max),
			unit)
		return false
	}
	return true
}

func (r *reader) extent(k *key, v value) (value, bool) {
	m := extentShape.FindStringSubmatch(strings.NewReplacer("×", "x", "X", "x").Replace(v.text))
	if m == nil {
		r.report(v.at, nil, "`%s` must be width and height in pixels, such as 1080x1920", k.name)
		return v, false
	}
	w, _ := strconv.Atoi(m[1])
	h, _ := strconv.Atoi(m[2])
	switch {
	case w < minSide || h < minSide || w > maxSide || h > maxSide:
		r.report(v.at, nil, "`%s` must be from %dx%d to %dx%d", k.name, minSide, minSide, maxSide, maxSide)
	case w%2 != 0 || h%2 != 0:
		r.report(v.at, advise(fmt.Sprintf("write %dx%d", w+w%2, h+h%2)), "`%s` must have an even width and height",
			k.name)
	default:
		v.size = Size{w, h}
		return v, true
	}
	return v, false
}

func (r *reader) color(k *key, v value) (value, bool) {
	v.text = strings.ToLower(v.text)
	if !colorShape.MatchString(v.text) {
		hint := ""
		if bareColor.MatchString(v.text) {
			hint = `write "#` + v.text + `"`
		}
		r.report(v.at, advise(hint), "`%s` must be a colour such as \"#ffffff\"", k.name)
		return v, false
	}
	return v, true
}

func (r *reader) bitrate(k *key, v value) (value, bool) {
	m := bitrateShape.FindStringSubmatch(v.text)
	if m == nil {
		r.report(v.at, nil, "`%s` must be a rate such as 8M or 800k", k.name)
		return v, false
	}
	v.number = scaled(m[1], map[string]int64{"k": 1000, "M": 1_000_000}[m[2]])
	if v.number > maxRate {
		r.report(v.at, nil, "`%s` must be at most %dM", k.name, maxRate/1_000_000)
		return v, false
	}
	return v, true
}
