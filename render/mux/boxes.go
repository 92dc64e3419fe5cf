package mux

// This file writes boxes, what an MP4 is made of.

import (
	"bytes"
	"encoding/binary"

	"github.com/Eyevinn/mp4ff/mp4"
)

// box is an MP4 box of parts.
func box(name string, parts ...[]byte) []byte {
	n := 8
	for _, p := range parts {
		n += len(p)
	}
	b := make([]byte, 0, n)
	b = append(binary.BigEndian.AppendUint32(b, uint32(n)), name...)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// full is a box with version 0 and flags.
func full(name string, flags uint32, parts ...[]byte) []byte {
	return box(name, append([][]byte{u32(flags)}, parts...)...)
}

func u32(all ...uint32) []byte {
	var b []byte
	for _, v := range all {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

func u16(all ...uint16) []byte {
	var b []byte
	for _, v := range all {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func encode(b mp4.Box) []byte {
	var out bytes.Buffer
	if err := b.Encode(&out); err != nil {
		panic(err) // tables of numbers into memory
	}
	return out.Bytes()
}

// identity is the matrix of mvhd and tkhd boxes that changes nothing.
var identity = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

// runs calls emit for each run of equal values.
func runs[T comparable](values []T, emit func(n uint32, v T)) {
	for i := 0; i < len(values); {
		k := i + 1
		for k < len(values) && values[k] == values[i] {
			k++
		}
		emit(uint32(k-i), values[i])
		i = k
	}
}
