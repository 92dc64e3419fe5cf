// Package provider is the contract between a run and a service that makes clips: what is asked ([Request]), what the
// service answers ([Task]), and what a refusal means for the take and for the run ([Fault]). A [Provider] sends a create
// call once, and never says that nothing was made where it cannot know. The package knows nothing of films or stores;
// package providertest proves an implementation.
package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"shotchain/chain/money"
)

// Provider is a service that makes clips from requests, as the run sees it. All methods may be called by many
// goroutines at once. A method that fails returns a *Fault, or the context's error where the context ended before
// anything was sent. Fault.Message and Hint are fit to be shown: no key, no signed URL, no handle.
type Provider interface {
	// About is what plans and keys must know of the service, and what it can do. It is always the same, and sends
	// nothing.
	About() About

	// Mark makes a text that no other attempt of anybody has, by which Find finds the task of the request again; ""
	// where the service has no place for one. It is stored before the request is sent with it, and never in a key. It
	// sends nothing.
	Mark(r Request) string

	// Create asks for one clip. It sends the request at most once. When it returns a task id, the task exists and
	// may be billed. When the fault's class is Lost, a task may exist; with every other class none does.
	Create(ctx context.Context, r Request) (Created, error)

	// Find looks once for the task of a create call whose answer was lost. What it concludes is certain: Found is the
	// attempt's own task and nobody else's, Absent says that none was made and none will be; where it cannot know, it
	// says so. Class Busy: ask again. A service without a Lookup answers Unable, and sends nothing.
	Find(ctx context.Context, a Attempt) (Finding, error)

	// Get reads one task. Class Gone: the service has no such task (any more).
	Get(ctx context.Context, r Ref) (Task, error)

	// Cancel ends a task. nil: it has ended without a clip. Class Invalid: it is running or finished, and cannot be
	// stopped. Class Busy: it was asked to stop, and may go on all the same. A service that cannot cancel answers
	// Invalid, and sends nothing.
	Cancel(ctx context.Context, r Ref) error

	// Fetch copies what a URL of one of the service's tasks names into w: all of it, or an error. Never more than
	// limit bytes. The key goes along only where the host is the service's own and wants it. Class Gone: the URL has
	// lapsed.
	Fetch(ctx context.Context, u SignedURL, w io.Writer, limit int64) error
}

// Lister is a Provider whose service lists the account's tasks.
type Lister interface {
	// List reads all tasks of the service's memory that match, newest first; it pages through them at the service's
	// pace. complete is false where the service had more than it would show.
	List(ctx context.Context, f Filter) (tasks []Task, complete bool, err error)
}

// Pricer is a Provider whose service tells what it asks for a model.
type Pricer interface {
	// Quote reads the price of a model by the service's id. It buys nothing.
	Quote(ctx context.Context, model string) (Quote, error)
}

// Quote is what a service asks for a model, by its own word.
type Quote struct {
	Answer     []byte // as it came, without secrets: evidence
	PerMillion int64  // millionths of the currency's unit per million tokens; 0 where it is told in another unit
	Currency   string
}

// Inventor is a Provider that can name a task which its service has never made, as it would name one that it has.
type Inventor interface {
	Invented() Ref
}

// Created is a create call's answer.
type Created struct {
	Task      string // the task's id
	Handle    Handle // goes with the id from here on, "" for none
	RequestID string // of the call, "" where the service named none
}

// Request is everything that is asked of a provider for one clip. Fields at their zero value are not sent.
type Request struct {
	Label string `json:"-"` // the shot's name and the attempt, sent as a client request id: for logs at either end

	Model            string  `json:"model"` // the provider's id
	Prompt           string  `json:"prompt,omitempty"`
	FirstFrame       *Frame  `json:"first_frame,omitempty"`
	LastFrame        *Frame  `json:"last_frame,omitempty"`
	References       []Frame `json:"references,omitempty"`
	Resolution       string  `json:"resolution,omitempty"`
	Ratio            string  `json:"ratio,omitempty"`
	Duration         int     `json:"duration,omitempty"` // whole seconds, -1 lets the model choose
	Seed             *int64  `json:"seed,omitempty"`
	CameraFixed      *bool   `json:"camera_fixed,omitempty"`
	Watermark        *bool   `json:"watermark,omitempty"`
	Audio            *bool   `json:"audio,omitempty"`
	ServiceTier      string  `json:"service_tier,omitempty"`
	Priority         *int    `json:"priority,omitempty"`
	ExpiresAfter     int     `json:"expires_after,omitempty"` // seconds from creation until the service gives up
	SafetyIdentifier string  `json:"safety_identifier,omitempty"`
	Draft            bool    `json:"draft,omitempty"` // a cheap trial clip
	DraftTask        string  `json:"-"`               // the task whose draft becomes a final clip; what the draft has settled is left out
	NoLastFrame      bool    `json:"-"`               // the service gives none for it, and refuses to be asked
	CallbackURL      string  `json:"-"`
	Mark             string  `json:"-"` // what Mark made for the attempt, "" for none
}

