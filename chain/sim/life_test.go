package sim_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/models"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// bubble runs a test in virtual time against a service that is closed with it.
func bubble(t *testing.T, o sim.Options, test func(t *testing.T, s *service)) {
	o.Dir = t.TempDir() // outside: the bubble's cleanup comes before the service's
	synctest.Test(t, func(t *testing.T) {
		s := open(t, o)
		defer s.Close()
		test(t, s)
	})
}

// pass lets virtual time pass, and all that happens in it.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestTaskLives(t *testing.T) {
	bubble(t, sim.Options{Pace: 1}, func(t *testing.T, s *service) {
		begin := time.Now()
		id := s.create(object{"return_last_frame": true, "seed": 7, "safety_identifier": "u", "priority": 3,
			"execution_expires_after": 3601, "ratio": "9:16", "content": []any{text("a boat")}})
		v := s.get(id)
		require.Equal(t, "running", v["status"])
		require.NotContains(t, v, "content")
		require.NotContains(t, v, "usage")
		pass(95 * time.Second)
		require.Equal(t, "running", s.get(id)["status"])
		pass(time.Second) // 60 s + 4 × 9 s
		v = s.get(id)
		files := v["content"].(object)
		delete(v, "content")
		require.Equal(t, object{
			"id": id, "model": m20, "status": "succeeded", "seed": 7.0, "resolution": "720p", "ratio": "9:16",
			"duration": 4.0, "framespersecond": 24.0, "service_tier": "default", "execution_expires_after": 3601.0,
			"generate_audio": true, "priority": 3.0, "safety_identifier": "u",
			"usage":      object{"completion_tokens": 87300.0, "total_tokens": 87300.0},
			"created_at": float64(begin.Unix()), "updated_at": float64(begin.Add(96 * time.Second).Unix()),
		}, v)

		status, video := s.load(files["video_url"].(string))
		require.Equal(t, 200, status)
		require.Contains(t, string(video), "ftyp")
		status, still := s.load(files["last_frame_url"].(string))
		require.Equal(t, 200, status)
		require.Contains(t, string(still), "PNG")
		u, err := url.Parse(files["video_url"].(string))
		require.NoError(t, err)
		require.Equal(t, "86400", u.Query().Get("X-Tos-Expires"))
		require.Equal(t, begin.Add(96*time.Second).UTC().Format("20060102T150405Z"), u.Query().Get("X-Tos-Date"))

		pass(24*time.Hour - time.Second)
		status, _ = s.load(files["video_url"].(string))
		require.Equal(t, 200, status, "lives 24 h from completion")
		pass(time.Second)
		status, said := s.load(files["video_url"].(string))
		require.Equal(t, 403, status)
		require.Contains(t, string(said), "<Code>AccessDenied</Code>")
		require.Equal(t, "succeeded", s.get(id)["status"], "the record outlives the URL")
		pass(6*24*time.Hour - 96*time.Second - time.Second)
		s.get(id)
		pass(time.Second)
		status, v = s.call("GET", tasks+"/"+id, "")
		require.Equal(t, "NotFound", refused(t, 404, status, v))
		require.Equal(t, 1, s.Stats().Created)
		require.EqualValues(t, 87300, s.Stats().BilledTokens)
	})
}

func TestOnlyWhatWasAskedForIsShown(t *testing.T) {
	bubble(t, sim.Options{}, func(t *testing.T, s *service) {
		id := s.create(object{"model": m10, "frames": 29, "ratio": "21:9", "resolution": "480p"})
		pass(0)
		v := s.get(id)
		require.Equal(t, "succeeded", v["status"])
		require.EqualValues(t, 29, v["frames"])
		require.NotContains(t, v, "duration")
		require.NotContains(t, v, "generate_audio")
		require.NotContains(t, v, "draft")
		require.NotContains(t, v, "priority")
		require.NotContains(t, v["content"], "last_frame_url")
		require.EqualValues(t, 960*416*29/1024, v["usage"].(object)["total_tokens"])
	})
}

