package store

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// UnmarshalJSON also reads attempts of formats 1 and 2, whose marks were numbers, with an identifier in a field beside
// them: joined by a blank they are the mark that is made of both today.
func (a *Attempt) UnmarshalJSON(b []byte) error {
	type plain Attempt
	was := struct {
		*plain
		Mark       json.RawMessage `json:"mark"`
		Identifier string          `json:"safety_identifier"`
	}{plain: (*plain)(a)}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&was); err != nil {
		return err
	}
	if n, err := strconv.Atoi(string(was.Mark)); err == nil {
		if a.Mark = strconv.Itoa(n); was.Identifier != "" {
			a.Mark += " " + was.Identifier
		}
		return nil
	}
	if was.Mark == nil {
		return nil
	}
	return json.Unmarshal(was.Mark, &a.Mark)
}
