package sim

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"shotchain/chain/models"
)

// created is a create call's answer.
type created struct {
	ID         string `json:"id"`
	Identifier string `json:"safety_identifier,omitempty"`
}

// create makes a task. It exists from the moment that register returns; every refusal comes before.
func (s *Service) create(c *call) (any, *refusal) {
	if c.refused != nil {
		return nil, c.refused
	}
	if c.create.Model == nil || *c.create.Model == "" {
		return nil, missing("model")
	}
	m, e := s.model(*c.create.Model)
	if e != nil {
		return nil, e
	}
	o, media, e := check(c.create, m)
	if e != nil {
		return nil, e
	}
	pictures, e := s.pictures(media, m.Images, c.base)
	if e != nil {
		return nil, e
	}
	var came []Picture
	for _, p := range pictures {
		came = append(came, Picture{p.role, fmt.Sprintf("%x", sha256.Sum256(p.data))})
	}
	t := &task{order: *o, owner: c.owner, label: c.label, base: c.base, loads: map[string]int{}}
	if media.draft != "" {
		if e := s.continueDraft(t, media.draft); e != nil {
			return nil, e
		}
	} else {
		t.decideSize(pictures)
	}
	t.excerpt = strings.ToValidUTF8(head(t.prompt, 300), "")
	if err := s.spool(t, pictures); err != nil {
		return nil, broken(err)
	}
	if e := s.register(t, c, came); e != nil {
		_ = os.RemoveAll(t.dir)
		return nil, e
	}
	return created{t.id, t.identifier}, nil
}

// broken is a failure of the simulator's own.
func broken(err error) *refusal {
	return &refusal{http.StatusInternalServerError, "InternalServiceError",
		"The service encountered an unexpected internal error: " + err.Error() + ".", ""}
}

// pictures opens and checks a request's inputs. Sounds and videos are opened to see that they can be, and not kept.
func (s *Service) pictures(m *media, limits models.Images, base string) ([]picture, *refusal) {
	var all []picture
	for _, p := range m.parts {
		data, media, e := s.open(p, base)
		if e != nil {
			return nil, e
		}
		if p.role == roleVideo || p.role == roleAudio {
			if e := sound(p.role, data, media); e != nil {
				return nil, e
			}
			continue
		}
		pic, e := look(p.role, data, media, limits)
		if e != nil {
			return nil, e
		}
		all = append(all, pic)
	}
	return all, nil
}

// maxAudio is the largest reference sound.
const maxAudio = 15 << 20

func sound(role string, data []byte, media string) *refusal {
	if role != roleAudio {
		return nil
	}
	switch media {
	case "", "wav", "mp3", "mpeg", "x-wav", "wave":
	default:
		return invalid("content.audio_url", "audio/%s is neither wav nor mp3", media)
	}
	if len(data) == 0 || len(data) > maxAudio {
		return invalid("content.audio_url", "it has %d bytes, up to %d are taken", len(data), maxAudio)
	}
	return nil
}

// decideSize settles ratio and pixels: adaptive follows the first frame.
func (t *task) decideSize(pictures []picture) {
	var first models.Size
	for _, p := range pictures {
		if p.role == roleFirst {
			first = p.size
		}
	}
	if t.ratio == models.Adaptive {
		t.ratio = t.model.NearestRatio(t.resolution, first)
	}
	t.size, _ = t.model.Pixels(t.resolution, t.ratio, first)
}

// continueDraft takes over from a draft what its final clip shares with it.
func (s *Service) continueDraft(t *task, id string) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	d := s.tasks[id]
	switch {
	case d == nil || d.owner != t.owner:
		return noTask(id)
	case !d.draft:
		return invalid("content.draft_task.id", "the task %s is no draft", id)
	case d.status != succeeded:
		return invalid("content.draft_task.id", "the draft %s has not succeeded", id)
	case d.model != t.model:
		return invalid("model", "the draft was made by %s", d.modelID)
	}
	t.draftTask, t.prompt, t.ratio, t.seed = id, d.prompt, d.ratio, d.seed
	t.seconds, t.frames, t.audio, t.cameraFixed = d.seconds, d.frames, d.audio, d.cameraFixed
	t.inputs = append(inputs(nil), d.inputs...)
	t.size, _ = t.model.Pixels(t.resolution, t.ratio, models.Size{})
	return nil
}

// spool puts a task's pictures on disk, where they wait for the camera: many tasks wait at once.
func (s *Service) spool(t *task, pictures []picture) error {
	var err error
	if t.dir, err = os.MkdirTemp(s.o.Dir, "clip-"); err != nil {
		return err
	}
	for _, in := range t.inputs { // a draft's
		data, err := os.ReadFile(in.path)
		if err != nil {
			return err
		}
		pictures = append(pictures, picture{role: in.role, format: strings.TrimPrefix(in.mediaType, "image/"), data: data})
	}
	t.inputs = nil
	for i, p := range pictures {
		path := filepath.Join(t.dir, fmt.Sprintf("input-%d.%s", i, p.format))
		if err := os.WriteFile(path, p.data, 0o600); err != nil {
			return err
		}
		t.inputs = append(t.inputs, input{p.role, path, "image/" + p.format})
	}
	return nil
}

// register makes the task exist, unless too many wait.
func (s *Service) register(t *task, c *call, came []Picture) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	name, limit := s.limitOf(t)
	g := s.groups[name]
	if g == nil {
		g = &group{name: name, model: t.model.Alias, limit: limit}
	}
	if s.full(g) {
		return &refusal{http.StatusTooManyRequests, "InflightBatchsizeExceeded",
			"The number of tasks in flight exceeds the limit of this account. Please try again later.", ""}
	}
	s.groups[name] = g
	t.group, t.created = g, s.now()
	for t.id == "" || s.tasks[t.id] != nil {
		t.id = newID(s.o.IDPrefix, t.created)
	}
	s.tasks[t.id] = t
	t.fault = s.armedFor(opTask, t.id, t.label, t.prompt)
	s.books.open(t, c, came)
	s.enqueue(t)
	return nil
}
