package seam

import (
	"fmt"
	"image"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// anyPicture is a frame of that size: of one colour, of noise, of a few codes, or of a gradient.
func anyPicture(t *rapid.T, w, h int, label string) Picture {
	p := Picture{w, h, make([]byte, w*h), make([]byte, w/2*(h/2)), make([]byte, w/2*(h/2))}
	kind := rapid.SampledFrom([]string{"flat", "flat", "noise", "two", "ramp"}).Draw(t, label)
	a, b := rapid.Byte().Draw(t, label+" a"), rapid.Byte().Draw(t, label+" b")
	state := uint32(a)<<8 | uint32(b) | 1
	fill := func(s []byte, w int) {
		for i := range s {
			switch kind {
			case "flat":
				s[i] = a
			case "two":
				s[i] = []byte{a, b}[i/7%2]
			case "ramp":
				s[i] = byte(int(a) + i%w)
			default:
				state ^= state << 13
				state ^= state >> 17
				state ^= state << 5
				s[i] = byte(state)
			}
		}
	}
	fill(p.Y, w)
	fill(p.U, w/2)
	fill(p.V, w/2)
	return p
}

// anyEdges are those of an arbitrary clip, small so that many can be tried.
func anyEdges(t *rapid.T, size, edge image.Point, label string) *Edges {
	e := &Edges{Size: size, Frames: rapid.IntRange(1, 60).Draw(t, label+" frames")}
	e.First, e.Last = anyPicture(t, size.X, size.Y, label+" first"), anyPicture(t, size.X, size.Y, label+" last")
	kinds := []Picture{anyPicture(t, edge.X, edge.Y, label+" one"), anyPicture(t, edge.X, edge.Y, label+" two")}
	turns := rapid.IntRange(1, 12).Draw(t, label+" turns")
	for i := range min(Span, e.Frames) {
		e.Head = append(e.Head, kinds[i/turns%2])
		e.Tail = append(e.Tail, kinds[(i+1)/turns%2])
	}
	return e
}

// requireFinite refuses NaN and infinities anywhere in a value.
func requireFinite(t require.TestingT, v any) {
	var walk func(reflect.Value)
	walk = func(r reflect.Value) {
		switch r.Kind() {
		case reflect.Float64:
			require.False(t, math.IsNaN(r.Float()) || math.IsInf(r.Float(), 0), "%+v", v)
		case reflect.Struct:
			for i := range r.NumField() {
				walk(r.Field(i))
			}
		case reflect.Slice, reflect.Array:
			for i := range r.Len() {
				walk(r.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(v))
}

func TestNothingIsEverNotANumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := []image.Point{{64, 36}, {64, 114}, {16, 2}, {4, 4}}
		size := rapid.SampledFrom(sizes).Draw(t, "size")
		other := size
		if rapid.IntRange(0, 9).Draw(t, "another shape") == 0 {
			other = sizes[0]
		}
		a, b := anyEdges(t, size, image.Pt(16, 10), "a"), anyEdges(t, other, image.Pt(16, 10), "b")
		l := Measure(a, b)
		requireFinite(t, l)
		require.True(t, l.Has("join") || l.Why() != "" || l.Missing["join"] != "")
		for _, f := range l.Flags() {
			require.NotContains(t, f.Words, "NaN")
			require.NotContains(t, f.Words, "Inf")
		}
		wish := Wish{rapid.SampledFrom([]string{None, Match, Level}).Draw(t, "wish"), true, true}
		joints := []Joint{{From: Opening}, {From: 0, Link: l, Wish: wish},
			{From: 1, Link: Measure(b, a), Wish: wish, Led: rapid.IntRange(1, 400).Draw(t, "led")},
			{From: 2, Link: l, Wish: wish, Anew: true}, {From: 1, Link: l, Wish: wish}}
		done := Correct(joints)
		requireFinite(t, done)
		requireFinite(t, Drifts(joints, nil))
		requireFinite(t, Drifts(joints, done))
		for _, c := range done {
			requireFinite(t, Measure(a, c.Edges(b)))
			require.Len(t, c.Edges(b).Head, len(b.Head))
		}
		v := Judge(Ending{Tail: a.Tail, Sharp: a.Tail, Frame: size, Clip: other, Next: size})
		require.Less(t, v.Better, max(1, len(a.Tail)))
		require.NotContains(t, fmt.Sprint(v), "NaN")
	})
}

func TestClipsOfOtherShapesAreNotMeasuredAndSayWhy(t *testing.T) {
	a, b := &Edges{Size: image.Pt(640, 360)}, &Edges{Size: image.Pt(640, 640)}
	l := Measure(a, b)
	require.Equal(t, "the clips have pictures of different shapes", l.Why())
	require.Empty(t, l.Flags())
	require.False(t, l.Has("luma"))
	l = Measure(nil, b)
	require.Equal(t, "a clip's frames are not there", l.Why())
}

func FuzzSound(f *testing.F) {
	f.Add([]byte{1, 2, 3}, 48000)
	f.Add(make([]byte, 3000), 8000)
	f.Fuzz(func(t *testing.T, b []byte, rate int) {
		s := make([]float32, len(b))
		for i, v := range b {
			s[i] = float32(int8(v)) / 128
		}
		requireFinite(t, Listen(s, s, rate))
	})
}
