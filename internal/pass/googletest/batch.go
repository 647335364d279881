package googletest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// serveBatch answers several calls in one request.
func (g *Google) serveBatch(w http.ResponseWriter, r *http.Request) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/mixed" {
		http.Error(w, "not a batch", http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	g.batch++
	g.mu.Unlock()
	var out bytes.Buffer
	answers := multipart.NewWriter(&out)
	calls := multipart.NewReader(io.LimitReader(r.Body, 8<<20), params["boundary"])
	for {
		call, err := calls.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || call.Header.Get("Content-Type") != "application/http" {
			http.Error(w, "a part is not a call", http.StatusBadRequest)
			return
		}
		if !g.part(answers, call, r.Header.Get("Authorization")) {
			panic(http.ErrAbortHandler)
		}
	}
	if err := answers.Close(); err != nil {
		return
	}
	w.Header().Set("Content-Type", "multipart/mixed; boundary="+answers.Boundary())
	w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	_, _ = w.Write(out.Bytes())
}

// part answers one call of a batch; false where the connection is to break.
func (g *Google) part(answers *multipart.Writer, call *multipart.Part, bearer string) bool {
	a := refuse(http.StatusBadRequest, "badRequest", "a part is not a call")
	if req, err := http.ReadRequest(bufio.NewReader(call)); err == nil {
		if body, err := io.ReadAll(req.Body); err == nil {
			a = g.one(req, bearer, body)
		}
	}
	if a.lost {
		return false
	}
	text, err := json.Marshal(a.body)
	if err != nil {
		return false
	}
	id := strings.Trim(call.Header.Get("Content-Id"), "<>")
	part, err := answers.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/http"}, "Content-Id": {"<response-" + id + ">"}})
	if err != nil {
		return false
	}
	after := ""
	if a.after != "" {
		after = "Retry-After: " + a.after + "\r\n"
	}
	_, err = fmt.Fprintf(part, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		a.status, http.StatusText(a.status), after, len(text), text)
	return err == nil
}
