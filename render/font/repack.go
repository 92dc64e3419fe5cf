package font

import "encoding/binary"

// repack copies the first font out of a font file, each of its tables on a multiple of four bytes. The parser
// insists on that, while fonts in wide use (WenQuanYi's collections) do not keep to it. nil for what is no font.
func repack(b []byte) []byte {
	at := 0
	if len(b) >= 16 && string(b[:4]) == "ttcf" {
		at = int(binary.BigEndian.Uint32(b[12:]))
	}
	if at < 0 || at+12 > len(b) {
		return nil
	}
	n := int(binary.BigEndian.Uint16(b[at+4:]))
	if at+12+16*n > len(b) {
		return nil
	}
	out := append([]byte(nil), b[at:at+12+16*n]...)
	for i := range n {
		entry := out[12+16*i : 28+16*i]
		from, size := int(binary.BigEndian.Uint32(entry[8:])), int(binary.BigEndian.Uint32(entry[12:]))
		if from < 0 || size < 0 || size > len(b) || from > len(b)-size || len(out) > maxFont {
			return nil
		}
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
		binary.BigEndian.PutUint32(out[12+16*i+8:], uint32(len(out)))
		out = append(out, b[from:from+size]...)
	}
	return out
}
