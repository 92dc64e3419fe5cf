package sdktest

import (
	"context"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/volcengine/volcengine-go-sdk/service/arkruntime"
	"github.com/volcengine/volcengine-go-sdk/service/arkruntime/model"

	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

const m20 = "doubao-seedance-2-0-260128"

// sdk is the vendor's client. Its retries are off: they repeat the paid POST.
func sdk(s *simtest.Server, key string) *arkruntime.Client {
	return arkruntime.NewClientWithApiKey(key, arkruntime.WithBaseUrl(s.BaseURL()), arkruntime.WithRetryTimes(0))
}

type createRequest = model.CreateContentGenerationTaskRequest

func request(change ...func(*createRequest)) createRequest {
	r := createRequest{
		Model:    m20,
		Content:  []*model.CreateContentGenerationContentItem{{Type: model.ContentGenerationContentItemTypeText, Text: new("a boat at dusk")}},
		Duration: new(int64(5)), Resolution: new("720p"), Ratio: new("16:9"), ReturnLastFrame: new(true),
		GenerateAudio: new(true), Seed: new(int64(11)), ExecutionExpiresAfter: new(int64(7200)),
		Priority: new(int32(2)), SafetyIdentifier: new("someone"), Watermark: new(false), ServiceTier: new("default"),
	}
	for _, f := range change {
		f(&r)
	}
	return r
}

func finished(t *testing.T, c *arkruntime.Client, id string) (task model.GetContentGenerationTaskResponse) {
	t.Helper()
	require.Eventually(t, func() bool {
		var err error
		task, err = c.GetContentGenerationTask(t.Context(), model.GetContentGenerationTaskRequest{ID: id})
		return err == nil && task.Status != model.StatusQueued && task.Status != model.StatusRunning
	}, 10*time.Second, 5*time.Millisecond)
	return task
}

func TestSDKCreatesGetsListsAndDeletes(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{Limits: sim.NoRates})
	c := sdk(s, "key")
	made, err := c.CreateContentGenerationTask(t.Context(), request())
	require.NoError(t, err)
	require.Equal(t, "someone", *made.SafetyIdentifier)
	task := finished(t, c, made.ID)
	require.Equal(t, model.StatusSucceeded, task.Status)
	require.Equal(t, made.ID, task.ID)
	require.Equal(t, m20, task.Model)
	require.Equal(t, 108900, task.Usage.CompletionTokens)
	require.Equal(t, 108900, task.Usage.TotalTokens)
	require.EqualValues(t, 5, *task.Duration)
	require.Nil(t, task.Frames)
	require.EqualValues(t, 24, *task.FramesPerSecond)
	require.EqualValues(t, 11, *task.Seed)
	require.EqualValues(t, 7200, *task.ExecutionExpiresAfter)
	require.EqualValues(t, 2, *task.Priority)
	require.Equal(t, "someone", *task.SafetyIdentifier)
	require.Equal(t, "720p 16:9 default", *task.Resolution+" "+*task.Ratio+" "+*task.ServiceTier)
	require.True(t, *task.GenerateAudio)
	require.WithinDuration(t, time.Now(), time.Unix(task.CreatedAt, 0), time.Minute)
	require.GreaterOrEqual(t, task.UpdatedAt, task.CreatedAt)
	require.NotEmpty(t, task.Header().Get("X-Request-Id"))
	for _, u := range []string{task.Content.VideoURL, task.Content.LastFrameURL} {
		res, err := http.Get(u)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode)
	}

	// The next shot continues it.
	next, err := c.CreateContentGenerationTask(t.Context(), request(func(r *createRequest) {
		r.Ratio = new("adaptive")
		r.Content = append(r.Content, picture(task.Content.LastFrameURL, "first_frame"))
	}))
	require.NoError(t, err)
	require.Equal(t, model.StatusSucceeded, finished(t, c, next.ID).Status)

	list, err := c.ListContentGenerationTasks(t.Context(), model.ListContentGenerationTasksRequest{
		PageNum: new(1), PageSize: new(1),
		Filter: &model.ListContentGenerationTasksFilter{
			Status: new("succeeded"), Model: new(m20), ServiceTier: new("default"), TaskIDs: []*string{&made.ID, &next.ID},
		},
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, list.Total)
	require.Len(t, list.Items, 1)
	require.Equal(t, next.ID, list.Items[0].ID)
	require.Equal(t, 108900, list.Items[0].Usage.CompletionTokens)

	require.NoError(t, c.DeleteContentGenerationTask(t.Context(), model.DeleteContentGenerationTaskRequest{ID: made.ID}))
	_, err = c.GetContentGenerationTask(t.Context(), model.GetContentGenerationTaskRequest{ID: made.ID})
	require.Equal(t, "NotFound", refusal(t, err, 404).Code)
	require.Equal(t, 2, s.Sim.Stats().Created)
}

func picture(url, role string) *model.CreateContentGenerationContentItem {
	return &model.CreateContentGenerationContentItem{
		Type: model.ContentGenerationContentItemTypeImage, ImageURL: &model.ImageURL{URL: url}, Role: &role,
	}
}

func stillURL(t *testing.T, w, h int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("data:image/png;base64,")
	e := base64.NewEncoder(base64.StdEncoding, &b)
	require.NoError(t, png.Encode(e, image.NewGray(image.Rect(0, 0, w, h))))
	require.NoError(t, e.Close())
	return b.String()
}

