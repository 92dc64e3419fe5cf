package vet

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Seen is one reading of a task.
type Seen struct {
	At         time.Time
	Status     string // the service's own word
	HTTP       int
	RetryAfter string
}

// Trace is what was seen of the task of a paid probe.
type Trace struct {
	Probe    string
	Asked    Claims
	Seed     *int64
	Task     string // "" where none was made
	Created  time.Time
	Seen     []Seen
	Again    *Seen // read once more after it was done, nil for not
	Pause    time.Duration
	Echo     []byte  // the last answer, without secrets
	Listed   *Answer // the list with this task's id as filter, nil for not asked
	Unlisted string  // why it was not asked
	Told     bool    // by the service's client, in its own words: what the service said was not read raw
	Billed   string  // what the service says of a task that failed: yes, no, "" for nothing
	Refused  string  // why no clip came, in the service's words; "" where one did
	Code     string  // the error's
	InFlight bool
	Cancel   *Answer  // of a DELETE right after it was made, nil for none
	Calls    []string // statuses that callbacks told of, in order; nil where none were asked for
	Repeated bool     // one that was answered by 500 came again
	Heard    bool     // callbacks were asked for
}

// words are Ark's, by how far a task is.
var words = map[string]int{"queued": 1, "running": 2, "succeeded": 3, "failed": 3, "cancelled": 3, "expired": 3}

func terminal(word string) bool { return words[word] == 3 }

// Watched judges the life of a task.
func (t Trace) Watched() (all []Finding) {
	add := func(f Finding) { f.Probe = t.Probe; all = append(all, f) }
	if t.Task != "" {
		add(t.statuses())
		add(t.stays())
		add(t.list())
		for _, f := range t.echo() {
			add(f)
		}
	}
	if t.Heard {
		add(t.callbacks())
	}
	if t.Cancel != nil {
		add(t.cancelled())
	}
	return all
}

func (t Trace) statuses() Finding {
	if len(t.Seen) == 0 {
		return finding("trace", Contract, NotTested, "its clip was there already: nothing was seen of the task")
	}
	var path, odd []string
	var retry string
	far, back := 0, ""
	for _, s := range t.Seen {
		if len(path) == 0 || !strings.HasPrefix(path[len(path)-1], s.Status+" ") {
			path = append(path, fmt.Sprintf("%s after %.1f s", s.Status, s.At.Sub(t.Created).Seconds()))
		}
		n, ok := words[s.Status]
		if !ok && !slices.Contains(odd, s.Status) {
			odd = append(odd, s.Status)
		}
		if ok && n < far {
			back = s.Status
		}
		far, retry = max(far, n), cmp.Or(s.RetryAfter, retry)
	}
	f := finding("trace", Contract, Proven, "only known words, in their order: %s", strings.Join(path, ", "))
	if t.Told {
		f = finding("trace", Contract, Claimed, "in their order, as the client reads the service's own words: %s",
			strings.Join(path, ", "))
	}
	switch {
	case len(odd) > 0:
		f = finding("trace", Contract, Refuted, "%q is none of Ark's words for a task's state",
			printable(strings.Join(odd, ", "), 100))
	case back != "":
		f = finding("trace", Contract, Refuted, "the task went back to %s", back)
	case far < 3:
		f = finding("trace", Contract, NotTested, "the task was not seen to its end: %s", strings.Join(path, ", "))
	}
	return f.with("statuses", strings.Join(path, ", "), "readings", len(t.Seen), "Retry-After", cmp.Or(retry, "none"))
}

func (t Trace) stays() Finding {
	last := ""
	if len(t.Seen) > 0 {
		last = t.Seen[len(t.Seen)-1].Status
	}
	switch {
	case t.Again == nil || !terminal(last):
		return finding("terminal", Contract, NotTested, "it was not read again after its end")
	case t.Again.Status != last:
		return finding("terminal", Contract, Refuted, "%s after its end as %s it is %q", t.Pause, last,
			printable(t.Again.Status, 40))
	}
	return finding("terminal", Contract, Proven, "%s later it is still %s", t.Pause, last)
}

func (t Trace) list() Finding {
	if t.Listed == nil {
		return finding("listed", Contract, NotTested, "%s", cmp.Or(t.Unlisted, "the list was not asked"))
	}
	f := finding("listed", Contract, Refuted,
		"the list does not tell of the task: a create call whose answer is lost cannot be looked up")
	switch {
	case t.Listed.html() || t.Listed.Status != 200:
		f = finding("listed", Contract, NotTested, "there is no list to look a task up in (%s)", answerLine(*t.Listed))
	case strings.Contains(string(t.Listed.Body), `"`+t.Task+`"`):
		f = finding("listed", Contract, Proven, "the list tells of the task")
	}
	return f.with("answer", answerLine(*t.Listed), "body", string(t.Listed.Body))
}

