package storyboard

import (
	"fmt"
	"path/filepath"
	"strings"
)

// cardPattern is what a still of a cut is called: its path, numbered where one file stands in a cut in several ways.
const cardPattern = `[^+@]*\.[A-Za-z]{3,4}(?:#[0-9]+)?`

// usualCard is how long a still stands that does not say.
var usualCard = Time{Micros: 3_000_000}

// Card is a still that is shown as a shot of a cut: a title card, a photograph, a logo.
type Card struct {
	Still    *Still // a local one
	Duration Time
	Move     string // none, slow-zoom, slow-zoom-out, pan-left, pan-right
}

// Title is the file's name without folder and ending.
func (c *Card) Title() string {
	name := filepath.Base(c.Still.Path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

func (c *cutter) stillShot(s *cutShot, f field) {
	v, ok := c.scalar(f)
	if !ok {
		return
	}
	still := c.still(v)
	if still == nil {
		return
	}
	if still.Path == "" {
		c.report(v.at, advise("download it into the storyboard's folder"), "a still of a cut is a file, not a URL")
		return
	}
	if still.Format == "webp" || still.Format == "tiff" { // of which services may take more than can be decoded here
		if _, err := still.Image(); err != nil {
			c.report(v.at, advise("convert it to png or jpeg"), "%s cannot be shown: %v", quote(v.text), err)
			return
		}
	}
	s.card = &Card{Still: still, Duration: usualCard, Move: "none"}
	s.Pos, s.name = v.at, v.text
}

func (r *reader) cardLength(s *cutShot, f field) {
	switch v, ok := r.scalar(f); {
	case !ok || s.card == nil:
	case v.time.At(slowest) < 1:
		r.report(v.at, nil, "a still stands for at least a frame")
	default:
		s.card.Duration = v.time
	}
}

func (r *reader) cardMove(s *cutShot, f field) {
	if v, ok := r.scalar(f); ok && s.card != nil {
		s.card.Move = v.text
	}
}

// ofEither refuses what a shot and a still do not share, and an item that is neither.
func (c *cutter) ofEither(fs fields, at Pos) bool {
	_, shot := fs.get("shot")
	_, still := fs.get("still")
	switch {
	case shot && still:
		c.report(at, advise("write two items"), "a shot of a cut is either a `shot` or a `still`")
		return false
	case !shot && !still:
		c.report(at, advise("write `shot: scene/shot`, or `still: card.png`"), "a shot of a cut needs `shot`")
		return false
	}
	for _, f := range fs {
		of := clipsOwn[f.key.name]
		switch {
		case shot && stillsOwn[f.key.name]:
			c.report(position(f.name), advise("`trim` and `speed` say how much of a clip is shown"),
				"`%s` is for a `still`", f.key.name)
		case still && of != "":
			c.report(position(f.name), advise(of), "a still has no `%s`", f.key.name)
		}
	}
	return true
}

// stillsOwn are the keys that only a still of a cut has, clipsOwn those that only a clip has, with what to do instead.
var (
	stillsOwn = map[string]bool{"duration": true, "move": true}
	clipsOwn  = map[string]string{"trim": "`duration` says how long it stands", "speed": "`duration` says how long it stands",
		"sound": "music and narration are heard over it"}
)

// carded is the shot that a card is in this cut: equal cards are one, and no two have one name.
func (c *cutter) carded(s *cutShot) *Shot {
	for n := 1; ; n++ {
		name := s.name
		if n > 1 {
			name = fmt.Sprintf("%s#%d", s.name, n)
		}
		old := c.cards[name]
		if old != nil && old.Card.Duration == s.card.Duration && old.Card.Move == s.card.Move {
			return old
		}
		if old == nil && c.sb.index.full[name] == nil {
			shot := &Shot{ID: name, Pos: s.Pos, Takes: 1, Card: s.card}
			if c.cards == nil {
				c.cards = map[string]*Shot{}
			}
			c.cards[name] = shot
			return shot
		}
	}
}
