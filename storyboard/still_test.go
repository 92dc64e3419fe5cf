package storyboard

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// opening is a film whose only shot opens on a still.
func opening(still string) []byte {
	return []byte("scenes: [{id: a, shots: [{id: b, prompt: x, first_frame: '" + still + "'}]}]\n")
}

func writePicture(t testing.TB, path string) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	return b.Bytes()
}

func TestStillsOfEveryFormat(t *testing.T) {
	dir := t.TempDir()
	m := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Black, color.White})
	write := func(name string, encode func(*bytes.Buffer) error) {
		var b bytes.Buffer
		require.NoError(t, encode(&b))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644))
	}
	write("jpeg", func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) })
	write("png", func(b *bytes.Buffer) error { return png.Encode(b, m) })
	write("gif", func(b *bytes.Buffer) error { return gif.Encode(b, m, nil) })
	write("bmp", func(b *bytes.Buffer) error { return bmp.Encode(b, m) })
	write("tiff", func(b *bytes.Buffer) error { return tiff.Encode(b, m, nil) })
	write("webp", func(b *bytes.Buffer) error { // 1×1, lossless
		raw, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
		b.Write(raw)
		return err
	})
	for _, format := range []string{"jpeg", "png", "gif", "bmp", "tiff", "webp"} {
		sb, err := Parse("f", dir, opening(format), Options{})
		require.NoError(t, err, format)
		still := sb.Shots()[0].FirstFrame
		require.Equal(t, format, still.Format)
		want, err := os.ReadFile(filepath.Join(dir, format))
		require.NoError(t, err)
		got, err := still.Read()
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.EqualValues(t, len(want), still.Size)
		if format != "webp" {
			require.Equal(t, []int{40, 30}, []int{still.Width, still.Height}, format)
		}
	}
}

// A file that was cut off has a whole header, and so a size and a format; what is missing is found before it is sent.
func TestStillsAreDecodedWhole(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range m.Pix { // noise, so that no compression makes it small
		m.Pix[i] = byte(i * i >> 3)
	}
	webp, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	require.NoError(t, err)
	encoded := map[string][]byte{"webp": webp}
	for format, encode := range map[string]func(io.Writer) error{
		"jpeg": func(w io.Writer) error { return jpeg.Encode(w, m, nil) },
		"png":  func(w io.Writer) error { return png.Encode(w, m) },
		"gif":  func(w io.Writer) error { return gif.Encode(w, m, nil) },
		"bmp":  func(w io.Writer) error { return bmp.Encode(w, m) },
		"tiff": func(w io.Writer) error { return tiff.Encode(w, m, &tiff.Options{Compression: tiff.Deflate}) },
	} {
		var b bytes.Buffer
		require.NoError(t, encode(&b))
		encoded[format] = b.Bytes()
	}
	for format, whole := range encoded {
		t.Run(format, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "cut.pic")
			require.NoError(t, os.WriteFile(file, whole, 0o644))
			_, err := Parse("f", dir, opening("cut.pic"), Options{})
			require.NoError(t, err)
			lengths := []int{len(whole) / 2, len(whole) * 4 / 5, len(whole) * 95 / 100}
			if format != "tiff" { // what ends one is not needed for its picture
				lengths = append(lengths, len(whole)-4)
			}
			for _, keep := range lengths {
				require.NoError(t, os.WriteFile(file, whole[:keep], 0o644))
				for _, shot := range []string{"first_frame: cut.pic", "references: [cut.pic]",
					"first_frame: cut.pic, to: ./cut.pic"} {
					_, err := Parse("f", dir, []byte("scenes: [{id: a, shots: [{id: b, prompt: x, "+shot+"}]}]\n"), Options{})
					require.ErrorContains(t, err, "`cut.pic` ", "%s, %d of %d bytes", shot, keep, len(whole))
				}
				_, err := Parse("f", dir,
					[]byte("cast: {eva: {look: a keeper, references: [cut.pic]}}\n"+string(opening("cut.pic"))), Options{})
				require.ErrorContains(t, err, "f:1:")
			}
		})
	}
}

func TestAStillsPixelsAreBounded(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewPaletted(image.Rect(0, 0, 8000, 5001), color.Palette{color.Black})))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vast.png"), b.Bytes(), 0o644))
	_, err := Parse("f", dir, opening("vast.png"), Options{})
	require.ErrorContains(t, err, "`vast.png` has 8000×5001 pixels: a still may have 40 million")
}