// echo compares what the service tells of the task with what was asked.
func (t Trace) echo() []Finding {
	var o map[string]json.RawMessage
	if json.Unmarshal(t.Echo, &o) != nil {
		return nil
	}
	if in := inner(o, "data"); o["status"] == nil && in != nil {
		o = in
	}
	model := textOf(o["model"])
	f := finding("echo_model", ModelID, NotTested, "the task does not tell its model")
	switch {
	case model != "" && !strings.HasPrefix(model, "ep-") && family(model) != family(t.Asked.Model):
		f = finding("echo_model", ModelID, Refuted, "the task says that %s makes it, not %s", printable(model, 100),
			t.Asked.Model)
	case model != "":
		f = finding("echo_model", ModelID, Claimed, "the task says that %s makes it", printable(model, 100))
	}
	want := map[string]string{"resolution": t.Asked.Resolution, "ratio": t.Asked.Ratio,
		"duration": fmt.Sprint(t.Asked.Seconds)}
	if t.Asked.Audio != nil {
		want["generate_audio"] = fmt.Sprint(*t.Asked.Audio)
	}
	if t.Seed != nil {
		want["seed"] = fmt.Sprint(*t.Seed)
	}
	var told, missing, wrong []string
	for name, value := range want {
		switch got := textOf(o[name]); {
		case got == "":
			missing = append(missing, name)
		case got != value && !(name == "ratio" && got == "adaptive"):
			wrong = append(wrong, name+" "+printable(got, 40)+" for "+value)
		default:
			told = append(told, name)
		}
	}
	slices.Sort(told)
	slices.Sort(missing)
	slices.Sort(wrong)
	g := finding("echo", Contract, Proven, "the task tells back %s", strings.Join(told, ", "))
	switch {
	case len(wrong) > 0:
		g = finding("echo", Contract, Refuted, "the task tells back what was not asked: %s", strings.Join(wrong, ", "))
	case len(told) == 0:
		g = finding("echo", Contract, NotTested, "the task tells back nothing of what was asked")
	}
	return []Finding{f, g.with("not told", strings.Join(missing, ", "), "body", string(t.Echo))}
}

// textOf is a JSON scalar as text.
func textOf(raw json.RawMessage) string {
	s := strings.TrimSpace(string(raw))
	if s == "null" || strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
		return ""
	}
	return strings.Trim(s, `"`)
}

func (t Trace) callbacks() Finding {
	told := strings.Join(t.Calls, ", ")
	f := finding("callback", Contract, NotTested, "callbacks came for %s", told)
	switch {
	case len(t.Calls) == 0:
		f = finding("callback", Contract, Refuted, "no callback came")
	case slices.ContainsFunc(t.Calls, terminal):
		f = finding("callback", Contract, Proven, "callbacks came for %s; they are not signed: a hint to ask, nothing more",
			told)
	}
	return f.with("deliveries", len(t.Calls), "repeated after a 500", t.Repeated)
}

func (t Trace) cancelled() Finding {
	last := ""
	if len(t.Seen) > 0 {
		last = t.Seen[len(t.Seen)-1].Status
	}
	f := finding("cancel", Contract, NotTested, "cancelling was answered by %d, and the task ended as %q", t.Cancel.Status,
		printable(last, 40))
	switch ok := t.Cancel.Status/100 == 2 && !t.Cancel.html(); {
	case ok && last == "cancelled":
		f = finding("cancel", Contract, Proven, "a task that is cancelled at once ends as cancelled")
	case ok && last == "succeeded":
		f = finding("cancel", Contract, Refuted, "cancelling was accepted, and the task went on to its end")
	case t.Cancel.Status == 409 || t.Cancel.Status == 400:
		f = finding("cancel", Contract, Claimed, "a running task cannot be cancelled (%d)", t.Cancel.Status)
	}
	return f.with("answer", answerLine(*t.Cancel), "body", string(t.Cancel.Body))
}

