package view

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// MaxUpload is how many bytes a file has at most where nothing else is said of it.
const MaxUpload = 6 << 20

// maxSent is how many bytes of a form with files are read, so that one that is too large is refused with all that was typed
// beside it still there.
const maxSent = 48 << 20

// ReadUpload reads a form that carries a file of at most so many bytes in one of its fields. The file is nil where none was
// chosen. A larger one is a fault of its field, and the form is there.
func ReadUpload(w http.ResponseWriter, r *http.Request, most int, field string) (*Form, []byte, error) {
	form, files, err := ReadUploads(w, r, most, field)
	return form, files[field], err
}

// ReadUploads reads a form that carries files in some of its fields. A field has none where none was chosen. Files in other
// fields are passed over.
func ReadUploads(w http.ResponseWriter, r *http.Request, most int, fields ...string) (*Form, map[string][]byte, error) {
	body := r.Body
	r.Body = http.MaxBytesReader(w, body, maxSent)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, verno.Malformed("malformed_json").Because(err)
	}
	form := &Form{Values: url.Values{}}
	files := map[string][]byte{}
	var wrong verno.Faults
	room := MaxForm // of all that was typed
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, files, wrong.Err()
		}
		if err != nil {
			return nil, nil, unsent(body, err)
		}
		name := part.FormName()
		switch {
		case part.FileName() == "" && name != "":
			text, err := readPart(part, room)
			if room -= len(text) + len(name); err != nil || room < 0 {
				return nil, nil, unsent(body, err)
			}
			form.Values.Add(name, string(text))
		case slices.Contains(fields, name):
			raw, err := readPart(part, most)
			if err != nil {
				return nil, nil, unsent(body, err)
			}
			if len(raw) > most {
				wrong.Say("/"+name, "upload_too_large", "megabytes", strconv.Itoa(most>>20))
			} else if len(raw) > 0 {
				files[name] = raw
			}
		}
	}
}

// readPart reads a part of a form, and one byte more than it may have where it has more.
func readPart(part *multipart.Part, most int) ([]byte, error) {
	return io.ReadAll(io.LimitReader(part, int64(most)+1))
}

// unsent says why a form with files could not be read; no error, that more was typed than a form has.
func unsent(body io.Reader, err error) error {
	if err == nil {
		_, _ = io.CopyN(io.Discard, body, maxSent)
	}
	if err == nil || web.BodyTooLarge(body, err) {
		return verno.TooLarge("body_too_large").With("limit", strconv.Itoa(MaxForm))
	}
	return verno.Malformed("malformed_json").Because(err)
}
