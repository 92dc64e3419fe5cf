// Package exiftest writes picture files that say how they are to be turned.
package exiftest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
)

// Order is a byte order that is read and written.
type Order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// Block is the Exif data that says an orientation and nothing else.
func Block(order Order, turn int) []byte {
	b := []byte("II*\x00")
	if order.Uint16([]byte{0, 1}) == 1 {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(order.AppendUint16(b, 0x0112), 3) // a short
	b = order.AppendUint16(order.AppendUint32(b, 1), uint16(turn))
	return append(b, 0, 0, 0, 0, 0, 0)
}

// JPEG is the file of a picture with an Exif block.
func JPEG(img image.Image, block []byte) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}) // a buffer takes all
	app1 := append([]byte("Exif\x00\x00"), block...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(app1)+2))
	return bytes.Join([][]byte{head, app1, b.Bytes()[2:]}, nil)
}

// PNG is the file of a picture with an Exif block.
func PNG(img image.Image, block []byte) []byte {
	const header = 8 + 25 // the signature and the first chunk
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	chunk := append([]byte("eXIf"), block...)
	exif := append(binary.BigEndian.AppendUint32(nil, uint32(len(block))), chunk...)
	exif = binary.BigEndian.AppendUint32(exif, crc32.ChecksumIEEE(chunk))
	return bytes.Join([][]byte{b.Bytes()[:header], exif, b.Bytes()[header:]}, nil)
}
