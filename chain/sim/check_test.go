package sim_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim"
)

// many is n items of one role.
func many(n int, item object) []any {
	all := []any{text("a boat")}
	for range n {
		all = append(all, item)
	}
	return all
}

func media(kind, role, url string) object {
	return object{"type": kind, kind: object{"url": url}, "role": role}
}

func TestRequestsAreCheckedAgainstTheModel(t *testing.T) {
	s := open(t, sim.Options{Limits: sim.NoRates, Endpoints: map[string]string{"ep-20261001-abcde": "seedance-2.0"}})
	still := picture(1280, 720)
	first, last := frame("first_frame", still), frame("last_frame", still)
	wav := media("audio_url", "reference_audio",
		"data:audio/wav;base64,"+base64.StdEncoding.EncodeToString([]byte("RIFF")))
	for _, c := range []struct {
		name    string
		changes object
		code    string // "" is accepted
	}{
		{"plain", nil, ""},
		{"other region", object{"model": fast20}, ""},
		{"ended model", object{"model": m15}, ""},
		{"endpoint", object{"model": "ep-20261001-abcde"}, ""},
		{"unknown endpoint", object{"model": "ep-20261001-zzzzz"}, "404 InvalidEndpointOrModel.NotFound"},
		{"alias is no id", object{"model": "seedance-2.0"}, "404 InvalidEndpointOrModel.NotFound"},
		{"no model", object{"model": nil}, "MissingParameter model"},
		{"null model", object{"model": ""}, "MissingParameter model"},
		{"unknown field", object{"colour": "red"}, "InvalidParameter colour"},
		{"field in capitals", object{"Seed": 1}, "InvalidParameter Seed"},
		{"null field", object{"frames": []byte(nil)}, ""},
		{"wrong type", object{"duration": "5"}, "InvalidParameter duration"},
		{"fraction", object{"duration": 4.5}, "InvalidParameter duration"},
		{"no content", object{"content": nil}, "MissingParameter content"},
		{"empty content", object{"content": []any{}}, "MissingParameter content"},

		{"duration low", object{"duration": 3}, "InvalidParameter duration"},
		{"duration high", object{"duration": 16}, "InvalidParameter duration"},
		{"duration auto", object{"duration": -1}, ""},
		{"duration auto on 1.0", object{"model": m10, "duration": -1}, "InvalidParameter duration"},
		{"duration of 1.0", object{"model": m10, "duration": 2}, ""},
		{"duration of 2.5", object{"model": m25, "duration": 30}, ""},
		{"duration of 1.5", object{"model": m15, "duration": 13}, "InvalidParameter duration"},
		{"resolution", object{"resolution": "2k"}, "InvalidParameter resolution"},
		{"4k", object{"resolution": "4k"}, ""},
		{"4k on 2.5", object{"model": m25, "resolution": "4k"}, "InvalidParameter resolution"},
		{"1080p on fast", object{"model": fast20, "resolution": "1080p"}, "InvalidParameter resolution"},
		{"ratio", object{"ratio": "5:4"}, "InvalidParameter ratio"},
		{"ratio adaptive", object{"ratio": "adaptive"}, ""},
		{"frames on 1.0", object{"model": m10, "frames": 29}, ""},
		{"frames off the grid", object{"model": m10, "frames": 30}, "InvalidParameter frames"},
		{"frames high", object{"model": m10, "frames": 293}, "InvalidParameter frames"},
		{"frames on 2.0", object{"frames": 29}, "InvalidParameter frames"},
		{"seed", object{"seed": 2147483647}, ""},
		{"seed low", object{"seed": -2}, "InvalidParameter seed"},
		{"seed high", object{"seed": 2147483648}, "InvalidParameter seed"},
		{"flex on 1.0", object{"model": m10, "service_tier": "flex"}, ""},
		{"flex on 2.0", object{"service_tier": "flex"}, "InvalidParameter service_tier"},
		{"tier", object{"service_tier": "gold"}, "InvalidParameter service_tier"},
		{"camera on 1.5", object{"model": m15, "camera_fixed": true}, ""},
		{"camera on 2.0", object{"camera_fixed": false}, "InvalidParameter camera_fixed"},
		{"audio on 2.0", object{"generate_audio": false}, ""},
		{"audio on 1.0", object{"model": m10, "generate_audio": false}, "InvalidParameter generate_audio"},
		{"watermark", object{"watermark": true}, ""},
		{"priority", object{"priority": 9}, ""},
		{"priority high", object{"priority": 10}, "InvalidParameter priority"},
		{"priority on 1.5", object{"model": m15, "priority": 1}, "InvalidParameter priority"},
		{"expires", object{"execution_expires_after": 3600}, ""},
		{"expires low", object{"execution_expires_after": 3599}, "InvalidParameter execution_expires_after"},
		{"expires high", object{"execution_expires_after": 259201}, "InvalidParameter execution_expires_after"},
		{"identifier", object{"safety_identifier": strings.Repeat("x", 64)}, ""},
		{"identifier long", object{"safety_identifier": strings.Repeat("x", 65)}, "InvalidParameter safety_identifier"},
		{"callback", object{"callback_url": "ftp://here/x"}, "InvalidParameter callback_url"},
		{"mov on 2.5", object{"model": m25, "output_format": "mov"}, ""},
		{"gif on 2.5", object{"model": m25, "output_format": "gif"}, "InvalidParameter output_format"},
		{"mp4 on 2.0", object{"output_format": "mp4"}, "InvalidParameter output_format"},
		{"task type without references", object{"model": m25, "omni_reference_task_type": "edit"},
			"InvalidParameter omni_reference_task_type"},
		{"task type on 2.0", object{"omni_reference_task_type": "auto"}, "InvalidParameter omni_reference_task_type"},

		{"draft on 2.5", object{"model": m25, "draft": true, "resolution": "480p", "return_last_frame": true}, ""},
		{"draft on 2.0", object{"draft": false}, "InvalidParameter draft"},
		{"draft at 720p", object{"model": m15, "draft": true}, "InvalidParameter resolution"},
		{"draft without resolution", object{"model": m15, "draft": true, "resolution": nil}, ""},
		{"last frame of a 1.5 draft", object{"model": m15, "draft": true, "resolution": "480p", "return_last_frame": true},
			"InvalidParameter return_last_frame"},
		{"draft task on 2.0", object{"content": []any{object{"type": "draft_task", "draft_task": object{"id": "cgt-1"}}}},
			"InvalidParameter content"},
		{"draft task and text",
			object{"model": m15, "content": []any{text("x"), object{"type": "draft_task", "draft_task": object{"id": "cgt-1"}}}},
			"InvalidParameter content"},
		{"draft task that is not there",
			object{"model": m15, "duration": nil,
				"content": []any{object{"type": "draft_task", "draft_task": object{"id": "cgt-1"}}}}, "404 NotFound id"},

		{"two texts", object{"content": []any{text("a"), text("b")}}, "InvalidParameter content"},
		{"empty text", object{"content": []any{text(" ")}}, "InvalidParameter content.text"},
		{"text with a parameter", object{"content": []any{text("a boat --dur 10")}}, "InvalidParameter content.text"},
		{"text with a long parameter", object{"content": []any{text("a boat --RESOLUTION 4k")}},
			"InvalidParameter content.text"},
		{"text with dashes", object{"content": []any{text("a boat -- durable --during the night")}}, ""},
		{"endless text", object{"content": []any{text(strings.Repeat("word ", 5000))}}, "InvalidParameter content.text"},
		{"unknown type", object{"content": []any{object{"type": "smell"}}}, "InvalidParameter content.type"},
		{"no type", object{"content": []any{object{"text": "x"}}}, "MissingParameter content.type"},
		{"item with another's field",
			object{"content": []any{object{"type": "text", "text": "x", "image_url": object{"url": still}}}},
			"InvalidParameter content.image_url"},
		{"item with an unknown field", object{"content": []any{object{"type": "text", "text": "x", "size": 1}}},
			"InvalidParameter content"},
		{"text with a role", object{"content": []any{object{"type": "text", "text": "x", "role": "first_frame"}}},
			"InvalidParameter content.role"},
		{"picture without a role", object{"content": []any{object{"type": "image_url", "image_url": object{"url": still}}}},
			"MissingParameter content.role"},
		{"picture with another's role", object{"content": []any{frame("reference_video", still)}},
			"InvalidParameter content.role"},
		{"picture without a URL", object{"content": []any{frame("first_frame", "")}},
			"MissingParameter content.image_url.url"},

		{"first frame", object{"content": []any{text("x"), first}}, ""},
		{"first frame alone", object{"content": []any{first}}, ""},
		{"first and last", object{"content": []any{text("x"), last, first}}, ""},
		{"last alone", object{"content": []any{text("x"), last}}, "InvalidParameter content"},
		{"last on 1.0 fast", object{"model": fast10, "content": []any{text("x"), first, last}}, "InvalidParameter content"},
		{"two first", object{"content": []any{text("x"), first, first}}, "InvalidParameter content"},
		{"first and reference", object{"content": []any{text("x"), first, frame("reference_image", still)}},
			"InvalidParameter content"},
		{"references", object{"content": many(9, frame("reference_image", still))}, ""},
		{"too many references", object{"content": many(10, frame("reference_image", still))}, "InvalidParameter content"},
		{"references on 1.5", object{"model": m15, "content": many(1, frame("reference_image", still))},
			"InvalidParameter content"},
		{"edit on 2.5",
			object{"model": m25, "omni_reference_task_type": "edit", "content": many(1, frame("reference_image", still))}, ""},
		{"audio reference", object{"content": many(3, wav)}, ""},
		{"too many sounds", object{"content": many(4, wav)}, "InvalidParameter content"},
		{"ogg", object{"content": many(1, media("audio_url", "reference_audio", "data:audio/ogg;base64,AAAA"))},
			"InvalidParameter content.audio_url"},
		{"video as data", object{"content": many(1, media("video_url", "reference_video", "data:video/mp4;base64,AAAA"))},
			"InvalidImageURL.InvalidFormat image_url"},
		{"2.5 keeps to the frame's ratio, later", object{"model": m25, "ratio": "16:9", "content": []any{text("x"), first}},
			""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			before := s.Stats().Created
			status, v := s.call("POST", tasks, body(c.changes))
			if c.code == "" {
				require.Equal(t, 200, status, "%v", v)
				require.Regexp(t, `^cgt-\d{14}-[a-z0-9]{5}$`, v["id"])
				require.Equal(t, before+1, s.Stats().Created)
				return
			}
			want, code := 400, c.code
			if rest, ok := strings.CutPrefix(code, "404 "); ok {
				want, code = 404, rest
			}
			code, param, _ := strings.Cut(code, " ")
			require.Equal(t, code, refused(t, want, status, v), "%v", v)
			if param != "" {
				require.Equal(t, param, v["error"].(object)["param"])
			}
			require.Equal(t, before, s.Stats().Created, "a refused create makes no task")
		})
	}
}

