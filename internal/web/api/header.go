package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
)

// maxKey is how long an Idempotency-Key may be.
const maxKey = 255

// idempotencyKey reads the header. Its visible ASCII characters are the key as they stand.
func idempotencyKey(r *http.Request, want keyed) (string, error) {
	values := r.Header["Idempotency-Key"]
	if len(values) == 0 && want == keyOptional {
		return "", nil
	}
	if len(values) == 0 {
		return "", verno.Malformed("idempotency_key_missing")
	}
	if len(values) > 1 || !validKey(values[0]) {
		return "", verno.Invalid("idempotency_key_invalid")
	}
	return values[0], nil
}

// etag is a revision as a header writes it.
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// ifMatch reads the revision that a change is meant for. There is no way to say "whatever it is".
func ifMatch(r *http.Request) (int64, error) {
	values := r.Header["If-Match"]
	if len(values) == 0 {
		return 0, verno.Precondition("etag_missing")
	}
	text, ok := strings.CutPrefix(values[0], `"`)
	text, closed := strings.CutSuffix(text, `"`)
	n, err := strconv.ParseInt(text, 10, 64)
	if len(values) > 1 || !ok || !closed || err != nil || n < 1 || etag(n) != values[0] {
		return 0, verno.Malformed("malformed_header").With("header", "If-Match")
	}
	return n, nil
}
