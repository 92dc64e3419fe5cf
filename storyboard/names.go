package storyboard

// Shots by name, and a look at a file that was not parsed.

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// index finds shots by name.
type index struct {
	full  map[string]*Shot
	short map[string]*Shot // nil where two shots have the id
}

func newIndex(drafts []draft) index {
	x := index{full: make(map[string]*Shot, len(drafts)), short: make(map[string]*Shot, len(drafts))}
	for _, d := range drafts {
		if d.ID == "" {
			continue
		}
		if x.full[d.Name()] == nil {
			x.full[d.Name()] = d.Shot
		}
		if _, twice := x.short[d.ID]; twice {
			x.short[d.ID] = nil
		} else {
			x.short[d.ID] = d.Shot
		}
	}
	return x
}

// Shot finds a shot by its full name, or by its id where only one shot of the film has it.
func (sb *Storyboard) Shot(name string) (*Shot, bool) {
	x := sb.index
	if x.full == nil {
		x = sb.newIndex()
	}
	if s := x.full[name]; s != nil {
		return s, true
	}
	s := x.short[name]
	return s, s != nil
}

// newIndex is the index of a storyboard that was not parsed.
func (sb *Storyboard) newIndex() index {
	var drafts []draft
	for _, s := range sb.Shots() {
		drafts = append(drafts, draft{Shot: s})
	}
	return newIndex(drafts)
}

// lookup is the value of a key of a mapping, nil for none.
func lookup(n *yaml.Node, name string) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			if v := n.Content[i+1]; v.Kind == yaml.AliasNode {
				return v.Alias
			}
			return n.Content[i+1]
		}
	}
	return nil
}

func items(n *yaml.Node, name string) []*yaml.Node {
	if v := lookup(n, name); v != nil && v.Kind == yaml.SequenceNode {
		return v.Content
	}
	return nil
}

func plain(n *yaml.Node, name string) string {
	if v := lookup(n, name); v != nil && v.Kind == yaml.ScalarNode {
		return strings.TrimSpace(v.Value)
	}
	return ""
}