func TestPicturesAreLookedInto(t *testing.T) {
	s := open(t, sim.Options{Limits: sim.NoRates})
	whole := pngOf(640, 360)
	heic := []byte(
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x02\x80\x00\x00\x01\x68")
	for name, c := range map[string]struct{ url, model, code string }{
		"png":                {dataURL("png", whole), m20, ""},
		"jpeg":               {dataURL("jpeg", jpegOf(640, 360)), m20, ""},
		"jpg":                {dataURL("jpg", jpegOf(640, 360)), m20, ""},
		"heic":               {dataURL("heic", heic), m20, ""},
		"heic on 1.0":        {dataURL("heic", heic), m10, "InvalidImageURL.InvalidFormat"},
		"jpeg named png":     {dataURL("png", jpegOf(640, 360)), m20, "InvalidImageURL.InvalidFormat"},
		"type in capitals":   {dataURL("PNG", whole), m20, "InvalidImageURL"},
		"text":               {dataURL("png", []byte("no picture")), m20, "InvalidImageURL.InvalidFormat"},
		"empty":              {dataURL("png", nil), m20, "InvalidImageURL.EmptyURL"},
		"half":               {dataURL("png", whole[:len(whole)-20]), m20, "InvalidImageURL.InvalidFormat"},
		"damaged base64":     {"data:image/png;base64,!!!!", m20, "InvalidImageURL.InvalidFormat"},
		"audio":              {"data:audio/wav;base64,AAAA", m20, "InvalidImageURL.InvalidFormat"},
		"small":              {picture(299, 400), m20, "InvalidImageURL.SizeLimit"},
		"large":              {picture(6001, 3000), m20, "InvalidImageURL.SizeLimit"},
		"largest":            {picture(6000, 3000), m20, ""},
		"wide":               {picture(1000, 399), m20, "InvalidImageURL.SizeLimit"},
		"tall":               {picture(399, 1000), m20, "InvalidImageURL.SizeLimit"},
		"widest":             {picture(1000, 400), m20, ""},
		"heavy":              {dataURL("png", append(whole, make([]byte, 30_000_000)...)), m20, "InvalidImageURL.SizeLimit"},
		"web":                {"https://example.org/boat.png", m20, "InvalidImageURL"},
		"asset":              {"asset://boat", m20, "InvalidImageURL"},
		"file":               {"file:///etc/passwd", m20, "InvalidImageURL"},
		"unsigned own":       {"http://sim.localhost/files/cgt-1/last_frame.png", m20, "InvalidImageURL"},
		"path outside files": {"http://sim.localhost/sim/stats", m20, "InvalidImageURL"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			status, v := s.call("POST", tasks, body(object{"model": c.model, "content": []any{frame("first_frame", c.url)}}))
			if c.code == "" {
				require.Equal(t, 200, status, "%v", v)
				return
			}
			require.Equal(t, c.code, refused(t, 400, status, v), "%v", v)
		})
	}
}