// Failure judges the probe that was to fail: how, and whether it is billed.
func (t Trace) Failure() []Finding {
	shape := finding("failure", Contract, NotTested, "the service filmed it: nothing is known of how it fails")
	bill := finding("failure_billed", Billing, NotTested, "no task failed")
	if t.Refused != "" {
		shape = finding("failure", Contract, Claimed, "it ended in words without a code: %s", printable(t.Refused, 300))
		if t.Code != "" {
			shape = finding("failure", Contract, Proven, "it ended with code %s: %s", printable(t.Code, 100),
				printable(t.Refused, 300))
		}
		shape = shape.with("body", string(t.Echo))
		bill = finding("failure_billed", Billing, NotTested, "the task says that it failed, which proves nothing about money")
		if t.Task == "" {
			bill.Found = "it was refused before a task was made; whether that is free only the balance tells"
		}
		switch n := usage(t.Echo); {
		case t.Billed == "yes":
			bill = finding("failure_billed", Billing, Refuted, "the service says that the failed task is billed")
		case t.Billed == "no":
			bill = finding("failure_billed", Billing, Claimed,
				"the service's records say that the failed task is not billed; only the balance proves it")
		case n > 0:
			bill = finding("failure_billed", Billing, Refuted, "the failed task is billed %d tokens", n)
		}
	}
	shape.Probe, bill.Probe = t.Probe, t.Probe
	return []Finding{shape, bill}
}

// usage are the tokens in a task's answer.
func usage(body []byte) int64 {
	var o struct {
		Usage struct {
			Completion float64 `json:"completion_tokens"`
			Total      float64 `json:"total_tokens"`
		} `json:"usage"`
	}
	_ = json.Unmarshal(body, &o)
	return int64(math.Max(o.Usage.Completion, o.Usage.Total))
}

// Balance judges two numbers that the user read from the service's console, in millionths of its currency, against
// what the clips that were made cost.
func Balance(before, after, cost int64) Finding {
	gone := before - after
	f := finding("balance", Billing, Claimed, "the balance told fell by %.4f, what the clips cost", float64(gone)/1e6)
	if gone > cost+cost/50+10_000 {
		f = finding("balance", Billing, Refuted, "the balance told fell by %.4f, and the clips cost %.4f", float64(gone)/1e6,
			float64(cost)/1e6)
	} else if gone < cost-cost/50-10_000 {
		f = finding("balance", Billing, NotTested,
			"the balance told fell by %.4f, less than the clips cost (%.4f): it may not have settled", float64(gone)/1e6,
			float64(cost)/1e6)
	}
	return f.with("before", before, "after", after, "cost of the clips", cost)
}

// Promised is what a service's terms are: never measured here.
func Promised(url, digest, answer string) Finding {
	f := finding("terms", Terms, NotTested,
		"nothing here can measure them: read the terms, the acceptable use, and the contract with whoever the seller buys from")
	if url != "" || answer != "" {
		f = finding("terms", Terms, Claimed, "%s",
			cmp.Or(printable(answer, 300), "they are on record as they were read today; what they grant is the seller's word"))
	}
	return f.with("url", url, "sha256", digest)
}

// Later judges a second look at a result. now is when it was taken; status 0 where the task's record is gone.
func Later(p Print, same bool, status int, now time.Time) Finding {
	f := finding("retention_later", Retention, NotTested, "the second look was answered by %d", status)
	gone, live := status == 403 || status == 404 || status == 410, status/100 == 2
	var until time.Time
	if p.Link != nil && p.Link.Until != nil {
		until = *p.Link.Until
	}
	switch {
	case status == 0:
		f = finding("retention_later", Retention, NotTested,
			"the service no longer tells of the task: its record is gone, the URL with it")
	case !same && live:
		f = finding("retention_later", Retention, Claimed,
			"the service hands out another URL by now: the result is kept, each URL has a life of its own")
	case until.IsZero() && live:
		f = finding("retention_later", Retention, Claimed, "the result is still there; how long it stays is not stated")
	case until.IsZero() && gone:
		f = finding("retention_later", Retention, Proven, "the result is gone (%d)", status)
	case now.Before(until) && live:
		f = finding("retention_later", Retention, Claimed, "the result is there, as stated; look again after %s",
			until.Format(time.RFC3339))
	case now.Before(until) && gone:
		f = finding("retention_later", Retention, Refuted, "the result is gone (%d) before %s, until when it was to live",
			status, until.Format(time.RFC3339))
	case live:
		f = finding("retention_later", Retention, Refuted, "the URL still opens the result after %s, when it was to end",
			until.Format(time.RFC3339))
	case gone:
		f = finding("retention_later", Retention, Proven, "the URL ended as stated (%d after %s)", status,
			until.Format(time.RFC3339))
	}
	f.Probe = p.Probe
	return f.with("looked at", now.Format(time.RFC3339), "HTTP", status, "same URL", same)
}
