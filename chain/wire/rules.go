package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/provider"
)

// Place is where a fault was met. Each provider numbers its own, by bits: a rule may be of several.
type Place uint

// Rule is a row of a provider's table of errors. Empty fields match anything.
type Rule struct {
	At    Place
	HTTP  string // "409", "4xx"
	Code  string // a pattern as of path.Match, in lower case
	Says  string // a regular expression for the message, in lower case
	Plain bool   // only answers that are not the API's JSON: another program's, on the way
	Class provider.Class
	Hint  string
}

// Rules are a table of errors. It is immutable.
type Rules struct {
	rows []Rule
	says map[string]*regexp.Regexp
}

// NewRules makes a table, which is read from the top: the first row that matches decides. A row with a malformed pattern
// panics: tables are written in code.
func NewRules(rows ...Rule) Rules {
	t := Rules{rows, map[string]*regexp.Regexp{}}
	for _, r := range rows {
		t.says[r.Says] = regexp.MustCompile(r.Says)
		if _, err := path.Match(r.Code, ""); err != nil {
			panic(err)
		}
	}
	return t
}

// For is the row that decides. plain says that the answer was not the API's JSON.
func (t Rules) For(at Place, status int, code, message string, plain bool) Rule {
	code, message = strings.ReplaceAll(strings.ToLower(code), "/", "."), strings.ToLower(message)
	for _, r := range t.rows {
		switch {
		case r.At&at == 0, r.Plain && !plain, r.HTTP != "" && !hasStatus(r.HTTP, status):
		case r.Code != "" && !hasCode(r.Code, code), !t.says[r.Says].MatchString(message):
		default:
			return r
		}
	}
	return Rule{Class: provider.Invalid} // not reached: the last rows of each place match everything
}

func hasStatus(pattern string, status int) bool {
	if pattern[1:] == "xx" {
		return int(pattern[0]-'0') == status/100
	}
	return pattern == strconv.Itoa(status)
}

func hasCode(pattern, code string) bool {
	ok, _ := path.Match(pattern, code)
	return ok
}

// Said is what an answer says of an error, in the service's own words: none of it is fit to be shown.
type Said struct{ Code, Message, Param, RequestID string }

// Fault is what an answer means by a rule, fit to be shown.
func (a Answer) Fault(r Rule, s Said, secret Redactor) *provider.Fault {
	f := &provider.Fault{Class: r.Class, Code: Cut(secret.Text(s.Code), 120), Message: secret.Text(s.Message),
		Param: Cut(secret.Text(s.Param), 120), HTTPStatus: a.Status, RequestID: Cut(secret.Text(s.RequestID), 120),
		RetryAfter: RetryAfter(a.Header, time.Now()), Hint: r.Hint}
	if f.Message == "" {
		f.Message = a.wordless(secret)
	}
	if a.Err != nil {
		f.Err = secret.Cause(a.Err)
	}
	return f
}

// wordless is what can be said of an answer that has no words of its own.
func (a Answer) wordless(secret Redactor) string {
	what := strings.TrimSpace(fmt.Sprintf("the service answered %d %s", a.Status, http.StatusText(a.Status)))
	switch {
	case a.Err != nil:
		return what + ", cut off: " + secret.Cause(a.Err).Error()
	case len(a.Body) == 0:
		return what + " without a word"
	case a.Page():
		return what + " with a web page, not with JSON"
	case !json.Valid(a.Body):
		return what + " with something that is not JSON"
	}
	return what + " without what was asked for"
}
