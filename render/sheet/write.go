package sheet

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"shotchain/internal/durable"
)

//go:embed page.html
var pageText string

// Style and Script are the page's other two files; the page refers to them by these names.
var (
	//go:embed sheet.css
	Style []byte
	//go:embed sheet.js
	Script []byte
)

// First is the name of a sheet's first page.
const First = "index.html"

const (
	styleName  = "sheet.css"
	scriptName = "sheet.js"
	mediaName  = "media"
)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"half":  func(n int) int { return n / 2 },
	"add":   func(a, b int) int { return a + b },
	"small": func(s string, most int) string { return excerpt(s, most) },
}).Parse(pageText))

// excerpt cuts a text that has no room.
func excerpt(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// Render writes one of the sheet's [Page.Pages]. link turns the absolute path of a file that the page shows, and the names
// of the page's own files, into what the page refers to them by: a URL, relative or absolute, of http, https or file.
func (p *Page) Render(w io.Writer, name string, link func(path string) string) error {
	return pageTemplate.Execute(w, p.view(name, link))
}

// Write makes the contact sheet in the folder dir and returns the page's path. Pictures and previews are made in the
// folder work, where they stay, and copied. What the folder holds of an earlier sheet is replaced; anything else in
// it is left alone. An error that is a *Unshown tells of clips that could not be shown: the page is there all the same.
func Write(ctx context.Context, p *Page, dir, work string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	unshown := Prepare(ctx, p, work)
	if err := ctx.Err(); err != nil {
		return "", err
	}
	disk := durable.OS(dir)
	for _, folder := range []string{".", mediaName} { // what is there may have changed since IsSheet was asked
		if _, err := links(disk, dir, folder); err != nil {
			return "", err
		}
	}
	if err := durable.MakeDir(disk, mediaName); err != nil {
		return "", err
	}
	kept := map[string]bool{}
	for _, c := range p.clips() {
		for _, path := range []*string{&c.first, &c.last, &c.preview} {
			if *path == "" {
				continue
			}
			name := filepath.Join(mediaName, filepath.Base(*path))
			if err := share(*path, disk, dir, name); err != nil {
				return "", err
			}
			*path = filepath.Join(dir, name)
			kept[filepath.Base(name)] = true
		}
	}
	for _, path := range p.pictures() {
		if *path == "" {
			continue
		}
		name := filepath.Join(mediaName, filepath.Base(*path))
		if err := share(*path, disk, dir, name); err != nil {
			return "", err
		}
		*path = filepath.Join(dir, name)
		kept[filepath.Base(name)] = true
	}
	for name, b := range map[string][]byte{styleName: Style, scriptName: Script} {
		if err := durable.WriteFile(disk, name, b); err != nil {
			return "", err
		}
	}
	pages := p.Pages()
	for _, name := range slices.Backward(pages) { // the first leads to the others
		var page bytes.Buffer
		if err := p.Render(&page, name, func(path string) string { return relative(dir, path) }); err != nil {
			return "", err
		}
		if err := durable.WriteFile(disk, name, page.Bytes()); err != nil {
			return "", err
		}
	}
	sweep(disk, kept)
	sweepPages(disk, pages)
	if unshown != nil {
		unshown = &Unshown{unshown}
	}
	return filepath.Join(dir, First), unshown
}

// Unshown is the error of a page that is there, but lacks pictures of some clips.
type Unshown struct{ Err error }

func (u *Unshown) Error() string { return strings.ReplaceAll(u.Err.Error(), "\n", "; ") }
func (u *Unshown) Unwrap() error { return u.Err }

// share gives a file a second name in the sheet's folder, or copies it where that cannot be, unless it is there: names
// tell contents.
func share(from string, disk durable.FS, dir, name string) error {
	if info, err := disk.Lstat(name); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		return nil
	}
	if os.Link(from, filepath.Join(dir, name)) == nil {
		return nil
	}
	in, err := durable.OS(filepath.Dir(from)).Open(filepath.Base(from))
	if err != nil {
		return err
	}
	defer in.Close()
	return durable.Write(disk, name, func(w io.Writer) error { _, err := io.Copy(w, in); return err })
}

// ours are the names of the files that Prepare makes.
var ours = regexp.MustCompile(`^sheet-[0-9a-f]{64}-[a-z0-9-]+\.(jpg|mp4)$`)

// sweep removes what an earlier sheet showed and this one does not.
func sweep(disk durable.FS, kept map[string]bool) {
	entries, _ := disk.ReadDir(mediaName)
	for _, e := range entries {
		if ours.MatchString(e.Name()) && !kept[e.Name()] {
			_ = disk.Remove(filepath.Join(mediaName, e.Name())) // it is only in the way of a few bytes
		}
	}
}

// relative is the URL of a file as seen from a folder.
func relative(dir, path string) string {
	if !filepath.IsAbs(path) {
		return path
	}
	rel, err := filepath.Rel(dir, path)
	if err != nil { // another drive
		return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/")}).String()
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	for i, s := range parts {
		parts[i] = url.PathEscape(s)
	}
	if parts[0] != ".." {
		parts[0] = "./" + parts[0] // or a colon in it would make it a scheme
	}
	return strings.Join(parts, "/")
}

// ErrLink is wrapped where a sheet's folder is a symbolic link or has one in it: what that leads to is not a sheet's to
// change.
var ErrLink = errors.New("a symbolic link")

// IsSheet reports whether a folder is free to be written: it is not there, empty, or holds a sheet, and no link is in
// the way.
func IsSheet(dir string) error {
	disk := durable.OS(dir)
	entries, err := links(disk, dir, ".")
	if err != nil || len(entries) == 0 {
		return err
	}
	if _, err := links(disk, dir, mediaName); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == scriptName {
			return nil
		}
	}
	return fmt.Errorf("%s holds other things than a contact sheet", dir)
}

// links refuses a folder of the sheet that is a link or has one in it, and lists it; nothing where there is none.
func links(disk durable.FS, dir, name string) ([]fs.DirEntry, error) {
	const notPlain = fs.ModeSymlink | fs.ModeIrregular
	info, err := disk.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Mode()&notPlain != 0 {
		return nil, fmt.Errorf("%s is %w", filepath.Join(dir, name), ErrLink)
	}
	entries, err := disk.ReadDir(name)
	for _, e := range entries {
		if e.Type()&notPlain != 0 {
			return nil, fmt.Errorf("%s is %w", filepath.Join(dir, name, e.Name()), ErrLink)
		}
	}
	return entries, err
}
