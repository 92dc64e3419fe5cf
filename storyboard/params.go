package storyboard

// Parameters of the service that stand in a prompt are refused: they would change its price.

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// parameters are those of the service's old form, which stand in the prompt itself ("… --dur 5 --rs 720p"), long and
// short, and the keys that say the same. A prompt that holds one can change the price of a clip behind the plan's
// back. (ark-api.md §2)
var parameters = map[string]string{
	"resolution": "resolution", "rs": "resolution",
	"ratio": "ratio", "rt": "ratio",
	"duration": "duration", "dur": "duration",
	"frames":          "duration",
	"framespersecond": "", "fps": "",
	"seed":        "seed",
	"camerafixed": "camera_fixed", "cf": "camera_fixed",
	"watermark": "watermark", "wm": "watermark",
	"generateaudio": "audio", "servicetier": "service_tier", "returnlastframe": "", "draft": "", "callbackurl": "",
}

var (
	parameter = regexp.MustCompile(`--+([A-Za-z][A-Za-z_-]*)`)
	// parameterValue tells `boat--dur 5`, a parameter glued to a word, from prose such as `waits--duration unknown`.
	parameterValue = regexp.MustCompile(`(?i)^[\s=:]+(-?[0-9]|true|false|adaptive)`)
)

// withoutParameters refuses a text that the service would take parameters from.
func (r *reader) withoutParameters(k *key, n *yaml.Node, s string) bool {
	ok := true
	for _, m := range parameter.FindAllStringSubmatchIndex(s, maxProblems) {
		word := s[m[2]:m[3]]
		to, known := parameters[strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(word))]
		if !known || glued(s[:m[0]]) && !parameterValue.MatchString(s[m[3]:]) {
			continue
		}
		piece, hint := s[m[0]:m[3]], "remove it"
		if to != "" {
			hint = "use the key `" + to + "`"
		}
		at := r.locate(n, piece, strings.Count(s[:m[0]], piece))
		r.report(at, advise(hint), "`%s` holds the parameter %s", k.name, quote(piece))
		ok = false
	}
	return ok
}

// glued reports whether a text ends in a word.
func glued(before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return unicode.IsLetter(last) || unicode.IsDigit(last)
}
