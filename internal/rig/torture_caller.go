package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// caller asks a running Verno and sends each request once. Other clients quietly repeat what has an Idempotency-Key when
// a connection breaks; here every sending is to be known.
type caller struct {
	base  string
	token string
	http  *http.Client
}

func newCaller(base, token string, connections int) *caller {
	return &caller{base: base, token: token, http: &http.Client{
		Timeout: 25 * time.Second,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
			MaxIdleConnsPerHost: connections, DisableCompression: true,
		},
	}}
}

// reply is what came back. Where err is set nothing did.
type reply struct {
	err    error
	status int
	code   string // of a problem
	again  bool   // Verno says that it has answered this before
	retry  string // when to come back
	body   []byte
}

// done reports whether Verno says that it did what it was asked.
func (a *reply) done() bool { return a.err == nil && a.status < 300 }

// refused reports whether Verno says that it did nothing, and why.
func (a *reply) refused() bool { return a.err == nil && a.status >= 400 && a.status < 500 }

func (a *reply) String() string {
	if a.err != nil {
		return a.err.Error()
	}
	return fmt.Sprintf("%d %.300s", a.status, a.body)
}

// send sends one request below /api/v1 and reads the whole answer.
func (c *caller) send(ctx context.Context, method, path, key string, body []byte) *reply {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return &reply{err: err}
	}
	r.GetBody = nil // So that it cannot be sent again.
	r.Header.Set("Authorization", "Bearer "+c.token)
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return &reply{err: err}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 32<<20))
	if err != nil {
		return &reply{err: err}
	}
	a := &reply{
		status: answer.StatusCode, body: text, again: answer.Header.Get("Idempotent-Replayed") == "true",
		retry: answer.Header.Get("Retry-After"),
	}
	if a.status >= 400 {
		var p struct {
			Code string `json:"code"`
		}
		_ = json.Unmarshal(text, &p) // What is no problem has no code.
		a.code = p.Code
	}
	return a
}

// ask sends a request that changes nothing, or nothing that matters, and reads its answer into out.
func (c *caller) ask(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	a := c.send(ctx, method, path, "", body)
	switch {
	case a.err != nil:
		return a.err
	case !a.done():
		return fmt.Errorf("%s %s: %s", method, path, a)
	case out == nil:
		return nil
	}
	return json.Unmarshal(a.body, out)
}

// outcome is what became of a key.
type outcome struct {
	State   string          `json:"state"`
	Receipt json.RawMessage `json:"receipt"`
}

// outcome asks what became of a key.
func (c *caller) outcome(ctx context.Context, key string) (o outcome, err error) {
	return o, c.ask(ctx, http.MethodGet, "/api/v1/operations/"+url.PathEscape(key), nil, &o)
}
