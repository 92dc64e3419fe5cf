package film

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"shotchain/internal/turns"
)

// listTurns makes all processes of this user, whatever their stores, take turns at listing tasks with one key: the
// vendor allows an account one list call a second. The file has no part of the key in its name but a short digest.
// Where there is no folder for it, each process keeps the pace alone: nil.
func listTurns(base, key string) func(context.Context) (done func(), err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	host := base
	if u, err := url.Parse(base); err == nil {
		host = u.Host
	}
	account := sha256.Sum256([]byte("list\x00" + host + "\x00" + key))
	t, err := turns.Open(filepath.Join(cache, "shotchain", "lists", hex.EncodeToString(account[:8])), time.Second)
	if err != nil {
		return nil
	}
	return t.Take
}