func TestTheFirstFrameDecidesTheShape(t *testing.T) {
	var scenes []sim.Scene
	o := sim.Options{Cameras: 1, Camera: func(ctx ctx, sc sim.Scene, dir string) (sim.Footage, error) {
		scenes = append(scenes, sc)
		return simtest.Camera(ctx, sc, dir)
	}}
	bubble(t, o, func(t *testing.T, s *service) {
		still := pngOf(400, 800)
		w := s.send("POST", tasks, body(object{"return_last_frame": true, "generate_audio": false,
			"content": []any{text("海边的灯塔"), frame("first_frame", dataURL("png", still))}}),
			map[string][]string{"X-Client-Request-Id": {"sea/tower#ab12"}})
		require.Equal(t, 200, w.Code)
		pass(0)
		require.Len(t, scenes, 1)
		sc := scenes[0]
		require.Equal(t, "sea/tower", sc.Label)
		require.Equal(t, "海边的灯塔", sc.Prompt)
		require.Equal(t, still, sc.FirstFrame)
		require.Equal(t, "image/png", sc.FirstFrameType)
		require.Equal(t, [3]int{720, 1280, 97}, [3]int{sc.Width, sc.Height, sc.Frames})
		require.Equal(t, "9:16", sc.Ratio)
		require.False(t, sc.Audio)

		// The next shot continues from the URL of the last frame, and gets its very bytes.
		_, list := s.call("GET", tasks, "")
		url := list["items"].([]any)[0].(object)["content"].(object)["last_frame_url"].(string)
		_, last := s.load(url)
		s.create(object{"ratio": "adaptive", "content": []any{text("on"), frame("first_frame", url)}})
		pass(0)
		require.Equal(t, last, scenes[1].FirstFrame)
		require.Equal(t, "9:16", scenes[1].Ratio)

		for name, bad := range map[string]string{
			"other host":   strings.Replace(url, "sim.localhost", "elsewhere", 1),
			"other task":   strings.Replace(url, "/files/cgt-", "/files/cgt-1", 1),
			"other time":   strings.Replace(url, "X-Tos-Expires=86400", "X-Tos-Expires=99999", 1),
			"no signature": strings.Split(url, "?")[0],
		} {
			status, v := s.call("POST", tasks, body(object{"content": []any{frame("first_frame", bad)}}))
			require.Equal(t, "InvalidImageURL", refused(t, 400, status, v), name)
			if name != "other host" {
				status, _ = s.load(bad)
				require.Equal(t, 403, status, name)
			}
		}
		pass(24 * time.Hour)
		status, v := s.call("POST", tasks, body(object{"content": []any{frame("first_frame", url)}}))
		require.Equal(t, "InvalidImageURL", refused(t, 400, status, v), "lapsed")
	})
}

func TestRatioThatDoesNotSuitTheFrameFailsLater(t *testing.T) {
	bubble(t, sim.Options{Pace: 1}, func(t *testing.T, s *service) {
		id := s.create(object{"model": m25, "ratio": "16:9", "content": []any{frame("first_frame", picture(1280, 720))}})
		require.Equal(t, "running", s.get(id)["status"])
		pass(2 * time.Minute)
		v := s.get(id)
		require.Equal(t, "failed", v["status"])
		require.Equal(t, "InvalidParameter.TaskTypeConstraint", v["error"].(object)["code"])
		require.NotContains(t, v, "usage")
		_, list := s.call("GET", tasks, "")
		item := list["items"].([]any)[0].(object)
		require.Equal(t, v["error"], item["failure_reason"], "list calls it so")
		require.NotContains(t, item, "error")
	})
}

func TestTasksExpire(t *testing.T) {
	st := new(stage)
	bubble(t, sim.Options{Camera: st.film, Pace: 1, Limits: sim.Limits{Concurrency: 1}}, func(t *testing.T, s *service) {
		st.open()
		require.NoError(t, s.Inject(sim.Fault{Op: "task", Action: "stall"}))
		stalled := s.create(object{"execution_expires_after": 7200})
		waiting := s.create(object{"execution_expires_after": 3600})
		next := s.create(nil)
		pass(time.Hour)
		require.Equal(t, "running", s.get(stalled)["status"])
		v := s.get(waiting)
		require.Equal(t, "expired", v["status"])
		require.NotContains(t, v, "error")
		pass(time.Hour)
		require.Equal(t, "expired", s.get(stalled)["status"])
		require.Equal(t, "running", s.get(next)["status"], "its place is free")
		pass(time.Hour)
		require.Equal(t, "running", s.get(next)["status"], "time alone films nothing")
		st.cut <- nil
		pass(0)
		require.Equal(t, "succeeded", s.get(next)["status"])
	})
}

