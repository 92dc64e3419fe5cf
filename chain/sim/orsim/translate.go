package orsim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// pass asks the service behind and translates what it answers. What goes wrong on the way is passed on as it is.
func (s *Service) pass(w http.ResponseWriter, r *http.Request, method, path string, body []byte,
	to func([]byte, int) (int, any)) {
	ask := r.Clone(r.Context())
	ask.Method, ask.URL.Path, ask.URL.RawPath, ask.URL.RawQuery = method, path, "", ""
	ask.Body, ask.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	t := &translator{ResponseWriter: w, to: to}
	defer t.finish()
	s.host.ServeHTTP(t, ask)
	t.whole = true
}

// translator holds an answer back until it is whole.
type translator struct {
	http.ResponseWriter
	to     func([]byte, int) (int, any)
	status int
	body   bytes.Buffer
	whole  bool // the service behind has said all that it had to say
}

func (t *translator) WriteHeader(status int)      { t.status = status }
func (t *translator) Write(b []byte) (int, error) { return t.body.Write(b) }
func (t *translator) Unwrap() http.ResponseWriter { return t.ResponseWriter }
func (t *translator) FlushError() error           { return nil }

// finish sends the answer: translated where it is whole and JSON, else as it came, half as it may be.
func (t *translator) finish() {
	switch b := t.body.Bytes(); {
	case t.status == 0: // there is no connection any more
	case !t.whole || !json.Valid(b):
		t.ResponseWriter.WriteHeader(t.status)
		_, _ = t.ResponseWriter.Write(b)
		_ = http.NewResponseController(t.ResponseWriter).Flush()
	case t.status/100 == 2:
		if status, v := t.to(b, t.status); status != 0 { // 0: the answer is another's
			write(t.ResponseWriter, status, v)
		}
	default:
		var said struct {
			Error struct {
				Code    string `json:"code"`
				Message string `json:"message"`
			} `json:"error"`
		}
		_ = json.Unmarshal(b, &said)
		write(t.ResponseWriter, t.status, wrong(t.status, strings.TrimSpace(said.Error.Code+": "+said.Error.Message)))
	}
}

// task is a task of the service behind.
type task struct {
	ID         string `json:"id"`
	Model      string `json:"model"`
	Status     string `json:"status"`
	Resolution string `json:"resolution"`
	Content    struct {
		Video string `json:"video_url"`
	} `json:"content"`
	Usage struct {
		Completion int64 `json:"completion_tokens"`
	} `json:"usage"`
	Error *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// words are OpenRouter's for the states of a task.
var words = map[string]string{"queued": "pending", "running": "in_progress", "succeeded": "completed",
	"failed":    "failed",
	"cancelled": "cancelled", "expired": "expired"}

// job is a task as OpenRouter tells it.
func (s *Service) job(r *http.Request, b []byte) map[string]any {
	var t task
	_ = json.Unmarshal(b, &t)
	j := map[string]any{"id": t.ID, "polling_url": jobsPath + "/" + t.ID, "status": words[t.Status]}
	if t.Error != nil {
		j["error"] = t.Error.Code + ": " + t.Error.Message
	}
	if t.Status == "queued" || t.Status == "running" {
		return j
	}
	if !s.o.Silent {
		j["usage"] = map[string]any{"cost": float64(s.cost(t.Model, t.Resolution, t.Usage.Completion)) / 1e6,
			"is_byok": false}
	}
	if t.Status != "succeeded" {
		return j
	}
	j["unsigned_urls"] = []string{"http://" + r.Host + jobsPath + "/" + t.ID + "/content?index=0"}
	if !s.o.Behind {
		j["urls"] = []string{t.Content.Video}
	}
	return j
}

// content sends a clip's bytes to whoever has the key.
func (s *Service) content(w http.ResponseWriter, r *http.Request, id string) {
	var clip *url.URL
	s.pass(w, r, http.MethodGet, tasksPath+"/"+id, nil, func(b []byte, _ int) (int, any) {
		var t task
		_ = json.Unmarshal(b, &t)
		if u, err := url.Parse(t.Content.Video); err == nil && t.Content.Video != "" {
			clip = u
			return 0, nil
		}
		return http.StatusNotFound, wrong(http.StatusNotFound, "There is no such content")
	})
	if clip == nil {
		return
	}
	ask := r.Clone(r.Context())
	ask.URL, ask.Header = clip, http.Header{}
	s.host.ServeHTTP(w, ask)
}
