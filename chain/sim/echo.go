package sim

import (
	crypto "crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
)

// echoes are what gateways make of a task as it is shown.
var echoes = map[string]func(*shown){
	"bound-expiry":    func(v *shown) { v.Expires = min(v.Expires, usualExpires) },
	"round-expiry":    func(v *shown) { v.Expires -= v.Expires % 60 },
	"milli-expiry":    func(v *shown) { v.Expires *= 1000 },
	"no-expiry":       func(v *shown) { v.Expires = 0 },
	"no-identifier":   func(v *shown) { v.Identifier = "" },
	"other-words":     func(v *shown) { v.Status = otherWords[v.Status] },
	"odd-word":        oddWord,
	"flat-video":      flatVideo,
	"hash-identifier": func(v *shown) { v.Identifier = fmt.Sprintf("%x", sha256.Sum256([]byte(v.Identifier)))[:32] },
}

// otherWords are how gateways call the states of a task.
var otherWords = map[status]status{queued: "NOT_START", running: "IN_PROGRESS", succeeded: "SUCCESS", failed: "FAILURE",
	cancelled: "CANCELED", expired: "EXPIRED"}

func oddWord(v *shown) {
	if v.Status == queued || v.Status == running {
		v.Status = "dreaming"
	}
}

func flatVideo(v *shown) {
	if v.Content != nil {
		v.Video, v.Content = v.Content.Video, &shownFiles{LastFrame: v.Content.LastFrame}
	}
}

// wrappings are what gateways make of whole answers.
var wrappings = map[string]func(*call, answer) answer{
	"envelope": func(_ *call, a answer) answer {
		if a.status == http.StatusOK {
			a.body = mustJSON(map[string]any{"code": 200, "data": json.RawMessage(a.body)})
		}
		return a
	},
	"named-envelope": func(_ *call, a answer) answer {
		if a.status == http.StatusOK {
			a.body = mustJSON(map[string]any{"id": "req-" + crypto.Text(), "data": json.RawMessage(a.body)})
		}
		return a
	},
	"refused200": func(c *call, a answer) answer {
		if c.op == opCreate {
			a = ok(map[string]any{"code": 400, "message": "no channel"})
		}
		return a
	},
	"false-gzip": func(c *call, a answer) answer {
		if c.http.Header.Get("Accept-Encoding") != "identity" {
			a.encoding = "gzip"
		}
		return a
	},
}

// passed is an answer as it comes through the armed gateways.
func (s *Service) passed(c *call, a answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Op == opAnswer && f.Matches(c.id, c.label, "") && f.Use(s.now()) {
			a = wrappings[f.Action](c, a)
		}
	}
	return a
}

// echo does to a task what the armed gateways do. Only with the mutex.
func (s *Service) echo(t *task, v *shown) {
	for _, a := range s.faults {
		if a.Op == opEcho && a.Matches(t.id, t.label, t.excerpt) && a.Use(s.now()) {
			echoes[a.Action](v)
		}
	}
}