func TestDeleteCancelsRefusesOrErases(t *testing.T) {
	st := new(stage)
	bubble(t, sim.Options{Camera: st.film, Limits: sim.Limits{Concurrency: 1}}, func(t *testing.T, s *service) {
		st.open()
		first, second := s.create(nil), s.create(nil)
		pass(0)
		remove := func(id string) (int, object) { return s.call("DELETE", tasks+"/"+id, "") }
		status, v := remove(first)
		refused(t, 409, status, v)
		require.Equal(t, "running", s.get(first)["status"], "it goes on")
		status, v = remove(second)
		require.Equal(t, 200, status)
		require.Empty(t, v)
		require.Equal(t, "cancelled", s.get(second)["status"])
		status, v = remove(second)
		refused(t, 400, status, v)
		st.cut <- nil
		pass(0)
		url := s.get(first)["content"].(object)["video_url"].(string)
		status, _ = remove(first)
		require.Equal(t, 200, status)
		status, v = s.call("GET", tasks+"/"+first, "")
		refused(t, 404, status, v)
		status, _ = s.load(url)
		require.Equal(t, 404, status)
		require.Equal(t, 2, s.Stats().Created)
		require.Equal(t, map[string]int{"succeeded": 1, "cancelled": 1}, s.Stats().ByStatus)
	})
}

func TestCamerasFailureIsTheServices(t *testing.T) {
	st := new(stage)
	bubble(t, sim.Options{Camera: st.film}, func(t *testing.T, s *service) {
		st.open()
		id := s.create(nil)
		st.cut <- errors.New("no film in it")
		pass(0)
		v := s.get(id)["error"].(object)
		require.Equal(t, "InternalServiceError", v["code"])
		require.Contains(t, v["message"], "no film in it")
		require.Zero(t, s.Stats().BilledTokens)
	})
	bubble(t, sim.Options{Camera: func(ctx, sim.Scene, string) (sim.Footage, error) { panic("jammed") }},
		func(t *testing.T, s *service) {
			id := s.create(nil)
			pass(0)
			require.Equal(t, "failed", s.get(id)["status"])
		})
	bubble(t, sim.Options{Camera: func(ctx, sim.Scene, string) (sim.Footage, error) {
		return sim.Footage{Video: "/etc/passwd", LastFrame: "/etc/passwd"}, nil
	}}, func(t *testing.T, s *service) {
		id := s.create(nil)
		pass(0)
		require.Equal(t, "failed", s.get(id)["status"])
	})
}

func TestURLAllowsAHundredDownloads(t *testing.T) {
	bubble(t, sim.Options{}, func(t *testing.T, s *service) {
		id := s.create(object{"return_last_frame": true})
		pass(0)
		files := s.get(id)["content"].(object)
		for range 100 {
			status, _ := s.load(files["video_url"].(string))
			require.Equal(t, 200, status)
		}
		status, _ := s.load(files["video_url"].(string))
		require.Equal(t, 403, status)
		status, _ = s.load(files["last_frame_url"].(string))
		require.Equal(t, 200, status, "each URL has its own")
		w := s.send("GET", files["last_frame_url"].(string)[len("http://sim.localhost"):], "", nil)
		require.Equal(t, 403, w.Code, "a key has no business there")
	})
}

