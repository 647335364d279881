package view

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/verno-loyalty/verno"
)

// MaxUpload is how many bytes a form with a file may have.
const MaxUpload = 6 << 20

// ReadUpload reads a form that carries a file in one of its fields. The file is nil where none was chosen.
func ReadUpload(w http.ResponseWriter, r *http.Request, field string) (*Form, []byte, error) {
	r.Body = http.MaxBytesReader(w, r.Body, MaxUpload)
	if err := r.ParseMultipartForm(MaxUpload); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
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
