package sim

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	_ "image/gif"  // decoded by image.DecodeConfig
	_ "image/jpeg" // "
	_ "image/png"  // "
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"

	_ "golang.org/x/image/bmp"  // decoded by image.DecodeConfig
	_ "golang.org/x/image/tiff" // "
	_ "golang.org/x/image/webp" // "

	"shotchain/chain/models"
)

// picture is an input whose bytes have been looked at.
type picture struct {
	role, format string // format as image.DecodeConfig names it, or heic
	size         models.Size
	data         []byte
}

// dataURL is the form in which a body carries a picture; the subtype is in lower case.
var dataURL = regexp.MustCompile(`^data:(image|audio|video)/([a-z0-9.+-]+);base64,`)

// open gets a part's bytes: from the URL itself, or from a file of the service's own. host is the one by which the
// request came. media is "" where the URL does not say.
func (s *Service) open(p part, host string) (data []byte, media string, e *refusal) {
	kind := map[string]string{roleVideo: "video", roleAudio: "audio"}[p.role]
	if m := dataURL.FindStringSubmatch(head(p.url, 100)); m != nil {
		switch {
		case kind == "" && m[1] != "image" || kind == "audio" && m[1] != "audio" || kind == "video":
			return nil, "", badImage(".InvalidFormat", "a %s/%s is no %s", m[1], m[2], p.role)
		}
		data, err := base64.StdEncoding.DecodeString(p.url[len(m[0]):])
		if err != nil {
			return nil, "", badImage(".InvalidFormat", "its base64 is damaged")
		}
		return data, m[2], nil
	}
	u, err := url.Parse(p.url)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, "", badImage("", "it is neither a data URL nor an http URL that this service can open")
	}
	data, e = s.ownFile(u, host)
	return data, "", e
}

func head(s string, n int) string { return s[:min(n, len(s))] }

// look checks a picture against the model's limits.
func look(role string, data []byte, media string, limits models.Images) (picture, *refusal) {
	none := picture{}
	if len(data) == 0 {
		return none, badImage(".EmptyURL", "it is empty")
	}
	if int64(len(data)) >= limits.MaxBytes {
		return none, badImage(".SizeLimit", "it has %d bytes, less than %d are taken", len(data), limits.MaxBytes)
	}
	size, format := measure(data)
	switch {
	case format == "" || !whole(format, data):
		return none, badImage(".InvalidFormat", "it can not be decoded")
	case !slices.Contains(limits.Formats, format):
		return none, badImage(".InvalidFormat", "the model takes %s, not %s", strings.Join(limits.Formats, ", "), format)
	case media != "" && !sameFormat(media, format):
		return none, badImage(".InvalidFormat", "it is %s, not image/%s as it says", format, media)
	case min(size.Width, size.Height) < limits.MinSide || max(size.Width, size.Height) > limits.MaxSide:
		return none,
			badImage(".SizeLimit", "it has %s pixels, each side must have %d to %d", size, limits.MinSide, limits.MaxSide)
	}
	if r := float64(size.Width) / float64(size.Height); r < limits.MinRatio || r > limits.MaxRatio {
		return none,
			badImage(".SizeLimit", "width by height of %s is %.2f, it must be %g to %g", size, r, limits.MinRatio,
				limits.MaxRatio)
	}
	return picture{role, format, size, data}, nil
}

// sameFormat compares a media type's subtype with the bytes' format. jpg is a common misspelling.
func sameFormat(media, format string) bool {
	return media == format || media == "jpg" && format == "jpeg" || media == "x-ms-bmp" && format == "bmp" ||
		media == "heif" && format == "heic"
}

// measure reads a picture's size and format from its header; format "" for no picture.
func measure(data []byte) (models.Size, string) {
	if c, format, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
		return models.Size{Width: c.Width, Height: c.Height}, format
	}
	return heic(data)
}

// heicBrands are the major brands of HEIF files with a picture in them.
var heicBrands = []string{"heic", "heix", "heim", "heis", "mif1", "msf1"}

// heic reads the largest `ispe` property: the picture's size, where its tiles and thumbnail are smaller. The standard
// library decodes none of it, and neither is more needed here.
func heic(data []byte) (size models.Size, format string) {
	if len(data) < 12 || string(data[4:8]) != "ftyp" || !slices.Contains(heicBrands, string(data[8:12])) {
		return size, ""
	}
	for rest := data; ; {
		i := bytes.Index(rest, []byte("ispe"))
		if i < 0 || len(rest) < i+16 {
			break
		}
		w, h := binary.BigEndian.Uint32(rest[i+8:]), binary.BigEndian.Uint32(rest[i+12:])
		if uint64(w)*uint64(h) > uint64(size.Width)*uint64(size.Height) && max(w, h) < math.MaxInt32 {
			size = models.Size{Width: int(w), Height: int(h)}
		}
		rest = rest[i+16:]
	}
	if size.Width == 0 {
		return size, ""
	}
	return size, "heic"
}

// whole reports whether a picture has its end: a header alone decodes too, and decoding all of it would take the
// memory of 36 million pixels.
func whole(format string, data []byte) bool {
	switch tail := data[max(0, len(data)-64):]; format {
	case "png":
		return bytes.Contains(tail, []byte("IEND"))
	case "jpeg":
		return bytes.Contains(tail, []byte{0xff, 0xd9})
	case "gif":
		return bytes.IndexByte(tail, 0x3b) >= 0
	case "webp":
		return uint64(len(data)) >= 8+uint64(binary.LittleEndian.Uint32(data[4:]))
	}
	return true
}
