package sim

import (
	"crypto/sha256"
	"fmt"
)

// echoes are what gateways make of a task as it is shown.
var echoes = map[string]func(*shown){
	"bound-expiry":    func(v *shown) { v.Expires = min(v.Expires, usualExpires) },
	"round-expiry":    func(v *shown) { v.Expires -= v.Expires % 60 },
	"milli-expiry":    func(v *shown) { v.Expires *= 1000 },
	"no-expiry":       func(v *shown) { v.Expires = 0 },
	"no-identifier":   func(v *shown) { v.Identifier = "" },
	"hash-identifier": func(v *shown) { v.Identifier = fmt.Sprintf("%x", sha256.Sum256([]byte(v.Identifier)))[:32] },
}

// echo does to a task what the armed gateways do. Only with the mutex.
func (s *Service) echo(t *task, v *shown) {
	for _, a := range s.faults {
		if a.Op == opEcho && a.Matches(t.id, t.label, t.excerpt) && a.Use(s.now()) {
			echoes[a.Action](v)
		}
	}
}
