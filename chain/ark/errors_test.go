package ark

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
)

// The rows of the vendor's error table (ark-api.md §6), as a create call, a read and a task see them.
func TestErrorTable(t *testing.T) {
	const no = chain.Class("") // does not occur there
	for _, c := range []struct {
		status             int
		code, message      string
		create, read, task chain.Class
		hint               string
	}{
		{400, "MissingParameter.model", "", chain.Invalid, chain.Invalid, no, hintField},
		{400, "InvalidParameter", "", chain.Invalid, chain.Invalid, chain.Invalid, ""},
		{400, "InvalidParameter.TaskTypeConstraint", "", chain.Invalid, no, chain.Invalid, ""},
		{400, "InvalidImageURL.EmptyURL", "", chain.Invalid, no, no, hintField},
		{400, "InputTextSensitiveContentDetected", "", chain.Moderated, no, chain.Moderated, hintText},
		{400, "InputTextSensitiveContentDetected.PolicyViolation", "", chain.Moderated, no, chain.Moderated, hintText},
		{400, "InputImageSensitiveContentDetected", "", chain.Moderated, no, chain.Moderated, hintPicture},
		{400, "InputImageSensitiveContentDetected.PrivacyInformation", "", chain.Moderated, no, chain.Moderated, hintFace},
		{400, "InputVideoSensitiveContentDetected", "", chain.Moderated, no, chain.Moderated, hintInput},
		{400, "SensitiveContentDetected.SevereViolation", "", chain.Moderated, no, chain.Moderated, hintInput},
		{0, "OutputVideoSensitiveContentDetected.PolicyViolation", "", no, no, chain.Moderated, hintOutput},
		{0, "OutputAudioSensitiveContentDetected", "", no, no, chain.Moderated, hintSound},
		{0, "InternalServiceError", "", no, no, chain.Internal, ""},
		{401, "AuthenticationError", "", chain.Account, chain.Account, no, hintKey},
		{403, "AccountOverdueError", "", chain.Account, chain.Account, chain.Account, hintOverdue},
		{403, "AccessDenied", "", chain.Account, chain.Account, no, hintAccess},
		{403, "OperationDenied.PermissionDenied", "", chain.Account, chain.Account, no, hintAccess},
		{400, "OperationDenied.ServiceOverdue", "", chain.Account, chain.Account, no, hintAccess},
		{403, "SomethingNew", "", chain.Account, chain.Account, no, hintAccess},
		{404, "ModelNotOpen", "", chain.Account, chain.Account, no, hintModel},
		{404, "InvalidEndpointOrModel.NotFound", "", chain.Account, chain.Account, no, hintModel},
		{404, "NotFound.Task", "", chain.Account, chain.Gone, no, ""},
		{404, "ResourceNotFound", "", chain.Invalid, chain.Gone, no, ""},
		{429, "RateLimitExceeded.EndpointRPMExceeded", "", chain.Busy, chain.Busy, no, ""},
		{429, "ModelAccountRpmRateLimitExceeded", "", chain.Busy, chain.Busy, no, ""},
		{429, "InflightBatchsizeExceeded", "", chain.Busy, chain.Busy, no, ""},
		{429, "ServerOverloaded", "", chain.Busy, chain.Busy, chain.Internal, ""},
		{429, "RequestBurstTooFast", "", chain.Busy, chain.Busy, no, ""},
		{429, "SomethingNew", "", chain.Busy, chain.Busy, no, ""},
		{429, "QuotaExceeded", "The task queue of this account is full, please try again later", chain.Busy, chain.Busy, no, ""},
		{429, "QuotaExceeded", "Too many tasks queued.", chain.Busy, chain.Busy, no, ""},
		{429, "QuotaExceeded", "You have reached the 5-hour usage limit. It will reset at 18:00 +0800", chain.Quota, chain.Quota, no, hintWindow},
		{429, "QuotaExceeded", "Your free trial quota is used up", chain.Account, chain.Account, no, hintTrial},
		{429, "QuotaExceeded", "no more", chain.Quota, chain.Quota, no, hintWindow},
		{429, "SetLimitExceeded", "", chain.Account, chain.Account, no, hintCap},
		{400, "SomethingNew", "", chain.Invalid, chain.Invalid, chain.Invalid, ""},
		{418, "", "", chain.Invalid, chain.Invalid, no, hintField},
		{500, "InternalServiceError", "", chain.Lost, chain.Busy, no, ""},
		{503, "ServerOverloaded", "", chain.Lost, chain.Busy, no, ""},
		{503, "AccountOverdueError", "", chain.Lost, chain.Busy, no, ""},
		{408, "RequestTimeout", "", chain.Lost, chain.Busy, no, ""},
	} {
		for at, want := range map[place]chain.Class{atCreate: c.create, atRead: c.read, atTask: c.task} {
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
		fmt.Fprint(w, `{"error":{"code":"InvalidParameter","message":"The parameter `+"`content[1].image_url`"+` specified in the request is not valid: too small. Request id: 0217abcDEF","param":"","type":"BadRequest"}}`)
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
	r := newRedactor(testKey)
	message := []byte(`{"error":{"code":"X","message":"no. Request id: 0217m"}}`)
	for want, a := range map[string]answer{
		"h":     {status: 400, header: http.Header{"X-Request-Id": {"h"}, "X-Tt-Logid": {"l"}}, body: message},
		"0217m": {status: 400, header: http.Header{"X-Tt-Logid": {"l"}}, body: message},
		"b":     {status: 400, body: []byte(`{"ResponseMetadata":{"RequestId":"b","Error":{"Code":"X"}}}`)},
		"l":     {status: 200, header: http.Header{"X-Tt-Logid": {"l"}, "X-Client-Request-Id": {"c"}}},
		"c":     {status: 200, header: http.Header{"X-Client-Request-Id": {"c"}}},
		"":      {status: 200},
	} {
		require.Equal(t, want, requestID(a, r))
	}
}
