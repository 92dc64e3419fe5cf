package film

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// provenanceSchema names the form of a provenance file; docs/provenance.schema.json describes it.
const provenanceSchema = "shotchain/provenance/1"

// provenanceEnd is what a provenance file's name ends in.
const provenanceEnd = ".provenance.json"

// Provenance tells what made the files of a cut, so that nobody has to believe it: every ingredient by its digest. It
// says nothing of when the files were made: the same film of the same clips has the same provenance, to the byte.
type Provenance struct {
	Schema     string       `json:"schema"`
	Program    string       `json:"program,omitempty"` // shotchain and its version
	Title      string       `json:"title,omitempty"`
	Variant    string       `json:"variant,omitempty"`
	Cut        string       `json:"cut,omitempty"`
	Storyboard Digested     `json:"storyboard"`
	Files      []Digested   `json:"files"`
	Generated  bool         `json:"generated"` // some shot was made by a model, or by the simulator
	Shots      []Ingredient `json:"shots"`     // in the order of the cut
	Sounds     []Digested   `json:"sounds,omitempty"`
}

// Digested is a file by its bytes. Its path is relative to the provenance file's folder.
type Digested struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// Ingredient is a shot of a cut: a stretch of a clip.
type Ingredient struct {
	Shot   string `json:"shot"`
	Kind   string `json:"kind"`   // generated, simulated, footage, still
	At     int    `json:"at"`     // frame of the film where it begins
	Frames int    `json:"frames"` // that it has in the film
	In     int    `json:"in"`     // frames of the clip, Out not included
	Out    int    `json:"out"`
	SHA256 string `json:"sha256"` // of the clip
	Speed  string `json:"speed,omitempty"`
	Seam   string `json:"corrected,omitempty"` // how its picture was corrected
	*Making
}

// Making is how a clip was generated.
type Making struct {
	Provider   string `json:"provider"`
	Model      string `json:"model"`
	Task       string `json:"task"`
	Seed       *int64 `json:"seed,omitempty"`
	Prompt     string `json:"prompt_sha256"`
	FirstFrame string `json:"first_frame_sha256,omitempty"` // of the picture that it began with
	Draft      string `json:"draft,omitempty"`
	Created    string `json:"created"` // by the service's clock, RFC 3339
	Price      *price `json:"price,omitempty"`
}

type price struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
}

// declare writes the provenance of a cut's pictures beside them. Files of one name but for the ending share one.
func (f *Film) declare(c *storyboard.Cut, tl *timeline.Timeline, r *chain.Reel, made []Edition, version string) error {
	shots, generated, err := f.ingredients(tl, r)
	if err != nil {
		return err
	}
	byName := map[string][]string{}
	var names []string
	for _, m := range made {
		if !pictured[m.Format] {
			continue
		}
		name := strings.TrimSuffix(m.Path, filepath.Ext(m.Path)) + provenanceEnd
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], m.Path)
	}
	for _, name := range names {
		p := Provenance{Schema: provenanceSchema, Title: f.Title, Variant: f.Variant, Cut: c.ID, Generated: generated, Shots: shots}
		if version != "" {
			p.Program = "shotchain " + version
		}
		dir := filepath.Dir(name)
		p.Storyboard = Digested{relativeTo(dir, f.Path), f.Digest()}
		for _, path := range byName[name] {
			d, err := digested(dir, path)
			if err != nil {
				return err
			}
			p.Files = append(p.Files, d)
		}
		if p.Sounds, err = soundsOf(dir, tl); err != nil {
			return err
		}
		if err := p.write(name); err != nil {
			return err
		}
	}
	return nil
}

// pictured are the formats that show the film.
var pictured = map[string]bool{"mp4": true, "mov": true, "webm": true, "gif": true}

func (p *Provenance) write(path string) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return work.WriteFile(path, func(w io.Writer) error { _, err := w.Write(append(b, '\n')); return err })
}

func digested(dir, path string) (Digested, error) {
	sum, err := work.Digest(path)
	return Digested{relativeTo(dir, path), sum}, err
}

// relativeTo is a path as seen from a folder, separated by /; where there is no way, the file's name.
func relativeTo(dir, path string) string {
	abs, err := filepath.Abs(dir)
	if err == nil {
		path, err = filepath.Rel(abs, path)
	}
	if err != nil {
		return filepath.Base(path)
	}
	return filepath.ToSlash(path)
}

