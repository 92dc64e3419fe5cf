package vetting

import (
	"cmp"
	"context"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim"
	"shotchain/chain/vet"
	"shotchain/film"
	"shotchain/render/ffmpeg"
)

// sealed re-encodes and puts the manifest back: only what was changed is to tell.
func sealed(model string, args ...string) sim.Camera {
	return filming(func(ctx context.Context, sc sim.Scene, dir string, f *sim.Footage) error {
		if err := reencoded(args...)(ctx, sc, dir, f); err != nil {
			return err
		}
		out, err := os.OpenFile(f.Video, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer out.Close()
		_, err = out.Write(manifest(model, someLog, time.Now()))
		return err
	})
}

// TestEachLieOfAPaidServiceIsRefutedOrNamed buys the probes of services that lie in one way each.
func TestEachLieOfAPaidServiceIsRefutedOrNamed(t *testing.T) {
	t.Parallel()
	const honest = "dreamina-seedance-2-0"
	var mu sync.Mutex
	reads := map[any]int{} // of tasks, by id; guarded by mu
	nth := func(task map[string]any) int {
		mu.Lock()
		defer mu.Unlock()
		reads[task["id"]]++
		return reads[task["id"]]
	}
	for name, c := range map[string]struct {
		camera       sim.Camera
		gateway      lie
		probe, check string
		verdict      vet.Verdict
		says         string
	}{
		"upscaled": {sealed(honest, "-vf", "scale=1296:744", "-c:a", "copy"), passOn, "p1", "size",
			vet.Refuted, "scaled up 1.50 times"},
		"silent": {sealed(honest, "-af", "volume=0", "-c:v", "copy"), passOn, "p3", "sound",
			vet.Refuted, "silent"},
		"at 25": {sealed(honest, "-r", "25", "-c:a", "copy"), passOn, "p1", "length", vet.Refuted,
			"re-encoded"},
		"re-encoded": {filming(reencoded("-crf", "28", "-c:a", "copy")), passOn, "p1", "encoder",
			vet.NotTested, "re-encoded or remuxed"},
		"another model by its manifest": {sealed("dreamina-seedance-2-0-fast", "-c", "copy"), passOn, "p1", "c2pa",
			vet.Refuted, "seedance-2-0-fast"},
		"another model by its size": {sealed(honest, "-vf", "scale=854:480", "-c:a", "copy"), passOn, "p1", "size",
			vet.Refuted, "seedance-2.5"},
		"another model by its word": {filming(honestly),
			edited(func(task map[string]any) { task["model"] = "dreamina-seedance-2-0-fast-260128" }),
			"p1", "echo_model", vet.Refuted, "fast"},
		"sound though none was asked": {sealed(honest, "-f", "lavfi", "-i", "sine=frequency=300:duration=4.04", "-shortest",
			"-c:v", "copy"),
			passOn, "p1", "sound_off", vet.Refuted, "there is some"},
		"a mark over every clip": {sealed(honest, "-vf", "drawbox=x=iw-130:y=ih-40:w=36:h=20:color=white@0.4:t=fill,"+
			"drawbox=x=iw-80:y=ih-40:w=60:h=20:color=white@0.4:t=4", "-c:a", "copy"), passOn, "p2", "watermark",
			vet.Refuted, "two clips have the same mark at the bottom right; the returned last frame is without"},
		"none, and grain": {sealed(honest, "-vf", "noise=alls=24:allf=t", "-c:a", "copy"), passOn, "p2", "watermark",
			vet.NotTested, "not seen"},
		"another first frame": {sealed(honest, "-vf", "negate,hflip", "-c:a", "copy"), passOn, "p2", "first_frame",
			vet.Refuted, "is not the picture"},
		"last frame not the last": {filming(func(ctx context.Context, sc sim.Scene, dir string, f *sim.Footage) error {
			return ffmpeg.FrameAt(ctx, f.Video, sc.Frames-4, f.LastFrame)
		}), passOn, "p2", "last_frame", vet.Refuted, "3 before the last"},
		"unknown words": {filming(honestly), edited(func(task map[string]any) {
			if nth(task) < 3 {
				task["status"] = "cooking"
				delete(task, "content")
			}
		}), "p1", "trace", vet.Refuted, `"cooking" is none`},
		"an end that is none": {filming(honestly), edited(func(task map[string]any) {
			if task["status"] == "succeeded" && nth(task) > 2 {
				task["status"] = "running"
			}
		}), "p1", "terminal", vet.Refuted, `it is "running"`},
		"billed failures": {filming(honestly), edited(func(task map[string]any) {
			if task["status"] == "failed" {
				task["usage"] = map[string]any{"completion_tokens": 40594, "total_tokens": 40594}
			}
		}), "p4", "failure_billed", vet.Refuted, "billed 40594 tokens"},
		"tokens with a markup": {filming(honestly), edited(func(task map[string]any) {
			if u, ok := task["usage"].(map[string]any); ok {
				u["completion_tokens"], u["total_tokens"] = 60891, 60891
			}
		}), "p1", "tokens", vet.Refuted, "1.50 times"},
		"none, and a task that ends between two readings": {filming(honestly), edited(func(task map[string]any) {
			if task["status"] == "succeeded" && nth(task) == 1 {
				task["status"] = "running"
				delete(task, "content")
			}
		}), "p1", "trace", vet.Proven, "succeeded after"},
		"a list of HTML": {filming(honestly), answered(isList, 200, asHTML, "<html>"), "p1", "listed", vet.NotTested,
			"no list"},
		"a list that hides": {filming(honestly), answered(isList, 200, asJSON, `{"total":0,"items":[]}`), "p1", "listed",
			vet.Refuted, "does not tell"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t, c.camera, c.gateway).failing(t)
			probes := map[string]string{"watermark": "p1 p2"}[c.check] // it is seen in two
			r := s.paid(t, t.TempDir(), Paid{only: cmp.Or(probes, c.probe)}, film.MakeOptions{})
			f := of(t, r, c.probe, c.check)
			require.Equal(t, c.verdict, f.Verdict, f.Found)
			require.Contains(t, f.Found, c.says)
		})
	}
}

// TestCallbacksAreCounted answers the first by 500, and sees them come again; a service that sends none is refuted.
func TestCallbacksAreCounted(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]vet.Verdict{"sent": vet.Proven, "dropped": vet.Refuted} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t, filming(honestly), passOn).failing(t)
			if want == vet.Refuted {
				require.NoError(t, s.Inject(sim.Fault{Op: "callback", Action: "drop", Times: -1}))
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			address := l.Addr().String()
			require.NoError(t, l.Close())
			o := Paid{only: probeText}
			if want == vet.Refuted {
				o.grace = time.Second // nothing will come
			}
			r := s.paid(t, t.TempDir(), o,
				film.MakeOptions{Callbacks: film.Callbacks{Listen: address, URL: "http://" + address + "/vet"}})
			f := of(t, r, "p1", "callback")
			require.Equal(t, want, f.Verdict, f.Found)
			require.Equal(t, 1, s.Stats().Created)
		})
	}
}

// TestACancelledProbeIsOneTask holds that what is made to be cancelled is one task, planned and on record.
func TestACancelledProbeIsOneTask(t *testing.T) {
	t.Parallel()
	s, dir := newStandIn(t, filming(honestly), passOn).failing(t), t.TempDir()
	v := s.vetting(t, dir)
	p, err := v.Probes(t.Context(), Paid{ProbeCancel: true})
	require.NoError(t, err)
	require.Equal(t, 5, p.Buys, "it is in the price")
	p.Close()
	r := s.paid(t, dir, Paid{ProbeCancel: true, only: probeCancel}, film.MakeOptions{})
	f := of(t, r, "p5", "cancel")
	require.Contains(t, []vet.Verdict{vet.Proven, vet.Claimed}, f.Verdict, f.Found)
	require.Equal(t, 1, s.Stats().Created)
}
