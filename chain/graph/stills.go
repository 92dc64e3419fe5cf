package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/storyboard"
)

// FromFrame is the frame of From's clip.
func (t *Take) FromFrame() int {
	if t.At != 0 {
		return t.At
	}
	return Last
}

// Numbered is the number, from 0, of a frame that may be counted from the end of a clip with so many of them. Last, and
// one that is earlier than the clip's first, stay what they are.
func Numbered(frame, frames int) int {
	if n := frame + frames; frame < Last && n >= 0 {
		return n
	}
	return frame
}

// frames is how many its clip has where it is as long as the plan says.
func (t *Take) frames() int { return models.Rate*t.Seconds + 1 }

// Shown is how many frames of its clip, as long as the plan says, the film shows.
func (t *Take) Shown() int {
	if d := t.Shot.Look.Duration.Value; d.Tenths > 0 {
		shown := d.Shown()
		return min(t.frames(), int(shown.At(models.Rate))+1)
	}
	return t.frames()
}

// expected names the take's pictures as far as they are known before anything is made.
func (t *Take) expected() (a Anchors) {
	coming := func(t *Take, frame int) string {
		if frame == Last {
			return "last frame of " + t.Identity
		}
		if t.Request.Duration != storyboard.Auto { // however it is written
			frame = Numbered(frame, t.frames())
		}
		return fmt.Sprintf("frame %d of %s", frame, t.Identity)
	}
	if a.First = t.Request.FirstFrame.InKey(); t.From != nil {
		a.First = coming(t.From, t.FromFrame())
	}
	if a.Last = t.Request.LastFrame.InKey(); t.To != nil {
		a.Last = coming(t.To, t.ToFrame)
	}
	return a
}

// Fit is a still that is cropped and scaled to the pixels that the model makes, or brought upright.
type Fit struct {
	Still *storyboard.Still
	Size  models.Size // what it becomes
}

// Cut is what the crop takes away, in per cent of the still's width and height. One of them is 0.
func (f Fit) Cut() (width, height float64) {
	have, want := float64(f.Still.Width)/float64(f.Still.Height), float64(f.Size.Width)/float64(f.Size.Height)
	if have > want {
		return 100 * (1 - want/have), 0
	}
	return 0, 100 * (1 - have/want)
}

// recipe is a Frame's Fit.
func (f Fit) recipe() string {
	s := fmt.Sprintf("%dx%d", f.Size.Width, f.Size.Height)
	if f.Still.Turn > 1 {
		s += fmt.Sprintf(" turned %d", f.Still.Turn)
	}
	return s
}

// String tells the rule: "turned upright, 640×360 to 1280×720, 3 % of its height cut".
func (f Fit) String() string {
	s := fmt.Sprintf("%d×%d to %d×%d", f.Still.Width, f.Still.Height, f.Size.Width, f.Size.Height)
	if f.Still.Turn > 1 {
		s = "turned upright, " + s
	}
	if f.Size == (models.Size{Width: f.Still.Width, Height: f.Still.Height}) {
		return "turned upright"
	}
	width, height := f.Cut()
	switch {
	case math.Round(width) >= 1:
		return s + fmt.Sprintf(", %.0f %% of its width cut", width)
	case math.Round(height) >= 1:
		return s + fmt.Sprintf(", %.0f %% of its height cut", height)
	}
	return s
}

// origin finds the takes whose frames a take starts from and ends on.
func (c *compiler) origin(t *Take) {
	s := t.Shot
	t.root, t.fresh = t, t
	if s.From != "" {
		t.From = c.g.Pick(c.shots[s.From])
		t.root = t.From.root
		if t.At = at(s.At); s.At.Pos == (storyboard.Pos{}) && t.At == t.From.frames()-1 {
			t.At = 0 // its shot ends where its clip does
		}
	}
	t.deepen()
	if s.To == "" {
		return
	}
	switch other := c.g.Pick(c.shots[s.To]); {
	case other.From != nil: // its first frame is the one that it grew from
		t.To, t.ToFrame = other.From, other.FromFrame()
	case other.Shot.FirstFrame == nil:
		t.To, t.ToFrame = other, 0
	}
}

// frames checks the pictures that a shot starts from and ends on, and reads those that are stills.
func (c *compiler) frames(t *Take) {
	s, m := t.Shot, t.Model
	switch {
	case t.From != nil && !m.FirstFrame:
		c.problem(s.FromPos, s, "write `from: none`, or choose another model",
			"%s takes no first frame, so the shot cannot continue %q", m.Alias, s.From)
	case t.From != nil:
		c.moment(t)
	case s.FirstFrame != nil && !m.FirstFrame:
		c.problem(s.FirstFrame.Pos, s, "", "%s takes no first frame", m.Alias)
	}
	// The size of a clip that starts from a picture on the web is not known here, so nothing can be fitted to it.
	known := s.FirstFrame == nil || s.FirstFrame.URL == "" || t.Request.Ratio != adaptive
	t.Request.FirstFrame = c.still(t, s.FirstFrame, known)
	c.ending(t, known)
	c.references(t)
}

// at is the number of the frame that a moment means, from the end where that is how it is written; 0 for no moment.
func at(m storyboard.Setting[storyboard.Instant]) int {
	if !m.Set {
		return 0
	}
	return m.Value.Frame(models.Rate, Last)
}

