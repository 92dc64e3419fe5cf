package animatic

// This file holds the words that prompts are understood by.

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// named is a word list for something that can be drawn.
type named struct {
	name  string
	words []string
}

// moods are times of day and weathers, the telling ones first.
var moods = []named{
	{"night", []string{"night", "midnight", "moonlight", "moonlit", "moon", "stars", "starry", "nocturnal", "夜", "月", "星空",
		"深夜"}},
	{"sunrise", []string{"sunrise", "dawn", "morning", "daybreak", "日出", "黎明", "清晨", "早晨", "晨"}},
	{"dusk", []string{"dusk", "sunset", "twilight", "evening", "golden hour", "黄昏", "日落", "傍晚", "夕阳", "暮"}},
	{"storm", []string{"storm", "stormy", "thunder", "lightning", "tempest", "gale", "暴风", "风暴", "雷", "狂风"}},
	{"fog", []string{"fog", "foggy", "mist", "misty", "haze", "雾"}},
	{"day", []string{"noon", "sunny", "daylight", "midday", "blue sky", "bright day", "中午", "阳光", "晴", "白天"}},
	{"overcast", []string{"overcast", "cloudy", "grey sky", "gray sky", "rain", "rainy", "阴天", "多云", "雨"}},
}

// places are what the world around is; a thing's own place counts only where none is named.
var places = []named{
	{nowhere, nil}, // no words lead there
	{"space", []string{"outer space", "spaceship", "galaxy", "planet", "asteroid", "astronaut", "太空", "宇宙", "星球", "宇航"}},
	{"room", []string{"room", "interior", "kitchen", "bedroom", "office", "workshop", "studio apartment", "indoors",
		"inside", "corridor", "cafe", "library", "desk", "table", "房间", "室内", "厨房", "卧室", "办公室", "屋里", "桌", "咖啡馆"}},
	{"sea", []string{"sea", "ocean", "wave", "beach", "coast", "shore", "harbour", "harbor", "bay", "lake", "海",
		"波浪", "海浪", "沙滩", "海岸", "湖", "港"}},
	{"forest", []string{"forest", "wood", "woods", "jungle", "trees", "grove", "森林", "树林", "丛林", "林"}},
	{"desert", []string{"desert", "dune", "sand", "canyon", "沙漠", "沙丘", "戈壁"}},
	{"snow", []string{"snow", "snowy", "ice", "glacier", "arctic", "winter", "雪", "冰", "冬"}},
	{"city", []string{"city", "street", "skyline", "rooftop", "downtown", "alley", "neon", "urban", "skyscraper", "城市",
		"街", "高楼", "霓虹", "巷"}},
	{"mountain", []string{"mountain", "peak", "summit", "cliff", "alps", "valley", "山", "峰", "悬崖", "山谷"}},
	{"studio", []string{"studio", "pedestal", "product shot", "turntable", "seamless", "backdrop", "产品", "摄影棚", "展台"}},
	{"field", []string{"field", "meadow", "grass", "farm", "garden", "park", "hill", "village", "countryside", "road",
		"田野", "草地", "草原", "花园", "公园", "村", "路"}},
}

// thing kinds: what can stand in a world, where it is at home and how tall it is.
type kind struct {
	named
	home string  // the place it belongs to, "" for anywhere
	size float64 // height in world units
	base float64 // where it stands: below the horizon
	draw func(c *canvas, l look, t thing)
}

// mentions reports whether the text holds one of the words: Latin ones as whole words or plurals, others anywhere.
func mentions(text string, words []string) bool { return mentioned(text, words) >= 0 }

// mentioned is where the first of the words stands, -1 for nowhere.
func mentioned(text string, words []string) int {
	text = strings.ToLower(text)
	first := -1
	for _, w := range words {
		for from := 0; ; {
			i := strings.Index(text[from:], w)
			if i < 0 {
				break
			}
			i += from
			from = i + len(w)
			if whole(text, w, i) && !denied(text[:i]) {
				if first < 0 || i < first {
					first = i
				}
				break
			}
		}
	}
	return first
}

func whole(text, w string, i int) bool {
	if w[0] >= utf8.RuneSelf {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	rest := text[i+len(w):]
	rest = strings.TrimPrefix(rest, "s")
	after, _ := utf8.DecodeRuneInString(rest)
	return !latin(before) && !latin(after)
}

// denied reports whether what follows a text is said not to be there: no fire, without any people.
func denied(before string) bool {
	if strings.HasSuffix(before, "没有") || strings.HasSuffix(before, "无") {
		return true
	}
	if i := strings.LastIndexAny(before, ".,;:!?"); i >= 0 {
		before = before[i+1:]
	}
	words := strings.Fields(before)
	for _, w := range words[max(0, len(words)-2):] {
		switch w {
		case "no", "not", "without", "never", "nor":
			return true
		}
	}
	return false
}

func latin(r rune) bool { return r < 0x250 && unicode.IsLetter(r) }

// first is the name of the first list whose words the text holds.
func firstOf(lists []named, text string) string {
	for _, l := range lists {
		if mentions(text, l.words) {
			return l.name
		}
	}
	return ""
}
