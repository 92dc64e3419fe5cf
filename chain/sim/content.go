package sim

import "strings"

// The roles of content items.
const (
	roleFirst     = "first_frame"
	roleLast      = "last_frame"
	roleReference = "reference_image"
	roleVideo     = "reference_video"
	roleAudio     = "reference_audio"
)

// media are a request's inputs, before anybody has looked into them.
type media struct {
	parts []part
	draft string // the id of a draft task, "" for none
}

type part struct{ role, url string }

func (m *media) count(role string) int {
	n := 0
	for _, p := range m.parts {
		if p.role == role {
			n++
		}
	}
	return n
}

func (m *media) has(role string) bool { return m.count(role) > 0 }

func (m *media) references() bool {
	return m.has(roleReference) || m.has(roleVideo) || m.has(roleAudio)
}

// content sorts the items and checks that they make one of the modes: text only, first frame, first and last frame,
// references, or a draft.
func (c *checker) content() *refusal {
	if len(c.q.Content) == 0 {
		return missing("content")
	}
	texts := 0
	for _, it := range c.q.Content {
		if e := it.alone(); e != nil {
			return e
		}
		switch it.Type {
		case "text":
			if texts++; texts > 1 {
				return invalid("content", "it holds more than one text")
			}
			if e := c.text(*it.Text); e != nil {
				return e
			}
		case "draft_task":
			c.media.draft = it.Draft.ID
		default:
			if e := c.part(it); e != nil {
				return e
			}
		}
	}
	return c.mode()
}

// alone checks that an item holds what its type says and nothing else.
func (it *item) alone() *refusal {
	held := map[string]bool{
		"text": it.Text != nil, "image_url": it.Image != nil, "video_url": it.Video != nil,
		"audio_url": it.Audio != nil, "draft_task": it.Draft != nil,
	}
	has, known := held[it.Type]
	switch {
	case it.Type == "":
		return missing("content.type")
	case !known:
		return invalid("content.type", "there is no type %s", printable(it.Type))
	case !has:
		return missing("content." + it.Type)
	}
	for name, there := range held {
		if there && name != it.Type {
			return invalid("content."+name, "it does not belong to an item of type %s", it.Type)
		}
	}
	if (it.Type == "text" || it.Type == "draft_task") && it.Role != "" {
		return invalid("content.role", "an item of type %s has none", it.Type)
	}
	if it.Draft != nil && it.Draft.ID == "" {
		return missing("content.draft_task.id")
	}
	return nil
}

// roles are what each type may be.
var roles = map[string][]string{
	"image_url": {roleFirst, roleLast, roleReference},
	"video_url": {roleVideo},
	"audio_url": {roleAudio},
}

// part takes in a picture, a video or a sound. The role is required: without it the service would guess.
func (c *checker) part(it item) *refusal {
	u := ""
	for _, l := range []*link{it.Image, it.Video, it.Audio} {
		if l != nil {
			u = l.URL
		}
	}
	if it.Role == "" {
		return missing("content.role")
	}
	for _, role := range roles[it.Type] {
		if role != it.Role {
			continue
		}
		if u == "" {
			return missing("content." + it.Type + ".url")
		}
		c.media.parts = append(c.media.parts, part{role, u})
		return nil
	}
	return invalid("content.role", "an item of type %s is %s", it.Type, strings.Join(roles[it.Type], ", "))
}

func (c *checker) mode() *refusal {
	m, q := &c.media, c.q
	first, last, refs := m.count(roleFirst), m.count(roleLast), m.references()
	switch {
	case m.draft != "" && len(q.Content) > 1:
		return invalid("content", "a draft_task stands alone")
	case m.draft != "" && !c.m.Draft:
		return invalid("content", "the model %s does not support drafts", c.order.modelID)
	case refs && first+last > 0:
		return invalid("content", "first and last frame do not mix with references")
	case first > 1 || last > 1:
		return invalid("content", "it holds more than one first frame or last frame")
	case last > 0 && first == 0:
		return invalid("content", "a last frame needs a first frame")
	case first > 0 && !c.m.FirstFrame:
		return invalid("content", "the model %s does not support a first frame", c.order.modelID)
	case last > 0 && !c.m.LastFrame:
		return invalid("content", "the model %s does not support a last frame", c.order.modelID)
	case m.draft == "" && first == 0 && !refs && c.order.prompt == "":
		return missing("content.text")
	}
	return c.referenceLimits()
}

func (c *checker) referenceLimits() *refusal {
	limits := c.m.References
	for _, r := range []struct {
		role string
		most int
	}{{roleReference, limits.Images}, {roleVideo, limits.Videos}, {roleAudio, limits.Audios}} {
		switch n := c.media.count(r.role); {
		case n > 0 && r.most == 0:
			return invalid("content", "the model %s does not support %s", c.order.modelID, r.role)
		case n > r.most:
			return invalid("content", "%d items are %s, the model %s takes %d", n, r.role, c.order.modelID, r.most)
		}
	}
	return nil
}
