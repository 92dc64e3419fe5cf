package sim_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

const (
	tasks  = sim.Prefix + "/contents/generations/tasks"
	m25    = "doubao-seedance-2-5-260628"
	m20    = "doubao-seedance-2-0-260128"
	fast20 = "dreamina-seedance-2-0-fast-260128"
	m15    = "seedance-1-5-pro-251215"
	m10    = "doubao-seedance-1-0-pro-250528"
	fast10 = "seedance-1-0-pro-fast-251015"
)

type ctx = context.Context

// object is a JSON object.
type object = map[string]any

// service is a simulator that is called without a network.
type service struct {
	*sim.Service
	t   testing.TB
	key string
}

func open(t testing.TB, o sim.Options) *service {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Camera == nil {
		o.Camera = simtest.Camera
	}
	s, err := sim.New(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return &service{s, t, "key"}
}

// call makes an API call and returns status and decoded answer.
func (s *service) call(method, path, body string) (int, object) {
	s.t.Helper()
	w := s.send(method, path, body, nil)
	var v object
	require.NoError(s.t, json.Unmarshal(w.Body.Bytes(), &v), "%s", w.Body)
	return w.Code, v
}

func (s *service) send(method, path, body string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://sim.localhost"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.key)
	r.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		r.Header[k] = v
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// create makes a task of text on 2.0 with the given changes.
func (s *service) create(changes object) string {
	s.t.Helper()
	status, v := s.call("POST", tasks, body(changes))
	require.Equal(s.t, 200, status, "%v", v)
	return v["id"].(string)
}

func (s *service) get(id string) object {
	s.t.Helper()
	status, v := s.call("GET", tasks+"/"+id, "")
	require.Equal(s.t, 200, status, "%v", v)
	return v
}

// load downloads a URL that the service handed out.
func (s *service) load(url string) (int, []byte) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	return w.Code, w.Body.Bytes()
}

// refused requires an error of the service's form and returns its code.
func refused(t testing.TB, want int, status int, v object) string {
	t.Helper()
	require.Equal(t, want, status, "%v", v)
	e, ok := v["error"].(object)
	require.True(t, ok, "%v", v)
	require.Contains(t, e["message"], "Request id: 02")
	require.NotEmpty(t, e["type"])
	require.Contains(t, e, "param")
	return e["code"].(string)
}

// body is a request for 4 s of 2.0 by text, with changes: nil takes a field away.
func body(changes object) string {
	v := object{"model": m20, "content": []any{text("a boat")}, "duration": 4, "resolution": "720p"}
	for k, x := range changes {
		if v[k] = x; x == nil {
			delete(v, k)
		}
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func text(s string) object { return object{"type": "text", "text": s} }

func frame(role, url string) object {
	return object{"type": "image_url", "image_url": object{"url": url}, "role": role}
}

func picture(w, h int) string { return dataURL("png", pngOf(w, h)) }

func dataURL(subtype string, data []byte) string {
	return "data:image/" + subtype + ";base64," + base64.StdEncoding.EncodeToString(data)
}

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black}))
	return b.Bytes()
}

func jpegOf(w, h int) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil)
	return b.Bytes()
}

// stage is a camera that holds every clip until it is told. In a bubble it is opened there: the channel must be the
// bubble's own.
type stage struct{ cut chan error }

func newStage() *stage {
	st := new(stage)
	st.open()
	return st
}

func (st *stage) open() { st.cut = make(chan error) }

func (st *stage) film(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
	select {
	case err := <-st.cut:
		if err != nil {
			return sim.Footage{}, err
		}
		return simtest.Camera(ctx, sc, dir)
	case <-ctx.Done():
		return sim.Footage{}, ctx.Err()
	}
}

// files are the names of all files below a folder.
func files(t testing.TB, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	require.NoError(t, err)
	return all
}

func folders(t testing.TB, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	return all
}
