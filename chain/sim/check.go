package sim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"shotchain/chain/models"
)

// Ranges of the create body that no model changes; ark-api.md §2.
const (
	minExpires, maxExpires, usualExpires = 3600, 259200, 172800
	maxPriority                          = 9
	maxIdentifier                        = 64
	maxSeed                              = 1<<31 - 1
	minFrames, maxFrames                 = 29, 289 // in steps of four
	maxPrompt                            = 20_000  // bytes. The vendor advises far less and names no limit
)

// usualDuration is what a model that may choose chooses here.
const usualDuration = 5

// checker turns a request into an order, or refuses it. It goes field by field; the first refusal stands.
type checker struct {
	q     *request
	m     *models.Model
	order order
	media media
}

// check checks everything but the pictures' bytes, which it leaves in media.
func check(q *request, m *models.Model) (*order, *media, *refusal) {
	c := &checker{q: q, m: m, order: order{model: m, modelID: *q.Model}}
	for _, step := range []func() *refusal{
		c.taken, c.content, c.drafts, c.resolution, c.ratio, c.length, c.seed, c.tier, c.options, c.outputs,
	} {
		if e := step(); e != nil {
			return nil, nil, e
		}
	}
	return &c.order, &c.media, nil
}

// taken refuses what the model does not take, whatever its value.
func (c *checker) taken() *refusal {
	for _, f := range []struct {
		name  string
		taken bool
	}{
		{"camera_fixed", c.m.CameraFixed},
		{"draft", c.m.Draft},
		{"frames", c.m.FrameCount},
		{"generate_audio", c.m.Audio},
		{"omni_reference_task_type", len(c.m.ReferenceTasks) > 0},
		{"output_format", len(c.m.OutputFormats) > 0},
		{"priority", c.m.Priority},
		{"seed", c.m.Seed},
		{"watermark", c.m.Watermark},
	} {
		if c.q.sent[f.name] && !f.taken {
			return invalid(f.name, "the model %s does not support it", c.order.modelID)
		}
	}
	return nil
}

func isSet(b *bool) bool { return b != nil && *b }

// drafts checks `draft`, and what may be said beside a draft_task.
func (c *checker) drafts() *refusal {
	c.order.draft = isSet(c.q.Draft)
	if c.order.draft && c.media.draft != "" {
		return invalid("draft", "the final clip of a draft is no draft")
	}
	if c.order.draft && isSet(c.q.ReturnLastFrame) && !c.m.Drafts.LastFrame {
		return invalid("return_last_frame", "a draft of this model has none")
	}
	if c.media.draft == "" {
		return nil
	}
	for _, name := range []string{"duration", "frames", "generate_audio", "ratio", "seed"} {
		if c.q.sent[name] {
			return invalid(name, "it is the draft's and can not be sent again")
		}
	}
	return nil
}

func (c *checker) resolution() *refusal {
	c.order.resolution = c.m.Service.Resolution
	if c.order.draft {
		c.order.resolution = c.m.Drafts.Resolution
	}
	final := c.m.Drafts.Final
	if c.media.draft != "" && len(final) > 0 {
		c.order.resolution = final[0]
	}
	if c.q.Resolution == nil {
		return nil
	}
	name := *c.q.Resolution
	region := c.region()
	switch res, ok := c.m.Resolution(name); {
	case !ok || !res.Sold(region):
		return invalid("resolution", "the model %s makes %s", c.order.modelID, strings.Join(c.m.SoldAt(region), ", "))
	case c.order.draft && name != c.m.Drafts.Resolution:
		return invalid("resolution", "a draft is %s", c.m.Drafts.Resolution)
	case c.media.draft != "" && len(final) > 0 && !slices.Contains(final, name):
		return invalid("resolution", "the final clip of a draft is %s", strings.Join(final, ", "))
	}
	c.order.resolution = name
	return nil
}

// region is the one whose id the request names; of a model that is named by an endpoint, the first that sells it.
func (c *checker) region() models.Region {
	regions := slices.Sorted(maps.Keys(c.m.Regions))
	for _, r := range regions {
		if c.m.Regions[r].ID == c.order.modelID {
			return r
		}
	}
	return regions[0]
}

// ratio is only checked here; what adaptive comes to depends on the first frame.
func (c *checker) ratio() *refusal {
	c.order.ratio = c.m.Service.Ratio
	if c.media.has(roleFirst) {
		c.order.ratio = models.Adaptive
	}
	if c.q.Ratio == nil {
		return nil
	}
	if !slices.Contains(c.m.Ratios, *c.q.Ratio) {
		return invalid("ratio", "the model %s makes %s", c.order.modelID, strings.Join(c.m.Ratios, ", "))
	}
	c.order.ratio = *c.q.Ratio
	c.order.misfit = c.m.AdaptiveFirstFrame && c.media.has(roleFirst) && *c.q.Ratio != models.Adaptive
	return nil
}

