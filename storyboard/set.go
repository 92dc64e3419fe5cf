package storyboard

// How keys store their values: the setters that the rows of the table name.

import (
	"cmp"
	"fmt"
	"slices"
)

// setter stores what a key holds in the thing that its mapping describes (to), or reports why it cannot.
type setter func(r *reader, to any, f field)

// reads is the setter of a key that is more than a plain value.
func reads[T any](store func(*reader, T, field)) setter {
	return func(r *reader, to any, f field) { store(r, to.(T), f) }
}

// told is reads for what brings its reader along.
func told[T any](store func(T, field)) setter {
	return func(_ *reader, to any, f field) { store(to.(T), f) }
}

// stores is the setter of a plain value.
func stores[T, V any](of func(T) *V) setter {
	return reads(func(r *reader, to T, f field) {
		if v, ok := r.scalar(f); ok {
			v.store(of(to))
		}
	})
}

// sets is the setter of a plain value that is kept with its place.
func sets[T, V any](of func(T) *Setting[V]) setter {
	return reads(func(r *reader, to T, f field) {
		if v, ok := r.scalar(f); ok {
			s := Setting[V]{Set: true, Pos: v.at}
			v.store(&s.Value)
			*of(to) = s
		}
	})
}

// looks is sets for the settings that are inherited.
func looks[V any](of func(*Look) *Setting[V]) setter {
	return sets(func(to styled) *Setting[V] { return of(to.look()) })
}

// styled is what has inherited settings: the film's look, a scene, a shot.
type styled interface{ look() *Look }

func (l *Look) look() *Look { return l }

// fills is the setter of a mapping of its own.
func fills[T, P any](of func(T) *P) setter {
	return reads(func(r *reader, to T, f field) {
		if fs, ok := r.part(f.value, f.key.of); ok {
			r.fill(of(to), fs)
		}
	})
}

// briefly is fills for a mapping that may be written as its first key's value alone.
func briefly[T, P any](of func(T) *P) setter {
	return reads(func(r *reader, to T, f field) {
		if fs, ok := r.line(f.value, f.key.of); ok {
			r.fill(of(to), fs)
		}
	})
}

// readBefore is the setter of what is read before the film, which is written in its words.
func readBefore(*reader, any, field) {}

// fill reads a mapping's keys into what the mapping describes.
func (r *reader) fill(to any, fs fields) {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b field) int { return cmp.Compare(a.key.turn, b.key.turn) })
	for _, f := range fs {
		found := len(r.found)
		if f.key.set(r, to, f); len(r.found) > found {
			r.spoil(f.key.name)
		}
	}
}

// store writes the value as a type that keys are kept as.
func (v value) store(to any) {
	switch to := to.(type) {
	case *string:
		*to = v.text
	case *bool:
		*to = v.yes
	case *int:
		*to = int(v.number)
	case *int64:
		*to = v.number
	case *float64:
		*to = float64(v.number) / 1000
	case *Length:
		*to = Length{int(v.number), v.tenths}
	case *Instant:
		*to = Instant{v.time, v.back}
	case *Time:
		*to = v.time
	case *Range:
		*to = v.span
	case *Ratio:
		*to = reduce(v.number, 1000)
	case *Size:
		*to = v.size
	case *Anchor:
		*to = v.anchor
	default:
		panic(fmt.Sprintf("no key is kept as a %T", to))
	}
}
