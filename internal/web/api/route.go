package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/web"
)

// Base is where the API lives.
const Base = "/api/v1"

// operation says what a route is: for the mux, the guard and the document.
type operation struct {
	route   string // method and path below Base, as in the access table
	id      string // what the document calls it: noun-verb
	tag     string // the resource, under which the document lists it
	summary string
	detail  string
	status  int          // of success; 0 for 200
	keyed   keyed        // whether it takes an Idempotency-Key
	matched bool         // whether it takes an If-Match
	codes   []string     // errors that a caller must be ready for, beside those of every route
	limit   int64        // bytes of the body; 0 for web.DefaultBody
	line    reflect.Type // of a body that may also be lines: what stands in one
}

// keyed says what a route wants of Idempotency-Key.
type keyed uint8

const (
	unkeyed keyed = iota
	keyOptional
	keyNeeded
)

// registered is an operation with what the document must know of its types.
type registered struct {
	operation
	in, out reflect.Type
}

// none is what a route answers that has nothing to say: 204.
type none struct{}

// call is one request, guarded and bound.
type call struct {
	actor      verno.Actor
	credential auth.Credential // for what ends it
	now        time.Time
	lang       string
	from       string   // the network address, for limits
	key        string   // Idempotency-Key, empty where the route takes none
	hash       [32]byte // of what the key stands for: method, path and the body in its canonical form
	revision   int64    // If-Match
	answer     answer
}

// answer is what a function may say beside its result.
type answer struct {
	status   int
	replayed bool
	revision int64
	tag      string // an ETag that stands for all of the answer
}

// handle puts a function behind a route. In has the parameters as fields with path and query tags and the body, if the
// route has one, in a field Body; Out is what is answered.
func handle[In, Out any](a *API, op operation, do func(context.Context, *call, *In) (*Out, error)) {
	row, known := access[op.route]
	if !known {
		panic("api: " + op.route + " has no row in the access table")
	}
	if op.status == 0 {
		op.status = http.StatusOK
	}
	in := reflect.TypeFor[In]()
	a.operations = append(a.operations, registered{op, in, reflect.TypeFor[Out]()})
	body, hasBody := in.FieldByName("Body")
	method, path, _ := strings.Cut(op.route, " ")
	a.mux.HandleFunc(method+" "+Base+path, func(w http.ResponseWriter, r *http.Request) {
		accepts := web.Accepts
		if reflect.TypeFor[Out]() == reflect.TypeFor[table]() {
			accepts = web.AcceptsTable
		}
		if !accepts(r) {
			web.Fail(w, r, verno.Malformed("not_acceptable"))
			return
		}
		c, err := a.guard(w, r, row)
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		var request In
		var read any
		if hasBody {
			read = reflect.ValueOf(&request).Elem().FieldByIndex(body.Index).Addr().Interface()
		}
		if err := a.bind(w, r, op, c, &request, read); err != nil {
			web.Fail(w, r, err)
			return
		}
		result, err := do(r.Context(), c, &request)
		a.show(w, r, op, c, result, err)
	})
}

// lined is a request whose body may also be lines, of which it takes so many.
type lined interface {
	lines() (into *[]web.Line, most int)
}

// bind reads the parameters, the headers and the body.
func (a *API) bind(w http.ResponseWriter, r *http.Request, op operation, c *call, params, body any) error {
	if err := web.ReadParams(r, params); err != nil {
		return err
	}
	var err error
	if op.matched {
		if c.revision, err = ifMatch(r); err != nil {
			return err
		}
	}
	if op.keyed != unkeyed {
		if c.key, err = idempotencyKey(r, op.keyed); err != nil {
			return err
		}
	}
	limit := op.limit
	if limit == 0 {
		limit = web.DefaultBody
	}
	if in, ok := params.(lined); ok && web.AreLines(r) {
		into, most := in.lines()
		*into, err = web.ReadLines(w, r, limit, most)
		return err
	}
	if body != nil {
		if err := web.ReadJSON(w, r, limit, body); err != nil {
			return err
		}
	}
	if c.key != "" {
		c.hash = hashOf(r.Method, r.URL.Path, body)
	}
	return nil
}

// hashOf is what an operation is: two requests that ask for the same have one hash, however they are written.
func hashOf(method, path string, body any) [32]byte {
	b := make([]byte, 0, 4<<10)
	b = append(append(append(append(b, method...), ' '), path...), '\n')
	if body != nil {
		b = web.Canonical(b, body)
	}
	return sha256.Sum256(b)
}

// show answers. It is a method of API, not of a type's instance, so that each route does not bring its own copy.
func (a *API) show(w http.ResponseWriter, r *http.Request, op operation, c *call, result any, err error) {
	h := w.Header()
	if e, ok := errors.AsType[*verno.Error](err); c.answer.replayed || ok && e.Replayed {
		h["Idempotent-Replayed"] = []string{"true"}
	}
	if err != nil {
		a.fail(w, r, c, err)
		return
	}
	if tag := c.answer.tag; tag != "" {
		h["Etag"] = []string{tag}
		if web.Has(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if c.answer.revision > 0 {
		h["Etag"] = []string{etag(c.answer.revision)}
	}
	switch result := result.(type) {
	case *none:
		w.WriteHeader(http.StatusNoContent)
		return
	case *table:
		a.showTable(w, r, result)
		return
	}
	status := op.status
	if c.answer.status != 0 {
		status = c.answer.status
	}
	web.Show(w, status, result)
}
