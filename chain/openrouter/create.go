package openrouter

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// body is a create call's. Fields at their zero value are not sent.
type body struct {
	Model      string    `json:"model"`
	Prompt     string    `json:"prompt"`
	Duration   int       `json:"duration,omitempty"`
	Resolution string    `json:"resolution,omitempty"`
	Ratio      string    `json:"aspect_ratio,omitempty"` // left out, it follows the first frame
	Frames     []picture `json:"frame_images,omitempty"`
	References []picture `json:"input_references,omitempty"`
	Audio      *bool     `json:"generate_audio,omitempty"`
	Seed       *int64    `json:"seed,omitempty"`
	Callback   string    `json:"callback_url,omitempty"`
}

// picture is one that a body carries: by its address on the web, or inside.
type picture struct {
	Type  string `json:"type"`
	Image struct {
		URL string `json:"url"`
	} `json:"image_url"`
	Role string `json:"frame_type,omitempty"` // first_frame, last_frame
}

// Create asks for one clip; see provider.Provider.
func (c *Client) Create(ctx context.Context, r provider.Request) (provider.Created, error) {
	if err := ctx.Err(); err != nil {
		return provider.Created{}, err
	}
	b, err := encode(r)
	if err != nil {
		return provider.Created{}, err
	}
	secret := c.secret.With(r.CallbackURL)
	a, err := c.line.Post(ctx, c.base.String()+"/videos", nil, b, secret)
	if err != nil {
		return provider.Created{}, err
	}
	var said struct {
		ID      string `json:"id"`
		Polling string `json:"polling_url"`
	}
	if a.Status/100 == 2 && a.Err == nil && json.Unmarshal(a.Body, &said) == nil && jobID.MatchString(said.ID) {
		made := provider.Created{Task: said.ID, RequestID: requestID(a, secret)}
		if u := c.polling(said.Polling); u != nil {
			made.Handle = provider.Handle(u.String())
		}
		return made, nil
	}
	return provider.Created{}, c.fault(atCreate, a, secret)
}

// jobID is the form of a job's id.
var jobID = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._:-]{0,199}$`)

// polling is a polling URL at the configured host, nil for any other: the key goes along.
func (c *Client) polling(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || s == "" {
		return nil
	}
	u = c.base.ResolveReference(u)
	if u.Fragment != "" || !c.loads.Own(u) {
		return nil
	}
	return u
}

// encode is the body of a create call, or why the service has none for what is asked. Plans refuse it first, at its line.
func encode(r provider.Request) ([]byte, error) {
	for _, no := range []struct {
		asked bool
		what  string
	}{
		{r.FirstFrame != nil && len(r.References) > 0, "references and a first frame together"},
		{r.FirstFrame == nil && r.LastFrame != nil, "a last frame alone"},
		{r.Draft || r.DraftTask != "", "drafts"},
		{r.ServiceTier != "" || r.Priority != nil, "a service tier or a priority"},
		{r.Watermark != nil && *r.Watermark, "a watermark"},
		{r.CameraFixed != nil && *r.CameraFixed, "a fixed camera"},
		{r.Duration < 0, "a length of the model's choice"},
	} {
		if no.asked {
			return nil, &provider.Fault{Class: provider.Invalid, Code: "NotAtOpenRouter",
				Message: "OpenRouter does not take " + no.what + "; nothing was sent"}
		}
	}
	b := body{Model: r.Model, Prompt: r.Prompt, Duration: r.Duration, Resolution: r.Resolution, Ratio: r.Ratio,
		Audio: r.Audio,
		Seed:  r.Seed, Callback: r.CallbackURL}
	if b.Ratio == models.Adaptive {
		b.Ratio = ""
	}
	if err := b.add(r); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(b); err != nil {
		return nil, &provider.Fault{Class: provider.Invalid, Message: "the request cannot be written as JSON"}
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil // the closing brace comes last: see wire.Upload
}

// add puts the pictures into a body.
func (b *body) add(r provider.Request) error {
	for _, f := range []struct {
		frame *provider.Frame
		role  string
	}{{r.FirstFrame, "first_frame"}, {r.LastFrame, "last_frame"}} {
		if f.frame == nil {
			continue
		}
		p, err := pictureOf(*f.frame, f.role)
		if err != nil {
			return err
		}
		b.Frames = append(b.Frames, p)
	}
	for _, f := range r.References {
		p, err := pictureOf(f, "")
		if err != nil {
			return err
		}
		b.References = append(b.References, p)
	}
	return nil
}

func pictureOf(f provider.Frame, role string) (p picture, err error) {
	p.Type, p.Role = "image_url", role
	switch {
	case f.URL != "":
		p.Image.URL = string(f.URL)
	case f.Web != "":
		p.Image.URL = f.Web
	case len(f.Data) == 0 || !strings.HasPrefix(f.MediaType, "image/"):
		return p, &provider.Fault{Class: provider.Invalid, Code: "NoPicture", Param: role,
			Message: "a picture of the request is no picture"}
	default:
		p.Image.URL = "data:" + f.MediaType + ";base64," + base64.StdEncoding.EncodeToString(f.Data)
	}
	return p, nil
}

func requestID(a wire.Answer, secret wire.Redactor) string {
	return wire.Cut(secret.Text(named(a.Header)), 120)
}

// named is the service's name for a call.
func named(h http.Header) string {
	for _, name := range []string{"X-Generation-Id", "X-Request-Id", "Cf-Ray"} {
		if id := h.Get(name); id != "" {
			return id
		}
	}
	return ""
}
