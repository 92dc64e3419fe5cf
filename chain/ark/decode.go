package ark

import (
	"cmp"
	"encoding/json"
	"math"
	"strings"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// unwrapped is a task without a gateway's {"data": {…}}: also where the wrapping has an id of its own, and only the one
// inside begins as the gateway's tasks do.
func (d decoder) unwrapped(o object, fields ...string) object {
	outer, inner := unwrap(o, fields...), o.object("data")
	tasks := func(o object) bool { return strings.HasPrefix(strings.TrimSpace(o.text("id")), d.gate.IDPrefix) }
	if !tasks(outer) && tasks(inner) {
		return inner
	}
	return outer
}

// unwrap takes off a gateway's {"data": {…}} where the object itself has none of the fields looked for.
func unwrap(o object, fields ...string) object {
	for _, f := range fields {
		if o.has(f) {
			return o
		}
	}
	if inner := o.object("data"); inner != nil {
		return inner
	}
	return o
}

// created returns a create answer's task id, "" where there is none that could be asked for.
func (d decoder) created(b []byte) string {
	id := strings.TrimSpace(d.unwrapped(parseObject(b), "id").text("id"))
	if !usableID(id) {
		return ""
	}
	return id
}

// usableID reports whether an id can stand in a path as one segment.
func usableID(id string) bool {
	if id == "" || id == "." || id == ".." || len(id) > 512 {
		return false
	}
	return wire.Header(id, len(id)) == id && !strings.ContainsAny(id, " ")
}

// decodeTask reads one task; ok is false where the bytes are no task at all: no object, or one without both status
// and id.
func (d decoder) task(b []byte) (t provider.Task, ok bool) {
	o := d.unwrapped(parseObject(b), "id", "status")
	if !o.has("status") && !o.has("id") {
		return t, false
	}
	return d.taskOf(o), true
}

// decoder reads tasks, with secrets taken out of what they say.
type decoder struct {
	secret wire.Redactor
	gate   models.Gateway
}

func (c *Client) decoder() decoder { return decoder{c.secret, c.gate} }

func (d decoder) taskOf(o object) provider.Task {
	content := o.object("content")
	t := provider.Task{
		ID:               strings.TrimSpace(o.text("id")),
		Model:            d.gate.Our(o.text("model")),
		Status:           d.status(o.text("status")),
		Video:            videoLink(content, o),
		LastFrame:        link(content, o, "last_frame_url"),
		Tokens:           tokensOf(o.object("usage")),
		Resolution:       o.text("resolution"),
		Ratio:            o.text("ratio"),
		Duration:         durationOf(o),
		Audio:            o.boolean("generate_audio"),
		ServiceTier:      o.text("service_tier"),
		ExpiresAfter:     max(o.small("execution_expires_after"), 0),
		SafetyIdentifier: o.text("safety_identifier"),
		Created:          o.moment("created_at"),
		Updated:          o.moment("updated_at"),
	}
	if n, ok := o.integer("seed"); ok {
		t.Seed = &n
	}
	t.Fault = d.taskFault(t.Status, o)
	return t
}

// words are the names that services of this shape were met to have for a task's states, in lower case
// (gateways-and-vetting.md's list). One that is not among them is neither failed nor done: the task is read again.
var words = map[string]provider.Status{
	"queued": provider.Queued, "pending": provider.Queued, "submitted": provider.Queued, "created": provider.Queued,
	"not_start": provider.Queued, "in_queue": provider.Queued,
	"running": provider.Running, "processing": provider.Running, "in_progress": provider.Running,
	"succeeded": provider.Succeeded, "success": provider.Succeeded, "completed": provider.Succeeded,
	"failed": provider.Failed, "failure": provider.Failed, "error": provider.Failed,
	"cancelled": provider.Cancelled, "canceled": provider.Cancelled, "expired": provider.Expired,
}

// status reads the service's word.
func (d decoder) status(s string) provider.Status {
	s = strings.ToLower(strings.TrimSpace(s))
	if own, ok := d.gate.Status[s]; ok {
		return provider.Status(own)
	}
	if known, ok := words[s]; ok {
		return known
	}
	return provider.Running
}

// link is a URL in content, or beside it, as a string or as {"url": "…"}.
func link(content, o object, key string) provider.SignedURL {
	for _, from := range []object{content, o} {
		if s := from.text(key); s != "" {
			return provider.SignedURL(s)
		}
		if s := from.object(key).text("url"); s != "" {
			return provider.SignedURL(s)
		}
	}
	return ""
}

// videoLink is the clip's URL, wherever gateways were met to put it.
func videoLink(content, o object) provider.SignedURL {
	if u := link(content, o, "video_url"); u != "" {
		return u
	}
	for _, s := range []string{o.object("video").text("url"), o.object("data").firstOf("outputs"), o.firstOf("outputs"),
		o.firstOf("output"), o.object("result").text("video_url"), o.object("metadata").text("url")} {
		if s != "" {
			return provider.SignedURL(s)
		}
	}
	return ""
}

// tokensOf are the tokens that are billed.
func tokensOf(usage object) int64 {
	for _, key := range []string{"completion_tokens", "total_tokens"} {
		if n, _ := usage.integer(key); n > 0 {
			return n
		}
	}
	return 0
}

// durationOf is in seconds; a task that tells frames instead has one more than its seconds hold.
func durationOf(o object) int {
	if d := o.small("duration"); d != 0 {
		return d
	}
	rate := max(o.small("framespersecond"), 0)
	return int(math.Round(float64(max(o.small("frames")-1, 0)) / float64(cmp.Or(rate, 24))))
}

// page is one page of a list.
type page struct {
	tasks []provider.Task
	odd   int   // items that could not be read
	total int64 // -1 where the service did not say
}

// list reads one page; ok is false where the bytes are none.
func (d decoder) list(b []byte) (p page, ok bool) {
	o := unwrap(parseObject(b), "items", "total")
	raw, ok := o["items"]
	var items []json.RawMessage // of null: none
	if ok && json.Unmarshal(raw, &items) != nil || !ok && !o.has("total") {
		return p, false
	}
	p.total = -1
	if n, ok := o.integer("total"); ok && n >= 0 {
		p.total = n
	}
	for _, item := range items {
		t, ok := d.task(item)
		if !ok || !usableID(t.ID) {
			p.odd++
			continue
		}
		p.tasks = append(p.tasks, t)
	}
	return p, true
}

// said is an error as the service put it.
type said struct{ code, message, param, request string }

// decodeError reads the error of an answer: {"error":{…}}, {"error":"…"}, a bare {"code","message"}, or the vendor's
// gateway's {"ResponseMetadata":{"Error":{…}}}. ok is false where the bytes are no JSON object.
func decodeError(b []byte) (s said, ok bool) {
	o := parseObject(b)
	if o == nil {
		return s, false
	}
	meta := o.object("ResponseMetadata")
	for _, e := range []object{o.object("error"), meta.object("Error"), o.object("data").object("error"), o} {
		s = said{
			code:    e.first("code", "Code"),
			message: e.first("message", "Message", "msg"),
			param:   e.first("param", "Param"),
			request: cmp.Or(o.first("request_id", "RequestId"), meta.text("RequestId")),
		}
		if s.code != "" || s.message != "" {
			return s, true
		}
	}
	s.message = o.text("error")
	return s, true
}
