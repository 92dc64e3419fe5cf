package film

// Plans that are written down, so that a later run buys exactly what somebody has looked at.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"shotchain/chain/money"
	"shotchain/internal/durable"
	"shotchain/internal/say"
)

// savedFormat is the version of files that hold a plan.
const savedFormat = 1

// maxSaved is the largest file of a plan that is read, bytes: a take has some 600, a film at most 100000 of them.
const maxSaved = 256 << 20

// Asked is for what a plan is made: what of a command line shapes it. Where a service is reached, which models there
// are and which folders may be read is not among it: a file from somebody else decides nothing of that.
type Asked struct {
	Provider string            `json:"provider"`
	Drift    string            `json:"drift,omitempty"`
	Failover []string          `json:"failover,omitempty"`
	Vars     map[string]string `json:"vars,omitempty"`
	Variants []string          `json:"variants,omitempty"`
	Rows     []string          `json:"rows,omitempty"`
	Where    []string          `json:"where,omitempty"`
	Draft    bool              `json:"draft,omitempty"`
	Limit    int               `json:"concurrency,omitempty"`
	Only     []string          `json:"only,omitempty"`
	Keep     []string          `json:"keep,omitempty"`
	Resubmit []string          `json:"resubmit,omitempty"`
	StopAt   []string          `json:"stop_at,omitempty"`
}

// Saved is a plan as it was written down, with all that it rests on.
type Saved struct {
	Format    int         `json:"shotchain_plan"`
	Film      string      `json:"film"` // its name in messages
	Asked     Asked       `json:"asked"`
	Catalogue string      `json:"catalogue"`  // sha256 of the models and their prices
	Text      string      `json:"storyboard"` // sha256 of the storyboard, with its tables
	Files     []savedFile `json:"files"`      // that the storyboard names
	Routes    []savedPlan `json:"routes"`     // the film's own service, then those that may stand in
}

type savedFile struct {
	Name   string `json:"name"` // relative to the storyboard's folder
	Digest string `json:"sha256"`
}

// savedPlan is what one service would make.
type savedPlan struct {
	Service string       `json:"service"`
	Buys    int          `json:"buys"`
	Total   money.Amount `json:"total"` // at most
	Takes   []savedTake  `json:"takes"`
}

type savedTake struct {
	Name     string       `json:"take"`
	Question string       `json:"question"` // names what is asked for, before and after what it grows from is there
	State    string       `json:"state"`
	Reason   string       `json:"reason,omitempty"`
	Clip     string       `json:"clip,omitempty"` // sha256, of a cached take
	Cost     money.Amount `json:"cost"`           // at most
}

// Save is the plan's text for a file, made for what was asked.
func (p *Plan) Save(asked Asked) ([]byte, error) {
	s, err := p.saved()
	if err != nil {
		return nil, err
	}
	if s.Asked = asked; s.Asked.Provider == "" {
		s.Asked.Provider = p.Film.Service.Name
	}
	b, err := json.MarshalIndent(s, "", " ")
	return append(b, '\n'), err
}

// WritePlan writes a saved plan. It takes the place of nothing but another one.
func WritePlan(path string, text []byte) error {
	if _, err := ReadPlan(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return misused("name another file", "%s is there and holds no plan: it is not replaced", say.Path(path))
	}
	return durable.WritePath(path, text)
}

// ReadPlan reads a saved plan. It is strict: whatever this program does not write is refused.
func ReadPlan(path string) (*Saved, error) {
	text, err := durable.ReadPath(path, maxSaved)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	s := &Saved{}
	if err := d.Decode(s); err != nil || s.Format == 0 {
		return nil, misused("`shotchain plan FILE --out PLAN` writes one", "%s holds no plan", say.Path(path))
	}
	if s.Format != savedFormat || len(s.Routes) == 0 {
		return nil, misused("plan it again with --out",
			"the plan in %s has format %d, this program reads %d", say.Path(path), s.Format, savedFormat)
	}
	return s, nil
}

func (p *Plan) saved() (*Saved, error) {
	models, err := json.Marshal(p.Film.models)
	if err != nil {
		return nil, err
	}
	s := &Saved{Format: savedFormat, Film: p.Film.Name(), Catalogue: digest(models), Text: p.Film.Digest()}
	if s.Files, err = p.Film.digests(); err != nil {
		return nil, err
	}
	for _, route := range append([]*Plan{p}, p.Failover...) {
		s.Routes = append(s.Routes, route.route())
	}
	return s, nil
}

func (p *Plan) route() savedPlan {
	r := savedPlan{Service: p.Film.Service.By(), Buys: p.Buys, Total: p.Total, Takes: []savedTake{}}
	for i := range p.Takes {
		pt := &p.Takes[i]
		t := savedTake{Name: pt.Take.Name(), Question: pt.Take.Identity, State: string(pt.Standing), Reason: pt.Reason,
			Cost: pt.Cost}
		if pt.Clip != nil {
			t.Clip = pt.Clip.Video.Digest
		}
		r.Takes = append(r.Takes, t)
	}
	return r
}

