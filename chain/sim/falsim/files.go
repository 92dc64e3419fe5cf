package falsim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	_ "image/jpeg" // decoded by image.DecodeConfig
	_ "image/png"  // "
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	_ "golang.org/x/image/webp" // decoded by image.DecodeConfig

	"shotchain/chain/models"
	"shotchain/chain/sim/trouble"
)

// upload is a file that somebody put here. Guarded by the service's mutex.
type upload struct {
	media string
	data  []byte // nil until it has been put
}

// initiate hands out the URL by which a file is put, and the one by which it is known then.
func (s *Service) initiate(c *call) answer {
	var q struct {
		Type string `json:"content_type"`
		Name string `json:"file_name"`
	}
	if c.http.URL.Query().Get("storage_type") != "fal-cdn-v3" ||
		json.NewDecoder(io.LimitReader(c.http.Body, 1<<16)).Decode(&q) != nil ||
		q.Type == "" || q.Name == "" || q.Name != path.Base(q.Name) {
		return detail(http.StatusUnprocessableEntity, "", "storage_type, content_type and file_name are required")
	}
	at := newID() + "/" + url.PathEscape(q.Name)
	s.mu.Lock()
	s.uploads[at] = &upload{media: q.Type}
	s.mu.Unlock()
	return says(http.StatusOK,
		map[string]string{"upload_url": c.base + "/put/" + at + "?X-Amz-Signature=5ec7e7",
			"file_url": c.base + "/files/u/" + at})
}

// takeFile takes an upload. Its URL is all that is needed: a key has no business here.
func (s *Service) takeFile(w http.ResponseWriter, r *http.Request) {
	at := strings.TrimPrefix(r.URL.EscapedPath(), "/put/")
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 100<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[at]
	switch {
	case r.Method != http.MethodPut || u == nil || r.URL.Query().Get("X-Amz-Signature") == "" ||
		r.Header.Get("Authorization") != "":
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
	case err != nil || len(data) == 0 || r.Header.Get("Content-Type") != u.media:
		http.Error(w, "<Error><Code>BadRequest</Code></Error>", http.StatusBadRequest)
	default:
		u.data = data
		w.WriteHeader(http.StatusOK)
	}
}

// picture is an input whose bytes have been looked at.
type picture struct {
	data   []byte
	format string
	size   models.Size
}

var dataURI = regexp.MustCompile(`^data:image/[a-z0-9.+-]+;base64,`)

// look opens a picture and judges it as the model does.
func (s *Service) look(in input, base string, limits models.Images) (p picture, bad *problem) {
	switch head := dataURI.FindString(in.url); {
	case head != "":
		b, err := base64.StdEncoding.DecodeString(in.url[len(head):])
		if err != nil {
			return p, wrong(in.field, "image_load_error", "The image could not be loaded")
		}
		p.data = b
	case strings.HasPrefix(in.url, base+"/files/"):
		if p.data = s.own(strings.TrimPrefix(in.url, base+"/files/")); p.data == nil {
			return p, wrong(in.field, "file_download_error", "Failed to download the file")
		}
	default:
		return p, wrong(in.field, "file_download_error", "Failed to download the file")
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(p.data))
	p.format, p.size = format, models.Size{Width: c.Width, Height: c.Height}
	switch {
	case err != nil:
		return p, wrong(in.field, "image_load_error", "The image could not be loaded")
	case !slices.Contains(limits.Formats, format):
		return p, wrong(in.field, "unsupported_image_format", "The image format is not supported")
	case int64(len(p.data)) >= limits.MaxBytes:
		return p, wrong(in.field, "file_too_large", "The file is too large")
	case min(c.Width, c.Height) < limits.MinSide:
		return p, wrong(in.field, "image_too_small", "The image is too small")
	case max(c.Width, c.Height) > limits.MaxSide:
		return p, wrong(in.field, "image_too_large", "The image is too large")
	}
	return p, nil
}

// own reads a file of the service's own, nil where it is not there (any more).
func (s *Service) own(at string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if up, ok := strings.CutPrefix(at, "u/"); ok {
		if u := s.uploads[up]; u != nil {
			return u.data
		}
		return nil
	}
	r, file := s.clip(at)
	if r == nil {
		return nil
	}
	b, _ := os.ReadFile(file)
	return b
}

// clip is the request whose clip lies at a place below /files. Only with the mutex.
func (s *Service) clip(at string) (*request, string) {
	s.settle()
	id, name, _ := strings.Cut(strings.TrimPrefix(at, "b/"), "/")
	r := s.byID[id]
	if r == nil || r.result.status != 200 || filepath.Base(r.footage.Video) != name ||
		!s.now().Before(r.ended.Add(fileLife)) {
		return nil, ""
	}
	return r, r.footage.Video
}

// serveFile answers a download. It is public: whoever sends a key tells it to a stranger.
func (s *Service) serveFile(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		http.Error(w, "<Error><Code>InvalidArgument</Code></Error>", http.StatusBadRequest)
		return
	}
	at := strings.TrimPrefix(r.URL.EscapedPath(), "/files/")
	s.mu.Lock()
	q, name := s.clip(at)
	var f *trouble.Fault
	if q != nil {
		s.calls[opVideo]++
		q.loads++
		f = s.faults.Use(opVideo, q.id, q.endpoint, q.order.prompt, s.now())
	}
	s.mu.Unlock()
	if q == nil {
		if b := s.own(at); b != nil {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
			return
		}
		http.Error(w, "<Error><Code>NoSuchKey</Code></Error>", http.StatusNotFound)
		return
	}
	file, err := os.Open(name)
	if err != nil {
		http.Error(w, "<Error><Code>NoSuchKey</Code></Error>", http.StatusNotFound)
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		http.Error(w, "<Error><Code>InternalError</Code></Error>", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "video/mp4")
	switch {
	case f == nil:
		http.ServeContent(w, r, "", info.ModTime(), file)
	case f.Action == "corrupt":
		http.ServeContent(w, r, "", info.ModTime(), trouble.Damage(file, info.Size()))
	case f.Action == "truncate":
		trouble.TruncateFile(w, file, info.Size())
	case f.Action == "trickle":
		trouble.Trickle(s.ctx, w, r, f, file, info.Size())
	case f.Action == "slow":
		trouble.Wait(s.ctx, r, f)
		http.ServeContent(w, r, "", info.ModTime(), file)
	default:
		s.misbehave(w, r, f, func() answer { return answer{status: http.StatusOK, header: http.Header{}} })
	}
}
