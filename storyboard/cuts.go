package storyboard

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// perCutShot is what a shot of a cut counts among the nodes that are read: it takes more memory than its name.
const perCutShot = 4

// cutter reads the cuts of a film.
type cutter struct {
	*reader
	sb    *Storyboard
	whole []CutShot        // every shot in order; shared by the cuts that list none
	index map[string][]int // where the cut that is being read has a shot; nil where nobody asked
	made  map[string]Pos   // outputs of all cuts, by folded path
	taken map[string]bool
}

func (r *reader) cuts(sb *Storyboard, f field) {
	c := &cutter{reader: r, sb: sb, made: map[string]Pos{}, taken: map[string]bool{}}
	seen := map[string]Pos{}
	for _, n := range r.list(f) {
		fs, at, ok := r.mapping(n, inCut)
		if !ok {
			continue
		}
		cut := &Cut{}
		cut.ID, cut.Pos = r.id(fs, at, seen, "cut")
		c.read(cut, fs)
		sb.Cuts = append(sb.Cuts, cut)
	}
	c.inputs()
	for _, cut := range sb.Cuts {
		for _, o := range cut.Outputs {
			if c.taken[fold(o.Path)] {
				r.report(o.Pos, nil, "%s is what the film is made of: the output would overwrite it", quote(o.Name))
			}
		}
	}
}

// inputs are the files that no output may be.
func (c *cutter) inputs() {
	use := func(path string) {
		if path != "" {
			c.taken[fold(path)] = true
		}
	}
	if real, err := filepath.EvalSymlinks(c.stills.dir); err == nil {
		use(filepath.Join(real, filepath.Base(c.source.file)))
	}
	for _, s := range c.sb.Shots() {
		if s.FirstFrame != nil {
			use(s.FirstFrame.Path)
		}
		if s.Clip != nil {
			use(s.Clip.Path)
		}
	}
	for _, cut := range c.sb.Cuts {
		if cut.Music != nil {
			use(cut.Music.File.Path)
		}
		for _, n := range cut.Narration {
			use(n.File.Path)
		}
	}
}

// fold makes names equal that some file systems take for the same.
func fold(path string) string { return strings.ToLower(path) }

// read reads a cut's keys: its shots first, because others name them.
func (c *cutter) read(cut *Cut, fs fields) {
	c.index = nil
	if f, ok := fs.get("shots"); ok {
		cut.Shots = c.shots(f)
	} else {
		cut.Shots = c.all()
	}
	for _, f := range fs {
		c.key(cut, f)
	}
	if f, ok := fs.get("transitions"); ok {
		c.joins(cut, f)
	}
	c.captionFile(cut)
}

// all are the film's shots as a cut's.
func (c *cutter) all() []CutShot {
	if c.whole == nil {
		c.whole = c.sb.Whole().Shots
	}
	return c.whole
}

// own is the same list for one cut to change, false where too much is asked for.
func (c *cutter) own(cut *Cut, at Pos) bool {
	if len(cut.Shots) == 0 || len(c.whole) == 0 || &cut.Shots[0] != &c.whole[0] {
		return true
	}
	if !c.charge(perCutShot*len(c.whole), at) {
		return false
	}
	cut.Shots = append([]CutShot(nil), c.whole...)
	return true
}

// charge counts against what one reading may come to.
func (r *reader) charge(n int, at Pos) bool {
	if r.halted {
		return false
	}
	if r.visits += n; r.visits > maxVisits {
		r.report(at, nil, "the cuts have more shots than can be read")
		r.halted = true
		return false
	}
	return true
}

func (c *cutter) key(cut *Cut, f field) {
	switch f.key.name {
	case "output":
		if v, ok := c.scalar(f); ok {
			c.output(cut, v, Setting[string]{})
		}
	case "outputs":
		c.outputs(cut, f)
	case "transition":
		cut.Transition = c.transition(f.value, inTransition)
	case "music":
		cut.Music = c.music(f)
	case "narration":
		c.narration(cut, f)
	case "captions":
		c.captions(cut, f)
	case "titles":
		c.titles(cut, f)
	case "encoder":
		c.encoder(cut, f)
	case "loudness":
		setDecimal(c.reader, &cut.Loudness, f)
	case "size":
		if v, ok := c.scalar(f); ok {
			cut.Size = Setting[Size]{v.size, true, v.at}
		}
	case "reframe":
		setString(c.reader, &cut.Reframe, f)
	case "quality":
		setString(c.reader, &cut.Quality, f)
	case "poster":
		if v, ok := c.scalar(f); ok {
			a := c.anchored(cut, v.anchor)
			cut.Poster = &a
		}
	}
}

