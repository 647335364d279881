package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

// Explain says what an error of the floors below means to a caller. Errors that mean nothing to him are internal.
func Explain(err error) *verno.Error {
	var known *verno.Error
	switch {
	case errors.As(err, &known) && known.Kind != verno.Internal:
		return known
	case errors.Is(err, store.ErrUnknownCommit), errors.Is(err, store.ErrFsync):
		return verno.Unavailable("outcome_unknown", 1).Because(err)
	case errors.Is(err, store.ErrNotFound):
		return verno.NotFound("not_found").With("thing", "object").Because(err)
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrFull), errors.Is(err, store.ErrRetry),
		errors.Is(err, context.Canceled):
		return verno.Unavailable("storage_unavailable", 1).Because(err)
	default:
		return verno.AsError(err)
	}
}

// places are where in a request the fault is that a code names, for codes that are always about one field.
var places = map[string]string{
	"presence_invalid": "/presence", "tenders_mismatch": "/tenders", "return_unknown_line": "/lines", "code_unreadable": "/code", "bank_card_shown": "/code",
	"store_missing": "/store_id", "time_out_of_range": "/occurred_at", "hold_too_much": "/amount",
}

// located is an invalid request that says where it is so.
func located(e *verno.Error) *verno.Error {
	if at, known := places[e.Code]; known && e.Kind == verno.KindInvalid && len(e.Fields) == 0 {
		c := *e
		c.Fields = []verno.FieldError{{Pointer: at, Code: e.Code, Params: e.Params}}
		return &c
	}
	return e
}

// inWords fills in the sentences of fields at fault whose codes are the rules' own.
func inWords(e *verno.Error, lang string) *verno.Error {
	if _, own := e.Data.([]promo.Problem); !own {
		return e
	}
	c := *e
	c.Fields = slices.Clone(e.Fields)
	for i := range c.Fields {
		if f := &c.Fields[i]; f.Message == "" && problems[f.Code].Code != "" {
			f.Message = sentence(problems, f.Code, f.Params, lang)
		}
	}
	return &c
}

// extras are the members that an error carries into its problem.
func (a *API) extras(ctx context.Context, c *call, err error) []web.Extra {
	e, ok := errors.AsType[*verno.Error](err)
	if !ok {
		return nil
	}
	if q, ok := e.Data.(*checkout.Quote); ok {
		return []web.Extra{{Name: "quote", Value: showQuote(q, c.lang)}}
	}
	if n, err := strconv.ParseInt(e.Params["capturable"], 10, 64); err == nil {
		return []web.Extra{{Name: "capturable", Value: &n}}
	}
	if there := a.existing(ctx, c, e); there != nil {
		return []web.Extra{{Name: "existing", Value: there}}
	}
	return nil
}

// fail answers an error of a use case.
func (a *API) fail(w http.ResponseWriter, r *http.Request, c *call, err error) {
	more := a.extras(r.Context(), c, err)
	if e, ok := errors.AsType[*verno.Error](err); ok {
		err = inWords(located(e), c.lang)
	}
	web.Fail(w, r, err, more...)
}
