package ark

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// createBody is the JSON of a create call. The service refuses fields that it does not take, so what the request
// leaves at zero is not sent.
type createBody struct {
	Model            string `json:"model"`
	Content          []item `json:"content"`
	Resolution       string `json:"resolution,omitempty"`
	Ratio            string `json:"ratio,omitempty"`
	Duration         int    `json:"duration,omitempty"`
	Seed             *int64 `json:"seed,omitempty"`
	CameraFixed      *bool  `json:"camera_fixed,omitempty"`
	Watermark        *bool  `json:"watermark,omitempty"`
	GenerateAudio    *bool  `json:"generate_audio,omitempty"`
	ReturnLastFrame  bool   `json:"return_last_frame,omitempty"` // every film is chained by last frames
	Draft            bool   `json:"draft,omitempty"`
	CallbackURL      string `json:"callback_url,omitempty"`
	ServiceTier      string `json:"service_tier,omitempty"`
	ExpiresAfter     int    `json:"execution_expires_after,omitempty"`
	Priority         *int   `json:"priority,omitempty"`
	SafetyIdentifier string `json:"safety_identifier,omitempty"`
}

// item is one element of content.
type item struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	ImageURL *imageURL `json:"image_url,omitempty"`
	Role     string    `json:"role,omitempty"`
	Draft    *draftOf  `json:"draft_task,omitempty"`
}

// draftOf names the task of a draft.
type draftOf struct {
	ID string `json:"id"`
}

type imageURL struct {
	URL string `json:"url"`
}

// encode returns the body of a create call, or a fault of class Invalid where it cannot be one.
func encode(r provider.Request) ([]byte, error) {
	if size := pictureSize(r); size > maxRequest {
		return nil, tooLarge(size) // before the memory is used
	}
	content, err := contentOf(r)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(createBody{
		Model: r.Model, Content: content, Resolution: r.Resolution, Ratio: r.Ratio, Duration: r.Duration,
		Seed: r.Seed, CameraFixed: r.CameraFixed, Watermark: r.Watermark, GenerateAudio: r.Audio,
		ReturnLastFrame: !r.NoLastFrame, Draft: r.Draft, CallbackURL: r.CallbackURL, ServiceTier: r.ServiceTier,
		ExpiresAfter: r.ExpiresAfter,
		Priority:     r.Priority, SafetyIdentifier: r.SafetyIdentifier,
	}); err != nil {
		return nil, &provider.Fault{Class: provider.Invalid, Message: "the request cannot be written as JSON"}
	}
	body := bytes.TrimRight(b.Bytes(), "\n") // the closing brace comes last: see upload
	if len(body) > maxRequest {
		return nil, tooLarge(len(body))
	}
	return body, nil
}

func tooLarge(size int) *provider.Fault {
	return &provider.Fault{
		Class: provider.Invalid, Code: "RequestTooLarge", Param: "content",
		Message: fmt.Sprintf("the request is %d MB with its pictures; the service takes %d MB", (size+1<<20-1)>>20,
			maxRequest>>20),
		Hint: "use smaller pictures, or https URLs instead of files",
	}
}

// frames calls f with every picture of a request and its role, in the order they are sent.
func frames(r provider.Request, f func(role string, frame provider.Frame) error) error {
	if r.FirstFrame != nil {
		if err := f("first_frame", *r.FirstFrame); err != nil {
			return err
		}
	}
	if r.LastFrame != nil {
		if err := f("last_frame", *r.LastFrame); err != nil {
			return err
		}
	}
	for _, ref := range r.References {
		if err := f("reference_image", ref); err != nil {
			return err
		}
	}
	return nil
}

// pictureSize is the size of all data URLs of a request.
func pictureSize(r provider.Request) (size int) {
	_ = frames(r, func(_ string, f provider.Frame) error {
		if f.URL == "" && f.Web == "" {
			size += base64.StdEncoding.EncodedLen(len(f.Data))
		}
		return nil
	})
	return size
}

func contentOf(r provider.Request) ([]item, error) {
	if r.DraftTask != "" { // it stands alone
		return []item{{Type: "draft_task", Draft: &draftOf{r.DraftTask}}}, nil
	}
	content := []item{}
	if r.Prompt != "" {
		content = append(content, item{Type: "text", Text: r.Prompt})
	}
	err := frames(r, func(role string, f provider.Frame) error {
		u, err := pictureURL(role, f)
		content = append(content, item{Type: "image_url", ImageURL: &imageURL{u}, Role: role})
		return err
	})
	return content, err
}

// pictureURL is the provider's own URL while there is one, else the still's, else the bytes as a data URL.
func pictureURL(role string, f provider.Frame) (string, error) {
	switch {
	case f.URL != "":
		return string(f.URL), nil
	case f.Web != "":
		return f.Web, nil
	case len(f.Data) == 0:
		return "", &provider.Fault{Class: provider.Invalid, Code: "FrameEmpty", Param: role,
			Message: "the picture for " + role + " has neither a URL nor bytes"}
	}
	kind := strings.ToLower(strings.TrimSpace(f.MediaType))
	if kind == "" {
		kind = http.DetectContentType(f.Data)
	}
	if !strings.HasPrefix(kind, "image/") {
		return "", &provider.Fault{Class: provider.Invalid, Code: "FrameNoPicture", Param: role,
			Message: fmt.Sprintf("the picture for %s is no picture but %q", role, wire.Cut(kind, 60))}
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(f.Data), nil
}
