package falsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"shotchain/chain/models"
)

// The kinds of a route.
const (
	textRoute      = "text-to-video"
	imageRoute     = "image-to-video"
	referenceRoute = "reference-to-video"
)

// Refused in a prompt makes the model's partner refuse the request: a 422 at the result.
const Refused = "[refused]"

// Unfilmable in a prompt makes the model come back with nothing.
const Unfilmable = "[unfilmable]"

// problem is one entry of a 422's detail.
type problem struct {
	Loc  []string       `json:"loc"`
	Msg  string         `json:"msg"`
	Type string         `json:"type"`
	URL  string         `json:"url"`
	Ctx  map[string]any `json:"ctx,omitempty"`
}

func wrong(field, kind, format string, args ...any) *problem {
	return &problem{Loc: []string{"body", field}, Msg: fmt.Sprintf(format, args...), Type: kind,
		URL: "https://docs.fal.ai/errors#" + kind}
}

// order is an input as the model reads it.
type order struct {
	prompt, resolution, ratio string
	seconds                   int
	audio, fixed              bool
	seed                      *int64
	user                      string
	high                      bool
	images                    []input // in order: opening, ending, references
}

// image is a picture that an input names.
type input struct{ role, field, url string }

// fields are what a route takes.
func fields(m *models.Model, kind string) map[string]bool {
	all := []string{"prompt", "resolution", "duration", "aspect_ratio"}
	switch kind {
	case imageRoute:
		all = append(all, "image_url", "end_image_url")
	case referenceRoute:
		all = append(all, "image_urls", "video_urls", "audio_urls", "task")
	}
	if m.Audio {
		all = append(all, "generate_audio")
	}
	if m.TakesSeed(kind == referenceRoute) {
		all = append(all, "seed")
	}
	if m.CameraFixed {
		all = append(all, "camera_fixed", "enable_safety_checker")
	}
	all = append(all, m.Regions[models.Fal].Fields...)
	taken := map[string]bool{}
	for _, f := range all {
		taken[f] = true
	}
	return taken
}

// reader reads an input field by field and keeps the first thing that is wrong.
type reader struct {
	raw map[string]json.RawMessage
	bad *problem
}

func (r *reader) fail(p *problem) {
	if r.bad == nil {
		r.bad = p
	}
}

// into decodes a field where it is there, and reports whether it is.
func (r *reader) into(field string, v any, want string) bool {
	raw, ok := r.raw[field]
	if !ok || string(raw) == "null" {
		return false
	}
	if err := json.Unmarshal(raw, v); err != nil {
		r.fail(wrong(field, "value_error", "Input should be a valid %s", want))
		return false
	}
	return true
}

// oneOf reads a string that must be one of some.
func (r *reader) oneOf(field, usual string, of ...string) string {
	s := usual
	if r.into(field, &s, "string") && !slices.Contains(of, s) {
		r.fail(wrong(field, "one_of", "Input should be one of %s", strings.Join(of, ", ")))
	}
	return s
}

// read judges an input as the route's model does.
func read(m *models.Model, kind string, raw map[string]json.RawMessage) (order, *problem) {
	r, o := &reader{raw: raw}, order{audio: m.Audio}
	taken := fields(m, kind)
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if !taken[name] {
			r.fail(wrong(name, "value_error", "Extra inputs are not permitted"))
		}
	}
	if !r.into("prompt", &o.prompt, "string") || strings.TrimSpace(o.prompt) == "" {
		r.fail(wrong("prompt", "missing", "Field required"))
	}
	o.resolution = r.oneOf("resolution", "720p", m.SoldAt(models.Fal)...)
	ratios := []string{"auto"}
	if !(kind == imageRoute && m.AdaptiveFirstFrame) {
		for _, name := range m.Ratios {
			if name != models.Adaptive {
				ratios = append(ratios, name)
			}
		}
	}
	o.ratio = r.oneOf("aspect_ratio", "auto", ratios...)
	r.length(m, &o)
	r.into("generate_audio", &o.audio, "boolean")
	r.into("camera_fixed", &o.fixed, "boolean")
	if seed := int64(0); r.into("seed", &seed, "integer") {
		o.seed = &seed
	}
	if r.into("end_user_id", &o.user, "string") && len(o.user) > 256 {
		r.fail(wrong("end_user_id", "value_error", "String should have at most 256 characters"))
	}
	o.high = r.oneOf("bitrate_mode", "standard", "standard", "high") == "high"
	r.oneOf("task", "reference", "reference", "editing", "extension")
	r.pictures(m, kind, &o)
	return o, r.bad
}

// length reads the duration: a string, and auto where nothing is said.
func (r *reader) length(m *models.Model, o *order) {
	const usual = 5
	s := "auto"
	if !m.AutoDuration {
		s = "5"
	}
	r.into("duration", &s, "string")
	n, err := strconv.Atoi(s)
	switch {
	case s == "auto" && m.AutoDuration:
		n = usual
	case err != nil || strconv.Itoa(n) != s || n < m.MinDuration || n > m.MaxDuration:
		r.fail(wrong("duration", "one_of", "Input should be 'auto' or one of %d to %d seconds, as a string", m.MinDuration,
			m.MaxDuration))
		n = m.MinDuration
	}
	o.seconds = n
}

func (r *reader) pictures(m *models.Model, kind string, o *order) {
	switch kind {
	case imageRoute:
		first, last := "", ""
		if !r.into("image_url", &first, "string") {
			r.fail(wrong("image_url", "missing", "Field required"))
		}
		o.images = append(o.images, input{"first_frame", "image_url", first})
		if r.into("end_image_url", &last, "string") {
			o.images = append(o.images, input{"last_frame", "end_image_url", last})
		}
	case referenceRoute:
		var pictures, clips, sounds []string
		r.into("image_urls", &pictures, "list")
		r.into("video_urls", &clips, "list")
		r.into("audio_urls", &sounds, "list")
		switch limit := m.References; {
		case len(pictures) > limit.Images || len(clips) > limit.Videos || len(sounds) > limit.Audios:
			r.fail(wrong("image_urls", "value_error", "At most %d images are allowed", limit.Images))
		case len(pictures)+len(clips) == 0:
			r.fail(wrong("image_urls", "missing", "At least one reference is required"))
		}
		for _, u := range pictures {
			o.images = append(o.images, input{"reference_image", "image_urls", u})
		}
	}
}
