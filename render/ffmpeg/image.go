package ffmpeg

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // a picture's format is found by its bytes
	_ "image/jpeg"
	_ "image/png"
	"os"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// Limits of a picture that is decoded here; a provider's frames stay far below.
const (
	maxImageBytes  = 64 << 20
	maxImagePixels = 64 << 20
)

// ImageFacts are what a picture is, by its bytes.
type ImageFacts struct {
	Width, Height int
	MediaType     string // image/png, image/jpeg, …
}

// VerifyImage decodes a picture file and reports what it is, whatever its name says.
func VerifyImage(path string) (ImageFacts, error) {
	st, err := os.Stat(path)
	if err != nil {
		return ImageFacts{}, err
	}
	if st.Size() > maxImageBytes {
		return ImageFacts{}, fmt.Errorf("%s has %d bytes: too much for a picture", path, st.Size())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return ImageFacts{}, err
	}
	_, f, err := DecodeImage(b)
	if err != nil {
		return ImageFacts{}, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// DecodeImage decodes a picture of bounded size.
func DecodeImage(b []byte) (image.Image, ImageFacts, error) {
	c, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, ImageFacts{}, fmt.Errorf("not a picture: %w", err)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxImagePixels {
		return nil, ImageFacts{}, fmt.Errorf("not a usable picture: %d×%d pixels", c.Width, c.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, ImageFacts{}, fmt.Errorf("%s does not decode: %w", format, err)
	}
	return img, ImageFacts{Width: c.Width, Height: c.Height, MediaType: "image/" + format}, nil
}
