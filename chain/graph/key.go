package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
) // question is what a key is a hash of: everything that shapes the clip, in one canonical order. How a clip is
// delivered (service tier, priority, expiry, the end user's identifier) is left out: it changes what is paid or
// when, not what is seen, and nobody should buy a clip again for it.
type question struct {
	Version     int      `json:"v"`
	Provider    string   `json:"provider"` // namespace: a simulated clip never answers a real provider's question
	Model       string   `json:"model"`
	Prompt      string   `json:"prompt"`
	FirstFrame  string   `json:"first_frame,omitempty"`
	LastFrame   string   `json:"last_frame,omitempty"`
	References  []string `json:"references,omitempty"`
	Resolution  string   `json:"resolution,omitempty"`
	Ratio       string   `json:"ratio,omitempty"`
	Duration    int      `json:"duration"`
	Seed        *int64   `json:"seed,omitempty"`
	CameraFixed *bool    `json:"camera_fixed,omitempty"`
	Watermark   *bool    `json:"watermark,omitempty"`
	Audio       *bool    `json:"audio,omitempty"`
	Number      int      `json:"take,omitempty"` // 0 for the first
	Draft       bool     `json:"draft,omitempty"`
}

// Key is the hash of a question: the name under which its clip is kept. first is what the first frame is – the
// digest of its bytes – or, for an identity, how it comes about; last is the same for the last frame.
func (t *Take) Key(namespace string, a Anchors) string {
	r := t.Request
	var references []string
	for i := range r.References {
		references = append(references, r.References[i].InKey())
	}
	q := question{Version: 1, Provider: namespace, Model: r.Model, Prompt: r.Prompt, FirstFrame: a.First,
		LastFrame: a.Last, References: references,
		Resolution: r.Resolution, Ratio: r.Ratio, Duration: r.Duration, Seed: r.Seed,
		CameraFixed: r.CameraFixed, Watermark: r.Watermark, Audio: r.Audio, Number: t.Number - 1, Draft: t.Draft}
	if r.Seed != nil && *r.Seed >= 0 {
		q.Number = 0 // the seed tells the takes apart: one that was asked for under another number is the same clip
	}
	b, err := json.Marshal(q)
	if err != nil {
		panic(err) // strings, numbers and booleans always marshal
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Anchors are the pictures of a take's question by name: the digests of bytes, or how they come about.
type Anchors struct{ First, Last string }
