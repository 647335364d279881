package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/verno-loyalty/verno"
)

// buffers keeps what requests are read into and answers are written in.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, 8<<10)
	return &b
}}

// maxKept is the largest buffer that is worth keeping.
const maxKept = 64 << 10

// ReadJSON reads a request's body of at most limit bytes into what into points to, as Decode does.
func ReadJSON(w http.ResponseWriter, r *http.Request, limit int64, into any) error {
	if media := r.Header.Get("Content-Type"); media != "application/json" && !isMedia(media, "application/json") {
		return verno.Malformed("media_type")
	}
	buf := buffers.Get().(*[]byte) //nolint:forcetypeassert // Nothing else is put there.
	body, err := readAll((*buf)[:0], http.MaxBytesReader(w, r.Body, limit))
	defer func() {
		if cap(body) <= maxKept {
			*buf = body
			buffers.Put(buf)
		}
	}()
	if err != nil {
		return bodyError(r.Body, err, limit)
	}
	return Decode(body, into)
}

// isMedia reports whether a Content-Type is a type of text in UTF-8, which is what all texts are here.
func isMedia(contentType, want string) bool {
	bare, params, err := mime.ParseMediaType(contentType)
	charset, said := params["charset"]
	return err == nil && bare == want && (!said || strings.EqualFold(charset, "utf-8"))
}

func readAll(b []byte, from io.Reader) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := from.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// maxDiscarded is how much of a body that is too large is read after all, and thrown away.
const maxDiscarded = 32 << 20

// BodyTooLarge reports whether reading a body has failed because it is too large. The rest is then thrown away, within
// bounds: most clients read the answer only when they have sent all, and of a connection that is closed before they
// would learn nothing.
func BodyTooLarge(body io.Reader, err error) bool {
	_, large := errors.AsType[*http.MaxBytesError](err)
	if large {
		_, _ = io.CopyN(io.Discard, body, maxDiscarded)
	}
	return large
}

func bodyError(body io.Reader, err error, limit int64) error {
	if BodyTooLarge(body, err) {
		return verno.TooLarge("body_too_large").With("limit", strconv.FormatInt(limit, 10))
	}
	return verno.Malformed("malformed_json").With("reason", "the body ended too early").Because(err)
}
