package simtest

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shotchain/chain/sim"
	"shotchain/chain/store"
)

// Sale is a create request that a service accepted, as the service saw it.
type Sale struct {
	Task     string
	Client   string // its client request id: shot#key-attempt
	Failed   bool   // it ended without a clip, and is not billed
	Prompt   string
	Pictures []sim.Picture
	Source   string                     // the draft that it is the final clip of, "" for none
	Fields   map[string]json.RawMessage // of the create body, all but content
}

// Sales are what a simulator sold.
func Sales(s *sim.Service) (all []Sale) {
	for _, e := range s.Stats().Tasks {
		failed := slices.Contains([]string{"failed", "cancelled", "expired"}, e.Status)
		all = append(all, Sale{e.ID, e.Client, failed, e.Prompt, e.Pictures, e.Source, e.Fields})
	}
	return all
}

// Hold holds what was sold against what the store says was to be bought: for each key at most one task that may be
// billed – one more for each attempt that the user gave up, or whose clip is damaged here and gone at the service –, and
// in it exactly the prompt, the pictures and every other
// field that the key is made of.
func Hold(t testing.TB, st *store.Store, sales []Sale) {
	t.Helper()
	for _, v := range Violations(st, sales) {
		t.Error(v)
	}
}

// Violations are all that Hold finds wrong.
func Violations(st *store.Store, sales []Sale) (bad []string) {
	o := &oracle{takes: map[string]store.Take{}, sales: map[string]Sale{}, billed: map[string]int{}}
	takes, err := st.Takes()
	if err != nil {
		return []string{err.Error()}
	}
	for _, t := range takes {
		o.takes[t.Key[:12]] = t
	}
	for _, s := range sales {
		o.sales[s.Task] = s
	}
	for _, s := range sales {
		if err := o.sale(s); err != nil {
			bad = append(bad, fmt.Sprintf("task %s, asked for as %s: %v", s.Task, s.Client, err))
		}
	}
	return bad
}

type oracle struct {
	takes  map[string]store.Take // by the beginning of the key
	sales  map[string]Sale       // by task
	billed map[string]int        // by key
}

// clientID is the form of a client request id.
var clientID = regexp.MustCompile(`^(.*)#([0-9a-f]{12})-(\d+)$`)

// sale holds one request.
func (o *oracle) sale(s Sale) error {
	part := clientID.FindStringSubmatch(s.Client)
	if part == nil {
		return errors.New("its client request id names no key")
	}
	take, ok := o.takes[part[2]]
	if !ok {
		return errors.New("the store does not know its key")
	}
	kept, err := take.Request()
	if err != nil {
		return fmt.Errorf("nothing says what was to be asked: %w", err)
	}
	q, err := read(kept)
	if err != nil {
		return err
	}
	if key := q.key(kept); key != take.Key {
		return fmt.Errorf("what is recorded has the key %s, not %s", key, take.Key)
	}
	a, gaveUp, err := attempt(take, part[3], s)
	if err != nil {
		return err
	}
	if !s.Failed {
		if o.billed[take.Key]++; o.billed[take.Key] > 1+gaveUp {
			return fmt.Errorf("it is the key's task number %d that may be billed", o.billed[take.Key])
		}
	}
	if s.Source != "" {
		return o.promoted(s, q, a)
	}
	if s.Prompt != q.Prompt {
		return fmt.Errorf("the prompt is %q, not %q", s.Prompt, q.Prompt)
	}
	if err := pictures(s, q, kept); err != nil {
		return err
	}
	return fields(s, q.fields(a))
}

// attempt is the one that a request was made for, where the journal can be read, and how many were given up.
func attempt(take store.Take, number string, s Sale) (*store.Attempt, int, error) {
	j, err := take.Journal()
	if err != nil {
		return nil, 0, nil // damaged: it says nothing
	}
	gaveUp := 0
	var found *store.Attempt
	for i := range j.Attempts {
		a := &j.Attempts[i]
		if a.State == store.Abandoned || a.State == store.Failed && a.Class == "gone" && a.Task != "" {
			gaveUp++
		}
		if a.State != store.Abandoned && fmt.Sprint(a.Number) == number {
			found = a
		}
	}
	switch {
	case found == nil:
		return nil, gaveUp, nil // given up
	case found.Task != "" && found.Task != s.Task:
		return nil, 0, fmt.Errorf("the store has task %s for it", found.Task)
	case found.Task == "" && found.State == store.Failed && !s.Failed:
		return nil, 0, errors.New("the store says that it was never made")
	}
	return found, gaveUp, nil
}

// asked is the recorded request.
type asked struct {
	Model       string `json:"model"`
	Prompt      string `json:"prompt"`
	First       *frame `json:"first_frame"`
	Last        *frame `json:"last_frame"`
	References  []frame
	Resolution  string
	Ratio       string
	Duration    int
	Seed        *int64
	CameraFixed *bool `json:"camera_fixed"`
	Watermark   *bool
	Audio       *bool

	all map[string]json.RawMessage
}

type frame struct{ Digest, Web, Fit string }

func read(r *store.Request) (q asked, err error) {
	if err := json.Unmarshal(r.Asked, &q); err != nil {
		return q, err
	}
	return q, json.Unmarshal(r.Asked, &q.all)
}