// length decides duration and frames. frames win.
func (c *checker) length() *refusal {
	d := int64(c.m.Service.Duration)
	if c.q.Duration != nil {
		d = *c.q.Duration
	}
	switch {
	case d == -1 && c.m.AutoDuration:
		d = int64(min(max(usualDuration, c.m.MinDuration), c.m.MaxDuration))
	case d < int64(c.m.MinDuration) || d > int64(c.m.MaxDuration):
		return invalid("duration", "the model %s makes %d to %d seconds", c.order.modelID, c.m.MinDuration, c.m.MaxDuration)
	}
	c.order.seconds, c.order.frames = int(d), models.Frames(int(d))
	if c.q.Frames == nil {
		return nil
	}
	n := *c.q.Frames
	if n < minFrames || n > maxFrames || n%4 != minFrames%4 {
		return invalid("frames", "it is 25 + 4n, from %d to %d", minFrames, maxFrames)
	}
	c.order.seconds, c.order.frames = 0, int(n)
	return nil
}

func (c *checker) seed() *refusal {
	c.order.seed = -1
	if c.q.Seed != nil {
		c.order.seed = *c.q.Seed
	}
	if c.order.seed < -1 || c.order.seed > maxSeed {
		return invalid("seed", "it is from -1 to %d", maxSeed)
	}
	if c.order.seed == -1 {
		c.order.seed = rand.Int64N(maxSeed + 1)
	}
	return nil
}

func (c *checker) tier() *refusal {
	c.order.tier = "default"
	if c.q.ServiceTier == nil {
		return nil
	}
	switch c.order.tier = *c.q.ServiceTier; {
	case c.order.tier == "flex" && !c.m.Flex:
		return invalid("service_tier", "the model %s does not support flex", c.order.modelID)
	case c.order.tier != "flex" && c.order.tier != "default":
		return invalid("service_tier", "it is default or flex")
	}
	return nil
}

func (c *checker) options() *refusal {
	q, o := c.q, &c.order
	o.audio = c.m.Audio && (q.GenerateAudio == nil || *q.GenerateAudio)
	o.watermark, o.cameraFixed, o.lastFrame = isSet(q.Watermark), isSet(q.CameraFixed), isSet(q.ReturnLastFrame)
	o.expires = usualExpires
	if n := q.ExpiresAfter; n != nil {
		if *n < minExpires || *n > maxExpires {
			return invalid("execution_expires_after", "it is from %d to %d seconds", minExpires, maxExpires)
		}
		o.expires = int(*n)
	}
	if n := q.Priority; n != nil {
		if *n < 0 || *n > maxPriority {
			return invalid("priority", "it is from 0 to %d", maxPriority)
		}
		o.priority = int(*n)
	}
	if s := q.Identifier; s != nil {
		if len(*s) > maxIdentifier {
			return invalid("safety_identifier", "it has more than %d characters", maxIdentifier)
		}
		o.identifier = *s
	}
	return nil
}

func (c *checker) outputs() *refusal {
	c.order.format = "mp4"
	if f := c.q.OutputFormat; f != nil {
		if !slices.Contains(c.m.OutputFormats, *f) {
			return invalid("output_format", "the model %s makes %s", c.order.modelID, strings.Join(c.m.OutputFormats, ", "))
		}
		c.order.format = *f
	}
	if t := c.q.ReferenceTask; t != nil {
		if !slices.Contains(c.m.ReferenceTasks, *t) {
			return invalid("omni_reference_task_type", "it is one of %s", strings.Join(c.m.ReferenceTasks, ", "))
		}
		if !c.media.references() {
			return invalid("omni_reference_task_type", "there are no references")
		}
	}
	if u := c.q.CallbackURL; u != nil {
		p, err := url.Parse(*u)
		if err != nil || p.Host == "" || p.Scheme != "http" && p.Scheme != "https" {
			return invalid("callback_url", "it is no http or https URL")
		}
		c.order.callback = *u
	}
	return nil
}

// parameter is the older form of a parameter, inside the prompt. The real service obeys it, at the price that it
// implies; nobody of ours means it, so it is refused here.
var parameter = regexp.MustCompile(
	`(?i)(?:^|\s)--(?:rs|resolution|rt|ratio|dur|duration|frames|fps|framespersecond|seed|cf|camerafixed|camera_fixed|wm|watermark)(?:[\s=]|$)`)

func (c *checker) text(s string) *refusal {
	switch p := parameter.FindString(s); {
	case strings.TrimSpace(s) == "":
		return invalid("content.text", "it is empty")
	case len(s) > maxPrompt:
		return invalid("content.text", "it has more than %d bytes", maxPrompt)
	case p != "":
		return invalid("content.text", "%s is a parameter inside the prompt", strings.TrimSpace(p))
	}
	c.order.prompt = s
	return nil
}

// model finds what serves a name: a model's id in either region, or an endpoint. An alias of ours is none.
func (s *Service) model(name string) (*models.Model, *refusal) {
	id := name
	if of, ok := s.o.Endpoints[name]; ok {
		id = of
	}
	if m, ok := s.o.Models.Find(id); ok && (id != name || m.Alias != name || offers(m, name)) {
		return m, nil
	}
	return nil, &refusal{http.StatusNotFound, "InvalidEndpointOrModel.NotFound",
		fmt.Sprintf("The model or endpoint %s does not exist or you do not have access to it.", printable(name)), "model"}
}

func offers(m *models.Model, id string) bool {
	for _, o := range m.Regions {
		if o.ID == id {
			return true
		}
	}
	return false
}
