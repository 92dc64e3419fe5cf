// Package lookup finds the task of a lost create call in a service's list, for services that echo two things of a task:
// the number of seconds after which it expires, and an identifier of the end user. [Marks] chooses both for each
// attempt, so that no two tasks share them; [Find] judges a list by them – also whether the list can be believed, since
// a gateway that rounds, bounds or drops what tasks are marked with, or that lists nothing, must not make anybody pay
// twice. It talks to nobody but the list that it is given.
package lookup

import (
	crypto "crypto/rand"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"shotchain/chain/provider"
)

// The range of execution_expires_after and what the service takes where none is asked for, seconds (ark-api.md §2).
const (
	MinExpiry     = 3600
	MaxExpiry     = 259200
	DefaultExpiry = 172800
)

// markSpread is how far a mark may be from the expiry that a film asks for, seconds.
const markSpread = 3600

// Marks makes the marks of attempts: an expiry in seconds and, where the film names nobody, an identifier. The zero
// Marks is ready; it is safe for concurrent use.
type Marks struct {
	Luck *rand.Rand // nil for the runtime's; a test repeats what it did by its own. Not changed after the first use

	mu    sync.Mutex
	taken map[int]bool // guarded by mu, as is what Luck does
}

// For is a mark for a request: "93211 shotchain-…", or "93211" where the film has an identifier of its own.
func (m *Marks) For(r provider.Request) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	mark := strconv.Itoa(m.choose(r.ExpiresAfter))
	if r.SafetyIdentifier == "" {
		mark += " shotchain-" + m.text() // unlike an expiry no gateway has a reason to round or bound it
	}
	return mark
}

// text is one that nobody else has.
func (m *Marks) text() string {
	if m.Luck != nil {
		return fmt.Sprintf("%013X%013X", m.Luck.Uint64()>>12, m.Luck.Uint64()>>12)
	}
	return crypto.Text()
}

// choose is up to an hour from what the film asks for – sooner, where there is room for sooner – or from one day to
// two where it asks for nothing. It is never the service's own default, which everybody's tasks have and which some
// gateways make of all that is longer, and never whole minutes, so that one that is rounded shows it. The caller holds
// the lock.
func (m *Marks) choose(asked int) int {
	if m.taken == nil {
		m.taken = map[int]bool{DefaultExpiry: true}
	}
	low, n := DefaultExpiry/2, DefaultExpiry/2
	if asked != 0 {
		low, n = max(MinExpiry, asked-markSpread), markSpread
	}
	draw := rand.IntN
	if m.Luck != nil {
		draw = m.Luck.IntN
	}
	mark := low + draw(n)
	for tries := 0; (m.taken[mark] || mark%60 == 0) && tries < 2*n; tries++ { // more takes than there are marks share some
		mark = low + draw(n)
	}
	m.taken[mark] = true
	return mark
}

// Read takes a mark apart. 0 and "" stand for what it does not hold.
func Read(mark string) (expiry int, identifier string) {
	number, identifier, _ := strings.Cut(mark, " ")
	expiry, _ = strconv.Atoi(number)
	return expiry, identifier
}

// Marked is the request with its mark in the fields that the service echoes.
func Marked(r provider.Request) provider.Request {
	expiry, identifier := Read(r.Mark)
	if expiry != 0 {
		r.ExpiresAfter = expiry
	}
	if r.SafetyIdentifier == "" {
		r.SafetyIdentifier = identifier
	}
	return r
}

// Of is what a mark holds of the two, for a service that tells only one of them back; "" where it tells neither.
func Of(mark string, expiry, identifier bool) string {
	number, name, named := strings.Cut(mark, " ")
	switch {
	case expiry && identifier && named:
		return mark
	case identifier && named:
		return "0 " + name
	case expiry:
		return number
	}
	return ""
}

// Unnamed is a mark without its identifier, for a service that takes none; "" where it has none.
func Unnamed(mark string) string {
	number, _, named := strings.Cut(mark, " ")
	if !named {
		return ""
	}
	return number
}
