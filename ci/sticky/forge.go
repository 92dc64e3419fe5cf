package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// forge is the API of GitHub, as far as a comment needs it.
type forge struct {
	api, token, repository, pull string
	client                       *http.Client
}

func newForge(env func(string) string) *forge {
	return &forge{api: strings.TrimSuffix(env("GITHUB_API_URL"), "/"), token: env("GITHUB_TOKEN"),
		repository: env("GITHUB_REPOSITORY"), pull: env("PULL_REQUEST"), client: &http.Client{Timeout: 30 * time.Second}}
}

// mostComment is what GitHub takes, in characters; `plan --format markdown` stays below.
const mostComment = 65_536

type comment struct {
	ID   int64  `json:"id"`
	Body string `json:"body"`
	User struct {
		Type string `json:"type"`
	} `json:"user"`
}

// keep has the pull request say this once: a comment that begins with the same mark is changed, where it differs, and only
// where there is none a new one is written.
func (f *forge) keep(body string) error {
	mark, _, _ := strings.Cut(body, "\n")
	if !strings.HasPrefix(mark, "<!-- shotchain:") {
		return errors.New("the comment has no mark to find it by")
	}
	if len(body) > mostComment {
		return fmt.Errorf("the comment has %d bytes: too many", len(body))
	}
	old, err := f.find(mark)
	switch {
	case err != nil:
		return err
	case old == nil:
		return f.send(http.MethodPost, "issues/"+url.PathEscape(f.pull)+"/comments", body)
	case strings.TrimSpace(old.Body) == strings.TrimSpace(body):
		return nil
	}
	return f.send(http.MethodPatch, fmt.Sprintf("issues/comments/%d", old.ID), body)
}

// most pages of a pull request's comments are looked through.
const mostPages = 50

// find is the first comment with a mark; nil for none.
func (f *forge) find(mark string) (*comment, error) {
	for page := 1; page <= mostPages; page++ {
		var all []comment
		path := fmt.Sprintf("issues/%s/comments?per_page=100&page=%d", url.PathEscape(f.pull), page)
		if err := f.call(http.MethodGet, path, nil, &all); err != nil {
			return nil, err
		}
		for i, c := range all {
			if first, _, _ := strings.Cut(c.Body, "\n"); strings.TrimSpace(first) == mark && c.User.Type == "Bot" {
				return &all[i], nil
			}
		}
		if len(all) < 100 {
			break
		}
	}
	return nil, nil
}

func (f *forge) send(method, path, body string) error {
	b, err := json.Marshal(map[string]string{"body": body})
	if err != nil {
		return err
	}
	return f.call(method, path, b, nil)
}

func (f *forge) call(method, path string, body []byte, to any) error {
	req, err := http.NewRequest(method, f.api+"/repos/"+f.repository+"/"+path, bytes.NewReader(body))
	if err != nil {
		return errors.New("the forge's address is none") // it may hold more than it should
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := f.client.Do(req)
	if err != nil {
		return errors.New("the forge does not answer")
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		return errors.New("the forge's answer broke off")
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the forge answers %s %d", method, resp.StatusCode)
	}
	if to == nil {
		return nil
	}
	if err := json.Unmarshal(b, to); err != nil {
		return errors.New("the forge's answer cannot be read")
	}
	return nil
}