func TestCallsAreChecked(t *testing.T) {
	s := open(t, sim.Options{Limits: sim.NoRates, Key: "right"})
	for name, key := range map[string]string{"wrong key": "wrong", "no key": "", "longer key": "right2"} {
		s.key = key
		status, v := s.call("GET", tasks, "")
		require.Equal(t, "AuthenticationError", refused(t, 401, status, v), name)
		require.Equal(t, 401, s.send("GET", "/sim/stats", "", nil).Code, name)
	}
	s.key = "right"
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", tasks + "/cgt-none", "", 404, "NotFound"},
		{"DELETE", tasks + "/cgt-none", "", 404, "NotFound"},
		{"PUT", tasks, "", 405, "InvalidParameter"},
		{"DELETE", tasks, "", 405, "InvalidParameter"},
		{"GET", "/api/v3/models", "", 404, "NotFound"},
		{"GET", tasks + "/a/b", "", 404, "NotFound"},
		{"GET", tasks + "?page_num=0", "", 400, "InvalidParameter"},
		{"GET", tasks + "?page_size=501", "", 400, "InvalidParameter"},
		{"GET", tasks + "?filter.status=happy", "", 400, "InvalidParameter"},
		{"GET", tasks + "?filter.service_tier=gold", "", 400, "InvalidParameter"},
		{"GET", tasks + "?limit=5", "", 400, "InvalidParameter"},
		{"POST", tasks, "", 400, "InvalidParameter"},
		{"POST", tasks, "[]", 400, "InvalidParameter"},
		{"POST", tasks, "null", 400, "InvalidParameter"},
		{"POST", tasks, body(nil) + "x", 400, "InvalidParameter"},
		{"POST", tasks, `{"model":"` + strings.Repeat("x", 64<<20) + `"}`, 413, "InvalidParameter"},
	} {
		status, v := s.call(c.method, c.path, c.body)
		require.Equal(t, c.code, refused(t, c.status, status, v), "%s %s", c.method, c.path)
	}
	w := s.send("POST", tasks, body(nil), map[string][]string{"Content-Type": {"text/plain"}})
	require.Equal(t, 400, w.Code)
	w = s.send("GET", tasks, "", map[string][]string{"X-Client-Request-Id": {"a/b#1"}})
	require.Equal(t, "a/b#1", w.Header().Get("X-Client-Request-Id"))
	require.Regexp(t, "^02", w.Header().Get("X-Request-Id"))
	require.Zero(t, s.Stats().Created)
}

