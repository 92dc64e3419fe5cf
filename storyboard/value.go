package storyboard

// Plain values: text, numbers, choices and lengths, each checked by its kind.

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// scalar reads the value of a key that takes one.
func (r *reader) scalar(f field) (value, bool) {
	if f.value == nil {
		return value{}, false
	}
	n, ok := r.visit(f.value)
	if !ok {
		return value{}, false
	}
	if n.Anchor == "" {
		return r.scalarOf(f.key, n)
	}
	id := textOf{n, f.key}
	old, known := r.texts[id]
	if !known {
		old.value, old.ok = r.scalarOf(f.key, n)
		r.texts[id] = old
	}
	return old.value, old.ok
}

func (r *reader) scalarOf(k *key, n *yaml.Node) (value, bool) {
	v := value{at: position(n)}
	switch {
	case isNull(n) && (k.kind == paint || k.kind == text && strings.Contains(r.source.line(v.at), ": #")):
		r.report(v.at, advise("put it in quotes: # begins a comment"), "`%s` is empty", k.name)
		return v, false
	case isNull(n):
		r.report(v.at, advise("write a value, or leave the key out"), "`%s` is empty", k.name)
		return v, false
	case n.Kind != yaml.ScalarNode:
		r.structure(k, n)
		return v, false
	}
	switch k.kind {
	case toggle:
		return r.toggle(k, n, v)
	case whole:
		return r.whole(k, n, v)
	case decimals:
		return r.decimals(k, n, v)
	}
	if n.Tag != "!!str" && !k.kind.loose() {
		r.report(v.at, advise("put it in quotes: "+strconv.Quote(n.Value)), "`%s` must be text", k.name)
		return v, false
	}
	if rest := swallowed(n); rest != "" && k.kind == text {
		r.report(r.source.locate(n, rest, 0), advise("put the text in quotes; a comment has a blank after its #"),
			"`%s` ends before %s, where YAML begins a comment", k.name, quote(rest))
		return v, false
	}
	s, ok := r.text(k, n)
	if v.text = s; !ok {
		return v, false
	}
	switch k.kind {
	case choice:
		return r.choice(k, v)
	case seconds:
		return r.seconds(k, v)
	case span:
		return r.span(k, v)
	case instant:
		return r.instant(k, v)
	case word:
		return r.word(k, v)
	case ident:
		return r.ident(k, v)
	case moment:
		return r.moment(k, v)
	case interval:
		return r.interval(k, v)
	case anchor:
		return r.anchor(k, v)
	case decibels, percent:
		return r.measure(k, v)
	case extent:
		return r.extent(k, v)
	case paint:
		return r.color(k, v)
	case bitrate:
		return r.bitrate(k, v)
	}
	if v.text == "" && k.kind != text || k.required && v.text == "" {
		r.report(v.at, nil, "`%s` is empty", k.name)
		return v, false
	}
	return v, true
}

// swallowed is the word that YAML takes for a comment's beginning and that was hardly meant so: #3, #ff0000, #summer.
// "" where there is no comment, or one with a blank after its #.
func swallowed(n *yaml.Node) string {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return "" // it ends where its quote or its indentation does
	}
	first, _, _ := strings.Cut(n.LineComment, " ")
	if r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(first, "#")); unicode.IsLetter(r) || unicode.IsDigit(r) {
		return first
	}
	return ""
}

// structure refuses a list or mapping where a plain value belongs.
func (r *reader) structure(k *key, n *yaml.Node) {
	r.report(position(n), nil, "`%s` must be %s", k.name, k.kind.says())
}

// loose reports a kind whose values YAML may take for numbers; what is wrong with them is said by their own rules.
func (k kind) loose() bool {
	switch k {
	case choice, seconds, span, instant, moment, interval, anchor, decibels, percent, extent, bitrate:
		return true
	}
	return false
}

// says names what a kind of value is.
func (k kind) says() string {
	switch k {
	case toggle:
		return "true or false"
	case whole:
		return "a whole number"
	case seconds, span:
		return "a duration"
	case reference, origin:
		return "the name of a shot"
	case aim:
		return "the name of a shot, or a path or https URL"
	case instant:
		return "a time such as 3.5s or -5f"
	case moment:
		return "a time such as 1.5s"
	case interval:
		return "a range such as 0.5s..3s"
	case anchor:
		return "a time such as 2s or a place such as arrival/boat+1s"
	case decimals:
		return "a number"
	case extent:
		return "a size such as 1080x1920"
	case audio, footage, target:
		return "a path"
	case picture:
		return "a path or an https URL"
	case file:
		return "a path"
	}
	return "text"
}

// text is a scalar's text, expanded and without the blanks around it: how it was quoted makes no difference.
func (r *reader) text(k *key, n *yaml.Node) (string, bool) {
	s := n.Value
	if k.expands {
		var ok bool
		if s, ok = r.vars.expand(r, n); !ok {
			return "", false
		}
	}
	s = strings.TrimSpace(s)
	switch {
	case len(s) > maxText:
		r.report(position(n), nil, "`%s` is longer than 64 KiB", k.name)
		return "", false
	case control(s):
		r.report(position(n), nil, "`%s` holds a control character", k.name)
		return "", false
	}
	return s, !k.prompted || r.withoutParameters(k, n, s)
}

func (r *reader) toggle(k *key, n *yaml.Node, v value) (value, bool) {
	switch low := strings.ToLower(n.Value); {
	case n.Tag == "!!bool":
		v.yes = low == "true"
		return v, true
	case low == "yes" || low == "on" || low == "y" || low == "true":
		r.report(v.at, advise("write true, without quotes"), "`%s` must be true or false", k.name)
	case low == "no" || low == "off" || low == "n" || low == "false":
		r.report(v.at, advise("write false, without quotes"), "`%s` must be true or false", k.name)
	default:
		r.report(v.at, nil, "`%s` must be true or false", k.name)
	}
	return v, false
}

