package film

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shotchain/chain/lock"
	"shotchain/internal/durable"
	"shotchain/internal/guard"
	"shotchain/internal/say"
)

// Locked is a film's lock file: the clips that it must be made of. nil is no lock.
type Locked struct {
	file *lock.File
	film *Film
}

// LockFile is beside the storyboard: film.lock.yaml for film.yaml.
func (f *Film) LockFile() string {
	stem := strings.TrimSuffix(f.Path, filepath.Ext(f.Path))
	if f.Draft {
		stem += ".draft"
	}
	return stem + ".lock.yaml"
}

// maxLock is the largest lock file that is read, bytes: a take has some 300.
const maxLock = 64 << 20

// Locked reads the film's lock file, and fetches the clips that the store lacks from a store elsewhere: a folder or
// an address, "" for nowhere.
func (f *Film) Locked(ctx context.Context, fetch string) (*Locked, error) {
	text, err := durable.ReadPath(f.LockFile(), maxLock)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Failure{Kind: Unlocked, Message: "there is no " + say.Path(f.LockFile()),
			Hint: "`shotchain freeze` writes it"}
	} else if err != nil {
		return nil, err
	}
	locked, err := lock.Read(bytes.NewReader(text))
	if err != nil {
		return nil, &Failure{Kind: Unlocked, Message: fmt.Sprintf("%s: %v", say.Path(f.LockFile()), err)}
	}
	if fetch == "" {
		return &Locked{locked, f}, nil
	}
	source, err := sourceOf(fetch)
	if err != nil {
		return nil, err
	}
	if err := f.Store.Create(); err != nil {
		return nil, err
	}
	for _, t := range locked.Takes {
		err := f.Store.Bring(ctx, t.Key, t.Clip, t.LastFrame, source(t.Key))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s, take %d, from --fetch: %w", t.Shot, t.Take, err)
		}
	}
	return &Locked{locked, f}, nil
}

// maxDifferences is how many differences are named one by one.
const maxDifferences = 20

// Holds refuses a plan that is not the locked film.
func (l *Locked) Holds(p *Plan) error {
	if l == nil {
		return nil
	}
	differences := l.file.Differs(p.Plan)
	if len(differences) == 0 {
		return nil
	}
	return &Failure{Kind: Unlocked, Message: "the film is not the locked one: " + listed(differences),
		Place: say.Path(l.film.LockFile()),
		Hint:  "run without --locked and `shotchain freeze` again, or --fetch the clips"}
}

// opener opens the files of a take's folder by the take's key.
type opener func(key string) func(ctx context.Context, name string) (io.ReadCloser, error)

// sourceOf is a store elsewhere: a folder, or one that a web server shows.
func sourceOf(where string) (opener, error) {
	u, err := url.Parse(where)
	if err == nil && slices.Contains([]string{"http", "https"}, u.Scheme) && u.Host != "" {
		client := fetcher(u)
		return func(key string) func(context.Context, string) (io.ReadCloser, error) {
			return func(ctx context.Context, name string) (io.ReadCloser, error) {
				return get(ctx, client, u.JoinPath("takes", key, name))
			}
		}, nil
	}
	if st, err := os.Stat(where); err != nil || !st.IsDir() {
		return nil, misused("give it a store's folder, or the address of one", "--fetch %q is neither a folder nor a URL",
			say.Clean(where))
	}
	return func(key string) func(context.Context, string) (io.ReadCloser, error) {
		return func(_ context.Context, name string) (io.ReadCloser, error) {
			return durable.OS(filepath.Join(where, "takes", key)).Open(name)
		}
	}, nil
}

// fetcher reads a store at base. It waits for a server's answer, but lets a long clip take its time, and follows no
// redirect to an inside that base is not in.
func fetcher(base *url.URL) *http.Client {
	return &http.Client{Transport: guard.New(base).Transport(&http.Transport{ResponseHeaderTimeout: time.Minute})}
}

func get(ctx context.Context, client *http.Client, u *url.URL) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err // without the address: it may be signed
		}
		return nil, fmt.Errorf("%s: %w", u.Host, err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return resp.Body, nil
	case http.StatusNotFound, http.StatusGone:
		resp.Body.Close()
		return nil, fmt.Errorf("%s: %w", u.Host, fs.ErrNotExist)
	}
	resp.Body.Close()
	return nil, fmt.Errorf("%s answered %s", u.Host, resp.Status)
}
