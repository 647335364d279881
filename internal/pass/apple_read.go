package pass

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// The limits of a pass that is read.
const (
	MaxPass        = 32 << 20 // of the archive, and of all that is in it
	maxPassEntries = 256
	maxPassText    = 1 << 20 // of pass.json, manifest.json and each file of texts
	maxSignature   = 64 << 10
)

// ErrNotPass says that a file cannot be read as a pass at all.
var ErrNotPass = errors.New("pass: this is no .pkpass")

// entry is a file of a pass that is read.
type entry struct {
	name string
	raw  []byte
}

// unpack reads an archive of which nothing is trusted: neither its names nor what it says of sizes. What is wrong but can
// be read past is told; an error is for what cannot.
func unpack(raw []byte, tell func(where, code, text string)) ([]entry, error) {
	if len(raw) > MaxPass {
		return nil, fmt.Errorf("%w: larger than %d MB", ErrNotPass, MaxPass>>20)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotPass, err)
	}
	if len(z.File) > maxPassEntries {
		return nil, fmt.Errorf("%w: more than %d files", ErrNotPass, maxPassEntries)
	}
	if !bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		tell("", "zip_prefix", "something stands before the archive")
	}
	var list []entry
	seen, left := map[string]bool{}, MaxPass
	for _, f := range z.File {
		if why := misnamed(f); why != "" {
			tell(f.Name, "zip_name", why)
			continue
		}
		if seen[f.Name] {
			tell(f.Name, "zip_twice", "stands twice in the archive: readers take one or the other")
			continue
		}
		seen[f.Name] = true
		b, err := inflate(f, min(left, limitOf(f.Name)))
		if err != nil {
			return nil, err
		}
		left -= len(b)
		list = append(list, entry{f.Name, b})
	}
	return list, nil
}

// misnamed says why an entry cannot be part of a pass; empty where it can.
func misnamed(f *zip.File) string {
	folder, _, inside := strings.Cut(f.Name, "/")
	switch {
	case !fs.ValidPath(f.Name) || strings.ContainsAny(f.Name, "\\:\x00"):
		return "leads out of the archive"
	case inside && (!strings.HasSuffix(folder, ".lproj") || strings.Count(f.Name, "/") > 1):
		return "stands in a folder; only folders of languages may be there"
	case !f.Mode().IsRegular():
		return "is no plain file"
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return "is packed in a way that phones do not know"
	case f.Flags&1 != 0:
		return "is encrypted"
	}
	return ""
}

func limitOf(name string) int {
	switch {
	case name == "signature":
		return maxSignature
	case strings.HasSuffix(name, ".json"), strings.HasSuffix(name, ".strings"):
		return maxPassText
	}
	return MaxPass
}

// inflate reads an entry up to a limit, whatever it says of its size.
func inflate(f *zip.File, limit int) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrNotPass, f.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrNotPass, f.Name, err)
	}
	if len(b) > limit {
		return nil, fmt.Errorf("%w: %s is larger than %d bytes", ErrNotPass, f.Name, limit)
	}
	return b, nil
}
