package film

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// Output says which cuts are made, and where they go. The zero value is what the storyboard says.
type Output struct {
	Path string   // the one file to make, in place of what the cut says; ${title} and ${variant} are replaced
	Cuts []string // ids of the cuts that are made; nil for all

	Sheet   string // the contact sheet's folder; "" for beside the film, <film>-sheet
	NoSheet bool   // write no contact sheet
	Aside   bool   // files that Path does not name are made beside the film's own, as <film>-seams: for a trial
}

// Delivery is one variant of a film and the cuts that are made of it, each with its files.
type Delivery struct {
	*Film
	Cuts []*storyboard.Cut
}

// Into says what a plan's film is made into. What would be overwritten wrongly is refused here, before anything is
// bought: two files of one name, an output that is an input, a contact sheet in a folder of something else.
func (p *Plan) Into(o Output) error {
	films, err := p.Film.deliveries(o)
	if err != nil {
		return err
	}
	if o.Path == "" {
		if err := p.Film.inside(films); err != nil {
			return err
		}
	}
	dir, err := sheetDir(o, p.Film, films)
	if err != nil {
		return err
	}
	p.Films, p.Sheet, p.into = films, dir, o
	return nil
}

// Feasible finds what of the cuts cannot be done whatever the clips will be.
func (p *Plan) Feasible(ctx context.Context) error {
	for _, d := range p.Films {
		if err := d.feasible(ctx, d.Cuts); err != nil {
			return err
		}
	}
	return nil
}

// Foresee finds what of the cuts the clips cannot do: those that are kept as they are, the others as their models make
// them, 24 frames a second and one. Where the plan was not told Into what, it is what the storyboard says; where that
// leads to is not looked at then, since nothing is written.
func (p *Plan) Foresee(ctx context.Context) error {
	films := p.Films
	if films == nil {
		var err error
		if films, err = p.Film.deliveries(Output{}); err != nil {
			return err
		}
	}
	frames := p.frames()
	for _, d := range films {
		if err := d.foreseen(ctx, d.Cuts, frames); err != nil {
			return err
		}
	}
	return nil
}

// frames are how many a take's clip has, or will have at most.
func (p *Plan) frames() func(*graph.Take) int {
	return func(t *graph.Take) int {
		if clip := p.Of(t).Clip; clip != nil && clip.Rate == wholeRate {
			return clip.Frames
		}
		return models.Frames(t.Seconds)
	}
}

// wholeRate is the rate of models' clips, as a record has it.
var wholeRate = fmt.Sprintf("%d/1", models.Rate)

// deliveries are the films with their cuts. Two files of one name are refused: the second would replace the first.
func (f *Film) deliveries(o Output) ([]Delivery, error) {
	var all []Delivery
	taken := map[string]string{} // variants by file, without case: not every file system tells it
	for _, one := range f.Variants() {
		cuts, err := one.editions(o)
		if err != nil {
			return nil, err
		}
		for _, c := range cuts {
			for _, out := range c.Outputs {
				key := strings.ToLower(out.Path)
				if other, twice := taken[key]; twice {
					return nil, one.sameName(out, other)
				}
				taken[key] = one.Variant
			}
		}
		all = append(all, Delivery{one, cuts})
	}
	return all, nil
}

// sameName refuses a file that another variant has already.
func (f *Film) sameName(out storyboard.Output, other string) error {
	message := fmt.Sprintf("variants %s and %s would both be %s", other, f.Variant, filepath.Base(out.Path))
	const hint = "put ${variant} into the name"
	if out.Pos.Line > 0 {
		return storyboard.Problems{f.Problem(out.Pos, hint, "%s", message)}
	}
	return misused(hint, "%s", message)
}

// wholes are the films with every shot, whatever their cuts show.
func (f *Film) wholes() (all []Delivery) {
	for _, one := range f.Variants() {
		all = append(all, Delivery{one, []*storyboard.Cut{one.Whole()}})
	}
	return all
}

// editions are the cuts to make, each with the files that it becomes. What would be overwritten wrongly is refused
// here, before anything is bought.
func (f *Film) editions(o Output) ([]*storyboard.Cut, error) {
	chosen, err := f.chosen(o.Cuts)
	if err != nil {
		return nil, err
	}
	if o.Path != "" && len(chosen) > 1 {
		return nil, misused("choose one with --cut", "--output names one file, but the film has %d cuts", len(chosen))
	}
	var all []*storyboard.Cut
	var wrong storyboard.Problems
	made := map[string]string{}
	for _, c := range chosen {
		e := *c
		if err := f.outputs(&e, o.Path); err != nil {
			return nil, err
		}
		if o.Aside && o.Path == "" {
			e.Outputs = slices.Clone(e.Outputs)
			for i := range e.Outputs {
				e.Outputs[i].Path = aside(e.Outputs[i].Path)
			}
		}
		for _, out := range e.Outputs {
			fail := spare(out.Path, f.inputs(), f.Store.Dir())
			if key := strings.ToLower(out.Path); fail == nil && made[key] != "" {
				fail = fmt.Errorf("%s is the output of cut %s already", say.Path(out.Path), made[key])
			} else {
				made[key] = cmp.Or(e.ID, "of all shots")
			}
			switch {
			case fail != nil && out.Pos.Line > 0:
				wrong = append(wrong, f.Problem(out.Pos, "", "%v", fail))
			case fail != nil:
				return nil, &Failure{Kind: Failed, Message: fail.Error(), Hint: "choose another --output"}
			}
		}
		all = append(all, &e)
	}
	if len(wrong) > 0 {
		wrong.Sort()
		return nil, wrong
	}
	return all, nil
}

