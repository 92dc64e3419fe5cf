package ark

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object of a service or gateway that is loose about types. Reading a field that is missing, null
// or of no use gives the zero value.
type object map[string]json.RawMessage

// parseObject returns nil where the bytes are no JSON object.
func parseObject(b []byte) object {
	var o object
	if json.Unmarshal(b, &o) != nil {
		return nil
	}
	return o
}

func (o object) has(key string) bool {
	v, ok := o[key]
	return ok && !bytes.Equal(v, []byte("null"))
}

func (o object) object(key string) object { return parseObject(o[key]) }

// text is a string, or a number's or boolean's text (an id that is a number).
func (o object) text(key string) string {
	v := o[key]
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	if len(v) == 0 || v[0] == '{' || v[0] == '[' || !json.Valid(v) {
		return ""
	}
	return string(v)
}

// first is the text of the first key that has one.
func (o object) first(keys ...string) string {
	for _, k := range keys {
		if s := o.text(k); s != "" {
			return s
		}
	}
	return ""
}

// firstOf is a string, or the first one of a list of them.
func (o object) firstOf(key string) string {
	var all []string
	if json.Unmarshal(o[key], &all) == nil && len(all) > 0 {
		return all[0]
	}
	return o.text(key)
}

// number reads 5, 5.0, "5".
func number(s string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// integer is a whole number; ok is false for anything else.
func (o object) integer(key string) (n int64, ok bool) {
	s := strings.TrimSpace(o.text(key))
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, ok := number(s)
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// small is an integer from -1 to a billion, else 0.
func (o object) small(key string) int {
	n, _ := o.integer(key)
	if n < -1 || n > 1e9 {
		return 0
	}
	return int(n)
}

func (o object) boolean(key string) *bool {
	b, err := strconv.ParseBool(strings.ToLower(o.text(key)))
	if err != nil {
		return nil
	}
	return &b
}

// lastSecond is the end of the year 9999, after which a time.Time cannot be written as JSON.
const lastSecond = 253402300799

// moment reads seconds (the documented form), milliseconds or RFC 3339. Seconds above 10^11 would be the year 5138,
// so such numbers are milliseconds.
func (o object) moment(key string) time.Time {
	s := o.text(key)
	if f, ok := number(s); ok {
		if f > 1e11 {
			f /= 1000
		}
		if f <= 0 || f > lastSecond {
			return time.Time{}
		}
		sec, frac := math.Modf(f)
		return time.Unix(int64(sec), int64(math.Round(frac*1000))*int64(time.Millisecond)).UTC()
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
