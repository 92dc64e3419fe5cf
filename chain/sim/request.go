package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// request is a create body as it was sent. Pointers are nil where a field was not.
type request struct {
	Model           *string
	Content         []item
	Resolution      *string
	Ratio           *string
	Duration        *int64
	Frames          *int64
	Seed            *int64
	CameraFixed     *bool
	Watermark       *bool
	GenerateAudio   *bool
	ReturnLastFrame *bool
	CallbackURL     *string
	ServiceTier     *string
	ExpiresAfter    *int64
	Draft           *bool
	Priority        *int64
	Identifier      *string
	OutputFormat    *string
	ReferenceTask   *string

	sent   map[string]bool            // the names of the fields that were
	fields map[string]json.RawMessage // all but content, as they came
}

// item is one part of content.
type item struct {
	Type  string     `json:"type"`
	Text  *string    `json:"text"`
	Image *link      `json:"image_url"`
	Video *link      `json:"video_url"`
	Audio *link      `json:"audio_url"`
	Draft *draftLink `json:"draft_task"`
	Role  string     `json:"role"`
}

type link struct {
	URL string `json:"url"`
}

type draftLink struct {
	ID string `json:"id"`
}

// fields are all that a create body may hold, and where each is decoded to.
var fields = map[string]func(*request) any{
	"model":                    func(q *request) any { return &q.Model },
	"content":                  func(q *request) any { return &q.Content },
	"resolution":               func(q *request) any { return &q.Resolution },
	"ratio":                    func(q *request) any { return &q.Ratio },
	"duration":                 func(q *request) any { return &q.Duration },
	"frames":                   func(q *request) any { return &q.Frames },
	"seed":                     func(q *request) any { return &q.Seed },
	"camera_fixed":             func(q *request) any { return &q.CameraFixed },
	"watermark":                func(q *request) any { return &q.Watermark },
	"generate_audio":           func(q *request) any { return &q.GenerateAudio },
	"return_last_frame":        func(q *request) any { return &q.ReturnLastFrame },
	"callback_url":             func(q *request) any { return &q.CallbackURL },
	"service_tier":             func(q *request) any { return &q.ServiceTier },
	"execution_expires_after":  func(q *request) any { return &q.ExpiresAfter },
	"draft":                    func(q *request) any { return &q.Draft },
	"priority":                 func(q *request) any { return &q.Priority },
	"safety_identifier":        func(q *request) any { return &q.Identifier },
	"output_format":            func(q *request) any { return &q.OutputFormat },
	"omni_reference_task_type": func(q *request) any { return &q.ReferenceTask },
}

// parse decodes a create body. Names are exact, unknown ones are refused, null counts as not sent.
func parse(body []byte) (*request, *refusal) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return nil, invalid("body", "it is no JSON object")
	}
	q := &request{sent: map[string]bool{}, fields: raw}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		target := fields[name]
		if target == nil {
			return nil, invalid(printable(name), "there is no such parameter")
		}
		if isNull(raw[name]) {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(raw[name]))
		d.DisallowUnknownFields()
		if err := d.Decode(target(q)); err != nil {
			return nil, invalid(name, "%s", jsonFact(err))
		}
		q.sent[name] = true
	}
	delete(raw, "content")
	return q, nil
}

// jsonFact says what is wrong without Go's types.
func jsonFact(err error) string {
	if te := (*json.UnmarshalTypeError)(nil); errors.As(err, &te) {
		return fmt.Sprintf("a %s does not fit there", te.Value)
	}
	return printable(strings.TrimPrefix(err.Error(), "json: "))
}

// printable cuts a stranger's text to what an error message can hold.
func printable(s string) string {
	if len(s) > 200 {
		s = s[:200]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return '?'
		}
		return r
	}, s)
}

// prompt is the request's text, "" for none.
func (q *request) prompt() string {
	for _, it := range q.Content {
		if it.Text != nil {
			return *it.Text
		}
	}
	return ""
}
