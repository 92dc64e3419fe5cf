package storyboard

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// seamWord is one key of a setting, with its value.
var seamWord = regexp.MustCompile(`^[a-z]+=[a-z]+$`)

// With is the seam with a setting over it, in the words of the language: "colour=level,align=true,still=skip". "on" and
// "off" stand for true and false of what is one of these. What the language does not know is a *Problem: a fact and
// what would work, without a place. The gate is no correction, and cannot be set.
func (s Seam) With(setting string) (Seam, error) {
	for word := range strings.SplitSeq(setting, ",") {
		word = strings.TrimSpace(word)
		if !seamWord.MatchString(word) {
			return s, &Problem{Message: fmt.Sprintf("%q is no setting of a seam", word),
				Hint: "such as colour=level,align=true,still=skip"}
		}
		name, value, _ := strings.Cut(word, "=")
		if name == "gate" {
			return s, &Problem{Message: "a gate corrects nothing", Hint: "it is about what is bought: `seam: { gate: stop }`"}
		}
		if name == "align" {
			value = strings.NewReplacer("on", "true", "off", "false").Replace(value)
		}
		read, err := seamOf(name + ": " + value)
		if err != nil {
			return s, err
		}
		switch name {
		case "colour":
			s.Colour = read.Colour
		case "align":
			s.Align = read.Align
		case "still":
			s.Still = read.Still
		}
	}
	return s, nil
}

// seamOf reads a seam as a storyboard would have it.
func seamOf(text string) (Seam, error) {
	src := "look: { model: m, seam: { " + text + " } }\nscenes: [{ id: s, shots: [{ id: s, prompt: p }] }]\n"
	sb, err := Parse("seam", ".", []byte(src), Options{})
	if ps := (Problems)(nil); errors.As(err, &ps) {
		return Seam{}, &Problem{Message: ps[0].Message, Hint: ps[0].Hint}
	}
	if err != nil {
		return Seam{}, err
	}
	return sb.Shots()[0].Look.Seam, nil
}
