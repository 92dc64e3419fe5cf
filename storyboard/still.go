package storyboard

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats that the service takes (ark-api.md §2), by their own headers
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
	"golang.org/x/text/unicode/norm"

	"shotchain/internal/exif"
	"shotchain/internal/say"
)

// maxStill is the size in bytes that a still must stay below: the service's limit for an input picture.
const maxStill = 30 << 20

// stills opens the pictures of one storyboard. Each file is looked at once.
type stills struct {
	dir   string // absolute
	roots []*stillRoot
	known map[string]looked   // by path as written
	texts map[string]textFile // that were read, by path as written
	edits map[string][]byte   // texts that are read in place of such files
}

// stillRoot is a folder that stills may be in. It is opened when it is first needed.
type stillRoot struct {
	path string // absolute, as given
	real string // without symbolic links; "" where there is no such folder
	root *os.Root
}

type looked struct {
	still Still
	err   *stillError
}

// stillError is what is wrong with a still.
type stillError struct {
	message string
	hint    func() string
}

func newStills(dir string, allow []string, edits map[string][]byte) *stills {
	s := &stills{dir: dir, edits: edits, known: map[string]looked{}, texts: map[string]textFile{}}
	for _, p := range append([]string{dir}, allow...) {
		if abs, err := filepath.Abs(p); err == nil {
			s.roots = append(s.roots, &stillRoot{path: abs})
		}
	}
	return s
}