func TestAccountsAreApart(t *testing.T) {
	s := open(t, sim.Options{Limits: sim.NoRates})
	id := s.create(nil)
	s.key = "another"
	status, v := s.call("GET", tasks+"/"+id, "")
	require.Equal(t, "NotFound", refused(t, 404, status, v))
	_, v = s.call("GET", tasks, "")
	require.EqualValues(t, 0, v["total"])
}

// However odd a create body is, it is answered in the vendor's form, and only a 200 makes a task.
func FuzzCreate(f *testing.F) {
	s := open(f, sim.Options{Limits: sim.NoRates})
	f.Add(body(nil))
	f.Add(body(object{"content": []any{text("x"), frame("first_frame", picture(300, 300))}, "seed": 5}))
	f.Add(body(object{"content": []any{object{"type": "draft_task", "draft_task": object{"id": "cgt-1"}}}, "model": m15}))
	f.Add(`{"model":"` + m20 +
		`","content":[{"type":"image_url","image_url":{"url":"data:image/heic;base64,AAAAGGZ0eXBoZWlj"},"role":"first_frame"}]}`)
	f.Add(`{"content":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		fs := &service{s.Service, t, "key"}
		before := fs.Stats().Created
		status, v := fs.call("POST", tasks, body)
		if status == 200 {
			require.Equal(t, before+1, fs.Stats().Created)
			fs.Advance(8 * 24 * 3600 * 1e9) // let go of it
			return
		}
		require.Contains(t, []int{400, 404, 429}, status, fmt.Sprint(v))
		refused(t, status, status, v)
		require.Equal(t, before, fs.Stats().Created)
	})
}
