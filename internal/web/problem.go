package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"github.com/verno-loyalty/verno"
)

// Problem is an error as it is answered: RFC 9457 with the members that programs need. What went wrong inside is never
// among them.
type Problem struct {
	_              struct{} `additionalProperties:"true"` // RFC 9457 lets a problem carry more.
	Type           string   `json:"type" format:"uri-reference" doc:"Page that explains the code."`
	Title          string   `json:"title" doc:"The class of error, in the language of the request."`
	Status         int      `json:"status" minimum:"400" maximum:"599" doc:"The status of the answer."`
	Detail         string   `json:"detail" doc:"What is wrong, in the language of the request."`
	Code           string   `json:"code" doc:"What is wrong, for programs. Codes are never changed."`
	RequestID      string   `json:"request_id" doc:"Name of the request, for questions about it."`
	Errors         []Fault  `json:"errors,omitempty" doc:"The fields at fault."`
	CashierMessage string   `json:"cashier_message,omitempty" doc:"One short sentence that a till may show."`
}

// Fault is one field of a problem.
type Fault struct {
	Pointer string `json:"pointer" doc:"JSON pointer (RFC 6901) into the body, or the name of a parameter."`
	Code    string `json:"code" doc:"What is wrong with it, for programs."`
	Message string `json:"message" doc:"What is wrong with it, in the language of the request."`
}

// titles name the kinds of error.
var titles = map[verno.Kind][2]string{
	verno.Internal:         {"Error on our side", "Ошибка на нашей стороне"},
	verno.KindInvalid:      {"Invalid request", "Неверный запрос"},
	verno.KindMalformed:    {"Unreadable request", "Запрос не читается"},
	verno.KindUnauthorised: {"Not logged in", "Вход не выполнен"},
	verno.KindForbidden:    {"Not allowed", "Недостаточно прав"},
	verno.KindNotFound:     {"Not found", "Не найдено"},
	verno.KindConflict:     {"Conflict", "Конфликт"},
	verno.KindRefused:      {"Refused", "Отказано"},
	verno.KindPrecondition: {"Changed meanwhile", "Уже изменено"},
	verno.KindTooLarge:     {"Too large", "Слишком большой запрос"},
	verno.KindLimited:      {"Too often", "Слишком часто"},
	verno.KindUnavailable:  {"Unavailable", "Недоступно"},
}

var statuses = map[verno.Kind]int{
	verno.Internal:         http.StatusInternalServerError,
	verno.KindInvalid:      http.StatusUnprocessableEntity,
	verno.KindMalformed:    http.StatusBadRequest,
	verno.KindUnauthorised: http.StatusUnauthorized,
	verno.KindForbidden:    http.StatusForbidden,
	verno.KindNotFound:     http.StatusNotFound,
	verno.KindConflict:     http.StatusConflict,
	verno.KindRefused:      http.StatusUnprocessableEntity,
	verno.KindPrecondition: http.StatusPreconditionFailed,
	verno.KindTooLarge:     http.StatusRequestEntityTooLarge,
	verno.KindLimited:      http.StatusTooManyRequests,
	verno.KindUnavailable:  http.StatusServiceUnavailable,
}

// Status is the HTTP status of an error. Four codes have one of their own that their kind does not give.
func Status(e *verno.Error) int {
	switch e.Code {
	case "method_not_allowed":
		return http.StatusMethodNotAllowed
	case "media_type":
		return http.StatusUnsupportedMediaType
	case "not_acceptable":
		return http.StatusNotAcceptable
	case "etag_missing":
		return http.StatusPreconditionRequired
	}
	return statuses[e.Kind]
}

// NewProblem is an error in a language, "ru" or "en".
func NewProblem(e *verno.Error, lang, requestID string) *Problem {
	title := titles[e.Kind][0]
	if lang == "ru" {
		title = titles[e.Kind][1]
	}
	p := &Problem{
		Type:           "/docs/errors#" + e.Code,
		Title:          title,
		Status:         Status(e),
		Detail:         verno.TextOf(e.Code, lang, e.Params),
		Code:           e.Code,
		RequestID:      requestID,
		CashierMessage: verno.CashierTextOf(e.Code, lang, e.Params),
	}
	for _, f := range e.Fields {
		if f.Message == "" {
			f.Message = verno.TextOf(f.Code, lang, f.Params)
		}
		p.Errors = append(p.Errors, Fault{f.Pointer, f.Code, f.Message})
	}
	return p
}

// Extra is one more member of a problem, such as the new quote of totals_changed. Value points to what Append can write.
type Extra struct {
	Name  string
	Value any
}

// Fail answers an error, and logs it where it is ours to mend: the one place where an error is logged on its way out.
func Fail(w http.ResponseWriter, r *http.Request, err error, extra ...Extra) {
	e := Explain(r, err)
	Report(r.Context(), e)
	if t := traceOf(r.Context()); t != nil && t.status != 0 && left(r.Context(), t, e) {
		return // A part of the answer was written, and nobody reads on.
	}
	if e.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.Retry))
	}
	if e.Kind == verno.KindUnauthorised {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	lang := Lang(r)
	p := NewProblem(e, lang, RequestID(r.Context()))
	b := Append(make([]byte, 0, 1024), p)
	for _, x := range extra {
		b = append(appendString(append(b[:len(b)-1], ','), x.Name), ':')
		b = append(Append(b, x.Value), '}')
	}
	w.Header().Set("Content-Language", lang)
	write(w, p.Status, "application/problem+json", b)
}

// Explain finds the error that people may see. A request whose time is up was not answered by what it waited for.
func Explain(r *http.Request, err error) *verno.Error {
	if _, known := errors.AsType[*verno.Error](err); !known && errors.Is(err, context.DeadlineExceeded) {
		return verno.Unavailable("overloaded", 1).Because(err)
	}
	if t := traceOf(r.Context()); t != nil && t.frame.Explain != nil {
		return t.frame.Explain(err)
	}
	return verno.AsError(err)
}

// Show answers what v points to, as JSON.
func Show(w http.ResponseWriter, status int, v any) {
	buf := buffers.Get().(*[]byte) //nolint:forcetypeassert // Nothing else is put there.
	b := Append((*buf)[:0], v)
	write(w, status, "application/json", b)
	if cap(b) <= maxKept {
		*buf = b
		buffers.Put(buf)
	}
}

// Serve answers what is the same for everybody, such as a page, and lets it be kept as long as it has not changed.
func Serve(w http.ResponseWriter, r *http.Request, mediaType string, b []byte) {
	ServeKept(w, r, mediaType, "no-cache", b)
}

// ServeKept is Serve for what may be kept as a Cache-Control says.
func ServeKept(w http.ResponseWriter, r *http.Request, mediaType, keep string, b []byte) {
	sum := sha256.Sum256(b)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h["Cache-Control"], h["Etag"] = []string{keep}, []string{tag}
	if Has(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, http.StatusOK, mediaType, b)
}

func write(w http.ResponseWriter, status int, mediaType string, b []byte) {
	h := w.Header()
	h["Content-Type"] = []string{mediaType}
	if mediaType != "image/png" && mediaType != "image/jpeg" { // They are packed as they are.
		b = packed(w, b)
	}
	h["Content-Length"] = []string{strconv.Itoa(len(b))}
	w.WriteHeader(status)
	_, _ = w.Write(b) // Who is gone does not read that he is.
}
