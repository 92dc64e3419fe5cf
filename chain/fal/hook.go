package fal

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// How webhooks are judged; fal-api.md §9.
const (
	hookSlack = 5 * time.Minute // how far a webhook's time may be from ours
	keysLife  = 24 * time.Hour  // how long the keys are kept
	keysPause = time.Minute     // how often they are asked for at most, whatever strangers send
)

// hooks judges webhooks by the keys that fal publishes.
type hooks struct {
	mu    sync.Mutex
	keys  []ed25519.PublicKey // guarded by mu, as what follows
	asked time.Time
}

// Rings returns the request that a webhook is about. A webhook is a bell: whatever it says, the status is read. The error
// says why it is none of fal's; it is fit to be shown.
func (c *Client) Rings(ctx context.Context, header func(string) string, body []byte) (request string, err error) {
	id, at := header("X-Fal-Webhook-Request-Id"), header("X-Fal-Webhook-Timestamp")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > hookSlack {
		return "", errors.New("the webhook has no time, or one that is long past")
	}
	signature, err := hex.DecodeString(header("X-Fal-Webhook-Signature"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return "", errors.New("the webhook has no signature")
	}
	digest := sha256.Sum256(body)
	signed := fmt.Appendf(nil, "%s\n%s\n%s\n%s", id, header("X-Fal-Webhook-User-Id"), at,
		hex.EncodeToString(digest[:]))
	for _, fresh := range []bool{false, true} {
		keys, err := c.known(ctx, fresh)
		if err != nil {
			return "", err
		}
		for _, k := range keys {
			if ed25519.Verify(k, signed, signature) {
				return named(id, body)
			}
		}
	}
	return "", errors.New("the webhook's signature is by none of fal's keys")
}

// named is the request that both header and body name.
func named(id string, body []byte) (string, error) {
	var v struct {
		ID string `json:"request_id"`
	}
	if json.Unmarshal(body, &v) != nil || v.ID == "" || v.ID != id {
		return "", errors.New("the webhook names no request")
	}
	return id, nil
}

// known are the keys: those that are kept, or such as are asked for anew.
func (c *Client) known(ctx context.Context, fresh bool) ([]ed25519.PublicKey, error) {
	h := &c.hooks
	h.mu.Lock()
	defer h.mu.Unlock()
	age := time.Since(h.asked)
	if len(h.keys) > 0 && age < keysLife && !fresh || !h.asked.IsZero() && age < keysPause {
		return h.keys, nil
	}
	h.asked = time.Now()
	a, err := c.line.Ask(ctx, http.MethodGet, c.storage.JoinPath(".well-known/jwks.json").String(), nil)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []struct {
			Type string `json:"kty"`
			X    string `json:"x"`
		} `json:"keys"`
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &set) != nil {
		return nil, c.fault(atRead, a, c.secret)
	}
	h.keys = nil
	for _, k := range set.Keys {
		if b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.X, "=")); err == nil && k.Type == "OKP" &&
			len(b) == ed25519.PublicKeySize {
			h.keys = append(h.keys, b)
		}
	}
	return h.keys, nil
}
