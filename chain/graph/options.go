package graph

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/storyboard"
)

// unsaidRatio is the shape of a film that says none.
const unsaidRatio = "16:9"

// ratio decides the shape. The shot that opens a chain fixes it; those that continue it ask for `adaptive`, which
// is the shape of the frame they start from (ark-api.md §7.2).
func (c *compiler) ratio(t *Take) {
	s, m := t.Shot, t.Model
	said := s.Look.Ratio
	switch {
	case t.From != nil:
		c.continued(t)
	case s.FirstFrame != nil:
		c.fromStill(t)
	default:
		t.Request.Ratio = cmp.Or(said.Value, unsaidRatio)
		if !slices.Contains(m.Ratios, t.Request.Ratio) {
			c.shapeless(t, said.Pos)
			return
		}
		t.Size, _ = m.Pixels(t.Request.Resolution, t.Request.Ratio, models.Size{})
	}
}

// shapeless refuses a ratio that the model does not make.
func (c *compiler) shapeless(t *Take, at storyboard.Pos) {
	has := func(m *models.Model, _ models.Region) bool { return slices.Contains(m.Ratios, t.Request.Ratio) }
	c.problem(at, t.Shot, c.can("it makes "+strings.Join(t.Model.Ratios, ", "), t.Model, has),
		"%s does not make %s%s", t.Model.Alias, t.Request.Ratio, c.here(t.Model, has))
}

// continued gives a shot the shape of what it continues, and refuses one that was asked for and cannot be had.
func (c *compiler) continued(t *Take) {
	s := t.Shot
	t.Request.Ratio = adaptive
	t.Size, _ = t.Model.Pixels(t.Request.Resolution, adaptive, t.From.Size)
	root := t.root
	said, was := s.Look.Ratio, root.Shot.Look.Ratio
	if said.Set && said.Value != adaptive && said.Value != cmp.Or(was.Value, unsaidRatio) &&
		(was.Set || root.Shot.FirstFrame == nil) {
		c.problem(said.Pos, s, "leave it out, or open on its own with `from: none`",
			"it continues %q and so keeps its ratio, %s, not %s", s.From, cmp.Or(was.Value, unsaidRatio), said.Value)
	}
}

const adaptive = "adaptive"

// fromStill gives a shot that opens on a still its shape: the one that was asked for, else the still's own.
func (c *compiler) fromStill(t *Take) {
	s, m, said := t.Shot, t.Model, t.Shot.Look.Ratio
	still := models.Size{Width: s.FirstFrame.Width, Height: s.FirstFrame.Height}
	t.Request.Ratio = cmp.Or(said.Value, adaptive)
	if m.AdaptiveFirstFrame && t.Request.Ratio != adaptive {
		near := m.NearestRatio(t.Request.Resolution, still)
		if s.FirstFrame.URL == "" && near != t.Request.Ratio {
			c.problem(s.FirstFrame.Pos, s, fmt.Sprintf("crop the still to %s, or ask for ratio: %q", t.Request.Ratio, near),
				"%s gives a clip the ratio of its first frame, and this still is nearest to %s, not %s", m.Alias, near,
				t.Request.Ratio)
		}
		t.Request.Ratio = adaptive
		if s.FirstFrame.URL != "" { // its size is not known here: priced as the film's ratio
			t.Size, _ = m.Pixels(t.Request.Resolution, said.Value, models.Size{})
			return
		}
	}
	if t.Request.Ratio != adaptive && !slices.Contains(m.Ratios, t.Request.Ratio) {
		c.shapeless(t, said.Pos)
		return
	}
	if t.Request.Ratio == adaptive && s.FirstFrame.URL != "" {
		t.Size = largest(m, t.Request.Resolution)
		return
	}
	t.Size, _ = m.Pixels(t.Request.Resolution, t.Request.Ratio, still)
}

// largest is the model's largest picture at a resolution: the price of a still whose shape nobody knows yet.
func largest(m *models.Model, resolution string) (size models.Size) {
	r, _ := m.Resolution(resolution)
	for _, p := range r.Pixels {
		if p.Width*p.Height > size.Width*size.Height {
			size = p
		}
	}
	return size
}

// limits refuses a still that the service would refuse.
func (c *compiler) limits(t *Take, still *storyboard.Still) {
	m := t.Model.Images
	w, h := still.Width, still.Height
	switch ratio := float64(w) / float64(max(h, 1)); {
	case !slices.Contains(m.Formats, still.Format):
		formats := func(m *models.Model, _ models.Region) bool { return slices.Contains(m.Images.Formats, still.Format) }
		c.problem(still.Pos, t.Shot, c.can("convert it to png or jpeg", t.Model, formats), "%s takes no %s pictures",
			t.Model.Alias, still.Format)
	case still.Size >= m.MaxBytes:
		c.problem(still.Pos, t.Shot, "", "the still has %d bytes, the service takes less than %d", still.Size, m.MaxBytes)
	case min(w, h) < m.MinSide || max(w, h) > m.MaxSide:
		c.problem(still.Pos, t.Shot, fmt.Sprintf("each side must have %d to %d pixels", m.MinSide, m.MaxSide),
			"the still has %d×%d pixels", w, h)
	case ratio < m.MinRatio || ratio > m.MaxRatio:
		c.problem(still.Pos, t.Shot, fmt.Sprintf("width ÷ height must be %g to %g", m.MinRatio, m.MaxRatio),
			"the still has %d×%d pixels", w, h)
	}
}

