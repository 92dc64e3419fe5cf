package storyboard

// The files that cuts use and make.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sourceFile reads the value of a key as the path of a file to use; what it holds is not looked at. nil: there is none,
// and why was reported.
func (r *reader) sourceFile(v value, what string) *File {
	f, problem := r.stills.file(v.text, what)
	if problem != nil {
		r.report(v.at, problem.hint, "%s", problem.message)
		return nil
	}
	f.Pos = v.at
	return &f
}

func (s *stills) file(name, what string) (File, *stillError) {
	if scheme.MatchString(name) && !filepath.IsAbs(name) {
		return File{}, &stillError{what + " is a file beside the storyboard, not a URL",
			advise("download it into the storyboard's folder")}
	}
	if problem := backslash(name); problem != nil {
		return File{}, problem
	}
	root, real, rel, problem := s.find(name)
	if problem != nil {
		return File{}, problem
	}
	f, size, problem := root.open(name, rel)
	if problem != nil {
		return File{}, problem
	}
	f.Close()
	if size == 0 {
		return File{}, &stillError{message: quote(name) + " is empty"}
	}
	return File{Name: name, Path: real}, nil
}

// formats are the files that a cut can become, by the endings of their names.
var formats = map[string]string{".mp4": "mp4", ".mov": "mov", ".webm": "webm", ".gif": "gif", ".png": "png",
	".jpg":  "jpg",
	".jpeg": "jpg", ".wav": "wav", ".srt": "srt", ".vtt": "vtt", ".otio": "otio", ".fcpxml": "fcpxml", ".xml": "xml", ".edl": "edl"}

const formatNames = "mp4, mov, webm, gif, png, jpg, wav, srt, vtt, otio, fcpxml, xml or edl"

// target reads the value of a key as the path of a file to write: its folder need not be there, but the way to it
// must stay inside.
func (r *reader) target(v value) (Output, bool) {
	o, problem := r.stills.target(v.text)
	if problem != nil {
		r.report(v.at, problem.hint, "%s", problem.message)
		return o, false
	}
	o.Pos = v.at
	return o, true
}

func (s *stills) target(name string) (Output, *stillError) {
	o := Output{Name: name}
	if scheme.MatchString(name) && !filepath.IsAbs(name) {
		return o, &stillError{message: "an output is a file, not a URL"}
	}
	if problem := backslash(name); problem != nil {
		return o, problem
	}
	base := filepath.Base(filepath.FromSlash(name))
	ending := strings.ToLower(filepath.Ext(base))
	o.Format = formats[ending]
	switch {
	case o.Format == "" || strings.HasSuffix(name, "/"):
		return o, &stillError{quote(name) + " does not say what to make", advise("give it an ending: " + formatNames)}
	case len(base) == len(ending):
		return o, &stillError{message: quote(name) + " has an ending but no name"}
	case len(base) > 200:
		return o, &stillError{message: quote(name) + " is longer than a file's name can be"}
	}
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(s.dir, full)
	}
	full = filepath.Clean(full)
	if !s.allowed(full) {
		return o, &stillError{outside(name).message,
			advise("name a file in it, or allow the other folder with --allow-path")}
	}
	real, err := landing(full)
	if err != nil {
		return o, &stillError{message: fmt.Sprintf("%s cannot be written: %s", quote(name), cause(err))}
	}
	if root, _ := s.home(real); root == nil {
		return o, &stillError{outside(name).message,
			advise("name a file in it, or allow the other folder with --allow-path")}
	}
	if st, err := os.Lstat(real); err == nil && !st.Mode().IsRegular() {
		return o, &stillError{message: quote(name) + " is there and is no plain file"}
	}
	o.Path = real
	return o, nil
}

// landing is where a path leads by its links, as far as it is there.
func landing(full string) (string, error) {
	rest := ""
	for at := full; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(at); err == nil {
			real, err := filepath.EvalSymlinks(at)
			return filepath.Join(real, rest), err
		}
		if at == filepath.Dir(at) {
			return full, nil
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
