package vetting

import (
	"context"
	"net/http"
	"path/filepath"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/vet"
	"shotchain/film"
)

// Again looks at the results of an earlier report once more: whether they are still there, and whether their URLs
// end when they say. The URLs are asked for anew, since no report holds one. It buys nothing; the report is written
// again, beside where it was.
func Again(ctx context.Context, o Options, report string, w Words) (*vet.Report, error) {
	r, err := ReadReport(report)
	if err != nil {
		return nil, err
	}
	s := o.Service.OrSimulator()
	switch {
	case r.Subject.Provider != s.Name || r.Subject.Base != s.Base:
		return nil, misused("name it with --provider and --base-url", "the report is of %s, not of %s", r.Subject, s.By())
	case s.Simulated():
		return nil, misused("", "the simulator of that report has ended, and what it made with it")
	case o.Key == "":
		return nil, s.Keyless()
	}
	ask, err := newAsker(s, s.Base, o.Key, o.Version, nil)
	if err != nil {
		return nil, err
	}
	v := &Vetting{Report: r, o: o, ask: ask}
	v.o.Service = s
	link, done, err := v.links(s)
	if err != nil {
		return nil, err
	}
	defer done()
	for _, p := range r.Clips {
		if p.Task == "" {
			continue
		}
		f, err := v.later(ctx, p, link)
		if err != nil {
			return nil, err
		}
		r.Put(f)
	}
	if w != (Words{}) {
		if err := v.Told(ctx, w); err != nil {
			return nil, err
		}
	}
	r.Date = time.Now().UTC().Truncate(time.Second)
	r.Conclude()
	return r, WriteReport(r, filepath.Dir(report))
}

// linker asks for a result's URL anew, "" where the task is no longer told of.
type linker func(ctx context.Context, task string) (string, error)

// links is how a service is asked for URLs: an Ark-shaped one raw, any other through its client.
func (v *Vetting) links(s film.Service) (linker, func(), error) {
	if s.ArkShaped {
		return func(ctx context.Context, task string) (string, error) {
			got, err := v.ask.raw(ctx, vet.Call{Method: http.MethodGet, Path: taskPath(task)})
			if err != nil || got.Status != http.StatusOK {
				return "", err
			}
			return readTask(got.Body).Content.Video, nil
		}, func() {}, nil
	}
	client, done, err := v.connect(v.o.Key)
	return func(ctx context.Context, task string) (string, error) {
		t, err := client.Get(ctx, provider.Ref{Task: task})
		if class(err) == provider.Gone {
			return "", nil
		}
		return string(t.Video), err
	}, done, err
}

// later looks at one result.
func (v *Vetting) later(ctx context.Context, p vet.Print, of linker) (vet.Finding, error) {
	link, err := of(ctx, p.Task)
	if err != nil {
		return vet.Finding{}, v.ask.secret.Cause(err)
	}
	l, ok := vet.LifetimeOf(link)
	if !ok {
		return vet.Later(p, false, 0, time.Now().UTC()), nil
	}
	// A URL that is signed for reading may refuse anything else: so it is read, and let go of.
	res, err := v.ask.look(ctx, http.MethodGet, link)
	if err != nil {
		return vet.Finding{}, err
	}
	defer res.Body.Close()
	return vet.Later(p, p.Link != nil && p.Link.Digest == l.Digest, res.StatusCode, v.ask.clock(res)), nil
}

// clock is the time by the service's own clock, where it tells it.
func (*asker) clock(res *http.Response) time.Time {
	if t, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		return t.UTC()
	}
	return time.Now().UTC()
}