func setString(r *reader, to *Setting[string], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[string]{v.text, true, v.at}
	}
}

func setDecimal(r *reader, to *Setting[float64], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[float64]{float64(v.number) / 1000, true, v.at}
	}
}

func setToggle(r *reader, to *Setting[bool], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[bool]{v.yes, true, v.at}
	}
}

func setTime(r *reader, to *Setting[Time], f field) {
	if v, ok := r.scalar(f); ok {
		*to = Setting[Time]{v.time, true, v.at}
	}
}

// line reads an item of a list that may be written as its first key's value alone.
func (r *reader) line(n *yaml.Node, in place) (fields, bool) {
	at, ok := r.visit(n)
	if !ok {
		return nil, false
	}
	if at.Kind == yaml.ScalarNode && !isNull(at) {
		return fields{{firstKey(in), n, n}}, true
	}
	fs, _, ok := r.mapping(n, in)
	return fs, ok
}

func (c *cutter) shots(f field) []CutShot {
	var all []CutShot
	for _, n := range c.list(f) {
		fs, ok := c.line(n, inCutShot)
		if !ok || !c.charge(perCutShot, position(f.name)) {
			continue
		}
		if s, ok := c.shot(fs); ok {
			all = append(all, s)
		}
	}
	return all
}

func (c *cutter) shot(fs fields) (CutShot, bool) {
	var s CutShot
	if f, ok := fs.get("shot"); ok {
		if v, ok := c.scalar(f); ok {
			s.Shot, s.Pos = c.named(v.text, v.at), v.at
		}
	}
	if s.Shot != nil {
		s.Sound, s.Fit = s.Shot.Sound, s.Shot.Fit
	}
	for _, f := range fs {
		switch f.key.name {
		case "trim":
			if v, ok := c.scalar(f); ok {
				s.Trim = Setting[Range]{v.span, true, v.at}
			}
		case "speed":
			if v, ok := c.scalar(f); ok {
				s.Speed = Setting[Ratio]{reduce(v.number, 1000), true, v.at}
			}
		case "sound":
			c.sound(&s.Sound, f)
		case "fit":
			setString(c.reader, &s.Fit, f)
		}
	}
	return s, s.Shot != nil
}

// sound lays what is written over what there is.
func (r *reader) sound(s *Sound, f field) {
	if f.value == nil {
		return
	}
	fs, _, ok := r.mapping(f.value, inSound)
	if !ok {
		return
	}
	for _, f := range fs {
		switch f.key.name {
		case "lead":
			setTime(r, &s.Lead, f)
		case "lag":
			setTime(r, &s.Lag, f)
		case "gain":
			setDecimal(r, &s.Gain, f)
		case "mute":
			setToggle(r, &s.Mute, f)
		}
	}
}

// named finds a shot of the film by its full name.
func (c *cutter) named(name string, at Pos) *Shot {
	s := c.sb.index.full[name]
	if s == nil {
		c.report(at, func() string { return c.shotHint(name) }, "there is no shot %s", quote(name))
	}
	return s
}

func (c *cutter) shotHint(name string) string {
	if s := c.sb.index.short[name]; s != nil {
		return fmt.Sprintf("did you mean %q?", s.Name())
	}
	return didYouMean(name, func() []string {
		var names []string
		for _, s := range c.sb.Shots() {
			names = append(names, s.Name())
		}
		return names
	})()
}

// inCut reports whether the cut has a shot, and says so where it has not.
func (c *cutter) inCut(cut *Cut, name string, at Pos) bool {
	if c.named(name, at) == nil {
		return false
	}
	if c.index == nil {
		c.index = map[string][]int{}
		for i, s := range cut.Shots {
			c.index[s.Shot.Name()] = append(c.index[s.Shot.Name()], i)
		}
	}
	if len(c.index[name]) == 0 {
		c.report(at, nil, "%s is no shot of this cut", quote(name))
		return false
	}
	return true
}

// anchored checks the shot that a moment is in.
func (c *cutter) anchored(cut *Cut, a Anchor) Anchor {
	if a.Shot != "" {
		c.inCut(cut, a.Shot, a.Pos)
	}
	return a
}

