package orsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"shotchain/chain/models"
)

// listed is a model as the list tells it.
type listed struct {
	ID          string            `json:"id"`
	Slug        string            `json:"canonical_slug"`
	Name        string            `json:"name"`
	Created     int64             `json:"created"`
	Resolutions []string          `json:"supported_resolutions"`
	Ratios      []string          `json:"supported_aspect_ratios"`
	Sizes       []string          `json:"supported_sizes"`
	Durations   []int             `json:"supported_durations"`
	Frames      []string          `json:"supported_frame_images"`
	Audio       bool              `json:"generate_audio"`
	Seed        bool              `json:"seed"`
	Prices      map[string]string `json:"pricing_skus"`
	Passed      []string          `json:"allowed_passthrough_parameters"`
}

// list is every model with what it takes.
func (s *Service) list() map[string]any {
	all := []listed{}
	for i := range s.o.Models.Models {
		if o, ok := s.o.Models.Models[i].Regions[models.OpenRouter]; ok {
			all = append(all, listing(s.o.Models.Models[i].At(models.OpenRouter), o))
		}
	}
	return map[string]any{"data": all}
}

func listing(m *models.Model, o models.Offer) listed {
	l := listed{ID: o.ID, Slug: o.ID, Name: "ByteDance: " + m.Alias, Created: 1_790_000_000,
		Resolutions: m.SoldAt(models.OpenRouter),
		Audio:       m.Audio, Seed: m.Seed, Prices: map[string]string{}, Passed: []string{}}
	for _, ratio := range m.Ratios {
		if ratio != models.Adaptive {
			l.Ratios = append(l.Ratios, ratio)
		}
	}
	for d := m.MinDuration; d <= m.MaxDuration; d++ {
		l.Durations = append(l.Durations, d)
	}
	if m.FirstFrame {
		l.Frames = append(l.Frames, "first_frame")
	}
	if m.LastFrame {
		l.Frames = append(l.Frames, "last_frame")
	}
	for _, name := range l.Resolutions {
		res, _ := m.Resolution(name)
		for _, ratio := range l.Ratios {
			l.Sizes = append(l.Sizes, res.Pixels[ratio].String())
		}
		price, _ := m.Price(models.OpenRouter, name, m.Audio, false)
		l.Prices["video-token-"+name] = strconv.FormatFloat(float64(price.PerMillion)/1e12, 'f', -1, 64)
	}
	return l
}

// asked is a create call's body.
type asked struct {
	Model      string  `json:"model"`
	Prompt     string  `json:"prompt"`
	Duration   *int    `json:"duration"`
	Resolution *string `json:"resolution"`
	Ratio      *string `json:"aspect_ratio"`
	Frames     []image `json:"frame_images"`
	References []image `json:"input_references"`
	Audio      *bool   `json:"generate_audio"`
	Seed       *int64  `json:"seed"`
	Callback   string  `json:"callback_url"`
}

type image struct {
	Type  string `json:"type"`
	Image struct {
		URL string `json:"url"`
	} `json:"image_url"`
	Role string `json:"frame_type"`
}

// read holds a body against the list, and writes it anew for the service behind. no is what is wrong with it.
func (s *Service) read(b []byte) (ark []byte, no string) {
	var a asked
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, "Invalid request: " + strings.ReplaceAll(err.Error(), "json: ", "")
	}
	m, ok := s.o.Models.Find(a.Model)
	if !ok || m.Regions[models.OpenRouter].ID != a.Model {
		return nil, fmt.Sprintf("%s is not a valid model ID", a.Model)
	}
	if no := a.refused(listing(m.At(models.OpenRouter), m.Regions[models.OpenRouter])); no != "" {
		return nil, no
	}
	v := map[string]any{"model": a.Model, "content": a.content(), "duration": a.Duration, "resolution": a.Resolution,
		"ratio": a.Ratio, "generate_audio": a.Audio, "seed": a.Seed, "callback_url": a.Callback}
	for name, x := range map[string]bool{"duration": a.Duration == nil, "resolution": a.Resolution == nil,
		"ratio":          a.Ratio == nil,
		"generate_audio": a.Audio == nil, "seed": a.Seed == nil, "callback_url": a.Callback == ""} {
		if x {
			delete(v, name)
		}
	}
	ark, err := json.Marshal(v)
	if err != nil {
		return nil, "Invalid request"
	}
	return ark, ""
}

// refused is why the list does not have what is asked for.
func (a asked) refused(l listed) string {
	switch {
	case strings.TrimSpace(a.Prompt) == "":
		return "prompt is required"
	case a.Duration == nil || !slices.Contains(l.Durations, *a.Duration):
		return fmt.Sprintf("duration must be one of %v", l.Durations)
	case a.Resolution != nil && !slices.Contains(l.Resolutions, *a.Resolution):
		return fmt.Sprintf("resolution must be one of %v", l.Resolutions)
	case a.Ratio != nil && !slices.Contains(l.Ratios, *a.Ratio):
		return fmt.Sprintf("aspect_ratio must be one of %v", l.Ratios)
	case a.Audio != nil && *a.Audio && !l.Audio:
		return "generate_audio is not supported by this model"
	case a.Seed != nil && !l.Seed:
		return "seed is not supported by this model"
	case len(a.Frames) > 0 && len(a.References) > 0:
		return "frame_images and input_references cannot be used together"
	}
	for _, f := range a.Frames {
		if f.Type != "image_url" || !slices.Contains(l.Frames, f.Role) {
			return fmt.Sprintf("frame_type must be one of %v", l.Frames)
		}
	}
	for _, f := range a.References {
		if f.Type != "image_url" || f.Role != "" {
			return "input_references must be images"
		}
	}
	return ""
}

// content is what the service behind calls prompt and pictures.
func (a asked) content() []map[string]any {
	all := []map[string]any{{"type": "text", "text": a.Prompt}}
	add := func(i image, role string) {
		all = append(all,
			map[string]any{"type": "image_url", "image_url": map[string]string{"url": i.Image.URL}, "role": role})
	}
	for _, f := range a.Frames {
		add(f, f.Role)
	}
	for _, f := range a.References {
		add(f, "reference_image")
	}
	return all
}

// hookLine sends webhooks as OpenRouter does.
type hookLine struct{ beneath http.RoundTripper }

// RoundTrip is http.RoundTripper.
func (h hookLine) RoundTrip(r *http.Request) (*http.Response, error) {
	var t task
	if r.Body != nil {
		_ = json.NewDecoder(r.Body).Decode(&t)
		_ = r.Body.Close()
	}
	b, err := json.Marshal(map[string]any{"id": t.ID, "polling_url": jobsPath + "/" + t.ID, "status": words[t.Status]})
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	r.Header.Set("X-OpenRouter-Idempotency-Key", t.ID+"-"+words[t.Status])
	beneath := h.beneath
	if beneath == nil {
		beneath = http.DefaultTransport
	}
	return beneath.RoundTrip(r)
}