// Frame is a picture that a request carries. One of URL and Data is set when it is sent.
type Frame struct {
	Digest    string    `json:"digest,omitempty"`     // sha256 of the bytes, hex; "" for a web still
	MediaType string    `json:"media_type,omitempty"` // image/png, image/jpeg, …
	Web       string    `json:"web,omitempty"`        // the storyboard's own https URL
	Fit       string    `json:"fit,omitempty"`        // WxH: what the picture is cropped and scaled to before it is sent, "WxH turned N" where it is brought upright first by its orientation N; "" as it is
	URL       SignedURL `json:"-"`                    // the provider's own, while it lives
	Data      []byte    `json:"-"`
}

// Status is a task's state at the service.
type Status string

const (
	Queued    Status = "queued"
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
	Expired   Status = "expired"
)

// Done reports whether the status is final.
func (s Status) Done() bool { return s != Queued && s != Running }

// Known reports whether the status is one of those above.
func (s Status) Known() bool {
	switch s {
	case Queued, Running, Succeeded, Failed, Cancelled, Expired:
		return true
	}
	return false
}

// Task is the provider's remote job for a take, as it last answered. Fields that the service left out are zero.
type Task struct {
	ID               string
	Model            string
	Status           Status
	Fault            *Fault // why it failed
	Video, LastFrame SignedURL
	Seed             *int64
	Tokens           int64        // billed; 0 where the service does not say
	Cost             money.Amount // billed, exactly; zero where the service does not say
	Billed           Answer       // of a task that has ended: whether anything is billed, as far as the service says
	Resolution       string
	Ratio            string
	Duration         int // seconds
	Audio            *bool
	ServiceTier      string
	ExpiresAfter     int // seconds
	SafetyIdentifier string
	Created, Updated time.Time // by the service's clock
	RequestID        string    // of the call that read it
}

// Filter narrows a List. Zero fields do not.
type Filter struct {
	Status      Status
	Model       string
	Tasks       []string
	ServiceTier string // default tasks are listed without it, flex tasks only with "flex"
}

// SignedURL is a URL that whoever knows it may use. It prints, logs and marshals without its path and query;
// string(u) is the URL itself.
type SignedURL string

func (u SignedURL) String() string {
	if u == "" {
		return ""
	}
	p, err := url.Parse(string(u))
	if err != nil || p.Host == "" {
		return "(signed url)"
	}
	return fmt.Sprintf("%s://%s/… (signed url)", p.Scheme, p.Host)
}

func (u SignedURL) GoString() string             { return u.String() }
func (u SignedURL) LogValue() slog.Value         { return slog.StringValue(u.String()) }
func (u SignedURL) MarshalJSON() ([]byte, error) { return json.Marshal(u.String()) }

// Class says what a fault means for a take and for the run.
type Class string

const (
	Invalid   Class = "invalid"   // the request is wrong: never sent again as it is
	Moderated Class = "moderated" // an input or the output was refused: never retried, the user decides
	Account   Class = "account"   // key, balance, permission, spending cap, model not open: the whole run stops
	Quota     Class = "quota"     // a usage window is used up: the run stops and says when it resets
	Busy      Class = "busy"      // nothing was done, also because the service was not reached: try again later
	Gone      Class = "gone"      // no such task, or the URL has lapsed
	Internal  Class = "internal"  // the service failed at a task: where it is not billed, it may be created again
	Lost      Class = "lost"      // a create call's answer was lost: a task may exist
)

// Fault is a provider's refusal or failure.
type Fault struct {
	Class      Class
	Code       string        // the service's own code, "" where it gave none
	Message    string        // the service's own words, without secrets
	Param      string        // the request field it names, "" for none
	HTTPStatus int           // 0 where there was no answer
	RequestID  string        // of the call, "" for none
	RetryAfter time.Duration // what the service asked for; 0 for nothing
	Hint       string        // what the user can do, "" for nothing to say
	Billed     Answer        // of a task that failed: whether it is billed all the same, as far as the service says
	Remark     string        // of a create call refused for its mark: the mark that may be taken instead; "" for none
	Err        error         // what caused it, nil for an answer of the service
}

func (f *Fault) Error() string {
	s := f.Message
	if f.Code != "" {
		s = f.Code + ": " + s
	}
	if f.RequestID != "" {
		s += " (request " + f.RequestID + ")"
	}
	return s
}

// Names reports whether the service blames a field of the request.
func (f *Fault) Names(field string) bool {
	return strings.Contains(f.Param, field) || strings.Contains(f.Message, field)
}

func (f *Fault) Unwrap() error { return f.Err }

// InKey is a still's in a key: its bytes, with the size that they are fitted to, or its address. "" for none.
func (f *Frame) InKey() string {
	switch {
	case f == nil:
		return ""
	case f.Web != "":
		return f.Web
	case f.Fit != "":
		return f.Digest + "@" + f.Fit
	}
	return f.Digest
}
