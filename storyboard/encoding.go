package storyboard

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// encodingOf names the encoding of a text that is surely not UTF-8; "" where it is, or where nobody can tell.
func encodingOf(raw []byte) string {
	if bytes.HasPrefix(raw, []byte{0xff, 0xfe}) || bytes.HasPrefix(raw, []byte{0xfe, 0xff}) {
		return "UTF-16"
	}
	if len(raw) >= 4 && (raw[0] == 0 && raw[2] == 0 || raw[1] == 0 && raw[3] == 0) {
		return "UTF-16"
	}
	if !utf8.Valid(raw) && chinese(raw) {
		return "GBK"
	}
	return ""
}

// chinese reports whether a text is Chinese of the mainland's older encodings: it can be read so, and all that is not
// ASCII is Chinese then.
func chinese(raw []byte) bool {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil {
		return false
	}
	han := 0
	for _, r := range string(text) {
		switch {
		case r < utf8.RuneSelf:
		case unicode.Is(unicode.Han, r):
			han++
		case r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xffef, r >= 0x2010 && r <= 0x2026:
		default:
			return false
		}
	}
	return han > 1
}
