package fal

import (
	"bytes"
	"encoding/json"
	"strconv"

	"shotchain/chain/models"
	"shotchain/chain/provider"
)

// input is a model's input: the whole body of a submit. Fields that a route does not list are not sent.
type input struct {
	Prompt      string   `json:"prompt,omitempty"`
	First       string   `json:"image_url,omitempty"`
	Last        string   `json:"end_image_url,omitempty"`
	References  []string `json:"image_urls,omitempty"`
	Resolution  string   `json:"resolution,omitempty"`
	Duration    string   `json:"duration,omitempty"`
	Ratio       string   `json:"aspect_ratio,omitempty"`
	Audio       *bool    `json:"generate_audio,omitempty"`
	Seed        *int64   `json:"seed,omitempty"`
	CameraFixed *bool    `json:"camera_fixed,omitempty"`
	Bitrate     string   `json:"bitrate_mode,omitempty"`
	User        string   `json:"end_user_id,omitempty"`
}

// The routes of a model.
const (
	textRoute      = "/text-to-video"
	imageRoute     = "/image-to-video"
	referenceRoute = "/reference-to-video"
)

// routeOf is the route that a request takes, by what it carries.
func routeOf(r provider.Request) string {
	switch {
	case r.FirstFrame != nil:
		return r.Model + imageRoute
	case len(r.References) > 0:
		return r.Model + referenceRoute
	}
	return r.Model + textRoute
}

// fits refuses what no route takes. Plans refuse it first, at its line.
func fits(r provider.Request) error {
	switch {
	case r.FirstFrame != nil && len(r.References) > 0:
		return cannot("references and a first frame together")
	case r.FirstFrame == nil && r.LastFrame != nil:
		return cannot("a last frame alone")
	case r.Draft || r.DraftTask != "":
		return cannot("drafts")
	case r.ServiceTier != "" || r.Priority != nil:
		return cannot("a service tier or a priority")
	case r.Watermark != nil && *r.Watermark:
		return cannot("a watermark")
	}
	return nil
}

func cannot(what string) *provider.Fault {
	return &provider.Fault{Class: provider.Invalid, Code: "NotAtFal",
		Message: "fal.ai does not take " + what + "; nothing was sent"}
}

// adaptive is the ratio that follows the picture, as requests name it; fal calls it auto.
const adaptive = "adaptive"

// encode is the route and body of a submit.
func (c *Client) encode(r provider.Request, l links) (route string, body []byte, err error) {
	in := input{Prompt: r.Prompt, First: l.first, Last: l.last, References: l.references, Resolution: r.Resolution,
		Ratio: r.Ratio, Audio: r.Audio, Seed: r.Seed, CameraFixed: r.CameraFixed}
	if in.Ratio == adaptive {
		in.Ratio = "auto"
	}
	switch {
	case r.Duration == -1:
		in.Duration = "auto"
	case r.Duration > 0:
		in.Duration = strconv.Itoa(r.Duration)
	}
	if c.takes(r.Model, "end_user_id") {
		in.User = r.SafetyIdentifier
	}
	if c.takes(r.Model, "bitrate_mode") {
		in.Bitrate = "high" // frames that other shots grow from are decoded from the clip
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(in); err != nil {
		return "", nil, &provider.Fault{Class: provider.Invalid, Message: "the request cannot be written as JSON"}
	}
	return routeOf(r), bytes.TrimRight(b.Bytes(), "\n"), nil // the closing brace comes last: see wire.Upload
}

// takes reports whether requests to a model may hold a field of fal's own.
func (c *Client) takes(model, field string) bool {
	m, ok := c.models.Find(model)
	if !ok {
		return false
	}
	for _, f := range m.Regions[models.Fal].Fields {
		if f == field {
			return true
		}
	}
	return false
}
