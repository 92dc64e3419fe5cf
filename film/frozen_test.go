package film

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/internal/guard"
)

// A store that a web server shows is read like one on this disk, and a server's refusal is not taken for absence.
func TestTakesAreFetchedFromAFolderOrAServer(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "takes", "k"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "takes", "k", "clip.json"), []byte("facts"), 0o644))
	files := http.FileServer(http.Dir(dir))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/shop/takes/secret/clip.json" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		http.StripPrefix("/shop", files).ServeHTTP(w, r)
	}))
	defer s.Close()
	for _, where := range []string{dir, s.URL + "/shop", s.URL + "/shop/"} {
		open, err := sourceOf(where)
		require.NoError(t, err)
		r, err := open("k")(t.Context(), "clip.json")
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Equal(t, "facts", string(b))
		_, err = open("k")(t.Context(), "clip.mp4")
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
	open, err := sourceOf(s.URL + "/shop?token=hush")
	require.NoError(t, err)
	_, err = open("secret")(t.Context(), "clip.json")
	require.Error(t, err)
	require.False(t, errors.Is(err, fs.ErrNotExist))
	require.NotContains(t, err.Error(), "hush")
	_, err = sourceOf(filepath.Join(dir, "nowhere"))
	require.Error(t, err)
}

// The user names a store's server; what that server names is a stranger's.
func TestAStoresServerLeadsNobodyInside(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
	}))
	defer s.Close()
	open, err := sourceOf(s.URL)
	require.NoError(t, err)
	_, err = open("k")(t.Context(), "clip.json")
	require.ErrorAs(t, err, new(*guard.Refused))
	require.ErrorContains(t, err, "it leads to 169.254.169.254, a cloud's metadata service")
}