// digests are those of all files that the film's storyboard names, in any of its variants, by name.
func (f *Film) digests() ([]savedFile, error) {
	files := []savedFile{}
	seen := map[string]bool{f.Path: true}
	for _, one := range f.Variants() {
		for _, path := range one.inputs() {
			if seen[path] {
				continue
			}
			seen[path] = true
			sum, err := digestOf(path)
			if err != nil {
				return nil, err
			}
			name := path
			if rel, err := filepath.Rel(f.Dir, path); err == nil {
				name = filepath.ToSlash(rel)
			}
			files = append(files, savedFile{name, sum})
		}
	}
	slices.SortFunc(files, func(a, b savedFile) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func digestOf(path string) (string, error) {
	f, err := durable.OpenPlain(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// Holds refuses a plan in which anything is not as it was written down.
func (s *Saved) Holds(p *Plan) error {
	now, err := p.saved()
	if err != nil {
		return err
	}
	differences := s.differs(now)
	if len(differences) == 0 {
		return nil
	}
	return &Failure{Kind: Changed, Message: "this is not the plan that was written down: " + listed(differences),
		Hint: "look at it again: `shotchain plan --out` writes it anew; nothing was bought"}
}

// listed are the first of some differences, and how many more there are.
func listed(differences []string) string {
	text := strings.Join(differences[:min(len(differences), maxDifferences)], "; ")
	if more := len(differences) - maxDifferences; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// differs names in what the plan as it is now is not the one that was written down.
func (s *Saved) differs(now *Saved) (all []string) {
	for i, route := range s.Routes {
		if i < len(now.Routes) {
			all = append(all, route.differs(now.Routes[i])...)
		}
	}
	if len(s.Routes) != len(now.Routes) {
		all = append(all, fmt.Sprintf("it was made with %d services, now there are %d", len(s.Routes), len(now.Routes)))
	}
	all = append(all, changedFiles(s.Files, now.Files)...)
	if s.Text != now.Text {
		all = append(all, "the storyboard was edited")
	}
	if s.Catalogue != now.Catalogue {
		all = append(all, "the catalogue of models and prices is another one")
	}
	return all
}

func changedFiles(before, now []savedFile) (all []string) {
	was := map[string]string{}
	for _, f := range before {
		was[f.Name] = f.Digest
	}
	for _, f := range now {
		switch sum, ok := was[f.Name]; {
		case !ok:
			all = append(all, f.Name+" is used now")
		case sum != f.Digest:
			all = append(all, f.Name+" has changed")
		}
		delete(was, f.Name)
	}
	for _, f := range before {
		if _, left := was[f.Name]; left {
			all = append(all, f.Name+" is no longer used")
		}
	}
	return all
}

func (r savedPlan) differs(now savedPlan) (all []string) {
	if r.Service != now.Service {
		all = append(all, fmt.Sprintf("it is for %s, this is %s", r.Service, now.Service))
	}
	was := map[string]savedTake{}
	for _, t := range r.Takes {
		was[t.Name] = t
	}
	for _, t := range now.Takes {
		if before, ok := was[t.Name]; ok {
			all = append(all, before.differs(t)...)
		} else {
			all = append(all, t.Name+" is not in the plan")
		}
		delete(was, t.Name)
	}
	for _, t := range r.Takes {
		if _, left := was[t.Name]; left {
			all = append(all, t.Name+" is in the plan, but not in the film")
		}
	}
	if len(all) == 0 && (r.Buys != now.Buys || r.Total != now.Total || len(r.Takes) != len(now.Takes)) {
		all = append(all, fmt.Sprintf("it buys %s for at most %s, not %s for %s", say.Count(now.Buys, "clip"),
			now.Total.String(), say.Count(r.Buys, "clip"), r.Total.String()))
	}
	return all
}

// differs names what is not the same of a take; what it is asked for comes first, since the rest follows from it.
func (t savedTake) differs(now savedTake) []string {
	switch {
	case t.Question != now.Question:
		return []string{t.Name + " asks for another clip now"}
	case t.State != now.State:
		return []string{fmt.Sprintf("%s was %s, and is %s now", t.Name, t.State, now.State)}
	case t.Clip != now.Clip:
		return []string{t.Name + " has another clip in the store"}
	case t.Cost != now.Cost:
		return []string{fmt.Sprintf("%s costs at most %s now, not %s", t.Name, now.Cost.String(), t.Cost.String())}
	case t.Reason != now.Reason:
		return []string{fmt.Sprintf("%s is %s for another reason now: %s", t.Name, now.State, now.Reason)}
	}
	return nil
}