func soundsOf(dir string, tl *timeline.Timeline) (all []Digested, err error) {
	for _, s := range tl.Sounds {
		if s.Kind == timeline.KindClip || slices.ContainsFunc(all, func(d Digested) bool { return d.File == relativeTo(dir, s.Path) }) {
			continue
		}
		d, err := digested(dir, s.Path)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// ingredients are the shots of a cut, and whether any was generated.
func (f *Film) ingredients(tl *timeline.Timeline, r *chain.Reel) (all []Ingredient, generated bool, err error) {
	digests := map[string]string{}
	for _, it := range tl.Items {
		in := Ingredient{Shot: it.Shot, At: it.At, Frames: it.Frames(), In: it.In, Out: it.Out, SHA256: it.Digest}
		if in.SHA256 == "" {
			path := it.Path
			if it.Card != nil {
				path = it.Card.Still
			}
			if digests[path] == "" {
				if digests[path], err = work.Digest(path); err != nil {
					return nil, false, err
				}
			}
			in.SHA256 = digests[path]
		}
		if !it.Plain() {
			in.Speed = it.Speed.String()
		}
		if !it.Correction.None() {
			in.Seam = it.Correction.Words()
			if in.Seam == "" {
				in.Seam = "moved back"
			}
		}
		in.Kind, in.Making = f.madeBy(it, r)
		generated = generated || in.Making != nil
		all = append(all, in)
	}
	return all, generated, nil
}

// madeBy says how an item's clip came to be.
func (f *Film) madeBy(it timeline.Item, r *chain.Reel) (kind string, m *Making) {
	s, ok := f.Shot(it.Shot)
	switch {
	case it.Card != nil || !ok:
		return "still", nil
	case s.Clip != nil:
		return "footage", nil
	}
	o := f.Of(r, s)
	if o.Clip == nil {
		return "footage", nil
	}
	c := o.Clip
	sum := sha256.Sum256([]byte(s.Prompt))
	m = &Making{Provider: c.Provider, Model: c.Model, Task: c.Task, Seed: c.Seed, Prompt: hex.EncodeToString(sum[:]), Draft: c.Draft,
		Created: c.CreatedAt.UTC().Format(time.RFC3339)}
	if q, err := f.Store.Take(o.Dir.Key).Request(); err == nil && q != nil && q.First != "" {
		m.FirstFrame = q.Frozen[q.First]
	}
	if Free(c.Provider) {
		return "simulated", m
	}
	if c.Cost.Currency != "" {
		m.Price = &price{json.Number(fmt.Sprintf("%d.%06d", c.Cost.Micros/1e6, c.Cost.Micros%1e6)), c.Cost.Currency}
	}
	return "generated", m
}

// maxProvenance bounds a file that may be a stranger's.
const maxProvenance = 64 << 20

// Proof is one thing that was compared with a provenance, and what is wrong with it.
type Proof struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"` // "" where it is
}

// ReadProvenance reads the provenance of a film, by the film's path or its own.
func ReadProvenance(path string) (*Provenance, string, error) {
	name := path
	if !strings.HasSuffix(path, provenanceEnd) {
		name = strings.TrimSuffix(path, filepath.Ext(path)) + provenanceEnd
	}
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, "", &Failure{Kind: Failed, Message: fmt.Sprintf("%s has no provenance: there is no %s", say.Path(path), say.Path(name)),
			Hint: "`shotchain cut` writes it with the film"}
	}
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxProvenance+1))
	if err != nil {
		return nil, "", err
	}
	var p Provenance
	if len(b) > maxProvenance || json.Unmarshal(b, &p) != nil || p.Schema == "" {
		return nil, "", &Failure{Kind: Failed, Message: say.Path(name) + " is no provenance that this program can read"}
	}
	if p.Schema != provenanceSchema {
		return nil, "", &Failure{Kind: Failed, Message: fmt.Sprintf("%s is of the form %s: this program knows %s", say.Path(name),
			say.Clean(p.Schema), provenanceSchema)}
	}
	return &p, name, nil
}

// Prove compares a provenance with what is there: the films beside it, the storyboard's folder only by what lies in it,
// and the store's clips, read whole. st is nil where there is no store.
func (p *Provenance) Prove(name string, st *store.Store) (all []Proof, err error) {
	dir := filepath.Dir(name)
	add := func(what, why string) { all = append(all, Proof{what, why == "", why}) }
	for _, f := range p.Files {
		if !filepath.IsLocal(f.File) {
			add(say.Clean(f.File), "it is not beside its provenance")
			continue
		}
		add(say.Clean(f.File), changed(filepath.Join(dir, f.File), f.SHA256))
	}
	kept, err := clipsOf(st)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, s := range p.Shots {
		if s.Making == nil || seen[s.SHA256] {
			continue
		}
		seen[s.SHA256] = true
		what := say.Clean(s.Shot)
		switch path, ok := kept[s.SHA256]; {
		case st == nil:
			add(what, "there is no store to look in")
		case !ok:
			add(what, "the store has no such clip")
		default:
			add(what, changed(path, s.SHA256))
		}
	}
	return all, nil
}

// clipsOf are the paths of a store's clips by their digests.
func clipsOf(st *store.Store) (map[string]string, error) {
	kept := map[string]string{}
	if st == nil {
		return kept, nil
	}
	entries, err := st.Ls()
	for _, e := range entries {
		if e.Clip != nil {
			kept[e.Clip.Video.Digest] = e.Path(e.Clip.Video.Name)
		}
	}
	return kept, err
}

// changed says what is wrong with a file that should have a digest; "" for nothing.
func changed(path, digest string) string {
	is, err := work.Digest(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "it is not there"
	case err != nil:
		return "it cannot be read"
	case is != digest:
		return "it has changed since"
	}
	return ""
}

// StoreAbove is the folder nearest to a film, upwards, that has a store in it; "" for none.
func StoreAbove(path string) string {
	dir, err := filepath.Abs(filepath.Dir(path))
	for range 32 {
		if err != nil {
			return ""
		}
		if st, no := os.Lstat(filepath.Join(dir, store.DirName)); no == nil && st.IsDir() {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
	return ""
}