// options sets what is sent besides prompt, picture and frames: only fields that the model takes, and only where
// they matter. What a film asks for and a model cannot give is a problem; asking for what it does anyway is not.
func (c *compiler) options(t *Take) {
	l, m, r := t.Shot.Look, t.Model, &t.Request
	if m.Audio {
		r.Audio = new(!l.Audio.Set || l.Audio.Value)
	} else if l.Audio.Value {
		c.cannot(t, l.Audio.Pos, "leave `audio` out, or set it to false", "make sound",
			func(m *models.Model) bool { return m.Audio })
	}
	if beside := len(r.References) > 0; l.Seed.Set && m.TakesSeed(beside) && c.to.Service.Can.Seed != provider.No {
		r.Seed = new(l.Seed.Value)
	} else if l.Seed.Set {
		c.cannot(t, l.Seed.Pos, "", "take a seed", func(m *models.Model) bool { return m.TakesSeed(beside) })
	}
	if l.CameraFixed.Value && m.CameraFixed {
		r.CameraFixed = new(true)
	} else if l.CameraFixed.Value {
		c.cannot(t, l.CameraFixed.Pos, "say it in the prompt: \"the camera is locked off\"", "fix the camera",
			func(m *models.Model) bool { return m.CameraFixed })
	}
	if l.Watermark.Value && m.Watermark {
		r.Watermark = new(true)
	} else if l.Watermark.Value {
		c.cannot(t, l.Watermark.Pos, "", "put a watermark", func(m *models.Model) bool { return m.Watermark })
	}
	if l.Priority.Value != 0 && m.Priority {
		r.Priority = new(l.Priority.Value)
	} else if l.Priority.Value != 0 {
		c.cannot(t, l.Priority.Pos, "", "take a priority", func(m *models.Model) bool { return m.Priority })
	}
	if l.ServiceTier.Value == "flex" && m.Flex {
		r.ServiceTier = "flex"
	} else if l.ServiceTier.Value == "flex" {
		c.cannot(t, l.ServiceTier.Pos, "", "run at service_tier flex", func(m *models.Model) bool { return m.Flex })
	}
	r.ExpiresAfter, r.SafetyIdentifier = l.ExpiresAfter.Value, l.SafetyIdentifier.Value
}

// cannot reports an ability that the shot's model lacks, with the models that have it.
func (c *compiler) cannot(t *Take, at storyboard.Pos, hint, ability string, has func(*models.Model) bool) {
	var able []string
	for _, name := range c.able {
		if m, ok := c.to.Models.Find(name); ok && has(m.At(c.to.Service.Region)) {
			able = append(able, name)
		}
	}
	hints := []string{}
	if hint != "" {
		hints = append(hints, hint)
	}
	if len(able) > 0 {
		hints = append(hints, "these can: "+strings.Join(able, ", "))
	}
	there := func(m *models.Model, _ models.Region) bool { return has(m) }
	c.problem(at, t.Shot, c.can(strings.Join(hints, "; "), t.Model, there), "%s cannot %s%s", t.Model.Alias, ability,
		c.here(t.Model, there))
}

// can is a hint with the other regions where the model has an ability, if there are any.
func (c *compiler) can(hint string, m *models.Model, has func(*models.Model, models.Region) bool) string {
	there := c.elsewhere(m, has)
	if len(there) == 0 {
		return hint
	}
	return joined(hint, "it can at "+strings.Join(there, ", "))
}

// elsewhere are the other regions where the model has an ability.
func (c *compiler) elsewhere(m *models.Model, has func(*models.Model, models.Region) bool) (regions []string) {
	m, ok := c.to.Models.Find(m.Alias)
	if !ok {
		return nil
	}
	for _, r := range slices.Sorted(maps.Keys(m.Regions)) {
		if r != c.to.Service.Region && has(m.At(r), r) && (c.to.Ended || m.Regions[r].Served(c.to.Now)) {
			regions = append(regions, string(r))
		}
	}
	return regions
}

// here is the region, where the model lacks there what it has elsewhere.
func (c *compiler) here(m *models.Model, has func(*models.Model, models.Region) bool) string {
	if len(c.elsewhere(m, has)) == 0 {
		return ""
	}
	return " at " + string(c.to.Service.Region)
}

func lengths(m *models.Model) string {
	s := fmt.Sprintf("it makes %ds to %ds", m.MinDuration, m.MaxDuration)
	if m.AutoDuration {
		s += ", or auto"
	}
	return s
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
