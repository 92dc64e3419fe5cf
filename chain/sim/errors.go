package sim

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// refusal is an error answer of the API.
type refusal struct {
	status               int
	code, message, param string
}

func invalid(param, format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "InvalidParameter",
		fmt.Sprintf("The parameter `%s` specified in the request is not valid: ", param) + fmt.Sprintf(format, args...) + ".",
		param}
}

func missing(param string) *refusal {
	return &refusal{http.StatusBadRequest, "MissingParameter",
		fmt.Sprintf("The request is missing the required parameter `%s`.", param), param}
}

func badImage(detail, format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "InvalidImageURL" + detail,
		"The image in the request is not valid: " + fmt.Sprintf(format, args...) + ".", "image_url"}
}

func noTask(id string) *refusal {
	return &refusal{http.StatusNotFound, "NotFound", fmt.Sprintf("The specified task `%s` is not found.", id), "id"}
}

// kindOf is the `type` that the service gives to a status.
func kindOf(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "Unauthorized"
	case status == http.StatusForbidden:
		return "Forbidden"
	case status == http.StatusConflict:
		return "Conflict"
	case status == http.StatusNotFound:
		return "NotFound"
	case status == http.StatusTooManyRequests:
		return "TooManyRequests"
	case status >= 500:
		return "InternalServerError"
	}
	return "BadRequest"
}

// answer is what an operation has to say.
type answer struct {
	status     int
	media      string // "": application/json
	body       []byte
	retryAfter string
	encoding   string // "": none
}

func (e *refusal) answer(request string) answer {
	type said struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Param   string `json:"param"`
		Type    string `json:"type"`
	}
	return answer{status: e.status, body: mustJSON(map[string]said{
		"error": {e.code, strings.TrimSpace(e.message + " Request id: " + request), e.param, kindOf(e.status)},
	})}
}

func ok(v any) answer { return answer{status: http.StatusOK, body: mustJSON(v)} }

func (a answer) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if a.media != "" {
		h.Set("Content-Type", a.media)
	}
	if a.encoding != "" {
		h.Set("Content-Encoding", a.encoding)
	}
	if a.retryAfter != "" {
		h.Set("Retry-After", a.retryAfter)
	}
	h.Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// newRequestID has the shape of the service's: a time and a long number.
func newRequestID(at time.Time) string {
	return fmt.Sprintf("02%d%016x%016x", at.UnixMilli(), rand.Uint64(), rand.Uint64())
}

// isNull reports whether a field was sent as null, which is as good as not sent.
func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
