package graph

import "cmp"

// draft makes a take a draft: by the model's draft mode where it has one, else at its lowest resolution that has the
// film's ratio.
func (c *compiler) draft(t *Take) {
	m, r := t.Model, &t.Request
	final := r.Resolution
	if m.Draft {
		r.Draft, r.NoLastFrame, r.Resolution = true, !m.Drafts.LastFrame, m.Drafts.Resolution
	} else {
		ratio := cmp.Or(t.Shot.Look.Ratio.Value, unsaidRatio)
		for _, res := range m.Resolutions { // the smallest first
			if _, ok := res.Pixels[ratio]; ok || ratio == adaptive {
				r.Resolution = res.Name
				break
			}
		}
	}
	own, ok := c.to.Models.Find(cmp.Or(t.Shot.Look.Model.Value, c.first()))
	// What is asked for just as the film itself asks for it is no draft but the film's own clip: it is paid once.
	t.Draft = r.Draft || !ok || own != m || r.Resolution != final
	for _, up := range t.Needs() {
		t.Draft = t.Draft || up.Draft
	}
}
