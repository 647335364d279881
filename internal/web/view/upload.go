package view

import (
	"io"
	"mime/multipart"
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
	form, files, err := ReadUploads(w, r, field)
	return form, files[field], err
}

// ReadUploads reads a form that carries files in some of its fields. A field has none where none was chosen.
func ReadUploads(w http.ResponseWriter, r *http.Request, fields ...string) (*Form, map[string][]byte, error) {
	body := r.Body
	r.Body = http.MaxBytesReader(w, body, MaxUpload)
	if err := r.ParseMultipartForm(MaxUpload); err != nil { //nolint:gosec // The reader above bounds it.
		if web.BodyTooLarge(body, err) {
			return nil, nil, verno.TooLarge("body_too_large").With("limit", strconv.Itoa(MaxUpload))
		}
		return nil, nil, verno.Malformed("malformed_json").Because(err)
	}
	form := &Form{Values: url.Values(r.MultipartForm.Value)}
	files := map[string][]byte{}
	for _, field := range fields {
		sent := r.MultipartForm.File[field]
		if len(sent) == 0 || sent[0].Size == 0 {
			continue
		}
		raw, err := readFile(sent[0])
		if err != nil {
			return form, nil, err
		}
		files[field] = raw
	}
	return form, files, nil
}

func readFile(sent *multipart.FileHeader) ([]byte, error) {
	file, err := sent.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
