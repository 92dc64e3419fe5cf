package fal

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// links are a request's pictures as an input names them.
type links struct {
	first, last string
	references  []string
}

// all are those that are no data URIs.
func (l links) all() (urls []string) {
	for _, u := range append([]string{l.first, l.last}, l.references...) {
		if !strings.HasPrefix(u, "data:") {
			urls = append(urls, u)
		}
	}
	return urls
}

// pictures makes links of a request's pictures.
func (c *Client) pictures(ctx context.Context, r provider.Request) (l links, err error) {
	if l.first, err = c.link(ctx, r, r.FirstFrame, "first"); err != nil {
		return l, err
	}
	if l.last, err = c.link(ctx, r, r.LastFrame, "last"); err != nil {
		return l, err
	}
	for i := range r.References {
		u, err := c.link(ctx, r, &r.References[i], fmt.Sprint("reference-", i+1))
		if err != nil {
			return l, err
		}
		l.references = append(l.references, u)
	}
	return l, nil
}

// link is how a request names a picture: by its own address on the web, else as a file that is uploaded for it. Each
// upload has an address of its own with the attempt's marker in its name, so that a request of a route without a field
// for the marker can be told from others too. Where there is no storage the picture goes inside the request.
func (c *Client) link(ctx context.Context, r provider.Request, f *provider.Frame, role string) (string, error) {
	switch {
	case f == nil:
		return "", nil
	case f.URL != "":
		return string(f.URL), nil
	case f.Web != "":
		return f.Web, nil
	case len(f.Data) == 0 || !strings.HasPrefix(f.MediaType, "image/"):
		return "", &provider.Fault{Class: provider.Invalid, Code: "NoPicture", Param: role,
			Message: "the picture for " + role + " is no picture"}
	}
	name := cmp.Or(r.SafetyIdentifier, "shotchain") + "-" + role + "." + strings.TrimPrefix(f.MediaType, "image/")
	u, err := c.put(ctx, wire.Header(strings.ReplaceAll(name, "/", "_"), 200), f)
	if none := (*provider.Fault)(nil); err != nil && asFault(err, &none) &&
		(none.HTTPStatus == http.StatusNotFound || none.HTTPStatus == http.StatusMethodNotAllowed) {
		return "data:" + f.MediaType + ";base64," + base64.StdEncoding.EncodeToString(f.Data), nil
	}
	return u, err
}

// put uploads a picture and returns its address.
func (c *Client) put(ctx context.Context, name string, f *provider.Frame) (string, error) {
	body, err := json.Marshal(map[string]string{"content_type": f.MediaType, "file_name": name})
	if err != nil {
		return "", &provider.Fault{Class: provider.Invalid, Message: "the picture's name cannot be written as JSON"}
	}
	a, err := c.line.Ask(ctx, http.MethodPost,
		c.storage.JoinPath("storage/upload/initiate").String()+"?storage_type=fal-cdn-v3", body)
	if err != nil {
		return "", err
	}
	var at struct {
		Upload string `json:"upload_url"`
		File   string `json:"file_url"`
	}
	if a.Status != http.StatusOK || a.Err != nil || json.Unmarshal(a.Body, &at) != nil || at.Upload == "" ||
		at.File == "" {
		return "", c.fault(atRead, a, c.secret)
	}
	return at.File, c.send(ctx, at.Upload, f)
}

// send puts the bytes where the storage said, without the key: the URL is all that is needed.
func (c *Client) send(ctx context.Context, to string, f *provider.Frame) error {
	watch := wire.NewWatch(ctx, c.patience)
	defer watch.Stop()
	target, err := url.Parse(to)
	if err != nil {
		return c.away(c.secret, err)
	}
	secret := c.secret.With(to, target.RawQuery)
	req, err := http.NewRequestWithContext(watch, http.MethodPut, to, nil)
	if err != nil {
		return c.away(secret, err)
	}
	if err := c.loads.May(req); err != nil {
		return &provider.Fault{Class: provider.Invalid, Code: "InvalidURL",
			Message: "the storage named a URL that nothing is sent to: " + err.Error()}
	}
	req.Body, req.ContentLength = io.NopCloser(watch.Reader(bytes.NewReader(f.Data))), int64(len(f.Data))
	req.Header.Set("Content-Type", f.MediaType)
	req.Header.Set("User-Agent", c.line.Agent)
	res, err := c.loads.Client.Do(req)
	if err != nil {
		return c.away(secret, wire.Explain(ctx, watch, err))
	}
	a := wire.Read(res)
	if a.Status/100 != 2 {
		return &provider.Fault{Class: provider.Busy, Code: "UploadFailed", HTTPStatus: a.Status,
			Message: fmt.Sprintf("a picture could not be uploaded: the storage answered %d", a.Status)}
	}
	return nil
}
