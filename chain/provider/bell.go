package provider

import (
	"context"
	"encoding/json"
	"errors"
)

// Ringer is a Provider whose service calls back in a form of its own, or signs what it sends.
type Ringer interface {
	// Rings returns the task that a callback is about: its id, or the last part of one that is a path. header is the
	// value of one of its headers, "" for none. The error, which is fit to be shown, says why it is none of the service's.
	Rings(ctx context.Context, header func(name string) string, body []byte) (task string, err error)
}

// Bell reads the callbacks of a provider's service: as its Ringer does, else as a task with its id, as Ark sends it. A
// callback is a hint and nothing more: whatever it says, the task is read.
func Bell(p Provider) Ringer {
	if r, ok := As[Ringer](p); ok {
		return r
	}
	return plainBell{}
}

// plainBell reads a task as its API shows it.
type plainBell struct{}

func (plainBell) Rings(_ context.Context, _ func(string) string, body []byte) (string, error) {
	var task struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &task); err != nil || task.ID == "" {
		return "", errors.New("the callback names no task")
	}
	return task.ID, nil
}
