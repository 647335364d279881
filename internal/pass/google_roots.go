package pass

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// googleRoots are the keys that Google signs for itself with, as they were last fetched.
type googleRoots struct {
	mu    sync.Mutex
	keys  []*ecdsa.PublicKey
	until time.Time // the first of them expires
	asked time.Time
}

const (
	rootsPause   = time.Minute // at least between two times that they are fetched
	rootsLife    = 24 * time.Hour
	maxRootsFile = 64 << 10
)

// get gives the keys that have not expired. It fetches them where there are none, where the first has expired, after a day,
// and where fresh ones are wanted: but no more often than once a minute, so that forged callbacks do not become questions
// to Google.
func (r *googleRoots) get(ctx context.Context, c *GoogleConfig, now time.Time, fresh bool) ([]*ecdsa.PublicKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stale := fresh || len(r.keys) == 0 || !now.Before(r.until) || now.Sub(r.asked) > rootsLife
	if !stale || now.Sub(r.asked) < rootsPause && !r.asked.IsZero() {
		if !now.Before(r.until) {
			return nil, errNoRoots
		}
		return r.keys, nil
	}
	r.asked = now
	keys, until, err := fetchRoots(ctx, c, now)
	if err != nil {
		if now.Before(r.until) {
			return r.keys, nil // What is known still holds.
		}
		return nil, err
	}
	r.keys, r.until = keys, until
	return r.keys, nil
}

var errNoRoots = errors.New("google: there are no root keys that hold")

func fetchRoots(ctx context.Context, c *GoogleConfig, now time.Time) ([]*ecdsa.PublicKey, time.Time, error) {
	var until time.Time
	ctx, cancel := context.WithTimeout(ctx, googleTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.keys(), http.NoBody)
	if err != nil {
		return nil, until, err
	}
	res, err := c.client().Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if err != nil {
		return nil, until, fmt.Errorf("google: fetch root keys: %w", err)
	}
	defer res.Body.Close()
	var file struct {
		Keys []struct {
			Value      string `json:"keyValue"`
			Protocol   string `json:"protocolVersion"`
			Expiration string `json:"keyExpiration"`
		} `json:"keys"`
	}
	if res.StatusCode != http.StatusOK {
		return nil, until, fmt.Errorf("google: root keys are answered with %d", res.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxRootsFile)).Decode(&file); err != nil {
		return nil, until, fmt.Errorf("google: read root keys: %w", err)
	}
	var keys []*ecdsa.PublicKey
	for _, k := range file.Keys {
		key, err := parseKey(k.Value)
		if err != nil || k.Protocol != googleProtocol || !notYet(k.Expiration, now) {
			continue
		}
		keys = append(keys, key)
		if end := millis(k.Expiration); until.IsZero() || end.Before(until) {
			until = end
		}
	}
	if len(keys) == 0 {
		return nil, until, errNoRoots
	}
	return keys, until, nil
}