func TestStillsStayInAllowedFolders(t *testing.T) {
	base := t.TempDir()
	dir, shared := filepath.Join(base, "film"), filepath.Join(base, "shared")
	writePicture(t, filepath.Join(dir, "in.png"))
	writePicture(t, filepath.Join(shared, "out.png"))
	require.NoError(t, os.Symlink("in.png", filepath.Join(dir, "link.png")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "in.png"), filepath.Join(dir, "absolute.png")))
	require.NoError(t, os.Symlink("../shared", filepath.Join(dir, "folder")))
	require.NoError(t, os.Symlink("../shared/out.png", filepath.Join(dir, "escape.png")))
	require.NoError(t, os.Symlink("loop.png", filepath.Join(dir, "loop.png")))

	for still, allowed := range map[string]struct{ plainly, shared bool }{
		"in.png": {true, true}, "./in.png": {true, true}, "link.png": {true, true}, "absolute.png": {true, true},
		"x/../in.png":                {true, true},
		filepath.Join(dir, "in.png"): {true, true}, "../film/in.png": {true, true},
		"folder/out.png": {false, true}, "escape.png": {false, true}, "../shared/out.png": {false, true},
		filepath.Join(shared, "out.png"): {false, true},
		"loop.png":                       {false, false}, "../../etc/passwd": {false, false}, ".": {false, false},
		"..": {false, false},
	} {
		_, err := Parse("f", dir, opening(still), Options{})
		require.Equal(t, allowed.plainly, err == nil, "%s: %v", still, err)
		_, err = Parse("f", dir, opening(still), Options{AllowPaths: []string{shared}})
		require.Equal(t, allowed.shared, err == nil, "%s: %v", still, err)
	}
}

// What lies outside is not even asked about: a missing file and a present one get the same answer.
func TestStillsOutsideAreNotProbed(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "film")
	require.NoError(t, os.Mkdir(dir, 0o755))
	writePicture(t, filepath.Join(base, "there.png"))
	say := func(name string) string {
		_, err := Parse("f", dir, opening("../"+name), Options{})
		return strings.ReplaceAll(formatted(t, err), name, "X")
	}
	require.Equal(t, say("there.png"), say("other.png"))
}

func TestReadNeverLeavesTheFolder(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "film")
	writePicture(t, filepath.Join(dir, "a.png"))
	writePicture(t, filepath.Join(base, "secret"))
	sb, err := Parse("f", dir, opening("a.png"), Options{})
	require.NoError(t, err)
	still := sb.Shots()[0].FirstFrame
	require.NoError(t, os.Remove(still.Path))
	_, err = still.Read()
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.Symlink("../secret", still.Path))
	_, err = still.Read()
	require.Error(t, err)
	_, err = (&Still{URL: "https://example.com/a.png"}).Read()
	require.Error(t, err)
}

func TestStillsAreBounded(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "big.png")
	writePicture(t, path)
	require.NoError(t, os.Truncate(path, maxStill))
	_, err := Parse("f", dir, opening("big.png"), Options{})
	require.ErrorContains(t, err, "30 MB or larger")
	_, err = (&Still{Path: path}).Read()
	require.ErrorContains(t, err, "30 MB or larger")
	require.NoError(t, os.Truncate(path, maxStill-1))
	_, err = Parse("f", dir, opening("big.png"), Options{})
	require.NoError(t, err)
}

// The same letters in another form of Unicode are the same name, on file systems that tell the forms apart, too.
func TestAFileIsFoundByTheLettersThatPeopleSee(t *testing.T) {
	for _, disk := range []norm.Form{norm.NFC, norm.NFD} {
		for _, written := range []norm.Form{norm.NFC, norm.NFD} {
			dir := t.TempDir()
			want := writePicture(t, filepath.Join(dir, disk.String("Bücher"), disk.String("café.png")))
			sb, err := Parse("f", dir, opening(written.String("Bücher/café.png")), Options{})
			require.NoError(t, err)
			got, err := sb.Shots()[0].FirstFrame.Read()
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
	_, err := Parse("f", t.TempDir(), opening("café.png"), Options{})
	require.ErrorContains(t, err, "no such file")
}
