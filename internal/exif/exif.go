// Package exif knows how a picture file is meant to be seen: cameras store what they saw as the sensor lay, and say in
// the file's Exif data how it is to be turned. Everything that measures a still, shows it or sends it goes by that.
package exif

import (
	"image"
	"image/color"
	"io"

	"github.com/bep/imagemeta"
)

// Turn is the orientation of a picture as Exif numbers it (tag 0x0112, 1 to 8): what is to be done to its stored rows
// and columns. 1, and 0, are as stored.
type Turn int

// formats are those that carry Exif data, by the names of package image.
var formats = map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "tiff": imagemeta.TIFF,
	"webp": imagemeta.WebP}

// TurnOf reads how a picture of that format is to be turned; 1 where it does not say, or not so that it can be read: as
// every viewer shows it then. It reads from the beginning.
func TurnOf(r io.ReadSeeker, format string) Turn {
	turn := Turn(1)
	f, ok := formats[format]
	if !ok {
		return turn
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return turn
	}
	_, _ = imagemeta.Decode(imagemeta.Options{R: r, ImageFormat: f, Sources: imagemeta.EXIF, // unreadable: not said
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Namespace == "IFD0" && tag.Tag == "Orientation" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if n, ok := tag.Value.(uint16); ok && n >= 1 && n <= 8 {
				turn = Turn(n)
			}
			return imagemeta.ErrStopWalking
		}})
	return turn
}

// Size is the size in which a picture that is stored in width × height is seen.
func (t Turn) Size(width, height int) (int, int) {
	if t.sideways() {
		return height, width
	}
	return width, height
}

// sideways reports whether stored rows are seen as columns.
func (t Turn) sideways() bool { return t >= 5 && t <= 8 }

// Upright is the picture as it is seen; nothing is copied.
func (t Turn) Upright(img image.Image) image.Image {
	if t <= 1 || t > 8 {
		return img
	}
	return upright{img, t}
}

type upright struct {
	image.Image // as it is stored
	turn        Turn
}

func (u upright) Bounds() image.Rectangle {
	b := u.Image.Bounds()
	w, h := u.turn.Size(b.Dx(), b.Dy())
	return image.Rect(0, 0, w, h)
}

func (u upright) At(x, y int) color.Color {
	b, seen := u.Image.Bounds(), u.Bounds()
	x, y = u.turn.stored(x, y, seen.Dx(), seen.Dy())
	return u.Image.At(b.Min.X+x, b.Min.Y+y)
}

// stored is where the pixel that is seen at x, y of a picture seen in w × h is stored. The number says which stored edge
// is seen on top, and which on the left (Exif 2.32, 4.6.4 A).
func (t Turn) stored(x, y, w, h int) (int, int) {
	switch t {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6: // a quarter clockwise brings it upright
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return h - 1 - y, x
	}
	return x, y
}
