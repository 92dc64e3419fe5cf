package storyboard

// A shot list says of a shot in many fields what a prompt says in one: here they become the prompt.

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shotList is what a shot list says of a shot beside its prompt.
type shotList struct {
	camera            camera
	action, light     string
	with              []*Member // by the key `cast`
	dialogue          []spoken
	effects, ambience Setting[string]
	onScreen          string
}

type camera struct{ move, angle, lens string }

// spoken is a line of dialogue.
type spoken struct {
	who, line string
}

func (r *reader) sceneLook(s *sceneDraft, f field) {
	if f.value == nil {
		return
	}
	fs, _, _ := r.mapping(f.value, inLook)
	var own fields
	for _, f := range fs {
		if !f.key.inherits() {
			r.report(position(f.name), advise("it is a setting of the whole film: put it into the film's `look`"),
				"`%s` does not belong %s", f.key.name, whereNames[inScene])
			continue
		}
		own = append(own, f)
	}
	r.fill(&s.inherits, own)
}

func (r *reader) location(s *sceneDraft, f field) {
	v, ok := r.scalar(f)
	if !ok {
		return
	}
	if s.place = r.places[v.text]; s.place != nil {
		s.Location = s.place.said()
		return
	}
	s.Location = v.text
	if r.places != nil && id.MatchString(v.text) {
		r.report(v.at, didYouMean(v.text, func() []string { return names(r.places) }), "no location is called %s", quote(v.text))
	}
}

func (r *reader) camera(d *draft, f field) {
	if fs, ok := r.line(f.value, f.key.of); ok {
		r.fill(&d.list.camera, fs)
	}
}

func (r *reader) action(d *draft, f field) {
	v, _ := r.scalar(f)
	d.list.action = r.introduced(d.Shot, f, v.text)
	if d.PromptPos == (Pos{}) {
		d.PromptPos = v.at
	}
}

func (r *reader) shotCast(d *draft, f field) {
	single := &key{name: f.key.name, kind: text, expands: true}
	for _, n := range r.list(f) {
		v, ok := r.scalar(field{single, f.name, n})
		if !ok {
			continue
		}
		who := r.cast[strings.TrimPrefix(v.text, "@")]
		if who == nil {
			r.noMember(v.at, strings.TrimPrefix(v.text, "@"))
			continue
		}
		d.list.with = append(d.list.with, who)
	}
}

func (r *reader) noMember(at Pos, name string) {
	hint := didYouMean(name, func() []string { return names(r.cast) })
	if r.cast == nil {
		hint = advise("write the film's `cast`: { " + name + ": { look: … } }")
	}
	r.report(at, hint, "nobody in the cast is called %s", quote(name))
}

func (r *reader) dialogue(d *draft, f field) {
	d.heard(f)
	for i, n := range r.list(f) {
		if i == maxSpoken {
			r.report(position(n), nil, "a shot has at most %d lines of `dialogue`", maxSpoken)
			return
		}
		fs, at, ok := r.mapping(n, inDialogue)
		if !ok {
			continue
		}
		var l spoken
		r.fill(&l, fs)
		if name, mentioned := strings.CutPrefix(l.who, "@"); mentioned && r.cast[name] == nil {
			r.noMember(at, name)
		}
		d.list.dialogue = append(d.list.dialogue, l)
	}
}

// shotSound reads what is heard, and what becomes of it.
func (r *reader) shotSound(d *draft, f field) {
	fs, ok := r.line(f.value, f.key.of)
	if !ok {
		return
	}
	var heard, rest fields
	for _, f := range fs {
		if f.key.prompted {
			heard = append(heard, f)
		} else {
			rest = append(rest, f)
		}
	}
	if len(heard) > 0 {
		d.heard(heard[0])
	}
	r.fill(d, heard)
	r.fill(&d.Sound, rest)
}

// heard notes where a shot first says what is to be heard.
func (d *draft) heard(f field) {
	if at := position(f.name); d.HeardPos == (Pos{}) || at.before(d.HeardPos) {
		d.HeardPos = at
	}
}

