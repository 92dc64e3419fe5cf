package graph

import (
	"cmp"
	"context"

	"shotchain/storyboard"
)

// beginnings are the keys that decide what a shot starts from and looks at.
var beginnings = []string{"id", "clip", "from", "first_frame", "to", "references", "cast"}

// Check finds what the chosen models surely cannot do in a storyboard that is broken in other ways, so that all that is
// wrong with a film is told at once. What would follow from a key that could not be read is not told: it may be what the
// film means to say. Compile finds all there is in a storyboard that is whole.
func Check(ctx context.Context, sb *storyboard.Storyboard, to Target) storyboard.Problems {
	if to.Draft || sb.Unread("model", "draft", "vars", "variants") {
		return nil
	}
	c := compiler{to: to, told: map[string]*told{}, digests: map[string]string{}}
	c.able = c.names()
	for _, c.sb = range to.films(sb) {
		for _, s := range c.sb.Shots() {
			if ctx.Err() != nil {
				return nil
			}
			if s.Clip == nil {
				c.surely(&Take{Shot: s, Number: 1}, !sb.Unread(beginnings...))
			}
		}
	}
	return c.problems
}

// surely checks a shot by itself: what it asks its model for, and, where its beginning is known, what that looks at.
func (c *compiler) surely(t *Take, begins bool) {
	if !c.model(t) {
		return
	}
	t.Request.Resolution = cmp.Or(t.Shot.Look.Resolution.Value, t.Model.DefaultResolution)
	c.resolution(t)
	c.length(t)
	if begins {
		if t.Shot.From != "" {
			t.From = t // that there is one is all that is asked
		}
		c.references(t)
	}
	c.options(t)
}
