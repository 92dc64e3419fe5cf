package storyboard

import (
	"fmt"
	"strconv"

	"gopkg.in/yaml.v3"
)

// written is a key that is to be written into a mapping: its name, its value's text, and what that means.
type written struct {
	name, text string
	means      *yaml.Node
}

// change says what is to be written for a shot, and into which mapping: the shot's own, or one in it.
type change func(shot *yaml.Node) (*yaml.Node, written)

// number writes a number at a shot.
func number(name string, n int) change {
	value := strconv.Itoa(n)
	return func(shot *yaml.Node) (*yaml.Node, written) {
		return shot, written{name, value, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: value}}
	}
}

// SetFrom is SetPick for `from: { shot: …, at: … }`: the full name of a shot, and a moment of its clip as a storyboard
// writes it. Where the shot's `from` is a mapping already, which must name the same shot, it gets the moment alone.
func SetFrom(src []byte, shot, from, at string) ([]byte, error) {
	return rewrite(src, shot, func(m *yaml.Node) (*yaml.Node, written) {
		quoted := len(m.Content) > 0 && m.Content[0].Style&yaml.DoubleQuotedStyle != 0
		moment := written{"at", at, words(at)}
		if quoted {
			moment.text = strconv.Quote(at)
		}
		if in := valueNode(m, "from"); in != nil && in.Kind == yaml.MappingNode && in.Anchor == "" {
			return in, moment
		}
		value := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map",
			Content: []*yaml.Node{words("shot"), words(from), words("at"), words(at)}}
		if quoted {
			return m, written{"from", fmt.Sprintf("{ %q: %q, %q: %q }", "shot", from, "at", at), value}
		}
		return m, written{"from", fmt.Sprintf("{ shot: %s, at: %s }", from, at), value}
	})
}

func words(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }
