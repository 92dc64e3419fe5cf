package sim

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"shotchain/chain/models"
)

// status is a task's state.
type status string

const (
	queued    status = "queued"
	running   status = "running"
	succeeded status = "succeeded"
	failed    status = "failed"
	cancelled status = "cancelled"
	expired   status = "expired"
)

func (s status) done() bool { return s != queued && s != running }

// Times that the API promises.
const (
	urlLife    = 24 * time.Hour     // of a file URL, from completion
	recordLife = 7 * 24 * time.Hour // of a task's record, from creation
	maxLoads   = 100                // downloads of one URL
)

// task is one task. What create set is immutable; the rest is guarded by the service's mutex.
type task struct {
	order
	id, owner string
	label     string
	excerpt   string // of the prompt, for faults that match it
	base      string // scheme://host of its files' URLs
	created   time.Time
	group     *group
	dir       string
	inputs    inputs
	fault     *Fault // of operation task; nil for none

	held          bool // waits for Start
	status        status
	updated       time.Time
	code, message string // of a failure
	tokens        int64  // billed
	stop          func() // ends the filming; nil where nothing is filmed
	filmed        bool   // the camera is done, with footage or err
	due           bool   // its time is over; it waits for the camera
	footage       Footage
	err           error
	loads         map[string]int // downloads by file name
	entry         *Entry
}

// order is a checked create request: every field decided.
type order struct {
	model       *models.Model
	modelID     string // as it was asked for
	prompt      string
	resolution  string
	ratio       string // never adaptive
	size        models.Size
	seconds     int // 0 where frames were asked for
	frames      int
	seed        int64
	audio       bool
	watermark   bool
	cameraFixed bool
	lastFrame   bool // its URL is wanted
	draft       bool
	draftTask   string // the draft that this is the final clip of
	tier        string
	priority    int
	expires     int // seconds from creation
	identifier  string
	format      string // mp4, mov
	callback    string
	misfit      bool // the ratio does not suit the first frame: fails when it runs
}

// newID is an id such as cgt-20260606160057-6bbjd: the prefix, the time in China and five characters.
func newID(prefix string, at time.Time) string {
	const letters = "23456789bcdfghjklmnpqrstvwxz"
	id := []byte(prefix + at.In(time.FixedZone("", 8*60*60)).Format("20060102150405") + "-")
	for range 5 {
		id = append(id, letters[rand.IntN(len(letters))])
	}
	return string(id)
}

// scene is what the camera is told, without pictures.
func (t *task) scene() Scene {
	r, _ := t.model.Resolution(t.resolution)
	return Scene{
		Task: t.id, Label: t.label, Model: t.model.Alias, Prompt: t.prompt,
		Width: t.size.Width, Height: t.size.Height, Frames: t.frames, FPS: models.Rate,
		Audio: t.audio, Seed: t.seed, Watermark: t.watermark, CameraFixed: t.cameraFixed, Draft: t.draft,
		Resolution: t.resolution, Ratio: t.ratio, Codec: r.Codec, Format: t.format,
	}
}

// bill is what the clip costs in tokens.
func (o *order) bill() int64 {
	n := models.FrameTokens(o.size, o.frames)
	if o.draft {
		return o.model.Drafts.DraftTokens(n, o.audio)
	}
	return n
}

// shown is a task as get, list and callbacks tell it. Field presence follows what was seen of the real service.
type shown struct {
	ID         string      `json:"id"`
	Model      string      `json:"model"`
	Status     status      `json:"status"`
	Error      *shownError `json:"error,omitempty"`
	Failure    *shownError `json:"failure_reason,omitempty"` // what list calls error
	Content    *shownFiles `json:"content,omitempty"`
	Video      string      `json:"video_url,omitempty"` // of a gateway that has it here
	Usage      *shownUsage `json:"usage,omitempty"`
	Created    int64       `json:"created_at"`
	Updated    int64       `json:"updated_at"`
	Seed       int64       `json:"seed"`
	Resolution string      `json:"resolution"`
	Ratio      string      `json:"ratio"`
	Duration   int         `json:"duration,omitempty"` // or frames, never both
	Frames     int         `json:"frames,omitempty"`
	Rate       int         `json:"framespersecond"`
	Tier       string      `json:"service_tier"`
	Expires    int         `json:"execution_expires_after,omitempty"` // always, but for a gateway that drops it
	Audio      *bool       `json:"generate_audio,omitempty"`
	Draft      *bool       `json:"draft,omitempty"`
	DraftTask  string      `json:"draft_task_id,omitempty"`
	Priority   *int        `json:"priority,omitempty"`
	Format     string      `json:"output_format,omitempty"`
	Identifier string      `json:"safety_identifier,omitempty"`
}

type shownError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type shownFiles struct {
	Video     string `json:"video_url,omitempty"`
	LastFrame string `json:"last_frame_url,omitempty"`
}

type shownUsage struct {
	Completion int64 `json:"completion_tokens"`
	Total      int64 `json:"total_tokens"`
}

// show is the task as it stands. Only with the mutex.
func (s *Service) show(t *task) shown {
	v := shown{
		ID: t.id, Model: t.modelID, Status: t.status,
		Created: t.created.Unix(), Updated: t.updated.Unix(),
		Seed: t.seed, Resolution: t.resolution, Ratio: t.ratio, Rate: models.Rate,
		Tier: t.tier, Expires: t.expires, Identifier: t.identifier, DraftTask: t.draftTask,
	}
	if v.Duration = t.seconds; v.Duration == 0 {
		v.Frames = t.frames
	}
	if t.model.Audio {
		v.Audio = &t.audio
	}
	if t.model.Draft {
		v.Draft = &t.draft
	}
	if t.model.Priority {
		v.Priority = &t.priority
	}
	if len(t.model.OutputFormats) > 0 {
		v.Format = t.format
	}
	if t.status == failed {
		v.Error = &shownError{t.code, t.message}
	}
	if t.status == succeeded {
		v.Usage = &shownUsage{t.tokens, t.tokens}
		v.Content = &shownFiles{Video: s.fileURL(t, t.footage.Video)}
		if t.lastFrame {
			v.Content.LastFrame = s.fileURL(t, t.footage.LastFrame)
		}
	}
	s.echo(t, &v)
	return v
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil { // no value of this package can fail to marshal
		return []byte("null")
	}
	return b
}
