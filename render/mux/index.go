package mux

// This file reads what an MP4 says of its tracks, of strangers' files too.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/Eyevinn/mp4ff/bits"
	"github.com/Eyevinn/mp4ff/mp4"
)

// Index is what the head of an MP4 says of its tracks.
type Index struct {
	Tracks     []*Track
	Timescale  uint32 // of the movie
	Fragmented bool   // what is said is not all
}

// ReadIndex reads the moov box. A file that claims what it cannot hold lacks the track that does so.
func ReadIndex(path string) (x Index, err error) {
	moov, err := readMoov(path)
	if err != nil {
		return Index{}, err
	}
	defer func() { // the box decoders were not written for hostile files
		if v := recover(); v != nil {
			x, err = Index{}, fmt.Errorf("%s: damaged tables: %v", path, v)
		}
	}()
	walk(moov, func(name string, body []byte) {
		switch name {
		case "mvhd":
			x.Timescale = timescale(body)
		case "mvex":
			x.Fragmented = true
		case "trak":
			t := &Track{}
			if t.read(body, 0) {
				x.Tracks = append(x.Tracks, t)
			}
		}
	})
	return x, nil
}

// maxMoov bounds what is read of a stranger's file: a moov of an hour at 24 frames per second has about 2 MB.
const maxMoov = 64 << 20

var errNoMoov = errors.New("no moov box")

// readMoov walks the top-level boxes without reading media data.
func readMoov(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	var head [16]byte
	for at := int64(0); at+8 <= st.Size(); {
		n, _ := file.ReadAt(head[:], at)
		if n < 8 {
			return nil, errNoMoov
		}
		size, skip := int64(binary.BigEndian.Uint32(head[:4])), int64(8)
		switch {
		case size == 1 && n == 16:
			size, skip = int64(binary.BigEndian.Uint64(head[8:])), 16
		case size == 0:
			size = st.Size() - at
		}
		if size < skip || size > st.Size()-at {
			return nil, errNoMoov
		}
		if string(head[4:8]) == "moov" {
			if size-skip > maxMoov {
				return nil, errNoMoov
			}
			body := make([]byte, size-skip)
			_, err := file.ReadAt(body, at+skip)
			if err == io.EOF {
				err = nil
			}
			return body, err
		}
		at += size
	}
	return nil, errNoMoov
}

// walk calls visit for each box in body; it stops at the first that does not fit.
func walk(body []byte, visit func(name string, body []byte)) {
	for len(body) >= 8 {
		size := int(binary.BigEndian.Uint32(body))
		if size < 8 || size > len(body) {
			return
		}
		visit(string(body[4:8]), body[8:size])
		body = body[size:]
	}
}

// Track is what is kept of a trak box; a table that is not there is nil.
type Track struct {
	Handler   string // vide, soun, …
	Timescale uint32 // ticks per second
	stsd      []byte
	Stts      *mp4.SttsBox // how long samples last
	Ctts      *mp4.CttsBox // how long after decoding they are shown
	Elst      *mp4.ElstBox // edit list
	Samples   uint32
	Turned    bool // to be shown other than it is stored
}

// read collects the boxes of a trak. False: a table claims more entries than it has room for.
func (t *Track) read(body []byte, depth int) bool {
	ok := true
	walk(body, func(name string, b []byte) {
		switch name {
		case "mdia", "minf", "stbl", "edts":
			ok = ok && depth < 4 && t.read(b, depth+1)
		case "tkhd":
			t.Turned = turned(b)
		case "mdhd":
			t.Timescale = timescale(b)
		case "hdlr":
			if len(b) >= 12 {
				t.Handler = string(b[8:12])
			}
		case "stsd":
			t.stsd = b
		case "stsz":
			if ok = ok && len(b) >= 12; ok {
				t.Samples = binary.BigEndian.Uint32(b[8:])
			}
		case "stts":
			if ok = ok && fits(b, 8, 8); ok {
				t.Stts = Decode[*mp4.SttsBox]("stts", b, mp4.DecodeSttsSR)
			}
		case "ctts":
			if ok = ok && fits(b, 8, 8); ok {
				t.Ctts = Decode[*mp4.CttsBox]("ctts", b, mp4.DecodeCttsSR)
			}
		case "elst":
			if ok = ok && fits(b, 8, 12); ok {
				t.Elst = Decode[*mp4.ElstBox]("elst", b, mp4.DecodeElstSR)
			}
		}
	})
	return ok
}

// fits reports whether a table with its count in the four bytes before head has room for all its entries.
func fits(b []byte, head, entry int) bool {
	return len(b) >= head && int64(binary.BigEndian.Uint32(b[head-4:])) <= int64(len(b)-head)/int64(entry)
}

// Decode decodes the body of a box, nil where that fails. It may panic: the decoders were not written for hostile files.
func Decode[B mp4.Box](name string, body []byte,
	with func(mp4.BoxHeader, uint64, bits.SliceReader) (mp4.Box, error)) (none B) {
	box, err := with(mp4.BoxHeader{Name: name, Size: uint64(len(body) + 8), Hdrlen: 8}, 0, bits.NewFixedSliceReader(body))
	if err != nil {
		return none
	}
	b, _ := box.(B)
	return b
}

// timescale is that of an mvhd or mdhd box: both begin alike.
func timescale(b []byte) uint32 {
	at := 12
	if len(b) > 0 && b[0] == 1 {
		at = 20
	}
	if len(b) < at+4 {
		return 0
	}
	return binary.BigEndian.Uint32(b[at:])
}

// turned reports whether a tkhd box's matrix is more than the identity.
func turned(b []byte) bool {
	at := 40
	if len(b) > 0 && b[0] == 1 {
		at = 52
	}
	if len(b) < at+36 {
		return false
	}
	identity := [9]uint32{0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000}
	for i, v := range identity {
		if binary.BigEndian.Uint32(b[at+4*i:]) != v {
			return true
		}
	}
	return false
}

// Entry is the first sample description.
func (t *Track) Entry() (name string, body []byte) {
	if len(t.stsd) < 16 {
		return "", nil
	}
	walk(t.stsd[8:], func(n string, b []byte) {
		if name == "" {
			name, body = n, b
		}
	})
	return name, body
}