// chosen are the film's cuts, or those among them that were asked for; where it has none, every shot in order is one.
func (f *Film) chosen(ids []string) ([]*storyboard.Cut, error) {
	if len(ids) == 0 && len(f.Cuts) > 0 {
		return f.Cuts, nil
	}
	if len(ids) == 0 {
		return []*storyboard.Cut{f.Whole()}, nil
	}
	var names []string
	for _, c := range f.Cuts {
		names = append(names, c.ID)
	}
	var all []*storyboard.Cut
	for _, id := range ids {
		c, ok := f.Storyboard.Cut(id)
		switch {
		case !ok && len(names) == 0:
			return nil, misused("leave --cut out", "the film has no `cuts`: every shot in order is the one there is")
		case !ok:
			return nil, misused(say.DidYouMean(id, names, "it has "+strings.Join(names, ", ")), "the film has no cut %q",
				say.Clean(id))
		case !slices.Contains(all, c):
			all = append(all, c)
		}
	}
	return all, nil
}

// outputs says where a cut goes that does not say so itself, or is told to go elsewhere.
func (f *Film) outputs(c *storyboard.Cut, path string) error {
	if path == "" && len(c.Outputs) > 0 {
		if f.Draft { // a draft must not replace the film
			c.Outputs = slices.Clone(c.Outputs)
			for i, o := range c.Outputs {
				ending := filepath.Ext(o.Path)
				c.Outputs[i].Path = strings.TrimSuffix(o.Path, ending) + draftEnd + ending
			}
		}
		return nil
	}
	path = strings.NewReplacer("${title}", f.slug(), "${variant}", f.Variant).Replace(path)
	if path == "" {
		name := f.fileName()
		if c.ID != "" {
			name += "-" + c.ID
		}
		path = filepath.Join(f.Dir, "out", name+".mp4")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	format := storyboard.Format(abs)
	if format == "" {
		return misused("give it an ending: "+storyboard.FormatNames, "%s does not say what to make", say.Clean(path))
	}
	c.Outputs = []storyboard.Output{{Name: path, Path: abs, Format: format}}
	return nil
}

// inside refuses films that would go into the default folder where that leads elsewhere: a storyboard is somebody
// else's, and so is an `out` beside it.
func (f *Film) inside(films []Delivery) error {
	for _, d := range films {
		for _, c := range d.Cuts {
			for _, o := range c.Outputs {
				dir := filepath.Dir(o.Path)
				real, err := filepath.EvalSymlinks(dir)
				if o.Pos.Line == 0 && err == nil && real != within(f.Dir, "out") {
					return fmt.Errorf("%s leads out of the storyboard's folder: name the film's file with --output", say.Path(dir))
				}
			}
		}
	}
	return nil
}

// aside is a file's name for a trial: beside the film that stays.
func aside(path string) string {
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + "-seams" + ext
}

func within(dir, name string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return filepath.Join(dir, name)
}

// inputs are the files that the film is made of.
func (f *Film) inputs() []string {
	all := append([]string{f.Path}, f.Texts()...)
	for _, s := range f.Shots() {
		stills := append([]*storyboard.Still{s.FirstFrame, s.ToStill, s.Look.Anchor.Still}, s.References...)
		for _, who := range s.Cast {
			stills = append(stills, who.References...)
		}
		for _, still := range stills {
			if still != nil && still.Path != "" {
				all = append(all, still.Path)
			}
		}
		if s.Clip != nil {
			all = append(all, s.Clip.Path)
		}
	}
	for _, c := range f.Cuts {
		for _, s := range c.Shots {
			if s.Shot.Card != nil {
				all = append(all, s.Shot.Card.Still.Path)
			}
		}
		if c.Music != nil {
			all = append(all, c.Music.File.Path)
		}
		for _, n := range c.Narration {
			all = append(all, n.File.Path)
		}
	}
	return all
}

// spare refuses an output that is an input, a folder, or a place in the store.
func spare(out string, inputs []string, storeDir string) error {
	if below(within(storeDir, ""), within(filepath.Dir(out), "")) {
		return fmt.Errorf("%s is inside the store", say.Path(out))
	}
	st, err := os.Stat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !st.Mode().IsRegular():
		return fmt.Errorf("%s is no plain file", say.Path(out))
	}
	for _, in := range inputs {
		if other, err := os.Stat(in); err == nil && os.SameFile(st, other) {
			return fmt.Errorf("%s is what the film is made of", say.Path(out))
		}
	}
	return nil
}
