package verno

import (
	"errors"
	"fmt"
	"maps"
	"sort"
	"strings"
)

// Kind groups errors by what the caller can do about them; the API maps it to a status.
type Kind uint8

// The kinds of error.
const (
	Internal         Kind = iota // ours to mend: 500
	KindInvalid                  // the request is wrong: 422, not stored under its key
	KindMalformed                // the request cannot be read: 400
	KindUnauthorised             // who are you: 401
	KindForbidden                // not you: 403
	KindNotFound                 // no such thing, or not yours: 404
	KindConflict                 // the world has changed, ask again: 409, the key stays free
	KindRefused                  // understood and refused for good: 422, stored under its key
	KindPrecondition             // If-Match failed: 412
	KindTooLarge                 // over a limit of size: 413
	KindLimited                  // too often: 429
	KindUnavailable              // later: 503
)

// Error is the one error type that people and programs see: Kind for the machine, Code for programs and translators,
// Params for the sentence in the catalogue. Cause is for logs and never leaves the machine.
type Error struct {
	Kind   Kind
	Code   string
	Params map[string]string
	Fields []FieldError
	Retry  int // seconds after which a try makes sense; 0 says nothing
	Data   any // what the answer carries beside the sentence, such as the new quote of totals_changed
	Cause  error
	// Replayed says that an earlier request with the key was refused so, and that this is its answer.
	Replayed bool
}

// FieldError points at one field of a request by JSON pointer.
type FieldError struct {
	Pointer string            `json:"pointer"`
	Code    string            `json:"code"`
	Params  map[string]string `json:"-"`
	Message string            `json:"message"` // filled in when the error is shown
}

// Error is for logs: the code, the parameters and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	keys := make([]string, 0, len(e.Params))
	for k := range e.Params {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%q", k, e.Params[k])
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " %s:%s", f.Pointer, f.Code)
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether the target is an Error of the same code, so that errors.Is(err, verno.Refused("x")) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With returns a copy with one more parameter.
func (e *Error) With(name, value string) *Error {
	c := *e
	c.Params = make(map[string]string, len(e.Params)+1)
	maps.Copy(c.Params, e.Params)
	c.Params[name] = value
	return &c
}

// Because returns a copy with a cause for the logs.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Cause = err
	return &c
}

// At returns a copy with one more field.
func (e *Error) At(pointer, code string, params ...string) *Error {
	c := *e
	f := FieldError{Pointer: pointer, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[params[i]] = params[i+1]
	}
	c.Fields = append(append([]FieldError(nil), e.Fields...), f)
	return &c
}

// Constructors by kind. The code must stand in the catalogue (codes.go); a test sees to it.
func Malformed(code string) *Error    { return &Error{Kind: KindMalformed, Code: code} }
func Invalid(code string) *Error      { return &Error{Kind: KindInvalid, Code: code} }
func Unauthorised(code string) *Error { return &Error{Kind: KindUnauthorised, Code: code} }
func Forbidden(code string) *Error    { return &Error{Kind: KindForbidden, Code: code} }
func NotFound(code string) *Error     { return &Error{Kind: KindNotFound, Code: code} }
func Conflict(code string) *Error     { return &Error{Kind: KindConflict, Code: code} }
func Refused(code string) *Error      { return &Error{Kind: KindRefused, Code: code} }
func Precondition(code string) *Error { return &Error{Kind: KindPrecondition, Code: code} }
func TooLarge(code string) *Error     { return &Error{Kind: KindTooLarge, Code: code} }
func Limited(code string, retry int) *Error {
	return &Error{Kind: KindLimited, Code: code, Retry: retry}
}

func Unavailable(code string, retry int) *Error {
	return &Error{Kind: KindUnavailable, Code: code, Retry: retry}
}

// InvalidField is an invalid request with one field at fault.
func InvalidField(pointer, code string, params ...string) *Error {
	return Invalid("invalid_request").At(pointer, code, params...)
}

// AsError finds the Error in err; anything else becomes an internal error with err as its cause. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Cause: err}
}