func (c *cutter) outputs(cut *Cut, f field) {
	for _, n := range c.list(f) {
		fs, ok := c.line(n, inOutput)
		if !ok {
			continue
		}
		var codec Setting[string]
		if f, ok := fs.get("codec"); ok {
			setString(c.reader, &codec, f)
		}
		if f, ok := fs.get("file"); ok {
			if v, ok := c.scalar(f); ok {
				c.output(cut, v, codec)
			}
		}
	}
}

func (c *cutter) output(cut *Cut, v value, codec Setting[string]) {
	o, ok := c.target(v)
	if !ok {
		return
	}
	if o.Codec = codec; codec.Set && o.Format != "mp4" {
		c.report(codec.Pos, nil, "`codec` is for mp4 outputs")
		return
	}
	if first, twice := c.made[fold(o.Path)]; twice {
		c.report(v.at, nil, "%s is the output of line %d already", quote(o.Name), first.Line)
		return
	}
	c.made[fold(o.Path)] = v.at
	cut.Outputs = append(cut.Outputs, o)
}

// Lengths of transitions that say none.
var (
	usualDuration  = Time{Micros: 500_000}
	smoothDuration = Time{Micros: 250_000} // a smooth cut only takes the edge off
)

func (c *cutter) transition(n *yaml.Node, in place) *Transition {
	if n == nil {
		return nil
	}
	fs, _, ok := c.mapping(n, in)
	if !ok {
		return nil
	}
	return c.transitionOf(fs)
}

func (c *cutter) transitionOf(fs fields) *Transition {
	t := &Transition{Duration: usualDuration}
	f, ok := fs.get("type")
	if !ok {
		return nil
	}
	v, ok := c.scalar(f)
	if !ok {
		return nil
	}
	t.Type, t.Pos = v.text, v.at
	switch t.Type {
	case "cut":
		t.Duration = Time{}
	case "smooth":
		t.Duration = smoothDuration
	}
	f, ok = fs.get("duration")
	if !ok {
		return t
	}
	switch v, ok = c.scalar(f); {
	case !ok:
	case t.Type == "cut":
		c.report(v.at, nil, "a cut has no `duration`")
	case v.time.At(slowest) < 1:
		c.report(v.at, nil, "a transition lasts at least a frame")
	default:
		t.Duration = v.time
	}
	return t
}

// joins lays single transitions over the cut's joins.
func (c *cutter) joins(cut *Cut, f field) {
	for _, n := range c.list(f) {
		fs, at, ok := c.mapping(n, inJoin)
		if !ok {
			continue
		}
		t := c.transitionOf(fs)
		after, isAfter := fs.get("after")
		before, isBefore := fs.get("before")
		switch {
		case isAfter == isBefore:
			if isAfter {
				at = position(before.name)
			}
			c.report(at, nil, "a transition needs either `after` or `before`")
			continue
		case isBefore:
			after = before
		}
		v, ok := c.scalar(after)
		if !ok || !c.inCut(cut, v.text, v.at) || t == nil || !c.own(cut, v.at) {
			continue
		}
		c.join(cut, v, t, isAfter)
	}
}

// join lays one transition at every join beside the shot.
func (c *cutter) join(cut *Cut, v value, t *Transition, after bool) {
	found := false
	for _, i := range c.index[v.text] {
		if after {
			i++
		}
		if i == 0 || i == len(cut.Shots) {
			continue
		}
		found = true
		if old := cut.Shots[i].Join; old != nil {
			c.report(v.at, nil, "the join of %s and %s has a transition already, at line %d",
				quote(cut.Shots[i-1].Shot.Name()), quote(cut.Shots[i].Shot.Name()), old.Pos.Line)
			return
		}
		cut.Shots[i].Join = t
	}
	switch {
	case found:
	case after:
		c.report(v.at, nil, "nothing comes after %s in this cut", quote(v.text))
	default:
		c.report(v.at, nil, "nothing comes before %s in this cut", quote(v.text))
	}
}

func (c *cutter) music(f field) *Music {
	if f.value == nil {
		return nil
	}
	fs, _, ok := c.mapping(f.value, inMusic)
	if !ok {
		return nil
	}
	m := &Music{}
	for _, f := range fs {
		v, ok := c.scalar(f)
		if !ok {
			continue
		}
		switch f.key.name {
		case "file":
			if file := c.sourceFile(v, "music"); file != nil {
				m.File = *file
			}
		case "gain":
			m.Gain = Setting[float64]{float64(v.number) / 1000, true, v.at}
		case "duck":
			m.Duck = v.yes
		case "loop":
			m.Loop = v.yes
		case "fade_in":
			m.FadeIn = v.time
		case "fade_out":
			m.FadeOut = v.time
		}
	}
	return m
}

