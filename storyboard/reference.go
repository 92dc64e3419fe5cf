package storyboard

// The language as a page to read.

import (
	"fmt"
	"slices"
	"strings"
)

// section is one mapping of the language in the reference and in the JSON Schema.
type section struct {
	in    place
	title string
	about string
}

var sections = []section{
	{inFilm, "The film", "A film: one storyboard of shots for shotchain."},
	{inScene, "A scene", "One continuous action: shots that, unless they say otherwise, continue one another."},
	{inShot, "A shot",
		"One camera setup. It continues the shot before it, unless it is the scene's first, or has `from` or " +
			"`first_frame`."},
	{inFrom, "`from` with a moment", "The shot and the moment of it that a shot continues."},
	{inLook, "Settings",
		"How clips are made: in `look` for the whole film, in a scene for its shots, or in a shot. The nearest " +
			"setting wins, key by key. Which of them a model takes, and within which bounds, " +
			"`shotchain models` tells."},
	{inCamera, "`camera`", "How the camera sees the shot. All of it is words for the prompt."},
	{inDialogue, "A line of `dialogue`", "What somebody says, by the model's own sound."},
	{inShotSound, "A shot's `sound`", "What is heard. `lead`, `lag`, `gain` and `mute` are those of a cut's `sound`, too."},
	{inCast, "A member of the cast", "One of the cast."},
	{inLocation, "A location", "One of the places of the film: `look` and `references` as of a member of the cast."},
	{inVariants, "`variants`", "The variants of a film."},
	{inCut, "A cut", "One edit of the film's clips."},
	{inCutShot, "A shot of a cut", "A shot in a cut."},
	{inOutput, "An output", "A file that a cut becomes."},
	{inTransition, "A transition", "How shots join."},
	{inJoin, "A single join", "How one join looks."},
	{inSound, "`sound`", "What becomes of a clip's own sound."},
	{inSeam, "`seam`", "Where a shot continues another one. Inherited key by key, as settings are."},
	{inAnchor, "`anchor`", "Where a chain of shots is led back to a keyframe. Inherited key by key, as settings are."},
	{inMusic, "`music`", "Music under a cut."},
	{inNarration, "A narration", "A spoken line."},
	{inCaptions, "`captions`", "What becomes of captions."},
	{inTitle, "A title", "Words on the picture."},
	{inStyle, "`style` of words", "How words look."},
	{inEncoder, "`encoder`", "Options of the picture's encoder."},
}

// sectionOf is the section of a place.
func sectionOf(in place) section {
	return sections[slices.IndexFunc(sections, func(s section) bool { return s.in == in })]
}

// heading is a section's title in a sentence.
func heading(in place) string {
	return `"` + strings.ReplaceAll(sectionOf(in).title, "`", "") + `"`
}

const preface = `# The language of storyboards

One YAML file is one film. This page tells every key of it. It is made from the table that the parser reads by, as
are the JSON Schema ('shotchain schema') and what an editor shows of it. The terminal has it too:
'shotchain help language', or 'shotchain help takes' for one key.

What the file does not say, shotchain does not guess: a key that is not here is refused, at its line. Every key is there
since the first release; one that comes later will say since when.

- **Variables.** '${name}' stands for the text of that variable in the values of keys that say so: "variables".
- **Names.** A shot is called 'scene/shot', or 'shot' inside its own scene.
- **Times** are '1.5s', '500ms' or '12f', which are frames of the film, 24 to a second.
- **Paths** are relative to the file and stay in its folder, unless '--allow-path' names another one.
- **Text** is at most 64 KiB.
- **The prompt** of a shot is what is said of it, in this order, each part a sentence: where and when the scene plays,
  the camera, 'prompt', 'action', the light, who of its 'cast' is not named yet, the dialogue, the sound, words on the
  screen. Then come 'style' and 'negative'. A 'prompt' alone is sent as it is. 'shotchain plan --prompts' shows what is
  sent.
`

// Reference is the whole language as a page of Markdown that can be read in a terminal as well.
func Reference() string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(preface, "'", "`"))
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.title, wrapped(s.about, ""))
		for _, k := range language {
			if k.in&-k.in == s.in { // under the first of its places
				b.WriteString("\n" + k.entry())
			}
		}
	}
	return b.String()
}

// ReferenceOf is what Reference tells of the keys of one name, "" where there is none.
func ReferenceOf(name string) string {
	var entries []string
	for _, k := range language {
		if k.name == name {
			entries = append(entries, k.entry())
		}
	}
	return strings.Join(entries, "\n")
}

// Keys are the names of all keys, each once, in the order of the language.
func Keys() []string {
	var names []string
	seen := map[string]bool{}
	for _, k := range language {
		if !seen[k.name] {
			names = append(names, k.name)
			seen[k.name] = true
		}
	}
	return names
}

