package vet

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// scanned is how much of a file's beginning and of its end is looked through, bytes.
const scanned = 4 << 20

// provenance is what a file's bytes say of where it comes from. Nothing of it is verified.
type provenance struct {
	digest string // sha256 of the whole file, hex

	box       bool   // a C2PA manifest box is there
	agent     string // softwareAgent
	version   string
	model     string // model_name
	logID     string
	signer    string
	source    string // digitalSourceType
	generator string
	when      time.Time // zero for none
	app       string    // what the consumer product writes instead, "" for nothing
	label     bool      // China's AIGC label

	brand   string   // of ftyp
	order   []string // of the first boxes
	encoder []string // words that encoders and muxers leave
}

// c2paBox is the user type of a C2PA manifest box.
var c2paBox = []byte{0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81}

// look reads a file's first and last bytes, and its digest.
func look(path string) (p provenance, err error) {
	f, err := os.Open(path)
	if err != nil {
		return p, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return p, err
	}
	p.digest = hex.EncodeToString(h.Sum(nil))
	info, err := f.Stat()
	if err != nil {
		return p, err
	}
	p.boxes(f, info.Size())
	b := make([]byte, min(info.Size(), 2*scanned))
	head := len(b)
	if info.Size() > 2*scanned {
		head = scanned
		if _, err := f.ReadAt(b[head:], info.Size()-scanned); err != nil {
			return p, err
		}
	}
	if _, err := f.ReadAt(b[:head], 0); err != nil && err != io.EOF {
		return p, err
	}
	p.scan(b)
	return p, nil
}

// maxBoxes bounds how many top-level boxes are walked.
const maxBoxes = 64

// boxes walks the top level of an MP4; whatever is none ends it.
func (p *provenance) boxes(f io.ReaderAt, size int64) {
	var head [32]byte
	for at := int64(0); at+8 <= size && len(p.order) < maxBoxes; {
		n, err := f.ReadAt(head[:], at)
		if n < 8 || err != nil && err != io.EOF {
			return
		}
		length, from := int64(binary.BigEndian.Uint32(head[:])), 8
		name := string(head[4:8])
		switch {
		case strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) >= 0:
			return
		case length == 1 && n >= 16:
			length, from = int64(binary.BigEndian.Uint64(head[8:])), 16
		case length == 0:
			length = size - at
		}
		if length < int64(from) || length > size-at {
			return
		}
		p.order = append(p.order, name)
		if name == "ftyp" && n >= from+4 {
			p.brand = printable(string(head[from:from+4]), 4)
		}
		p.box = p.box || name == "uuid" && n >= from+16 && bytes.Equal(head[from:from+16], c2paBox)
		at += length
	}
}

var (
	timePattern  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	logIDPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{24}$`)
	lavfPattern  = regexp.MustCompile(`Lav[fc]\d+\.\d+\.\d+`)
	x264Pattern  = regexp.MustCompile(`x26[45] [^\x00]{0,40}`)
)

// scan looks for what C2PA's CBOR, the consumer product and encoders write.
func (p *provenance) scan(b []byte) {
	if i := bytes.Index(b, c2paBox); i >= 0 { // only inside the manifest: a prompt may say anything
		m := b[i:]
		p.agent, p.version = agentIn(m)
		p.model = textAfter(m, "model_name")
		if id := textAfter(m, "log_id"); logIDPattern.MatchString(id) {
			p.logID = id
		}
		p.source = textAfter(m, "digitalSourceType")
		p.generator = textWith(m, "c2pa-rs")
		for _, s := range []string{"certificate_center@volcengine.com", "certificate@byteplus.com"} {
			if bytes.Contains(m, []byte(s)) {
				p.signer = s
			}
		}
		if at := timePattern.FindString(textAfter(m, "time")); at != "" {
			p.when, _ = time.Parse(time.RFC3339, at)
		}
	}
	for _, key := range []string{"aigc_label_type", `"vid"`} {
		if bytes.Contains(b, []byte(key)) {
			p.app = key
		}
	}
	p.label = bytes.Contains(b, []byte(`{"AIGC":{"Label"`))
	for _, re := range []*regexp.Regexp{lavfPattern, x264Pattern} {
		for _, m := range re.FindAll(b, 4) {
			if s := printable(string(m), 120); !slices.Contains(p.encoder, s) {
				p.encoder = append(p.encoder, s)
			}
		}
	}
}

// agentIn finds the software agent: a text, or a map with name and version.
func agentIn(m []byte) (name, version string) {
	i := bytes.Index(m, []byte("softwareAgent"))
	if i < 0 {
		return "", ""
	}
	m = m[i+len("softwareAgent"):]
	m = m[:min(len(m), 512)]
	if s := text(m); s != "" {
		return s, ""
	}
	return textAfter(m, "name"), textAfter(m, "version")
}

// textAfter is the CBOR text that follows a key which is a CBOR text itself, "" for none.
func textAfter(b []byte, key string) string {
	for {
		i := bytes.Index(b, []byte(key))
		if i < 0 {
			return ""
		}
		before := b[:i]
		b = b[i+len(key):]
		isKey := len(before) > 0 && (before[len(before)-1] == 0x60|byte(len(key)) || len(before) > 1 &&
			before[len(before)-2] == 0x78 && before[len(before)-1] == byte(len(key)))
		if s := text(b); isKey && s != "" {
			return s
		}
	}
}

// text is the CBOR text that b begins with, at most 120 characters of it, "" for none.
func text(b []byte) string {
	if len(b) < 2 {
		return ""
	}
	n, from := 0, 0
	switch {
	case b[0] >= 0x60 && b[0] < 0x78:
		n, from = int(b[0]-0x60), 1
	case b[0] == 0x78:
		n, from = int(b[1]), 2
	case b[0] == 0x79 && len(b) > 3:
		n, from = int(binary.BigEndian.Uint16(b[1:])), 3
	}
	if n == 0 || from+n > len(b) {
		return ""
	}
	return printable(string(b[from:from+n]), 120)
}

// textWith is the run of printable characters that a word stands in.
func textWith(b []byte, word string) string {
	i := bytes.Index(b, []byte(word))
	if i < 0 {
		return ""
	}
	end := i
	for end < len(b) && end < i+40 && b[end] > ' ' && b[end] < 0x7f {
		end++
	}
	return printable(string(b[i:end]), 120)
}