func (c *cutter) narration(cut *Cut, f field) {
	for _, n := range c.list(f) {
		fs, _, ok := c.mapping(n, inNarration)
		if !ok {
			continue
		}
		var line Narration
		for _, f := range fs {
			v, ok := c.scalar(f)
			if !ok {
				continue
			}
			switch f.key.name {
			case "file":
				if file := c.sourceFile(v, "narration"); file != nil {
					line.File = *file
				}
			case "at":
				line.At = c.anchored(cut, v.anchor)
			case "gain":
				line.Gain = Setting[float64]{float64(v.number) / 1000, true, v.at}
			}
		}
		cut.Narration = append(cut.Narration, line)
	}
}

func (c *cutter) captions(cut *Cut, f field) {
	if f.value == nil {
		return
	}
	fs, _, ok := c.mapping(f.value, inCaptions)
	if !ok {
		return
	}
	cut.Captions = &Captions{}
	for _, f := range fs {
		if f.key.name == "style" {
			cut.Captions.Style = c.style(f)
			continue
		}
		if v, ok := c.scalar(f); ok {
			cut.Captions.Mode, cut.Captions.Pos = v.text, v.at
		}
	}
}

// captionFile refuses captions in a file where no file takes them.
func (c *cutter) captionFile(cut *Cut) {
	if cut.Captions == nil || cut.Captions.Mode == "" {
		return
	}
	words, film := false, len(cut.Outputs) == 0
	for _, o := range cut.Outputs {
		words = words || o.Format == "srt" || o.Format == "vtt"
		film = film || o.Format == "mp4" || o.Format == "mov"
	}
	switch {
	case cut.Captions.Mode == "file" && !words:
		c.report(cut.Captions.Pos, say("add one that ends with .srt or .vtt"), "captions go into a file, but no output of the cut is one")
	case cut.Captions.Mode == "soft" && !film:
		c.report(cut.Captions.Pos, say("burn them, or add an mp4"), "no output of the cut can hold soft captions")
	}
}

func (c *cutter) titles(cut *Cut, f field) {
	for _, n := range c.list(f) {
		fs, _, ok := c.mapping(n, inTitle)
		if !ok {
			continue
		}
		var t Title
		for _, f := range fs {
			if f.key.name == "style" {
				t.Style = c.style(f)
				continue
			}
			v, ok := c.scalar(f)
			if !ok {
				continue
			}
			switch f.key.name {
			case "text":
				t.Text, t.Pos = v.text, v.at
			case "at":
				t.At = c.anchored(cut, v.anchor)
			case "duration":
				if t.Duration = v.time; v.time.At(slowest) < 1 {
					c.report(v.at, nil, "a title stands for at least a frame")
				}
			}
		}
		cut.Titles = append(cut.Titles, t)
	}
}

func (c *cutter) style(f field) (s Style) {
	if f.value == nil {
		return s
	}
	fs, _, ok := c.mapping(f.value, inStyle)
	if !ok {
		return s
	}
	for _, f := range fs {
		switch f.key.name {
		case "font":
			setString(c.reader, &s.Font, f)
		case "size":
			setDecimal(c.reader, &s.Size, f)
		case "color":
			setString(c.reader, &s.Color, f)
		case "outline":
			setString(c.reader, &s.Outline, f)
		case "background":
			setString(c.reader, &s.Background, f)
		case "position":
			setString(c.reader, &s.Position, f)
		case "bold":
			setToggle(c.reader, &s.Bold, f)
		case "italic":
			setToggle(c.reader, &s.Italic, f)
		}
	}
	return s
}

func (c *cutter) encoder(cut *Cut, f field) {
	if f.value == nil {
		return
	}
	fs, _, ok := c.mapping(f.value, inEncoder)
	if !ok {
		return
	}
	for _, f := range fs {
		v, ok := c.scalar(f)
		if !ok {
			continue
		}
		if f.key.kind != choice {
			v.text = strconv.FormatInt(v.number, 10)
		}
		cut.Encoder = append(cut.Encoder, EncoderOption{f.key.name, v.text, v.at})
	}
	_, crf := fs.get("crf")
	if rate, both := fs.get("bitrate"); crf && both {
		c.report(position(rate.name), say("keep one of the two"), "`bitrate` beside `crf`")
	}
}