var decimal = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

func (r *reader) whole(k *key, n *yaml.Node, v value) (value, bool) {
	hint := ""
	if n.Tag == "!!str" && decimal.MatchString(n.Value) {
		hint = "write it without quotes"
	}
	if n.Tag != "!!int" || !decimal.MatchString(n.Value) {
		r.report(v.at, advise(hint), "`%s` must be a whole number", k.name)
		return v, false
	}
	number, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || number < k.min || number > k.max {
		r.report(v.at, nil, "`%s` must be from %d to %d", k.name, k.min, k.max)
		return v, false
	}
	v.number = number
	return v, true
}

func (r *reader) choice(k *key, v value) (value, bool) {
	for _, c := range k.choices {
		if v.text == c {
			return v, true
		}
	}
	r.report(v.at, didYouMean(v.text, func() []string { return k.choices }), "`%s` must be one of %s", k.name,
		strings.Join(k.choices, ", "))
	return v, false
}

// tenthsShape is a length in tenths of a second.
var tenthsShape = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})\.([0-9])s$`)

var amount = regexp.MustCompile(`^([1-9][0-9]{0,8})([smh])$`)

// unitSeconds are the units that durations are written in.
var unitSeconds = map[string]int64{"s": 1, "m": 60, "h": 3600}

func (r *reader) seconds(k *key, v value) (value, bool) {
	if v.text == "auto" {
		v.number = Auto
		return v, true
	}
	if m := tenthsShape.FindStringSubmatch(v.text); m != nil {
		tenths, _ := strconv.ParseInt(m[1]+m[2], 10, 64)
		v.tenths, v.number = int(tenths), (tenths+9)/10
	} else if m := amount.FindStringSubmatch(v.text); m != nil && m[2] == "s" {
		v.number, _ = strconv.ParseInt(m[1], 10, 64)
	} else {
		r.report(v.at, advise(secondsHint(v.text)), "`%s` must be seconds, such as 5s or 2.5s, or auto", k.name)
		return v, false
	}
	if v.number < 1 || v.number > maxSeconds {
		r.report(v.at, nil, "`%s` must be from 0.1s to %ds", k.name, maxSeconds)
		return v, false
	}
	return v, true
}

var shortTenths = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})\.[0-9]$`)

var shortCount = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)

// clock is a length in minutes and seconds.
var clock = regexp.MustCompile(`^([0-9]{1,2}):([0-5][0-9])$`)

// secondsHint guesses what a duration was meant to be.
func secondsHint(s string) string {
	low := strings.ReplaceAll(strings.ToLower(s), " ", "")
	if low == "-1" || low == "-1s" {
		return "write auto to leave the length to the model"
	}
	for _, unit := range []string{"s", "sec", "secs", "second", "seconds", ""} {
		if n, ok := strings.CutSuffix(low, unit); ok && (shortCount.MatchString(n) || shortTenths.MatchString(n)) {
			return fmt.Sprintf("write %ss", n)
		}
	}
	if m := clock.FindStringSubmatch(low); m != nil {
		minutes, _ := strconv.Atoi(m[1])
		rest, _ := strconv.Atoi(m[2])
		return fmt.Sprintf("write %ds", 60*minutes+rest)
	}
	if m := amount.FindStringSubmatch(low); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		if n *= unitSeconds[m[2]]; n <= maxSeconds {
			return fmt.Sprintf("write %ds", n)
		}
	}
	return ""
}

func (r *reader) span(k *key, v value) (value, bool) {
	m := amount.FindStringSubmatch(v.text)
	if m == nil {
		hint := ""
		if decimal.MatchString(v.text) {
			hint = "write " + v.text + "s"
		}
		r.report(v.at, advise(hint), "`%s` must be a duration such as 3600s, 90m or 48h", k.name)
		return v, false
	}
	v.number, _ = strconv.ParseInt(m[1], 10, 64)
	v.number *= unitSeconds[m[2]]
	if v.number < minExpiry || v.number > maxExpiry {
		r.report(v.at, nil, "`%s` must be from 1h to 72h", k.name)
		return v, false
	}
	return v, true
}

func (r *reader) word(k *key, v value) (value, bool) {
	switch {
	case v.text == "":
		r.report(v.at, nil, "`%s` is empty", k.name)
	case strings.IndexFunc(v.text, unicode.IsSpace) >= 0:
		r.report(v.at, nil, "`%s` must be one word", k.name)
	case int64(len(v.text)) > k.max:
		r.report(v.at, nil, "`%s` is longer than %d bytes", k.name, k.max)
	default:
		return v, true
	}
	return v, false
}

// idPattern is the shape of an id, for the parser and the schema alike.
const idPattern = `[a-z0-9][a-z0-9-]{0,63}`

var id = regexp.MustCompile(`^` + idPattern + `$`)

func (r *reader) ident(k *key, v value) (value, bool) {
	if !id.MatchString(v.text) {
		hint := strings.Trim(notID.ReplaceAllString(strings.ToLower(v.text), "-"), "-")
		if id.MatchString(hint) && !strings.Contains(v.text, "${") {
			hint = "write " + hint
		} else {
			hint = ""
		}
		r.report(v.at, advise(hint), "an id is made of lower-case letters, digits and `-`, at most %d", maxID)
		return v, false
	}
	return v, true
}

var notID = regexp.MustCompile(`[^a-z0-9]+`)
