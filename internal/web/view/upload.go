package view

import (
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// MaxUpload is how many bytes a form with a file may have.
const MaxUpload = 6 << 20

// ReadUpload reads a form that carries a file in one of its fields. The file is nil where none was chosen.
func ReadUpload(w http.ResponseWriter, r *http.Request, field string) (*Form, []byte, error) {
	body := r.Body
	r.Body = http.MaxBytesReader(w, body, MaxUpload)
	if err := r.ParseMultipartForm(MaxUpload); err != nil { //nolint:gosec // The reader above bounds it.
		if web.BodyTooLarge(body, err) {
			return nil, nil, verno.TooLarge("body_too_large").With("limit", strconv.Itoa(MaxUpload))
		}
		return nil, nil, verno.Malformed("malformed_json").Because(err)
	}
	form := &Form{Values: url.Values(r.MultipartForm.Value)}
	sent := r.MultipartForm.File[field]
	if len(sent) == 0 || sent[0].Size == 0 {
		return form, nil, nil
	}
	file, err := sent[0].Open()
	if err != nil {
		return form, nil, err
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	return form, raw, err
}