// digest is that of a storyboard's source with the text files that it names.
func (s *stills) digest(src []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%x", sha256.Sum256(src))
	for _, name := range slices.Sorted(maps.Keys(s.texts)) {
		fmt.Fprintf(h, " %q %x", name, s.texts[name].digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// textFile is a text file that was read.
type textFile struct {
	path   string
	digest [sha256.Size]byte
}

// paths are those of the text files, in the order of their names.
func (s *stills) paths() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(s.texts)) {
		all = append(all, s.texts[name].path)
	}
	return all
}

func (s *stills) close() {
	for _, r := range s.roots {
		if r.root != nil {
			r.root.Close()
		}
	}
}

// still reads the value of a key as a picture. nil: it is none, and why was reported.
func (r *reader) still(v value) *Still {
	got, known := r.stills.known[v.text]
	if !known {
		got.still, got.err = r.stills.look(v.text)
		r.stills.known[v.text] = got
	}
	if got.err != nil {
		r.report(v.at, got.err.hint, "%s", got.err.message)
		return nil
	}
	still := got.still
	still.Pos = v.at
	return &still
}

var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// look finds out about a still, wherever it is.
func (s *stills) look(name string) (Still, *stillError) {
	if scheme.MatchString(name) && !filepath.IsAbs(name) {
		return remote(name)
	}
	if problem := backslash(name); problem != nil {
		return Still{}, problem
	}
	return s.local(name)
}

func backslash(name string) *stillError {
	if strings.Contains(name, `\`) && filepath.Separator == '/' {
		return &stillError{quote(name) + " has a backslash in it", advise("separate folders with /")}
	}
	return nil
}

// remote checks a URL. Nothing is fetched, and messages leave it out: it may be signed.
func remote(name string) (Still, *stillError) {
	u, err := url.Parse(name)
	switch {
	case err != nil:
		return Still{}, &stillError{message: "the still's URL cannot be read"}
	case strings.EqualFold(u.Scheme, "http"):
		return Still{}, &stillError{"remote stills are https only", advise("write https://")}
	case !strings.EqualFold(u.Scheme, "https"):
		return Still{}, &stillError{message: fmt.Sprintf("a still is a path or an https URL, not %s:", quote(u.Scheme))}
	case u.Hostname() == "":
		return Still{}, &stillError{message: "the still's URL names no host"}
	case u.User != nil:
		return Still{}, &stillError{"the still's URL holds a user name or password",
			advise("remove it: it would be sent to the provider")}
	case strings.ContainsAny(name, " \t\n"):
		return Still{}, &stillError{"the still's URL has a blank in it", advise("write %20")}
	}
	return Still{URL: name}, nil
}

// local looks at a file. First where the path leads by its letters, so that nothing outside is even asked about, then
// where it leads by its links, and then it is opened beneath the folder it must be in, whatever happens meanwhile.
func (s *stills) local(name string) (Still, *stillError) {
	root, real, rel, problem := s.find(name)
	if problem != nil {
		return Still{}, problem
	}
	still, problem := root.picture(name, rel)
	still.Path = real
	return still, problem
}

// find says which folder a path leads into, and the way there without links.
func (s *stills) find(name string) (root *stillRoot, real, rel string, problem *stillError) {
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(s.dir, full)
	}
	full = filepath.Clean(full)
	if !s.allowed(full) {
		return nil, "", "", outside(name)
	}
	real, err := evalSymlinks(full)
	if err != nil {
		return nil, "", "", s.unreadable(name, full, err)
	}
	if root, rel = s.home(real); root == nil {
		return nil, "", "", outside(name)
	}
	return root, real, rel, nil
}

// evalSymlinks is filepath.EvalSymlinks for a path as people see it: é is one letter to them, whether a file system, an
// archive or a keyboard wrote it as one code point or as two.
func evalSymlinks(full string) (real string, err error) {
	if real, err = filepath.EvalSymlinks(full); !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		if real, err := filepath.EvalSymlinks(form.String(full)); err == nil {
			return real, nil
		}
	}
	return real, err
}

func outside(name string) *stillError {
	return &stillError{quote(name) + " is outside the storyboard's folder",
		advise("move it beside the storyboard, or allow its folder with --allow-path")}
}

// allowed reports whether a path is, by its letters, in one of the folders.
func (s *stills) allowed(full string) bool {
	for _, r := range s.roots {
		if _, ok := beneath(r.path, full); ok {
			return true
		}
		if _, ok := beneath(r.realPath(), full); ok {
			return true
		}
	}
	return false
}

// home is the folder that a path without links is in.
func (s *stills) home(real string) (*stillRoot, string) {
	for _, r := range s.roots {
		if rel, ok := beneath(r.realPath(), real); ok {
			return r, rel
		}
	}
	return nil, ""
}

func (r *stillRoot) realPath() string {
	if r.real == "" {
		r.real, _ = filepath.EvalSymlinks(r.path)
	}
	return r.real
}

// beneath is the path from folder to full where it leads downwards.
func beneath(folder, full string) (string, bool) {
	if folder == "" {
		return "", false
	}
	rel, err := filepath.Rel(folder, full)
	return rel, err == nil && filepath.IsLocal(rel)
}

// unreadable says why a still cannot be opened.
func (s *stills) unreadable(name, full string, err error) *stillError {
	if !errors.Is(err, fs.ErrNotExist) {
		return &stillError{message: fmt.Sprintf("%s cannot be read: %s", quote(name), cause(err))}
	}
	return &stillError{fmt.Sprintf("%s: no such file", quote(name)), func() string { return s.neighbour(name, full) }}
}

// cause is an error without the path that the message has already.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// neighbour suggests a file of the folder that a missing still should be in.
func (s *stills) neighbour(name, full string) string {
	const most = 1000
	real, err := filepath.EvalSymlinks(filepath.Dir(full))
	if err != nil {
		return ""
	}
	if root, _ := s.home(real); root == nil {
		return ""
	}
	d, err := os.Open(real)
	if err != nil {
		return ""
	}
	defer d.Close()
	names, _ := d.Readdirnames(most)
	if near := say.Nearest(filepath.Base(full), names); near != "" {
		return fmt.Sprintf("did you mean %q?", path.Join(path.Dir(name), near))
	}
	return ""
}

// picture opens a file beneath the folder and reads its header.
func (r *stillRoot) picture(name, rel string) (Still, *stillError) {
	f, size, problem := r.open(name, rel)
	if problem != nil {
		return Still{}, problem
	}
	defer f.Close()
	if size >= maxStill {
		return Still{}, &stillError{message: fmt.Sprintf("%s is 30 MB or larger", quote(name))}
	}
	still := Still{Size: size, root: r.real, rel: rel}
	if problem := still.header(name, f); problem != nil {
		return still, problem
	}
	return still, still.whole(name, f)
}

// maxPixels bounds the memory that a stranger's picture takes: no model takes more, and no cut shows as many.
const maxPixels = 40_000_000

// whole decodes the picture to its end: a file that was cut off has a good header too, and what a service makes of one
// is paid for.
func (s *Still) whole(name string, f io.ReadSeeker) *stillError {
	if s.Width*s.Height > maxPixels {
		return &stillError{fmt.Sprintf("%s has %d×%d pixels: a still may have %d million", quote(name), s.Width,
			s.Height, maxPixels/1_000_000),
			advise("scale it down")}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return &stillError{message: fmt.Sprintf("%s cannot be read: %s", quote(name), cause(err))}
	}
	if s.Format == "webp" && moves(f) {
		return nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return &stillError{message: fmt.Sprintf("%s cannot be read: %s", quote(name), cause(err))}
	}
	if err := decodePicture(io.LimitReader(f, maxStill)); err != nil {
		return &stillError{fmt.Sprintf("%s is damaged: its header is that of a %s picture, "+
			"but the rest cannot be decoded: %v", quote(name), s.Format, err),
			advise("it may have been cut off on its way: copy or export it again")}
	}
	return nil
}

// moves reports a webp of several pictures by the flag in its header (the container's specification, "VP8X"). The
// decoder knows none of them, which is nothing against the file.
func moves(f io.Reader) bool {
	const at, animation = 20, 0x02
	var head [at + 1]byte
	n, _ := io.ReadFull(f, head[:])
	return n == len(head) && string(head[12:16]) == "VP8X" && head[at]&animation != 0
}

// decodePicture decodes a picture whole. A compression that the decoder of tiff does not know is nothing against the
// picture.
func decodePicture(r io.Reader) error {
	_, err := decoded(r)
	if unknown := tiff.UnsupportedError(""); errors.As(err, &unknown) {
		return nil
	}
	return err
}

// decoded is a picture; a decoder that panics has met none.
func decoded(r io.Reader) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, fmt.Errorf("%v", p)
		}
	}()
	img, _, err = image.Decode(bufio.NewReader(r))
	return img, err
}

// Image is a local still as it is seen: decoded and upright. The error is the file's, or the decoder's.
func (s *Still) Image() (image.Image, error) {
	b, err := s.Read()
	if err != nil {
		return nil, err
	}
	img, err := decoded(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return s.Turn.Upright(img), nil
}

// open opens a regular file beneath the folder.
func (r *stillRoot) open(name, rel string) (*os.File, int64, *stillError) {
	if r.root == nil {
		root, err := os.OpenRoot(r.real)
		if err != nil {
			return nil, 0, &stillError{message: fmt.Sprintf("%s cannot be read: %s", quote(name), cause(err))}
		}
		r.root = root
	}
	f, size, err := openRegular(r.root, rel)
	if err != nil {
		return nil, 0, &stillError{message: fmt.Sprintf("%s cannot be read: %s", quote(name), cause(err))}
	}
	return f, size, nil
}

// header finds format and size in the file's own bytes.
func (s *Still) header(name string, f io.ReadSeeker) *stillError {
	var magic [12]byte
	n, _ := io.ReadFull(f, magic[:])
	if phone := heif(magic[:n]); phone != "" {
		return &stillError{fmt.Sprintf("%s is a %s picture, which not every model takes", quote(name), phone),
			advise("convert it to png or jpeg")}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return &stillError{message: fmt.Sprintf("%s cannot be read: %s", quote(name), cause(err))}
	}
	config, format, err := decodeConfig(io.LimitReader(f, maxStill))
	if err != nil || config.Width < 1 || config.Height < 1 {
		return &stillError{quote(name) + " is not a picture",
			advise("a still is a png, jpeg, webp, bmp, tiff or gif file")}
	}
	s.Format, s.Turn = format, exif.TurnOf(f, format)
	s.Width, s.Height = s.Turn.Size(config.Width, config.Height)
	return nil
}

// decodeConfig reads a picture's header; a decoder that panics has met no picture.
func decodeConfig(r io.Reader) (c image.Config, format string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return image.DecodeConfig(r)
}

// heif names the phones' formats by the brand in a file's first bytes, "" for any other.
func heif(magic []byte) string {
	if len(magic) < 12 || !bytes.Equal(magic[4:8], []byte("ftyp")) {
		return ""
	}
	switch string(magic[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return "HEIC"
	case "avif", "avis":
		return "AVIF"
	}
	return ""
}

// Read reads a local still's bytes: those of a regular file below 30 MB, wherever the path leads by now, but never
// outside the folder that it was in when the storyboard was parsed.
func (s *Still) Read() ([]byte, error) {
	if s.Path == "" {
		return nil, errors.New("a remote still has no bytes here")
	}
	folder, rel := s.root, s.rel
	if folder == "" {
		folder, rel = filepath.Split(s.Path)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, size, err := openRegular(root, rel)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxStill))
	if err == nil && (size >= maxStill || len(data) >= maxStill) {
		return nil, fmt.Errorf("%s is 30 MB or larger", s.Path)
	}
	return data, err
}

// openRegular opens a regular file for reading, and nothing that could hang or never end.
func openRegular(root *os.Root, rel string) (*os.File, int64, error) {
	f, err := root.OpenFile(rel, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: rel, Err: errors.New("not a regular file")}
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
