package web

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/verno-loyalty/verno"
)

// Frame is what every request passes through: it gets a name, a deadline and safe headers; what panics becomes an
// answer; and one line of the log says what was asked and how it ended, never by whom or about whom.
type Frame struct {
	Log     *slog.Logger
	Clock   func() time.Time
	Entropy io.Reader
	Timeout time.Duration  // of a request; 0 for DefaultTimeout
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Base    func() string  // where phones reach us; nil or empty where nobody has said
	// Explain turns an error of the floors below into one that people may see; nil for verno.AsError.
	Explain func(error) *verno.Error
	// Quiet leaves out the line of each request. Errors are logged anyway.
	Quiet bool
	// Observe is told of every answer, for metrics; it may be nil. The route is a template, never a path.
	Observe func(route string, status int, took time.Duration)

	busy sparing
}

// Limits of a connection and a request.
const (
	DefaultTimeout = 15 * time.Second
	MaxHeaderBytes = 16 << 10
	DefaultBody    = 1 << 20
)

// Server is an http.Server in which nothing waits for ever. The caller sets what it listens on.
func Server(h http.Handler, encrypted *tls.Config, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		TLSConfig:         encrypted,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// trace is what a request is called and what its answer was, for the log and the answer itself.
type trace struct {
	id     string
	actor  string
	frame  *Frame
	status int
	bytes  int64
}

type traceKey struct{}

func traceOf(ctx context.Context) *trace {
	t, _ := ctx.Value(traceKey{}).(*trace)
	return t
}

// RequestID is the name of the request, empty outside of a Frame.
func RequestID(ctx context.Context) string {
	if t := traceOf(ctx); t != nil {
		return t.id
	}
	return ""
}

// Attribute says for the log which credential asks: the identifier of a key, a till or a member of staff.
func Attribute(ctx context.Context, actor string) {
	if t := traceOf(ctx); t != nil {
		t.actor = actor
	}
}

// Wrap puts the frame around a handler.
func (f *Frame) Wrap(next http.Handler) http.Handler {
	timeout := f.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := f.Clock()
		t := &trace{id: requestID(f.Entropy), frame: f}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), traceKey{}, t), timeout)
		defer cancel()
		r = r.WithContext(ctx)
		guard(w.Header(), t.id, r.TLS != nil)
		watched := &watchedWriter{ResponseWriter: w, trace: t, packs: packs(r)}
		defer func() {
			if caught := recover(); caught != nil {
				f.rescue(watched, r, caught)
			}
			f.record(r, t, f.Clock().Sub(start))
		}()
		next.ServeHTTP(watched, r)
	})
}

// rescue answers for a handler that panicked. Where a part of the answer is on its way already, the connection is cut,
// so that nobody takes the part for the whole.
func (f *Frame) rescue(w *watchedWriter, r *http.Request, caught any) {
	if caught == http.ErrAbortHandler { //nolint:errorlint // It is compared as net/http does.
		panic(caught)
	}
	err := fmt.Errorf("panic: %v\n%s", caught, debug.Stack())
	if w.trace.status != 0 {
		f.Log.ErrorContext(r.Context(), "panic in the middle of an answer", "request_id", w.trace.id, "error", err)
		panic(http.ErrAbortHandler)
	}
	Fail(w, r, err)
}

func (f *Frame) record(r *http.Request, t *trace, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	status := t.status
	if status == 0 {
		status = http.StatusOK
	}
	if f.Observe != nil {
		f.Observe(route, status, took)
	}
	if f.Quiet {
		return
	}
	f.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request_id", t.id), slog.String("route", route), slog.Int("status", status),
		slog.Int64("bytes", t.bytes), slog.Int64("took_us", took.Microseconds()), slog.String("actor", t.actor))
}

// watchedWriter notes what was answered.
type watchedWriter struct {
	http.ResponseWriter
	trace *trace
	packs bool // gzip is asked for
}

// WriteHeader begins an answer. What fails after it has begun cannot begin another, as the status is on its way.
func (w *watchedWriter) WriteHeader(status int) {
	if w.trace.status != 0 {
		return
	}
	if status >= http.StatusOK {
		w.trace.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	if w.trace.status == 0 {
		w.trace.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.trace.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requestID is "req_" and 16 hexadecimal digits.
func requestID(entropy io.Reader) string {
	var random [8]byte
	if _, err := io.ReadFull(entropy, random[:]); err != nil {
		return "req_unknown"
	}
	b := append(make([]byte, 0, 20), "req_"...)
	for _, c := range random {
		b = append(b, hexDigits[c>>4], hexDigits[c&0xf])
	}
	return string(b)
}
