package lint

import (
	"regexp"
	"strings"

	"shotchain/chain/graph"
	"shotchain/storyboard"
)

// harm is a kind of words that a prompt in a chain should not have.
type harm struct {
	rule          string
	words         *regexp.Regexp
	continuing    bool // in the prompt of a shot that continues another; otherwise of one that is continued
	end           bool // only what the prompt ends with
	message, hint string
}

// harms and where they are known from: music-video-pipeline's README and its issues #46, #47; scenario-labs/skills#119
// (a clip that is told to cut snaps back in 1 to 2.5 s, one that is told to fade ends at a luma of 20); JavaDerek#77.
var harms = []harm{
	{"again", either(`(young|old|clos|bright|dark|larg|small|bigg|fast|slow|near|high|low|deep|strong|weak|warm)er`,
		`(cold|soft|loud|tall|wid|narrow|sharp|thick|thinn|heavi|furth|farth)er`, `more and more`,
		`(a bit|a little|slightly) more \w+`, `more (\w+(ly|ful|ous|ive|ed|ing|ent|ant)|light|colou?r|detail|contrast)`,
	), true, false, "%q is applied to its own result at every link", "name the end, as in \"close-up\""},
	{"again", regexp.MustCompile(`更(近|亮|暗|大|小|快|慢|年轻|多)`), true, false,
		"%q is applied to its own result at every link", "name the end, as in \"特写\""},
	{"cut", either(`cuts? to`, `(new|next) scene`, `meanwhile`, `(moments|seconds|minutes|hours|days|years) later`,
		`later that (day|night|evening)`, `切换到`, `镜头切`, `与此同时`), true, false,
		"%q: a continuing shot cannot cut", "make it two shots, the second with `from: none`"},
	{"fade", either(`fad(es?|ing)`, `dissolv(es?|ing)`, `(to|into|goes|turns) black`, `black screen`, `blackness`,
		`淡出`, `渐黑`, `黑屏`), false, true,
		"%q: %s would grow from a dark frame", "use a transition of the cut"},
	{"ending", either(`(seen )?from behind`, `turns? away`, `back to (the )?camera`, `turns (his|her|their|its) back`,
		`背对`, `转身离开`, `背影`), false, false,
		"%q: %s would start from a frame without a face", ""},
}

// either matches any of some words as whole words, in any case. Han characters know no words.
func either(words ...string) *regexp.Regexp {
	for i, w := range words {
		if w[0] < 0x80 {
			words[i] = `\b` + w + `\b`
		}
	}
	return regexp.MustCompile(`(?i)` + strings.Join(words, "|"))
}

// ending is how much of a prompt, in characters, is about how the clip ends.
const ending = 80

// words warns of what a prompt says.
func (l *linter) words(s *storyboard.Shot) {
	next := l.grows[s.Name()]
	for _, h := range harms {
		text := s.Prompt
		if r := []rune(text); h.end && len(r) > ending {
			text = string(r[len(r)-ending:])
		}
		word := h.words.FindString(text)
		switch {
		case word == "":
		case h.continuing && s.From != "":
			l.warn(h.rule, s.PromptPos, s, h.hint, h.message, word)
		case !h.continuing && len(next) > 0:
			l.warn(h.rule, s.PromptPos, s, h.hint, h.message, word, next[0].Name())
		}
	}
}

// spoken is a line of two words at least, or of four Han characters: a quoted word may be a sign.
var spoken = regexp.MustCompile(
	`"[^"]*\p{L}[ ,]+\p{L}[^"]*"|“[^”]*\p{L}[ ,]+\p{L}[^”]*”|[「“]\p{Han}[^」”]{3,}[」”]`)

// speaks reports whether a take is made with sound and its prompt holds a spoken line.
func speaks(t *graph.Take) bool {
	return t.Request.Audio != nil && *t.Request.Audio && spoken.MatchString(t.Shot.Prompt)
}
