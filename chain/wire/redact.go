package wire

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxMessage is how many bytes of a service's message are kept.
const MaxMessage = 1000

var (
	anyURL   = regexp.MustCompile(`(?i)\b(https?)://([^\s"'<>\\/?#]*)([^\s"'<>\\]*)`)
	dataURL  = regexp.MustCompile(`(?i)\bdata:[a-z]+/[a-z0-9.+-]+;base64,[a-z0-9+/=]*`)
	bearer   = regexp.MustCompile(`(?i)\bbearer\s+[^\s"',]+`)
	signings = regexp.MustCompile(`(?i)\b(?:x-tos|x-amz|x-goog)-[a-z-]+(?:=|%3d|: )[^\s&"'<>]*`)
	tokens   = regexp.MustCompile(`(?i)\b(signature|credential|access_?key(?:_?id)?|api_?key|token)=[^\s&"'<>]+`)
)

// Redactor takes secrets out of texts that people and logs get to see.
type Redactor struct{ secrets []*regexp.Regexp }

// NewRedactor knows a key, however it is escaped.
func NewRedactor(key string) Redactor {
	r := Redactor{}
	return r.With(key, url.QueryEscape(key), url.PathEscape(key))
}

// With returns a Redactor that knows more secrets; empty ones are ignored.
func (r Redactor) With(secrets ...string) Redactor {
	more := append([]*regexp.Regexp(nil), r.secrets...)
	for _, s := range secrets {
		if s != "" {
			more = append(more, secretPattern(s))
		}
	}
	return Redactor{more}
}

// secretPattern matches a secret anywhere; a very short one (a simulator's) only as a word of its own, or it would
// blacken ordinary words.
func secretPattern(s string) *regexp.Regexp {
	q := regexp.QuoteMeta(s)
	if len(s) < 8 {
		if isWord(s[0]) {
			q = `\b` + q
		}
		if isWord(s[len(s)-1]) {
			q += `\b`
		}
	}
	return regexp.MustCompile(q)
}

func isWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// Text makes a service's or a library's words fit to be shown: one bounded line of printable characters without
// keys, signed URLs and pictures.
func (r Redactor) Text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for _, secret := range r.secrets {
		s = secret.ReplaceAllLiteralString(s, "[redacted]")
	}
	s = dataURL.ReplaceAllLiteralString(s, "data:…")
	s = anyURL.ReplaceAllStringFunc(s, shortURL)
	s = signings.ReplaceAllLiteralString(s, "[redacted]")
	s = bearer.ReplaceAllLiteralString(s, "Bearer [redacted]")
	s = tokens.ReplaceAllString(s, "$1=[redacted]")
	return Cut(oneLine(s), MaxMessage)
}

// shortURL keeps a plain link, and only the host of a URL that may be signed.
func shortURL(u string) string {
	m := anyURL.FindStringSubmatch(u)
	scheme, host, rest := m[1], m[2], m[3]
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if strings.ContainsAny(rest, "?#%@;=&") {
		rest = "/…"
	}
	return scheme + "://" + host + rest
}

func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Cut shortens to at most n bytes, between characters.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Header makes any text fit for a header's value: printable ASCII, at most n bytes.
func Header(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, s)
	return strings.TrimSpace(s[:min(n, len(s))])
}

// cause is an error of net/http with the secrets taken out of its text. It answers errors.Is as the original does,
// but does not give it away: a *url.Error prints whole URLs.
type cause struct {
	text string
	err  error
}

// Cause is such an error; the context's own stay what they are.
func (r Redactor) Cause(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	for _, plain := range []error{context.Canceled, context.DeadlineExceeded} {
		if err == plain {
			return err
		}
	}
	return &cause{r.Text(err.Error()), err}
}

func (c *cause) Error() string        { return c.text }
func (c *cause) Is(target error) bool { return errors.Is(c.err, target) }
