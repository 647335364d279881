// Package assets is what pages load beside themselves: styles, scripts, pictures. All of it lies in the binary and is
// served under an address that changes with its content, so that a browser asks once and never for something old.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed files
var files embed.FS

// Base is where assets live.
const Base = "/assets/"

type asset struct {
	body      []byte
	zipped    func() []byte // nil where it would gain nothing; asked for once, as not all files are ever loaded
	mediaType string
}

var all, version = load()

// load reads every file, and makes one version of them all, so that scripts may import each other by relative names.
func load() (map[string]asset, string) {
	found := map[string]asset{}
	hash := sha256.New()
	err := fs.WalkDir(files, "files", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "files/")
		hash.Write([]byte(name))
		hash.Write(body)
		found[name] = asset{body, sync.OnceValue(func() []byte { return zip(body) }), typeOf(name)}
		return nil
	})
	if err != nil {
		panic("assets: " + err.Error())
	}
	return found, hex.EncodeToString(hash.Sum(nil)[:6])
}

func typeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "text/plain; charset=utf-8"
	}
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(body)
	_ = w.Close()
	if b.Len() > len(body)*9/10 {
		return nil
	}
	return b.Bytes()
}

// URL is the address of a file by its name, such as "desk.css". A name that there is not is a mistake in the page.
func URL(name string) string {
	if _, ok := all[name]; !ok {
		panic("assets: there is no " + name)
	}
	return Base + version + "/" + name
}

// Below lists the names of the files of a folder, such as "till", in order.
func Below(folder string) []string {
	var names []string
	for name := range all {
		if strings.HasPrefix(name, folder+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Body is a file as it is, by its name, with its type.
func Body(name string) (body []byte, mediaType string) {
	URL(name)
	return all[name].body, all[name].mediaType
}

// Version changes with the content of any file.
func Version() string { return version }

// Serve answers the files. The version of an address is not compared: a page from before an update gets the new file.
func Serve(w http.ResponseWriter, r *http.Request) {
	_, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Base), "/")
	found, ok := all[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", found.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := found.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if zipped := found.zipped(); zipped != nil {
			h.Set("Content-Encoding", "gzip")
			body = zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