func TestListPagesAndFilters(t *testing.T) {
	bubble(t, sim.Options{Limits: sim.NoRates}, func(t *testing.T, s *service) {
		var ids []string
		for range 5 {
			ids = append(ids, s.create(nil))
			pass(time.Second)
		}
		flex := s.create(object{"model": m10, "service_tier": "flex"})
		fast := s.create(object{"model": fast20})
		require.NoError(t, s.Inject(sim.Fault{Op: "task", Action: "fail"}))
		bad := s.create(nil)
		pass(0)
		list := func(query string) (total int, got []string) {
			status, v := s.call("GET", tasks+"?"+query, "")
			require.Equal(t, 200, status)
			for _, item := range v["items"].([]any) {
				got = append(got, item.(object)["id"].(string))
			}
			return int(v["total"].(float64)), got
		}
		total, got := list("")
		require.Equal(t, 7, total)
		require.Equal(t, []string{bad, fast, ids[4], ids[3], ids[2], ids[1], ids[0]}, got, "newest first, no flex")
		total, got = list("page_size=2&page_num=2")
		require.Equal(t, 7, total)
		require.Equal(t, []string{ids[4], ids[3]}, got)
		total, got = list("page_size=5&page_num=3")
		require.Equal(t, 7, total)
		require.Empty(t, got)
		_, got = list("filter.status=failed")
		require.Equal(t, []string{bad}, got)
		_, got = list("filter.model=" + fast20)
		require.Equal(t, []string{fast}, got)
		_, got = list("filter.service_tier=flex")
		require.Equal(t, []string{flex}, got)
		_, got = list("filter.task_ids=" + ids[0] + "&filter.task_ids=" + ids[3])
		require.Equal(t, []string{ids[3], ids[0]}, got)
		_, got = list("filter.task_ids=" + flex)
		require.Empty(t, got)
		s.Advance(7*24*time.Hour - 2*time.Second)
		total, _ = list("")
		require.Less(t, total, 7, "sees the last 7 days")
	})
}

func TestDraftBecomesFinal(t *testing.T) {
	bubble(t, sim.Options{Limits: sim.NoRates}, func(t *testing.T, s *service) {
		for _, c := range []struct {
			model, resolution string
			tokens, final     int
		}{{m15, "", 864 * 496 * 97 / 1024 * 60 / 100, 1280 * 720 * 97 / 1024},
			{m25, "1080p", 854 * 480 * 97 / 1024, 1920 * 1080 * 97 / 1024}} {
			draft := s.create(object{"model": c.model, "draft": true, "resolution": "480p", "seed": 5,
				"content": []any{text("x"), frame("first_frame", picture(1280, 720))}})
			of := func(x object) object {
				v := object{"model": c.model, "duration": nil, "resolution": nil,
					"content": []any{object{"type": "draft_task", "draft_task": object{"id": draft}}}}
				for k := range x {
					v[k] = x[k]
				}
				return v
			}
			pass(0)
			require.EqualValues(t, c.tokens, s.get(draft)["usage"].(object)["total_tokens"])
			pass(25 * time.Hour) // the draft's files have lapsed, not what it is made of
			final := s.create(of(nil))
			pass(0)
			v := s.get(final)
			require.Equal(t, "succeeded", v["status"], "%v", v)
			require.Equal(t, draft, v["draft_task_id"])
			require.EqualValues(t, 5, v["seed"])
			require.EqualValues(t, c.final, v["usage"].(object)["total_tokens"])
			for _, bad := range []object{{"seed": 5}, {"duration": 4}, {"ratio": "adaptive"}, {"generate_audio": true},
				{"draft": true}} {
				status, v := s.call("POST", tasks, body(of(bad)))
				refused(t, 400, status, v)
			}
			for _, bad := range []object{{"model": map[string]string{m15: m25, m25: m15}[c.model]}} {
				status, v := s.call("POST", tasks, body(of(bad)))
				refused(t, 400, status, v)
			}
			status, v := s.call("POST", tasks, strings.ReplaceAll(body(of(nil)), draft, final))
			refused(t, 400, status, v)
		}
		status, v := s.call("POST", tasks, body(object{"model": m25, "duration": nil, "resolution": "720p",
			"content": []any{object{"type": "draft_task", "draft_task": object{"id": "cgt-x"}}}}))
		require.Equal(t, "InvalidParameter", refused(t, 400, status, v), "2.5's final is 1080p only")
	})
}

// A week in one jump leaves nothing behind that would take another task's place.
func TestClockMayJumpOverALife(t *testing.T) {
	st := new(stage)
	bubble(t, sim.Options{Camera: st.film, Cameras: 1, Limits: sim.Limits{Concurrency: 2}},
		func(t *testing.T, s *service) {
			st.open()
			for range 4 {
				s.create(nil)
			}
			synctest.Wait()
			s.Advance(8 * 24 * time.Hour)
			synctest.Wait()
			v := s.Stats()
			require.Equal(t, map[string]int{"expired": 4}, v.ByStatus)
			require.Zero(t, v.Running+v.Queued)
			id := s.create(nil)
			st.cut <- nil
			pass(0)
			require.Equal(t, "succeeded", s.get(id)["status"])
		})
}

