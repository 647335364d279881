package till

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// The cookies of a till: its own token, for as long as browsers keep one, and the session of who works at it.
const (
	tillCookie    = "verno_till"
	cashierCookie = "verno_cashier"
	tillSeconds   = 400 * 24 * 3600
	shiftSeconds  = 16 * 3600
)

const (
	passBase = Base + "/api"
	apiBase  = "/api/v1"
)

// passed are the routes of the API that the page may use as they are. What a till's token could do beyond them, such as
// importing, no page can.
var passed = []string{
	"GET /cashiers", "GET /me",
	"GET /terminals/{id}", "GET /terminals/{id}/snapshot", "POST /terminals/{id}/heartbeat",
	"POST /identifications", "POST /members", "POST /members/{id}/cards/move", "POST /members/{id}/payment_cards", "PUT /members/{id}/aim",
	"GET /gifts", "POST /gifts", "POST /top_ups", "POST /certificates", "POST /certificates/{id}/return", "POST /certificates/{id}/link", "POST /admissions", "POST /admissions/{id}/undo",
	"POST /identifications/pin", "POST /confirmations", "GET /confirmations/{id}", "POST /confirmations/{id}/withdraw",
	"POST /checkouts/quote", "POST /checkouts/{id}/commit",
	"POST /receipts/search", "GET /receipts/{id}", "POST /receipts/{id}/returns", "POST /receipts:batch",
	"GET /operations/{key}",
}

// credential is what the cookies of a request say.
func credential(r *http.Request) auth.Credential {
	var c auth.Credential
	if k, err := r.Cookie(tillCookie); err == nil {
		c.Bearer = k.Value
	}
	if k, err := r.Cookie(cashierCookie); err == nil && c.Bearer != "" {
		c.Session = k.Value
	}
	return c
}

// asked is a request as the API gets it: below its own base, in the page's language, with the tokens of the cookies.
func asked(r *http.Request, c auth.Credential) *http.Request {
	inner := new(http.Request)
	*inner = *r
	inner.Header = maps.Clone(r.Header)
	inner.Header.Set("Accept-Language", words.Of(r).Code)
	for _, name := range []string{"Cookie", "Authorization", "Verno-Session"} {
		inner.Header.Del(name)
	}
	if c.Bearer != "" {
		inner.Header.Set("Authorization", "Bearer "+c.Bearer)
	}
	if c.Session != "" {
		inner.Header.Set("Verno-Session", c.Session)
	}
	at := *r.URL
	at.Path = apiBase + strings.TrimPrefix(at.Path, passBase)
	if at.RawPath != "" {
		at.RawPath = apiBase + strings.TrimPrefix(at.RawPath, passBase)
	}
	inner.URL = &at
	return inner
}

func (t *Till) pass(w http.ResponseWriter, r *http.Request) {
	c := credential(r)
	if r.URL.Path == passBase+"/cashiers" || r.Header.Get("Verno-Till") == "alone" {
		c.Session = "" // It is for whoever comes next, or the till's own, when a session has ended too.
	}
	t.API.ServeHTTP(w, asked(r, c))
}

// pair gives this browser the token of a till, for the code that the desk shows.
func (t *Till) pair(w http.ResponseWriter, r *http.Request) {
	t.keep(w, asked(r, auth.Credential{}), site.Cookie{Name: tillCookie, Path: Base, Seconds: tillSeconds, Encrypted: t.Frame.Encrypted(r)})
}

// openShift gives it the session of a cashier, beside.
func (t *Till) openShift(w http.ResponseWriter, r *http.Request) {
	c := credential(r)
	c.Session = "" // That of the cashier before ends, or has ended.
	t.keep(w, asked(r, c), site.Cookie{Name: cashierCookie, Path: Base, Seconds: shiftSeconds, Encrypted: t.Frame.Encrypted(r)})
}

func (t *Till) closeShift(w http.ResponseWriter, r *http.Request) {
	site.SetCookie(w, site.Cookie{Name: cashierCookie, Path: Base, Seconds: -1, Encrypted: t.Frame.Encrypted(r)})
	t.API.ServeHTTP(w, asked(r, credential(r)))
}

// keep passes a request on and keeps the token of its answer in a cookie; the page gets the rest.
func (t *Till) keep(w http.ResponseWriter, r *http.Request, cookie site.Cookie) {
	said := &kept{header: http.Header{}}
	t.API.ServeHTTP(said, r)
	maps.Copy(w.Header(), said.header)
	body := said.body.Bytes()
	if said.status == http.StatusCreated {
		var answer map[string]json.RawMessage
		err := json.Unmarshal(body, &answer)
		if err == nil {
			err = json.Unmarshal(answer["token"], &cookie.Value)
		}
		if err == nil {
			delete(answer, "token")
			body, err = json.Marshal(answer)
		}
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		site.SetCookie(w, cookie)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(said.status)
	_, _ = w.Write(body)
}

// kept is an answer that is read before it goes on.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *kept) Write(b []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(b)
}
