package vet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"

	"shotchain/chain/models"
)

// Call is a request of the free stage. Nothing of it is meant to be granted.
type Call struct {
	Probe    string
	Method   string
	Path     string // below the service's base, with its query
	Body     []byte // JSON, nil for none
	WrongKey bool   // it goes with a key that cannot be right
	Creates  bool   // a service that does not refuse it makes a task: it is to be written down before it is sent
}

// Answer is what came back, without secrets.
type Answer struct {
	Status  int
	Media   string   // Content-Type
	Headers []string // that tell something: "Retry-After: 3"
	Body    []byte   // bounded
	None    string   // why there was no answer, "" where there was
	Earlier string   // an earlier call of the probe made a task, or may have: its id, or what is known; nothing was sent
}

// Asker sends a call, once. Where it may create something it is written down first, and never sent again where an
// earlier one made a task or nobody knows. An error ends the stage.
type Asker interface {
	Ask(ctx context.Context, c Call) (Answer, error)
}

// TasksPath is where Ark-shaped services have their tasks, below the base.
const TasksPath = "/contents/generations/tasks"

// unknownField is one that no service knows.
const unknownField = "shotchain_probe"

// free is the stage under way.
type free struct {
	ask    Asker
	r      *Report
	model  *models.Model
	id     string // the model's at this service
	none   string // a task id that it has never given
	shapes map[string]string
	f4     Answer
	stop   string // why no create call is sent any more, "" while they are
}

// Free asks an Ark-shaped service what it refuses: reads first, then create calls of which each lacks what no clip can
// be made without, one at a time, up to the first that makes a task all the same. It adds to the report. id is
// the model's at the service, none the id of a task that it has never made.
func Free(ctx context.Context, ask Asker, r *Report, m *models.Model, id, none string) error {
	f := &free{ask: ask, r: r, model: m, id: id, none: none, shapes: map[string]string{}}
	for _, probe := range []func(context.Context) error{f.get, f.list, f.delete, f.wrongKey, f.modelID, f.otherID,
		f.schema} {
		if err := probe(ctx); err != nil {
			return err
		}
	}
	f.envelope()
	f.add(finding("F9", "", NotTested, "this shape has no price list to compare the catalogue with"))
	return nil
}

func (f *free) add(all ...Finding) { f.r.Findings = append(f.r.Findings, all...) }

// call sends one, and shows request and answer in a finding made of them.
func (f *free) call(ctx context.Context, c Call, judge func(a Answer) Finding) (Answer, error) {
	if c.Creates && f.stop != "" {
		f.add(finding(c.Probe, lineOf(c.Probe), NotTested, "not sent: %s", f.stop))
		return Answer{}, nil
	}
	a, err := f.ask.Ask(ctx, c)
	if err != nil {
		return a, err
	}
	var found Finding
	id := TaskIn(a)
	switch {
	case c.Creates && a.Earlier != "":
		f.stop = "an earlier probe may have been bought"
		f.r.Doubts = append(f.r.Doubts, c.Probe+": "+a.Earlier)
		found = finding(c.Probe, lineOf(c.Probe), NotTested, "not sent again: %s", a.Earlier)
	case a.None != "":
		if c.Creates {
			f.stop = "nobody knows whether the one before was bought"
			f.r.Doubts = append(f.r.Doubts, c.Probe+": "+a.None)
		}
		found = finding(c.Probe, lineOf(c.Probe), NotTested, "no answer: %s", a.None)
	case c.Creates && id != "":
		f.stop = "the service has made a task of a probe that it should have refused"
		f.r.Doubts = append(f.r.Doubts, c.Probe+": it made task "+id)
		found = judge(a)
	default:
		found = judge(a)
	}
	f.add(found.with("request", requestLine(c), "answer", answerLine(a), "headers", strings.Join(a.Headers, "; "), "body",
		string(a.Body)))
	if c.Creates && a.Earlier == "" && a.None == "" {
		f.shapes[c.Probe] = shape(a)
	}
	return a, nil
}

func lineOf(probe string) Line {
	if probe == "F4" || probe == "F5" {
		return ModelID
	}
	return Contract
}

func requestLine(c Call) string {
	s := c.Method + " " + c.Path + " " + string(c.Body)
	if c.WrongKey {
		s += " (with a wrong key)"
	}
	return s
}

func answerLine(a Answer) string {
	if a.Status == 0 {
		return "none"
	}
	return fmt.Sprintf("HTTP %d %s", a.Status, a.Media)
}