// moment refuses one that the clip does not reach: the earliest is its second frame, for the first would leave nothing
// of the clip; the latest from the end is the last but one, for the last is the service's own picture.
func (c *compiler) moment(t *Take) {
	s, last := t.Shot, models.Rate*t.From.Seconds
	if !s.At.Set {
		return
	}
	if frame := s.At.Value.Frame(models.Rate, last); frame < 1 || frame > last || t.At == Last {
		c.problem(s.At.Pos, s, fmt.Sprintf("a moment of it is from 1f to %ds, or from -1f to -%df", t.From.Seconds, last-1),
			"%s is not in the clip of %q, which has %ds", s.At.Value, s.From, t.From.Seconds)
	}
}

// ending decides how a shot with `to`, or one before a keyframe, ends.
func (c *compiler) ending(t *Take, known bool) {
	s, m := t.Shot, t.Model
	still, pos := s.ToStill, s.ToPos
	if key := t.Keyframe(); key != nil {
		still, pos = key, s.Look.Anchor.Every.Pos
		if t.Shown() < t.frames() {
			c.problem(s.Look.Duration.Pos, s, "write whole seconds, or another `every`",
				"it begins on the last frame of %s and ends on a keyframe: neither end can be cut off for %s", s.From,
				s.Look.Duration.Value)
		}
	}
	if s.To == "" && still == nil {
		return
	}
	switch {
	case !m.LastFrame:
		c.cannot(t, pos, "", "end on a given frame", func(m *models.Model) bool { return m.LastFrame })
	case t.From == nil && s.FirstFrame == nil:
		c.problem(s.ToPos, s, "give it a beginning: `from` or `first_frame`", "%s takes a last frame only beside a first one",
			m.Alias)
	}
	if s.To != "" && t.To == nil {
		still = c.shots[s.To].FirstFrame
	}
	t.Ending, t.Request.LastFrame = still, c.still(t, still, known)
}

// references are the stills that the model is to look at: the shot's own, then its cast's. A shot with a first frame
// sees its cast there already.
func (c *compiler) references(t *Take) {
	s, m := t.Shot, t.Model
	framed := t.From != nil || s.FirstFrame != nil
	if (len(s.References) > 0 || s.First.Set) && framed {
		pos := s.First.Pos
		if len(s.References) > 0 {
			pos = s.References[0].Pos
		}
		hint := "leave them out, or the first frame"
		if t.From != nil {
			hint = "leave them out, or open on its own: `from: none`"
		}
		c.problem(pos, s, hint, "%s takes references or a first frame, not both", m.Alias)
		return
	}
	stills := c.looks(s)
	var shows []string
	for _, who := range s.Cast {
		if framed || len(who.References) == 0 {
			continue
		}
		first := len(stills) + 1
		stills = append(stills[:len(stills):len(stills)], who.References...)
		shows = append(shows, c.showing(first, len(stills), who))
	}
	if len(stills) == 0 {
		return
	}
	able := func(m *models.Model) bool { return m.References.Images > 0 }
	switch {
	case !able(m):
		c.cannot(t, stills[0].Pos, "", "look at reference pictures", able)
	case len(stills) > m.References.Images:
		takes := func(m *models.Model, _ models.Region) bool { return len(stills) <= m.References.Images }
		c.problem(stills[m.References.Images].Pos, s, c.can(fmt.Sprintf("it takes %d", m.References.Images), m, takes),
			"%d reference pictures are too many for %s", len(stills), m.Alias)
	}
	for _, still := range stills {
		if f := c.still(t, still, false); f != nil {
			t.Request.References = append(t.Request.References, *f)
			t.Looks = append(t.Looks, still)
		}
	}
	if len(shows) > 0 {
		t.Request.Prompt += " " + strings.Join(shows, " ")
	}
}

// showing tells the model who is on which of its pictures, by the names that the service has for them.
func (c *compiler) showing(first, last int, who *storyboard.Member) string {
	name := strings.TrimRight(strings.TrimSpace(who.Look), ".")
	if name == "" {
		name = who.Name
	}
	named := c.to.Service.Can.Pictures
	switch {
	case named != "" && first == last:
		return fmt.Sprintf(named+" shows %s.", first, name)
	case named != "":
		return fmt.Sprintf(named+" to "+named+" show %s.", first, last, name)
	case first == last:
		return fmt.Sprintf("Image %d shows %s.", first, name)
	}
	return fmt.Sprintf("Images %d to %d show %s.", first, last, name)
}

// still is a picture of a request. fitted: it is to have the clip's own pixels.
func (c *compiler) still(t *Take, still *storyboard.Still, fitted bool) *provider.Frame {
	if still == nil {
		return nil
	}
	if still.URL != "" {
		return &provider.Frame{Web: still.URL}
	}
	c.limits(t, still)
	f := &provider.Frame{MediaType: "image/" + still.Format}
	digest, ok := c.digests[still.Path]
	if !ok {
		b, err := still.Read()
		if err != nil {
			c.problem(still.Pos, t.Shot, "", "%v", err)
			return f
		}
		h := sha256.Sum256(b)
		digest = hex.EncodeToString(h[:])
		c.digests[still.Path] = digest
	}
	f.Digest = digest
	own := models.Size{Width: still.Width, Height: still.Height}
	fit := Fit{still, own}
	if fitted && t.Size != (models.Size{}) {
		fit.Size = t.Size
	}
	if fit.Size != own || still.Turn > 1 {
		f.MediaType, f.Fit = "image/png", fit.recipe()
		t.Fits = append(t.Fits, fit)
	}
	return f
}