func TestHeldTasksWaitToBeNamed(t *testing.T) {
	bubble(t, sim.Options{}, func(t *testing.T, s *service) {
		s.Hold()
		a, b := s.create(nil), s.create(nil)
		pass(time.Minute)
		require.Equal(t, "queued", s.get(a)["status"])
		require.True(t, s.Start(b))
		require.False(t, s.Start(b))
		pass(0)
		require.Equal(t, "succeeded", s.get(b)["status"])
		require.Equal(t, "queued", s.get(a)["status"])
	})
}

// Statuses only move forward, whatever is done to the tasks and however time jumps.
func TestStatusesOnlyMoveForward(t *testing.T) {
	rank := map[string]int{"queued": 0, "running": 1, "succeeded": 2, "failed": 2, "cancelled": 2, "expired": 2}
	rapid.Check(t, func(r *rapid.T) {
		s := open(t,
			sim.Options{Pace: 1,
				Limits: sim.Limits{Concurrency: 2, Queue: 5, CreatePerMinute: -1, GetPerSecond: -1, ListPerSecond: -1,
					DeletePerSecond: -1}})
		defer s.Close()
		seen := map[string]string{}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"create", "delete", "advance", "fault"}).Draw(r, "step") {
			case "create":
				status, v := s.call("POST", tasks, body(object{"execution_expires_after": 3600}))
				if status == 200 {
					seen[v["id"].(string)] = "queued"
				}
			case "delete":
				if st := s.Stats(); len(st.Tasks) > 0 {
					s.call("DELETE", tasks+"/"+rapid.SampledFrom(st.Tasks).Draw(r, "task").ID, "")
				}
			case "advance":
				s.Advance(time.Duration(rapid.IntRange(0, 4000).Draw(r, "seconds")) * time.Second)
			case "fault":
				require.NoError(t,
					s.Inject(sim.Fault{Op: "task",
						Action: rapid.SampledFrom([]string{"fail", "stall", "expire", "cancel"}).Draw(r, "fault")}))
			}
			st, billed := s.Stats(), int64(0)
			for _, e := range st.Tasks {
				was := seen[e.ID]
				if e.Status != was && rank[e.Status] <= rank[was] && was != "queued" {
					r.Fatalf("%s went from %s to %s", e.ID, was, e.Status)
				}
				if (e.Tokens > 0) != (e.Status == "succeeded") {
					r.Fatalf("%s, %s, is billed %d", e.ID, e.Status, e.Tokens)
				}
				seen[e.ID], billed = e.Status, billed+e.Tokens
			}
			if st.MaxRunning > 2 || st.BilledTokens != billed || st.Created != len(seen) {
				r.Fatalf("%+v", st)
			}
		}
	})
}

// The simulator bills what the catalogue's formula says, at every size of every model.
func TestEveryModelAndSizeIsServed(t *testing.T) {
	bubble(t, sim.Options{Limits: sim.Limits{CreatePerMinute: -1, GetPerSecond: -1, Concurrency: -1}, Cameras: 2,
		Camera: func(ctx ctx, sc sim.Scene, dir string) (sim.Footage, error) {
			sc.Width, sc.Height = 300, 300 // quick
			return simtest.Camera(ctx, sc, dir)
		}}, func(t *testing.T, s *service) {
		for _, m := range models.Default().Models {
			for region, offer := range m.Regions {
				for _, r := range m.Resolutions {
					if !r.Sold(region) {
						status, v := s.call("POST", tasks,
							fmt.Sprintf(`{"model":%q,"resolution":%q,"content":[{"type":"text","text":"a boat"}]}`, offer.ID, r.Name))
						refused(t, 400, status, v)
						continue
					}
					for ratio, size := range r.Pixels {
						id := s.create(object{"model": offer.ID, "resolution": r.Name, "ratio": ratio, "duration": m.MaxDuration})
						pass(0)
						v := s.get(id)
						require.Equal(t, "succeeded", v["status"])
						require.EqualValues(t, models.Tokens(size, m.MaxDuration), v["usage"].(object)["completion_tokens"], "%s %s %s",
							m.Alias, r.Name, ratio)
					}
				}
			}
		}
	})
}
