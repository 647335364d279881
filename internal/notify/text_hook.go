package notify

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// TextHook hands texts for phones, or mail, to one address, behind which the operator has whatever gateway it likes.
// One-time codes wait in memory and not in the database, because nobody may find them there and because a code that a
// restart swallows is asked for again within a minute; what must not be lost waits with its owner and is posted by Post.
type TextHook struct {
	address, token string
	entropy        io.Reader
	log            *slog.Logger
	client         *http.Client
	waiting        chan text
}

// text is what is posted, as JSON.
type text struct {
	ID      string `json:"id"` // the same where a text is posted again
	To      string `json:"to"` // E.164, or an address of mail
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
}

// The limits of a hook.
const (
	maxWaiting  = 1000
	maxAtOnce   = 4
	hookTimeout = 5 * time.Second
	hookTries   = 3
	hookPause   = 500 * time.Millisecond
)

// NewTextHook makes a hook for an address. A token, if there is one, is sent as a bearer's.
func NewTextHook(address, token string, entropy io.Reader, log *slog.Logger) *TextHook {
	return &TextHook{
		address: address, token: token, entropy: entropy, log: log, waiting: make(chan text, maxWaiting),
		client: &http.Client{
			Timeout: hookTimeout,
			// A gateway that moves says so to its operator; a code goes nowhere that nobody named.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Send hands over a text without waiting. Where too many wait already it is dropped, and the log says so.
func (h *TextHook) Send(phone, message string) {
	var id [16]byte
	if _, err := io.ReadFull(h.entropy, id[:]); err != nil {
		h.log.Error("a text for a phone was dropped", "error", err)
		return
	}
	select {
	case h.waiting <- text{ID: hex.EncodeToString(id[:]), To: phone, Text: message}:
	default:
		h.log.Error("a text for a phone was dropped, as too many wait", "waiting", maxWaiting)
	}
}

// Run posts what waits until the context ends.
func (h *TextHook) Run(ctx context.Context) {
	done := make(chan struct{})
	for range maxAtOnce {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				select {
				case <-ctx.Done():
					return
				case t := <-h.waiting:
					h.deliver(ctx, t)
				}
			}
		}()
	}
	for range maxAtOnce {
		<-done
	}
}

// deliver posts a text, a few times where the gateway stumbles, and then gives it up.
func (h *TextHook) deliver(ctx context.Context, t text) {
	for try := 1; ; try++ {
		again, err := h.post(ctx, t)
		if err == nil {
			return
		}
		if !again || try == hookTries {
			h.log.Warn("a text for a phone could not be handed over", "id", t.ID, "tries", try, "error", err)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(try) * hookPause):
		}
	}
}

// Letter is a text that waits with its owner until it is handed over.
type Letter struct {
	ID      string // the same where it is posted again
	To      string // a phone in E.164, or an address of mail
	Subject string // of mail
	Text    string
}

// Post hands over a letter, once, and says whether another try makes sense where that failed.
func (h *TextHook) Post(ctx context.Context, l Letter) (again bool, err error) {
	return h.post(ctx, text(l))
}

// post says whether another try makes sense. Its errors name the status, never the text or the address.
func (h *TextHook) post(ctx context.Context, t text) (again bool, err error) {
	body, err := json.Marshal(t)
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", t.ID)
	if h.token != "" {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	res, err := h.client.Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return true, wrapped.Err // without the address, in which the operator may have a secret
	}
	if err != nil {
		return true, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4<<10))
	switch {
	case res.StatusCode < 300:
		return false, nil
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		return true, fmt.Errorf("the gateway answers %s", res.Status)
	}
	return false, fmt.Errorf("the gateway answers %s", res.Status)
}