func TestSDKCancelsWhatIsQueuedOnly(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{})
	c := sdk(s, "key")
	s.Sim.Hold()
	made, err := c.CreateContentGenerationTask(t.Context(), request())
	require.NoError(t, err)
	task, err := c.GetContentGenerationTask(t.Context(), model.GetContentGenerationTaskRequest{ID: made.ID})
	require.NoError(t, err)
	require.Equal(t, model.StatusQueued, task.Status)
	require.NoError(t, c.DeleteContentGenerationTask(t.Context(), model.DeleteContentGenerationTaskRequest{ID: made.ID}))
	require.Equal(t, model.StatusCancelled, finished(t, c, made.ID).Status)
	err = c.DeleteContentGenerationTask(t.Context(), model.DeleteContentGenerationTaskRequest{ID: made.ID})
	refusal(t, err, 400)
}

func TestSDKReadsFailedTasks(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{Limits: sim.NoRates})
	c := sdk(s, "key")
	require.NoError(t, s.Sim.Inject(sim.Fault{Op: "task", Action: "fail", Code: "OutputVideoSensitiveContentDetected.PolicyViolation", Message: "Refused."}))
	made, err := c.CreateContentGenerationTask(t.Context(), request())
	require.NoError(t, err)
	task := finished(t, c, made.ID)
	require.Equal(t, model.StatusFailed, task.Status)
	require.Equal(t, "OutputVideoSensitiveContentDetected.PolicyViolation", task.Error.Code)
	require.Contains(t, task.Error.Message, "Refused. Request id: ")
	list, err := c.ListContentGenerationTasks(t.Context(), model.ListContentGenerationTasksRequest{})
	require.NoError(t, err)
	require.Equal(t, task.Error, list.Items[0].FailureReason)
}

// refusal requires an error that the SDK understood.
func refusal(t *testing.T, err error, status int) *model.APIError {
	t.Helper()
	var e *model.APIError
	require.ErrorAs(t, err, &e)
	require.Equal(t, status, e.HTTPStatusCode, "%v", e)
	require.NotEmpty(t, e.Type)
	require.NotEmpty(t, e.RequestId, "the client's request id comes back")
	require.Contains(t, e.Message, "Request id: 02")
	return e
}

func TestSDKUnderstandsEveryRefusal(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{Key: "right", Limits: sim.Limits{CreatePerMinute: -1, GetPerSecond: -1}})
	c := sdk(s, "right")
	for name, x := range map[string]struct {
		change func(*createRequest)
		status int
		code   string
		param  string
	}{
		"missing":    {func(r *createRequest) { r.Content = nil }, 400, "MissingParameter", "content"},
		"duration":   {func(r *createRequest) { r.Duration = new(int64(99)) }, 400, "InvalidParameter", "duration"},
		"unknown":    {func(r *createRequest) { r.ExtraBody = model.ExtraBody{"colour": "red"} }, 400, "InvalidParameter", "colour"},
		"untaken":    {func(r *createRequest) { r.CameraFixed = new(true) }, 400, "InvalidParameter", "camera_fixed"},
		"picture":    {func(r *createRequest) { r.Content = append(r.Content, picture(stillURL(t, 100, 100), "first_frame")) }, 400, "InvalidImageURL.SizeLimit", "image_url"},
		"model":      {func(r *createRequest) { r.Model = "doubao-seedance-9" }, 404, "InvalidEndpointOrModel.NotFound", "model"},
		"last alone": {func(r *createRequest) { r.Content = append(r.Content, picture(stillURL(t, 300, 300), "last_frame")) }, 400, "InvalidParameter", "content"},
	} {
		_, err := c.CreateContentGenerationTask(t.Context(), request(x.change))
		e := refusal(t, err, x.status)
		require.Equal(t, x.code, e.Code, name)
		require.Equal(t, x.param, *e.Param, name)
	}
	_, err := sdk(s, "wrong").CreateContentGenerationTask(t.Context(), request())
	require.Equal(t, "AuthenticationError", refusal(t, err, 401).Code)
	require.Zero(t, s.Sim.Stats().Created)

	for _, f := range []sim.Fault{
		{Status: 403, Code: "AccountOverdueError"},
		{Status: 429, Code: "RateLimitExceeded.EndpointRPMExceeded"},
		{Status: 429, Code: "SetLimitExceeded"},
		{Status: 500, Code: "InternalServiceError"},
	} {
		f.Op, f.Action = "create", "answer"
		require.NoError(t, s.Sim.Inject(f))
		_, err := c.CreateContentGenerationTask(t.Context(), request())
		require.Equal(t, f.Code, refusal(t, err, f.Status).Code)
	}
	for range 2 {
		_, err = c.ListContentGenerationTasks(t.Context(), model.ListContentGenerationTasksRequest{})
	}
	require.Contains(t, refusal(t, err, 429).Code, "RateLimitExceeded")
}

// What the SDK makes of a lost answer: one task, since its retries are off.
func TestSDKLosesAnswers(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{})
	c := sdk(s, "key")
	for i, action := range []string{"drop-after", "html502-after", "html200", "truncate"} {
		require.NoError(t, s.Sim.Inject(sim.Fault{Op: "create", Action: action}))
		_, err := c.CreateContentGenerationTask(t.Context(), request())
		var e *model.RequestError
		require.ErrorAs(t, err, &e, action)
		require.Equal(t, i+1, s.Sim.Stats().Created, action)
	}
	require.NoError(t, s.Sim.Inject(sim.Fault{Op: "create", Action: "hang"}))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.CreateContentGenerationTask(ctx, request())
	require.True(t, errors.Is(err, context.DeadlineExceeded), "%v", err)
	require.Equal(t, 4, s.Sim.Stats().Created)
}
