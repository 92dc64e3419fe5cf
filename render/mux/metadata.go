package mux

// This file writes what a file says of itself.

import "strings"

// metadata is the title and the comment as iTunes and everyone since keeps them.
func (m *Movie) metadata() []byte {
	var items [][]byte
	for _, kv := range [][2]string{{"\xa9nam", oneLine(m.Title)}, {"\xa9cmt", oneLine(m.Comment)}} {
		if kv[1] != "" {
			items = append(items, box(kv[0], box("data", u32(1, 0), []byte(strings.ToValidUTF8(kv[1], "�")))))
		}
	}
	if items == nil {
		return nil
	}
	return box("udta",
		full("meta", 0, full("hdlr", 0, u32(0), []byte("mdirappl"), make([]byte, 9)), box("ilst", items...)))
}

// Tag is metadata of any name.
type Tag struct{ Key, Value string }

// tags are the further metadata as QuickTime keeps them: a list of keys, and values by their numbers. ffmpeg writes
// them so where it is told to (use_metadata_tags), and reads them always.
func (m *Movie) tags() []byte {
	if len(m.Tags) == 0 {
		return nil
	}
	keys, items := [][]byte{u32(uint32(len(m.Tags)))}, [][]byte{}
	for i, t := range m.Tags {
		keys = append(keys, box("mdta", []byte(oneLine(t.Key))))
		value := box("data", u32(1, 0), []byte(oneLine(t.Value)))
		items = append(items, append(u32(uint32(len(value)+8), uint32(i+1)), value...))
	}
	return full("meta", 0, full("hdlr", 0, u32(0), []byte("mdta"), make([]byte, 13)), full("keys", 0, keys...),
		box("ilst", items...))
}

// oneLine has blanks for line breaks and no other control characters.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "�")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
}
