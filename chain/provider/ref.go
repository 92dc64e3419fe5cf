package provider

import "log/slog"

// Ref names a task to its service.
type Ref struct {
	Task   string // its id
	Handle Handle // as it came with the id; "" for none
}

// Handle is what a provider needs beside a task's id to find the task: the URLs that the service gave for it, say. Only
// the provider that made it reads it, and uses URLs in it on the configured host only. It is stored with the id. It
// prints and logs as a word; string(h) is the handle itself.
type Handle string

func (h Handle) String() string {
	if h == "" {
		return ""
	}
	return "(handle)"
}

func (h Handle) GoString() string     { return h.String() }
func (h Handle) LogValue() slog.Value { return slog.StringValue(h.String()) }
