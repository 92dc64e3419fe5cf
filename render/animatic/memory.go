package animatic

// This file keeps the world of a clip in the picture of its last frame, and finds it there again.

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/png"
)

// The world of a last frame travels in the PNG itself, as a text chunk of this keyword: chains pass the bytes on
// untouched, and to everything else it is an ordinary picture.
const memoryKeyword = "shotchain animatic\x00"

// maxMemory bounds what is read back of a stranger's picture.
const maxMemory = 16 << 10

const (
	pngHeader = 8              // signature
	pngIHDR   = 4 + 4 + 13 + 4 // the first chunk: length, name, body, checksum
)

// encodePNG writes a picture, with the world where there is one.
func encodePNG(img image.Image, w *world) ([]byte, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil || w == nil {
		return b.Bytes(), err
	}
	body, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	data := append([]byte("tEXt"+memoryKeyword), body...)
	var chunk []byte
	chunk = binary.BigEndian.AppendUint32(chunk, uint32(len(data)-4))
	chunk = append(chunk, data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(data))
	at := pngHeader + pngIHDR
	out := append([]byte(nil), b.Bytes()[:at]...)
	return append(append(out, chunk...), b.Bytes()[at:]...), nil
}

// remember reads the world from a picture that encodePNG wrote, nil for any other.
func remember(b []byte) *world {
	if !bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) {
		return nil
	}
	for b = b[pngHeader:]; len(b) >= 12; {
		n := int64(binary.BigEndian.Uint32(b))
		if n > int64(len(b)-12) {
			return nil
		}
		body, ok := bytes.CutPrefix(b[4:8+n], []byte("tEXt"+memoryKeyword))
		if ok && len(body) <= maxMemory {
			var w world
			if json.Unmarshal(body, &w) != nil || !w.sane() {
				return nil
			}
			return &w
		}
		if string(b[4:8]) == "IDAT" {
			return nil
		}
		b = b[12+n:]
	}
	return nil
}