// name is a picture's in the key.
func (f *frame) name() string {
	switch {
	case f == nil:
		return ""
	case f.Web != "":
		return f.Web
	case f.Fit != "":
		return f.Digest + "@" + f.Fit
	}
	return f.Digest
}

// key is the hash of the question, computed anew from the record.
func (q asked) key(r *store.Request) string {
	number := r.Number - 1
	if q.Seed != nil && *q.Seed >= 0 {
		number = 0
	}
	var references []string
	for _, f := range q.References {
		references = append(references, f.name())
	}
	b, _ := json.Marshal(struct {
		Version     int      `json:"v"`
		Provider    string   `json:"provider"`
		Model       string   `json:"model"`
		Prompt      string   `json:"prompt"`
		FirstFrame  string   `json:"first_frame,omitempty"`
		LastFrame   string   `json:"last_frame,omitempty"`
		References  []string `json:"references,omitempty"`
		Resolution  string   `json:"resolution,omitempty"`
		Ratio       string   `json:"ratio,omitempty"`
		Duration    int      `json:"duration"`
		Seed        *int64   `json:"seed,omitempty"`
		CameraFixed *bool    `json:"camera_fixed,omitempty"`
		Watermark   *bool    `json:"watermark,omitempty"`
		Audio       *bool    `json:"audio,omitempty"`
		Number      int      `json:"take,omitempty"`
		Draft       bool     `json:"draft,omitempty"`
	}{1, r.Provider, q.Model, q.Prompt, q.First.name(), q.Last.name(), references, q.Resolution, q.Ratio, q.Duration,
		q.Seed, q.CameraFixed, q.Watermark, q.Audio, number, r.Draft})
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// exact is a name in the key that is the digest of what is sent. Others say how the picture comes about; the record
// has the digest of what came.
var exact = regexp.MustCompile(`^[0-9a-f]{64}$`)

// pictures holds those that came: each in its role, and with the digest that the key has.
func pictures(s Sale, q asked, r *store.Request) error {
	var want []sim.Picture
	add := func(role, name, file string) {
		if name != "" && !exact.MatchString(name) && !strings.HasPrefix(name, "https://") {
			name = r.Frozen[file]
		}
		if name != "" || file != "" {
			want = append(want, sim.Picture{Role: role, Digest: name})
		}
	}
	add("first_frame", q.First.name(), r.First)
	add("last_frame", q.Last.name(), r.Last)
	for i := range q.References {
		add("reference_image", q.References[i].name(), r.References[i])
	}
	if !slices.Equal(s.Pictures, want) {
		return fmt.Errorf("it came with the pictures %v, and its key is made of %v", s.Pictures, want)
	}
	return nil
}

// fields are those that a body is to have. callback_url and return_last_frame are the run's own business.
func (q asked) fields(a *store.Attempt) map[string]json.RawMessage {
	want := maps.Clone(q.all)
	for _, name := range []string{"prompt", "first_frame", "last_frame", "references", "expires_after"} {
		delete(want, name)
	}
	if audio, ok := want["audio"]; ok {
		delete(want, "audio")
		want["generate_audio"] = audio
	}
	if a != nil {
		expiry, identifier, named := strings.Cut(a.Mark, " ")
		want["execution_expires_after"] = json.RawMessage(expiry)
		if named {
			want["safety_identifier"] = json.RawMessage(fmt.Sprintf("%q", identifier))
		}
	}
	return want
}

// fields holds the body to what it is to have, no more and no less. The marks of an attempt that the user gave up are
// not known any more.
func fields(s Sale, want map[string]json.RawMessage) error {
	got := maps.Clone(s.Fields)
	delete(got, "callback_url")
	delete(got, "return_last_frame")
	for _, mark := range []string{"execution_expires_after", "safety_identifier"} {
		if want["execution_expires_after"] == nil && want[mark] == nil { // the film's own identifier is known
			delete(got, mark)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if string(got[name]) != string(want[name]) {
			return fmt.Errorf("%s is %s, not %s", name, got[name], want[name])
		}
		delete(got, name)
	}
	if len(got) > 0 {
		return fmt.Errorf("nobody asked for %v", slices.Sorted(maps.Keys(got)))
	}
	return nil
}

// promoted holds a final clip that was made from a draft: of the same question, with nothing said again.
func (o *oracle) promoted(s Sale, q asked, a *store.Attempt) error {
	draft, ok := o.sales[s.Source]
	switch {
	case !ok:
		return fmt.Errorf("task %s is no draft", s.Source)
	case a != nil && a.PromotedFrom != s.Source:
		return fmt.Errorf("it was made from task %s, not from %s", s.Source, a.PromotedFrom)
	case draft.Prompt != q.Prompt:
		return fmt.Errorf("its draft shows %q, not %q", draft.Prompt, q.Prompt)
	case s.Prompt != "" || len(s.Pictures) > 0:
		return errors.New("what its draft has settled is said again")
	}
	want := q.fields(a)
	for name := range want {
		if !slices.Contains([]string{"model", "resolution", "watermark", "service_tier", "priority",
			"execution_expires_after", "safety_identifier"}, name) {
			if string(draft.Fields[name]) != string(want[name]) {
				return fmt.Errorf("its draft has %s %s, not %s", name, draft.Fields[name], want[name])
			}
			delete(want, name)
		}
	}
	return fields(s, want)
}
