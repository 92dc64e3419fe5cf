package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const filesPath = "/files/"

// tosTime is how object storage writes a time.
const tosTime = "20060102T150405Z"

// fileURL is the signed URL of a task's file. It stays the same for as long as it lives. Only with the mutex.
func (s *Service) fileURL(t *task, path string) string {
	name := filepath.Base(path)
	date := t.updated.UTC().Format(tosTime)
	v := url.Values{
		"X-Tos-Algorithm":     {"TOS4-HMAC-SHA256"},
		"X-Tos-Date":          {date},
		"X-Tos-Expires":       {strconv.Itoa(int(urlLife / time.Second))},
		"X-Tos-SignedHeaders": {"host"},
	}
	v.Set("X-Tos-Signature", s.sign(t.id, name, v))
	return t.base + filesPath + t.id + "/" + url.PathEscape(name) + "?" + v.Encode()
}

func (s *Service) sign(task, name string, v url.Values) string {
	h := hmac.New(sha256.New, s.secret)
	fmt.Fprintf(h, "%q %q %q %q", task, name, v.Get("X-Tos-Date"), v.Get("X-Tos-Expires"))
	return hex.EncodeToString(h.Sum(nil))
}

// denial is object storage's refusal of a URL.
type denial struct {
	XMLName xml.Name `xml:"Error"`
	Status  int      `xml:"-"`
	Code    string   `xml:"Code"`
	Message string   `xml:"Message"`
	Request string   `xml:"RequestId"`
}

func denied(code, message string) *denial {
	return &denial{Status: http.StatusForbidden, Code: code, Message: message}
}

// grant checks a file URL and returns the file that it opens. Only with the mutex.
func (s *Service) grant(u *url.URL) (t *task, path string, d *denial) {
	s.settle()
	id, name, _ := strings.Cut(strings.TrimPrefix(u.Path, filesPath), "/")
	v := u.Query()
	if !hmac.Equal([]byte(v.Get("X-Tos-Signature")), []byte(s.sign(id, name, v))) {
		return nil, "",
			denied("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	}
	at, err := time.Parse(tosTime, v.Get("X-Tos-Date"))
	if err != nil || !s.now().Before(at.Add(urlLife)) {
		return nil, "", denied("AccessDenied", "Request has expired.")
	}
	gone := &denial{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."}
	if t = s.tasks[id]; t == nil || t.status != succeeded {
		return nil, "", gone
	}
	for _, path := range []string{t.footage.Video, t.footage.LastFrame} {
		if filepath.Base(path) == name {
			return t, path, nil
		}
	}
	return nil, "", gone
}

// ownFile reads what a URL of this service's own names, for a request that continues it.
func (s *Service) ownFile(u *url.URL, base string) ([]byte, *refusal) {
	if b, err := url.Parse(base); err != nil || u.Host != b.Host || !strings.HasPrefix(u.Path, filesPath) {
		return nil, badImage("", "the simulator opens no URLs of other hosts")
	}
	s.mu.Lock()
	_, path, d := s.grant(u)
	s.mu.Unlock()
	if d != nil {
		return nil, badImage("", "its URL answers %d %s", d.Status, d.Code)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, badImage("", "its URL answers 404 NoSuchKey")
	}
	return data, nil
}

// serveFile answers a download. It is signed, so a key has no business here.
func (s *Service) serveFile(w http.ResponseWriter, r *http.Request) {
	request := newRequestID(s.Now())
	w.Header().Set("X-Tos-Request-Id", request)
	if r.Header.Get("Authorization") != "" {
		denied("InvalidArgument", "Only one auth mechanism allowed.").write(w, request)
		return
	}
	if r.Method != http.MethodGet {
		denied("SignatureDoesNotMatch", "The URL is signed for GET.").write(w, request)
		return
	}
	path, f, d := s.load(r.URL)
	if d != nil {
		d.write(w, request)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		(&denial{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."}).write(w,
			request)
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		(&denial{Status: http.StatusInternalServerError, Code: "InternalError",
			Message: "The file can not be read."}).write(w, request)
		return
	}
	w.Header().Set("Content-Type", mediaTypeOf(path))
	if f != nil {
		s.misbehaveFile(w, r, f, request, file, info)
		return
	}
	http.ServeContent(w, r, "", info.ModTime(), file)
}

// load counts a download and finds out whether it is to go wrong.
func (s *Service) load(u *url.URL) (path string, f *Fault, d *denial) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, path, d := s.grant(u)
	if d != nil {
		return "", nil, d
	}
	op := opVideo
	if path == t.footage.LastFrame {
		op = opLastFrame
	}
	s.books.loaded(t, op)
	if t.loads[path]++; t.loads[path] > maxLoads {
		return "", nil, denied("AccessDenied", "The URL was used too often.")
	}
	return path, s.armedFor(op, t.id, t.label, t.excerpt), nil
}

func (d *denial) write(w http.ResponseWriter, request string) {
	d.Request = request
	body, _ := xml.Marshal(d)
	answer{status: d.Status, media: "application/xml", body: body}.write(w)
}

// mediaTypeOf goes by the name, as object storage does.
func mediaTypeOf(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mp4":
		return "video/mp4"
	case ".mov":
		return "video/quicktime"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	}
	return "application/octet-stream"
}
