package animatic

// This file reads who is in a shot, and what they wear: a figure of the wrong colour is somebody else.

import (
	"slices"
	"strings"
	"unicode"
)

// nouns are words for people, pronouns those that stand for somebody whom the words have named before.
var (
	nouns = []string{"man", "woman", "men", "women", "person", "people", "keeper", "girl", "boy", "child", "children", "kid", "hero", "heroine",
		"figure", "traveller", "traveler", "guard", "rider", "sailor", "captain", "fisherman", "lady", "gentleman", "guy", "soldier", "doctor",
		"nurse", "chef", "waiter", "teacher", "student", "dancer", "singer", "musician", "runner", "hiker", "worker", "farmer", "engineer",
		"actor", "actress", "couple", "friend", "mother", "father", "grandmother", "grandfather", "king", "queen", "knight", "detective",
		"男人", "女人", "人", "女孩", "男孩", "老人", "孩子"}
	pronouns = []string{"he", "she", "they", "他", "她"}
)

// coats are the colours that clothes are named by.
var coats = map[string]tone{
	"red": {186, 52, 48}, "crimson": {160, 30, 50}, "blue": {62, 100, 170}, "navy": {38, 52, 96}, "green": {74, 124, 78},
	"yellow": {214, 168, 62}, "orange": {220, 126, 52}, "purple": {118, 78, 150}, "pink": {222, 140, 168},
	"white": {232, 228, 220}, "black": {44, 44, 50}, "grey": {132, 136, 142}, "gray": {132, 136, 142},
	"brown": {122, 86, 60}, "beige": {206, 188, 156}, "golden": {214, 168, 62}, "silver": {180, 186, 192},
	"红": {186, 52, 48}, "蓝": {62, 100, 170}, "绿": {74, 124, 78}, "黄": {214, 168, 62}, "橙": {220, 126, 52},
	"紫": {118, 78, 150}, "粉": {222, 140, 168}, "白": {232, 228, 220}, "黑": {44, 44, 50}, "灰": {132, 136, 142}, "棕": {122, 86, 60},
}

// plainCoat is what somebody wears of whom nothing is said.
var plainCoat = tone{142, 128, 112}

// numbers are how many of a kind.
var numbers = map[string]int{"two": 2, "both": 2, "couple": 2, "three": 3, "four": 4, "两": 2, "三": 3, "四": 4}

// maxPeople keeps a crowd from filling the picture.
const maxPeople = 4

// people are those whom a text names, each once, by the colour of what they wear; "" where it does not say. Who is only
// spoken of as he or she is somebody, once, where nobody is named.
func people(text string) (wear []string) {
	text = strings.ToLower(text)
	seen := map[string]bool{}
	for _, clause := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".;:!?\"“”。；！？", r) }) {
		at := whom(clause)
		for i, m := range at {
			end := len(clause)
			if i+1 < len(at) {
				end = at[i+1].from
			}
			begin := 0
			if i > 0 {
				begin = at[i-1].to
			}
			coat := colourNear(clause[begin:m.from], clause[m.to:end])
			id := m.noun + coat
			if seen[id] || coat == "" && seenNoun(seen, m.noun) {
				continue
			}
			seen[id] = true
			for range max(1, countBefore(clause[begin:m.from], m.noun)) {
				wear = append(wear, coat)
			}
		}
	}
	if len(wear) == 0 && mentions(text, pronouns) {
		return []string{""}
	}
	return wear[:min(len(wear), maxPeople)]
}

type mention struct {
	noun     string
	from, to int
}

// whom are the nouns of a clause, in order.
func whom(clause string) (all []mention) {
	for _, n := range nouns {
		for from := 0; ; {
			i := mentioned(clause[from:], []string{n})
			if i < 0 {
				break
			}
			i += from
			m := mention{n, i, i + len(n)}
			if !slices.ContainsFunc(all, func(o mention) bool { return m.from < o.to && o.from < m.to }) { // 女人 is one, not two
				all = append(all, m)
			}
			from = m.to
		}
	}
	slices.SortFunc(all, func(a, b mention) int { return a.from - b.from })
	return all
}

func seenNoun(seen map[string]bool, noun string) bool {
	for id := range seen {
		if strings.HasPrefix(id, noun) {
			return true
		}
	}
	return false
}

// colourNear is the colour of somebody's clothes: what follows says it first – in a grey coat –, then the words before.
func colourNear(before, after string) string {
	words := strings.FieldsFunc(after, notLetter)
	for _, w := range words[:min(len(words), 8)] {
		if _, ok := coats[w]; ok {
			return w
		}
	}
	words = strings.FieldsFunc(before, notLetter)
	for _, w := range words[max(0, len(words)-3):] {
		if _, ok := coats[w]; ok {
			return w
		}
	}
	for _, r := range after + before { // Chinese has no blanks between words
		if _, ok := coats[string(r)]; ok && r > unicode.MaxLatin1 {
			return string(r)
		}
	}
	return ""
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// countBefore is how many of a noun there are, by the words before it.
func countBefore(before, noun string) int {
	words := strings.FieldsFunc(before, notLetter)
	for _, w := range words[max(0, len(words)-3):] {
		if n := numbers[w]; n > 0 {
			return n
		}
	}
	switch noun {
	case "couple", "people", "men", "women", "children":
		return 2
	}
	return 1
}