func (k *key) entry() string {
	var where []string
	for p := inFilm; p <= inEncoder; p <<= 1 {
		if k.in&p != 0 {
			where = append(where, whereNames[p])
		}
	}
	s := fmt.Sprintf("### `%s` %s\n\n%s\n\n", k.name, strings.Join(where, ", "), wrapped(k.help, ""))
	s += wrapped("- "+k.takes(), "  ") + "\n" + wrapped("- "+k.absent(), "  ") + "\n\n"
	return s + "```yaml\n" + k.example + "\n```\n"
}

// absent says what goes for the key where it is not written.
func (k *key) absent() string {
	switch {
	case k.required && k.name == "prompt":
		return "Needed, unless there is a `clip`."
	case k.required:
		return "Needed."
	case k.usual != "":
		return "Default: `" + k.usual + "`."
	}
	return "Without it: " + strings.ToLower(k.without[:1]) + k.without[1:]
}

// takes says what may be written: the kind of value, its bounds, and whether variables are replaced in it.
func (k *key) takes() string {
	s := k.value() + "."
	if k.expands {
		s = strings.TrimSuffix(s, ".") + "; variables."
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (k *key) value() string {
	switch k.kind {
	case word:
		return fmt.Sprintf("one word of at most %d bytes", k.max)
	case choice:
		if len(k.choices) == 1 {
			return "`" + k.choices[0] + "`"
		}
		return "one of `" + strings.Join(k.choices, "`, `") + "`"
	case seconds:
		return fmt.Sprintf("seconds, `1s` to `%ds` or in tenths as `2.5s`, or `auto`", maxSeconds)
	case span:
		return "a duration such as `3600s`, `90m` or `48h`, from `1h` to `72h`"
	case whole:
		return fmt.Sprintf("a whole number from %d to %d", k.min, k.max)
	case toggle:
		return "`true` or `false`"
	case ident:
		return fmt.Sprintf("an id of at most %d characters", maxID)
	case reference:
		return "the name of a shot"
	case origin:
		return "the name of a shot, `none`, or a mapping as under " + heading(inFrom)
	case aim:
		return "the name of a shot, or a path or https URL"
	case instant:
		return fmt.Sprintf(
			"a time such as `3.5s` or `12f`, from the clip's first frame, or `-5f` or `-0.2s`, from its last; "+
				"at most `%ds`", maxSeconds)
	case pictures:
		return "a list of paths or https URLs"
	case picture:
		return "a path or https URL"
	case file, audio, footage, target:
		return "a path"
	case paths:
		return "a path, or a list of paths"
	case texts:
		return "a mapping of names to text, numbers, true or false"
	case axes:
		return "a mapping of names to lists of values"
	case cases:
		return "a list of mappings of names to values"
	case people:
		return "a mapping of names, each as under " + heading(k.of)
	case settings:
		return "a mapping, as under " + heading(inLook)
	case versions:
		return "a mapping, as under " + heading(inVariants)
	case part:
		return "a mapping, as under " + heading(k.of)
	case parts:
		return "a list, each item as under " + heading(k.of)
	case members:
		return "a list of names of the cast"
	case brief:
		return "a mapping, as under " + heading(k.of) + ", or its `" + firstKey(k.of).name + "` alone"
	case lines:
		return "a list, each item as under " + heading(k.of) + " or its `" + firstKey(k.of).name + "` alone"
	case moment:
		return fmt.Sprintf("a time, at most `%ds`", k.max/1_000_000)
	case interval:
		return "a range of times, within 24 hours"
	case anchor:
		return "a time or a place in a shot, within 24 hours"
	case decimals:
		return fmt.Sprintf("a number from %s to %s, with at most three decimals", thousandths(k.min),
			thousandths(k.max))
	case decibels:
		return fmt.Sprintf("decibels, `%sdB` to `%sdB`", thousandths(k.min), thousandths(k.max))
	case percent:
		return fmt.Sprintf("a percentage, `%s%%` to `%s%%`", thousandths(k.min), thousandths(k.max))
	case extent:
		return fmt.Sprintf("width and height, both even, `%dx%d` to `%dx%d`", minSide, minSide, maxSide, maxSide)
	case paint:
		return "a colour: `\"#rrggbb\"` or `\"#rrggbbaa\"`"
	case bitrate:
		return fmt.Sprintf("bits, such as `8M` or `800k`, at most `%dM`", maxRate/1_000_000)
	}
	return "text"
}

// hover is what an editor shows of the key.
func (k *key) hover() string {
	return k.help + "\n\n" + k.takes() + " " + k.absent() + "\n\nExample:\n\n" + k.example
}

// wrapped breaks a paragraph into lines that a terminal and a page of source can show.
func wrapped(s, indent string) string {
	const most = 100
	var b strings.Builder
	column := 0
	for i, w := range strings.Fields(s) {
		switch {
		case i == 0:
		case column+1+len(w) > most:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(w)
		column += len(w)
	}
	return b.String()
}
