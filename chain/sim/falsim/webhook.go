package falsim

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Webhooks; fal-api.md §9.
const (
	hookPatience = 15 * time.Second
	hookTries    = 10
	userID       = "auth_user_0001"
)

// keys are the public ones that webhooks are signed with: an old one, and the one in use.
func (s *Service) keys() answer {
	old := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	var all []map[string]string
	for _, k := range []ed25519.PublicKey{old, s.sign.Public().(ed25519.PublicKey)} {
		all = append(all, map[string]string{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(k)})
	}
	return says(http.StatusOK, map[string]any{"keys": all})
}

// notify tells a request's webhook that it has ended. Only with the mutex.
func (s *Service) notify(r *request) {
	f := s.faults.Use("callback", r.id, r.endpoint, r.order.prompt, s.now())
	if s.closed || f.Does("drop") {
		return
	}
	v := map[string]any{"request_id": r.id, "gateway_request_id": r.id, "status": "OK", "payload": r.result.body}
	if r.result.status != 200 {
		v["status"], v["error"] = "ERROR", "Unexpected status code: "+strconv.Itoa(r.result.status)
	}
	body, err := json.Marshal(v)
	if err != nil {
		return
	}
	s.wg.Add(1)
	go s.ring(r.hook, r.id, body, !f.Does("unsigned"))
}

// ring delivers a webhook, and tries again while nobody takes it.
func (s *Service) ring(hook, id string, body []byte, signed bool) {
	defer s.wg.Done()
	for try, wait := 0, time.Second; try < hookTries; try, wait = try+1, 2*wait {
		if s.deliver(hook, id, body, signed) {
			return
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-s.ctx.Done():
			t.Stop()
			return
		}
	}
}

func (s *Service) deliver(hook, id string, body []byte, signed bool) bool {
	ctx, cancel := context.WithTimeout(s.ctx, hookPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, bytes.NewReader(body))
	if err != nil {
		return true // for good
	}
	at := strconv.FormatInt(s.Now().Unix(), 10)
	digest := sha256.Sum256(body)
	signature := ed25519.Sign(s.sign, fmt.Appendf(nil, "%s\n%s\n%s\n%s", id, userID, at, hex.EncodeToString(digest[:])))
	if !signed {
		signature[0] ^= 1
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Fal-Webhook-Request-Id", id)
	req.Header.Set("X-Fal-Webhook-User-Id", userID)
	req.Header.Set("X-Fal-Webhook-Timestamp", at)
	req.Header.Set("X-Fal-Webhook-Signature", hex.EncodeToString(signature))
	c := *s.client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := c.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode/100 == 2 || res.StatusCode/100 == 3 // a redirect fails for good
}