// compose makes the prompt of all that is said of a shot and its scene: where and when, the camera, the prompt, the action,
// the light, who else is there, what is spoken, what is heard, what is to be read. Of a prompt alone nothing is changed.
func (r *reader) compose(s *sceneDraft, d *draft) {
	l := &d.list
	for _, heard := range []Setting[string]{l.effects, l.ambience} {
		if heard.Set && d.Clip != nil {
			r.report(heard.Pos, advise("own footage has its own"), "what is heard cannot be said of a shot with a `clip`")
		}
	}
	if d.Clip != nil {
		return
	}
	var all []string
	say := func(before, text string) {
		if text = strings.TrimSpace(text); text != "" {
			all = append(all, sentence(before+text))
		}
	}
	if s.place != nil {
		d.meet(s.place)
	}
	say("", listed(s.Location, s.Time))
	say("Camera: ", listed(l.camera.move, l.camera.angle, ofLens(l.camera.lens)))
	beside := len(all)
	say("", d.Prompt)
	say("", l.action)
	say("Light: ", l.light)
	say("In the picture: ", d.others())
	all = append(all, d.speech(r.cast)...)
	say("Sound: ", listed(l.effects.Value, l.ambience.Value))
	switch l.onScreen {
	case "":
	case "none":
		say("", "No text is to be seen")
	default:
		say("", "The picture shows the words "+inQuotes(l.onScreen))
	}
	if beside == 0 && len(all) == 1 && l.action == "" { // a prompt alone
		return
	}
	if d.Prompt = strings.Join(all, " "); len(d.Prompt) > maxPrompt {
		r.report(d.PromptPos, nil, "the prompt is longer than 1 MiB with all that is said of the shot")
	}
}

// others are those of the shot's `cast` whom its words do not name.
func (d *draft) others() string {
	var all []string
	for _, who := range d.list.with {
		was := len(d.Cast)
		if d.meet(who); len(d.Cast) > was {
			all = append(all, strings.TrimRight(strings.TrimSpace(who.said()), "."))
		}
	}
	return strings.Join(all, " and ")
}

// speech is the dialogue in words, a sentence for each line.
func (d *draft) speech(cast map[string]*Member) (all []string) {
	heard := map[*Member]bool{}
	for _, l := range d.list.dialogue {
		name, how := l.who, ""
		if who := cast[strings.TrimPrefix(l.who, "@")]; who != nil {
			name = strings.TrimRight(strings.TrimSpace(who.said()), ".")
			if d.meet(who); who.Voice != "" && !heard[who] {
				how = ", in " + strings.TrimRight(strings.TrimSpace(who.Voice), ".")
			}
			heard[who] = true
		}
		all = append(all, capital(name)+" says"+how+": "+inQuotes(l.line))
	}
	return all
}

// inQuotes puts words into the quotes by which the models know what is spoken or written.
func inQuotes(words string) string {
	return `"` + strings.Trim(strings.TrimSpace(quotes.Replace(words)), `"`) + `"`
}

// quotes of other kinds would end the words, or stand in them twice.
var quotes = strings.NewReplacer(`"`, `'`, "“", `'`, "”", `'`, "„", `'`)

func listed(parts ...string) string {
	var all []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, strings.TrimRight(p, "."))
		}
	}
	return strings.Join(all, ", ")
}

var focal = regexp.MustCompile(`^\d+(\.\d+)?\s*mm$`)

func ofLens(lens string) string {
	if lens = strings.TrimSpace(lens); focal.MatchString(lens) {
		lens += " lens"
	}
	return lens
}

// sentence ends a text as one.
func sentence(text string) string {
	if last, _ := utf8.DecodeLastRuneInString(text); strings.ContainsRune(".!?…:;,\"'”’»。！？", last) {
		return capital(text)
	}
	return capital(text) + "."
}

func capital(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[n:]
}

// names are those of people or places, in order.
func names(of map[string]*Member) []string { return slices.Sorted(maps.Keys(of)) }