func (f *free) get(ctx context.Context) error {
	_, err := f.call(ctx, Call{Probe: "F1", Method: "GET", Path: TasksPath + "/" + f.none}, func(a Answer) Finding {
		switch {
		case a.html():
			f.stop = "there is no API at this address"
			return finding("F1", Contract, Refuted,
				"a task that does not exist is answered by a page: there is no API at this address")
		case a.Status == 404 && a.object() != nil:
			return finding("F1", Contract, Proven, "a task that does not exist is answered by 404 and JSON")
		case a.Status/100 == 2:
			return finding("F1", Contract, Refuted, "a task that does not exist is answered by %d", a.Status)
		}
		return finding("F1", Contract, NotTested, "a task that does not exist is answered by %d", a.Status)
	})
	return err
}

func (f *free) list(ctx context.Context) error {
	for _, query := range []string{"?page_num=1&page_size=10", "?page_num=1&page_size=10&filter.status=running"} {
		_, err := f.call(ctx, Call{Probe: "F2", Method: "GET", Path: TasksPath + query}, func(a Answer) Finding {
			o := a.object()
			_, items := o["items"]
			_, total := o["total"]
			switch {
			case a.html():
				return finding("F2", Contract, Refuted,
					"the list is a page of HTML: a create call whose answer is lost cannot be looked up")
			case a.Status == 404 || a.Status == 405:
				return finding("F2", Contract, NotTested,
					"there is no list (%d): a create call whose answer is lost cannot be looked up", a.Status)
			case a.Status == 200 && (items || total):
				return finding("F2", Contract, Claimed, "there is a list: a create call whose answer is lost can be looked up")
			}
			return finding("F2", Contract, NotTested, "the list is answered by %d, without items", a.Status)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *free) delete(ctx context.Context) error {
	_, err := f.call(ctx, Call{Probe: "F8", Method: "DELETE", Path: TasksPath + "/" + f.none}, func(a Answer) Finding {
		switch {
		case a.html() || a.Status == 405 || a.Status == 501:
			return finding("F8", Contract, NotTested, "there is no cancelling (%d)", a.Status)
		case a.Status == 404 && a.object() != nil:
			return finding("F8", Contract, Claimed, "cancelling is there: a task that does not exist is answered by 404")
		}
		return finding("F8", Contract, NotTested, "cancelling a task that does not exist is answered by %d", a.Status)
	})
	return err
}

// create sends a body that should be refused.
func (f *free) create(ctx context.Context, probe string, wrongKey bool, body map[string]any,
	judge func(a Answer) Finding) (Answer, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return Answer{}, err
	}
	return f.call(ctx, Call{Probe: probe, Method: "POST", Path: TasksPath, Body: b, WrongKey: wrongKey, Creates: true},
		judge)
}

func (f *free) wrongKey(ctx context.Context) error {
	_, err := f.create(ctx, "F3", true, map[string]any{"model": f.id}, func(a Answer) Finding {
		switch {
		case (a.Status == 401 || a.Status == 403) && a.object() != nil:
			return finding("F3", Contract, Proven, "a wrong key is refused with %d", a.Status)
		case a.Status/100 == 2:
			return finding("F3", Contract, Refuted, "a wrong key is let in (%d)", a.Status)
		}
		return finding("F3", Contract, NotTested, "a wrong key is answered by %d", a.Status)
	})
	return err
}

func (f *free) modelID(ctx context.Context) (err error) {
	f.f4, err = f.create(ctx, "F4", false, map[string]any{"model": f.id}, func(a Answer) Finding {
		words := a.said()
		switch {
		case TaskIn(a) != "":
			return finding("F4", ModelID, Refuted, "a request without content makes a task: the service takes anything")
		case a.Status == 400 && strings.Contains(words, "content"):
			return finding("F4", ModelID, Claimed, "the service knows %s: it misses only the content", f.id)
		case a.Status == 404:
			return finding("F4", ModelID, Refuted, "%s is not open, or unknown here: %s", f.id, printable(words, 200))
		}
		return finding("F4", ModelID, NotTested, "a request with only a model is answered by %d: %s", a.Status,
			printable(words, 200))
	})
	return err
}

var lastDigits = regexp.MustCompile(`\d{6}$`)

// otherOf is an id like the model's that cannot exist.
func otherOf(id string) string {
	if other := lastDigits.ReplaceAllString(id, "000000"); other != id {
		return other
	}
	return id + "-000000"
}

func (f *free) otherID(ctx context.Context) error {
	other := otherOf(f.id)
	_, err := f.create(ctx, "F5", false, map[string]any{"model": other}, func(a Answer) Finding {
		switch {
		case TaskIn(a) != "":
			return finding("F5", ModelID, Refuted, "%s, which cannot exist, makes a task", other)
		case f.f4.Status == 0:
			return finding("F5", ModelID, NotTested, "there is nothing to compare with")
		case a.Status == f.f4.Status && a.essence(other) == f.f4.essence(f.id):
			return finding("F5", ModelID, Refuted, "%s, which cannot exist, is answered as %s is: the id is not looked at",
				other, f.id)
		case f.f4.Status == 400 && a.Status/100 == 4:
			return finding("F5", ModelID, Proven, "%s, which cannot exist, is refused in another way (%d): the id is looked at",
				other, a.Status)
		}
		return finding("F5", ModelID, NotTested, "%s, which cannot exist, is answered by %d", other, a.Status)
	})
	return err
}

// schema sends what one field makes impossible. The unknown field goes without content: a service that ignores it must
// not make a clip of it.
func (f *free) schema(ctx context.Context) error {
	cheapest := func(set map[string]any) map[string]any {
		body := map[string]any{"model": f.id, "content": []map[string]string{{"type": "text", "text": "A still grey wall."}},
			"resolution": f.model.ResolutionNames()[0], "ratio": "16:9", "duration": f.model.MinDuration}
		for k, v := range set {
			body[k] = v
		}
		return body
	}
	for _, p := range []struct {
		probe string
		body  map[string]any
		names []string
	}{
		{"F6-ratio", cheapest(map[string]any{"ratio": "7:5"}), []string{"ratio"}},
		{"F6-duration", cheapest(map[string]any{"duration": 99}), []string{"duration"}},
		{"F6-unknown", map[string]any{"model": f.id, unknownField: 1}, []string{unknownField}},
		{"F7", cheapest(map[string]any{"ratio": "7:5", "duration": 99}), []string{"ratio", "duration"}},
	} {
		_, err := f.create(ctx, p.probe, false, p.body, func(a Answer) Finding { return refusalOf(p.probe, a, p.names) })
		if err != nil {
			return err
		}
	}
	return nil
}

func refusalOf(probe string, a Answer, names []string) Finding {
	text := a.said()
	named := slices.ContainsFunc(names, func(n string) bool { return strings.Contains(text, n) })
	switch {
	case TaskIn(a) != "":
		return finding(probe, Contract, NotTested, "it is judged late, if at all: a task was made of it")
	case a.Status == 400 && named:
		return finding(probe, Contract, Proven, "refused at once, and the field is named")
	case a.Status == 400 || a.Status == 422:
		return finding(probe, Contract, Claimed, "refused at once, without naming the field: %s", printable(text, 200))
	}
	return finding(probe, Contract, NotTested, "answered by %d: %s", a.Status, printable(text, 200))
}

// envelope compares how the refusals are shaped.
func (f *free) envelope() {
	var all []string
	for _, s := range f.shapes {
		if s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	slices.Sort(all)
	v := finding("envelope", Contract, Proven, "all refusals have one shape")
	switch {
	case len(f.shapes) < 2 || len(all) == 0:
		v = finding("envelope", Contract, NotTested, "there are not enough refusals to compare")
	case len(all) > 1:
		v = finding("envelope", Contract, Refuted, "refusals come in %d shapes", len(all))
	}
	f.add(v.with("shapes", strings.Join(all, " or ")))
}

// TaskIn is the id of a task that an answer says was made, "" for none.
func TaskIn(a Answer) string {
	if a.Status/100 != 2 {
		return ""
	}
	for o, depth := a.object(), 0; o != nil && depth < 2; o, depth = inner(o, "data"), depth+1 {
		for _, key := range []string{"id", "task_id"} {
			var id string
			if json.Unmarshal(o[key], &id) == nil && id != "" {
				return printable(id, 200)
			}
		}
	}
	return ""
}

func (a Answer) html() bool {
	media, _, _ := mime.ParseMediaType(a.Media)
	return media == "text/html" || bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<"))
}

func (a Answer) object() (o map[string]json.RawMessage) {
	if json.Unmarshal(a.Body, &o) != nil {
		return nil
	}
	return o
}

func inner(o map[string]json.RawMessage, key string) (in map[string]json.RawMessage) {
	_ = json.Unmarshal(o[key], &in)
	return in
}

// said are the words of an error.
func (a Answer) said() string {
	o := a.object()
	if e := inner(o, "error"); e != nil {
		o = e
	}
	var all []string
	for _, key := range []string{"code", "message", "msg", "param", "error"} {
		var s string
		if json.Unmarshal(o[key], &s) == nil && s != "" {
			all = append(all, s)
		}
	}
	return strings.Join(all, " ")
}

var variable = regexp.MustCompile(`(?i)request id:? ?\S+|\d{10,}\S*`)

// essence is what an error says, without ids.
func (a Answer) essence(id string) string {
	return variable.ReplaceAllString(strings.ReplaceAll(a.said(), id, "ID"), "")
}

// shape is how an answer is built: the names of its fields.
func shape(a Answer) string {
	if a.html() {
		return "HTML"
	}
	o := a.object()
	var all []string
	for k := range o {
		all = append(all, k)
		var subs []string
		for sub := range inner(o, k) {
			subs = append(subs, sub)
		}
		if slices.Sort(subs); len(subs) > 0 {
			all[len(all)-1] = k + "{" + strings.Join(subs, " ") + "}"
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}
