package ark

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// The rows of the vendor's error table (ark-api.md §6), as a create call, a read and a task see them.
func TestErrorTable(t *testing.T) {
	const no = provider.Class("") // does not occur there
	for _, c := range []struct {
		status             int
		code, message      string
		create, read, task provider.Class
		hint               string
	}{
		{400, "MissingParameter.model", "", provider.Invalid, provider.Invalid, no, hintField},
		{400, "InvalidParameter", "", provider.Invalid, provider.Invalid, provider.Invalid, ""},
		{400, "InvalidParameter.TaskTypeConstraint", "", provider.Invalid, no, provider.Invalid, ""},
		{400, "InvalidImageURL.EmptyURL", "", provider.Invalid, no, no, hintField},
		{400, "InputTextSensitiveContentDetected", "", provider.Moderated, no, provider.Moderated, hintText},
		{400, "InputTextSensitiveContentDetected.PolicyViolation", "", provider.Moderated, no, provider.Moderated, hintText},
		{400, "InputImageSensitiveContentDetected", "", provider.Moderated, no, provider.Moderated, hintPicture},
		{400, "InputImageSensitiveContentDetected.PrivacyInformation", "", provider.Moderated, no, provider.Moderated,
			hintFace},
		{400, "InputVideoSensitiveContentDetected", "", provider.Moderated, no, provider.Moderated, hintInput},
		{400, "SensitiveContentDetected.SevereViolation", "", provider.Moderated, no, provider.Moderated, hintInput},
		{0, "OutputVideoSensitiveContentDetected.PolicyViolation", "", no, no, provider.Moderated, hintOutput},
		{0, "OutputAudioSensitiveContentDetected", "", no, no, provider.Moderated, hintSound},
		{0, "InternalServiceError", "", no, no, provider.Internal, ""},
		{401, "AuthenticationError", "", provider.Account, provider.Account, no, hintKey},
		{403, "AccountOverdueError", "", provider.Account, provider.Account, provider.Account, hintOverdue},
		{403, "AccessDenied", "", provider.Account, provider.Account, no, hintAccess},
		{403, "OperationDenied.PermissionDenied", "", provider.Account, provider.Account, no, hintAccess},
		{400, "OperationDenied.ServiceOverdue", "", provider.Account, provider.Account, no, hintAccess},
		{403, "SomethingNew", "", provider.Account, provider.Account, no, hintAccess},
		{404, "ModelNotOpen", "", provider.Account, provider.Account, no, hintModel},
		{404, "InvalidEndpointOrModel.NotFound", "", provider.Account, provider.Account, no, hintModel},
		{404, "NotFound.Task", "", provider.Account, provider.Gone, no, ""},
		{404, "ResourceNotFound", "", provider.Invalid, provider.Gone, no, ""},
		{429, "RateLimitExceeded.EndpointRPMExceeded", "", provider.Busy, provider.Busy, no, ""},
		{429, "ModelAccountRpmRateLimitExceeded", "", provider.Busy, provider.Busy, no, ""},
		{429, "InflightBatchsizeExceeded", "", provider.Busy, provider.Busy, no, ""},
		{429, "ServerOverloaded", "", provider.Busy, provider.Busy, provider.Internal, ""},
		{429, "RequestBurstTooFast", "", provider.Busy, provider.Busy, no, ""},
		{429, "SomethingNew", "", provider.Busy, provider.Busy, no, ""},
		{429, "QuotaExceeded", "The task queue of this account is full, please try again later", provider.Busy, provider.Busy,
			no, ""},
		{429, "QuotaExceeded", "Too many tasks queued.", provider.Busy, provider.Busy, no, ""},
		{429, "QuotaExceeded", "You have reached the 5-hour usage limit. It will reset at 18:00 +0800", provider.Quota,
			provider.Quota, no, hintWindow},
		{429, "QuotaExceeded", "Your free trial quota is used up", provider.Account, provider.Account, no, hintTrial},
		{429, "QuotaExceeded", "no more", provider.Quota, provider.Quota, no, hintWindow},
		{429, "SetLimitExceeded", "", provider.Account, provider.Account, no, hintCap},
		{400, "SomethingNew", "", provider.Invalid, provider.Invalid, provider.Invalid, ""},
		{418, "", "", provider.Invalid, provider.Invalid, no, hintField},
		{500, "InternalServiceError", "", provider.Lost, provider.Busy, no, ""},
		{503, "ServerOverloaded", "", provider.Lost, provider.Busy, no, ""},
		{503, "AccountOverdueError", "", provider.Lost, provider.Busy, no, ""},
		{408, "RequestTimeout", "", provider.Lost, provider.Busy, no, ""},
	} {
		for at, want := range map[place]provider.Class{atCreate: c.create, atRead: c.read, atTask: c.task} {
			if want == no {
				continue
			}
			status := c.status
			if at == atTask {
				status = 0
			}
			got := ruleFor(at, status, said{code: c.code, message: c.message}, false)
			require.Equal(t, want, got.class, "%d %s %q at %d", c.status, c.code, c.message, at)
			if c.hint != "" && at != atRead {
				require.Equal(t, c.hint, got.hint, "%d %s", c.status, c.code)
			}
		}
	}
}

// Every place has an answer to every status, and no patterns are malformed.
func TestErrorTableIsTotal(t *testing.T) {
	for _, at := range []place{atCreate, atRead, atCancel, atTask} {
		for status := -1; status < 1200; status++ {
			require.NotEmpty(t, ruleFor(at, status, said{code: "x"}, status%2 == 0).class)
		}
	}
	for _, r := range rules {
		require.NotPanics(t, func() { matchCode(r.code, "x") })
		require.Equal(t, r.code, string([]byte(r.code)))
		require.NotZero(t, r.at)
	}
}

func TestFaultOfAnAnswer(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "12")
		w.WriteHeader(400)
		fmt.Fprint(w,
			`{"error":{"code":"InvalidParameter","message":"The parameter `+"`content[1].image_url`"+
				` specified in the request is not valid: too small. Request id: 0217abcDEF","param":"","type":"BadRequest"}}`)
	})
	_, err := c.Create(t.Context(), small)
	f := faultOf(t, err)
	require.Equal(t, "InvalidParameter", f.Code)
	require.Equal(t, "content[1].image_url", f.Param)
	require.Equal(t, "0217abcDEF", f.RequestID)
	require.Equal(t, "The parameter `content[1].image_url` specified in the request is not valid: too small", f.Message)
	require.Equal(t, 400, f.HTTPStatus)
	require.EqualValues(t, 12e9, f.RetryAfter)
	require.Contains(t, f.Error(), "(request 0217abcDEF)")
}

func TestRequestIDs(t *testing.T) {
	r := wire.NewRedactor(testKey)
	message := []byte(`{"error":{"code":"X","message":"no. Request id: 0217m"}}`)
	for want, a := range map[string]wire.Answer{
		"h":     {Status: 400, Header: http.Header{"X-Request-Id": {"h"}, "X-Tt-Logid": {"l"}}, Body: message},
		"0217m": {Status: 400, Header: http.Header{"X-Tt-Logid": {"l"}}, Body: message},
		"b":     {Status: 400, Body: []byte(`{"ResponseMetadata":{"RequestId":"b","Error":{"Code":"X"}}}`)},
		"l":     {Status: 200, Header: http.Header{"X-Tt-Logid": {"l"}, "X-Client-Request-Id": {"c"}}},
		"c":     {Status: 200, Header: http.Header{"X-Client-Request-Id": {"c"}}},
		"":      {Status: 200},
	} {
		require.Equal(t, want, requestID(a, r))
	}
}
