package main

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

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/lock"
	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/guard"
	"shotchain/internal/say"
)

func (p *program) freezeVerb() *cobra.Command {
	var film filmFlags
	var stores storeFlags
	cmd := &cobra.Command{
		Use:   "freeze FILE",
		Short: "write down which clips the film is made of",
		Long: `Freeze writes a lock file beside the storyboard (film.lock.yaml for film.yaml): for every kept take its key, task,
seed, digests, and whether it is picked. Keep it with the storyboard: "shotchain run --locked" makes the film of exactly
these clips, from the store or from --fetch, and fails rather than buying another.`,
		Example: "shotchain freeze film.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := p.openIn(cmd.Context(), args[0], film, stores)
			if err != nil {
				return err
			}
			st, err := p.storeOf(stores, f)
			if err != nil {
				return err
			}
			plan, err := (&planFlags{}).plan(cmd.Context(), f, st)
			if err != nil {
				return err
			}
			locked, err := lock.Freeze(plan)
			if err != nil {
				return &Failure{Kind: Incomplete, Message: err.Error(), Hint: "`shotchain run` makes what is missing"}
			}
			text, err := locked.Encode()
			if err != nil {
				return err
			}
			path := f.lockFile()
			if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, text) {
				if err := durable.WritePath(path, text); err != nil {
					return err
				}
			}
			if p.json {
				p.printJSON(map[string]any{"lock": path, "takes": len(locked.Takes)})
			} else {
				fmt.Fprintln(p.out, say.Path(path))
			}
			p.say("%s locked", say.Count(len(locked.Takes), "take"))
			return nil
		},
	}
	film.add(cmd)
	film.addDraft(cmd)
	stores.add(cmd)
	return cmd
}

// lockFile is beside the storyboard: film.lock.yaml for film.yaml.
func (f *film) lockFile() string {
	stem := strings.TrimSuffix(f.path, filepath.Ext(f.path))
	if f.draft {
		stem += ".draft"
	}
	return stem + ".lock.yaml"
}

// lockFlags hold a run to a lock file.
type lockFlags struct {
	locked bool
	fetch  string
}

func (l *lockFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&l.locked, "locked", false, "make the film of the clips in its lock file, or fail; nothing is bought")
	cmd.Flags().StringVar(&l.fetch, "fetch", "", "with --locked: a store's `FOLDER-OR-URL` to take missing clips from")
}

// bring reads the lock and fetches the clips that the store lacks; nil where the run is not locked.
func (p *program) bring(ctx context.Context, f *film, l lockFlags, st *store.Store) (*lock.File, error) {
	if !l.locked {
		if l.fetch != "" {
			return nil, usage("add --locked", "--fetch takes the clips of a lock file")
		}
		return nil, nil
	}
	file, err := os.Open(f.lockFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Failure{Kind: Miswritten, Message: "there is no " + say.Path(f.lockFile()), Hint: "`shotchain freeze` writes it"}
	} else if err != nil {
		return nil, err
	}
	defer file.Close()
	locked, err := lock.Read(file)
	if err != nil {
		return nil, &Failure{Kind: Miswritten, Message: fmt.Sprintf("%s: %v", say.Path(f.lockFile()), err)}
	}
	if l.fetch == "" {
		return locked, nil
	}
	source, err := sourceOf(l.fetch)
	if err != nil {
		return nil, err
	}
	if err := st.Create(); err != nil {
		return nil, err
	}
	for _, t := range locked.Takes {
		err := st.Bring(ctx, t.Key, t.Clip, t.LastFrame, source(t.Key))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s, take %d, from --fetch: %w", t.Shot, t.Take, err)
		}
	}
	return locked, nil
}

// held refuses a plan that is not the locked film.
func held(f *film, locked *lock.File, plan *chain.Plan) error {
	if locked == nil {
		return nil
	}
	const most = 20
	differences := locked.Differs(plan)
	if len(differences) == 0 {
		return nil
	}
	shownOnes := differences[:min(len(differences), most)]
	message := "the film is not the locked one: " + strings.Join(shownOnes, "; ")
	if more := len(differences) - most; more > 0 {
		message += fmt.Sprintf("; and %d more", more)
	}
	return &Failure{Kind: Miswritten, Message: message, Hint: "run without --locked and `shotchain freeze` again, or --fetch the clips", Place: say.Path(f.lockFile())}
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
		return nil, usage("give it a store's folder, or the address of one", "--fetch %q is neither a folder nor a URL", say.Clean(where))
	}
	return func(key string) func(context.Context, string) (io.ReadCloser, error) {
		return func(_ context.Context, name string) (io.ReadCloser, error) {
			return os.Open(filepath.Join(where, "takes", key, name))
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
