package main

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

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/font"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// outputFlags say which cuts are made, and where they go.
type outputFlags struct {
	path string
	cuts []string
}

func (o *outputFlags) add(cmd *cobra.Command, film *filmFlags) {
	fs := cmd.Flags()
	fs.StringVarP(&o.path, "output", "o", "", "the `FILE` to make, in place of what the cut says; ${title} and ${variant} are replaced (default out/<title>.mp4 beside the storyboard, with the variant)")
	fs.StringSliceVar(&o.cuts, "cut", nil, "make only these cuts of the film; `ID,...`")
	_ = cmd.RegisterFlagCompletionFunc("cut", film.completeCuts)
}

// editions are the cuts to make, each with the files that it becomes. What would be overwritten wrongly is refused
// here, before anything is bought.
func (f *film) editions(o outputFlags, st *store.Store) ([]*storyboard.Cut, error) {
	chosen, err := f.chosen(o.cuts)
	if err != nil {
		return nil, err
	}
	if o.path != "" && len(chosen) > 1 {
		return nil, usage("choose one with --cut", "--output names one file, but the film has %d cuts", len(chosen))
	}
	var all []*storyboard.Cut
	var wrong storyboard.Problems
	made := map[string]string{}
	for _, c := range chosen {
		e := *c
		if err := f.outputs(&e, o.path); err != nil {
			return nil, err
		}
		for _, out := range e.Outputs {
			fail := spare(out.Path, f.inputs(), st.Dir())
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
func (f *film) chosen(ids []string) ([]*storyboard.Cut, error) {
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
		c, ok := f.Cut(id)
		switch {
		case !ok && len(names) == 0:
			return nil, usage("leave --cut out", "the film has no `cuts`: every shot in order is the one there is")
		case !ok:
			return nil, usage(say.DidYouMean(id, names, "it has "+strings.Join(names, ", ")), "the film has no cut %q", say.Clean(id))
		case !slices.Contains(all, c):
			all = append(all, c)
		}
	}
	return all, nil
}

// outputs says where a cut goes that does not say so itself, or is told to go elsewhere.
func (f *film) outputs(c *storyboard.Cut, path string) error {
	if path == "" && len(c.Outputs) > 0 {
		if f.draft { // a draft must not replace the film
			c.Outputs = slices.Clone(c.Outputs)
			for i, o := range c.Outputs {
				ending := filepath.Ext(o.Path)
				c.Outputs[i].Path = strings.TrimSuffix(o.Path, ending) + draftEnd + ending
			}
		}
		return nil
	}
	path = strings.NewReplacer("${title}", slug(f), "${variant}", f.Variant).Replace(path)
	own := path == ""
	if own {
		name := f.name()
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
		return usage("give it an ending: "+storyboard.FormatNames, "%s does not say what to make", say.Clean(path))
	}
	if own {
		// A storyboard is somebody else's: its folder may hold an `out` that leads elsewhere.
		if real, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil && real != within(f.Dir, "out") {
			return fmt.Errorf("%s leads out of the storyboard's folder: name the film's file with --output", filepath.Dir(path))
		}
	}
	c.Outputs = []storyboard.Output{{Name: path, Path: abs, Format: format}}
	return nil
}

func within(dir, name string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return filepath.Join(dir, name)
}

// inputs are the files that the film is made of.
func (f *film) inputs() []string {
	all := []string{f.path}
	for _, s := range f.Shots() {
		stills := append([]*storyboard.Still{s.FirstFrame, s.ToStill}, s.References...)
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

// mostName is the bytes of a film's name, of the 255 that file systems take.
const mostName = 120

// slug is the film's title as a file name: its letters and digits, of any script.
func slug(f *film) string {
	if s := say.Slug(f.Title, mostName); s != "" {
		return s
	}
	return strings.TrimSuffix(filepath.Base(f.path), filepath.Ext(f.path))
}

// clips are the clips there are of the film's shots.
func clips(f *film, r *chain.Reel) []timeline.Clip {
	var all []timeline.Clip
	for _, s := range f.Shots() {
		if s.Clip != nil {
			all = append(all, timeline.Clip{Shot: s.Name(), Title: s.Name(), Caption: s.Caption, Path: s.Clip.Path})
		} else if o := f.of(r, s); o.Ok() {
			all = append(all, timeline.Clip{Shot: s.Name(), Title: s.Name(), Caption: s.Caption, Path: o.Dir.Path(o.Clip.Video.Name),
				Digest: o.Clip.Video.Digest})
		}
	}
	return all
}

// missing are the shots of some cuts that have no clip, in the film's order.
func missing(f *film, r *chain.Reel, cuts []*storyboard.Cut) (names []string) {
	used := map[*storyboard.Shot]bool{}
	for _, c := range cuts {
		for _, s := range c.Shots {
			used[s.Shot] = true
		}
	}
	for _, s := range f.Shots() {
		if used[s] && s.Clip == nil && !f.of(r, s).Ok() {
			names = append(names, s.Name())
		}
	}
	return names
}

// here is this machine, for edits.
var here = timeline.Machine{Letters: font.Check}

// feasible finds what of the cuts cannot be done whatever the clips will be.
func (f *film) feasible(ctx context.Context, cuts []*storyboard.Cut) error {
	return gather(cuts, func(c *storyboard.Cut) error { return here.Check(ctx, f.Storyboard, c) })
}

// foreseen finds what of the cuts no clips of the lengths that were asked for can do. Models may give a little more
// than that, so half a second is granted.
func (f *film) foreseen(ctx context.Context, cuts []*storyboard.Cut) error {
	longest := map[string]int{}
	for _, s := range f.Shots() {
		if t := f.take(s); t != nil {
			longest[s.Name()] = t.Seconds*timeline.Rate + timeline.Rate/2
		}
	}
	return gather(cuts, func(c *storyboard.Cut) error { return here.Foresee(ctx, f.Storyboard, c, longest) })
}

// timelines are those of the cuts.
func (f *film) timelines(ctx context.Context, cuts []*storyboard.Cut, r *chain.Reel) ([]*timeline.Timeline, error) {
	have := clips(f, r)
	var all []*timeline.Timeline
	err := gather(cuts, func(c *storyboard.Cut) error {
		tl, err := here.Edit(forCut(ctx, c), f.Storyboard, c, have)
		all = append(all, tl)
		return err
	})
	return all, err
}

// forCut is ctx for work on the shots of a cut.
func forCut(ctx context.Context, c *storyboard.Cut) context.Context {
	var names []string
	for _, s := range c.Shots {
		names = append(names, s.Shot.Name())
	}
	return ffmpeg.For(ctx, names...)
}

// gather puts the problems of all cuts together. Any other error ends it.
func gather(cuts []*storyboard.Cut, try func(*storyboard.Cut) error) error {
	var all storyboard.Problems
	seen := map[storyboard.Problem]bool{}
	for _, c := range cuts {
		var ps storyboard.Problems
		err := try(c)
		if err != nil && !errors.As(err, &ps) {
			return err
		}
		for _, p := range ps { // cuts share shots, and so what is wrong with them
			if !seen[p] {
				seen[p] = true
				all = append(all, p)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	all.Sort()
	return all
}

// edition is a finished file of a cut.
type edition struct {
	variant, cut string // "" for the only one
	render.File
}

// assemble makes all files of some cuts.
func (p *program) assemble(ctx context.Context, f *film, cuts []*storyboard.Cut, r *chain.Reel, o work.Options) ([]edition, error) {
	tls, err := f.timelines(ctx, cuts, r)
	if err != nil {
		return nil, err
	}
	before, whole, moved := 0, 0, o.Progress
	for _, tl := range tls {
		whole += tl.Frames
	}
	var all []edition
	for i, tl := range tls {
		if moved != nil {
			o.Progress = func(done, total int) { moved(before+done*tl.Frames/max(total, 1), whole) }
		}
		films, err := render.Deliver(ctx, tl, outputsOf(cuts[i], tl), o)
		if err != nil {
			return nil, err
		}
		for _, made := range films {
			all = append(all, edition{f.Variant, cuts[i].ID, made})
		}
		before += tl.Frames
	}
	return all, nil
}

func outputsOf(c *storyboard.Cut, tl *timeline.Timeline) []timeline.Output {
	var all []timeline.Output
	for _, o := range c.Outputs {
		all = append(all, timeline.Output{Path: o.Path, Format: o.Format, Codec: o.Codec.Value, Frame: tl.Poster})
	}
	return all
}

// jsonFilm is a finished file in JSON.
type jsonFilm struct {
	Variant string   `json:"variant,omitempty"`
	Cut     string   `json:"cut,omitempty"`
	Path    string   `json:"path"`
	Format  string   `json:"format"`
	Width   int      `json:"width"`
	Height  int      `json:"height"`
	Frames  int      `json:"frames"`
	Seconds float64  `json:"seconds"`
	Sound   bool     `json:"sound"`
	Encoded int      `json:"encoded"` // pieces of picture that were encoded
	Reused  int      `json:"reused"`  // pieces that were there
	Notes   []string `json:"notes,omitempty"`
}

func filmsJSON(all []edition) []jsonFilm {
	films := []jsonFilm{}
	for _, e := range all {
		films = append(films, jsonFilm{e.variant, e.cut, e.Path, e.Format, e.Width, e.Height, e.Frames, e.Duration.Seconds(), e.Sound, e.Encoded, e.Reused, e.Notes})
	}
	return films
}

// tellFilms says what the films turned out to be, a line for each cut.
func (p *program) tellFilms(all []edition) {
	for i := 0; i < len(all); {
		e, formats := all[i], []string(nil)
		var notes []string
		for ; i < len(all) && all[i].cut == e.cut && all[i].variant == e.variant; i++ {
			formats = append(formats, all[i].Format)
			for _, note := range all[i].Notes { // of the timeline, and so of each of its files
				if !slices.Contains(notes, note) {
					notes = append(notes, note)
				}
			}
		}
		p.say("%s: %d×%d, %s, %s; %s encoded, %d as they were", strings.TrimPrefix(e.variant+" "+cmp.Or(e.cut, "film"), " "), e.Width, e.Height, say.Took(e.Duration),
			strings.Join(formats, " "), say.Count(e.Encoded, "piece"), e.Reused)
		for _, note := range notes {
			p.say("  %s", say.Clean(note))
		}
	}
}

// printFilms prints where the films are.
func (p *program) printFilms(all []edition) {
	for _, e := range all {
		fmt.Fprintln(p.out, say.Path(e.Path))
	}
}
